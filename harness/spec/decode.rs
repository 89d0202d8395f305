//! From nodes to types, collecting problems on the way.
//!
//! A type decodes itself from a [`Node`]; where the node is wrong, it pushes a [`Problem`] and answers `None`.
//! [`Fields`] reads a map key by key and, at its end, refuses the keys that nobody asked for.

use indexmap::IndexMap;

use super::node::{Key, Node, Value};
use super::problem::{Problem, Problems, did_you_mean, is_near};

/// A type that can be read from a node.
pub trait Decode: Sized {
    /// Reads the type, or says what is wrong and answers `None`.
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self>;
}

/// Says that `node` should be `what` and is something else.
pub fn expected<T>(node: &Node, problems: &mut Problems, what: &str) -> Option<T> {
    problems.push(Problem::at(node, format!("expected {what}, found {}", node.kind())));
    None
}

impl Decode for Node {
    fn decode(node: &Node, _: &mut Problems) -> Option<Self> {
        Some(node.clone())
    }
}

impl Decode for bool {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match node.value {
            Value::Boolean(value) => Some(value),
            _ => expected(node, problems, "`true` or `false`"),
        }
    }
}

impl Decode for String {
    /// Names and levels are text even where they look like numbers.
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Text(value) => Some(value.clone()),
            Value::Integer(value) => Some(value.to_string()),
            Value::Float(value) => Some(format!("{value:?}")),
            Value::Boolean(value) => Some(value.to_string()),
            _ => expected(node, problems, "text"),
        }
    }
}

impl Decode for f64 {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match node.value {
            Value::Integer(value) => Some(value as Self),
            Value::Float(value) if value.is_finite() => Some(value),
            _ => expected(node, problems, "a number"),
        }
    }
}

macro_rules! decode_integer {
    ($($type:ty),*) => {$(
        impl Decode for $type {
            fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
                match node.value {
                    Value::Integer(value) => match <$type>::try_from(value) {
                        Ok(value) => Some(value),
                        Err(_) if value < 0 => expected(node, problems, "a whole number from 0 on"),
                        Err(_) => expected(node, problems, &format!("a whole number up to {}", <$type>::MAX)),
                    },
                    _ => expected(node, problems, "a whole number"),
                }
            }
        }
    )*};
}
decode_integer!(u32, u64, usize, i64);

impl<T: Decode> Decode for Vec<T> {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::List(items) => {
                let decoded: Vec<Option<T>> = items.iter().map(|item| T::decode(item, problems)).collect();
                decoded.into_iter().collect()
            }
            Value::Map(_) | Value::Null => expected(node, problems, "a list"),
            _ => {
                let problem = Problem::at(node, format!("expected a list, found {}", node.kind()));
                problems.push(problem.help(format!("write a list, as `[{}]`", canonical(node))));
                None
            }
        }
    }
}

impl<T: Decode> Decode for IndexMap<String, T> {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Map(entries) => {
                let decoded: Vec<Option<(String, T)>> =
                    entries.iter().map(|(key, value)| T::decode(value, problems).map(|value| (key.text.clone(), value))).collect();
                decoded.into_iter().collect()
            }
            _ => expected(node, problems, "a map"),
        }
    }
}

/// One value or a list of them.
pub fn one_or_many<T: Decode>(node: &Node, problems: &mut Problems) -> Option<Vec<T>> {
    match node.value {
        Value::List(_) => Vec::decode(node, problems),
        _ => T::decode(node, problems).map(|value| vec![value]),
    }
}

/// The same, less the values that cannot be read: what is wrong with the others is to be told too.
pub fn those_read<T: Decode>(node: &Node, problems: &mut Problems) -> Option<Vec<T>> {
    match &node.value {
        Value::List(items) => Some(items.iter().filter_map(|item| T::decode(item, problems)).collect()),
        _ => one_or_many(node, problems),
    }
}

/// A number between two bounds, both inclusive; an infinite one is none.
pub fn number_in(node: &Node, problems: &mut Problems, low: f64, high: f64) -> Option<f64> {
    let value = f64::decode(node, problems)?;
    if (low..=high).contains(&value) {
        return Some(value);
    }
    let bounds = match (low.is_finite(), high.is_finite()) {
        (true, false) => format!("at least {low}"),
        (false, true) => format!("at most {high}"),
        _ => format!("between {low} and {high}, both inclusive"),
    };
    problems.push(Problem::at(node, format!("`{value}` is out of range: must be {bounds}")));
    None
}

/// One word of a closed list.
pub fn word<T: Copy>(node: &Node, problems: &mut Problems, words: &[(&str, T)]) -> Option<T> {
    let Value::Text(text) = &node.value else {
        let list: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
        return expected(node, problems, &format!("one of {}", list.join(", ")));
    };
    let found = words.iter().find(|(word, _)| word == text).map(|(_, value)| *value);
    if found.is_none() {
        problems.push(Problem::at(node, format!("unknown word `{text}`")).help(did_you_mean(text, words.iter().map(|(word, _)| *word))));
    }
    found
}

/// A name with options: `focal`, or `{focal: {gamma: 2.0}}`. What the options may be is for the registry that knows the name.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The name.
    pub name: String,
    /// Where the name is written: a scalar or a key.
    pub name_node: Node,
    /// The options: always a map, empty where none is written.
    pub options: Node,
}

impl Decode for Choice {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Text(name) => {
                let options = Node { value: Value::Map(Vec::new()), ..node.clone() };
                Some(Self { name: name.clone(), name_node: node.clone(), options })
            }
            Value::Map(entries) if entries.len() == 1 => {
                let (key, value) = &entries[0];
                let name_node = Node { value: Value::Text(key.text.clone()), place: key.place.clone(), via: node.via.clone() };
                let options = match value.value {
                    Value::Null => Node { value: Value::Map(Vec::new()), ..value.clone() },
                    _ => value.clone(),
                };
                Some(Self { name: key.text.clone(), name_node, options })
            }
            _ => expected(node, problems, "a name, or a map of one name to its options"),
        }
    }
}

impl Choice {
    /// `{name: {options}}` as JSON.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ self.name.as_str(): self.options.to_json() })
    }

    /// The canonical label of a choice: `focal(gamma=2)`, or the bare name where there are no options.
    pub fn label(&self) -> String {
        label(&self.name, &self.options)
    }
}

fn label(name: &str, options: &Node) -> String {
    match &options.value {
        Value::Map(entries) if entries.is_empty() => name.to_owned(),
        Value::Map(entries) => {
            let inner: Vec<String> = entries.iter().map(|(key, value)| format!("{}={}", key.text, canonical(value))).collect();
            format!("{name}({})", inner.join(", "))
        }
        _ => format!("{name}({})", canonical(options)),
    }
}

/// The place of the level that is meant among others, by their labels: the one that is called as it is written, as `0.0` may be in a map, or else by
/// its canonical text, as `0.0` of a list is called `0`.
pub fn meant<'l>(level: &Node, labels: impl IntoIterator<Item = &'l str> + Clone) -> Option<usize> {
    let place = |text: &str| labels.clone().into_iter().position(|label| label == text);
    let number = matches!(level.value, Value::Integer(_) | Value::Float(_));
    number.then(|| place(level.place.text())).flatten().or_else(|| place(&canonical(level)))
}

/// A short text that is the same for the same content: how a level of an axis is called.
pub fn canonical(node: &Node) -> String {
    match &node.value {
        Value::Null => "none".to_owned(),
        Value::Boolean(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::Text(value) => value.clone(),
        Value::List(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => match entries.as_slice() {
            [(key, value)] => label(&key.text, value),
            _ => entries.iter().map(|(key, value)| label(&key.text, value)).collect::<Vec<_>>().join(", "),
        },
    }
}

/// A map that is read key by key.
pub struct Fields<'n> {
    node: &'n Node,
    entries: &'n [(Key, Node)],
    what: &'static str,
    asked: Vec<&'static str>,
    /// The keys that must be there and are not, and what was said of each.
    lacking: Vec<(&'static str, Problem)>,
}

impl<'n> Fields<'n> {
    /// Starts to read a map; `what` names it in messages, with its article (`an evaluation`).
    pub fn of(node: &'n Node, problems: &mut Problems, what: &'static str) -> Option<Self> {
        match &node.value {
            Value::Map(entries) => Some(Self { node, entries, what, asked: Vec::new(), lacking: Vec::new() }),
            _ => expected(node, problems, &format!("{what} (a map)")),
        }
    }

    /// The node under a key, which from now on counts as known.
    pub fn node(&mut self, key: &'static str) -> Option<&'n Node> {
        self.asked.push(key);
        self.entries.iter().find(|(name, _)| name.text == key).map(|(_, node)| node)
    }

    /// A key that may be missing. A wrong value is `None` too, and a problem.
    pub fn optional<T: Decode>(&mut self, key: &'static str, problems: &mut Problems) -> Option<T> {
        self.optional_with(key, problems, T::decode)
    }

    /// A key that may be missing, read by a function.
    pub fn optional_with<T>(
        &mut self,
        key: &'static str,
        problems: &mut Problems,
        read: impl FnOnce(&Node, &mut Problems) -> Option<T>,
    ) -> Option<T> {
        self.node(key).and_then(|node| read(node, problems))
    }

    /// A key that must be there.
    pub fn required<T: Decode>(&mut self, key: &'static str, problems: &mut Problems) -> Option<T> {
        self.required_with(key, problems, T::decode)
    }

    /// A key that must be there, read by a function.
    pub fn required_with<T>(
        &mut self,
        key: &'static str,
        problems: &mut Problems,
        read: impl FnOnce(&Node, &mut Problems) -> Option<T>,
    ) -> Option<T> {
        match self.node(key) {
            Some(node) => read(node, problems),
            None => {
                let problem = Problem::at(self.node, format!("{} needs the key `{key}`", self.what));
                self.lacking.push((key, problem.clone()));
                problems.push(problem);
                None
            }
        }
    }

    /// The keys that nobody asked for so far.
    pub fn strangers(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(key, _)| key.text.as_str()).filter(|key| !self.asked.contains(key))
    }

    /// Refuses every key that was not asked for. Where one that must be there was misspelled, that is the mistake.
    pub fn finish(self, problems: &mut Problems) {
        for (key, _) in self.entries {
            if !self.asked.contains(&key.text.as_str()) {
                let meant = self.lacking.iter().filter(|(lacking, _)| is_near(&key.text, lacking));
                meant.for_each(|(_, said)| problems.withdraw(said));
                problems.push(
                    Problem::at_place(&key.place, format!("unknown key `{}` in {}", key.text, self.what))
                        .help(did_you_mean(&key.text, self.asked.iter().copied())),
                );
            }
        }
    }
}
