//! What a metric of embeddings may be given.

use super::permutation::Alternative;
use crate::score::breakdown::combine::Combine;
use crate::spec::decode::{Decode, word};
use crate::spec::embed::Normalize;
use crate::spec::node::Node;
use crate::spec::problem::Problems;

/// What a metric was given; only what its definition takes is read.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How far apart two items are.
    pub distance: Distance,
    /// How many neighbours.
    pub k: usize,
    /// What the pairs of groups make; `None`: they stay, one number a pair.
    pub pairs: Option<Combine>,
    /// How many partitions a permutation test looks at.
    pub permutations: u32,
    /// Which partitions count against chance.
    pub alternative: Alternative,
    /// The standard deviation of what.
    pub deviation: Deviation,
    /// Whether what chance adds is taken off.
    pub debiased: bool,
}

/// How far apart two items are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distance {
    /// 1 - cos.
    Cosine,
    /// As the crow flies.
    Euclidean,
}

impl Distance {
    /// Whether it sees only directions, which a zero vector lacks.
    pub fn is_of_directions(self, normalize: Normalize) -> bool {
        self == Self::Cosine || normalize == Normalize::L2
    }
}

impl Decode for Distance {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        word(node, problems, &[("cosine", Self::Cosine), ("euclidean", Self::Euclidean)])
    }
}

/// What a concept's association is measured against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deviation {
    /// The spread of its items' associations.
    Concept,
    /// The spread of the attributes' items.
    Attributes,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            distance: Distance::Cosine,
            k: 1,
            pairs: Some(Combine::Mean),
            permutations: 10_000,
            alternative: Alternative::Greater,
            deviation: Deviation::Attributes,
            debiased: false,
        }
    }
}
