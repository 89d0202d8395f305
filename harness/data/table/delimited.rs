//! CSV, TSV and columns between spaces.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, LargeStringBuilder};
use csv::ByteRecord;

use super::literal::parse;
use super::path::{Sought, splits};
use super::records::scalar;
use super::{At, CHUNK, Header, LONGEST_RECORD, Malformed, Options, Table, TableError, encoding};

/// Bytes of text at which a chunk ends: cells may be long, such as those that hold the pixels of an image.
const LARGEST_CHUNK: usize = 32 << 20;

/// A delimited file, chunk by chunk.
pub(super) struct Delimited {
    path: PathBuf,
    tolerant: bool,
    records: Records,
    header: Vec<String>,
    /// The kept columns: the name, the place in a record, and where in the JSON of that cell.
    kept: Vec<(String, usize, Option<String>)>,
    /// The next record, where it has been read.
    first: Option<(ByteRecord, u64)>,
    chunks: usize,
    ended: bool,
}

impl Delimited {
    /// `delimiter` is a byte, or `None` for runs of spaces and tabs.
    pub(super) fn open(path: &Path, delimiter: Option<u8>, options: &Options) -> Result<Self, TableError> {
        let mut input = BufReader::new(encoding::open(path, options)?);
        for _ in 0..options.skip_rows {
            input.by_ref().take(LONGEST_RECORD as u64).read_until(b'\n', &mut Vec::new()).map_err(|error| TableError::read(path, error))?;
        }
        let skipped = options.skip_rows as u64;
        let mut records = match delimiter {
            Some(delimiter) => {
                let quotes = !options.unquoted;
                let mut reader = csv::ReaderBuilder::new();
                reader.has_headers(false).flexible(true).delimiter(delimiter).quoting(quotes);
                Records::Delimited { reader: Box::new(reader.from_reader(Bounded::new(input))), delimiter, quotes, skipped }
            }
            None => Records::Spaced { input, line: skipped },
        };
        let mut record = ByteRecord::new();
        let line = records.read(&mut record).map_err(|error| TableError::read(path, error))?;
        let (header, first) = match (&options.header, line) {
            (Header::Absent(names), line) => (names.clone(), line.map(|line| (record, line))),
            (_, None) if skipped > 0 => {
                return Err(TableError::file(
                    path,
                    format!("ends within the {skipped} lines that `skip_rows` passes over: expected a header line"),
                ));
            }
            (_, None) => return Err(TableError::file(path, "is empty: expected a header line")),
            (Header::Names, Some(_)) => (names(path, &record)?, None),
            (Header::AllButFirst(first), Some(_)) => (std::iter::once(first.clone()).chain(names(path, &record)?).collect(), None),
        };
        super::distinct_names(path, &header)?;
        let kept = kept(&header, options);
        Ok(Self { path: path.to_owned(), tolerant: options.tolerant, records, header, kept, first, chunks: 0, ended: false })
    }

    fn chunk(&mut self) -> Result<Table, TableError> {
        let mut numbers = Vec::new();
        let mut malformed = Vec::new();
        let mut builders: Vec<LargeStringBuilder> = self.kept.iter().map(|_| LargeStringBuilder::new()).collect();
        let mut record = ByteRecord::new();
        let (mut size, mut sought) = (0, Sought::default());
        while numbers.len() < CHUNK && size < LARGEST_CHUNK && !self.ended {
            let line = match self.first.take() {
                Some((first, line)) => {
                    record = first;
                    Some(line)
                }
                None => self.records.read(&mut record).map_err(|error| TableError::read(&self.path, error))?,
            };
            let Some(line) = line else {
                self.ended = true;
                break;
            };
            let swallowed = record.iter().next_back().is_some_and(|cell| cell.ends_with(b"\n"));
            let unfinished = swallowed && self.is_last()?;
            let cells = if unfinished { Err("the file ends within its last cell".to_owned()) } else { self.cells(&record, &mut sought) };
            match cells {
                Ok(cells) => {
                    for (builder, cell) in builders.iter_mut().zip(cells) {
                        builder.append_value(&cell);
                        size += cell.len();
                    }
                    numbers.push(line);
                }
                Err(mut reason) => {
                    // An open quote swallows the rest of the file, and with it the line feed that ended its own line.
                    let line = line + u64::from(swallowed);
                    if swallowed {
                        reason.push_str(": is a quote left open?");
                    }
                    let at = At { path: self.path.clone(), unit: "line", number: line };
                    match self.tolerant {
                        true => malformed.push(Malformed { at, reason }),
                        false => return Err(TableError::Row { at, reason }),
                    }
                }
            }
        }
        self.chunks += 1;
        let table = Table {
            path: self.path.clone(),
            unit: "line",
            header: self.header.clone(),
            names: self.kept.iter().map(|(name, ..)| name.clone()).collect(),
            arrays: builders.into_iter().map(|mut builder| Arc::new(builder.finish()) as ArrayRef).collect(),
            numbers,
            malformed,
            metadata: Arc::default(),
            sought,
        };
        Ok(table.without_lost())
    }

    /// Whether no record follows.
    fn is_last(&mut self) -> Result<bool, TableError> {
        let mut next = ByteRecord::new();
        let line = self.records.read(&mut next).map_err(|error| TableError::read(&self.path, error))?;
        self.first = line.map(|line| (next, line));
        Ok(line.is_none())
    }

    /// The kept cells of a record, or why the row is malformed.
    fn cells<'r>(&self, record: &'r ByteRecord, sought: &mut Sought) -> Result<Vec<Cow<'r, str>>, String> {
        if record.len() != self.header.len() {
            let other = match self.header.as_slice() {
                [whole] => [";", "\t", "|", ","].into_iter().find(|separator| whole.contains(separator)),
                _ => None,
            };
            let hint = match other {
                Some("\t") => ": its cells seem to be separated by tabs, as in a `.tsv`".to_owned(),
                Some(other) => format!(": its cells seem to be separated by `{other}`"),
                None => String::new(),
            };
            let cells = if record.len() == 1 { "cell" } else { "cells" };
            return Err(format!("{} {cells} where the header has {}{hint}", record.len(), self.header.len()));
        }
        let cell = |(name, index, inside): &(String, usize, Option<String>)| {
            let cell = std::str::from_utf8(&record[*index]).map(str::trim);
            let cell = cell.map_err(|_| "not UTF-8: save it as UTF-8, or declare its `encoding` in a card".to_owned())?;
            let Some(path) = inside.as_ref().filter(|_| !cell.is_empty()) else { return Ok(Cow::Borrowed(cell)) };
            let json = parse(cell).map_err(|error| format!("`{}` is not JSON: {error}", self.header[*index]))?;
            let value = sought.reach(name, &json, path);
            Ok(Cow::Owned(value.and_then(|value| scalar(value.into_owned())).unwrap_or_default()))
        };
        self.kept.iter().map(cell).collect()
    }
}

impl Iterator for Delimited {
    type Item = Result<Table, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        (self.chunks == 0 || !self.ended).then(|| self.chunk())
    }
}

/// The columns that are kept. One that the header lacks may lie within another, whose cells are JSON: `box.x`.
fn kept(header: &[String], options: &Options) -> Vec<(String, usize, Option<String>)> {
    let place = |name: &str| header.iter().position(|other| other == name);
    let whole = (0..header.len()).filter(|index| options.keeps(&header[*index])).map(|index| (header[index].clone(), index, None));
    let lost = options.columns.iter().flatten().filter(|name| place(name).is_none());
    let inside = lost.filter_map(|name| splits(name).find_map(|(key, rest)| Some((name.clone(), place(key)?, Some(rest.to_owned())))));
    whole.chain(inside).collect()
}

fn names(path: &Path, record: &ByteRecord) -> Result<Vec<String>, TableError> {
    let name = |cell: &[u8]| match std::str::from_utf8(cell) {
        Ok(name) => Ok(name.trim().trim_start_matches('\u{feff}').to_owned()),
        Err(_) => Err(TableError::file(path, "has a header that is not UTF-8: save it as UTF-8, or declare its `encoding` in a card")),
    };
    record.iter().map(name).collect()
}

/// The file as UTF-8.
type Text = BufReader<Box<dyn Read + Send>>;

/// Records one by one, whatever stands between the cells.
enum Records {
    Delimited { reader: Box<csv::Reader<Bounded<Text>>>, delimiter: u8, quotes: bool, skipped: u64 },
    Spaced { input: Text, line: u64 },
}

impl Records {
    /// Reads the next record and answers the line it starts on, from 1, or `None` at the end.
    fn read(&mut self, record: &mut ByteRecord) -> io::Result<Option<u64>> {
        match self {
            Self::Delimited { reader, delimiter, quotes, skipped } => {
                reader.get_mut().allowance = LONGEST_RECORD;
                if !reader.read_byte_record(record).map_err(unwrapped)? {
                    return Ok(None);
                }
                // The library's own count starts before the blank lines that it passes over; counted from the record's end it is exact,
                // because every record ends in one line feed.
                let inside = record.iter().flatten().filter(|byte| **byte == b'\n').count() as u64;
                if *quotes && record.iter().any(quoted_behind_blanks) {
                    *record = unquoted(record, *delimiter);
                }
                Ok(Some(*skipped + reader.position().line().saturating_sub(1 + inside)))
            }
            Self::Spaced { input, line } => {
                let mut text = Vec::new();
                loop {
                    text.clear();
                    if input.by_ref().take(LONGEST_RECORD as u64).read_until(b'\n', &mut text)? == 0 {
                        return Ok(None);
                    }
                    *line += 1;
                    record.clear();
                    let cells = text.split(|byte| byte.is_ascii_whitespace()).filter(|cell| !cell.is_empty());
                    cells.for_each(|cell| record.push_field(cell));
                    if !record.is_empty() {
                        return Ok(Some(*line));
                    }
                }
            }
        }
    }
}

/// Whether a quote opens this cell with nothing but blanks before it, `, "a"`. The library takes such quotes for letters.
fn quoted_behind_blanks(cell: &[u8]) -> bool {
    cell.first() == Some(&b' ') && cell.trim_ascii_start().first() == Some(&b'"')
}

/// The record as its quotes mean it: what stands between them is one cell, with the delimiters that are in it.
fn unquoted(record: &ByteRecord, delimiter: u8) -> ByteRecord {
    let mut whole = ByteRecord::new();
    let mut cells = record.iter();
    while let Some(cell) = cells.next() {
        if !quoted_behind_blanks(cell) {
            whole.push_field(cell);
            continue;
        }
        let mut text = cell.to_vec();
        // Two quotes are one that is meant; an odd number leaves the cell open.
        while text.iter().filter(|byte| **byte == b'"').count() % 2 == 1 {
            let Some(next) = cells.next() else { break };
            text.push(delimiter);
            text.extend_from_slice(next);
        }
        let inner = text.trim_ascii().strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\""));
        match inner.map(|inner| String::from_utf8_lossy(inner).replace("\"\"", "\"")) {
            Some(inner) if std::str::from_utf8(&text).is_ok() => whole.push_field(inner.as_bytes()),
            _ => whole.push_field(&text),
        }
    }
    whole
}

fn unwrapped(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::new(io::ErrorKind::InvalidData, format!("{other:?}")),
    }
}

/// A stream that gives at most so many bytes for one record, and ends every line, the last one too, in one line feed.
struct Bounded<R> {
    inner: R,
    allowance: usize,
    ended: bool,
}

impl<R> Bounded<R> {
    fn new(inner: R) -> Self {
        Self { inner, allowance: LONGEST_RECORD, ended: false }
    }
}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.allowance == 0 {
            let message = format!("a record is longer than {} MiB: is a quote left open?", LONGEST_RECORD >> 20);
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        if self.ended || out.is_empty() {
            return Ok(0);
        }
        let bytes = self.inner.fill_buf()?;
        if bytes.is_empty() {
            self.ended = true;
            out[0] = b'\n';
            return Ok(1);
        }
        let count = bytes.len().min(out.len());
        let line = bytes[..count].iter().position(|byte| *byte == b'\r').unwrap_or(count);
        if line > 0 {
            out[..line].copy_from_slice(&bytes[..line]);
            self.inner.consume(line);
            self.allowance = self.allowance.saturating_sub(line);
            return Ok(line);
        }
        self.inner.consume(1);
        let feed = self.inner.fill_buf()?.first() == Some(&b'\n');
        self.inner.consume(usize::from(feed));
        out[0] = b'\n';
        Ok(1)
    }
}
