//! What came of a contrast in one number.

use serde::{Deserialize, Serialize};

use super::transition::Transition;
use super::verdict::Verdict;
use crate::score::measurement::{Direction, Status};

/// What kind of number a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statistic {
    /// The number of one side minus that of another.
    Difference,
    /// How much the number grows with one unit of an axis.
    Slope,
    /// The share of the effects before that are still there after.
    RetentionRate,
    /// Pearson's correlation of the numbers before and after.
    Pearson,
    /// Spearman's correlation of the numbers before and after.
    Spearman,
    /// A number of two models at once, such as linear CKA.
    Similarity,
}

impl Statistic {
    /// The word in results.
    pub fn word(self) -> &'static str {
        match self {
            Self::Difference => "difference",
            Self::Slope => "slope",
            Self::RetentionRate => "retention_rate",
            Self::Pearson => "pearson",
            Self::Spearman => "spearman",
            Self::Similarity => "similarity",
        }
    }
}

/// What came of a contrast in one number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The contrast, as a place in the list of them.
    pub contrast: usize,
    /// What kind of number [`Self::estimate`] is.
    pub statistic: Statistic,
    /// The group that is subtracted, where groups are compared.
    pub from: String,
    /// The group that it is subtracted from, where groups are compared.
    pub to: String,
    /// The decision rule's name, on all sides.
    pub decision: String,
    /// The column's name.
    pub metric: String,
    /// The metric in full.
    pub parameters: String,
    /// What items are grouped by.
    pub by: String,
    /// The group; empty for all items, for a number over groups, and where groups are compared.
    pub group: String,
    /// The class, where the number is about one.
    pub label: String,
    /// The value that is subtracted; of a slope, that at the least level.
    #[serde(with = "crate::score::unbounded")]
    pub value_from: Option<f64>,
    /// The value that it is subtracted from; of a slope, that at the largest level.
    #[serde(with = "crate::score::unbounded")]
    pub value_to: Option<f64>,
    /// The number.
    #[serde(with = "crate::score::unbounded")]
    pub estimate: Option<f64>,
    /// The interval's lower end.
    #[serde(with = "crate::score::unbounded")]
    pub lower: Option<f64>,
    /// The interval's upper end.
    #[serde(with = "crate::score::unbounded")]
    pub upper: Option<f64>,
    /// The interval's level.
    pub level: Option<f64>,
    /// What the two values are where there is no effect: 0, and 1 of ratios of groups.
    pub no_effect: f64,
    /// Two-sided, of the estimate being 0.
    pub p: Option<f64>,
    /// p adjusted for all findings of this comparison.
    pub p_adjusted: Option<f64>,
    /// Items that count; of a rate or a correlation, entries.
    pub n: u64,
    /// Whether the two numbers count as equal, where a margin is given.
    pub verdict: Option<Verdict>,
    /// What became of an effect, where that is reported.
    pub transition: Option<Transition>,
    /// Whether the estimate may be used.
    pub status: Status,
    /// Why not, where it may not; else what there is to know of it.
    pub reason: String,
    /// Which way the metric is better.
    pub direction: Direction,
}

impl Finding {
    /// The news that a contrast came to nothing.
    pub fn without(contrast: usize, statistic: Statistic, status: Status, reason: String) -> Self {
        Self {
            contrast,
            statistic,
            from: String::new(),
            to: String::new(),
            decision: String::new(),
            metric: String::new(),
            parameters: String::new(),
            by: String::new(),
            group: String::new(),
            label: String::new(),
            value_from: None,
            value_to: None,
            estimate: None,
            lower: None,
            upper: None,
            level: None,
            no_effect: 0.0,
            p: None,
            p_adjusted: None,
            n: 0,
            verdict: None,
            transition: None,
            status,
            reason,
            direction: Direction::Neutral,
        }
    }

    /// The interval, where there is one.
    pub fn interval(&self) -> Option<(f64, f64)> {
        self.lower.zip(self.upper)
    }
}
