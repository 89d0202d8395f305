//! Small files beside each image: JSON, NumPy arrays, lines of text.

use indexmap::IndexMap;

use super::template::Template;
use crate::spec::decode::{Decode, Fields, expected, word};
use crate::spec::node::{Node, Value};
use crate::spec::problem::{Problem, Problems};

/// One file an item; its columns become columns of the items.
#[derive(Clone, Debug)]
pub struct Sidecar {
    /// Below the root, or else in the images' archive: `{subject}/{stem}.json`.
    pub file: Template,
    /// What is read of it, by column.
    pub columns: IndexMap<String, Pick>,
    /// Whether an item without its file stays, with the columns missing.
    pub keep_unmatched: bool,
    /// Where it is written.
    pub node: Node,
}

impl Sidecar {
    /// Where it is written what is read in a column.
    pub fn place_of(&self, column: &str) -> &Node {
        let pick = self.node.get("fields").and_then(|fields| fields.get(column)).unwrap_or(&self.node);
        ["at", "line"].into_iter().find_map(|key| pick.get(key)).unwrap_or(pick)
    }
}

/// What is read of a side file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// A value of a JSON file.
    Json {
        /// A JSON pointer (RFC 6901): `/raters/0/emotion`.
        at: String,
        /// How a list becomes one value.
        vote: Option<Ties>,
    },
    /// An element of a NumPy array (`.npy`), counted in the order of the file.
    Element(usize),
    /// A line of text, from 1.
    Line {
        /// Its number.
        line: usize,
        /// One of its words, from 1; the whole line where there is none.
        word: Option<usize>,
    },
}

/// What becomes of an item whose raters disagree so that none wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ties {
    /// It is rejected.
    Reject,
    /// The value is missing.
    Missing,
}

/// One side file an item, or several.
pub(super) fn decode_all(node: &Node, problems: &mut Problems) -> Option<Vec<Sidecar>> {
    crate::spec::decode::one_or_many(node, problems)
}

impl Decode for Sidecar {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, problems, "`sidecar`")?;
        let file = fields.required("file", problems);
        let columns = fields.required("fields", problems);
        let keep = fields.optional_with("unmatched", problems, |node, problems| word(node, problems, &[("keep", true), ("reject", false)]));
        fields.finish(problems);
        Some(Self { file: file?, columns: columns?, keep_unmatched: keep.unwrap_or(false), node: node.clone() })
    }
}

impl Decode for Pick {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Text(at) => return pointer(node, at.clone(), problems).map(|at| Self::Json { at, vote: None }),
            Value::Map(_) => {}
            _ => return expected(node, problems, "a JSON pointer, or a map with one of `at`, `index` and `line`"),
        }
        let mut fields = Fields::of(node, problems, "a column of a side file")?;
        let at: Option<String> = fields.optional("at", problems);
        let vote = fields.optional_with("vote", problems, |node, problems| word(node, problems, &[("majority", ())]));
        let ties = fields.optional_with("ties", problems, |node, problems| {
            word(node, problems, &[("reject", Ties::Reject), ("missing", Ties::Missing)])
        });
        let index: Option<usize> = fields.optional("index", problems);
        let line: Option<usize> = fields.optional("line", problems);
        let words: Option<usize> = fields.optional("word", problems);
        fields.finish(problems);
        match (at, index, line) {
            (Some(at), None, None) => {
                pointer(node, at, problems).map(|at| Self::Json { at, vote: vote.map(|()| ties.unwrap_or(Ties::Reject)) })
            }
            (None, Some(index), None) => Some(Self::Element(index)),
            (None, None, Some(line)) if line > 0 && words != Some(0) => Some(Self::Line { line, word: words }),
            _ => {
                problems.push(Problem::at(
                    node,
                    "a column of a side file needs one of `at` (JSON), `index` (.npy, from 0) and `line` (text, from 1)",
                ));
                None
            }
        }
    }
}

pub(super) fn pointer(node: &Node, at: String, problems: &mut Problems) -> Option<String> {
    if at.is_empty() || at.starts_with('/') {
        return Some(at);
    }
    problems.push(Problem::at(node, format!("`{at}` is no JSON pointer")).help(format!("it starts with a slash: /{at}")));
    None
}
