//! Text with columns in it: `images/{ImageID}.jpg`.

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
    Column(String),
}

impl Template {
    /// The columns that it mentions.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Column(name) => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// The text with its holes filled, or the name of the first column that has no value.
    pub fn fill<'v>(&self, value: impl Fn(&str) -> Option<&'v str>) -> Result<String, String> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Column(name) => text.push_str(value(name).ok_or_else(|| name.clone())?),
            }
        }
        Ok(text)
    }

    /// A template that is one column.
    pub fn column(name: &str, node: &Node) -> Self {
        Self { parts: vec![Part::Column(name.to_owned())], node: node.clone() }
    }
}

impl std::fmt::Display for Template {
    /// As it is written.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(text),
            Part::Column(name) => write!(f, "{{{name}}}"),
        })
    }
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
            parts.push(Part::Column(rest[start + 1..start + length].to_owned()));
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
