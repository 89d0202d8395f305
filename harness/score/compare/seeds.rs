//! What another seed (or draw) would change in a mean over seeds.
//!
//! Resamples of items that are common to all seeds tell what the items contribute, to the mean and to how far apart the seeds are; the rest of
//! the seeds' variance is their own.
//!
//! A mean's error is that of the items which all seeds share, known well, and that of the seeds, of which S numbers tell with S − 1 degrees of
//! freedom: of the sum of a normal and a Student's t the limits are those of either, put at a right angle (Howe 1974, JASA 69, 789). Items
//! alone are a lower bound, so that seeds which happen to agree do not narrow it. One quantile for both, with the degrees of freedom of
//! Satterthwaite (1946) and nothing of seeds that chance could have set as far apart, holds in 0.88 where two move a lot; the
//! bootstrap over seeds is too narrow by a factor of √(S − 1)/√S and knows no t.

use crate::score::interval::share::{normal_quantile, student_quantile};
use crate::score::interval::{reaching_zero, variance};

/// Numbers of which a mean is taken: one a seed.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// As observed, two at least.
    pub(super) values: Vec<f64>,
    /// In each resample of the items; all defined.
    pub(super) drawn: Vec<Vec<f64>>,
}

/// The variance of a mean over seeds, or of a sum of such, by where it comes from.
#[derive(Clone, Debug)]
pub(super) struct Seeds {
    /// What the items contribute.
    items: f64,
    means: Vec<Spread>,
}

/// How far apart seeds are, as a part of the variance of their mean.
#[derive(Clone, Copy, Debug)]
struct Spread {
    /// As observed.
    between: f64,
    /// What the items make of it, other ones for each seed.
    interaction: f64,
    /// The degrees of freedom.
    freedom: f64,
}

impl Seeds {
    /// Of the means of blocks whose seeds have nothing to do with each other; `items` is the variance of their sum over the resamples.
    pub(super) fn of(blocks: &[Block], items: f64) -> Self {
        let spread = |Block { values, drawn }: &Block| {
            let models = values.len() as f64;
            let apart =
                |numbers: &Vec<f64>| variance(&numbers.iter().zip(values).map(|(number, value)| number - value).collect::<Vec<f64>>());
            let interaction = drawn.iter().map(apart).sum::<f64>() / (drawn.len() as f64).max(1.0);
            Spread { between: variance(values) / models, interaction: interaction / models, freedom: models - 1.0 }
        };
        Self { items, means: blocks.iter().map(spread).collect() }
    }

    /// How far the interval of the items alone is to be lengthened to either side, at a right angle to it: they account for the interaction
    /// already.
    pub(super) fn further(&self, level: f64) -> f64 {
        let tail = f64::midpoint(1.0, level);
        let normal = normal_quantile(tail).powi(2);
        let further = |mean: &Spread| student_quantile(tail, mean.freedom).powi(2) * mean.between - normal * mean.interaction;
        self.means.iter().map(|mean| further(mean).max(0.0)).sum::<f64>().sqrt()
    }

    /// The seeds' share of the variance.
    pub(super) fn share(&self) -> f64 {
        let seeds: f64 = self.means.iter().map(|mean| (mean.between - mean.interaction).max(0.0)).sum();
        let total = self.items + seeds;
        if total > 0.0 { seeds / total } else { 0.0 }
    }

    /// The two-sided p at which an interval about a number reaches 0; `None` where the items alone tell.
    pub(super) fn p(&self, estimate: f64) -> Option<f64> {
        let reach = |level: f64| (normal_quantile(f64::midpoint(1.0, level)) * self.items.sqrt()).hypot(self.further(level));
        let p = reaching_zero(|level| Some((estimate.abs() - reach(level), estimate.abs() + reach(level))))?;
        (self.further(1.0 - p) > 0.0).then_some(p)
    }
}
