//! The folder that a mock is written to: images, tables, side files.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{ArrayRef, BinaryArray, RecordBatch, StringArray, StructArray};
use arrow::datatypes::{DataType, Field, Fields, Schema};
use encoding_rs::{UTF_16BE, UTF_16LE};
use parquet::arrow::ArrowWriter;

use super::packed::{self, Members};
use super::pattern;
use crate::data::archive;
use crate::data::error::DataError;
use crate::data::root::{below_root, is_pattern};
use crate::data::source::options;
use crate::data::table::Format;
use crate::spec::card::{Header, TableFile};

/// Puts a value at the end of a path of keys.
pub(super) fn put<'k>(json: &mut serde_json::Value, mut keys: impl Iterator<Item = &'k str>, value: serde_json::Value) {
    let Some(key) = keys.next() else {
        *json = value;
        return;
    };
    if !json.is_object() {
        *json = serde_json::json!({});
    }
    if let Some(map) = json.as_object_mut() {
        put(map.entry(key).or_insert(serde_json::Value::Null), keys, value);
    }
}

/// A row as a JSON record; a path names a value inside of it.
fn record(file: &TableFile, row: &BTreeMap<String, String>) -> serde_json::Value {
    let mut record = serde_json::json!({});
    for (column, cell) in row {
        put(&mut record, column.split('.'), serde_json::json!(cell));
    }
    if let Some(each) = &file.each {
        let pointer = format!("/{}", each.text.replace('.', "/"));
        let element = record.pointer(&pointer).cloned().unwrap_or_default();
        put(&mut record, each.text.split('.'), serde_json::json!([element]));
    }
    record
}

/// Rows whose list is in a cell, where a table is no JSON itself: the column that it is in has all that is said of its elements.
pub(super) fn with_lists<'r>(file: &TableFile, rows: &'r [BTreeMap<String, String>]) -> Cow<'r, [BTreeMap<String, String>]> {
    let Some(list) = file.each.as_ref().and_then(|each| each.text.split('.').next()) else { return Cow::Borrowed(rows) };
    let listed = |row: &BTreeMap<String, String>| {
        let is_inside = |column: &str| column.strip_prefix(list).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let cell = record(file, row).get(list).map(ToString::to_string);
        let others = row.iter().filter(|(column, _)| !is_inside(column)).map(|(column, cell)| (column.clone(), cell.clone()));
        others.chain(cell.map(|cell| (list.to_owned(), cell))).collect()
    };
    Cow::Owned(rows.iter().map(listed).collect())
}

/// Rows as the records of a JSON document.
fn document(file: &TableFile, rows: &[BTreeMap<String, String>]) -> serde_json::Value {
    let mut document = serde_json::Value::Null;
    let at = file.at.as_deref().unwrap_or_default();
    put(&mut document, at.split('/').skip(1), serde_json::json!(rows.iter().map(|row| record(file, row)).collect::<Vec<_>>()));
    document
}

/// A folder to write below.
pub(super) struct Folder<'p> {
    root: &'p Path,
    /// Files that were written, below the root.
    files: Mutex<BTreeSet<String>>,
    /// Archives that are written at the end.
    archives: Mutex<BTreeMap<String, Members>>,
    /// How the tables that were written are read: where their records are, and the lists whose elements are rows.
    shapes: Mutex<BTreeMap<String, Shape>>,
}

/// The `at` and the `each` of a table.
type Shape = (Option<String>, Option<String>);

/// How a table is read, in a card's words.
fn shown((at, each): &Shape) -> String {
    let told = [("at", at), ("each", each)].into_iter().filter_map(|(key, value)| Some(format!("`{key}: {}`", value.as_ref()?)));
    match told.collect::<Vec<_>>() {
        told if told.is_empty() => "by neither `at` nor `each`".to_owned(),
        told => format!("by {}", told.join(" and ")),
    }
}

impl<'p> Folder<'p> {
    pub(super) fn new(root: &'p Path) -> Self {
        Self { root, files: Mutex::default(), archives: Mutex::default(), shapes: Mutex::default() }
    }

    /// Writes the archives; answers the files that were written.
    pub(super) fn finish(mut self) -> Result<Vec<String>, DataError> {
        // The last in order is in none of the others, but these may be what it is in.
        while let Some((archive, members)) = self.archives.get_mut().unwrap_or_else(PoisonError::into_inner).pop_last() {
            let packed =
                packed::archive(&archive, &members).map_err(|source| DataError::Write { path: self.root.join(&archive), source })?;
            self.write(&archive, &packed)?;
        }
        Ok(self.files.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().collect())
    }

    /// Where a file goes; its folders are made.
    fn path(&self, below: &str) -> Result<PathBuf, DataError> {
        // Of the files that a pattern finds, a mock has one.
        let below = &if is_pattern(below) { pattern::path(below, 1, "0") } else { below.to_owned() };
        let below = below_root(below).map_err(|reason| DataError::file(Path::new(below), format!("cannot be written: {reason}")))?;
        let path = self.root.join(&below);
        let folder = path.parent().unwrap_or(self.root);
        std::fs::create_dir_all(folder).map_err(|source| DataError::Write { path: folder.to_owned(), source })?;
        self.files.lock().unwrap_or_else(PoisonError::into_inner).insert(below);
        Ok(path)
    }

    /// Writes a file, or keeps it for the archive that its path leads into.
    pub(super) fn write(&self, below: &str, bytes: &[u8]) -> Result<(), DataError> {
        let Some((archive, member)) = archive::inside(below) else { return self.place(below, bytes) };
        let member = if is_pattern(member) { pattern::path(member, 1, "0") } else { member.to_owned() };
        let mut archives = self.archives.lock().unwrap_or_else(PoisonError::into_inner);
        archives.entry(archive.to_owned()).or_default().insert(member, bytes.to_vec());
        Ok(())
    }

    fn place(&self, below: &str, bytes: &[u8]) -> Result<(), DataError> {
        let path = self.path(below)?;
        std::fs::write(&path, bytes).map_err(|source| DataError::Write { path, source })
    }

    /// Refuses a table that was written to be read in another way: the one who reads it so would not find its rows.
    fn shape(&self, file: &TableFile) -> Result<(), DataError> {
        let shape = (file.at.clone(), file.each.as_ref().map(|each| each.text.clone()));
        let mut shapes = self.shapes.lock().unwrap_or_else(PoisonError::into_inner);
        let first = shapes.entry(file.file.clone()).or_insert_with(|| shape.clone());
        if *first == shape {
            return Ok(());
        }
        let reason = format!("cannot be mocked: the card reads it {} and {}, and a mock writes it in one way", shown(first), shown(&shape));
        Err(DataError::file(Path::new(&file.file), reason))
    }

    /// Writes a table as its card says that it is written.
    pub(super) fn table(&self, file: &TableFile, rows: &[BTreeMap<String, String>]) -> Result<(), DataError> {
        self.shape(file)?;
        let format = options(file).format.or_else(|| Format::of(Path::new(&file.file)));
        let lists = if let Some(Format::Json | Format::JsonLines) = format { Cow::Borrowed(rows) } else { with_lists(file, rows) };
        let rows = &*lists;
        let mut columns: Vec<String> = match &file.header {
            Header::Absent(columns) => columns.clone(),
            _ => rows.iter().flat_map(BTreeMap::keys).cloned().collect::<BTreeSet<_>>().into_iter().collect(),
        };
        if let Header::AllButFirst(first) = &file.header {
            columns.retain(|column| column != first);
            columns.insert(0, first.clone());
            // A header without a name could not be seen.
            columns.extend((columns.len() == 1).then(|| "other".to_owned()));
        }
        let cells =
            |row: &BTreeMap<String, String>| columns.iter().map(|column| row.get(column).cloned().unwrap_or_default()).collect::<Vec<_>>();
        let text = match format {
            Some(Format::Parquet) => return self.parquet(&file.file, rows, None),
            Some(Format::Json) => document(file, rows).to_string(),
            Some(Format::JsonLines) if file.each.is_some() => rows.iter().map(|row| format!("{}\n", record(file, row))).collect(),
            Some(Format::JsonLines) => rows.iter().map(|row| format!("{}\n", serde_json::json!(row))).collect(),
            Some(Format::Whitespace) => {
                let header = match &file.header {
                    Header::Absent(_) => String::new(),
                    Header::Names => columns.join(" ") + "\n",
                    Header::AllButFirst(_) => columns[1..].join(" ") + "\n",
                };
                // A cell that is empty could not be seen.
                let filled =
                    |row| cells(row).into_iter().map(|cell| if cell.is_empty() { "0".to_owned() } else { cell }).collect::<Vec<_>>();
                header + &rows.iter().map(|row| filled(row).join(" ") + "\n").collect::<String>()
            }
            Some(Format::Delimited(delimiter)) => {
                let mut writer = csv::WriterBuilder::new().delimiter(delimiter).flexible(true).from_writer(Vec::new());
                let wrong = |error: csv::Error| DataError::file(Path::new(&file.file), format!("cannot be written: {error}"));
                match &file.header {
                    Header::Absent(_) => {}
                    Header::Names => writer.write_record(&columns).map_err(wrong)?,
                    Header::AllButFirst(_) => writer.write_record(&columns[1..]).map_err(wrong)?,
                }
                for row in rows {
                    writer.write_record(cells(row)).map_err(wrong)?;
                }
                let bytes = writer.into_inner().map_err(|error| DataError::file(Path::new(&file.file), error.to_string()))?;
                String::from_utf8_lossy(&bytes).into_owned()
            }
            None => return Err(DataError::file(Path::new(&file.file), "has an ending that is not a table's: name its `format`")),
        };
        let text = format!("{}\n", rows.len()).repeat(file.skip_rows) + &text;
        let bytes = match file.encoding {
            Some(encoding) if encoding == UTF_16LE => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Some(encoding) if encoding == UTF_16BE => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Some(encoding) => encoding.encode(&text).0.into_owned(),
            None => text.into_bytes(),
        };
        self.write(&file.file, &self.packed(&file.file, bytes)?)
    }

    /// Compressed where the name says so.
    pub(super) fn packed(&self, below: &str, bytes: Vec<u8>) -> Result<Vec<u8>, DataError> {
        match below.ends_with(".gz") {
            false => Ok(bytes),
            true => packed::gzip(&bytes).map_err(|source| DataError::Write { path: self.root.join(below), source }),
        }
    }

    /// Writes a Parquet table of texts, with a column of bytes where one is given. `a.b` is a field of the struct `a`.
    pub(super) fn parquet(
        &self,
        below: &str,
        rows: &[BTreeMap<String, String>],
        bytes: Option<(&str, &[Vec<u8>])>,
    ) -> Result<(), DataError> {
        let mut columns: BTreeMap<String, ArrayRef> = BTreeMap::new();
        for column in rows.iter().flat_map(BTreeMap::keys).collect::<BTreeSet<_>>() {
            columns.insert(column.clone(), Arc::new(rows.iter().map(|row| row.get(column)).collect::<StringArray>()));
        }
        if let Some((column, bytes)) = bytes {
            columns.insert(column.to_owned(), Arc::new(BinaryArray::from_iter_values(bytes)));
        }
        let mut whole: BTreeMap<String, Vec<(Arc<Field>, ArrayRef)>> = BTreeMap::new();
        for (column, array) in columns {
            let (name, part) = column.split_once('.').map_or((column.as_str(), ""), |(name, part)| (name, part));
            whole.entry(name.to_owned()).or_default().push((Arc::new(Field::new(part, array.data_type().clone(), true)), array));
        }
        let wrong = |error: &dyn std::fmt::Display| DataError::file(Path::new(below), format!("cannot be written: {error}"));
        let (mut fields, mut arrays): (Vec<Field>, Vec<ArrayRef>) = (Vec::new(), Vec::new());
        for (name, mut parts) in whole {
            let array = match parts.as_slice() {
                [(field, _)] if field.name().is_empty() => parts.remove(0).1,
                _ => Arc::new(StructArray::from(parts)) as ArrayRef,
            };
            fields.push(Field::new(name, array.data_type().clone(), true));
            arrays.push(array);
        }
        debug_assert!(fields.iter().all(|field| *field.data_type() != DataType::Struct(Fields::empty())));
        let schema = Arc::new(Schema::new(fields));
        let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).map_err(|error| wrong(&error))?;
        let mut out = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut out, schema, None).map_err(|error| wrong(&error))?;
        writer.write(&batch).and_then(|()| writer.close()).map_err(|error| wrong(&error))?;
        self.write(below, &out)
    }
}
