//! A JSON document whose list, or map, of objects is a table.

use std::fmt;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::records::Records;
use super::{At, CHUNK, Malformed, Options, Table, TableError, encoding};

/// Reads a document; only the cells of the columns that are kept stay in memory.
pub(super) fn read(path: &Path, options: &Options) -> Result<std::vec::IntoIter<Result<Table, TableError>>, TableError> {
    let input = BufReader::new(encoding::open(path, options)?);
    let mut json = serde_json::Deserializer::from_reader(input);
    let mut gathered = Gathered {
        path: path.to_owned(),
        records: Records::new(options, "record"),
        malformed: Vec::new(),
        tables: Vec::new(),
        number: 0,
        found: false,
    };
    let keys: Vec<String> = options.at.as_deref().unwrap_or_default().split('/').skip(1).map(unescaped).collect();
    let read = Descend { keys: &keys, gathered: &mut gathered }.deserialize(&mut json).and_then(|()| json.end());
    read.map_err(|error| TableError::file(path, format!("is no JSON document: {error}")))?;
    if !gathered.found {
        let at = options.at.as_deref().unwrap_or_default();
        return Err(TableError::file(path, format!("has nothing at `{at}`: `at` is a JSON pointer to the list, or map, of its records")));
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
    malformed: Vec<Malformed>,
    tables: Vec<Table>,
    number: u64,
    found: bool,
}

impl Gathered {
    fn push(&mut self, record: Value) {
        self.number += 1;
        if let Err(reason) = self.records.push(record, self.number) {
            self.malformed.push(Malformed { at: At { path: self.path.clone(), unit: "record", number: self.number }, reason });
        }
        if self.records.len() >= CHUNK {
            self.cut();
        }
    }

    fn cut(&mut self) {
        self.tables.push(self.records.table(&self.path));
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
        f.write_str("a list, or a map, of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let Some((key, rest)) = self.keys.split_first() else {
            self.gathered.found = true;
            while let Some(element) = elements.next_element::<Value>()? {
                self.gathered.push(element);
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
                    // What a map calls its record is a column too.
                    let mut record = entries.next_value::<Value>()?;
                    if let Value::Object(object) = &mut record {
                        object.entry("key").or_insert(Value::String(key));
                    }
                    self.gathered.push(record);
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
