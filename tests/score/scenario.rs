//! What is drawn again and again from known rates, to see whether intervals hold what they promise.

use fairgrid::data::frame::{Factor, Targets};
use fairgrid::score::embedding::Embeddings;
use fairgrid::score::predictions::ids::Ids;
use fairgrid::score::predictions::{Parts, Predictions, Scores};
use rayon::prelude::*;

/// Items of one group: how many, the share of positives, and two rates; of one model those of true and of false positives, of two models
/// how often the first alone, and the second alone, is right.
pub(crate) type Group = (usize, f64, f64, f64);

/// Groups of known rates, and the number that a metric has there.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) metric: &'static str,
    pub(crate) groups: &'static [Group],
    /// Items a subject, all alike.
    pub(crate) subject: usize,
    /// How many scores there are for either decision.
    pub(crate) levels: u32,
    /// The true number; of two models the second one's minus the first one's.
    pub(crate) truth: f64,
}

impl Scenario {
    /// Of single items.
    pub(crate) const fn new(name: &'static str, metric: &'static str, groups: &'static [Group], truth: f64) -> Self {
        Self { name, metric, groups, subject: 1, levels: 1, truth }
    }

    /// Of so many items a subject.
    pub(crate) const fn of_subjects(self, subject: usize) -> Self {
        Self { subject, ..self }
    }

    /// Of so many scores for either decision, as likely in every group.
    pub(crate) const fn of_levels(self, levels: u32) -> Self {
        Self { levels, ..self }
    }

    /// 1 where an interval holds the true number, and the interval's width; NaN without an interval.
    pub(crate) fn held(&self, interval: Option<(f64, f64)>) -> [f64; 2] {
        held(interval, self.truth)
    }
}

/// 1 where an interval holds a number, and the interval's width; NaN without an interval.
pub(crate) fn held(interval: Option<(f64, f64)>, truth: f64) -> [f64; 2] {
    let (lower, upper) = interval.unwrap_or((f64::NAN, f64::NAN));
    let slack = 1e-9;
    [f64::from(u8::from(lower - slack <= truth && truth <= upper + slack)), upper - lower]
}

/// The means over many files, each drawn by a seed of its own, of what one tells.
pub(crate) fn over_files<const N: usize>(files: u64, one: impl Fn(u64) -> [f64; N] + Sync + Send) -> [f64; N] {
    let add = |a: [f64; N], b: [f64; N]| std::array::from_fn(|place| a[place] + b[place]);
    (0..files).into_par_iter().map(one).reduce(|| [0.0; N], add).map(|sum| sum / files as f64)
}

/// Items of which a model says a score, or where they are, and nothing is known but their group, a level of a field each.
pub(crate) fn unlabelled(
    field: &str,
    levels: Vec<String>,
    groups: &[u32],
    scores: Option<Scores>,
    embeddings: Option<Embeddings>,
) -> Predictions {
    let parts = Parts {
        ids: Ids::numbered(groups.len()),
        classes: if scores.is_some() { vec!["0".to_owned(), "1".to_owned()] } else { Vec::new() },
        targets: Targets::Single(vec![None; groups.len()]),
        scores,
        decisions: None,
        embeddings,
        fields: [(field.to_owned(), Factor { levels, codes: groups.iter().copied().map(Some).collect() })].into_iter().collect(),
        subject: None,
        weight: None,
        split: None,
        fold: None,
        copies: None,
    };
    Predictions::check(parts, |row| row as u64).unwrap()
}
