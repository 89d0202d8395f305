//! Made-up data in a card's own layout, with a disparity that is known because it was planted.
//!
//! `cast` decides who is in it (an `item` each; `asked`: what splits and `where` want; `classes`: several labels; `unit`: people, and their splits),
//! `cell` says so in the card's words (`pattern`: texts that expressions match), `name` what files are called, `scene` draws (`look`, by the `words`
//! of names, `face`, `garment`), `picture` encodes, `raw` writes pixels as they are, `packed` archives, `beside` and `annotated` write what belongs
//! to the images, all into a `folder`. `place` puts a mock where people look at it, `kept` where studies find it again.

mod annotated;
mod asked;
mod beside;
mod cast;
mod cell;
mod classes;
mod face;
mod folder;
mod garment;
mod item;
mod kept;
mod look;
mod name;
mod packed;
mod pattern;
mod picture;
mod place;
mod raw;
mod scene;
mod unit;
mod words;

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;

use self::cast::Cast;
use self::folder::Folder;
use self::item::Item;
pub use self::kept::{kept, open};
use self::name::Names;
pub use self::place::{Existing, place};
use super::archive;
use super::error::DataError;
use super::root::is_pattern;
use super::source::STEM;
use crate::spec::card::{
    Archives, BoxAt, BoxFormat, COUNTED, Card, Edges, Files, Header, ImageAt, Join, Layout, Pattern, Rows, TableFile, Template, first_of,
};
use crate::spec::mock::Mock;

/// Counts up when the same card would give other bytes.
const VERSION: u32 = 16;

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// How many items there are.
    pub items: u64,
    /// The files, below the folder, sorted.
    pub files: Vec<String>,
}

/// Writes a made-up dataset below a folder; equal cards give equal bytes. `rows` replaces the number of items that the card's `mock` says.
/// Open it with [`Card::at`].
///
/// # Errors
/// When the card cannot be mocked, or a file cannot be written.
pub fn write(card: &Card, rows: Option<u32>, root: &Path) -> Result<Written, DataError> {
    let mut mock = card.mock.clone().unwrap_or_default();
    mock.rows = rows.unwrap_or(mock.rows);
    let fewest = cast::fewest(card, &mock);
    if u64::from(mock.rows) < fewest {
        let reason = format!("cannot be mocked where `rows` is {}: fewer than {fewest} leave one of its splits empty", mock.rows);
        return Err(DataError::dataset(&card.dataset, reason));
    }
    let folder = Folder::new(root);
    let cast = Cast::new(card, &mock)?;
    let mut items: Vec<Item> = (0..u64::from(mock.rows)).into_par_iter().map(|number| cast.item(number)).collect::<Result<_, _>>()?;
    numbered(card, &mut items);
    if let Some(window) = card.layout.window() {
        items.iter_mut().for_each(|item| boxed(window, &mock, 0, item));
    }
    match &card.layout {
        Layout::Files(files) => in_files(card, &mock, &folder, files, &mut items)?,
        Layout::Rows(rows) => in_rows(card, &mock, &folder, rows, &mut items)?,
        Layout::Arrays(arrays) => raw::arrays(&mock, &folder, arrays, &items)?,
        Layout::Records(records) => raw::records(&mock, &folder, records, &items)?,
        Layout::Coco(coco) => annotated::coco(card, &mock, &folder, coco, &mut items)?,
    }
    beside::sidecars(card, &folder, &items)?;
    beside::joined(card, &mock, &folder, &mut items)?;
    beside::labels(card, &mock, &folder, &items)?;
    Ok(Written { items: items.len() as u64, files: folder.finish()? })
}

/// Rows are counted in each file. An item that finds its row of a table by a number has that number, and one that finds it by another
/// table's cell has such a cell. A table that leads to side files leads all items to the same folder, since several may have one row of it.
fn numbered(card: &Card, items: &mut [Item]) {
    let joined = |column: &str| column.split_once('.').is_some_and(|(table, _)| card.tables.contains_key(table));
    let mut rows: BTreeMap<Option<String>, u64> = BTreeMap::new();
    for item in items {
        let row = rows.entry(item.split.clone()).or_default();
        *row += 1;
        item.row = *row;
        for table in card.tables.values() {
            for column in table.key.item_columns() {
                let number = match table.key.first() {
                    Some(first) if first_of(column).is_none() => (item.number + first).to_string(),
                    None if joined(column) => format!("{:06}", item.number),
                    _ => continue,
                };
                item.cells.entry(column.to_owned()).or_insert(number);
            }
        }
        for column in card.sidecars.iter().flat_map(|sidecar| sidecar.file.columns()).filter(|column| joined(column)) {
            item.cells.entry(column.to_owned()).or_insert_with(|| "beside".to_owned());
        }
    }
}

/// The cells of a box that is the whole image, and reaches so far `beyond` it.
fn boxed(window: &BoxAt, mock: &Mock, beyond: u64, item: &mut Item) {
    let side = if window.relative { 1.0 } else { f64::from(mock.side) };
    let start = if window.format == BoxFormat::Cxcywh { side / 2.0 } else { 0.0 };
    let numbers = [start, start, side + beyond as f64, side].map(|number| number.to_string());
    match &window.edges {
        Edges::Columns(columns) => item.cells.extend(columns.iter().cloned().zip(numbers)),
        Edges::Cell(column) => drop(item.cells.insert(column.clone(), format!("[{}]", numbers.join(", ")))),
    }
}

/// Images where they belong: files, or members of an archive.
fn pictures(card: &Card, mock: &Mock, folder: &Folder, archive: Option<&str>, placed: &[(String, &Item)]) -> Result<(), DataError> {
    let write = |(path, item): &(String, &Item)| {
        let encoded = picture::encoded(mock, item, path);
        let encoded = encoded.map_err(|reason| DataError::dataset(&card.dataset, format!("cannot be drawn: {reason}")))?;
        match archive {
            Some(archive) => folder.write(&format!("{archive}/{path}"), &encoded),
            None => folder.write(path, &encoded),
        }
    };
    placed.par_iter().try_for_each(write)
}

fn in_files(card: &Card, mock: &Mock, folder: &Folder, files: &Files, items: &mut [Item]) -> Result<(), DataError> {
    let mut paths = Vec::with_capacity(items.len());
    let mut names = Names::new(card, mock, files);
    for item in items.iter_mut() {
        let (archive, path) = names.next(item)?;
        let name = path.rsplit('/').next().unwrap_or(&path).to_owned();
        let told = match &files.pattern {
            Some(Pattern::Name(regex)) => regex.captures(&name),
            Some(Pattern::Path(regex)) => regex.captures(&path),
            None => None,
        };
        if let (Some(told), Some(pattern)) = (told, &files.pattern) {
            for group in pattern.regex().capture_names().flatten() {
                item.cells.extend(told.name(group).map(|text| (group.to_owned(), text.as_str().to_owned())));
            }
        }
        item.cells.entry("stem".to_owned()).or_insert_with(|| name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem).to_owned());
        item.cells.entry("file".to_owned()).or_insert_with(|| name.clone());
        item.cells.entry("path".to_owned()).or_insert_with(|| path.clone());
        paths.push(match archive {
            Some(archive) => {
                let placed = format!("{archive}/{path}");
                item.cells.insert("archive".to_owned(), archive);
                (if files.archive.as_ref().is_some_and(Archives::are_several) { placed.clone() } else { path }, placed)
            }
            None => (path.clone(), path),
        });
    }
    for (item, (path, _)) in items.iter_mut().zip(&paths) {
        let id = files.id.as_ref().and_then(|id| id.fill(|name| item.cells.get(name).map(String::as_str)).ok());
        item.cells.insert(item::ID.to_owned(), id.unwrap_or_else(|| path.clone()));
    }
    let placed: Vec<(String, &Item)> = paths.into_iter().map(|(_, placed)| placed).zip(items.iter()).collect();
    pictures(card, mock, folder, None, &placed)
}

/// The archive that an item is in: the one that a field or the splits ask for, that of its split, or any.
fn archive_of(archives: &Archives, item: &Item) -> Option<String> {
    let asked = item.cells.get("archive").filter(|asked| archive::inside(&format!("{asked}/x")).is_some());
    let own = || archives.files.iter().find(|(split, _)| split.is_none() || *split == item.split);
    asked.cloned().or_else(|| own().map(|(_, file)| if is_pattern(file) { pattern::path(file, 1, "0") } else { file.clone() }))
}

fn in_rows(card: &Card, mock: &Mock, folder: &Folder, rows: &Rows, items: &mut [Item]) -> Result<(), DataError> {
    let mut paths = Vec::with_capacity(items.len());
    for item in items.iter_mut() {
        paths.push(match &rows.image {
            ImageAt::Path(path) => filled(card, path, item, true),
            ImageAt::Bytes(_) | ImageAt::Pixels(_) => String::new(),
        });
        if let ImageAt::Pixels(pixels) = &rows.image {
            raw::text(mock, pixels, item);
        }
        let id = rows.id.as_ref().map(|id| filled(card, id, item, false));
        let path = paths.last().cloned().unwrap_or_default();
        item.cells.insert(item::ID.to_owned(), id.unwrap_or(path));
        for column in card.tables.values().flat_map(|table| table.key.item_columns()).filter(|column| first_of(column).is_none()) {
            let number = format!("{:06}", item.number);
            item.cells.entry(column.to_owned()).or_insert(number);
        }
    }
    for (split, file) in &rows.tables {
        let here: Vec<&Item> = items.iter().filter(|item| split.is_none() || item.split == *split).collect();
        let cells: Vec<BTreeMap<String, String>> = here.iter().map(|item| own(card, item)).collect();
        match &rows.image {
            ImageAt::Path(_) | ImageAt::Pixels(_) => match stems(file, &here) {
                Some(files) => files.iter().zip(cells).try_for_each(|(file, row)| folder.table(file, &[row]))?,
                None => folder.table(file, &cells)?,
            },
            ImageAt::Bytes(column) => {
                let encoded = |item: &&Item| picture::encoded(mock, item, "");
                let bytes: Vec<Vec<u8>> = here
                    .par_iter()
                    .map(encoded)
                    .collect::<Result<_, String>>()
                    .map_err(|reason| DataError::dataset(&card.dataset, reason))?;
                folder.parquet(&file.file, &folder::with_lists(file, &cells), Some((column, &bytes)))?;
            }
        }
    }
    if let ImageAt::Bytes(_) | ImageAt::Pixels(_) = rows.image {
        return Ok(());
    }
    let placed: Vec<(String, &Item)> = paths.into_iter().zip(items.iter()).collect();
    pictures(card, mock, folder, rows.archive.as_deref(), &placed)
}

/// The tables of items that are told by their tables' names, where these have no room for a column that says so: one each, as images have in YOLO.
fn stems(file: &TableFile, items: &[&Item]) -> Option<Vec<TableFile>> {
    let (folder, ending) = file.file.rsplit_once('*').filter(|_| matches!(file.header, Header::Absent(_)))?;
    let stem = |item: &&Item| item.cells.get(STEM).map(|stem| TableFile { file: format!("{folder}{stem}{ending}"), ..file.clone() });
    items.iter().map(stem).collect()
}

/// A template with its holes filled; a column that nothing has decided yet becomes the item's number, as a file's name where it ends a path, or, of a
/// joined table, what its row is found by: items that share one share what it says.
fn filled(card: &Card, template: &Template, item: &mut Item, file: bool) -> String {
    let holes: Vec<String> = template.columns().map(str::to_owned).collect();
    let ended = template.fill(|_| Some("x")).is_ok_and(|text| !text.ends_with('x'));
    for (at, column) in holes.iter().enumerate().filter(|(_, column)| *column != "split" && first_of(column).is_none()) {
        let last = file && at + 1 == holes.len() && !ended;
        let table = column.split_once('.').and_then(|(table, _)| card.tables.get(table));
        let number = || format!("{:06}", item.number);
        let key = |table: &Join| {
            let parts = table.key.item_columns().into_iter().map(|column| item.cells.get(column).cloned().unwrap_or_else(number));
            parts.collect::<String>().replace(|letter: char| !letter.is_alphanumeric(), "_")
        };
        let value = table.map_or_else(number, key) + if last { ".jpg" } else { "" };
        item.cells.entry(column.clone()).or_insert(value);
    }
    let counted = COUNTED.map(|(name, first)| (name, (item.row - 1 + first).to_string()));
    let value = |column: &str| match column {
        "split" => item.split.as_deref().or(item.cells.get("split").map(String::as_str)),
        column => match counted.iter().find(|(name, _)| *name == column) {
            Some((_, number)) => Some(number.as_str()),
            None => item.cells.get(column).map(String::as_str),
        },
    };
    template.fill(value).unwrap_or_default()
}

/// The cells of the item's own table: what no other table or file says.
fn own(card: &Card, item: &Item) -> BTreeMap<String, String> {
    let elsewhere = |column: &str| {
        column == item::ID
            || column.split_once('.').is_some_and(|(table, _)| card.tables.contains_key(table))
            || card.sidecars.iter().any(|sidecar| sidecar.columns.contains_key(column))
    };
    item.cells.iter().filter(|(column, _)| !elsewhere(column)).map(|(column, cell)| (column.clone(), cell.clone())).collect()
}
