//! `pairs:`: what an evaluation is about where that is not single images.

use std::path::PathBuf;

use super::decode::{Decode, Fields, expected, word};
use super::evaluation::Written;
use super::node::{Node, Value};
use super::path::{is_file, path};
use super::problem::{Problem, Problems};

/// How images become pairs. Names in it are checked against the data by the room that knows those.
#[derive(Clone, Debug, PartialEq)]
pub enum Pairs {
    /// Every image that is a counterfactual, beside its original.
    Counterfactual(Counterfactual),
    /// Two images each, of one person or of two.
    Verification(Verification),
}

/// Which images are changed copies of which.
#[derive(Clone, Debug, PartialEq)]
pub struct Counterfactual {
    /// The field that holds the id of an image's original; it is missing for originals.
    pub original: Written<String>,
    /// The field that says what was changed.
    pub factor: Option<Written<String>>,
}

/// Which images are held against which, and how alike they are found.
#[derive(Clone, Debug, PartialEq)]
pub struct Verification {
    /// How alike two vectors are.
    pub score: Similarity,
    /// Which impostors there are.
    pub groups: Across,
    /// The pairs, where they are listed; without it, all.
    pub list: Option<List>,
    /// At most so many impostor pairs are drawn.
    pub impostors: Option<u64>,
}

/// How alike two vectors are: larger for those that are more alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Similarity {
    /// The cosine of the angle between them.
    Cosine,
    /// Minus the distance from one to the other.
    Euclidean,
}

/// Between whom impostor pairs are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Across {
    /// Any two subjects.
    #[default]
    Any,
    /// Two images that share the level of every field that the evaluation is broken down by.
    Same,
}

/// A table of pairs.
#[derive(Clone, Debug, PartialEq)]
pub struct List {
    /// The file.
    pub file: PathBuf,
    /// The column of the one image's id.
    pub first: String,
    /// The column of the other's.
    pub second: String,
    /// Where it is written.
    pub node: Node,
}

impl Pairs {
    /// The fields that it reads.
    pub fn fields(&self) -> impl Iterator<Item = &Written<String>> {
        match self {
            Self::Counterfactual(Counterfactual { original, factor }) => [Some(original), factor.as_ref()],
            Self::Verification(_) => [None, None],
        }
        .into_iter()
        .flatten()
    }
}

impl Decode for Pairs {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        if node.get("score").is_some() {
            return Verification::decode(node, problems).map(Self::Verification);
        }
        if node.get("original").is_some() {
            return Counterfactual::decode(node, problems).map(Self::Counterfactual);
        }
        let problem = Problem::at(node, "`pairs` needs `original` (counterfactuals) or `score` (verification)");
        problems.push(problem.help("write `{original: FIELD, factor: FIELD}` or `{score: cosine, groups: same}`"));
        None
    }
}

impl Decode for Counterfactual {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, problems, "`pairs` of counterfactuals")?;
        let original: Option<Written<String>> = fields.required("original", problems);
        let factor: Option<Written<String>> = fields.optional("factor", problems);
        fields.finish(problems);
        let original = original?;
        if let Some(factor) = factor.as_ref().filter(|factor| factor.value == original.value) {
            let message = format!("`{}` cannot be both the original and what was changed", factor.value);
            problems.push(Problem::at(&factor.node, message).help("name the field that says what was changed, or leave `factor` out"));
            return None;
        }
        Some(Self { original, factor })
    }
}

impl Decode for Verification {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, problems, "`pairs` of verification")?;
        let score = fields.required_with("score", problems, |node, problems| {
            word(node, problems, &[("cosine", Similarity::Cosine), ("euclidean", Similarity::Euclidean)])
        });
        let groups = fields
            .optional_with("groups", problems, |node, problems| word(node, problems, &[("any", Across::Any), ("same", Across::Same)]));
        let list: Option<List> = fields.optional("list", problems);
        let impostors = fields.optional_with("impostors", problems, |node, problems| match u64::decode(node, problems)? {
            0 => expected(node, problems, "a whole number from 1 on"),
            most => Some(most),
        });
        fields.finish(problems);
        if let (Some(_), Some(_), Some(written)) = (&list, impostors, node.get("impostors")) {
            problems.push(Problem::at(written, "a `list` says already which impostors there are").help("leave `impostors` out"));
            return None;
        }
        Some(Self { score: score?, groups: groups.unwrap_or_default(), list, impostors })
    }
}

impl Decode for List {
    /// `pairs.csv` with the columns `first` and `second`, or `{file: pairs.csv, first: p1, second: p2}`.
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let named = |name: Option<String>, default: &str| name.unwrap_or_else(|| default.to_owned());
        let (file, first, second) = match node.value {
            Value::Map(_) => {
                let mut fields = Fields::of(node, problems, "a list of pairs")?;
                let file = fields.required_with("file", problems, path);
                let (first, second) = (fields.optional("first", problems), fields.optional("second", problems));
                fields.finish(problems);
                (file?, first, second)
            }
            _ => (path(node, problems)?, None, None),
        };
        if !is_file(&file, node, problems) {
            return None;
        }
        Some(Self { file, first: named(first, "first"), second: named(second, "second"), node: node.clone() })
    }
}
