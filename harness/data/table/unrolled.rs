//! Lists in the cells of tables that are no JSON: each element of one is a row.

use std::path::Path;

use serde_json::{Map, Value};

use super::records::Records;
use super::{Chunks, Column, Malformed, Options, Table, TableError};

/// A file whose rows hold lists, chunk by chunk.
pub(super) struct Unrolled {
    /// The rows as they are written.
    chunks: Chunks,
    /// All columns of the file.
    header: Vec<String>,
    /// The column that the lists are in.
    list: String,
    records: Records,
    tolerant: bool,
}

impl Unrolled {
    /// `each` is the list, or leads to it from a column.
    pub(super) fn open(path: &Path, options: &Options, each: &str) -> Result<Self, TableError> {
        let plain = Options { each: None, told: Vec::new(), columns: Some(Vec::new()), ..options.clone() };
        let header = match Table::chunks(path, &plain)?.next() {
            Some(first) => first?.header().to_vec(),
            None => Vec::new(),
        };
        let leads = |from: &str, to: &str| to.strip_prefix(from).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let Some(list) = header.iter().find(|name| leads(name, each)).cloned() else {
            return Err(TableError::Column { path: path.to_owned(), column: each.to_owned(), known: header });
        };
        let read = |name: &&String| options.columns.as_ref().is_none_or(|columns| columns.iter().any(|wanted| leads(name, wanted)));
        let columns = header.iter().filter(|name| **name == list || read(name)).cloned().collect();
        let chunks = Table::chunks(path, &Options { columns: Some(columns), ..plain })?;
        let unit = if let Some(super::Format::Parquet) = options.format.or_else(|| super::Format::of(path)) { "row" } else { "line" };
        Ok(Self { chunks, header, list, records: Records::new(options, unit), tolerant: options.tolerant })
    }

    fn unroll(&mut self, chunk: &Table) -> Result<Table, TableError> {
        let mut malformed = chunk.malformed().to_vec();
        let columns = chunk.columns().map(|name| chunk.column(name)).collect::<Result<Vec<_>, _>>()?;
        for row in 0..chunk.len() {
            let refused = match self.record(&columns, row)? {
                Ok(record) => self.records.push(record, chunk.at(row).number),
                Err(reason) => vec![reason],
            };
            for reason in refused {
                match self.tolerant {
                    true => malformed.push(Malformed { at: chunk.at(row), reason }),
                    false => return Err(chunk.row_error(row, reason)),
                }
            }
        }
        malformed.sort_by_key(|malformed| malformed.at.number);
        Ok(Table { malformed, header: self.header.clone(), ..self.records.table(chunk.path()) })
    }

    /// A row as a record; or why its list cannot be read.
    fn record(&self, columns: &[Column], row: usize) -> Result<Result<Value, String>, TableError> {
        let mut record = Map::new();
        for column in columns {
            let value = match column.name() == self.list {
                true => match column.value(row)? {
                    Ok(list) => list,
                    Err(reason) => return Ok(Err(reason)),
                },
                false if column.is_nested() => column.json(row)?,
                false => column.text(row)?.map(|text| Value::String(text.into_owned())),
            };
            record.insert(column.name().to_owned(), value.unwrap_or(Value::Null));
        }
        Ok(Ok(Value::Object(record)))
    }
}

impl Iterator for Unrolled {
    type Item = Result<Table, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        let chunk = self.chunks.next()?;
        Some(chunk.and_then(|chunk| self.unroll(&chunk)))
    }
}
