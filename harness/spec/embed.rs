//! `embed:`: what is done to embeddings before they are measured.

use super::decode::{Decode, Fields, word};
use super::node::Node;
use super::problem::Problems;

/// What is done to embeddings. Cosines are the same either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Embed {
    /// How long vectors are made.
    pub normalize: Normalize,
}

/// How long vectors are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Normalize {
    /// They stay as they are.
    #[default]
    Not,
    /// Of Euclidean length 1.
    L2,
}

impl Decode for Embed {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, problems, "`embed`")?;
        let words = [("l2", Normalize::L2), ("none", Normalize::Not)];
        let normalize = fields.optional_with("normalize", problems, |node, problems| word(node, problems, &words));
        fields.finish(problems);
        Some(Self { normalize: normalize.unwrap_or_default() })
    }
}
