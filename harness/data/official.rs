//! Official splits, before and after the card divides them.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::error::DataError;
use super::frame::Factor;
use super::opening::Opening;
use super::sheet::Sheet;
use super::split::{Pool, divide};
use crate::spec::card::{Condition, Share, Split};

/// The splits of a sheet: those that its files or a column make, and what the card makes of them.
pub(super) fn splits(
    opening: &Opening,
    sheet: &Sheet,
    fields: &IndexMap<String, Factor>,
    subject: Option<&Factor>,
) -> Result<IndexMap<String, Vec<u32>>, DataError> {
    let card = opening.card;
    let mut official: IndexMap<String, Vec<u32>> = IndexMap::new();
    if let Some(named) = &card.splits.column {
        let column = opening.column(sheet, &named.from)?;
        official.extend(named.map.values().map(|name| (name.clone(), Vec::new())));
        for row in 0..sheet.len() {
            let Some(value) = column.get(row) else { continue };
            let name = if named.map.is_empty() { Some(value) } else { named.map.get(value).map(String::as_str) };
            if let Some(name) = name {
                official.entry(name.to_owned()).or_default().push(row as u32);
            }
        }
    } else if let Some(names) = card.layout.split_names() {
        official.extend(names.iter().map(|name| (name.clone(), Vec::new())));
        let column = sheet.columns.get("split");
        for row in 0..sheet.len() {
            if let Some(rows) = column.and_then(|column| column.get(row)).and_then(|name| official.get_mut(name)) {
                rows.push(row as u32);
            }
        }
    }
    let mut tests: HashMap<*const Condition, Vec<bool>> = HashMap::new();
    for condition in card.splits.named.values().flat_map(|split| &split.conditions) {
        let values = opening.values(condition, sheet, fields)?;
        tests.insert(std::ptr::from_ref(condition), (0..sheet.len()).map(|row| condition.test.passes(values(row))).collect());
    }
    let passes = |split: &Split, row: u32| {
        Ok(split.conditions.iter().all(|condition| tests.get(&std::ptr::from_ref(condition)).is_none_or(|passed| passed[row as usize])))
    };
    let pool = Pool { dataset: &card.dataset, ids: &sheet.ids, fields, subject };
    let mut splits = divide(&pool, &card.splits, official, &passes)?;
    if splits.is_empty() {
        // A dataset without splits is there to be tested on.
        splits.insert("test".to_owned(), (0..sheet.len() as u32).collect());
    }
    for (name, rows) in &splits {
        let drawn = card.splits.named.get(name).is_some_and(|split| matches!(split.share, Share::Fraction { .. }));
        if rows.is_empty() {
            let why = if drawn { ": its `fraction` of so few items is none" } else { "" };
            return Err(DataError::dataset(&card.dataset, format!("has nothing in the split `{name}`{why}")));
        }
    }
    Ok(splits)
}
