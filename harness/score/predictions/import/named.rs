//! Labels and decisions of a table, and the classes that they name.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::levels::{factor, truth};
use crate::data::frame::{Factor, Targets, whole};
use crate::data::table::{Column, Sightings, Table, TableError};
use crate::score::predictions::Fault;
use crate::spec::predictions::Labels;

/// Labels or decisions by name, before the classes are known.
pub(super) enum Named {
    Single(Factor),
    Lists { present: Vec<Vec<String>>, absent: Option<Vec<Vec<String>>> },
    Wide(Vec<Vec<Option<bool>>>),
}

impl Named {
    /// Reads the columns.
    pub(super) fn read(table: &Table, labels: &Labels) -> Result<Self, TableError> {
        let lists = |name: &String| -> Result<Vec<Vec<String>>, TableError> {
            let column = table.column(name)?;
            let names =
                |listed: Vec<String>| listed.iter().map(|name| whole(name.trim()).to_owned()).filter(|name| !name.is_empty()).collect();
            (0..table.len()).map(|row| Ok(names(column.texts(row)?.unwrap_or_default()))).collect()
        };
        Ok(match labels {
            Labels::Single(name) => {
                let column = table.column(name)?;
                let first = (0..table.len()).find_map(|row| column.text(row).ok().flatten());
                if column.holds_lists() || first.is_some_and(|text| text.starts_with('[') && text.ends_with(']')) {
                    let lists = format!(
                        "has lists of classes in the column `{name}`: write `{{present: {name}, absent: rest}}`, or in the place of `rest` \
                         the column of the classes that are absent"
                    );
                    return Err(TableError::file(table.path(), lists));
                }
                Self::Single(factor(table, column)?)
            }
            Labels::Lists { present, absent } => Self::Lists { present: lists(present)?, absent: absent.as_ref().map(lists).transpose()? },
            Labels::Wide(map) => {
                let columns: Vec<Column<'_>> = map.values().map(|name| table.column(name)).collect::<Result<_, _>>()?;
                let state = |column: &Column<'_>, row: usize| match column.text(row)?.as_deref() {
                    None => Ok(None),
                    Some("1" | "true" | "1.0") => Ok(Some(true)),
                    Some("0" | "false" | "0.0") => Ok(Some(false)),
                    Some(other) => {
                        let column = column.name();
                        let minus = if other.starts_with("-1") { "; some write -1 for the one, others for the other" } else { "" };
                        let message = format!("`{column}` holds `{other}`: must be 1 (present), 0 (absent) or empty (unknown){minus}");
                        Err(table.row_error(row, message))
                    }
                };
                Self::Wide((0..table.len()).map(|row| columns.iter().map(|column| state(column, row)).collect()).collect::<Result<_, _>>()?)
            }
        })
    }

    fn names(&self) -> Vec<&str> {
        match self {
            Self::Single(factor) => factor.levels.iter().map(String::as_str).collect(),
            Self::Lists { present, absent } => present.iter().chain(absent.iter().flatten()).flatten().map(String::as_str).collect(),
            Self::Wide(_) => Vec::new(),
        }
    }

    /// Class indices; what is no class is a fault of its rows.
    pub(super) fn targets(
        &self,
        places: &HashMap<&str, u32>,
        rows: &impl Fn(usize) -> Sightings,
        columns: &Labels,
        what: &str,
        faults: &mut Vec<Fault>,
    ) -> Targets {
        let mut strange: IndexMap<String, Sightings> = IndexMap::new();
        let mut place = |name: &str, row: usize| {
            let place = places.get(name).copied();
            if place.is_none() {
                strange.entry(name.to_owned()).or_default().join(rows(row));
            }
            place
        };
        let targets = match self {
            Self::Single(factor) => {
                let known: Vec<Option<u32>> = factor.levels.iter().map(|level| places.get(level.as_str()).copied()).collect();
                let of = |(row, code): (usize, &Option<u32>)| {
                    code.and_then(|code| known[code as usize].or_else(|| place(&factor.levels[code as usize], row)))
                };
                Targets::Single(factor.codes.iter().enumerate().map(of).collect())
            }
            Self::Lists { present, absent } => {
                let mut indices = |lists: &[Vec<String>]| -> Vec<Vec<u32>> {
                    let mut of = |(row, names): (usize, &Vec<String>)| {
                        let mut classes: Vec<u32> = names.iter().filter_map(|name| place(name, row)).collect();
                        classes.sort_unstable();
                        classes.dedup();
                        classes
                    };
                    lists.iter().enumerate().map(&mut of).collect()
                };
                let present = indices(present);
                let rest = |present: &Vec<u32>| (0..places.len() as u32).filter(|class| present.binary_search(class).is_err()).collect();
                let absent = absent.as_ref().map_or_else(|| present.iter().map(rest).collect(), |absent| indices(absent));
                Targets::Multi { present, absent }
            }
            Self::Wide(states) => {
                let Labels::Wide(map) = columns else { return Targets::Multi { present: Vec::new(), absent: Vec::new() } };
                let classes: Vec<Option<u32>> = map.keys().map(|name| place(name, 0)).collect();
                let of = |row: &Vec<Option<bool>>, wanted: bool| {
                    let of_state = |(state, class): (&Option<bool>, &Option<u32>)| class.filter(|_| *state == Some(wanted));
                    let mut of_row: Vec<u32> = row.iter().zip(&classes).filter_map(of_state).collect();
                    of_row.sort_unstable();
                    of_row
                };
                let present = states.iter().map(|row| of(row, true)).collect();
                Targets::Multi { present, absent: states.iter().map(|row| of(row, false)).collect() }
            }
        };
        for (name, rows) in strange {
            faults.extend(Fault::of_rows(format!("the {what} `{name}` is not in the list of {} classes", places.len()), [rows]));
        }
        targets
    }
}

/// Reads labels and decisions that are `True` and `False` alone as `true` and `false`: both, or neither.
pub(super) fn truths(labels: &mut Option<Named>, decisions: &mut Option<Named>) {
    let of = |named: &Named| match named {
        Named::Single(factor) => truth(factor).map(Named::Single),
        Named::Lists { .. } | Named::Wide(_) => None,
    };
    let read: Option<Vec<Named>> = [&*labels, &*decisions].into_iter().flatten().map(of).collect();
    if let Some(read) = read {
        let mut read = read.into_iter();
        [labels, decisions].into_iter().flatten().for_each(|named| read.next().into_iter().for_each(|read| *named = read));
    }
}

/// The classes of a wide table.
pub(super) fn wide(labels: &Labels) -> Option<Vec<String>> {
    match labels {
        Labels::Wide(map) => Some(map.keys().cloned().collect()),
        _ => None,
    }
}

/// The classes that occur, numbers by size; with more scores than names, labels must be their places.
pub(super) fn occurring<'a>(named: impl Iterator<Item = &'a Named>, width: usize) -> Result<Vec<String>, Fault> {
    let mut names: Vec<&str> = named.flat_map(Named::names).collect();
    names.sort_unstable();
    names.dedup();
    let numbers: Option<Vec<i64>> = names.iter().map(|name| name.parse().ok()).collect();
    if width > names.len() && width > 1 {
        let places = numbers.filter(|numbers| numbers.iter().all(|number| (0..width as i64).contains(number)));
        return match places {
            Some(_) => Ok((0..width).map(|class| class.to_string()).collect()),
            None => Err(Fault::new(format!(
                "{width} scores an item for the {} classes that occur: add `classes: […]` to `columns`",
                names.len()
            ))),
        };
    }
    if let Some(numbers) = numbers {
        let mut sorted: Vec<(i64, &str)> = numbers.into_iter().zip(names).collect();
        sorted.sort_unstable();
        return Ok(sorted.into_iter().map(|(_, name)| name.to_owned()).collect());
    }
    Ok(names.into_iter().map(str::to_owned).collect())
}
