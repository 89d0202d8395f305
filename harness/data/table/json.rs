//! A JSON document whose list, or map, of records is a table, or that is one record itself.

use std::collections::HashSet;
use std::fmt;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::path::{reach, splits};
use super::records::{Records, leads};
use super::{At, CHUNK, Malformed, Options, Table, TableError, encoding};

/// Reads a document; only the cells of the columns that are kept stay in memory.
pub(super) fn read(path: &Path, options: &Options) -> Result<std::vec::IntoIter<Result<Table, TableError>>, TableError> {
    let input = BufReader::new(encoding::open(path, options)?);
    let mut json = serde_json::Deserializer::from_reader(input);
    let mut gathered = Gathered::new(path, options);
    let keys: Vec<String> = options.at.as_deref().unwrap_or_default().split('/').skip(1).map(unescaped).collect();
    let read = Descend { keys: &keys, gathered: &mut gathered }.deserialize(&mut json).and_then(|()| json.end());
    read.map_err(|error| TableError::file(path, format!("is no JSON document: {error}")))?;
    if !gathered.found {
        let at = options.at.as_deref().unwrap_or_default();
        return Err(TableError::file(path, format!("has nothing at `{at}`: `at` is a JSON pointer to the list, or map, of its records")));
    }
    if let Some(record) = gathered.whole.record() {
        gathered = Gathered::new(path, options);
        gathered.push(None, record);
    }
    gathered.cut();
    if let (Some(first), false) = (gathered.malformed.first(), options.tolerant) {
        return Err(TableError::Row { at: first.at.clone(), reason: first.reason.clone() });
    }
    if let Some(last) = gathered.tables.last_mut() {
        last.malformed = gathered.malformed;
    }
    Ok(gathered.tables.into_iter().map(Ok).collect::<Vec<_>>().into_iter())
}

/// A part of a JSON pointer (RFC 6901).
fn unescaped(key: &str) -> String {
    key.replace("~1", "/").replace("~0", "~")
}

struct Gathered {
    path: PathBuf,
    records: Records,
    /// What the first record is, and so are all others.
    kind: Option<&'static str>,
    whole: Whole,
    malformed: Vec<Malformed>,
    tables: Vec<Table>,
    number: u64,
    found: bool,
}

impl Gathered {
    fn new(path: &Path, options: &Options) -> Self {
        Self {
            path: path.to_owned(),
            records: Records::new(options, "record"),
            kind: None,
            whole: Whole::new(options),
            malformed: Vec::new(),
            tables: Vec::new(),
            number: 0,
            found: false,
        }
    }

    /// An entry of a map: a record, or a list of several.
    fn enter(&mut self, key: &str, value: Value) {
        self.whole.add(key, &value);
        match value {
            Value::Array(elements) => elements.into_iter().for_each(|element| self.push(Some(key), element)),
            record => self.push(Some(key), record),
        }
    }

    /// A record, and what a map calls it.
    fn push(&mut self, key: Option<&str>, record: Value) {
        self.number += 1;
        let refused = self.object(key, record).map_or_else(|reason| vec![reason], |record| self.records.push(record, self.number));
        for reason in refused {
            self.malformed.push(Malformed { at: At { path: self.path.clone(), unit: "record", number: self.number }, reason });
        }
        if self.records.len() >= CHUNK {
            self.cut();
        }
    }

    /// A record by its columns: of a list, these are called by their places, and a single value is the column `value`.
    fn object(&mut self, key: Option<&str>, record: Value) -> Result<Value, String> {
        let kind = match &record {
            Value::Object(_) => Some("a JSON object"),
            Value::Array(_) => Some("a JSON list"),
            Value::Null => None,
            _ => Some("a single value"),
        };
        self.kind = self.kind.or(kind);
        if let Some(expected) = self.kind.filter(|expected| *expected != kind.unwrap_or("a single value")) {
            return Err(format!("expected {expected}"));
        }
        let mut columns = match record {
            Value::Object(columns) => columns,
            Value::Array(elements) => (0_usize..).map(|place| place.to_string()).zip(elements).collect(),
            single => Map::from_iter([("value".to_owned(), single)]),
        };
        if let Some(key) = key {
            columns.entry("key").or_insert_with(|| Value::from(key));
        }
        Ok(Value::Object(columns))
    }

    fn cut(&mut self) {
        self.tables.push(self.records.table(&self.path));
    }
}

/// A map taken for one record, of which the columns that are read are kept.
struct Whole {
    columns: Vec<String>,
    each: Option<String>,
    /// Their first keys.
    heads: HashSet<String>,
    entries: Map<String, Value>,
}

/// As many keys of a record as messages may name.
const SHOWN: usize = 100;

impl Whole {
    fn new(options: &Options) -> Self {
        let columns = options.columns.clone().unwrap_or_default();
        let heads = columns.iter().chain(&options.each).flat_map(|path| splits(path).map(|(head, _)| head).chain([path.as_str()]));
        Self { heads: heads.map(str::to_owned).collect(), each: options.each.clone(), entries: Map::new(), columns }
    }

    fn add(&mut self, key: &str, value: &Value) {
        if self.heads.contains(key) {
            self.entries.insert(key.to_owned(), value.clone());
        } else if self.entries.len() < SHOWN {
            self.entries.insert(key.to_owned(), Value::Null);
        }
    }

    /// The record, where it is one: its own keys lead to the list, or map, of rows, or to a column that is read. A map of records has the columns
    /// within these, beside `key` and `value`.
    fn record(&mut self) -> Option<Value> {
        let record = Value::Object(std::mem::take(&mut self.entries));
        let has_rows = |each: &String| leads(&record, each);
        let is_own = |name: &String| reach(&record, name).is_some_and(|value| !value.is_object());
        let mut others = self.columns.iter().filter(|name| !["key", "value"].contains(&name.as_str()));
        let by_key = self.columns.iter().any(|name| name == "key") && record.get("key").is_none();
        let is_record = self.each.as_ref().is_some_and(has_rows) || !by_key && others.any(is_own);
        is_record.then_some(record)
    }
}

/// Goes to the records by the keys that are left, and passes over all else.
struct Descend<'k, 'g> {
    keys: &'k [String],
    gathered: &'g mut Gathered,
}

impl<'de> DeserializeSeed<'de> for Descend<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Descend<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list, or a map, of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let Some((key, rest)) = self.keys.split_first() else {
            self.gathered.found = true;
            while let Some(element) = elements.next_element::<Value>()? {
                self.gathered.push(None, element);
            }
            return Ok(());
        };
        let mut place = 0_usize;
        let wanted = key.parse::<usize>().ok();
        loop {
            let here = wanted == Some(place);
            place += 1;
            let more = match here {
                true => elements.next_element_seed(Descend { keys: rest, gathered: &mut *self.gathered })?,
                false => elements.next_element::<IgnoredAny>()?.map(drop),
            };
            if more.is_none() {
                return Ok(());
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let first = self.keys.split_first();
        self.gathered.found |= first.is_none();
        while let Some(key) = entries.next_key::<String>()? {
            match first {
                Some((wanted, rest)) if *wanted == key => entries.next_value_seed(Descend { keys: rest, gathered: &mut *self.gathered })?,
                Some(_) => drop(entries.next_value::<IgnoredAny>()?),
                None => {
                    let value = entries.next_value()?;
                    self.gathered.enter(&key, value);
                }
            }
        }
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
}
