//! A spec file with its `extends` and the command line's `--set` merged into one tree.

use std::path::{Path, PathBuf};

use super::decode::Decode;
use super::node::{Key, Node, Value};
use super::problem::{Problem, Problems, SpecError};
use super::source::{Place, Source};

/// How deep `extends` may go.
const MAX_DEPTH: usize = 16;

/// One `--set key.path=value` of the command line; the value is YAML.
#[derive(Clone, Debug)]
pub struct Setting {
    path: Vec<String>,
    value: Node,
}

impl std::str::FromStr for Setting {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let source = Source::new("--set", text);
        let whole = Place { source: source.clone(), start: 0, end: text.len() };
        let Some((path, value)) = text.split_once('=') else {
            return Err(Problem::at_place(&whole, format!("`{text}` is not of the form `key.path=value`")).into());
        };
        let path: Vec<String> = path.split('.').map(|part| part.trim().to_owned()).collect();
        if path.iter().any(String::is_empty) {
            return Err(Problem::at_place(&whole, format!("`{text}` names an empty key")).into());
        }
        // The value keeps its place in the command line: what stands before it is blanked out, not cut off.
        let padded = format!("{}{value}", " ".repeat(text.len() - value.len()));
        let mut value = Node::parse(&Source::new("--set", padded))?;
        relocate(&mut value, &source);
        Ok(Self { path, value })
    }
}

fn relocate(node: &mut Node, source: &std::sync::Arc<Source>) {
    node.place.source = source.clone();
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| relocate(item, source)),
        Value::Map(entries) => entries.iter_mut().for_each(|(key, item)| {
            key.place.source = source.clone();
            relocate(item, source);
        }),
        _ => {}
    }
}

impl Setting {
    /// The setting as it was written: `models.net.train.epochs=1`.
    pub fn text(&self) -> String {
        self.value.place.source.text.clone()
    }
}

/// Reads a file, merges what it extends below it, and the settings above it. A file that cannot be read is a problem at the place that
/// asked for it, if there is one.
pub fn read(path: &Path, asked: Option<&Node>, settings: &[Setting], problems: &mut Problems) -> Option<Node> {
    let mut node = read_extended(path, asked, &mut Vec::new(), problems)?;
    for setting in settings {
        if let Err(problem) = set(&mut node, &setting.path, &setting.value) {
            problems.push(problem);
        }
    }
    Some(node)
}

fn open(path: &Path, asked: Option<&Node>, problems: &mut Problems) -> Option<std::sync::Arc<Source>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Some(Source::new(path, text)),
        Err(error) => {
            let message = format!("cannot read `{}`: {}", path.display(), reason(&error));
            problems.push(match asked {
                Some(node) => Problem::at(node, message),
                None => Problem { message, help: None, labels: Vec::new() },
            });
            None
        }
    }
}

/// An input/output error in few words.
pub fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        _ => error.to_string(),
    }
}

fn read_extended(path: &Path, asked: Option<&Node>, above: &mut Vec<PathBuf>, problems: &mut Problems) -> Option<Node> {
    let source = open(path, asked, problems)?;
    let identity = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if let Some(node) = asked
        && (above.contains(&identity) || above.len() >= MAX_DEPTH)
    {
        problems.push(
            Problem::at(node, format!("`extends` goes round in a circle: `{}` is already being read", path.display()))
                .help("remove one `extends` of the circle"),
        );
        return None;
    }
    let mut node = Node::read(&source, problems)?;
    let Value::Map(entries) = &mut node.value else { return Some(node) };
    let Some(position) = entries.iter().position(|(key, _)| key.text == "extends") else { return Some(node) };
    let (_, base) = entries.remove(position);
    let name = String::decode(&base, problems)?;
    above.push(identity);
    let mut merged = read_extended(&source.folder().join(name), Some(&base), above, problems)?;
    above.pop();
    let takes = merged.get("fairgrid_card").is_some();
    merge(&mut merged, node, takes);
    Some(merged)
}

/// Under these keys of a card `null` is a value, an empty cell: it replaces what is written there, as all values do.
const CELLS: [&str; 2] = ["present", "absent"];

/// Under this key of a card stand values and the levels that they are: `null` is none of these.
const LEVELS: &str = "map";

/// Maps merge by key; lists and scalars replace. In a card, `null` takes what is under a key away.
fn merge(base: &mut Node, over: Node, takes: bool) {
    match (&mut base.value, over.value) {
        (Value::Map(entries), Value::Map(overs)) => {
            for (key, value) in overs {
                let gone = takes && value.value == Value::Null && !CELLS.contains(&key.text.as_str());
                match entries.iter().position(|(name, _)| *name == key) {
                    Some(at) if gone => drop(entries.remove(at)),
                    Some(at) => merge(&mut entries[at].1, value, takes && key.text != LEVELS),
                    None => entries.push((key, value)),
                }
            }
            base.place = over.place;
        }
        (_, value) => *base = Node { value, place: over.place, via: over.via },
    }
}

fn set(node: &mut Node, path: &[String], value: &Node) -> Result<(), Problem> {
    let Some((first, rest)) = path.split_first() else {
        *node = value.clone();
        return Ok(());
    };
    let kind = node.kind();
    let Value::Map(entries) = &mut node.value else {
        return Err(
            Problem::at(value, format!("`--set` cannot go into `{first}`: there is {kind}, not a map")).also(&node.place, "this is there")
        );
    };
    let index = match entries.iter().position(|(key, _)| key.text == *first) {
        Some(index) => index,
        None => {
            let key = Key { text: first.clone(), place: value.place.clone() };
            entries.push((key, Node { value: Value::Map(Vec::new()), ..value.clone() }));
            entries.len() - 1
        }
    };
    set(&mut entries[index].1, rest, value)
}
