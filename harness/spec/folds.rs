//! Cross-validation: `folds: {k: 5, by: child, stratify: [race], validation: 1, seed: 0}`, and what one fold of a dataset is called.

use super::card::Name;
use super::decode::{Decode, Fields, number_in, one_or_many};
use super::node::Node;
use super::problem::{Problem, Problems};

/// The axis of a study with folds: its levels are the parts, counted from 0.
pub const FOLD: &str = "fold";

/// The splits that a fold may have of its own: its part, some parts after it (where any are asked for), and all other parts.
pub const DEALT: [&str; 3] = ["test", "validation", "train"];

/// One fold of a dataset, `cafe:2`: no dataset's own name has a colon.
pub fn fold_of(dataset: &str, fold: usize) -> String {
    format!("{dataset}:{fold}")
}

/// The dataset, and the fold where the name is that of one.
pub fn of_fold(name: &str) -> (&str, Option<usize>) {
    match name.split_once(':') {
        Some((dataset, fold)) => (dataset, fold.parse().ok()),
        None => (name, None),
    }
}

/// `cafe/test` of `cafe:2/test`: a split as it is written in the study, whatever the fold.
pub fn as_written(split: &str) -> String {
    match split.split_once('/') {
        Some((dataset, split)) => format!("{}/{split}", of_fold(dataset).0),
        None => split.to_owned(),
    }
}

/// Items dealt into parts of nearly equal size, each of them the test split once.
#[derive(Clone, Debug)]
pub struct Folds {
    /// How many parts.
    pub k: u32,
    /// How many of them are a fold's `validation`; the others learn.
    pub validation: u32,
    /// The field whose levels stay together; by default the dataset's subject.
    pub by: Option<Name>,
    /// The fields whose joint distribution each part keeps.
    pub stratify: Vec<Name>,
    /// The split that is dealt; all items where there is none.
    pub of: Option<Name>,
    /// The seed.
    pub seed: u64,
    /// Where it is written.
    pub node: Node,
}

impl Folds {
    /// The splits that each fold has of its own.
    pub fn splits(&self) -> impl Iterator<Item = &'static str> {
        DEALT.into_iter().filter(|split| *split != "validation" || self.validation > 0)
    }
}

impl Decode for Folds {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, problems, "`folds`")?;
        let k = fields.required_with("k", problems, |node, problems| {
            number_in(node, problems, 2.0, 1000.0).and_then(|_| u32::decode(node, problems))
        });
        let validation = fields.optional_with("validation", problems, |node, problems| {
            let parts = u32::decode(node, problems)?;
            let learning = k.is_none_or(|k| parts < k - 1);
            if !learning {
                let message = format!("`{parts}` parts to validate on and one to test on leave none of {} to learn from", k.unwrap_or(0));
                problems.push(Problem::at(node, message).help("ask for fewer, or deal into more with `k`"));
            }
            learning.then_some(parts)
        });
        let by = fields.optional("by", problems);
        let stratify = fields.optional_with("stratify", problems, one_or_many);
        let of = fields.optional("of", problems);
        let seed = fields.optional("seed", problems);
        fields.finish(problems);
        Some(Self {
            k: k?,
            validation: validation.unwrap_or(0),
            by,
            stratify: stratify.unwrap_or_default(),
            of,
            seed: seed.unwrap_or(0),
            node: node.clone(),
        })
    }
}
