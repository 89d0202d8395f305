//! Cross-validation: `folds: {k: 5, by: child, stratify: [race], seed: 0}`.

use super::card::Name;
use super::decode::{Decode, Fields, number_in, one_or_many};
use super::node::Node;
use super::problem::Problems;

/// Items dealt into parts of nearly equal size, each of them the test split once.
#[derive(Clone, Debug)]
pub struct Folds {
    /// How many parts.
    pub k: u32,
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

impl Decode for Folds {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, problems, "`folds`")?;
        let k = fields.required_with("k", problems, |node, problems| {
            number_in(node, problems, 2.0, 1000.0).and_then(|_| u32::decode(node, problems))
        });
        let by = fields.optional("by", problems);
        let stratify = fields.optional_with("stratify", problems, one_or_many);
        let of = fields.optional("of", problems);
        let seed = fields.optional("seed", problems);
        fields.finish(problems);
        Some(Self { k: k?, by, stratify: stratify.unwrap_or_default(), of, seed: seed.unwrap_or(0), node: node.clone() })
    }
}
