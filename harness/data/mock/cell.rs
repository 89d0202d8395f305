//! How an item's level is written: the cells that the card reads it back from.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use rand::RngExt;

use super::unit::PER_SUBJECT;
use super::{asked, pattern};
use crate::data::error::DataError;
use crate::data::random::generator;
use crate::spec::card::{Card, Field, FieldSource, Range, Translate, Truth};
use crate::spec::mock::Mock;

/// Whether all fields that take a part of a column find it in this text.
fn fits_all(card: &Card, column: &str, text: &str) -> bool {
    let reads = |field: &Field| match &field.source {
        FieldSource::Column { from, pattern: Some(pattern), .. } => from.text != column || pattern.is_match(text),
        _ => true,
    };
    card.fields.values().all(reads)
}

/// Writes a level into the cell of its field's column.
pub(super) fn write(
    card: &Card,
    mock: &Mock,
    name: &str,
    field: &Field,
    level: &str,
    number: u64,
    cells: &mut BTreeMap<String, String>,
) -> Result<(), DataError> {
    let (from, pattern, translate) = match &field.source {
        FieldSource::Column { from, pattern, translate } => (from, pattern, translate),
        FieldSource::Columns { columns, several } => {
            let set = loudest(columns, several.as_deref(), level);
            cells.extend(columns.keys().map(|column| (column.clone(), u8::from(set.contains(&column)).to_string())));
            return Ok(());
        }
        FieldSource::Pixels { .. } => return Ok(()),
    };
    let mut random = generator(mock.seed, &format!("mock cell {name}"), 0, number);
    let value = match translate {
        Translate::AsIs => level.to_owned(),
        Translate::Map(map) => {
            map.iter().find(|(_, other)| other.as_deref() == Some(level)).map_or_else(String::new, |(raw, _)| raw.clone())
        }
        Translate::Words(words) => match words.levels.get(level).and_then(|words| words.first()) {
            Some(word) => format!("A {word} in a room."),
            None => words.levels.values().filter_map(|words| words.first()).map(|word| format!("A {word}.")).collect::<Vec<_>>().join(" "),
        },
        Translate::Bins(bins) => {
            let bin = bins.range(level).unwrap_or(Range { at_least: bins.edges[0], below: bins.edges[1] });
            number_in(asked::within(card, name, bin).unwrap_or(bin), random.random())
        }
    };
    // Of a pattern without levels, what its group takes is made up: a person's name the same for all of theirs.
    let free = field.declared().is_empty() && !mock.rates.contains_key(name) && !asked::levels(card, name).contains(level);
    let mut example = String::new();
    let value = match pattern.as_ref().filter(|_| free) {
        None => value,
        Some(pattern) => {
            let subject = card.subject.as_ref().is_some_and(|subject| subject.text == name);
            let unit = if subject { number / PER_SUBJECT } else { number % 2 };
            example = pattern::text(pattern, &|_| None, unit, &mut random).unwrap_or_default();
            if let Some(names) = pattern::names(card).filter(|names| !pattern::fits(names, &from.text, &example)) {
                let mut random = generator(mock.seed, &format!("mock part {name}"), 0, unit);
                example = pattern::drawn(names, &from.text, unit, &mut random, &|text| fits_all(card, &from.text, text)).unwrap_or(example);
            }
            let told = pattern.captures(&example).and_then(|told| told.get(1)).map(|told| told.as_str().to_owned());
            told.unwrap_or(value)
        }
    };
    let whole = match pattern {
        None => value,
        Some(pattern) => {
            let whole = pattern::text(pattern, &|_| Some(value.clone()), number, &mut random)
                .map_err(|reason| DataError::dataset(&card.dataset, format!("cannot be mocked: of `{name}`, {reason}")))?;
            // What is read of a file's name is a part of it too.
            let tells = |text: &str| {
                let told = pattern.captures(text).and_then(|told| told.get(1)).is_some_and(|told| told.as_str() == value);
                told && fits_all(card, &from.text, text)
            };
            match pattern::names(card).filter(|names| !pattern::fits(names, &from.text, &whole)) {
                Some(names) => pattern::drawn(names, &from.text, number, &mut random, &tells).unwrap_or(example),
                None => whole,
            }
        }
    };
    // Two fields may read one column; the first decides.
    cells.entry(from.text.clone()).or_insert(whole);
    Ok(())
}

/// The cell that says whether a class is there.
pub(super) fn said(truth: &Truth, there: bool) -> String {
    if there { truth.present.example() } else { truth.absent.example() }
}

/// The columns whose ones say a level: the first that speaks for it; for the level of those with two greatest sums, one of each of two levels.
fn loudest<'c>(columns: &'c IndexMap<String, String>, several: Option<&str>, level: &str) -> Vec<&'c String> {
    if let Some((column, _)) = columns.iter().find(|(_, other)| *other == level) {
        return vec![column];
    }
    let two = columns.iter().next().filter(|_| several == Some(level));
    let second = two.and_then(|(_, first)| columns.iter().find(|(_, other)| *other != first));
    two.into_iter().chain(second).map(|(column, _)| column).collect()
}

/// A number of a range with two ends, whole where that has room for one; `at` is from 0 to below 1.
fn number_in(range: Range, at: f64) -> String {
    let Range { at_least, below } = range;
    let number = at_least + (below - at_least) * at;
    if at_least.fract() == 0.0 && below - at_least >= 1.0 {
        return number.floor().max(at_least).to_string();
    }
    // Where the range ends, or is narrow, four digits may be a number that is not in it.
    let rounded = format!("{number:.4}");
    if range.holds(&rounded) { rounded } else { number.to_string() }
}
