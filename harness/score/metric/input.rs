//! What a metric reads of the items.

use crate::score::embedding::options::Distance;
use crate::score::lens::probability::Bins;
use crate::score::lens::roc::Seek;
use crate::spec::decide::Link;

/// What a metric reads of an item beside what is true of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Input {
    /// The decisions of the rule.
    Decisions,
    /// The decisions of the rule about an item and its nearest ones.
    Neighbours {
        /// How many, the item itself among them.
        k: u32,
        /// How far apart two items are.
        distance: Distance,
    },
    /// The k classes of the largest scores.
    TopK(u32),
    /// Those of the k classes of the largest scores whose score is large enough.
    TopFrom {
        /// How many classes.
        k: u32,
        /// The least score.
        least: f64,
        /// What scores are turned into before.
        of: Link,
    },
    /// The scores of all classes.
    Scores,
    /// The score of the positive class.
    PositiveScore,
    /// The score of the positive class, group against group.
    Crossings,
    /// The scores, along rankings whose totals are counted first.
    Roc {
        /// Of all classes, or of the positive one.
        all: bool,
        /// What is looked for.
        seek: Seek,
    },
    /// The scores as probabilities.
    Probabilities {
        /// What makes probabilities of them.
        of: Link,
        /// The bins of confidence.
        bins: Bins,
        /// The classes that are read one by one.
        wanted: Wanted,
    },
    /// The probabilities of both images of a counterfactual pair.
    Shifts {
        /// What makes probabilities of the scores.
        of: Link,
    },
}

impl Input {
    /// Whether it is what the rule decides, and so another under every rule.
    pub fn of_rule(self) -> bool {
        matches!(self, Self::Decisions | Self::Neighbours { .. })
    }
}

/// The classes whose probabilities are read one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wanted {
    /// None: all classes make one number an item.
    Nothing,
    /// This one.
    Positive(usize),
    /// All.
    All,
}
