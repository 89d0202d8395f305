//! Sums of distances that chance alone makes, such as calibration errors: of each it makes another part, which no resample of the sum shows.
//!
//! So the sum's limits are made from those of the distances, each about what is left of it without chance ([`Leg::of_distance`]), at the angle
//! that their resamples stand at (MOVER: Zou and Donner 2008).

use super::{Paired, Played, Sum};
use crate::score::compare::contrast::At;
use crate::score::interval::Sample;
use crate::score::interval::errors::Errors;
use crate::score::interval::gap::{Family, Leg, standardized};
use crate::spec::uncertainty::Method;

/// The distances of a sum.
pub(super) struct Distances {
    /// The sum as observed.
    estimate: f64,
    terms: Vec<Distance>,
    /// Their least and largest value.
    range: (f64, f64),
    /// Whether they are means over classes.
    of_classes: bool,
}

/// A distance and its weight.
struct Distance {
    weight: f64,
    value: f64,
    /// In the resamples in which all have a number.
    replicates: Vec<f64>,
    /// What it is where there is none, draw by draw.
    chance: Vec<f64>,
    /// The units that it rests on.
    units: f64,
    /// Its standardized errors.
    errors: Vec<f64>,
}

impl Paired<'_> {
    /// The distances that a sum is of; `None` where it is of other numbers, or one of them does not vary, or
    /// has no number in most resamples.
    pub(super) fn distances(&self, sum: &Sum, estimate: f64, played: &Played) -> Option<Distances> {
        let metric = self.metrics[0];
        if metric.over.is_some() || metric.errors(0) != Errors::OfDistance || self.uncertainty.method() != Method::Standard {
            return None;
        }
        let drawn = |draw: usize, (side, number): At| played.replays[side].replicates[draw][number];
        let draws = 0..self.uncertainty.bootstrap() as usize;
        let whole: Vec<usize> = draws.filter(|draw| sum.terms.iter().all(|(_, at)| drawn(*draw, *at).is_finite())).collect();
        if 2 * whole.len() < self.uncertainty.bootstrap() as usize {
            return None;
        }
        let distance = |(weight, at): &(f64, At)| {
            let (replay, number) = (&played.replays[at.0], at.1);
            let mut replicates: Vec<f64> = whole.iter().map(|draw| drawn(*draw, *at)).collect();
            let chance = replay.chance.iter().map(|draw| draw[number]).collect();
            let errors = standardized(&replicates)?;
            // Limits at many levels are asked of them, in any order.
            replicates.sort_unstable_by(f64::total_cmp);
            Some(Distance { weight: *weight, value: replay.values[number].ok()?, replicates, chance, units: played.worth(*at), errors })
        };
        let terms = sum.terms.iter().map(distance).collect::<Option<_>>()?;
        Some(Distances { estimate, terms, range: metric.attainable(0), of_classes: metric.is_of_classes(0) })
    }
}

impl Distances {
    /// The interval of their sum.
    pub(super) fn interval(&self, level: f64) -> Option<(f64, f64)> {
        let leg = |distance: &Distance| {
            let Distance { value, replicates, chance, units, errors, .. } = distance;
            let sample = Sample { of_classes: self.of_classes, ..Sample::new(*value, replicates, *units, self.range) };
            let (lower, upper) = Errors::OfDistance.interval(&sample, chance, level)?;
            Some(Leg { value: *value, down: value - lower, up: upper - value, errors: errors.clone() }.of_distance(self.range.0))
        };
        let legs = self.terms.iter().map(leg).collect::<Option<Vec<Leg>>>()?;
        let weights: Vec<(usize, f64)> = self.terms.iter().map(|term| term.weight).enumerate().collect();
        // Two sides say something of the same items.
        let Leg { value, down, up, .. } = Family { legs: &legs, related: true, level, items: 0.0 }.weighted(&weights)?;
        Some(((value - down).min(self.estimate), (value + up).max(self.estimate)))
    }
}
