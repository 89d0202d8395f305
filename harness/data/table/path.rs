//! Values deep inside of others, reached by a path: `label.age` or `names.0`.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::Value;

use super::parse;

/// The ways to cut a path in two at a dot.
pub(super) fn splits(path: &str) -> impl Iterator<Item = (&str, &str)> {
    path.match_indices('.').map(|(dot, _)| (&path[..dot], &path[dot + 1..]))
}

/// The value at a path: a key, or a key, a dot and a path from there; elements of lists count from 0. Text may be a list or a map as JSON or Python
/// write it.
pub(super) fn reach<'v>(value: &'v Value, path: &str) -> Option<Cow<'v, Value>> {
    if let Value::String(text) = value {
        return parse(text).ok().and_then(|value| reach(&value, path).map(|found| Cow::Owned(found.into_owned())));
    }
    // A key may have dots itself, and then counts before those inside of others.
    inside(value, path).map(Cow::Borrowed).or_else(|| splits(path).find_map(|(key, rest)| reach(inside(value, key)?, rest)))
}

/// What is under a key, or at a place.
fn inside<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    match value {
        Value::Object(entries) => entries.get(key),
        Value::Array(elements) => elements.get(key.parse::<usize>().ok()?),
        _ => None,
    }
}

/// The same where maps alone lead to it.
pub(super) fn reach_mut<'v>(value: &'v mut Value, path: &str) -> Option<&'v mut Value> {
    let Value::Object(entries) = value else { return None };
    if entries.contains_key(path) {
        return entries.get_mut(path);
    }
    let (key, rest) = splits(path).find(|(key, rest)| entries.get(*key).is_some_and(|inner| reach(inner, rest).is_some()))?;
    reach_mut(entries.get_mut(key)?, rest)
}

/// Columns that were looked for within values that could tell.
#[derive(Clone, Debug, Default)]
pub(in crate::data) struct Sought(HashMap<String, Way>);

/// What was found on the way to a column.
#[derive(Clone, Debug, Default)]
struct Way {
    /// Whether some value has it.
    met: bool,
    /// The list in its way of which it names no element: `js` for `js.race` where there is `js.0.race`.
    list: Option<String>,
    /// The columns that there are instead in the first values that lack it.
    beside: Vec<String>,
    /// How many values were looked into for these.
    looked: usize,
}

impl Sought {
    /// The value of a column, which a path leads to from here.
    pub(in crate::data) fn reach<'v>(&mut self, column: &str, value: &'v Value, path: &str) -> Option<Cow<'v, Value>> {
        let found = reach(value, path);
        match (self.0.get_mut(column), &found) {
            (Some(way), Some(_)) => way.met = true,
            (Some(way), None) if way.met => {}
            (Some(way), None) => {
                way.stray(column, value, path);
                way.look(column, value, path);
            }
            (None, Some(_)) => drop(self.0.insert(column.to_owned(), Way { met: true, ..Way::default() })),
            (None, None) => {
                let mut way = Way::default();
                if way.look(column, value, path) {
                    way.stray(column, value, path);
                    self.0.insert(column.to_owned(), way);
                }
            }
        }
        found
    }

    /// Keeps in mind whether a value has what was looked for elsewhere, or else what there is `beside`; where that is nothing, it does not tell.
    pub(super) fn note(&mut self, column: &str, met: bool, beside: Vec<String>) {
        if met || !beside.is_empty() {
            let way = self.0.entry(column.to_owned()).or_default();
            way.met |= met;
            way.beside(beside);
        }
    }

    /// Whether some value has a column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.0.get(column).is_some_and(|way| way.met)
    }

    /// Whether a column was looked for, and no value has it.
    pub(in crate::data) fn lacks(&self, column: &str) -> bool {
        self.0.get(column).is_some_and(|way| !way.met)
    }

    /// The list in the way of a column.
    pub(in crate::data) fn list(&self, column: &str) -> Option<&str> {
        self.0.get(column)?.list.as_deref()
    }

    /// What there is instead of a column.
    pub(in crate::data) fn beside(&self, column: &str) -> impl Iterator<Item = &String> {
        self.0.get(column).into_iter().flat_map(|way| &way.beside)
    }

    /// Both together.
    pub(super) fn with(mut self, other: Self) -> Self {
        for (column, theirs) in other.0 {
            let own = self.0.entry(column).or_default();
            own.met |= theirs.met;
            own.list = own.list.take().or(theirs.list);
            own.beside(theirs.beside);
        }
        self
    }
}

impl Way {
    /// Adds columns that there are instead, each once.
    fn beside(&mut self, columns: Vec<String>) {
        for column in columns {
            if self.beside.len() < SHOWN && !self.beside.contains(&column) {
                self.beside.push(column);
            }
        }
    }

    /// Adds what a value has instead of a column; answers whether it can tell. Of many values, the first say enough.
    fn look(&mut self, column: &str, value: &Value, path: &str) -> bool {
        if self.met || self.looked == SHOWN {
            return true;
        }
        let Some(found) = beside(value, path) else { return false };
        let above = column.strip_suffix(path).unwrap_or_default();
        self.looked += 1;
        self.beside(found.into_iter().map(|path| format!("{above}{path}")).collect());
        true
    }

    /// Keeps in mind the list in the way, in the first value that has one.
    fn stray(&mut self, column: &str, value: &Value, path: &str) {
        if self.list.is_none() {
            let list = behind_list(value, path).map(|rest| column.strip_suffix(rest).unwrap_or(column).trim_end_matches('.'));
            self.list = list.map(str::to_owned);
        }
    }
}

/// As many columns as messages may name.
const SHOWN: usize = 100;

/// Where a path leads on no further, the paths to what there is; `None` where there is nothing, so that nobody can say that the path is wrong.
fn beside(value: &Value, path: &str) -> Option<Vec<String>> {
    if let Some((key, rest, inner)) = splits(path).find_map(|(key, rest)| Some((key, rest, inside(value, key)?))) {
        return Some(beside(inner, rest)?.into_iter().map(|path| format!("{key}.{path}")).collect());
    }
    match value {
        Value::Null => None,
        Value::Object(entries) => (!entries.is_empty()).then(|| entries.keys().take(SHOWN).cloned().collect()),
        Value::Array(elements) => (!elements.is_empty()).then(|| (0..elements.len().min(SHOWN)).map(|place| place.to_string()).collect()),
        Value::String(text) => match parse(text) {
            Ok(value) if !value.is_string() => beside(&value, path),
            _ => Some(Vec::new()),
        },
        _ => Some(Vec::new()),
    }
}

/// What of a path stands behind a list of which it names no element: `race` of `js.race`. Empty lists are in nobody's way: some writers have no other
/// word for an empty map.
fn behind_list<'p>(value: &Value, path: &'p str) -> Option<&'p str> {
    match value {
        Value::Array(elements) => {
            let (place, rest) = splits(path).next().map_or((path, None), |(place, rest)| (place, Some(rest)));
            match place.parse::<usize>() {
                Ok(place) => behind_list(elements.get(place)?, rest?),
                Err(_) => (!elements.is_empty()).then_some(path),
            }
        }
        Value::Object(entries) => splits(path).find_map(|(key, rest)| behind_list(entries.get(key)?, rest)),
        Value::String(text) => behind_list(&parse(text).ok()?, path),
        _ => None,
    }
}
