//! Intervals for the largest and smallest of several numbers, and for gaps between them.
//!
//! A maximum is biased upwards and not smooth, so that percentiles of its bootstrap miss the truth as soon as groups are small or tied.
//! Here a gap is what it is, the largest of many contrasts (`this group minus that one`), each with limits of its own from those of the
//! two numbers (MOVER: Zou and Donner 2008; for shares it is Newcombe's hybrid score interval). Then
//!
//! - the upper limit is the largest of the contrasts' upper limits: the true largest contrast lies below its own with the promised
//!   probability, whichever it is, and no allowance for many contrasts is needed;
//! - the lower limit is the largest of their lower limits at a critical value that holds for all contrasts at once, of those that could be
//!   the largest: the intersection bounds of Chernozhukov, Lee and Rosen (2013, Econometrica 81(2)), with their adaptive selection. A group
//!   whose number is known well is not drowned by one whose number is not.
//!
//! Of distances, such as calibration errors, that chance alone lengthens, it is the middles of their intervals that are set against each other
//! ([`Leg::of_distance`]): a short distance is lengthened by more than a long one, so that their difference as observed is too small.
//!
//! For a mean or a sum of gaps (over classes, or of two criteria) the errors of the contrasts that could be the largest are added up
//! replicate by replicate (Fang and Santos 2019, Review of Economic Studies 86(1)).

use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use crate::score::interval::share::normal_quantile;
use crate::score::units::draw::{Purpose, generator};

/// A number of one group, with the reach of its interval and its standardized errors, resample by resample.
#[derive(Clone, Debug)]
pub struct Leg {
    /// The number.
    pub value: f64,
    /// Down to the lower limit.
    pub down: f64,
    /// Up to the upper limit.
    pub up: f64,
    /// Mean 0, variance 1.
    pub errors: Vec<f64>,
}

/// One comparison: a leg alone, or a leg against another.
#[derive(Clone, Copy, Debug)]
pub struct Contrast {
    value: f64,
    down: f64,
    up: f64,
    /// Legs and their parts in the standardized error.
    legs: [(usize, f64); 2],
}

/// Legs, and how sure their contrasts have to be.
#[derive(Clone, Copy, Debug)]
pub struct Family<'a> {
    /// All numbers.
    pub legs: &'a [Leg],
    /// Whether errors of different legs may be related.
    pub related: bool,
    /// The interval's level.
    pub level: f64,
    /// How many items there are.
    pub items: f64,
}

/// From so many standard errors on, a contrast cannot be the largest, however many there are.
const HOPELESS: f64 = 5.0;

/// What rounding may add to an error, at most.
const ROUNDING: f64 = 1e-9;

impl Family<'_> {
    /// A leg alone.
    pub fn single(&self, leg: usize) -> Contrast {
        let Leg { value, down, up, .. } = self.legs[leg];
        Contrast { value, down, up, legs: [(leg, 1.0), (leg, 0.0)] }
    }

    /// The first minus the second. `None` where they never differ.
    pub fn difference(&self, first: usize, second: usize) -> Option<Contrast> {
        let (a, b) = (&self.legs[first], &self.legs[second]);
        let relation = self.relation(first, second);
        let reach = |a: f64, b: f64| (a * a + b * b - 2.0 * relation * a * b).max(0.0).sqrt();
        let (down, up) = (reach(a.down, b.up), reach(a.up, b.down));
        let legs = standard([(first, a.reach()), (second, -b.reach())], relation)?;
        Some(Contrast { value: a.value - b.value, down, up, legs })
    }

    /// The first over the second, both of which are never negative: Donner and Zou's limits (2012). `None` where the second is 0.
    pub fn ratio(&self, first: usize, second: usize) -> Option<Contrast> {
        let (a, b) = (&self.legs[first], &self.legs[second]);
        if a.value < 0.0 || b.value <= 0.0 {
            return None;
        }
        let relation = self.relation(first, second);
        let value = a.value / b.value;
        let limit = |a_end: f64, b_end: f64, sign: f64| {
            let cross = a.value * b.value - relation * (a_end - a.value) * (b_end - b.value);
            let inner = cross * cross - a_end * b_end * (2.0 * a.value - a_end) * (2.0 * b.value - b_end);
            let below = b_end * (2.0 * b.value - b_end);
            (below > 0.0).then(|| (cross + sign * inner.max(0.0).sqrt()) / below)
        };
        let lower = limit(a.value - a.down, b.value + b.up, -1.0).unwrap_or(0.0).clamp(0.0, value);
        let upper = limit(a.value + a.up, b.value - b.down, 1.0).unwrap_or(f64::INFINITY).max(value);
        let parts = [(first, if a.value > 0.0 { a.reach() / a.value } else { 1.0 }), (second, -b.reach() / b.value)];
        let legs = standard(parts, relation)?;
        Some(Contrast { value, down: value - lower, up: upper - value, legs })
    }

    /// A comparison as a leg of others.
    pub fn leg(&self, contrast: &Contrast) -> Leg {
        let draws = self.legs.first().map_or(0, |leg| leg.errors.len());
        let errors = (0..draws).map(|draw| contrast.error(self.legs, draw)).collect();
        Leg { value: contrast.value, down: contrast.down, up: contrast.up, errors }
    }

    /// The mean of some legs, as a leg. `None` where they do not vary.
    pub fn mean(&self, legs: &[usize]) -> Option<Leg> {
        let weight = 1.0 / legs.len() as f64;
        self.weighted(&legs.iter().map(|leg| (*leg, weight)).collect::<Vec<(usize, f64)>>())
    }

    /// The weighted sum of some legs, as a leg. `None` where they do not vary.
    pub fn weighted(&self, legs: &[(usize, f64)]) -> Option<Leg> {
        let draws = self.legs.first()?.errors.len();
        let at = |draw: usize, of: fn(&Leg, f64) -> f64| {
            legs.iter().map(|(leg, weight)| weight * of(&self.legs[*leg], *weight) * self.legs[*leg].errors[draw]).sum::<f64>()
        };
        let reach = |of: fn(&Leg, f64) -> f64| {
            let squares = if self.related {
                (0..draws).map(|draw| at(draw, of).powi(2)).sum::<f64>() / draws.max(1) as f64
            } else {
                legs.iter().map(|(leg, weight)| (weight * of(&self.legs[*leg], *weight)).powi(2)).sum()
            };
            squares.sqrt()
        };
        let errors = standardized(&(0..draws).map(|draw| at(draw, |leg, _| leg.reach())).collect::<Vec<f64>>())?;
        let value = legs.iter().map(|(leg, weight)| weight * self.legs[*leg].value).sum();
        // What is subtracted moves the sum down as far as it may be higher.
        let down = reach(|leg, weight| if weight < 0.0 { leg.up } else { leg.down });
        let up = reach(|leg, weight| if weight < 0.0 { leg.down } else { leg.up });
        Some(Leg { value, down, up, errors })
    }

    fn relation(&self, first: usize, second: usize) -> f64 {
        if !self.related {
            return 0.0;
        }
        let (a, b) = (&self.legs[first].errors, &self.legs[second].errors);
        let sum: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
        (sum / a.len().max(1) as f64).clamp(-1.0, 1.0)
    }

    /// The limits of the largest contrast.
    pub fn largest(&self, contrasts: &[Contrast]) -> Option<(f64, f64)> {
        // Without a bootstrap there is nothing to tell limits from.
        if self.legs.first().is_none_or(|leg| leg.errors.is_empty()) {
            return None;
        }
        let z = self.quantile();
        let close = self.close(contrasts)?;
        let critical = self.critical(&close, f64::midpoint(1.0, self.level)).max(z);
        let upper = contrasts.iter().map(|contrast| contrast.value + contrast.up).fold(f64::NEG_INFINITY, f64::max);
        let lower = close.iter().map(|contrast| contrast.value - critical / z * contrast.down).fold(f64::NEG_INFINITY, f64::max);
        Some((lower, upper))
    }

    /// The limits of the smallest contrast.
    pub fn smallest(&self, contrasts: &[Contrast]) -> Option<(f64, f64)> {
        let turned: Vec<Contrast> = contrasts.iter().map(|contrast| contrast.turned()).collect();
        self.largest(&turned).map(|(lower, upper)| (-upper, -lower))
    }

    /// The limits of a weighted sum of largest contrasts.
    pub fn sum(&self, parts: &[Vec<Contrast>], weight: f64) -> Option<(f64, f64)> {
        // Without a bootstrap there is nothing to tell limits from.
        if self.legs.first().is_none_or(|leg| leg.errors.is_empty()) {
            return None;
        }
        let z = self.quantile();
        let close: Vec<Vec<Contrast>> = parts.par_iter().map(|part| self.close(part)).collect::<Option<_>>()?;
        let top = |part: &[Contrast], of: fn(&Contrast) -> f64| part.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
        let value: f64 = parts.iter().map(|part| weight * top(part, |contrast| contrast.value)).sum();
        let ups =
            parts.iter().map(|part| weight * (top(part, |contrast| contrast.value + contrast.up) - top(part, |contrast| contrast.value)));
        let up = ups.map(|up| up * up).sum::<f64>().sqrt();
        let replicates = self.legs.first().map_or(0, |leg| leg.errors.len());
        // The largest errors of a draw as far as they reach down, and as far as they reach on average.
        let error = |replicate: usize| -> (f64, f64) {
            let largest = |part: &Vec<Contrast>| {
                let errors = part.iter().map(|contrast| (contrast.error(self.legs, replicate), contrast));
                errors.fold((f64::NEG_INFINITY, f64::NEG_INFINITY), |(down, even), (error, contrast)| {
                    (down.max(error * contrast.down / z), even.max(error * contrast.reach() / z))
                })
            };
            close.iter().map(largest).fold((0.0, 0.0), |(down, even), largest| (down + weight * largest.0, even + weight * largest.1))
        };
        let (mut errors, even): (Vec<f64>, Vec<f64>) = (0..replicates).into_par_iter().map(error).unzip();
        let mean = |errors: &[f64]| errors.iter().sum::<f64>() / replicates.max(1) as f64;
        // How far off the largest is on average hangs on how much each varies, on either side of it: a share that happens to be perfect may
        // have been far lower, though it has no room above.
        let (shown, off) = (mean(&errors), mean(&even));
        let down = (of_unsorted(&mut errors, f64::midpoint(1.0, self.level)) - shown + off).max(0.0);
        Some((value - down, value + up))
    }

    fn quantile(&self) -> f64 {
        normal_quantile(f64::midpoint(1.0, self.level))
    }

    /// The contrasts that could be the largest. `None` where there is none.
    fn close(&self, contrasts: &[Contrast]) -> Option<Vec<Contrast>> {
        let z = self.quantile();
        let within = |contrasts: &[Contrast], errors: f64| -> Vec<Contrast> {
            let bound = contrasts.iter().map(|contrast| contrast.value - errors / z * contrast.down).fold(f64::NEG_INFINITY, f64::max);
            let near = |contrast: &&Contrast| contrast.value + 2.0 * errors / z * contrast.down >= bound;
            contrasts.iter().filter(near).copied().collect()
        };
        let hopeful = within(contrasts, HOPELESS);
        let rare = 1.0 - 0.1 / self.items.max(3.0).ln();
        let close = within(&hopeful, self.critical(&hopeful, rare));
        (!close.is_empty()).then_some(close)
    }

    /// The quantile of the largest standardized error.
    fn critical(&self, contrasts: &[Contrast], probability: f64) -> f64 {
        let replicates = self.legs.first().map_or(0, |leg| leg.errors.len());
        // Of thousands of groups there are millions of contrasts. The error of one is at most the length of its parts times that of its
        // legs' errors (Cauchy and Schwarz), so that those of most first legs need not be looked at. A mean of gaps has millions of lists of
        // a few, which are not to go through all legs each.
        let seconds: Vec<usize> = if contrasts.len() < self.legs.len() {
            contrasts.iter().map(|c| c.legs[1].0).collect()
        } else {
            (0..self.legs.len()).collect()
        };
        let runs: Vec<&[Contrast]> = contrasts.chunk_by(|a, b| a.legs[0].0 == b.legs[0].0).collect();
        let parts = contrasts.iter().map(|c| c.legs[0].1.hypot(c.legs[1].1)).fold(0.0, f64::max) * (1.0 + ROUNDING);
        let largest = |replicate: usize| {
            let size = |leg: usize| self.legs[leg].errors[replicate].abs();
            let first = |run: &[Contrast]| size(run[0].legs[0].0);
            let of = |run: &[Contrast]| run.iter().map(|c| c.error(self.legs, replicate)).fold(f64::NEG_INFINITY, f64::max);
            let most = seconds.iter().map(|leg| size(*leg)).fold(0.0, f64::max);
            let start = runs.iter().max_by(|a, b| first(a).total_cmp(&first(b))).map_or(f64::NEG_INFINITY, |run| of(run));
            runs.iter().fold(start, |best, run| if parts * first(run).hypot(most) < best { best } else { best.max(of(run)) })
        };
        let mut errors: Vec<f64> = (0..replicates).map(largest).collect();
        if errors.is_empty() || contrasts.is_empty() { 0.0 } else { of_unsorted(&mut errors, probability) }
    }
}

impl Leg {
    /// A distance that is `least` where there is none, as its differences with others see it: in the middle of its interval, which knows how far
    /// chance lengthens it; or at `least`, where the interval begins there because chance explains all of it.
    #[must_use]
    pub fn of_distance(self, least: f64) -> Self {
        let (lower, upper) = (self.value - self.down, self.value + self.up);
        let value = if lower <= least + ROUNDING { lower } else { f64::midpoint(lower, upper) };
        Self { value, down: value - lower, up: upper - value, ..self }
    }

    /// 1 over it; `None` where it is 0.
    pub fn inverse(&self) -> Option<Self> {
        let value = 1.0 / self.value;
        let lowest = self.value - self.down;
        let up = if lowest > 0.0 { 1.0 / lowest - value } else { f64::INFINITY };
        let errors = self.errors.iter().map(|error| -error).collect();
        (self.value > 0.0).then(|| Self { value, down: value - 1.0 / (self.value + self.up), up, errors })
    }

    fn reach(&self) -> f64 {
        f64::midpoint(self.down, self.up)
    }
}

impl Contrast {
    /// Its own limits.
    pub fn limits(&self) -> (f64, f64) {
        (self.value - self.down, self.value + self.up)
    }

    /// A ratio's distance from 1.
    pub fn missing(self) -> Self {
        let turned = self.turned();
        Self { value: 1.0 + turned.value, ..turned }
    }

    fn reach(&self) -> f64 {
        f64::midpoint(self.down, self.up)
    }

    /// The same turned round: what was the smallest is the largest.
    #[must_use]
    pub fn turned(&self) -> Self {
        Self { value: -self.value, down: self.up, up: self.down, legs: self.legs.map(|(leg, part)| (leg, -part)) }
    }

    fn error(&self, legs: &[Leg], replicate: usize) -> f64 {
        self.legs.iter().map(|(leg, part)| part * legs[*leg].errors[replicate]).sum()
    }
}

/// The [`quantile`](super::quantile) of numbers in any order.
fn of_unsorted(numbers: &mut [f64], share: f64) -> f64 {
    let place = share * (numbers.len() - 1) as f64;
    let (_, low, above) = numbers.select_nth_unstable_by(place.floor() as usize, f64::total_cmp);
    let high = above.iter().copied().filter(|_| place.fract() > 0.0).min_by(f64::total_cmp).unwrap_or(*low);
    *low + (high - *low) * place.fract()
}

/// Scales the parts of an error so that its variance is 1.
fn standard([(first, a), (second, b)]: [(usize, f64); 2], relation: f64) -> Option<[(usize, f64); 2]> {
    let spread = (a * a + b * b + 2.0 * relation * a * b).max(0.0).sqrt();
    (spread > 1e-12).then(|| [(first, a / spread), (second, b / spread)])
}

/// Errors of mean 0 and variance 1 from replicates; `None` where they do not vary, or some are undefined.
pub fn standardized(replicates: &[f64]) -> Option<Vec<f64>> {
    let n = replicates.len() as f64;
    let mean = replicates.iter().sum::<f64>() / n;
    let spread = (replicates.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n).sqrt();
    (spread > 1e-12).then(|| replicates.iter().map(|value| (value - mean) / spread).collect())
}

/// Standard normal errors of a number that no resample varies.
pub fn noise(seed: u64, number: u64, rank: u32, draws: usize) -> Vec<f64> {
    StandardNormal.sample_iter(generator(seed, Purpose::Noise, number, u64::from(rank))).take(draws).collect()
}
