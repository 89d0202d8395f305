//! One JSON object a line.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, LargeStringArray};
use indexmap::IndexMap;
use serde_json::Value;

use super::{At, CHUNK, LONGEST_RECORD, Malformed, Options, Table, TableError, encoding};

/// A file of JSON lines, chunk by chunk.
pub(super) struct JsonLines {
    path: PathBuf,
    options: Options,
    input: BufReader<Box<dyn Read + Send>>,
    line: u64,
    chunks: usize,
    ended: bool,
}

impl JsonLines {
    pub(super) fn open(path: &Path, options: &Options) -> Result<Self, TableError> {
        let mut input = BufReader::new(encoding::open(path, options.encoding)?);
        for _ in 0..options.skip_rows {
            input.read_until(b'\n', &mut Vec::new()).map_err(|error| TableError::read(path, error))?;
        }
        Ok(Self { path: path.to_owned(), options: options.clone(), input, line: options.skip_rows as u64, chunks: 0, ended: false })
    }

    fn chunk(&mut self) -> Result<Table, TableError> {
        let mut numbers = Vec::new();
        let mut malformed = Vec::new();
        let mut header: Vec<String> = Vec::new();
        let mut cells: IndexMap<String, Vec<Option<String>>> = IndexMap::new();
        let mut line = Vec::new();
        while numbers.len() < CHUNK && !self.ended {
            line.clear();
            let read = self.input.by_ref().take(LONGEST_RECORD as u64).read_until(b'\n', &mut line);
            let read = read.map_err(|error| TableError::read(&self.path, error))?;
            self.ended = read == 0;
            self.line += u64::from(read > 0);
            let text = line.strip_prefix(b"\xef\xbb\xbf").filter(|_| self.line == 1).unwrap_or(&line).trim_ascii();
            if text.is_empty() {
                continue;
            }
            let at = At { path: self.path.clone(), unit: "line", number: self.line };
            let reason = match serde_json::from_slice::<Value>(text) {
                Ok(Value::Object(object)) => {
                    for (key, value) in object {
                        if !header.contains(&key) {
                            header.push(key.clone());
                        }
                        if self.options.keeps(&key) {
                            let column = cells.entry(key).or_default();
                            column.resize(numbers.len(), None);
                            column.push(scalar(value));
                        }
                    }
                    numbers.push(self.line);
                    continue;
                }
                Ok(_) => "expected a JSON object".to_owned(),
                Err(error) => format!("not JSON: {error}"),
            };
            match self.options.tolerant {
                true => malformed.push(Malformed { at, reason }),
                false => return Err(TableError::Row { at, reason }),
            }
        }
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(cells.len());
        let mut names = Vec::with_capacity(cells.len());
        for (name, mut column) in cells {
            column.resize(numbers.len(), None);
            names.push(name);
            arrays.push(Arc::new(LargeStringArray::from(column)));
        }
        self.chunks += 1;
        Ok(Table { path: self.path.clone(), unit: "line", header, names, arrays, numbers, malformed, metadata: Arc::default() })
    }
}

/// Text without its quotes, everything else as it is written.
pub(in crate::data) fn scalar(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

impl Iterator for JsonLines {
    type Item = Result<Table, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        (self.chunks == 0 || !self.ended).then(|| self.chunk())
    }
}
