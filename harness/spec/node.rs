//! The tree of a YAML file, every value with its place. The only file that knows the YAML library.

use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::Spanned;

use super::problem::{Problem, Problems, SpecError};
use super::source::{Place, Source};

/// A value and where it is written.
#[derive(Clone, Debug)]
pub struct Node {
    /// What is written.
    pub value: Value,
    /// Where.
    pub place: Place,
    /// Where it was used through `$axis`, if it was.
    pub via: Option<Place>,
}

/// What a node holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing: `null`, `~` or empty.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a point or an exponent.
    Float(f64),
    /// Everything else that is one word.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A map, in file order, keys unique.
    Map(Vec<(Key, Node)>),
}

impl PartialEq for Node {
    /// Equal content; places do not count.
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

/// A map's key and where it is written.
#[derive(Clone, Debug)]
pub struct Key {
    /// The key, as written.
    pub text: String,
    /// Where.
    pub place: Place,
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Node {
    /// Parses a text that must be without mistakes.
    ///
    /// # Errors
    /// As the problems of [`Node::read`].
    pub fn parse(source: &Arc<Source>) -> Result<Self, SpecError> {
        let mut problems = Problems::default();
        let node = Self::read(source, &mut problems);
        problems.check(node)
    }

    /// Parses a text. A syntax error is a problem and ends the reading; every key that is written twice is one, and its first value counts.
    pub fn read(source: &Arc<Source>, problems: &mut Problems) -> Option<Self> {
        let options = serde_yaml::options! {
            duplicate_keys: serde_yaml::DuplicateKeyPolicy::PassThrough,
            merge_keys: serde_yaml::MergeKeyPolicy::Error,
            strict_booleans: true,
            leading_zero_numbers_as_strings: true,
            underscored_numbers_as_strings: true,
            with_snippet: false,
        };
        match serde_yaml::from_str_with_options::<Spanned<Raw>>(&source.text, options) {
            Ok(raw) => Some(grow(raw, source, problems)),
            Err(error) => {
                problems.push(syntax(source, &error));
                None
            }
        }
    }

    /// The value under a key, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match &self.value {
            Value::Map(entries) => entries.iter().find(|(name, _)| name.text == key).map(|(_, node)| node),
            _ => None,
        }
    }

    /// Where a text is written in here, as a key or as a value: all of it where that is nowhere.
    pub fn place_of(&self, text: &str) -> &Place {
        self.within(text).unwrap_or(&self.place)
    }

    fn within(&self, text: &str) -> Option<&Place> {
        match &self.value {
            Value::Text(own) if own == text => Some(&self.place),
            Value::List(items) => items.iter().find_map(|item| item.within(text)),
            Value::Map(entries) => {
                let key = entries.iter().find(|(key, _)| key.text == text).map(|(key, _)| &key.place);
                key.or_else(|| entries.iter().find_map(|(_, node)| node.within(text)))
            }
            _ => None,
        }
    }

    /// The keys, if this is a map.
    pub fn keys(&self) -> Option<Vec<&str>> {
        match &self.value {
            Value::Map(entries) => Some(entries.iter().map(|(key, _)| key.text.as_str()).collect()),
            _ => None,
        }
    }

    /// What kind of thing is written here, for messages.
    pub fn kind(&self) -> String {
        match &self.value {
            Value::Null => "nothing".to_owned(),
            Value::Boolean(value) => format!("`{value}`"),
            Value::Integer(value) => format!("`{value}`"),
            Value::Float(value) => format!("`{value:?}`"),
            // Quotes make text of a number.
            Value::Text(value) if value.parse::<f64>().is_ok() => format!("the text `{value}`"),
            Value::Text(value) => format!("`{value}`"),
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "a map".to_owned(),
        }
    }

    /// The tree as JSON: map keys sorted, places dropped.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::Null => Json::Null,
            Value::Boolean(value) => Json::from(*value),
            Value::Integer(value) => Json::from(*value),
            Value::Float(value) => Json::from(*value),
            Value::Text(value) => Json::from(value.as_str()),
            Value::List(items) => Json::from_iter(items.iter().map(Self::to_json)),
            Value::Map(entries) => entries.iter().map(|(key, node)| (key.text.clone(), node.to_json())).collect(),
        }
    }
}

fn syntax(source: &Arc<Source>, error: &serde_yaml::Error) -> Problem {
    let message = error.without_snippet().to_string();
    let Some(location) = error.location() else {
        let place = Place { source: Arc::clone(source), start: 0, end: 0 };
        return Problem::at_place(&place, format!("not YAML: {message}"));
    };
    // Of a syntax error only line and column are known.
    let (line, column) = (location.line() as usize, location.column() as usize);
    let written = source.text.split_inclusive('\n').nth(line.saturating_sub(1)).unwrap_or_default();
    let before: usize = source.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let start = before + written.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum::<usize>();
    let place = Place { source: Arc::clone(source), start, end: start };
    let message = message.strip_suffix(&format!(" at line {line}, column {column}")).unwrap_or(&message);
    if message.starts_with("multiple YAML documents") {
        return Problem::at_place(&place, "a second document begins here, and a file has one")
            .help("put what is after `---` into a file of its own");
    }
    let problem = Problem::at_place(&place, format!("not YAML: {message}"));
    // A tab is found where the line before it ends.
    let indents = |line: &str| line.starts_with([' ', '\t']) && line[..line.len() - line.trim_start().len()].contains('\t');
    let tab = source.text.lines().enumerate().skip(line.saturating_sub(2)).take(3).find(|(_, line)| indents(line));
    match tab {
        Some((tab, _)) if message.contains("tab") || message.contains("cannot start any token") => {
            problem.help(format!("line {} begins with a tab: indent with spaces", tab + 1))
        }
        _ if written.contains("${") => problem.help("inside `{…}` and `[…]` a path with `${NAME}` needs quotes: \"${NAME}/file\""),
        _ => problem,
    }
}

fn bytes(location: &serde_yaml::Location) -> (usize, usize) {
    let span = location.span();
    let start = span.byte_offset().unwrap_or(0) as usize;
    (start, start + span.byte_len().unwrap_or(0) as usize)
}

/// `true` and `false` alone are booleans: `True`, which the library takes for one, is what tables hold that Python writes.
fn boolean(value: bool, written: &str) -> Value {
    let word = value.to_string();
    match written != word && written.eq_ignore_ascii_case(&word) {
        true => Value::Text(written.to_owned()),
        false => Value::Boolean(value),
    }
}

fn grow(raw: Spanned<Raw>, source: &Arc<Source>, problems: &mut Problems) -> Node {
    let (start, end) = bytes(&raw.referenced);
    let place = Place { source: Arc::clone(source), start, end };
    let value = match raw.value {
        Raw::Null => Value::Null,
        Raw::Boolean(value) => {
            let (start, end) = bytes(&raw.defined);
            boolean(value, source.text.get(start..end).unwrap_or_default())
        }
        Raw::Integer(value) => Value::Integer(value),
        Raw::Float(value) => Value::Float(value),
        Raw::Text(value) => Value::Text(value),
        Raw::List(items) => Value::List(items.into_iter().map(|item| grow(item, source, problems)).collect()),
        Raw::Map(entries) => {
            let mut map: Vec<(Key, Node)> = Vec::with_capacity(entries.len());
            for (key, value) in entries {
                let (start, end) = bytes(&key.referenced);
                let place = Place { source: Arc::clone(source), start, end };
                let text = match key.value {
                    RawKey::Text(text) => text,
                    RawKey::AsWritten => place.text().to_owned(),
                };
                let key = Key { text, place };
                let value = grow(value, source, problems);
                match map.iter().find(|(earlier, _)| *earlier == key) {
                    Some((earlier, _)) => problems.push(
                        Problem::at_place(&key.place, format!("the key `{}` is written twice", key.text))
                            .also(&earlier.place, "first written here")
                            .help("remove one of them"),
                    ),
                    None => map.push((key, value)),
                }
            }
            Value::Map(map)
        }
    };
    Node { value, place, via: None }
}

/// The tree as the YAML library hands it over.
enum Raw {
    Null,
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<RawKey>, Spanned<Raw>)>),
}

/// Keys are text, also where they look like something else: `null`, `0.10` and `true` are names.
enum RawKey {
    Text(String),
    AsWritten,
}

impl<'de> Deserialize<'de> for RawKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawKeyVisitor)
    }
}

struct RawKeyVisitor;

impl<'de> Visitor<'de> for RawKeyVisitor {
    type Value = RawKey;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a key that is one word")
    }

    fn visit_unit<E>(self) -> Result<RawKey, E> {
        Ok(RawKey::AsWritten)
    }

    fn visit_none<E>(self) -> Result<RawKey, E> {
        Ok(RawKey::AsWritten)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<RawKey, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<RawKey, E> {
        Ok(RawKey::AsWritten)
    }

    fn visit_i64<E>(self, _: i64) -> Result<RawKey, E> {
        Ok(RawKey::AsWritten)
    }

    fn visit_u64<E>(self, _: u64) -> Result<RawKey, E> {
        Ok(RawKey::AsWritten)
    }

    fn visit_f64<E>(self, _: f64) -> Result<RawKey, E> {
        Ok(RawKey::AsWritten)
    }

    fn visit_str<E>(self, text: &str) -> Result<RawKey, E> {
        Ok(RawKey::Text(text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a scalar, a list or a map")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(i64::try_from(value).map_or(Raw::Float(value as f64), Raw::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Map(entries))
    }
}
