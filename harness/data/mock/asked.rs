//! What a card asks of the items that its fields do not tell: the levels of splits, and the cells that `where` tests.

use std::collections::BTreeMap;

use indexmap::{IndexMap, IndexSet};

use super::pattern;
use super::unit::{PER_SUBJECT, in_split, whose_columns};
use crate::data::random::generator;
use crate::spec::card::{Card, Condition, Field, FieldSource, Range, SplitColumn, Test, Translate};
use crate::spec::mock::Mock;

/// The levels that splits and `where` ask for.
pub(super) fn levels(card: &Card, name: &str) -> IndexSet<String> {
    if let Some(column) = card.splits.column.as_ref().filter(|column| column.from.text == name) {
        return official(card, column).into_iter().collect();
    }
    let splits = card.splits.named.values().flat_map(|split| &split.conditions);
    let tests = splits.chain(&card.conditions).filter(|condition| condition.field == name).map(|condition| &condition.test);
    tests.filter(|test| matches!(test, Test::In(_))).flat_map(Test::levels).cloned().collect()
}

/// The values that name splits. Where the card or a study divides all items anew, a split beside those that it names would hold some of them again.
pub(super) fn official(card: &Card, column: &SplitColumn) -> Vec<String> {
    if !column.map.is_empty() {
        return column.map.keys().cloned().collect();
    }
    let words = ["train", "validation", "test"];
    let named = |word: &&str| card.splits.named.contains_key(*word);
    let anew = card.splits.named.values().any(|split| split.of.is_none()) && words.iter().any(named);
    words.into_iter().filter(|word| !anew || named(word)).map(str::to_owned).collect()
}

/// What is written where any cell will do.
const CELL: &str = "1";

/// The column that a condition tests, where no field translates it.
fn column<'c>(card: &'c Card, condition: &'c Condition) -> Option<&'c str> {
    match card.fields.get(&condition.field) {
        None => Some(&condition.field),
        Some(field) if !field.declared().is_empty() => None,
        Some(field) => match &field.source {
            FieldSource::Column { from, pattern: None, translate: Translate::AsIs } => Some(&from.text),
            _ => None,
        },
    }
}

/// Whether a cell passes what `where` asks of its column.
pub(super) fn passes(card: &Card, column: &str, cell: &str) -> bool {
    card.conditions.iter().filter(|condition| condition.field == column).all(|condition| condition.test.passes(Some(cell)))
}

/// The numbers of a bin that `where` lets through, where there are any.
pub(super) fn within(card: &Card, field: &str, bin: Range) -> Option<Range> {
    let tests = card.conditions.iter().filter(|condition| condition.field == field).map(|condition| &condition.test);
    tests.filter_map(Test::range).try_fold(bin, |bin, range| bin.overlap(range))
}

/// Whether `where` lets a level of a field through: of a bin, whether it lets some of its numbers through.
pub(super) fn lets(card: &Card, name: &str, field: &Field, level: &str) -> bool {
    let bin = match &field.source {
        FieldSource::Column { translate: Translate::Bins(bins), .. } => bins.range(level),
        _ => None,
    };
    card.conditions.iter().filter(|condition| condition.field == name).all(|condition| match (&condition.test, bin) {
        (Test::Within(_), Some(bin)) => within(card, name, bin).is_some(),
        (test, _) => test.passes(Some(level)),
    })
}

/// Whether `where` names what a column may be.
pub(super) fn tells(card: &Card, column: &str) -> bool {
    card.conditions.iter().any(|condition| condition.field == column && matches!(condition.test, Test::In(_)))
}

/// Cells that pass: each of the levels in turn, a number in a range, a part of a file's name that is none of those left out.
pub(super) fn let_through(card: &Card, mock: &Mock, number: u64, cells: &mut BTreeMap<String, String>) {
    let whose = card.subject.as_ref().map(|subject| whose_columns(card, &subject.text)).unwrap_or_default();
    for condition in card.conditions.iter().filter(|condition| !card.fields.contains_key(&condition.field)) {
        let column = condition.field.as_str();
        let mut random = generator(mock.seed, &format!("mock where {column}"), 0, number);
        let mut named = || pattern::drawn(pattern::names(card)?, column, number, &mut random, &|text| passes(card, column, text));
        let own = whose.contains(&column);
        let passing = match &condition.test {
            Test::In(levels) => {
                let turn = if own { number / PER_SUBJECT } else { number } as usize;
                levels.get(turn % levels.len().max(1)).cloned()
            }
            Test::Within(range) => {
                let example = range.example().to_string();
                let fits = pattern::names(card).is_none_or(|names| pattern::fits(names, column, &example));
                if fits { Some(example) } else { named() }
            }
            Test::NotIn(_) | Test::Missing(false) if own || cells.contains_key(column) => None,
            Test::Missing(false) if pattern::names(card).is_none() => Some(CELL.to_owned()),
            Test::NotIn(_) | Test::Missing(false) => named(),
            Test::Missing(true) => None,
        };
        cells.extend(passing.map(|cell| (column.to_owned(), cell)));
    }
}

/// Cells that splits test and no field tells: a person's are those of one split.
pub(super) fn in_splits(card: &Card, mock: &Mock, unit: u64, cells: &mut BTreeMap<String, String>) {
    let mut values: IndexMap<&str, IndexSet<String>> = IndexMap::new();
    let conditions = card.splits.named.values().flat_map(|split| &split.conditions);
    for condition in conditions.filter(|condition| !card.fields.contains_key(&condition.field)) {
        let values = values.entry(&condition.field).or_default();
        match &condition.test {
            Test::In(levels) => values.extend(levels.iter().cloned()),
            Test::Within(range) => values.extend([range.example().to_string()]),
            Test::NotIn(levels) => {
                let numbers: Option<Vec<i64>> = levels.iter().map(|level| level.parse().ok()).collect();
                let last = numbers.and_then(|numbers| numbers.into_iter().max());
                values.extend([last.map_or_else(|| "other".to_owned(), |last| last.saturating_add(1).to_string())]);
            }
            Test::Missing(_) => {}
        }
    }
    for (column, values) in values {
        let fits =
            |value: &String| pattern::names(card).is_none_or(|names| pattern::fits(names, column, value)) && passes(card, column, value);
        let values: Vec<String> = values.into_iter().filter(fits).collect();
        if let Some(value) = in_split(&values, mock.seed, unit) {
            cells.entry(column.to_owned()).or_insert(value);
        }
    }
}

/// The first items have what `where` leaves out, each a level: a card may name only levels that there are. Where it wants empty cells, the first
/// item has one that is not, since a column is there only if something is written in it.
pub(super) fn left_out(card: &Card, number: u64, cells: &mut BTreeMap<String, String>) {
    for condition in &card.conditions {
        match (&condition.test, column(card, condition)) {
            (Test::NotIn(levels), Some(column)) => {
                cells.extend(levels.get(number as usize).map(|level| (column.to_owned(), level.clone())));
            }
            (Test::Missing(true), Some(column)) if number == 0 && pattern::names(card).is_none() => {
                cells.insert(column.to_owned(), CELL.to_owned());
            }
            _ => {}
        }
    }
}
