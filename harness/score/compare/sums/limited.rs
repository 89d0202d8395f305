//! Sums of numbers that chance alone moves to one side: of distances, such as calibration errors, and of gaps and extremes of groups. Of one model's
//! it makes another part than of another's, and resamples of their difference show little of it.
//!
//! The numbers' own limits know of it, and of small groups that no resample varies. Those of a sum are these together (MOVER: Zou and Donner
//! 2008): of distances at the angle that their resamples stand at, about what is left of each without chance ([`Leg::of_distance`]); of numbers
//! over groups at a right angle, since their errors hang on which group is the extreme. Those of extremes are their sum's basic bootstrap's
//! ([`Resampled`](crate::score::compare::resampled::Resampled)), which these lengthen where a group is small: the own limits together hold too rarely where one
//! side is tied, in 0.84 to 0.91 of files, and the basic bootstrap where a group of 6 to 12 is the extreme, in 0.82 to 0.92 (of 20 in 0.94 to 0.96).

use super::{Paired, Played, Sum};
use crate::score::compare::resampled::Term;
use crate::score::interval;
use crate::score::interval::errors::Errors;
use crate::score::interval::gap::{Family, Leg, standardized};
use crate::score::interval::share::normal_quantile;
use crate::spec::uncertainty::Method;

/// What is left of a sum without chance, with limits of a level.
pub(super) struct Limited {
    sum: Leg,
    level: f64,
}

impl Paired<'_> {
    /// Whether numbers are distances, or gaps between such.
    pub(super) fn are_distances(&self) -> bool {
        self.metrics[0].errors(0) == Errors::OfDistance
    }

    /// Whether sums are of such numbers.
    pub(super) fn err_to_one_side(&self) -> bool {
        let metric = self.metrics[0];
        (self.are_distances() || metric.over.is_some_and(|over| over.reduction.is_extreme()))
            && self.uncertainty.method() == Method::Standard
            && self.uncertainty.bootstrap() > 0
            && !metric.is_joint()
    }

    /// `None` of other numbers; where one of them does not vary, or their sum does not, as that of models that say the same; and where one has no
    /// interval, or no number in most resamples.
    pub(super) fn limited(&self, sum: &Sum, terms: &[Term], drawn: &[f64], played: &Played<'_>) -> Option<Limited> {
        let whole: Vec<usize> = (0..drawn.len()).filter(|draw| drawn[*draw].is_finite()).collect();
        if !self.err_to_one_side() || 2 * whole.len() < drawn.len() || interval::is_still(drawn) {
            return None;
        }
        let metric = self.metrics[0];
        // Nothing is at a distance below this one.
        let (least, _) = metric.limits();
        let leg = |(term, (_, (side, number))): (&Term, &(f64, (usize, usize)))| {
            let replicates: Vec<f64> = whole.iter().map(|draw| term.replicates[*draw]).collect();
            if interval::is_still(&replicates) {
                return None;
            }
            let (lower, upper) = played.scored[*side].interval(*number)?;
            let leg = Leg { value: term.value, down: term.value - lower, up: upper - term.value, errors: standardized(&replicates)? };
            Some(if self.are_distances() { leg.of_distance(least) } else { leg })
        };
        let legs: Vec<Leg> = terms.iter().zip(&sum.terms).map(leg).collect::<Option<_>>()?;
        let weights: Vec<(usize, f64)> = terms.iter().map(|term| term.weight).enumerate().collect();
        let (level, related) = (self.uncertainty.level(), metric.over.is_none());
        let sum = Family { legs: &legs, related, level, items: 0.0 }.weighted(&weights)?;
        [sum.value, sum.down, sum.up].iter().all(|number| number.is_finite()).then_some(Limited { sum, level })
    }
}

impl Limited {
    /// The interval of a sum that was observed to be so much.
    pub(super) fn interval(&self, estimate: f64, level: f64) -> (f64, f64) {
        let z = |level: f64| normal_quantile(f64::midpoint(1.0, level));
        let (Leg { value, down, up, .. }, reach) = (&self.sum, z(level) / z(self.level));
        ((value - reach * down).min(estimate), (value + reach * up).max(estimate))
    }
}
