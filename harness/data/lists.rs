//! Cells that list classes: those that an item shows, or those that it does not.

use indexmap::IndexMap;

use super::error::DataError;
use super::frame::whole;
use super::printable::hidden;
use super::sheet::Sheet;
use super::table;
use crate::spec::card::{LabelForm, Labels};
use crate::spec::problem::{Problem, SpecError};

/// What the cells of the columns list that labels are lists in.
#[derive(Default)]
pub(super) struct Lists {
    /// By column, what its distinct cells list, or why they cannot be read.
    columns: IndexMap<String, Vec<Result<Vec<String>, String>>>,
    /// Whether a cell that holds nothing is a list of nothing, as between separators: otherwise there is no list.
    bare: bool,
}

impl Lists {
    /// Reads each distinct cell once; no columns where labels are written in another form.
    pub(super) fn read(labels: Option<&Labels>, sheet: &Sheet) -> Self {
        let Some(LabelForm::List { separator, .. }) = labels.map(|labels| &labels.form) else { return Self::default() };
        let mut lists = Self { columns: IndexMap::new(), bare: separator.is_some() };
        for name in labels.into_iter().flat_map(|labels| labels.form.lists()) {
            let read = |cell: &str| {
                let no_list = || format!("`{name}` is `{cell}`, which is no list: write `[\"a\", \"b\"]`, or say the `separator`");
                let classes = classes_of(cell, separator.as_deref()).ok_or_else(no_list)?;
                match classes.iter().find(|class| class.contains(hidden)) {
                    Some(class) => Err(unseen(class)),
                    None => Ok(classes),
                }
            };
            let cells = sheet.columns.get(name).map(|column| column.values().map(read).collect());
            lists.columns.extend(cells.map(|cells| (name.clone(), cells)));
        }
        lists
    }

    /// The classes that an item's cell lists.
    pub(super) fn of(&self, sheet: &Sheet, column: &str, row: usize) -> &[String] {
        self.cell(sheet, column, row).and_then(|cell| cell.as_deref().ok()).unwrap_or_default()
    }

    /// The classes that any cell lists.
    pub(super) fn all(&self) -> impl Iterator<Item = &String> {
        self.columns.values().flatten().flatten().flatten()
    }

    /// Whether an item has a list in a column.
    pub(super) fn has(&self, sheet: &Sheet, column: &str, row: usize) -> bool {
        self.bare || self.cell(sheet, column, row).is_some()
    }

    fn cell(&self, sheet: &Sheet, column: &str, row: usize) -> Option<&Result<Vec<String>, String>> {
        self.columns.get(column)?.get(sheet.columns.get(column)?.code(row)? as usize)
    }

    /// Refuses columns in which no item has anything.
    pub(super) fn check(&self, labels: &Labels, sheet: &Sheet) -> Result<(), DataError> {
        let empty = |name: &String| (0..sheet.len()).all(|row| self.cell(sheet, name, row).is_none());
        if sheet.len() == 0 || !self.columns.keys().all(empty) {
            return Ok(());
        }
        let names: Vec<String> = self.columns.keys().map(|name| format!("`{name}`")).collect();
        let problem = Problem::at(&labels.node, format!("no item has a list in {}", names.join(" or in ")));
        Err(SpecError::from(problem.help("look where these columns come from: the key of a side file, `at`, may be another")).into())
    }

    /// Why the lists of some items cannot be used, by row.
    pub(super) fn refused(&self, sheet: &Sheet) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        for name in self.columns.keys() {
            let reason = |row| self.cell(sheet, name, row)?.as_ref().err().map(|reason| (row, reason.clone()));
            found.extend((0..sheet.len()).filter_map(reason));
        }
        if let [from, absent] = self.columns.keys().collect::<Vec<_>>()[..] {
            let twice = |row: usize| {
                let (yes, no) = (self.of(sheet, from, row), self.of(sheet, absent, row));
                yes.iter().find(|class| no.contains(class)).map(|class| (row, format!("`{class}` is in `{from}` and in `{absent}`")))
            };
            found.extend((0..sheet.len()).filter_map(twice));
        }
        found
    }
}

/// The classes that a cell lists; `None` where it is no list.
fn classes_of(cell: &str, separator: Option<&str>) -> Option<Vec<String>> {
    let listed = match separator {
        Some(separator) => cell.split(separator).map(str::to_owned).collect(),
        None if cell.is_empty() => Vec::new(),
        None => listed(cell)?,
    };
    Some(listed.iter().map(|class| whole(class.trim()).to_owned()).filter(|class| !class.is_empty()).collect())
}

/// A list as JSON writes it, or as Python does where a table was saved with lists in its cells: `['a', "b's", 3]`.
fn listed(cell: &str) -> Option<Vec<String>> {
    match table::parse(cell).ok()? {
        serde_json::Value::Array(items) => items
            .into_iter()
            .map(|item| match item {
                serde_json::Value::String(text) => Some(text),
                serde_json::Value::Number(number) => Some(number.to_string()),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

/// Why a class is refused that cannot be shown.
pub(super) fn unseen(class: &str) -> String {
    format!("the class `{class}` holds a character that cannot be shown")
}
