//! The items of a card with their columns, as they are written: one row an item.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use indexmap::{IndexMap, IndexSet};
use rayon::prelude::*;

use super::dataset::Rejected;
use super::error::DataError;
use super::items::{Container, IDX_IMAGES_HEADER, Place, below_root, read_maybe_gzip};
use super::table::{self, At, Table};
use super::walk::walk;
use crate::spec::card::{Card, Files, Header, IdxPair, ImageAt, Layout, Pattern, Rows, TableFile, TableFormat};

/// A column of texts, each distinct one held once.
#[derive(Clone, Debug, Default)]
pub(super) struct Column {
    values: IndexSet<Box<str>>,
    codes: Vec<Option<u32>>,
}

impl Column {
    pub(super) fn push(&mut self, value: Option<&str>) {
        let code = value.map(|value| match self.values.get_index_of(value) {
            Some(code) => code as u32,
            None => self.values.insert_full(value.into()).0 as u32,
        });
        self.codes.push(code);
    }

    pub(super) fn get(&self, row: usize) -> Option<&str> {
        self.codes.get(row).copied().flatten().and_then(|code| self.values.get_index(code as usize)).map(AsRef::as_ref)
    }

    pub(super) fn code(&self, row: usize) -> Option<u32> {
        self.codes.get(row).copied().flatten()
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(AsRef::as_ref)
    }

    fn retain(&mut self, keep: &[bool]) {
        let mut row = 0;
        self.codes.retain(|_| {
            row += 1;
            keep[row - 1]
        });
    }
}

/// The items and their columns.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) ids: Vec<String>,
    pub(super) places: Vec<Place>,
    pub(super) containers: Vec<Container>,
    /// Where each item is written: an index into `files`, and the line or row.
    origins: Vec<(u32, Option<u64>)>,
    files: Vec<String>,
    pub(super) columns: IndexMap<String, Column>,
    /// The tables that were read, below the root.
    pub(super) tables: Vec<String>,
    pub(super) rejected: Vec<Rejected>,
}

impl Sheet {
    /// Reads the items of a card, with the columns that `needed` names.
    pub(super) fn read(card: &Card, root: &Path, needed: &BTreeSet<String>) -> Result<Self, DataError> {
        let mut sheet = Self { columns: needed.iter().map(|name| (name.clone(), Column::default())).collect(), ..Self::default() };
        match &card.layout {
            Layout::Files(files) => sheet.read_files(card, root, files)?,
            Layout::Rows(rows) => {
                for (split, file) in &rows.tables {
                    sheet.read_table(card, root, rows, split.as_deref(), file)?;
                }
                sheet.drop_absent_files(root);
            }
            Layout::Idx { pairs, .. } => {
                for (split, pair) in pairs {
                    sheet.read_idx(card, root, split, pair)?;
                }
            }
        }
        sheet.drop_duplicates();
        Ok(sheet)
    }

    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Refuses an item.
    pub(super) fn rejection(&self, row: usize, reason: String) -> Rejected {
        let (file, line) = self.origins[row];
        Rejected { what: self.files[file as usize].clone(), line, reason }
    }

    /// Keeps some of the items.
    pub(super) fn retain(&mut self, keep: &[bool]) {
        fn kept<T>(values: &mut Vec<T>, keep: &[bool]) {
            let mut row = 0;
            values.retain(|_| {
                row += 1;
                keep[row - 1]
            });
        }
        kept(&mut self.ids, keep);
        kept(&mut self.places, keep);
        kept(&mut self.origins, keep);
        self.columns.values_mut().for_each(|column| column.retain(keep));
    }

    fn push<'v>(&mut self, id: String, place: Place, origin: (u32, Option<u64>), value: impl Fn(&str) -> Option<&'v str>) {
        self.ids.push(id);
        self.places.push(place);
        self.origins.push(origin);
        for (name, column) in &mut self.columns {
            column.push(value(name));
        }
    }

    fn file(&mut self, name: &str) -> u32 {
        self.files.push(name.to_owned());
        self.files.len() as u32 - 1
    }

    fn read_files(&mut self, card: &Card, root: &Path, files: &Files) -> Result<(), DataError> {
        if let Some(archive) = &files.archive {
            return Err(DataError::dataset(&card.dataset, format!("lies in the archive `{archive}`: unpack it and use `glob`")));
        }
        let found = walk(root, &files.glob)?;
        self.rejected.extend(found.refused.into_iter().map(|(what, reason)| Rejected { what, line: None, reason }));
        for path in found.files {
            let name = path.rsplit('/').next().unwrap_or(&path);
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            let (captures, key) = match &files.pattern {
                None => (None, ""),
                Some(Pattern::Name(regex)) => (regex.captures(name), "name"),
                Some(Pattern::Path(regex)) => (regex.captures(&path), "path"),
            };
            if files.pattern.is_some() && captures.is_none() {
                self.rejected.push(Rejected { what: path.clone(), line: None, reason: format!("does not match `images.{key}`") });
                continue;
            }
            let value = |column: &str| match captures.as_ref().and_then(|captures| captures.name(column)) {
                Some(found) => Some(found.as_str()).filter(|text| !text.is_empty()),
                None => match column {
                    "path" => Some(path.as_str()),
                    "file" => Some(name),
                    "stem" => Some(stem),
                    _ => None,
                },
            };
            let id = match &files.id {
                None => path.clone(),
                Some(id) => match id.fill(value) {
                    Ok(id) => id,
                    Err(column) => {
                        self.rejected.push(Rejected { what: path.clone(), line: None, reason: format!("`{column}` is empty") });
                        continue;
                    }
                },
            };
            let origin = self.file(&path);
            self.push(id, Place::File(path.clone()), (origin, None), value);
        }
        if self.ids.is_empty() {
            let folder = root.display();
            let why = self.rejected.first().map_or(String::new(), |first| format!(" ({}: {})", first.what, first.reason));
            return Err(DataError::dataset(&card.dataset, format!("has no file like `{}` below `{folder}`{why}", files.glob)));
        }
        Ok(())
    }

    fn read_table(&mut self, card: &Card, root: &Path, rows: &Rows, split: Option<&str>, file: &TableFile) -> Result<(), DataError> {
        let below = below_root(&file.file).map_err(|reason| DataError::dataset(&card.dataset, format!("names a table badly: {reason}")))?;
        let path = root.join(&below);
        let templates = match &rows.image {
            ImageAt::Path(path) => Some(path),
            ImageAt::Bytes(_) => None,
        };
        let mut wanted: BTreeSet<String> = self.columns.keys().filter(|name| split.is_none() || *name != "split").cloned().collect();
        wanted.extend(templates.into_iter().chain(&rows.id).flat_map(|template| template.columns()).map(str::to_owned));
        let container = match &rows.image {
            ImageAt::Bytes(column) => {
                self.containers.push(Container::Parquet { file: below.clone(), column: column.clone() });
                Some(self.containers.len() as u32 - 1)
            }
            ImageAt::Path(_) => None,
        };
        let options = table::Options { columns: Some(wanted.iter().cloned().collect()), tolerant: true, ..options(file) };
        let origin = self.file(&below);
        let mut record = 0_u64;
        for chunk in Table::chunks(&path, &options)? {
            let chunk = chunk?;
            let columns: HashMap<&str, table::Column> =
                wanted.iter().map(|name| Ok((name.as_str(), chunk.column(name)?))).collect::<Result<_, table::TableError>>()?;
            for malformed in chunk.malformed() {
                self.rejected.push(rejected(&below, &malformed.at, &malformed.reason));
            }
            for row in 0..chunk.len() {
                record += 1;
                let at = chunk.at(row);
                let mut cells: HashMap<&str, String> = HashMap::with_capacity(columns.len());
                for (name, column) in &columns {
                    if let Some(cell) = column.text(row)? {
                        cells.insert(name, cell.into_owned());
                    }
                }
                cells.extend(split.map(|split| ("split", split.to_owned())));
                let value = |name: &str| cells.get(name).map(String::as_str);
                let place = match (&rows.image, container) {
                    (ImageAt::Path(path), _) => {
                        path.fill(value).map_err(|column| format!("`{column}` is empty")).and_then(|path| below_root(&path))
                    }
                    (ImageAt::Bytes(_), _) => Ok(String::new()),
                };
                let named = match (&rows.id, &place) {
                    (Some(id), _) => id.fill(value).map_err(|column| format!("`{column}` is empty")),
                    (None, Ok(path)) if container.is_none() => Ok(path.clone()),
                    (None, _) => Ok(format!("{below}:{record}")),
                };
                match (place, named) {
                    (Ok(path), Ok(id)) => {
                        let place = container.map_or(Place::File(path), |container| Place::Record(container, record - 1));
                        self.push(id, place, (origin, Some(at.number)), value);
                    }
                    (Err(reason), _) | (_, Err(reason)) => self.rejected.push(rejected(&below, &at, &reason)),
                }
            }
        }
        self.tables.push(below);
        Ok(())
    }

    fn read_idx(&mut self, card: &Card, root: &Path, split: &str, pair: &IdxPair) -> Result<(), DataError> {
        let wrong = |file: &str, reason: &str| DataError::dataset(&card.dataset, format!("has an IDX file `{file}` that {reason}"));
        let images = read_maybe_gzip(&root.join(&pair.images))?;
        let labels = read_maybe_gzip(&root.join(&pair.labels))?;
        let word =
            |bytes: &[u8], at: usize| bytes.get(at..at + 4).map_or(0, |four| u32::from_be_bytes([four[0], four[1], four[2], four[3]]));
        if word(&images, 0) != 0x0803 {
            return Err(wrong(&pair.images, "does not hold images: its magic number is not 2051"));
        }
        if word(&labels, 0) != 0x0801 {
            return Err(wrong(&pair.labels, "does not hold labels: its magic number is not 2049"));
        }
        let (count, height, width) = (word(&images, 4), word(&images, 8), word(&images, 12));
        let size = u64::from(count) * u64::from(height) * u64::from(width);
        if images.len() as u64 != IDX_IMAGES_HEADER as u64 + size {
            return Err(wrong(&pair.images, "is truncated, or longer than its header says"));
        }
        if labels.len() as u64 != 8 + u64::from(count) {
            return Err(wrong(&pair.labels, "does not hold one label an image"));
        }
        self.containers.push(Container::Idx { file: pair.images.clone(), height, width });
        let container = self.containers.len() as u32 - 1;
        let origin = self.file(&pair.images);
        for (record, label) in labels[8..].iter().enumerate() {
            let label = label.to_string();
            let value = |name: &str| match name {
                "label" => Some(label.as_str()),
                "split" => Some(split),
                _ => None,
            };
            self.push(format!("{split}-{record:06}"), Place::Record(container, record as u64), (origin, Some(record as u64 + 1)), value);
        }
        self.tables.extend([pair.images.clone(), pair.labels.clone()]);
        Ok(())
    }

    /// Rows whose image is not there.
    fn drop_absent_files(&mut self, root: &Path) {
        let keep: Vec<bool> = self
            .places
            .par_iter()
            .map(|place| match place {
                Place::File(path) => std::fs::metadata(root.join(path)).is_ok_and(|metadata| metadata.is_file()),
                Place::Record(..) => true,
            })
            .collect();
        self.reject(&keep, |sheet, row| match &sheet.places[row] {
            Place::File(path) => format!("there is no file `{path}`"),
            Place::Record(..) => String::new(),
        });
    }

    /// Of items with one id, the first stays.
    fn drop_duplicates(&mut self) {
        let mut first: HashMap<&str, usize> = HashMap::with_capacity(self.ids.len());
        let mut earlier = vec![None; self.ids.len()];
        for (row, id) in self.ids.iter().enumerate() {
            match first.get(id.as_str()) {
                Some(other) => earlier[row] = Some(*other),
                None => drop(first.insert(id, row)),
            }
        }
        let keep: Vec<bool> = earlier.iter().map(Option::is_none).collect();
        self.reject(&keep, |sheet, row| {
            let (file, line) = sheet.origins[earlier[row].unwrap_or(0)];
            let place = line.map_or_else(|| sheet.files[file as usize].clone(), |line| format!("`{}` {line}", sheet.files[file as usize]));
            format!("the id `{}` is there already, at {place}", sheet.ids[row])
        });
    }

    /// Rejects the items that are not kept.
    pub(super) fn reject(&mut self, keep: &[bool], reason: impl Fn(&Self, usize) -> String) {
        if keep.iter().all(|keep| *keep) {
            return;
        }
        let refused: Vec<Rejected> = (0..keep.len()).filter(|row| !keep[*row]).map(|row| self.rejection(row, reason(self, row))).collect();
        self.rejected.extend(refused);
        self.retain(keep);
    }
}

fn rejected(file: &str, at: &At, reason: &str) -> Rejected {
    Rejected { what: file.to_owned(), line: Some(at.number), reason: reason.to_owned() }
}

/// How a card says that a table is written, as the reader of tables wants it.
pub(super) fn options(file: &TableFile) -> table::Options {
    let format = file.format.map(|format| match format {
        TableFormat::Delimited(byte) => table::Format::Delimited(byte),
        TableFormat::Whitespace => table::Format::Whitespace,
        TableFormat::Parquet => table::Format::Parquet,
        TableFormat::JsonLines => table::Format::JsonLines,
    });
    let header = match &file.header {
        Header::Names => table::Header::Names,
        Header::AllButFirst(first) => table::Header::AllButFirst(first.clone()),
        Header::Absent(columns) => table::Header::Absent(columns.clone()),
    };
    table::Options { format, encoding: file.encoding, skip_rows: file.skip_rows, header, columns: None, tolerant: false }
}
