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
    let inside = |key: &str| match value {
        Value::Object(entries) => entries.get(key),
        Value::Array(elements) => elements.get(key.parse::<usize>().ok()?),
        _ => None,
    };
    // A key may have dots itself, and then counts before those inside of others.
    inside(path).map(Cow::Borrowed).or_else(|| splits(path).find_map(|(key, rest)| reach(inside(key)?, rest)))
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

/// Columns whose path leads into a list and to none of its elements, `js.race` where there is `js.0.race`, each with that list.
#[derive(Clone, Debug, Default)]
pub(super) struct Astray(HashMap<String, String>);

impl Astray {
    /// The value of a column, which a path leads to from here. A list in its way is kept in mind.
    pub(super) fn reach<'v>(&mut self, column: &str, value: &'v Value, path: &str) -> Option<Cow<'v, Value>> {
        let found = reach(value, path);
        if found.is_none()
            && !self.0.contains_key(column)
            && let Some(rest) = behind_list(value, path)
        {
            let list = column.strip_suffix(rest).unwrap_or(column).trim_end_matches('.');
            self.0.insert(column.to_owned(), list.to_owned());
        }
        found
    }

    /// The list in the way of a column.
    pub(super) fn of(&self, column: &str) -> Option<&str> {
        self.0.get(column).map(String::as_str)
    }

    /// Both together.
    pub(super) fn with(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
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
