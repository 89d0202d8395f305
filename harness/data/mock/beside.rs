//! What lies beside the images: side files, joined tables, long tables of labels.

use std::collections::{BTreeMap, BTreeSet};

use super::folder::{Folder, put};
use super::item::{self, Item};
use super::pattern;
use super::{cell, classes};
use crate::data::array;
use crate::data::error::DataError;
use crate::data::random::generator;
use crate::spec::card::{Card, Header, Hierarchy, JoinKey, LabelForm, Names, Pick, TableFile};
use crate::spec::mock::Mock;

/// One file an item and side file.
pub(super) fn sidecars(card: &Card, folder: &Folder, items: &[Item]) -> Result<(), DataError> {
    for sidecar in &card.sidecars {
        for item in items {
            let value = |column: &str| item.cells.get(column).map(String::as_str);
            let Ok(file) = sidecar.file.fill(value) else { continue };
            let cells: Vec<(&Pick, &str)> =
                sidecar.columns.iter().map(|(column, pick)| (pick, value(column).unwrap_or_default())).collect();
            folder.write(&file, &content(&cells))?;
        }
    }
    Ok(())
}

fn content(cells: &[(&Pick, &str)]) -> Vec<u8> {
    let mut lines: Vec<Vec<String>> = Vec::new();
    let mut json = serde_json::Value::Null;
    let mut array: Vec<String> = Vec::new();
    for (pick, cell) in cells {
        match pick {
            Pick::Json { at, vote } => {
                let cell = if cell.is_empty() { serde_json::Value::Null } else { serde_json::json!(cell) };
                let value = if vote.is_some() { serde_json::json!([cell, cell, cell]) } else { cell };
                put(&mut json, at.split('/').skip(1), value);
            }
            Pick::Element(index) => {
                array.resize(array.len().max(index + 1), String::new());
                array[*index] = (*cell).to_owned();
            }
            Pick::Line { line, word } => {
                lines.resize(lines.len().max(*line), Vec::new());
                let words = &mut lines[line - 1];
                let at = word.unwrap_or(1) - 1;
                words.resize(words.len().max(at + 1), "0".to_owned());
                words[at] = (*cell).to_owned();
            }
        }
    }
    if !array.is_empty() {
        return npy(&array);
    }
    if !lines.is_empty() {
        let line = |words: &Vec<String>| if words.is_empty() { "0 0\n".to_owned() } else { words.join(" ") + "\n" };
        return lines.iter().map(line).collect::<String>().into_bytes();
    }
    json.to_string().into_bytes()
}

/// Texts as NumPy writes them: UTF-32, padded to the longest; a single one has no dimension.
fn npy(texts: &[String]) -> Vec<u8> {
    let width = texts.iter().map(|text| text.chars().count()).max().unwrap_or(0).max(1);
    let letters = |text: &String| text.chars().map(u32::from).chain(std::iter::repeat(0)).take(width).collect::<Vec<u32>>();
    let elements: Vec<u8> = texts.iter().flat_map(letters).flat_map(u32::to_le_bytes).collect();
    let shape: &[usize] = if texts.len() == 1 { &[] } else { &[texts.len()] };
    array::npy(&format!("<U{width}"), shape, &elements)
}

/// The tables that are joined: one row a key.
pub(super) fn joined(card: &Card, mock: &Mock, folder: &Folder, items: &mut [Item]) -> Result<(), DataError> {
    for (name, table) in &card.tables {
        let mut seen = BTreeSet::new();
        let mut rows: Vec<BTreeMap<String, String>> = Vec::new();
        // Rows that are joined by their number are as many as there are items, and do not say it.
        let counted = table.key.first().is_some();
        let absent = |item: &&mut Item| item.cells.get(&format!("{name}.found")).is_some_and(|found| found == "0");
        for item in items.iter_mut().filter(|item| !absent(item)) {
            let key = match &table.key {
                _ if counted => item.number.to_string(),
                JoinKey::Equal { item: key, .. } => {
                    key.fill(|column| Some(item.cells.get(column).map_or("", String::as_str))).unwrap_or_default()
                }
                JoinKey::Pattern { pattern, .. } => {
                    let group = |name: Option<&str>| name.and_then(|name| item.cells.get(name).cloned());
                    let mut random = generator(mock.seed, "mock key", 0, item.number);
                    pattern::text(pattern, &group, item.number, &mut random)
                        .map_err(|reason| DataError::dataset(&card.dataset, format!("cannot be mocked: of `{name}`, {reason}")))?
                }
            };
            if !seen.insert(key.clone()) {
                continue;
            }
            let prefix = format!("{name}.");
            let cells = item.cells.iter().filter_map(|(column, cell)| Some((column.strip_prefix(&prefix)?.to_owned(), cell.clone())));
            let mut row: BTreeMap<String, String> = cells.filter(|(column, _)| column != "found").collect();
            if !counted {
                row.extend(keyed(&table.key, item, key));
            }
            rows.push(row);
        }
        // Where nobody is in it, its columns still are.
        if rows.is_empty() {
            rows.push(table.key.columns().into_iter().map(|column| (column.to_owned(), "nobody".to_owned())).collect());
        }
        folder.table(&table.table, &rows)?;
    }
    Ok(())
}

/// The cells of a table's row by which an item finds it. Of several columns, each has what the item has in its place.
fn keyed(key: &JoinKey, item: &Item, whole: String) -> Vec<(String, String)> {
    match key.columns().as_slice() {
        [column] => vec![((*column).to_owned(), whole)],
        columns => {
            let cells = key.item_columns().into_iter().map(|column| item.cells.get(column).cloned().unwrap_or_default());
            columns.iter().map(|column| (*column).to_owned()).zip(cells).collect()
        }
    }
}

/// Long tables of labels, and what tells their classes.
pub(super) fn labels(card: &Card, mock: &Mock, folder: &Folder, items: &[Item]) -> Result<(), DataError> {
    let Some(labels) = &card.labels else { return Ok(()) };
    if let LabelForm::Long { tables, id, class, value, .. } = &labels.form {
        let mut files: Vec<Vec<BTreeMap<String, String>>> = vec![Vec::new(); tables.len()];
        let row = |who: &str, code: &str, there: bool| {
            let said = value.as_ref().map(|(column, truth)| (column.clone(), cell::said(truth, there)));
            [(id.clone(), who.to_owned()), (class.clone(), code.to_owned())].into_iter().chain(said).collect()
        };
        for item in items {
            let file = place(tables, item);
            let who = item.cells.get(item::ID).map_or("", String::as_str);
            let told = item.labels.iter().filter(|(_, there)| *there || value.is_some());
            files[file].extend(told.map(|(code, there)| row(who, code, *there)));
        }
        // Where nobody is in it, its columns still are.
        let any = items.iter().find_map(|item| item.labels.first()).map_or("nobody", |(code, _)| code);
        files.iter_mut().filter(|rows| rows.is_empty()).for_each(|rows| rows.push(row("nobody", any, true)));
        for (table, rows) in tables.iter().zip(&files) {
            folder.table(table, rows)?;
        }
    }
    if let Some(names) = labels.form.names() {
        self::names(card, mock, folder, names)?;
    }
    labels.ontology.hierarchy.as_ref().map_or(Ok(()), |hierarchy| self::hierarchy(card, mock, folder, hierarchy))
}

/// The table of the classes' names.
fn names(card: &Card, mock: &Mock, folder: &Folder, names: &Names) -> Result<(), DataError> {
    let (code, name) = match (&names.table.header, &names.columns) {
        (Header::Absent(columns), _) if columns.len() >= 2 => (columns[0].clone(), columns[1].clone()),
        (_, Some(columns)) => columns.clone(),
        (_, None) => ("code".to_owned(), "name".to_owned()),
    };
    let row = |(class, text): (String, String)| BTreeMap::from([(code.clone(), class), (name.clone(), text)]);
    let rows: Vec<BTreeMap<String, String>> = classes::named(card, mock).into_iter().map(row).collect();
    folder.table(&names.table, &rows)
}

/// A hierarchy in which no class is a kind of another, since what is drawn of one is not drawn of the other.
fn hierarchy(card: &Card, mock: &Mock, folder: &Folder, hierarchy: &Hierarchy) -> Result<(), DataError> {
    let coded = card.labels.as_ref().is_some_and(|labels| labels.form.names().is_some());
    let classes = classes::named(card, mock).into_iter().map(|(code, name)| if coded { code } else { name });
    match &hierarchy.columns {
        Some((kind, of)) => {
            let rows: Vec<_> = classes.map(|class| BTreeMap::from([(kind.clone(), class), (of.clone(), String::new())])).collect();
            folder.table(&hierarchy.table, &rows)
        }
        // A tree has a root, which is one of the classes: it need not hold the others.
        None => {
            let root = serde_json::json!({"LabelName": classes.take(1).collect::<String>()});
            folder.write(&hierarchy.table.file, root.to_string().as_bytes())
        }
    }
}

/// The table that an item's labels are in: the one that is called after its split, or any.
fn place(tables: &[TableFile], item: &Item) -> usize {
    let split = item.split.as_ref().or_else(|| item.cells.get("split"));
    let named = split.and_then(|split| tables.iter().position(|table| table.file.contains(split.as_str())));
    named.unwrap_or(item.number as usize % tables.len().max(1))
}
