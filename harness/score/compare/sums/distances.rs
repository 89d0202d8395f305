//! Sums of distances, such as calibration errors, which chance alone lengthens: of a model's that is calibrated it makes another part than of
//! another's, and resamples of their difference show little of it.
//!
//! Their limits are taken about what is left of each without chance ([`Leg::of_distance`]), at the angle that their resamples stand at (MOVER:
//! Zou and Donner 2008); those of gaps between distances at a right angle, since their errors hang on which group has the largest.

use super::{Paired, Played, Sum};
use crate::score::compare::resampled::Term;
use crate::score::interval;
use crate::score::interval::errors::Errors;
use crate::score::interval::gap::{Family, Leg, standardized};
use crate::score::interval::share::normal_quantile;

/// What is left of a sum without chance, with limits of a level.
pub(super) struct Distances {
    sum: Leg,
    level: f64,
}

impl Paired<'_> {
    /// Whether numbers are distances, or gaps between such.
    pub(super) fn are_distances(&self) -> bool {
        self.metrics[0].errors(0) == Errors::OfDistance
    }

    /// `None` where numbers are no distances, one of them does not vary, or has no number in most resamples.
    pub(super) fn distances(&self, sum: &Sum, terms: &[Term], played: &Played<'_>) -> Option<Distances> {
        if !(self.are_distances() && self.err_to_one_side()) {
            return None;
        }
        let draws = self.uncertainty.bootstrap() as usize;
        let whole: Vec<usize> = (0..draws).filter(|draw| terms.iter().all(|term| term.replicates[*draw].is_finite())).collect();
        if 2 * whole.len() < draws {
            return None;
        }
        // Nothing is at a distance below this one.
        let (least, _) = self.metrics[0].limits();
        let leg = |(term, (_, (side, number))): (&Term, &(f64, (usize, usize)))| {
            let replicates: Vec<f64> = whole.iter().map(|draw| term.replicates[*draw]).collect();
            if interval::is_still(&replicates) {
                return None;
            }
            let (lower, upper) = played.scored[*side].interval(*number)?;
            let (down, up) = (term.value - lower, upper - term.value);
            Some(Leg { value: term.value, down, up, errors: standardized(&replicates)? }.of_distance(least))
        };
        let legs: Vec<Leg> = terms.iter().zip(&sum.terms).map(leg).collect::<Option<_>>()?;
        let weights: Vec<(usize, f64)> = terms.iter().map(|term| term.weight).enumerate().collect();
        let (level, related) = (self.uncertainty.level(), self.metrics[0].over.is_none());
        let sum = Family { legs: &legs, related, level, items: 0.0 }.weighted(&weights)?;
        [sum.value, sum.down, sum.up].iter().all(|number| number.is_finite()).then_some(Distances { sum, level })
    }
}

impl Distances {
    /// The interval of a sum that was observed to be so much.
    pub(super) fn interval(&self, estimate: f64, level: f64) -> (f64, f64) {
        let z = |level: f64| normal_quantile(f64::midpoint(1.0, level));
        let (Leg { value, down, up, .. }, reach) = (&self.sum, z(level) / z(self.level));
        ((value - reach * down).min(estimate), (value + reach * up).max(estimate))
    }
}
