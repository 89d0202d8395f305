//! Official splits, before and after the card divides them.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::aside::Kind;
use super::error::DataError;
use super::frame::{Factor, whole};
use super::needed::Opening;
use super::rejections::Rejections;
use super::sheet::Sheet;
use super::split::{Pool, divide};
use crate::spec::card::{Condition, Share, Split};

/// Rejections that are shown where they explain that a split has nothing.
const SHOWN: usize = 10;

/// The splits of a sheet: those that its files or a column make, and what the card makes of them; and the items that are in none.
pub(super) fn splits(
    opening: &Opening,
    sheet: &Sheet,
    fields: &IndexMap<String, Factor>,
    subject: Option<&Factor>,
) -> Result<(IndexMap<String, Vec<u32>>, Kind), DataError> {
    let card = opening.card;
    let mut official: IndexMap<String, Vec<u32>> = IndexMap::new();
    let mut unknown = Kind::default();
    if let Some(named) = &card.splits.column {
        let field = fields.get(&named.from.text).filter(|_| !sheet.columns.contains_key(&named.from.text));
        let column = if field.is_none() { Some(opening.column(sheet, &named.from)?) } else { None };
        let value = |row| field.map_or_else(|| column?.get(row), |field| field.level(row));
        official.extend(named.map.values().map(|name| (name.clone(), Vec::new())));
        for row in 0..sheet.len() {
            let Some(value) = value(row) else { continue };
            let name = match named.map.is_empty() {
                true => Some(whole(value)),
                false => named.map.get(value).or_else(|| named.map.get(whole(value))).map(String::as_str),
            };
            match name {
                Some(name) => official.entry(name.to_owned()).or_default().push(row as u32),
                None => unknown.add(value),
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
            let mut why = if drawn { ": its `fraction` of so few items is none".to_owned() } else { String::new() };
            if unknown.count > 0 {
                why = format!(": of {} items `splits` does not know the value, such as {}", unknown.count, unknown.shown());
            }
            return Err(DataError::dataset(&card.dataset, format!("has nothing in the split `{name}`{why}{}", told(&sheet.rejected))));
        }
    }
    let divided: HashSet<u32> = splits.values().flatten().copied().collect();
    Ok((splits, Kind { count: (sheet.len() - divided.len()) as u64, ..unknown }))
}

/// The first rejections, a line each.
fn told(rejected: &Rejections) -> String {
    let shown: String = rejected.listed().iter().take(SHOWN).map(|rejected| format!("\n  {rejected}")).collect();
    match rejected.count() {
        0 => String::new(),
        1 => format!("; one row was rejected{shown}"),
        all if all > SHOWN as u64 => format!("; {all} rows were rejected{shown}\n  and {} more", all - SHOWN as u64),
        all => format!("; {all} rows were rejected{shown}"),
    }
}
