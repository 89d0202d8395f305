//! One JSON object a line.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::records::Records;
use super::{At, CHUNK, LONGEST_RECORD, Malformed, Options, Table, TableError, encoding};

/// A file of JSON lines, chunk by chunk.
pub(super) struct JsonLines {
    path: PathBuf,
    options: Options,
    records: Records,
    input: BufReader<Box<dyn Read + Send>>,
    line: u64,
    chunks: usize,
    ended: bool,
}

impl JsonLines {
    pub(super) fn open(path: &Path, options: &Options) -> Result<Self, TableError> {
        let mut input = BufReader::new(encoding::open(path, options)?);
        for _ in 0..options.skip_rows {
            input.read_until(b'\n', &mut Vec::new()).map_err(|error| TableError::read(path, error))?;
        }
        Ok(Self {
            path: path.to_owned(),
            options: options.clone(),
            records: Records::new(options, "line"),
            input,
            line: options.skip_rows as u64,
            chunks: 0,
            ended: false,
        })
    }

    fn chunk(&mut self) -> Result<Table, TableError> {
        let mut malformed = Vec::new();
        let mut line = Vec::new();
        while self.records.len() < CHUNK && !self.ended {
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
            let record = serde_json::from_slice(text).map_err(|error| format!("not JSON: {error}"));
            let Err(reason) = record.and_then(|record| self.records.push(record, self.line)) else { continue };
            match self.options.tolerant {
                true => malformed.push(Malformed { at, reason }),
                false => return Err(TableError::Row { at, reason }),
            }
        }
        self.chunks += 1;
        Ok(Table { malformed, ..self.records.table(&self.path) })
    }
}

impl Iterator for JsonLines {
    type Item = Result<Table, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        (self.chunks == 0 || !self.ended).then(|| self.chunk())
    }
}
