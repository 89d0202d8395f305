//! One JSON object a line.

use std::collections::HashSet;
use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

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
            for reason in object(text).map_or_else(|reason| vec![reason], |record| self.records.push(record, self.line)) {
                let at = At { path: self.path.clone(), unit: "line", number: self.line };
                match self.options.tolerant {
                    true => malformed.push(Malformed { at, reason }),
                    false => return Err(TableError::Row { at, reason }),
                }
            }
        }
        self.chunks += 1;
        Ok(Table { malformed, ..self.records.table(&self.path) })
    }
}

/// A line's value; where it is an object, each of its keys is written once.
fn object(text: &[u8]) -> Result<Value, String> {
    let value: Value = serde_json::from_slice(text).map_err(|error| match bare(text, error.column()) {
        Some(word) => format!("`{word}` is no JSON: write null, or a finite number"),
        None => format!("not JSON: {error}"),
    })?;
    let Keys(keys) = match &value {
        Value::Object(_) => serde_json::from_slice(text).map_err(|error| error.to_string())?,
        _ => Keys::default(),
    };
    if let Value::Object(entries) = &value
        && keys.len() > entries.len()
    {
        let mut seen = HashSet::new();
        let twice = keys.iter().find(|key| !seen.insert(key.as_str())).map_or("", String::as_str);
        return Err(format!("the key `{twice}` is written twice"));
    }
    Ok(value)
}

/// The word for no finite number that stands where JSON ends, as Python writes one.
fn bare(text: &[u8], column: usize) -> Option<&'static str> {
    // Of one with a sign, JSON ends behind that.
    let rest = |back: usize| column.checked_sub(back).and_then(|start| text.get(start..)).unwrap_or_default();
    ["-Infinity", "Infinity", "NaN"].into_iter().find(|word| [1, 2].iter().any(|back| rest(*back).starts_with(word.as_bytes())))
}

/// The keys of an object, as often as they are written.
#[derive(Default)]
struct Keys(Vec<String>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_map(Self::default())
    }
}

impl<'de> Visitor<'de> for Keys {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<Self, A::Error> {
        while let Some((key, IgnoredAny)) = entries.next_entry()? {
            self.0.push(key);
        }
        Ok(self)
    }
}

impl Iterator for JsonLines {
    type Item = Result<Table, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        (self.chunks == 0 || !self.ended).then(|| self.chunk())
    }
}
