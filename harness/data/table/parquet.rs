//! Parquet, with every column brought to one of few kinds.

use std::borrow::Cow;
use std::fs::File;
use std::io::{Read, Seek};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, LargeBinaryArray, LargeStringArray, StructArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowSelection, RowSelector,
};
use parquet::basic::CompressionCodec;
use parquet::file::metadata::ParquetMetaData;
use rayon::prelude::*;

use super::path::{Sought, splits};
use super::records::scalar;
use super::{At, CHUNK, Column, Malformed, Options, Table, TableError};
use crate::data::guard::guarded;

/// Rows that a chunk holds at most where cells may be whole images.
const SMALL_CHUNK: usize = 1024;

/// A Parquet file, chunk by chunk; the columns of a chunk are decoded side by side.
pub(super) struct Batches {
    path: PathBuf,
    options: Options,
    header: Vec<String>,
    /// The kept columns that lie in the cells of others: the name, the other, and where in it.
    inside: Vec<(String, String, String)>,
    /// One for each column.
    readers: Vec<ParquetRecordBatchReader>,
    metadata: Arc<std::collections::HashMap<String, String>>,
    row: u64,
    chunks: usize,
}

fn broken(path: &Path, error: &dyn std::fmt::Display) -> TableError {
    let text = error.to_string();
    let reason = if text.starts_with("EOF") { "its end, which says what is in it, does not fit it".to_owned() } else { text };
    TableError::file(path, format!("is truncated or corrupt: {reason}"))
}

/// What `read` gives of a file. The library trusts lengths and offsets that are written there, and panics on some that cannot be.
fn sound<T>(path: &Path, read: impl FnOnce() -> Result<T, TableError>) -> Result<T, TableError> {
    guarded(read).unwrap_or_else(|| Err(broken(path, &"its bytes contradict each other")))
}

/// Opens `stored`, which messages call `path`.
fn open(path: &Path, stored: &Path) -> Result<File, TableError> {
    let error = |source| TableError::read(path, source);
    let mut file = File::open(stored).map_err(error)?;
    if file.metadata().map_err(error)?.is_dir() {
        return Err(TableError::file(path, "is a folder, not a Parquet file"));
    }
    let mut magic = Vec::with_capacity(4);
    file.by_ref().take(4).read_to_end(&mut magic).map_err(error)?;
    if magic != b"PAR1" {
        return Err(TableError::file(path, "is not a Parquet file: its first four bytes are not `PAR1`"));
    }
    file.rewind().map_err(error)?;
    Ok(file)
}

fn builder(path: &Path, stored: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>, TableError> {
    sound(path, || ParquetRecordBatchReaderBuilder::try_new(open(path, stored)?).map_err(|error| broken(path, &error)))
}

/// Refuses columns, by their places, that are compressed in a way that is not read.
fn readable(path: &Path, metadata: &ParquetMetaData, leaves: impl IntoIterator<Item = usize> + Clone) -> Result<(), TableError> {
    for chunk in metadata.row_groups().iter().flat_map(|group| leaves.clone().into_iter().map(|leaf| group.column(leaf))) {
        let codec = match chunk.compression_codec() {
            CompressionCodec::BROTLI => "Brotli",
            CompressionCodec::LZO => "LZO",
            _ => continue,
        };
        let column = chunk.column_path().string();
        let reason = format!("has its column `{column}` compressed by {codec}, which is not read: write it with snappy, gzip, lz4 or zstd");
        return Err(TableError::file(path, reason));
    }
    Ok(())
}

impl Batches {
    pub(super) fn open(path: &Path, options: &Options) -> Result<Self, TableError> {
        let stored = options.stored(path);
        let builder = builder(path, stored)?;
        let mut leaf = 0;
        let fields = builder.schema().fields().iter();
        let columns: Vec<(String, Range<usize>)> = fields.flat_map(|field| columns(field.name(), field.data_type(), &mut leaf)).collect();
        let header: Vec<String> = columns.iter().map(|(name, _)| name.clone()).collect();
        super::distinct_names(path, &header)?;
        let metadata = builder.metadata().file_metadata().key_value_metadata();
        let metadata = metadata.into_iter().flatten().filter_map(|pair| Some((pair.key.clone(), pair.value.clone()?))).collect();
        let inside = inside(&header, options);
        let read = options.columns.as_ref().map(|columns| columns.iter().chain(inside.iter().map(|(_, list, _)| list)).collect::<Vec<_>>());
        // A struct's fields are chosen one by one, so that labels can be read without the images beside them.
        let chosen = columns.into_iter().filter(|(name, _)| {
            read.as_ref().is_none_or(|columns| {
                columns.iter().any(|kept| name == *kept || name.strip_prefix(kept.as_str()).is_some_and(|rest| rest.starts_with('.')))
            })
        });
        let mut chosen: Vec<Vec<usize>> = chosen.map(|(_, leaves)| leaves.collect()).collect();
        if chosen.is_empty() {
            // What has no columns still has rows.
            chosen.push(Vec::new());
        }
        readable(path, builder.metadata(), chosen.iter().flatten().copied())?;
        let wide = builder.schema().fields().iter().any(|field| holds_bytes(field.data_type()));
        let size = if wide { SMALL_CHUNK } else { CHUNK };
        let footer = ArrowReaderMetadata::try_new(Arc::clone(builder.metadata()), ArrowReaderOptions::default());
        let footer = footer.map_err(|error| broken(path, &error))?;
        let reader = |leaves: Vec<usize>| {
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(open(path, stored)?, footer.clone());
            let mask = ProjectionMask::leaves(builder.parquet_schema(), leaves);
            builder.with_projection(mask).with_batch_size(size).build().map_err(|error| broken(path, &error))
        };
        let readers = chosen.into_iter().map(|leaves| sound(path, || reader(leaves))).collect::<Result<_, _>>()?;
        Ok(Self {
            path: path.to_owned(),
            options: options.clone(),
            header,
            inside,
            readers,
            metadata: Arc::new(metadata),
            row: 0,
            chunks: 0,
        })
    }

    /// The next rows, decoded column by column; `None` behind the last.
    fn decode(&mut self) -> Result<Option<Table>, TableError> {
        let (path, before) = (&self.path, self.row);
        let decode = |reader: &mut ParquetRecordBatchReader| {
            let Some(batch) = reader.next().transpose().map_err(|error| broken(path, &error))? else { return Ok(None) };
            let (mut names, mut arrays) = (Vec::new(), Vec::new());
            for (field, array) in batch.schema().fields().iter().zip(batch.columns()) {
                flatten(path, before, field.name(), array, &mut names, &mut arrays)?;
            }
            Ok(Some((batch.num_rows(), names, arrays)))
        };
        let decoded: Vec<_> =
            self.readers.par_iter_mut().map(|reader| sound(path, || decode(reader))).collect::<Result<_, TableError>>()?;
        let columns: Vec<_> = decoded.into_iter().flatten().collect();
        let Some(rows) = columns.first().map(|(rows, ..)| *rows) else { return Ok(None) };
        if columns.len() < self.readers.len() || columns.iter().any(|(other, ..)| *other != rows) {
            return Err(broken(path, &"its columns are not equally long"));
        }
        let names = columns.iter().flat_map(|(_, names, _)| names.clone()).collect();
        let arrays = columns.into_iter().flat_map(|(.., arrays)| arrays).collect();
        self.table(rows, names, arrays).map(Some)
    }

    fn table(&mut self, rows: usize, names: Vec<String>, arrays: Vec<ArrayRef>) -> Result<Table, TableError> {
        let numbers = (self.row + 1..=self.row + rows as u64).collect();
        self.row += rows as u64;
        self.chunks += 1;
        let whole = Table {
            path: self.path.clone(),
            unit: "row",
            header: self.header.clone(),
            names,
            arrays,
            numbers,
            malformed: Vec::new(),
            metadata: Arc::clone(&self.metadata),
            sought: Sought::default(),
        };
        let kept: Vec<usize> = (0..whole.names.len()).filter(|index| self.keeps(&whole.names[*index])).collect();
        let mut names: Vec<String> = kept.iter().map(|index| whole.names[*index].clone()).collect();
        let mut arrays: Vec<ArrayRef> = kept.iter().map(|index| Arc::clone(&whole.arrays[*index])).collect();
        let (mut malformed, mut sound, mut sought) = (Vec::new(), vec![true; rows], Sought::default());
        for (name, outer, path) in &self.inside {
            let Some(outer) = whole.column(outer).ok().filter(Column::may_hold_values) else { continue };
            let mut values = Vec::with_capacity(rows);
            for (row, sound) in sound.iter_mut().enumerate() {
                let value = outer.value(row)?.unwrap_or_else(|reason| {
                    if std::mem::replace(sound, false) {
                        malformed.push(Malformed { at: whole.at(row), reason });
                    }
                    None
                });
                let value = value.and_then(|value| sought.reach(name, &value, path).map(Cow::into_owned));
                values.push(value.and_then(scalar));
            }
            names.push(name.clone());
            arrays.push(Arc::new(LargeStringArray::from(values)));
        }
        let table = Table { names, arrays, sought, ..whole }.without_lost();
        match malformed.first() {
            None => Ok(table),
            Some(first) if !self.options.tolerant => Err(TableError::Row { at: first.at.clone(), reason: first.reason.clone() }),
            Some(_) => table.aside(malformed, sound),
        }
    }

    fn keeps(&self, name: &str) -> bool {
        self.options.keeps(name)
            || self.options.columns.iter().flatten().any(|kept| name.strip_prefix(kept.as_str()).is_some_and(|rest| rest.starts_with('.')))
    }
}

impl Iterator for Batches {
    type Item = Result<Table, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.decode() {
            Ok(Some(table)) => Some(Ok(table)),
            Ok(None) if self.chunks == 0 => Some(self.table(0, Vec::new(), Vec::new())),
            Ok(None) => None,
            Err(error) => Some(Err(error)),
        }
    }
}

/// The kept columns that the file has not, and that a dot leads to from one that it has: `votes.0`.
fn inside(header: &[String], options: &Options) -> Vec<(String, String, String)> {
    let has = |name: &str| header.iter().any(|other| other == name);
    let lost = options.columns.iter().flatten().filter(|name| !has(name));
    lost.filter_map(|name| splits(name).find(|(list, _)| has(list)).map(|(list, path)| (name.clone(), list.to_owned(), path.to_owned())))
        .collect()
}

/// A column by its name with where its values lie among those of the file; of a struct, each field is one. `leaf` counts what is behind.
fn columns(name: &str, kind: &DataType, leaf: &mut usize) -> Vec<(String, Range<usize>)> {
    match kind {
        DataType::Struct(fields) => {
            fields.iter().flat_map(|field| columns(&format!("{name}.{}", field.name()), field.data_type(), leaf)).collect()
        }
        _ => {
            let first = *leaf;
            *leaf += leaves(kind);
            vec![(name.to_owned(), first..*leaf)]
        }
    }
}

/// How many columns of plain values a kind is stored as: lists and maps are read whole.
fn leaves(kind: &DataType) -> usize {
    match kind {
        DataType::Struct(fields) => fields.iter().map(|field| leaves(field.data_type())).sum(),
        DataType::List(of) | DataType::LargeList(of) | DataType::FixedSizeList(of, _) | DataType::Map(of, _) => leaves(of.data_type()),
        DataType::ListView(of) | DataType::LargeListView(of) => leaves(of.data_type()),
        _ => 1,
    }
}

fn holds_bytes(kind: &DataType) -> bool {
    match kind {
        DataType::Struct(fields) => fields.iter().any(|field| holds_bytes(field.data_type())),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => true,
        _ => false,
    }
}

/// A struct becomes one column a field (`image.bytes`), missing where the struct is. `before` is how many rows are above.
fn flatten(
    path: &Path,
    before: u64,
    name: &str,
    array: &ArrayRef,
    names: &mut Vec<String>,
    arrays: &mut Vec<ArrayRef>,
) -> Result<(), TableError> {
    let Some(parts) = array.as_any().downcast_ref::<StructArray>() else {
        let plain = plain(array).map_err(|error| broken(path, &error))?;
        if plain.null_count() > array.logical_null_count() {
            let lost = (0..plain.len()).find(|row| plain.is_null(*row) && array.logical_nulls().is_none_or(|nulls| nulls.is_valid(*row)));
            let at = At { path: path.to_owned(), unit: "row", number: before + lost.map_or(0, |row| row as u64 + 1) };
            return Err(TableError::Row { at, reason: format!("`{name}` holds a number beyond 64 bits: store it as text") });
        }
        names.push(name.to_owned());
        arrays.push(plain);
        return Ok(());
    };
    for (field, part) in parts.fields().iter().zip(parts.columns()) {
        let part = match parts.nulls() {
            Some(nulls) => {
                let absent = arrow::array::BooleanArray::new(!nulls.inner(), None);
                arrow::compute::nullif(part, &absent).map_err(|error| broken(path, &error))?
            }
            None => Arc::clone(part),
        };
        flatten(path, before, &format!("{name}.{}", field.name()), &part, names, arrays)?;
    }
    Ok(())
}

/// Whole numbers, real numbers, text and bytes of every width become one kind each; lists and the rest stay.
pub(super) fn plain(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let kind = match array.data_type() {
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => {
            DataType::Int64
        }
        DataType::Float16 | DataType::Float32 => DataType::Float64,
        DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal128(..) | DataType::Decimal256(..) => DataType::Float64,
        DataType::Utf8 | DataType::Utf8View | DataType::Null | DataType::Date32 | DataType::Date64 | DataType::Timestamp(_, None) => {
            DataType::LargeUtf8
        }
        DataType::Binary | DataType::BinaryView | DataType::FixedSizeBinary(_) => DataType::LargeBinary,
        // Zones have names and histories; a time is the same in each.
        DataType::Timestamp(unit, Some(_)) => {
            let universal = cast(array, &DataType::Timestamp(*unit, Some("+00:00".into())))?;
            return cast(&universal, &DataType::LargeUtf8);
        }
        DataType::Dictionary(_, values) => {
            let values = cast(array, values)?;
            return plain(&values);
        }
        _ => return Ok(Arc::clone(array)),
    };
    cast(array, &kind)
}

/// Reads the bytes of some rows of one column, a bounded number at a time, and hands each to `take` with its row.
/// `rows` are ascending and distinct, from 0; only the pages that hold them are decoded.
pub(in crate::data) fn read_cells(
    path: &Path,
    column: &str,
    rows: &[u64],
    take: &mut dyn FnMut(u64, Option<&[u8]>),
) -> Result<(), TableError> {
    let whole = builder(path, path)?;
    let mut start = 0_u64;
    for group in 0..whole.metadata().num_row_groups() {
        let end = start + u64::try_from(whole.metadata().row_group(group).num_rows()).unwrap_or(0);
        let here = &rows[rows.partition_point(|row| *row < start)..rows.partition_point(|row| *row < end)];
        if !here.is_empty() {
            let mut selection = Vec::new();
            let mut next = start;
            for row in here {
                selection.push(RowSelector::skip((row - next) as usize));
                selection.push(RowSelector::select(1));
                next = row + 1;
            }
            let builder = builder(path, path)?.with_row_groups(vec![group]).with_row_selection(RowSelection::from(selection));
            let mut wanted = here.iter();
            cells(path, column, builder, &mut |bytes| {
                if let Some(row) = wanted.next() {
                    take(*row, bytes);
                }
            })?;
        }
        start = end;
    }
    Ok(())
}

/// Reads the bytes of all rows of one column.
pub(in crate::data) fn read_all_cells(path: &Path, column: &str, take: &mut dyn FnMut(u64, Option<&[u8]>)) -> Result<(), TableError> {
    let mut row = 0;
    cells(path, column, builder(path, path)?, &mut |bytes| {
        take(row, bytes);
        row += 1;
    })
}

fn cells(
    path: &Path,
    column: &str,
    builder: ParquetRecordBatchReaderBuilder<File>,
    take: &mut dyn FnMut(Option<&[u8]>),
) -> Result<(), TableError> {
    let leaf = builder.parquet_schema().columns().iter().position(|leaf| leaf.path().string() == column);
    let Some(leaf) = leaf else {
        let known = builder.parquet_schema().columns().iter().map(|leaf| leaf.path().string()).collect();
        return Err(TableError::Column { path: path.to_owned(), column: column.to_owned(), known });
    };
    readable(path, builder.metadata(), [leaf])?;
    let mask = ProjectionMask::leaves(builder.parquet_schema(), [leaf]);
    let build = || builder.with_projection(mask).with_batch_size(256).build().map_err(|error| broken(path, &error));
    let mut reader = sound(path, build)?;
    let mut decode = || {
        let Some(batch) = reader.next().transpose().map_err(|error| broken(path, &error))? else { return Ok(None) };
        let (mut names, mut arrays) = (Vec::new(), Vec::new());
        for (field, array) in batch.schema().fields().iter().zip(batch.columns()) {
            flatten(path, 0, field.name(), array, &mut names, &mut arrays)?;
        }
        Ok(Some(arrays))
    };
    while let Some(arrays) = sound(path, &mut decode)? {
        let cells = arrays.first().and_then(|array| array.as_any().downcast_ref::<LargeBinaryArray>());
        let cells = cells.ok_or_else(|| TableError::file(path, format!("has no bytes in the column `{column}`")))?;
        cells.iter().for_each(&mut *take);
    }
    Ok(())
}
