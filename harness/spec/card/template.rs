//! Text with columns in it: `images/{ImageID}.jpg`; `{number:06}` fills a value up with zeros.

use crate::spec::decode::Decode;
use crate::spec::node::Node;
use crate::spec::problem::{Problem, Problems};

/// A text with `{column}` holes.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    parts: Vec<Part>,
    /// Where it is written.
    pub node: Node,
}

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Text(String),
    /// A column, and how many characters its value has at least, filled up with zeros in front.
    Column(String, usize),
}

impl Template {
    /// The columns that it mentions.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Column(name, _) => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// The text with its holes filled, or the name of the first column that has no value.
    pub fn fill<'v>(&self, value: impl Fn(&str) -> Option<&'v str>) -> Result<String, String> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Column(name, width) => {
                    let value = value(name).ok_or_else(|| name.clone())?;
                    text.extend(std::iter::repeat_n('0', width.saturating_sub(value.chars().count())));
                    text.push_str(value);
                }
            }
        }
        Ok(text)
    }

    /// Its only column, where it is nothing else.
    pub(super) fn bare(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [Part::Column(name, 0)] => Some(name),
            _ => None,
        }
    }

    /// The same of one that has to be nothing else.
    pub(super) fn only(&self, problems: &mut Problems) -> Option<String> {
        let only = self.bare().map(str::to_owned);
        if only.is_none() {
            problems.push(Problem::at(&self.node, format!("expected the name of one column, found `{self}`")));
        }
        only
    }

    /// A template that is one column.
    pub fn column(name: &str, node: &Node) -> Self {
        Self { parts: vec![Part::Column(name.to_owned(), 0)], node: node.clone() }
    }
}

impl std::fmt::Display for Template {
    /// As it is written.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(text),
            Part::Column(name, 0) => write!(f, "{{{name}}}"),
            Part::Column(name, width) => write!(f, "{{{name}:0{width}}}"),
        })
    }
}

/// A column, or with `:06` behind its name, one that has six digits.
fn hole(written: &str) -> Part {
    let padded = written.rsplit_once(":0").and_then(|(name, width)| {
        let width = width.strip_suffix('d').unwrap_or(width).parse().ok().filter(|width| (1..=64).contains(width))?;
        Some(Part::Column(name.to_owned(), width)).filter(|_| !name.is_empty())
    });
    padded.unwrap_or_else(|| Part::Column(written.to_owned(), 0))
}

/// The name of a column, or a template of several.
pub(super) fn of_columns(node: &Node, problems: &mut Problems) -> Option<Template> {
    let text = String::decode(node, problems)?;
    if text.contains('{') { Template::decode(node, problems) } else { Some(Template::column(&text, node)) }
}

impl Decode for Template {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let text = String::decode(node, problems)?;
        let mut parts = Vec::new();
        let mut rest = text.as_str();
        while let Some(start) = rest.find('{') {
            if start > 0 {
                parts.push(Part::Text(rest[..start].to_owned()));
            }
            let Some(length) = rest[start..].find('}').filter(|length| *length > 1) else {
                problems.push(Problem::at(node, format!("`{text}` has a `{{` without a column and its `}}`")));
                return None;
            };
            parts.push(hole(&rest[start + 1..start + length]));
            rest = &rest[start + length + 1..];
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        if parts.is_empty() {
            problems.push(Problem::at(node, "expected text with `{column}` in it, found nothing"));
            return None;
        }
        Some(Self { parts, node: node.clone() })
    }
}
