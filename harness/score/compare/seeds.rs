//! What another seed (or draw) would change in a mean over seeds.
//!
//! Resamples of items that are common to all seeds tell what the items contribute, to the mean and to how far apart the seeds are; the rest of
//! the seeds' variance is their own. Both make the mean's variance, and Student's t, with the degrees of freedom of Satterthwaite (1946), makes
//! up for how little a few seeds tell of it; the bootstrap over seeds is too narrow by a factor of √(S − 1)/√S and knows no t.

use crate::score::interval::share::{normal_quantile, student_quantile, student_two_sided};
use crate::score::interval::variance;

/// Numbers of which a mean is taken: one a seed.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// As observed, two at least.
    pub(super) values: Vec<f64>,
    /// In each resample of the items; all defined.
    pub(super) drawn: Vec<Vec<f64>>,
}

/// The variance of a mean over seeds, or of a sum of such, by where it comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seeds {
    items: f64,
    seeds: f64,
    /// The variance of the seeds' part, as few seeds tell it.
    doubt: f64,
}

impl Seeds {
    /// Of the means of blocks whose seeds have nothing to do with each other; `items` is the variance of their sum over the resamples.
    pub(super) fn of(blocks: &[Block], items: f64) -> Self {
        let mut all = Self { items, seeds: 0.0, doubt: 0.0 };
        for Block { values, drawn } in blocks {
            let models = values.len() as f64;
            let apart =
                |numbers: &Vec<f64>| variance(&numbers.iter().zip(values).map(|(number, value)| number - value).collect::<Vec<f64>>());
            let interaction = drawn.iter().map(apart).sum::<f64>() / (drawn.len() as f64).max(1.0);
            let between = variance(values);
            all.seeds += (between - interaction).max(0.0) / models;
            all.doubt += (between / models).powi(2) / (models - 1.0);
        }
        all
    }

    /// The degrees of freedom; where the seeds add nothing that is seen, the items' interval stays as it is.
    fn freedom(&self) -> f64 {
        if self.seeds > 0.0 { (self.items + self.seeds).powi(2) / self.doubt } else { f64::INFINITY }
    }

    /// How far the interval of the items alone is to be lengthened to either side, at a right angle to it.
    pub(super) fn further(&self, level: f64) -> f64 {
        let tail = f64::midpoint(1.0, level);
        let freedom = self.freedom();
        let reach = if freedom.is_finite() { student_quantile(tail, freedom) } else { normal_quantile(tail) };
        (reach.powi(2) * (self.items + self.seeds) - normal_quantile(tail).powi(2) * self.items).max(0.0).sqrt()
    }

    /// The seeds' share of the variance.
    pub(super) fn share(&self) -> f64 {
        let total = self.items + self.seeds;
        if total > 0.0 { self.seeds / total } else { 0.0 }
    }

    /// The probability, if the true number is 0, of one at least as far from it; `None` where the items alone tell.
    pub(super) fn p(&self, estimate: f64) -> Option<f64> {
        let freedom = self.freedom();
        let error = (self.items + self.seeds).sqrt();
        (freedom.is_finite() && error > 0.0).then(|| student_two_sided(estimate / error, freedom))
    }
}
