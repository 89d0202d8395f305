//! Items made out of several others.

use indexmap::IndexMap;

use super::Name;
use super::field::{Field, FieldSource};
use crate::spec::decode::{Decode, Fields, number_in, word};
use crate::spec::node::{Node, Value};
use crate::spec::problem::{Problem, Problems, did_you_mean};

/// Mosaics: the items of each split, shuffled and laid out on grids. A mosaic's labels are the classes of its parts.
#[derive(Clone, Debug)]
pub struct Compose {
    /// Rows of a grid.
    pub rows: u32,
    /// Columns of a grid.
    pub columns: u32,
    /// The seed of the shuffle.
    pub seed: u64,
    /// How often each item is used.
    pub repeat: Repeat,
    /// The share of labels that are hidden: neither present nor absent, but unknown.
    pub unknown: f64,
    /// How the parts' fields become the mosaic's.
    pub fields: IndexMap<String, Combine>,
    /// Where it is written.
    pub node: Node,
}

/// How often each item is used.
#[derive(Clone, Debug)]
pub enum Repeat {
    /// The same in every split.
    Each(u32),
    /// By split; once where none is said.
    BySplit(IndexMap<String, u32>),
}

impl Repeat {
    /// How often an item of this split is used.
    pub fn of(&self, split: &str) -> u32 {
        match self {
            Self::Each(count) => *count,
            Self::BySplit(counts) => counts.get(split).copied().unwrap_or(1),
        }
    }
}

/// How the parts' fields become the mosaic's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Combine {
    /// The level that most parts have; `mixed` where two are equally frequent.
    Majority,
    /// The mean of what was measured, cut into quantiles afterwards: for fields of pixels.
    Mean,
    /// Whether some part has this level: `dark` or `no dark`.
    Any(String),
}

impl Compose {
    /// Checks it against the rest of the card.
    pub(super) fn check(&self, label: Option<&Name>, subject: Option<&Name>, fields: &IndexMap<String, Field>, problems: &mut Problems) {
        if label.is_none() {
            problems.push(Problem::at(&self.node, "`compose` needs `label`: the classes of the parts become the labels of the whole"));
        }
        if let Some(label) = label.filter(|label| self.fields.contains_key(&label.text)) {
            let message = format!("`{}` is the label: the classes of a mosaic's parts are its labels already", label.text);
            problems.push(Problem::at(&self.node, message).help("take it out of `compose.fields`"));
        }
        if let Some(subject) = subject {
            problems
                .push(Problem::at(&self.node, "a mosaic shows several subjects").also(&subject.node.place, "so `subject` has no meaning"));
        }
        for (name, combine) in &self.fields {
            match fields.get(name) {
                None => problems.push(
                    Problem::at(&self.node, format!("unknown field `{name}` in `compose`"))
                        .help(did_you_mean(name, fields.keys().map(String::as_str))),
                ),
                Some(field) if *combine == Combine::Mean && !matches!(field.source, FieldSource::Pixels { .. }) => problems.push(
                    Problem::at(&self.node, format!("`mean` of `{name}`, which is not measured from pixels"))
                        .help("combine levels by `majority` or `{any: level}`"),
                ),
                Some(_) => {}
            }
        }
    }
}

impl Decode for Compose {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, problems, "`compose`")?;
        let mosaic = fields.required_with("mosaic", problems, decode_grid);
        let seed = fields.optional("seed", problems);
        let repeat = fields.optional_with("repeat", problems, |node, problems| match node.value {
            Value::Map(_) => IndexMap::decode(node, problems).map(Repeat::BySplit),
            _ => u32::decode(node, problems).map(Repeat::Each),
        });
        let unknown = fields.optional_with("unknown", problems, |node, problems| number_in(node, problems, 0.0, 1.0));
        let combined = fields.optional("fields", problems);
        fields.finish(problems);
        let (rows, columns) = mosaic?;
        Some(Self {
            rows,
            columns,
            seed: seed.unwrap_or(0),
            repeat: repeat.unwrap_or(Repeat::Each(1)),
            unknown: unknown.unwrap_or(0.0),
            fields: combined.unwrap_or_default(),
            node: node.clone(),
        })
    }
}

fn decode_grid(node: &Node, problems: &mut Problems) -> Option<(u32, u32)> {
    let sides: Vec<u32> = Vec::decode(node, problems)?;
    match sides.as_slice() {
        [rows @ 1..=16, columns @ 1..=16] => Some((*rows, *columns)),
        _ => {
            problems.push(Problem::at(node, "a mosaic is `[rows, columns]`, each from 1 to 16"));
            None
        }
    }
}

impl Decode for Combine {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        if matches!(node.value, Value::Map(_)) {
            let mut fields = Fields::of(node, problems, "a combination")?;
            let level = fields.required("any", problems);
            fields.finish(problems);
            return level.map(Self::Any);
        }
        word(node, problems, &[("majority", false), ("mean", true)]).map(|mean| if mean { Self::Mean } else { Self::Majority })
    }
}
