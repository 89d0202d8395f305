//! Tables as they lie on disk: CSV, TSV, whitespace, Parquet, JSON lines; named columns, and a line or row number for every cell.
//!
//! A small table is read whole ([`Table::read`]), a large one in chunks ([`Table::chunks`]), both through the same readers.
//! Cells stay as they are written until a typed accessor of [`Column`] asks for text, a number or a list; whatever it cannot
//! give is an error that names the file, the line, the column and the cell.

mod delimited;
mod encoding;
mod json_lines;
mod parquet;

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, FixedSizeListArray, Float64Array, Int64Array, LargeBinaryArray, LargeListArray, LargeStringArray,
    ListArray, new_null_array,
};
use arrow::datatypes::DataType;

use crate::spec::problem::did_you_mean;

pub(super) use self::parquet::{read_all_cells, read_cells};

/// Rows that a chunk holds at most.
const CHUNK: usize = 65_536;

/// The longest line or record that is read, in bytes: a quote that is never closed must not swallow a 10 GB file into memory.
const LONGEST_RECORD: usize = 64 << 20;

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Cells between delimiters, quoted as RFC 4180 says.
    Delimited(u8),
    /// Cells between runs of spaces and tabs, never quoted.
    Whitespace,
    /// Apache Parquet.
    Parquet,
    /// One JSON object a line.
    JsonLines,
}

impl Format {
    /// The format that a file name's ending stands for, an outer `.gz` left aside.
    pub fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        match name.rsplit_once('.')?.1 {
            "csv" => Some(Self::Delimited(b',')),
            "tsv" | "tab" => Some(Self::Delimited(b'\t')),
            "txt" => Some(Self::Whitespace),
            "parquet" => Some(Self::Parquet),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            _ => None,
        }
    }
}

/// What the first line of a delimited table is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Header {
    /// The names of the columns.
    #[default]
    Names,
    /// The names of all columns but the first, which is called thus (as in CelebA's attribute list).
    AllButFirst(String),
    /// Data already: the columns are called thus.
    Absent(Vec<String>),
}

/// How to read a table, where its name does not say it.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The format; by default what the file's name ends in.
    pub format: Option<Format>,
    /// The encoding of the text; by default UTF-8, or UTF-16 with a byte order mark.
    pub encoding: Option<&'static encoding_rs::Encoding>,
    /// Lines above the header that are passed over.
    pub skip_rows: usize,
    /// The header of a delimited table.
    pub header: Header,
    /// The only columns that are kept; by default all.
    pub columns: Option<Vec<String>>,
    /// Whether rows of the wrong shape are kept aside in [`Table::malformed`] instead of ending the reading.
    pub tolerant: bool,
}

impl Options {
    fn keeps(&self, column: &str) -> bool {
        self.columns.as_ref().is_none_or(|columns| columns.iter().any(|kept| kept == column))
    }
}

/// A place in a table: `labels.csv line 3`, or `train.parquet row 3` in a format without lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    /// The file, as messages show it.
    pub path: PathBuf,
    /// `line` or `row`.
    pub unit: &'static str,
    /// From 1.
    pub number: u64,
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {} {}", self.path.display(), self.unit, self.number)
    }
}

/// Why a table cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The operating system refused, or the bytes ended early.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The file as a whole is not what it should be.
    #[error("`{}` {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The predicate of the sentence, with what to do.
        reason: String,
    },
    /// A row has the wrong shape.
    #[error("{at}: {reason}")]
    Row {
        /// Where.
        at: At,
        /// What is wrong.
        reason: String,
    },
    /// A cell cannot be what it was asked to be.
    #[error("{at}: `{column}` is `{found}`: expected {expected}")]
    Cell {
        /// Where.
        at: At,
        /// The column's name.
        column: String,
        /// The cell, shortened.
        found: String,
        /// What was asked for.
        expected: &'static str,
    },
    /// A column is missing.
    #[error("`{}` has no column `{column}` ({help})", path.display())]
    Column {
        /// The file.
        path: PathBuf,
        /// The name that was asked for.
        column: String,
        /// The nearest names that exist.
        help: String,
    },
}

impl TableError {
    fn file(path: &Path, reason: impl Into<String>) -> Self {
        Self::File { path: path.to_owned(), reason: reason.into() }
    }

    fn read(path: &Path, source: io::Error) -> Self {
        Self::Read { path: path.to_owned(), source }
    }
}

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
                    "has an ending that is not a table's: csv, tsv, txt, parquet, jsonl; or name its `format`",
                ));
            }
        };
        let source: Box<dyn Iterator<Item = Result<Self, TableError>> + Send> = match format {
            Format::Delimited(delimiter) => Box::new(delimited::Delimited::open(path, Some(delimiter), options)?),
            Format::Whitespace => Box::new(delimited::Delimited::open(path, None, options)?),
            Format::Parquet => Box::new(parquet::Batches::open(path, options)?),
            Format::JsonLines => Box::new(json_lines::JsonLines::open(path, options)?),
        };
        Ok(Chunks { source, failed: false })
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
        let mut arrays = Vec::with_capacity(names.len());
        for name in &names {
            let kind = chunks.iter().find_map(|chunk| chunk.array(name)).map_or(DataType::LargeUtf8, |array| array.data_type().clone());
            let parts: Vec<ArrayRef> =
                chunks.iter().map(|chunk| chunk.array(name).cloned().unwrap_or_else(|| new_null_array(&kind, chunk.len()))).collect();
            let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
            let joined =
                arrow::compute::concat(&parts).map_err(|error| TableError::file(path, format!("cannot be held in memory: {error}")))?;
            arrays.push(joined);
        }
        let (unit, metadata) = chunks.first().map_or(("row", Arc::default()), |chunk| (chunk.unit, Arc::clone(&chunk.metadata)));
        let numbers = chunks.iter().flat_map(|chunk| chunk.numbers.iter().copied()).collect();
        let malformed = chunks.into_iter().flat_map(|chunk| chunk.malformed).collect();
        Ok(Self { path: path.to_owned(), unit, header, names, arrays, numbers, malformed, metadata })
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

    /// The names of the columns that were kept, in file order; a field of a Parquet struct is `struct.field`.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Whether the file has a column.
    pub fn has(&self, column: &str) -> bool {
        self.names.iter().any(|name| name == column)
    }

    /// A column by its name.
    ///
    /// # Errors
    /// When there is none: the error names the nearest that exists.
    pub fn column(&self, name: &str) -> Result<Column<'_>, TableError> {
        match self.names.iter().position(|other| other == name) {
            Some(index) => Ok(Column { table: self, index }),
            None => {
                let help = did_you_mean(name, self.header.iter().map(String::as_str));
                Err(TableError::Column { path: self.path.clone(), column: name.to_owned(), help })
            }
        }
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

/// The pieces of a table, in file order. After an error there is no more.
pub struct Chunks {
    source: Box<dyn Iterator<Item = Result<Table, TableError>> + Send>,
    failed: bool,
}

impl Iterator for Chunks {
    type Item = Result<Table, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = self.source.next();
        self.failed = matches!(next, Some(Err(_)));
        next
    }
}

/// One column of a table. A cell that is null, absent or empty text is missing: `None`.
#[derive(Clone, Copy)]
pub struct Column<'t> {
    table: &'t Table,
    index: usize,
}

impl<'t> Column<'t> {
    /// The column's name.
    pub fn name(&self) -> &'t str {
        &self.table.names[self.index]
    }

    fn array(&self) -> &'t ArrayRef {
        &self.table.arrays[self.index]
    }

    fn downcast<T: 'static>(&self) -> Option<&'t T> {
        self.array().as_any().downcast_ref::<T>()
    }

    /// Whether a cell is missing.
    pub fn is_missing(&self, row: usize) -> bool {
        self.array().is_null(row) || self.downcast::<LargeStringArray>().is_some_and(|texts| texts.value(row).is_empty())
    }

    /// A cell as text: numbers and booleans are written out, lists as JSON.
    ///
    /// # Errors
    /// When the column holds bytes, or some kind that has no text.
    pub fn text(&self, row: usize) -> Result<Option<Cow<'t, str>>, TableError> {
        if self.is_missing(row) {
            return Ok(None);
        }
        if let Some(texts) = self.downcast::<LargeStringArray>() {
            return Ok(Some(Cow::Borrowed(texts.value(row))));
        }
        if let Some(numbers) = self.downcast::<Int64Array>() {
            return Ok(Some(Cow::Owned(numbers.value(row).to_string())));
        }
        if let Some(numbers) = self.downcast::<Float64Array>() {
            return Ok(Some(Cow::Owned(numbers.value(row).to_string())));
        }
        if let Some(truths) = self.downcast::<BooleanArray>() {
            return Ok(Some(Cow::Borrowed(if truths.value(row) { "true" } else { "false" })));
        }
        match self.list(row) {
            Some(_) => Ok(self.json(row)?.map(|json| Cow::Owned(json.to_string()))),
            None => Err(self.wrong(row, "text")),
        }
    }

    /// A cell as text that must be there.
    ///
    /// # Errors
    /// When it is missing, or as for [`Self::text`].
    pub fn required_text(&self, row: usize) -> Result<Cow<'t, str>, TableError> {
        self.text(row)?.ok_or_else(|| self.missing(row))
    }

    /// A cell as a finite or infinite number. `NaN` is a number here; what it means is for the caller to say.
    ///
    /// # Errors
    /// When the cell is no number.
    pub fn number(&self, row: usize) -> Result<Option<f64>, TableError> {
        if self.is_missing(row) {
            return Ok(None);
        }
        if let Some(numbers) = self.downcast::<Float64Array>() {
            return Ok(Some(numbers.value(row)));
        }
        if let Some(numbers) = self.downcast::<Int64Array>() {
            return Ok(Some(numbers.value(row) as f64));
        }
        match self.downcast::<LargeStringArray>().map(|texts| texts.value(row).trim().parse::<f64>()) {
            Some(Ok(number)) => Ok(Some(number)),
            _ => Err(self.wrong(row, "a number")),
        }
    }

    /// A cell as a number that must be there.
    ///
    /// # Errors
    /// When it is missing or no number.
    pub fn required_number(&self, row: usize) -> Result<f64, TableError> {
        self.number(row)?.ok_or_else(|| self.missing(row))
    }

    /// A cell as a whole number; `3.0` is one.
    ///
    /// # Errors
    /// When the cell is something else.
    pub fn integer(&self, row: usize) -> Result<Option<i64>, TableError> {
        if let (Some(numbers), false) = (self.downcast::<Int64Array>(), self.is_missing(row)) {
            return Ok(Some(numbers.value(row)));
        }
        match self.number(row) {
            Ok(None) => Ok(None),
            Ok(Some(number)) if number.fract() == 0.0 && number.abs() < 9.0e15 => Ok(Some(number as i64)),
            _ => Err(self.wrong(row, "a whole number")),
        }
    }

    /// A cell as a list of numbers: a list column, or JSON text such as `[0.1, 0.9]`.
    ///
    /// # Errors
    /// When it is no list, or an element is no number.
    pub fn numbers(&self, row: usize) -> Result<Option<Vec<f64>>, TableError> {
        const WHAT: &str = "a list of numbers";
        if self.is_missing(row) {
            return Ok(None);
        }
        if let Some(list) = self.list(row) {
            let floats = arrow::compute::cast(&list, &DataType::Float64).map_err(|_| self.wrong(row, WHAT))?;
            return match floats.as_any().downcast_ref::<Float64Array>() {
                Some(floats) if floats.null_count() == 0 => Ok(Some(floats.values().to_vec())),
                _ => Err(self.wrong(row, WHAT)),
            };
        }
        let json = self.json(row)?;
        let numbers = json.as_ref().and_then(|json| json.as_array()).map(|items| items.iter().map(serde_json::Value::as_f64).collect());
        numbers.flatten().map(Some).ok_or_else(|| self.wrong(row, WHAT))
    }

    /// A cell as a list of texts: a list column, or JSON text such as `["cat", "dog"]`; numbers in it are written out.
    ///
    /// # Errors
    /// When it is no list, or an element is itself a list or nothing.
    pub fn texts(&self, row: usize) -> Result<Option<Vec<String>>, TableError> {
        const WHAT: &str = "a list of texts";
        use serde_json::Value;
        if self.is_missing(row) {
            return Ok(None);
        }
        let json = self.json(row)?;
        let texts = json.as_ref().and_then(|json| json.as_array()).map(|items| {
            items
                .iter()
                .map(|item| match item {
                    Value::String(text) => Some(text.clone()),
                    Value::Number(_) | Value::Bool(_) => Some(item.to_string()),
                    _ => None,
                })
                .collect()
        });
        texts.flatten().map(Some).ok_or_else(|| self.wrong(row, WHAT))
    }

    /// A cell as JSON: parsed where it is text, converted where it is a list.
    ///
    /// # Errors
    /// When the text is not JSON, or a list holds a kind without JSON form.
    pub fn json(&self, row: usize) -> Result<Option<serde_json::Value>, TableError> {
        if self.is_missing(row) {
            return Ok(None);
        }
        if let Some(texts) = self.downcast::<LargeStringArray>() {
            return serde_json::from_str(texts.value(row)).map(Some).map_err(|_| self.wrong(row, "JSON"));
        }
        let Some(list) = self.list(row) else {
            let text = self.text(row)?;
            return Ok(text.and_then(|text| serde_json::from_str(&text).ok()));
        };
        let inner = parquet::plain(&list).map_err(|_| self.wrong(row, "a list of plain values"))?;
        let inner = Table {
            path: self.table.path.clone(),
            unit: self.table.unit,
            header: Vec::new(),
            names: vec![self.name().to_owned()],
            numbers: vec![self.table.numbers[row]; inner.len()],
            arrays: vec![inner],
            malformed: Vec::new(),
            metadata: Arc::default(),
        };
        let column = Column { table: &inner, index: 0 };
        let mut items = Vec::with_capacity(inner.len());
        for item in 0..inner.len() {
            items.push(match column.downcast::<LargeStringArray>() {
                Some(texts) if !column.array().is_null(item) => serde_json::Value::from(texts.value(item)),
                Some(_) => serde_json::Value::Null,
                None => column.json(item)?.unwrap_or(serde_json::Value::Null),
            });
        }
        Ok(Some(serde_json::Value::Array(items)))
    }

    /// A cell's bytes.
    ///
    /// # Errors
    /// When the column holds no bytes.
    pub fn bytes(&self, row: usize) -> Result<Option<&'t [u8]>, TableError> {
        if self.array().is_null(row) {
            return Ok(None);
        }
        match self.downcast::<LargeBinaryArray>() {
            Some(bytes) => Ok(Some(bytes.value(row))),
            None => Err(self.wrong(row, "bytes")),
        }
    }

    fn list(&self, row: usize) -> Option<ArrayRef> {
        if let Some(lists) = self.downcast::<LargeListArray>() {
            return Some(lists.value(row));
        }
        if let Some(lists) = self.downcast::<ListArray>() {
            return Some(lists.value(row));
        }
        self.downcast::<FixedSizeListArray>().map(|lists| lists.value(row))
    }

    /// An error about a cell of this column: it is something else than `expected`.
    pub fn wrong(&self, row: usize, expected: &'static str) -> TableError {
        let found = match self.downcast::<LargeStringArray>() {
            Some(texts) if !self.array().is_null(row) => shortened(texts.value(row)),
            None if self.downcast::<LargeBinaryArray>().is_some() => "bytes".to_owned(),
            None if matches!(self.array().data_type(), DataType::Int64 | DataType::Float64 | DataType::Boolean)
                && !self.is_missing(row) =>
            {
                self.text(row).ok().flatten().map_or_else(String::new, Cow::into_owned)
            }
            _ => self.array().data_type().to_string(),
        };
        TableError::Cell { at: self.table.at(row), column: self.name().to_owned(), found, expected }
    }

    /// An error about a cell of this column: it is missing.
    pub fn missing(&self, row: usize) -> TableError {
        self.table.row_error(row, format!("`{}` is empty", self.name()))
    }
}

fn shortened(text: &str) -> String {
    const SHOWN: usize = 60;
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    text.chars().take(SHOWN).chain(['…']).collect()
}
