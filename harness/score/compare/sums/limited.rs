//! Sums of numbers that chance alone moves to one side: of distances, such as calibration errors, and of gaps and extremes of groups. Of one model's
//! it makes another part than of another's, and resamples of their difference show little of it.
//!
//! - The limits of distances are taken about what is left of each without chance ([`Leg::of_distance`]), at the angle that their resamples stand
//!   at (MOVER: Zou and Donner 2008); those of gaps between distances at a right angle, since their errors hang on which group has the largest.
//! - Of what is the largest or smallest among groups, resamples are off the number as it is off the truth, so that the far ends of the sum's
//!   are taken on the other side (the basic bootstrap), and further by what tied groups do not let them show ([`interval::of_gap`]): that of the
//!   one model on the one side, that of the other on the other, since nobody knows which of them has tied groups.

use super::{Paired, Played, Sum};
use crate::score::compare::contrast::At;
use crate::score::interval::errors::Errors;
use crate::score::interval::gap::{Family, Leg, standardized};
use crate::score::interval::share::normal_quantile;
use crate::score::interval::{self, UNSEEN};
use crate::score::sheet::Scored;
use crate::spec::uncertainty::{Method, Uncertainty};

/// A sum, and how far it may be off.
pub(super) struct Limited {
    /// The sum as observed.
    estimate: f64,
    of: Of,
    /// The least and largest sum.
    range: (f64, f64),
}

/// What its numbers are.
enum Of {
    /// Distances: the sum of what is left of each without chance, with limits of a level.
    Distances(Leg, f64),
    /// Extremes of groups.
    Extremes(Resampled),
}

/// A sum of extremes of groups.
struct Resampled {
    /// In each resample, sorted.
    drawn: Vec<f64>,
    /// How many units its least known number rests on, of what its smallest part is of.
    units: f64,
    /// How far the resamples of its numbers are off these, and the sum with them: those that move it up, and those that move it down.
    off: (f64, f64),
}

/// A number of a sum: its weight, its value, and that in the resamples in which all numbers have one.
struct Term {
    weight: f64,
    at: At,
    value: f64,
    replicates: Vec<f64>,
}

impl Paired<'_> {
    /// Whether sums are of such numbers.
    pub(super) fn are_limited(&self) -> bool {
        let metric = self.metrics[0];
        let extreme = metric.over.is_some_and(|over| over.reduction.is_extreme());
        (extreme || metric.errors(0) == Errors::OfDistance)
            && self.uncertainty.method() == Method::Standard
            && self.uncertainty.bootstrap() > 0
            && !metric.is_joint()
    }

    /// A sum that rests on so many units; `None` where one of its numbers does not vary, or has no number in most resamples.
    pub(super) fn limited(&self, sum: &Sum, estimate: f64, units: f64, scored: &[Scored<'_>], played: &Played) -> Option<Limited> {
        let redrawn: Vec<Vec<f64>> =
            sum.terms.iter().map(|(_, (side, number))| Some(scored.get(*side)?.redrawn(*number))).collect::<Option<_>>()?;
        let draws = self.uncertainty.bootstrap() as usize;
        let whole: Vec<usize> = (0..draws).filter(|draw| redrawn.iter().all(|numbers| numbers[*draw].is_finite())).collect();
        if 2 * whole.len() < draws {
            return None;
        }
        let term = |((weight, at), redrawn): (&(f64, At), &Vec<f64>)| {
            let replicates: Vec<f64> = whole.iter().map(|draw| redrawn[*draw]).collect();
            let value = played.replays[at.0].values[at.1].ok()?;
            (!interval::is_still(&replicates)).then_some(Term { weight: *weight, at: *at, value, replicates })
        };
        let terms = sum.terms.iter().zip(&redrawn).map(term).collect::<Option<Vec<Term>>>()?;
        let metric = self.metrics[0];
        let (least, most) = metric.limits();
        let reach = (most - least) * terms.iter().map(|term| term.weight.abs()).sum::<f64>() / 2.0;
        let of = match metric.errors(0) {
            Errors::OfDistance => Of::Distances(
                of_distances(&terms, least, self.uncertainty.level(), metric.over.is_none(), scored)?,
                self.uncertainty.level(),
            ),
            _ => Of::Extremes(Resampled::of(&terms, units)),
        };
        Some(Limited { estimate, of, range: (-reach, reach) })
    }
}

impl Limited {
    /// The interval of their sum.
    pub(super) fn interval(&self, level: f64) -> (f64, f64) {
        let (lower, upper) = match &self.of {
            Of::Distances(Leg { value, down, up, .. }, own) => {
                let z = |level: f64| normal_quantile(f64::midpoint(1.0, level));
                let reach = z(level) / z(*own);
                (value - reach * down, value + reach * up)
            }
            Of::Extremes(resampled) => resampled.interval(self.estimate, level),
        };
        (lower.min(self.estimate).max(self.range.0), upper.max(self.estimate).min(self.range.1))
    }

    /// The least p that can be told: resamples, unless Student's t reaches beyond them, tell no less than one of them in all.
    pub(super) fn least_p(&self, uncertainty: &Uncertainty) -> f64 {
        match &self.of {
            Of::Extremes(resampled) if resampled.units >= interval::FEW => {
                interval::expanded_p(2.0 / (resampled.drawn.len() + 1) as f64, resampled.units, uncertainty)
            }
            _ => 0.0,
        }
    }
}

impl Resampled {
    fn of(terms: &[Term], units: f64) -> Self {
        let resample = |draw: usize| terms.iter().map(|term| term.weight * term.replicates[draw]).sum();
        let mut drawn: Vec<f64> = (0..terms.first().map_or(0, |term| term.replicates.len())).map(resample).collect();
        drawn.sort_unstable_by(f64::total_cmp);
        let off = |term: &Term| {
            let mean = term.replicates.iter().sum::<f64>() / term.replicates.len() as f64;
            term.weight * (mean - term.value)
        };
        let (up, down) = terms.iter().map(off).fold((0.0, 0.0), |(up, down), off| (up + off.max(0.0), down + (-off).max(0.0)));
        Self { drawn, units, off: (up, down) }
    }

    fn interval(&self, estimate: f64, level: f64) -> (f64, f64) {
        let ((low, high), (up, down)) = (interval::widened(&self.drawn, estimate, level, (self.units, self.units)), self.off);
        // A gap that is too small by luck has resamples that are all larger, so that nothing is taken off either limit.
        (2.0 * estimate - high - UNSEEN * up - down, 2.0 * estimate - low + UNSEEN * down + up)
    }
}

/// The sum of what is left of distances without chance, which are `least` where there is none.
fn of_distances(terms: &[Term], least: f64, level: f64, related: bool, scored: &[Scored<'_>]) -> Option<Leg> {
    let leg = |term: &Term| {
        let (lower, upper) = scored[term.at.0].interval(term.at.1)?;
        let (down, up) = (term.value - lower, upper - term.value);
        Some(Leg { value: term.value, down, up, errors: standardized(&term.replicates)? }.of_distance(least))
    };
    let legs: Vec<Leg> = terms.iter().map(leg).collect::<Option<_>>()?;
    let weights: Vec<(usize, f64)> = terms.iter().map(|term| term.weight).enumerate().collect();
    let sum = Family { legs: &legs, related, level, items: 0.0 }.weighted(&weights)?;
    [sum.value, sum.down, sum.up].iter().all(|number| number.is_finite()).then_some(sum)
}
