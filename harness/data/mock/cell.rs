//! How an item's level is written: the cells that the card reads it back from.

use std::collections::BTreeMap;
use std::path::Path;

use indexmap::IndexMap;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::unit::PER_SUBJECT;
use super::{asked, pattern};
use crate::data::error::DataError;
use crate::data::field;
use crate::data::frame::whole;
use crate::data::random::generator;
use crate::data::source;
use crate::data::table::Format;
use crate::spec::card::{Card, Field, FieldSource, Layout, Missing, Pick, Range, TableFile, Translate, Truth, unanchored};
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
    match &field.source {
        FieldSource::Columns { columns, several } => {
            let set = loudest(columns, several.as_deref(), level);
            cells.extend(columns.keys().map(|column| (column.clone(), u8::from(set.contains(&column)).to_string())));
        }
        // Two fields may read one column; the first decides.
        FieldSource::Column { from, .. } if !cells.contains_key(&from.text) => {
            let cell = made_up(card, mock, name, field, level, number).or_else(|| telling(card, mock, name, field, level, number));
            let cell = cell.ok_or_else(|| unwritten(card, name, field, level))?;
            cells.insert(from.text.clone(), cell);
        }
        FieldSource::Column { .. } | FieldSource::Pixels { .. } => {}
    }
    Ok(())
}

/// Refuses a level that no cell tells.
pub(super) fn check(card: &Card, mock: &Mock, name: &str, field: &Field, level: &str) -> Result<(), DataError> {
    let told = match &field.source {
        FieldSource::Column { .. } => {
            made_up(card, mock, name, field, level, 0).or_else(|| telling(card, mock, name, field, level, 0)).is_some()
        }
        FieldSource::Columns { .. } | FieldSource::Pixels { .. } => true,
    };
    if told { Ok(()) } else { Err(unwritten(card, name, field, level)) }
}

/// Why a level is nobody's.
fn unwritten(card: &Card, name: &str, field: &Field, level: &str) -> DataError {
    let by = match &field.source {
        FieldSource::Column { pattern: Some(pattern), .. } => format!(" by its `match`, `{}`", unanchored(pattern)),
        _ => String::new(),
    };
    DataError::dataset(&card.dataset, format!("cannot be mocked: no text is found that `{name}` reads as `{level}`{by}"))
}

/// Of a pattern without levels, what its group takes is made up: a person's name the same for all of theirs.
fn made_up(card: &Card, mock: &Mock, name: &str, field: &Field, level: &str, number: u64) -> Option<String> {
    let FieldSource::Column { from, pattern: Some(pattern), translate: Translate::AsIs } = &field.source else { return None };
    let named = !field.declared().is_empty() || mock.rates.contains_key(name) || asked::levels(card, name).contains(level);
    if named || field.beside().iter().any(|other| other == level) {
        return None;
    }
    let mut random = generator(mock.seed, &format!("mock cell {name}"), 0, number);
    let subject = card.subject.as_ref().is_some_and(|subject| subject.text == name);
    let unit = if subject { number / PER_SUBJECT } else { number % 2 };
    let mut example = pattern::text(pattern, &|_| None, unit, &mut random).unwrap_or_default();
    if let Some(names) = pattern::names(card).filter(|names| !pattern::fits(names, &from.text, &example)) {
        let mut random = generator(mock.seed, &format!("mock part {name}"), 0, unit);
        example = pattern::drawn(names, &from.text, unit, &mut random, &|text| fits_all(card, &from.text, text)).unwrap_or(example);
    }
    let value = pattern::counts(pattern, &example).unwrap_or(level);
    let tells = |text: &str| pattern::counts(pattern, text) == Some(value);
    let whole = pattern::around(pattern, value, Some(number), &mut random);
    match pattern::names(card).filter(|names| !pattern::fits(names, &from.text, &whole)) {
        // What is read of a file's name is a part of it too.
        Some(names) => {
            let wanted = |text: &str| tells(text) && fits_all(card, &from.text, text);
            Some(pattern::drawn(names, &from.text, number, &mut random, &wanted).unwrap_or(example))
        }
        None => Some(if tells(&whole) { whole } else { example }),
    }
}

/// A text that the field reads as a level, and that can stand where its column is; `None` where none is found.
fn telling(card: &Card, mock: &Mock, name: &str, field: &Field, level: &str, number: u64) -> Option<String> {
    let FieldSource::Column { from, pattern, translate } = &field.source else { return None };
    let mut random = generator(mock.seed, &format!("mock cell {name}"), 0, number);
    let missing = field.missing == Some(Missing::Level(level.to_owned())) && may_be_empty(card, &from.text);
    let empty = missing.then(String::new);
    let translated = match missing && !field.declared().iter().any(|other| other == level) {
        true => Vec::new(),
        false => values(card, name, translate, level, &mut random),
    };
    let values: Vec<String> = translated.into_iter().chain(empty).chain(others(field, translate, level)).collect();
    let bytes = in_bytes(card, &from.text);
    let tells = |text: &str| {
        let told = field::told(name, field, text).is_some_and(|told| whole(told) == whole(level.trim()));
        told && (!bytes || text.parse::<u8>().is_ok())
    };
    let names = pattern::names(card);
    let wanted = |text: &str| tells(text) && names.is_none_or(|names| pattern::fits(names, &from.text, text));
    let text = |value: &String, number: Option<u64>, random: &mut ChaCha8Rng| match pattern {
        Some(pattern) if !value.is_empty() => pattern::around(pattern, value, number, random),
        _ => value.clone(),
    };
    let numbered = values.iter().map(|value| text(value, Some(number), &mut random)).find(|text| wanted(text));
    // What is read of a file's name is a part of it too.
    let part = |text: &str| tells(text) && fits_all(card, &from.text, text);
    let found = numbered.or_else(|| pattern::drawn(names?, &from.text, number, &mut random, &part));
    let draws = if pattern.is_some() { pattern::DRAWS } else { 0 };
    let bare =
        |random: &mut ChaCha8Rng| (0..draws).find_map(|_| values.iter().map(|value| text(value, None, random)).find(|text| wanted(text)));
    found.or_else(|| bare(&mut random))
}

/// Whether a column is one of an array or of records, which a mock writes as bytes.
pub(super) fn in_bytes(card: &Card, column: &str) -> bool {
    let joined = column.split_once('.').is_some_and(|(table, _)| card.tables.contains_key(table));
    matches!(card.layout, Layout::Arrays(_) | Layout::Records(_)) && !joined
}

/// Whether an empty cell of a column can be seen: not between blanks, in a name or in COCO.
fn may_be_empty(card: &Card, column: &str) -> bool {
    let apart = |file: &TableFile| source::options(file).format.or_else(|| Format::of(Path::new(&file.file))) != Some(Format::Whitespace);
    let beside = card.sidecars.iter().find_map(|sidecar| sidecar.columns.get(column));
    let joined = column.split_once('.').and_then(|(table, _)| card.tables.get(table));
    match (beside, joined, &card.layout) {
        (Some(pick), ..) => matches!(pick, Pick::Json { .. }),
        (None, Some(join), _) => apart(&join.table),
        (None, None, Layout::Rows(rows)) => rows.tables.iter().all(|(_, file)| apart(file)),
        (None, None, _) => false,
    }
}

/// Values that may be outside of all that a field knows, or that it takes for missing: whichever the field reads as the level is one.
fn others(field: &Field, translate: &Translate, level: &str) -> Vec<String> {
    let known: Vec<&String> = match translate {
        Translate::AsIs => field.levels.iter().collect(),
        Translate::Map(map) => map.keys().collect(),
        Translate::Bins(_) | Translate::Words(_) => Vec::new(),
    };
    let numbers = match translate {
        Translate::Bins(bins) => bins.edges.first().map(|first| first - 1.0).into_iter().chain(bins.edges.last().copied()).collect(),
        _ => known.iter().map(|known| known.parse::<f64>().ok()).collect::<Option<Vec<f64>>>().unwrap_or_default(),
    };
    // Among numbers, the next one; else the level by its name, or what people write where they know nothing better.
    let next = numbers.into_iter().reduce(f64::max).map(|most| (most.floor() + 1.0).to_string());
    let nulls = match translate {
        Translate::Map(map) => map.iter().filter(|(_, level)| level.is_none()).map(|(raw, _)| raw.clone()).collect(),
        _ => Vec::new(),
    };
    next.into_iter().chain([level.to_owned()]).chain(["other", "unknown"].map(str::to_owned)).chain(nulls).collect()
}

/// Values that are translated to a level.
fn values(card: &Card, name: &str, translate: &Translate, level: &str, random: &mut ChaCha8Rng) -> Vec<String> {
    match translate {
        Translate::AsIs => vec![level.to_owned()],
        Translate::Map(map) => map.iter().filter(|(_, other)| other.as_deref() == Some(level)).map(|(raw, _)| raw.clone()).collect(),
        Translate::Words(words) => match words.levels.get(level) {
            Some(words) => words.iter().map(|word| format!("A {word} in a room.")).collect(),
            None => {
                let each = words.levels.values().filter_map(|words| words.first()).map(|word| format!("A {word}."));
                vec![each.collect::<Vec<_>>().join(" ")]
            }
        },
        Translate::Bins(bins) => {
            let bin = bins.range(level);
            bin.map(|bin| number_in(asked::within(card, name, bin).unwrap_or(bin), random.random())).into_iter().collect()
        }
    }
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
