//! Levels of a field by the words of a text, as those of a caption.

use indexmap::IndexMap;

use super::level;
use crate::spec::decode::Decode;
use crate::spec::node::{Node, Value};
use crate::spec::problem::{Problem, Problems};

/// Levels by the words that tell them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Words by level, and where a word is several, as `young man`, these one after the other: lower-case, with one blank between.
    pub levels: IndexMap<String, Vec<String>>,
    /// The level of a text with words of several levels; `None`: missing.
    pub several: Option<String>,
}

impl Words {
    /// The levels of which a word occurs. Letters outside of words do not matter: `Men's` holds `men`.
    pub fn found(&self, text: &str) -> Vec<&str> {
        let text = format!(" {} ", plain(text));
        let told = self.levels.iter().filter(|(_, words)| words.iter().any(|word| text.contains(&format!(" {word} "))));
        told.map(|(level, _)| level.as_str()).collect()
    }
}

/// The words of a text alone, lower-case and with one blank between.
fn plain(text: &str) -> String {
    let lower = text.to_lowercase();
    lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The words of each level; each is one level's alone.
pub(super) fn decode(node: &Node, problems: &mut Problems) -> Option<IndexMap<String, Vec<String>>> {
    let written: IndexMap<String, Vec<String>> = IndexMap::decode(node, problems)?;
    level::keys(node, problems)?;
    let mut levels: IndexMap<String, Vec<String>> = IndexMap::new();
    for (level, words) in &written {
        levels.entry(level.clone()).or_default();
        for (at, word) in words.iter().enumerate() {
            let said = plain(word);
            let other = levels.iter().find(|(other, words)| *other != level && words.contains(&said)).map(|(other, _)| other);
            let (message, help) = match other {
                Some(other) => {
                    (format!("the word `{word}` is one of `{other}` already, so that it tells no level"), "let each word be of one level")
                }
                None if said.is_empty() => {
                    (format!("`{word}` is no word: it holds neither letters nor digits"), "write a word of the texts")
                }
                None => {
                    levels.entry(level.clone()).or_default().push(said);
                    continue;
                }
            };
            let place = match node.get(level).map(|words| &words.value) {
                Some(Value::List(words)) => words.get(at).unwrap_or(node),
                _ => node,
            };
            problems.push(Problem::at(place, message).help(help));
            return None;
        }
    }
    Some(levels)
}
