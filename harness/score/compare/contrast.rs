//! What is made of the sides of a comparison, and what came of it in one number.

use serde::{Deserialize, Serialize};

use super::change::Transition;
use crate::score::measurement::{Direction, Status};

/// What is made of the sides of a comparison; a side is a place in the list of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Contrast {
    /// The mean over some sides minus the mean over others.
    Difference {
        /// Those that are subtracted.
        from: Vec<usize>,
        /// Those that they are subtracted from.
        to: Vec<usize>,
    },
    /// The least-squares slope of the numbers along the levels of an axis: each with its sides, of which the mean counts.
    Slope(Vec<(f64, Vec<usize>)>),
    /// Groups against each other, on one side.
    Groups {
        /// The side.
        side: usize,
        /// The breakdown: `tone`, `gender*race`.
        by: String,
        /// Which groups.
        pairs: Pairs,
    },
}

/// A number of a side: the side, and the number's place among its own.
pub type At = (usize, usize);

/// The terms of a weighted sum of numbers, and those whose means are told as what is subtracted and what it is subtracted from.
pub type Terms = (Vec<(f64, At)>, Vec<At>, Vec<At>);

/// Which groups are set against which, by label (`tone=dark`).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Pairs {
    /// Every two.
    All,
    /// All others with this one.
    Baseline(String),
    /// The second with the first.
    Two(String, String),
}

impl Contrast {
    /// The sides that it is made of.
    pub fn sides(&self) -> Vec<usize> {
        match self {
            Self::Difference { from, to } => from.iter().chain(to).copied().collect(),
            Self::Slope(points) => points.iter().flat_map(|(_, sides)| sides.iter().copied()).collect(),
            Self::Groups { side, .. } => vec![*side],
        }
    }

    /// How many sides each mean is of that it is made of.
    pub fn means(&self) -> Vec<usize> {
        match self {
            Self::Difference { from, to } => vec![from.len(), to.len()],
            Self::Slope(points) => points.iter().map(|(_, sides)| sides.len()).collect(),
            Self::Groups { .. } => vec![1, 1],
        }
    }

    /// The same of sides that stand elsewhere.
    #[must_use]
    pub fn moved(&self, place: impl Fn(usize) -> usize) -> Self {
        let all = |sides: &[usize]| sides.iter().map(|side| place(*side)).collect();
        match self {
            Self::Difference { from, to } => Self::Difference { from: all(from), to: all(to) },
            Self::Slope(points) => Self::Slope(points.iter().map(|(level, sides)| (*level, all(sides))).collect()),
            Self::Groups { side, by, pairs } => Self::Groups { side: place(*side), by: by.clone(), pairs: pairs.clone() },
        }
    }

    /// The weighted sum that it is of the numbers at one place on every side; `None` where groups are compared.
    pub fn terms(&self, number: usize) -> Option<Terms> {
        let at = |sides: &[usize]| sides.iter().map(|side| (*side, number)).collect::<Vec<At>>();
        let mean = |sides: &[usize], weight: f64| -> Vec<(f64, At)> {
            at(sides).into_iter().map(|at| (weight / sides.len() as f64, at)).collect()
        };
        match self {
            Self::Difference { from, to } => Some(([mean(from, -1.0), mean(to, 1.0)].concat(), at(from), at(to))),
            Self::Slope(points) => {
                let centre = points.iter().map(|(level, _)| level).sum::<f64>() / points.len() as f64;
                let spread: f64 = points.iter().map(|(level, _)| (level - centre).powi(2)).sum();
                let terms = points.iter().flat_map(|(level, sides)| mean(sides, (level - centre) / spread)).collect();
                let end = |end: Option<&(f64, Vec<usize>)>| end.map_or_else(Vec::new, |(_, sides)| at(sides));
                let least = end(points.iter().min_by(|a, b| a.0.total_cmp(&b.0)));
                Some((terms, least, end(points.iter().max_by(|a, b| a.0.total_cmp(&b.0)))))
            }
            Self::Groups { .. } => None,
        }
    }

    /// What kind of number it makes.
    pub fn statistic(&self) -> Statistic {
        match self {
            Self::Difference { .. } | Self::Groups { .. } => Statistic::Difference,
            Self::Slope(_) => Statistic::Slope,
        }
    }
}

impl Pairs {
    /// The pairs among some groups, from one to the other, in their order.
    pub fn of(&self, groups: &[String]) -> Vec<(usize, usize)> {
        let place = |label: &String| groups.iter().position(|group| group == label);
        match self {
            Self::All => (0..groups.len()).flat_map(|from| (from + 1..groups.len()).map(move |to| (from, to))).collect(),
            Self::Baseline(label) => {
                place(label).map_or_else(Vec::new, |from| (0..groups.len()).filter(|to| *to != from).map(|to| (from, to)).collect())
            }
            Self::Two(from, to) => place(from).zip(place(to)).into_iter().collect(),
        }
    }
}

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

/// Whether two numbers count as equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The interval of level 1 − 2 α lies within the margin: two one-sided tests of level α (Schuirmann 1987).
    Equivalent,
    /// Not equivalent, and the interval of level 1 − α leaves 0 out.
    Different,
    /// Neither.
    Inconclusive,
}

impl Verdict {
    /// The word in results.
    pub fn word(self) -> &'static str {
        match self {
            Self::Equivalent => "equivalent",
            Self::Different => "different",
            Self::Inconclusive => "inconclusive",
        }
    }

    /// From the intervals of level 1 − α and 1 − 2 α.
    pub fn of(wide: (f64, f64), narrow: (f64, f64), within: f64) -> Self {
        if -within < narrow.0 && narrow.1 < within {
            Self::Equivalent
        } else if excludes_zero(wide) {
            Self::Different
        } else {
            Self::Inconclusive
        }
    }
}

/// Whether an interval leaves 0 out.
pub fn excludes_zero((lower, upper): (f64, f64)) -> bool {
    lower > 0.0 || upper < 0.0
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
    pub value_from: Option<f64>,
    /// The value that it is subtracted from; of a slope, that at the largest level.
    pub value_to: Option<f64>,
    /// The number.
    pub estimate: Option<f64>,
    /// The interval's lower end.
    pub lower: Option<f64>,
    /// The interval's upper end.
    pub upper: Option<f64>,
    /// The interval's level.
    pub level: Option<f64>,
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
