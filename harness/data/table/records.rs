//! JSON objects to columns: values deep inside of one are reached by a path, `label.age` or `names.0`.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, LargeStringArray};
use serde_json::{Map, Value};

use super::path::{Sought, reach_mut};
use super::{Options, Table};

/// Gathers objects; of those whose list, or map, is told apart (`each`), each element is a row.
pub(super) struct Records {
    options: Options,
    unit: &'static str,
    /// The keys of the objects, in the order in which they were first met.
    header: Vec<String>,
    known: HashSet<String>,
    /// The columns that some object has had, with the cells since the last table.
    columns: Vec<(String, Vec<Option<String>>)>,
    numbers: Vec<u64>,
    sought: Sought,
}

impl Records {
    pub(super) fn new(options: &Options, unit: &'static str) -> Self {
        let wanted = options.columns.iter().flatten().map(|name| (name.clone(), Vec::new())).collect();
        Self {
            options: options.clone(),
            unit,
            header: Vec::new(),
            known: HashSet::new(),
            columns: wanted,
            numbers: Vec::new(),
            sought: Sought::default(),
        }
    }

    /// Rows since the last table.
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Adds an object; answers why not, where it is none or lacks its list.
    pub(super) fn push(&mut self, record: Value, number: u64) -> Result<(), String> {
        let Value::Object(_) = &record else { return Err("expected a JSON object".to_owned()) };
        let Some(each) = self.options.each.clone() else {
            self.row(&record, number);
            return Ok(());
        };
        let mut record = record;
        let list = match reach_mut(&mut record, &each) {
            Some(list) => std::mem::take(list),
            None => return Err(format!("it has no list `{each}`")),
        };
        let elements = match list {
            Value::Array(elements) => elements,
            Value::Object(entries) => entries.into_iter().flat_map(|(key, value)| under(&key, value)).collect(),
            _ => return Err(format!("its `{each}` is neither a list nor a map")),
        };
        for element in elements {
            if let Some(place) = reach_mut(&mut record, &each) {
                *place = element;
            }
            self.row(&record, number);
        }
        Ok(())
    }

    fn row(&mut self, record: &Value, number: u64) {
        for key in record.as_object().into_iter().flat_map(Map::keys) {
            if !self.known.contains(key) {
                self.known.insert(key.clone());
                self.header.push(key.clone());
                if self.options.columns.is_none() {
                    self.columns.push((key.clone(), vec![None; self.numbers.len()]));
                }
            }
        }
        for (name, cells) in &mut self.columns {
            let value = self.sought.reach(name, record, name);
            cells.push(value.and_then(|value| scalar(value.into_owned())));
        }
        self.numbers.push(number);
    }

    /// What was gathered since the last table.
    pub(super) fn table(&mut self, path: &Path) -> Table {
        let numbers = std::mem::take(&mut self.numbers);
        let (mut names, mut arrays): (Vec<String>, Vec<ArrayRef>) = (Vec::new(), Vec::new());
        for (name, cells) in &mut self.columns {
            let cells = std::mem::take(cells);
            if !self.sought.lacks(name) {
                names.push(name.clone());
                arrays.push(Arc::new(LargeStringArray::from(cells)));
            }
        }
        Table {
            path: path.to_owned(),
            unit: self.unit,
            header: self.header.clone(),
            names,
            arrays,
            numbers,
            malformed: Vec::new(),
            metadata: Arc::default(),
            sought: self.sought.clone(),
        }
    }
}

/// The elements under a key of a map: one, or each of a list. They know the key, and a single value is called so.
fn under(key: &str, value: Value) -> Vec<Value> {
    let keyed = |element| {
        let mut columns = match element {
            Value::Object(columns) => columns,
            single => Map::from_iter([("value".to_owned(), single)]),
        };
        columns.entry("key").or_insert_with(|| Value::from(key));
        Value::Object(columns)
    };
    match value {
        Value::Array(elements) => elements.into_iter().map(keyed).collect(),
        element => vec![keyed(element)],
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
