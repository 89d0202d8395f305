//! JSON objects to columns: values deep inside of one are reached by a path, `label.age` or `names.0`.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, LargeStringArray};
use serde_json::{Map, Value};

use super::path::{Sought, reach_mut, splits};
use super::{Options, Table, parse};

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

    /// Adds an object. Answers why not, where it is none or lacks its list; and of the elements on the way to its lists, why those that lack one
    /// are left out.
    pub(super) fn push(&mut self, record: Value, number: u64) -> Vec<String> {
        let Value::Object(_) = &record else { return vec!["expected a JSON object".to_owned()] };
        let Some(each) = self.options.each.clone() else {
            self.row(&record, number);
            return Vec::new();
        };
        let mut record = record;
        if let Some(Value::String(text)) = reach_mut(&mut record, &each)
            && let Ok(list @ (Value::Array(_) | Value::Object(_))) = parse(text)
            && let Some(place) = reach_mut(&mut record, &each)
        {
            *place = list;
        }
        let mut sifted = Sifted { each: &each, lacking: Vec::new(), led: false, beside: Vec::new() };
        let whole = sifted.sift(&mut record, &each, ("", &each));
        self.sought.note(&each, sifted.led, sifted.beside);
        match whole {
            Ok(()) => self.unroll(&mut record, &each, 0, number),
            Err(reason) => sifted.lacking.push(reason),
        }
        sifted.lacking
    }

    /// Adds a row for each element of the list, or map, at a path, and of the lists that this leads into. `above` is as long as the path to the
    /// last of these.
    fn unroll(&mut self, record: &mut Value, each: &str, above: usize, number: u64) {
        let on_the_way = splits(each).map(|(path, _)| path).filter(|path| path.len() > above);
        let list = on_the_way.into_iter().find(|path| reach_mut(record, path).is_some_and(|value| value.is_array())).unwrap_or(each);
        let elements = match reach_mut(record, list).map(std::mem::take) {
            Some(Value::Array(elements)) => elements,
            Some(Value::Object(entries)) => entries.into_iter().flat_map(|(key, value)| under(&key, value)).collect(),
            _ => Vec::new(),
        };
        for element in elements {
            if let Some(place) = reach_mut(record, list) {
                *place = element;
            }
            match list == each {
                true => self.row(record, number),
                false => self.unroll(record, each, list.len(), number),
            }
        }
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

/// Whether a path leads to a list, or a map, in some element of the lists on its way.
pub(super) fn leads(value: &Value, path: &str) -> bool {
    let Value::Object(entries) = value else { return false };
    match entries.get(path) {
        Some(found) => found.is_array() || found.is_object(),
        None => splits(path).filter_map(|(key, rest)| Some((entries.get(key)?, rest))).any(|(inner, rest)| match inner {
            Value::Array(elements) => elements.is_empty() || elements.iter().any(|element| leads(element, rest)),
            inner => leads(inner, rest),
        }),
    }
}

/// What was found on the way to the lists of a record.
struct Sifted<'e> {
    each: &'e str,
    /// Why elements were taken out of the lists on the way.
    lacking: Vec<String>,
    /// Whether the path leads to anything.
    led: bool,
    /// The paths to what there is instead in what lacks its list.
    beside: Vec<String>,
}

impl Sifted<'_> {
    /// Takes out of the lists on the way to a list, or a map, the elements that lack it; or says why the value itself does. `place` is where the
    /// last of these elements is, empty for the record, and the whole path from there.
    fn sift(&mut self, value: &mut Value, path: &str, place: (&str, &str)) -> Result<(), String> {
        let (element, whole) = place;
        let lacking = || match element {
            "" => format!("it has no list `{whole}`"),
            _ => format!("its `{element}` has no list `{whole}`"),
        };
        let Value::Object(entries) = value else { return Err(lacking()) };
        if let Some(found) = entries.get(path) {
            self.led = true;
            return match found {
                Value::Array(_) | Value::Object(_) => Ok(()),
                Value::Null => Err(lacking()),
                _ if element.is_empty() => Err(format!("its `{whole}` is neither a list nor a map")),
                _ => Err(format!("its `{element}.{whole}` is neither a list nor a map")),
            };
        }
        let inner = |(key, _): &(&str, &str)| entries.get(*key).is_some_and(|inner| inner.is_array() || inner.is_object());
        let Some((key, rest)) = splits(path).find(inner) else {
            let above = self.each.strip_suffix(path).unwrap_or_default();
            self.beside.extend(entries.keys().map(|key| format!("{above}{key}")));
            return Err(lacking());
        };
        match entries.get_mut(key) {
            Some(Value::Array(elements)) => {
                let way = [element, whole.strip_suffix(path).unwrap_or_default().trim_end_matches('.'), key];
                let way: Vec<&str> = way.into_iter().filter(|part| !part.is_empty()).collect();
                let mut next = 0_usize;
                elements.retain_mut(|inner| {
                    let here = format!("{}.{next}", way.join("."));
                    next += 1;
                    self.sift(inner, rest, (&here, rest)).map_err(|reason| self.lacking.push(reason)).is_ok()
                });
                Ok(())
            }
            Some(inner) => self.sift(inner, rest, place),
            None => Err(lacking()),
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
