//! `calibrate:`: how scores are made probabilities before metrics and rules read them.

use super::decode::{Decode, Fields, expected, word};
use super::evaluation::{Written, breakdown};
use super::node::Node;
use super::problem::Problems;

/// What scores are calibrated by, and on which split.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibrate {
    /// The kind of map from scores to probabilities.
    pub method: Method,
    /// The fields whose groups each have a map of their own.
    pub by: Option<Written<Vec<String>>>,
    /// The split that the maps are fitted on, `dataset/split`.
    pub split: Written<String>,
    /// Where it is written.
    pub node: Node,
}

/// A kind of map from scores to probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// A logistic curve of the score.
    Platt,
    /// The best rising line.
    Isotonic,
    /// Logits over one number, then a softmax: of any number of classes.
    Temperature,
    /// The mean of each of so many bins of equal weight.
    Histogram(u32),
}

impl Method {
    /// As in a spec.
    pub fn word(self) -> &'static str {
        match self {
            Self::Platt => "platt",
            Self::Isotonic => "isotonic",
            Self::Temperature => "temperature",
            Self::Histogram(_) => "histogram",
        }
    }
}

impl Decode for Calibrate {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, problems, "`calibrate`")?;
        let method = fields.required_with("method", problems, |node, problems| {
            let words = [Method::Platt, Method::Isotonic, Method::Temperature, Method::Histogram(10)].map(|method| (method.word(), method));
            word(node, problems, &words)
        });
        let bins = match method {
            Some(Method::Histogram(_)) => fields.optional_with("bins", problems, bins),
            _ => None,
        };
        let by = fields.optional_with("by", problems, breakdown);
        let split = fields.required("split", problems);
        fields.finish(problems);
        let method = bins.map_or(method?, Method::Histogram);
        Some(Self { method, by, split: split?, node: node.clone() })
    }
}

fn bins(node: &Node, problems: &mut Problems) -> Option<u32> {
    match u32::decode(node, problems)? {
        bins @ 1..=10_000 => Some(bins),
        _ => expected(node, problems, "a whole number from 1 to 10000"),
    }
}
