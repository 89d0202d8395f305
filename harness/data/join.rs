//! Tables beside the images: their columns become columns of the items.

use std::borrow::Cow;
use std::collections::HashMap;

use super::aside::Kind;
use super::error::DataError;
use super::rejections::Rejected;
use super::sheet::{Column, Sheet};
use super::source::{Found, Source};
use super::table::{self, Table, Unmet};
use crate::spec::card::{Join, JoinKey, first_of};

/// Between the parts of a key that has several.
const SEPARATOR: char = '\u{1f}';

/// The column that says whether an item has a row, 1 or 0, where the table itself has none of this name.
const FOUND: &str = "found";

/// What a table's rows say in a column.
enum Cell<'t> {
    /// What is written, if this piece of the table has the column.
    Of(Option<table::Column<'t>>),
    /// That they are there.
    Found,
}

/// Joins a table: `name.column` becomes a column of the items, for each wanted column. Where every item stays and none has a row, the answer
/// says so.
pub(super) fn join(source: &Source, sheet: &mut Sheet, name: &str, join: &Join, wanted: &[String]) -> Result<Option<String>, DataError> {
    let mut read: Vec<String> = wanted.to_vec();
    read.extend(join.key.columns().into_iter().map(str::to_owned));
    let own = |sheet: &Sheet, row: usize| -> Option<String> {
        let value = |name: &str| sheet.columns.get(name)?.get(row);
        match &join.key {
            JoinKey::Equal { item, .. } => item.fill(value).ok(),
            JoinKey::Pattern { .. } => {
                let parts: Option<Vec<&str>> = join.key.item_columns().into_iter().map(value).collect();
                parts.map(|parts| parts.join(&SEPARATOR.to_string()))
            }
        }
    };
    // A table may have more rows than memory has room for: those that an item asks for are kept, by their keys.
    let mut by_key: HashMap<String, Option<u32>> = (0..sheet.len()).filter_map(|row| Some((own(sheet, row)?, None))).collect();
    let mut theirs = Kind::default();
    let mut columns: Vec<Column> = wanted.iter().map(|_| Column::default()).collect();
    let mut rows = 0_u32;
    let files = source.all_named(&join.table.file)?;
    let open = |file: &Found| {
        Table::chunks(&file.path, &table::Options { columns: Some(read.clone()), tolerant: true, ..file.options(&join.table) })
    };
    let opened = files.iter().map(|file| Ok((&file.below, open(file)?))).collect::<Result<Vec<_>, DataError>>()?;
    let (mut above, mut implied, mut unmet) = (0, true, Unmet::default());
    for (below, chunk) in opened.into_iter().flat_map(|(below, chunks)| chunks.map(move |chunk| (below, chunk))) {
        let chunk = chunk?;
        unmet.list(&chunk, join.table.each.as_ref().map(|each| each.text.as_str()));
        for malformed in chunk.malformed() {
            sheet.rejected.push(Rejected { what: below.clone(), line: Some(malformed.at.number), reason: malformed.reason.clone() });
        }
        let has = |name: &str| chunk.header().iter().any(|column| column == name);
        // Where no column is called `row` or `index`, that is the number of a row.
        let numbers = |name: &str| first_of(name).filter(|_| !has(name));
        let keys = join.key.columns();
        let parts = keys.iter().filter(|name| numbers(name).is_none());
        let parts = parts.filter_map(|name| Some(unmet.column(&chunk, name).transpose()?.map(|column| (*name, column))));
        let parts = parts.collect::<Result<Vec<_>, table::TableError>>()?;
        implied &= !has(FOUND);
        let own = |name: &str| name == FOUND && !has(FOUND);
        let cells = wanted.iter().map(|name| if own(name) { Ok(Cell::Found) } else { unmet.column(&chunk, name).map(Cell::Of) });
        let cells: Vec<Cell> = cells.collect::<Result<_, _>>()?;
        for (row, place) in chunk.places().into_iter().enumerate() {
            let refuse = |reason: String| Rejected { what: below.clone(), line: Some(chunk.at(row).number), reason };
            let texts = parts.iter().map(|(name, column)| Ok((*name, column.text(row)?)));
            let mut texts = texts.collect::<Result<Vec<(&str, Option<Cow<str>>)>, table::TableError>>()?;
            let number = |first: u64| Some(Cow::Owned((above + place + first).to_string()));
            texts.extend(keys.iter().filter_map(|name| Some((*name, number(numbers(name)?)))));
            let value = |name: &str| texts.iter().find(|(other, _)| *other == name).and_then(|(_, text)| text.as_deref());
            let cell = match &join.key {
                JoinKey::Equal { column, .. } => column.fill(value),
                JoinKey::Pattern { column, .. } => value(column).map(str::to_owned).ok_or_else(|| column.clone()),
            };
            let cell = match cell {
                Ok(cell) => cell,
                Err(column) => {
                    sheet.rejected.push(refuse(format!("`{column}` is empty")));
                    continue;
                }
            };
            let Some(key) = key_of(&join.key, &cell) else {
                sheet.rejected.push(refuse(format!("the key `{cell}` does not match `{name}.key.match`")));
                continue;
            };
            theirs.add(&cell);
            let Some(kept) = by_key.get_mut(&key) else { continue };
            if kept.is_some() {
                sheet.rejected.push(refuse(format!("the key `{cell}` is there already")));
                continue;
            }
            for (column, cell) in columns.iter_mut().zip(&cells) {
                match cell {
                    Cell::Of(Some(cell)) => column.push(cell.text(row)?.as_deref()),
                    Cell::Of(None) => column.push(None),
                    Cell::Found => column.push(Some("1")),
                }
            }
            *kept = Some(rows);
            rows += 1;
        }
        above += chunk.height();
    }
    unmet.check()?;
    sheet.contents.extend(files.iter().filter_map(|file| file.told(&read)));
    sheet.tables.extend(files.iter().map(|file| file.stored().to_owned()));
    let found: Vec<Option<u32>> = (0..sheet.len()).map(|row| by_key.get(&own(sheet, row)?).copied().flatten()).collect();
    for (wanted, column) in wanted.iter().zip(&columns) {
        let mut joined = Column::default();
        let unmatched = (implied && wanted == FOUND).then_some("0");
        found.iter().for_each(|row| joined.push(row.map_or(unmatched, |row| column.get(row as usize))));
        sheet.columns.insert(format!("{name}.{wanted}"), joined);
    }
    let shown = |key: String| key.replace(SEPARATOR, ", ");
    if !join.keep_unmatched {
        let keep: Vec<bool> = found.iter().map(Option::is_some).collect();
        sheet.reject(&keep, |sheet, row| match own(sheet, row) {
            Some(key) => format!("the table `{name}` has no row for `{}`", shown(key)),
            None => format!("the table `{name}` has no row for it: `{}` is empty", join.key.item_columns().join("` or `")),
        });
    } else if theirs.count > 0 && sheet.len() > 0 && found.iter().all(Option::is_none) {
        let mut ours = Kind::default();
        (0..sheet.len()).filter_map(|row| own(sheet, row)).for_each(|key| ours.add(&shown(key)));
        return Ok(Some(format!(
            "no item has a row in the table `{name}`: its keys are such as {}, and the items ask for {}",
            theirs.shown(),
            ours.shown()
        )));
    }
    Ok(None)
}

fn key_of(key: &JoinKey, cell: &str) -> Option<String> {
    match key {
        JoinKey::Equal { .. } => Some(cell.to_owned()),
        JoinKey::Pattern { pattern, .. } => {
            let captures = pattern.captures(cell)?;
            let parts: Option<Vec<&str>> =
                pattern.capture_names().flatten().map(|name| captures.name(name).map(|part| part.as_str())).collect();
            parts.map(|parts| parts.join(&SEPARATOR.to_string()))
        }
    }
}
