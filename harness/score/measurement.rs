//! One number, with all that is needed to trust it.

use serde::{Deserialize, Serialize};

/// A metric's value for all items, for one group, or over groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// The decision rule's name (`argmax`, `threshold(0.5)`, `top_k(5)`, or its `as`).
    pub decision: String,
    /// The column's name: the `as` of the spec, else the metric's generated name.
    pub metric: String,
    /// The metric in full, options included: `recall_score_difference(classes=mean)`.
    pub parameters: String,
    /// What the items are grouped by: empty (all items), `race`, or `gender*race`.
    pub by: String,
    /// The group: `race=Black`, `gender=female*race=Black`; empty for all items and for a number over groups.
    pub group: String,
    /// The class, where the number is about one.
    pub label: String,
    /// The item or pair, where the number is about one.
    pub item: String,
    /// The value; `None` exactly where the status is not [`Status::Ok`] or [`Status::Small`].
    #[serde(with = "crate::score::unbounded")]
    pub value: Option<f64>,
    /// The interval's lower end.
    #[serde(with = "crate::score::unbounded")]
    pub lower: Option<f64>,
    /// The interval's upper end.
    #[serde(with = "crate::score::unbounded")]
    pub upper: Option<f64>,
    /// The interval's level, as 0.95.
    pub level: Option<f64>,
    /// Items that count.
    pub n: u64,
    /// Items (or item-label pairs) that are positive, where the metric has positives.
    pub n_positive: Option<u64>,
    /// Items (or item-label pairs) that are negative, where the metric has negatives.
    pub n_negative: Option<u64>,
    /// Distinct subjects, where items are clustered.
    pub n_clusters: Option<u64>,
    /// The median of a gap when group labels are permuted: what chance alone gives.
    #[serde(with = "crate::score::unbounded")]
    pub null_median: Option<f64>,
    /// The share of permutations whose gap is at least the observed one.
    pub null_p: Option<f64>,
    /// Whether the value may be used.
    pub status: Status,
    /// Why not, where it may not: `no positives in race=Black`; else what there is to know of it: `left out: no positives in race=Black`.
    pub reason: String,
    /// Which way is better.
    pub direction: Direction,
}

/// Whether a value may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It may.
    Ok,
    /// The metric has no value here; the reason says why.
    Undefined,
    /// There is a value, of fewer items than `min_count`: shown, not ranked.
    Small,
    /// The training set that was asked for cannot be drawn.
    Infeasible,
    /// Too few items for a verdict.
    InsufficientEvidence,
    /// The cell failed.
    Failed,
}

impl Status {
    /// The word in results and snapshots.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Undefined => "undefined",
            Self::Small => "small",
            Self::Infeasible => "infeasible",
            Self::InsufficientEvidence => "insufficient_evidence",
            Self::Failed => "failed",
        }
    }
}

/// The status and reason of a number that is there: whether it rests on too few, and whatever else there is to know of it, empty where that
/// is nothing.
pub(crate) fn told(small: Option<String>, remarks: impl IntoIterator<Item = String>) -> (Status, String) {
    let status = if small.is_some() { Status::Small } else { Status::Ok };
    let parts: Vec<String> = small.into_iter().chain(remarks).filter(|words| !words.is_empty()).collect();
    (status, parts.join("; "))
}

/// The first of many names or reasons, and how many more there are.
pub(super) fn shortened(all: impl IntoIterator<Item = String>) -> Vec<String> {
    const TOLD: usize = 8;
    let mut all: Vec<String> = all.into_iter().collect();
    if all.len() > TOLD {
        let more = all.split_off(TOLD).len();
        all.push(format!("{more} more"));
    }
    all
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Larger is better.
    Higher,
    /// Smaller is better.
    Lower,
    /// Neither: a count, a rate that is not a merit.
    Neutral,
}

impl Direction {
    /// The word in results and snapshots.
    pub fn word(self) -> &'static str {
        match self {
            Self::Higher => "higher",
            Self::Lower => "lower",
            Self::Neutral => "neutral",
        }
    }

    /// The mark beside a column's name.
    pub fn arrow(self) -> &'static str {
        match self {
            Self::Higher => "↑",
            Self::Lower => "↓",
            Self::Neutral => "",
        }
    }
}
