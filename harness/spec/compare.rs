//! `compare:`: which results are set against which, always on the same items.

use super::decode::{Decode, Fields, expected, one_or_many, word};
use super::evaluation::Written;
use super::node::{Node, Value};
use super::problem::Problems;

/// One entry of `compare:`. Names of axes, levels, models and metrics are checked by the room that knows those.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// What differs between the two sides; everything else is the same.
    pub over: Over,
    /// The columns that are compared.
    pub metrics: Vec<Written<String>>,
    /// The only evaluations that are looked at; `None` for all that have the metrics.
    pub evaluations: Option<Vec<Written<String>>>,
    /// What many comparisons at once do to p.
    pub adjust: Adjust,
}

/// What differs between the two sides of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum Over {
    /// Levels of an axis (or of `model`).
    Axis {
        /// The axis.
        name: Written<String>,
        /// Which levels.
        sides: Sides,
    },
    /// Two models that are named, from the first to the second.
    Models(Written<String>, Written<String>),
}

/// Which levels of an axis are compared.
#[derive(Clone, Debug, PartialEq)]
pub enum Sides {
    /// Every level with this one.
    Baseline(Written<String>),
    /// Every two levels, the earlier in the file with the later.
    AllPairs,
    /// One level with another.
    FromTo(Written<String>, Written<String>),
}

/// How p is adjusted within one entry of `compare:`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Adjust {
    /// Not at all.
    #[default]
    None,
    /// Holm (1979): the chance of any false finding.
    Holm,
    /// Benjamini and Hochberg (1995): the expected share of false findings.
    BenjaminiHochberg,
}

const OWN: [&str; 4] = ["models", "metrics", "evaluations", "adjust"];

impl Decode for Comparison {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let Value::Map(entries) = &node.value else {
            return expected(node, problems, "a comparison, such as `{model: all_pairs, metrics: [accuracy_score]}`");
        };
        let axis = entries.iter().find(|(key, _)| !OWN.contains(&key.text.as_str()));
        let rest = entries.iter().filter(|(key, _)| axis.is_none_or(|(axis, _)| axis.text != key.text)).cloned().collect();
        let rest = Node { value: Value::Map(rest), ..node.clone() };
        let mut fields = Fields::of(&rest, problems, "a comparison")?;
        let models: Option<Vec<Written<String>>> = fields.optional("models", problems);
        let metrics = fields.required_with("metrics", problems, one_or_many);
        let evaluations = fields.optional_with("evaluations", problems, one_or_many);
        let adjust = fields.optional_with("adjust", problems, |node, problems| {
            word(node, problems, &[("none", Adjust::None), ("holm", Adjust::Holm), ("bh", Adjust::BenjaminiHochberg)])
        });
        fields.finish(problems);
        let over = match (axis, models) {
            (Some((key, value)), None) => {
                let place = Node { value: Value::Text(key.text.clone()), place: key.place.clone(), via: node.via.clone() };
                sides(value, problems).map(|sides| Over::Axis { name: Written { value: key.text.clone(), node: place }, sides })
            }
            (None, Some(models)) => match <[Written<String>; 2]>::try_from(models) {
                Ok([first, second]) => Some(Over::Models(first, second)),
                Err(_) => expected(node, problems, "two models, from the first to the second"),
            },
            _ => expected(node, problems, "what differs: one axis, `model`, or `models: [A, B]`"),
        };
        Some(Self { over: over?, metrics: metrics?, evaluations, adjust: adjust.unwrap_or_default() })
    }
}

fn sides(node: &Node, problems: &mut Problems) -> Option<Sides> {
    if let Value::Text(_) = node.value {
        return word(node, problems, &[("all_pairs", ())]).map(|()| Sides::AllPairs);
    }
    let mut fields = Fields::of(node, problems, "the sides of a comparison")?;
    let baseline = fields.optional_with("baseline", problems, level);
    let from = fields.optional_with("from", problems, level);
    let to = fields.optional_with("to", problems, level);
    fields.finish(problems);
    match (baseline, from, to) {
        (Some(baseline), None, None) => Some(Sides::Baseline(baseline)),
        (None, Some(from), Some(to)) => Some(Sides::FromTo(from, to)),
        _ => expected(node, problems, "`all_pairs`, `{baseline: LEVEL}`, or `{from: LEVEL, to: LEVEL}`"),
    }
}

/// A level by the label that it has in results.
fn level(node: &Node, _: &mut Problems) -> Option<Written<String>> {
    Some(Written { value: super::decode::canonical(node), node: node.clone() })
}
