//! Tables as they lie on disk: CSV, TSV, whitespace, Parquet, JSON, JSON lines; named columns, and a line or row number for every cell.
//!
//! A small table is read whole ([`Table::read`]), a large one in chunks ([`Table::chunks`]), both through the same readers.
//! Cells stay as they are written until a typed accessor of [`Column`] asks for text, a number or a list; whatever it cannot
//! give is an error that names the file, the line, the column and the cell.

mod column;
mod delimited;
mod distinct;
mod encoding;
mod error;
mod format;
mod json;
mod json_lines;
mod literal;
mod parquet;
mod path;
mod records;
mod unmet;
mod unrolled;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, LargeStringArray, UInt32Array, new_null_array};
use arrow::compute::filter;
use arrow::datatypes::DataType;
use rayon::prelude::*;

pub use self::column::Column;
pub use self::distinct::{Distinct, Sightings};
pub(super) use self::error::to_element;
pub use self::error::{At, TableError};
pub use self::format::{Format, Header, Options};
pub(super) use self::literal::parse;
pub(super) use self::parquet::{read_all_cells, read_cells};
pub(super) use self::path::Sought;
pub(super) use self::records::scalar;
pub(super) use self::unmet::Unmet;

/// Rows that a chunk holds at most.
const CHUNK: usize = 65_536;

/// The longest line or record that is read, in bytes: a quote that is never closed must not swallow a 10 GB file into memory.
const LONGEST_RECORD: usize = 64 << 20;

/// A row that was kept aside because its shape is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// Where.
    pub at: At,
    /// What is wrong.
    pub reason: String,
}

/// Rows of a table, or all of them.
#[derive(Clone, Debug)]
pub struct Table {
    path: PathBuf,
    unit: &'static str,
    /// Every column of the file, kept or not.
    header: Vec<String>,
    names: Vec<String>,
    arrays: Vec<ArrayRef>,
    numbers: Vec<u64>,
    malformed: Vec<Malformed>,
    metadata: Arc<std::collections::HashMap<String, String>>,
    /// The columns that lead into values.
    sought: Sought,
}

impl Table {
    /// Reads a whole table into memory.
    ///
    /// # Errors
    /// When the file cannot be read, is not a table of its format, or, unless [`Options::tolerant`], has a malformed row.
    pub fn read(path: &Path, options: &Options) -> Result<Self, TableError> {
        let chunks = Self::chunks(path, options)?.collect::<Result<Vec<_>, _>>()?;
        Self::concat(path, chunks)
    }

    /// Reads a table piece by piece: at least one chunk, each of at most 65,536 rows, in the order of the file.
    ///
    /// # Errors
    /// When the file cannot be opened or its format is not known; later errors come with the chunks.
    pub fn chunks(path: &Path, options: &Options) -> Result<Chunks, TableError> {
        let format = match options.format.or_else(|| Format::of(path)) {
            Some(format) => format,
            None => {
                return Err(TableError::file(
                    path,
                    "has an ending that is not a table's: csv, tsv, txt, parquet, json, jsonl (a card may name its `format` instead)",
                ));
            }
        };
        let lists = options.each.as_deref().filter(|_| !matches!(format, Format::Json | Format::JsonLines));
        let source: Box<dyn Iterator<Item = Result<Self, TableError>> + Send> = match (format, lists) {
            (_, Some(each)) => Box::new(unrolled::Unrolled::open(path, options, each)?),
            (Format::Delimited(delimiter), None) => Box::new(delimited::Delimited::open(path, Some(delimiter), options)?),
            (Format::Whitespace, None) => Box::new(delimited::Delimited::open(path, None, options)?),
            (Format::Parquet, None) => Box::new(parquet::Batches::open(path, options)?),
            (Format::Json, None) => Box::new(json::read(path, options)?),
            (Format::JsonLines, None) => Box::new(json_lines::JsonLines::open(path, options)?),
        };
        let mut told = options.told.clone();
        told.retain(|(name, _)| options.columns.iter().flatten().any(|kept| kept == name));
        Ok(Chunks { source, told, failed: false })
    }

    /// Joins the chunks of one file. A column that some chunk lacks (JSON lines) is missing in its rows.
    fn concat(path: &Path, mut chunks: Vec<Self>) -> Result<Self, TableError> {
        if chunks.len() == 1 {
            return chunks.pop().ok_or_else(|| TableError::file(path, "is empty"));
        }
        let mut names: Vec<String> = Vec::new();
        let mut header: Vec<String> = Vec::new();
        for chunk in &chunks {
            names.extend(chunk.names.iter().filter(|name| !names.contains(name)).cloned().collect::<Vec<_>>());
            header.extend(chunk.header.iter().filter(|name| !header.contains(name)).cloned().collect::<Vec<_>>());
        }
        let joined = |name: &String| {
            let kind = chunks.iter().find_map(|chunk| chunk.array(name)).map_or(DataType::LargeUtf8, |array| array.data_type().clone());
            let parts: Vec<ArrayRef> =
                chunks.iter().map(|chunk| chunk.array(name).cloned().unwrap_or_else(|| new_null_array(&kind, chunk.len()))).collect();
            let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
            arrow::compute::concat(&parts).map_err(|error| TableError::file(path, format!("cannot be held in memory: {error}")))
        };
        let arrays = names.par_iter().map(joined).collect::<Result<_, _>>()?;
        let (unit, metadata) = chunks.first().map_or(("row", Arc::default()), |chunk| (chunk.unit, Arc::clone(&chunk.metadata)));
        let numbers = chunks.iter().flat_map(|chunk| chunk.numbers.iter().copied()).collect();
        let sought = chunks.iter().fold(Sought::default(), |sought, chunk| sought.with(chunk.sought.clone()));
        let malformed = chunks.into_iter().flat_map(|chunk| chunk.malformed).collect();
        Ok(Self { path: path.to_owned(), unit, header, names, arrays, numbers, malformed, metadata, sought })
    }

    /// Some of the rows, in that order, and of their columns those with these names.
    fn take(&self, rows: &[u32], columns: &[String]) -> Result<Self, TableError> {
        let kept: Vec<usize> = (0..self.names.len()).filter(|index| columns.contains(&self.names[*index])).collect();
        let indices = UInt32Array::from(rows.to_vec());
        let taken = kept.iter().map(|index| arrow::compute::take(&self.arrays[*index], &indices, None)).collect::<Result<_, _>>();
        Ok(Self {
            path: self.path.clone(),
            unit: self.unit,
            header: self.header.clone(),
            names: kept.iter().map(|index| self.names[*index].clone()).collect(),
            arrays: taken.map_err(|error| TableError::file(&self.path, format!("cannot be held in memory: {error}")))?,
            numbers: rows.iter().map(|row| self.numbers[*row as usize]).collect(),
            malformed: self.malformed.clone(),
            metadata: Arc::clone(&self.metadata),
            sought: self.sought.clone(),
        })
    }

    /// With columns that have one value in all rows, unless it has such already.
    fn told(mut self, columns: &[(&'static str, String)]) -> Self {
        for (name, value) in columns {
            if !self.has(name) {
                self.names.push((*name).to_owned());
                self.arrays.push(Arc::new(LargeStringArray::from_iter_values(std::iter::repeat_n(value, self.len()))));
            }
        }
        self
    }

    /// Without the columns that lead into values of which none has them.
    fn without_lost(mut self) -> Self {
        let lost: Vec<usize> = (0..self.names.len()).filter(|index| self.sought.lacks(&self.names[*index])).collect();
        for index in lost.into_iter().rev() {
            self.names.remove(index);
            self.arrays.remove(index);
        }
        self
    }

    fn array(&self, name: &str) -> Option<&ArrayRef> {
        self.names.iter().position(|other| other == name).map(|index| &self.arrays[index])
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// The names of all columns of the file, kept or not.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The names of the columns that were kept, in file order; a field of a Parquet struct is `struct.field`.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Whether the file has a column.
    pub fn has(&self, column: &str) -> bool {
        self.names.iter().any(|name| name == column)
    }

    /// Without the rows that are kept aside; `sound` are the others.
    fn aside(self, mut malformed: Vec<Malformed>, sound: Vec<bool>) -> Result<Self, TableError> {
        malformed.sort_by_key(|malformed| malformed.at.number);
        let numbers = self.numbers.iter().zip(&sound).filter(|(_, sound)| **sound).map(|(number, _)| *number).collect();
        let sound = BooleanArray::from(sound);
        let arrays = self.arrays.iter().map(|array| filter(array, &sound)).collect::<Result<_, _>>();
        let arrays = arrays.map_err(|error| TableError::file(&self.path, error.to_string()))?;
        Ok(Self { arrays, numbers, malformed, ..self })
    }

    /// A column by its name.
    ///
    /// # Errors
    /// When there is none: the error names the nearest that exists.
    pub fn column(&self, name: &str) -> Result<Column<'_>, TableError> {
        match self.names.iter().position(|other| other == name) {
            Some(index) => Ok(Column { table: self, index }),
            None => Err(match self.sought.list(name) {
                Some(list) => TableError::List { path: self.path.clone(), column: name.to_owned(), list: list.to_owned() },
                None => {
                    let known = self.header.iter().chain(self.sought.beside(name)).cloned().collect();
                    TableError::Column { path: self.path.clone(), column: name.to_owned(), known }
                }
            }),
        }
    }

    /// Where each row stands among all of this piece, from 0: those that were kept aside count too.
    pub fn places(&self) -> Vec<u64> {
        let mut aside = self.malformed.iter().map(|malformed| malformed.at.number).peekable();
        let mut next = 0;
        let place = |number: &u64| {
            while aside.next_if(|other| other < number).is_some() {
                next += 1;
            }
            next += 1;
            next - 1
        };
        self.numbers.iter().map(place).collect()
    }

    /// How many rows there are, with those that were kept aside.
    pub fn height(&self) -> u64 {
        (self.numbers.len() + self.malformed.len()) as u64
    }

    /// Where a row of this table is written.
    pub fn at(&self, row: usize) -> At {
        At { path: self.path.clone(), unit: self.unit, number: self.numbers.get(row).copied().unwrap_or(0) }
    }

    /// An error about a row, at its line.
    pub fn row_error(&self, row: usize, reason: impl Into<String>) -> TableError {
        TableError::Row { at: self.at(row), reason: reason.into() }
    }

    /// The rows that were kept aside; always empty unless [`Options::tolerant`].
    pub fn malformed(&self) -> &[Malformed] {
        &self.malformed
    }

    /// Key-value metadata of the file (Parquet; empty elsewhere).
    pub fn metadata(&self, key: &str) -> Option<&str> {
        self.metadata.get(key).map(String::as_str)
    }
}

/// Refuses two columns of one name.
fn distinct_names(path: &Path, header: &[String]) -> Result<(), TableError> {
    let mut seen = HashSet::new();
    match header.iter().filter(|name| !name.is_empty()).find(|name| !seen.insert(name.as_str())) {
        Some(twice) => Err(TableError::file(path, format!("has two columns `{twice}`: rename one of them"))),
        None => Ok(()),
    }
}

/// The pieces of a table, in file order. After an error there is no more.
pub struct Chunks {
    source: Box<dyn Iterator<Item = Result<Table, TableError>> + Send>,
    told: Vec<(&'static str, String)>,
    failed: bool,
}

impl Iterator for Chunks {
    type Item = Result<Table, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = self.source.next().map(|table| table.map(|table| table.told(&self.told)));
        self.failed = matches!(next, Some(Err(_)));
        next
    }
}
