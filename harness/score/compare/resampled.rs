//! A weighted sum of numbers in resamples of what they are of: how far it may be off, and its p.
//!
//! Of what chance alone moves to one side, the largest of groups or a distance between them, resamples are off the number as it is off the
//! truth, so that the far ends of the sum's are taken on the other side (the basic bootstrap, Davison and Hinkley 1997, 5.2), and further by
//! what tied groups do not let them show ([`interval::of_gap`]): that of the one model on the one side, that of the other on the other, since
//! nobody knows which of them has tied groups.

use crate::score::interval::{self, UNSEEN};
use crate::spec::uncertainty::{Method, Uncertainty};

/// A number of a sum.
pub(in crate::score) struct Term {
    /// How much it counts.
    pub(in crate::score) weight: f64,
    /// As observed.
    pub(in crate::score) value: f64,
    /// In each resample; NaN where undefined.
    pub(in crate::score) replicates: Vec<f64>,
}

/// How numbers err about those of the population, as their resamples err about them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::score) enum Errs {
    /// So many times as far to one side as resamples do on average, which is taken off: not at all where percentiles stay where they fall.
    By(f64),
    /// To one side, and resamples show a part of it only.
    OneSided,
    /// To neither side, but so many times as far as resamples show.
    Further(f64),
}

/// A sum of numbers, as observed and in each resample.
pub(in crate::score) struct Resampled<'a> {
    estimate: f64,
    /// In each resample; NaN where undefined.
    drawn: Vec<f64>,
    /// How many units its least known number rests on, of what its smallest part is of.
    units: f64,
    /// The furthest from 0 that it can be.
    furthest: f64,
    /// The resamples from the least to the largest, where its numbers err to one side.
    one_sided: Option<Basic>,
    uncertainty: &'a Uncertainty,
}

/// A sum of numbers that err to one side.
struct Basic {
    /// In each resample, sorted.
    drawn: Vec<f64>,
    /// How far the resamples of its numbers are off these, and the sum with them: those that move it up, and those that move it down.
    off: (f64, f64),
}

impl Term {
    /// How far the mean of the resamples is off the number.
    fn off(&self) -> f64 {
        let defined = || self.replicates.iter().filter(|number| !number.is_nan());
        let count = defined().count();
        if count == 0 { 0.0 } else { defined().sum::<f64>() / count as f64 - self.value }
    }
}

impl<'a> Resampled<'a> {
    /// A sum of numbers between `least` and `most` that rests on so many units.
    pub(in crate::score) fn new(terms: &[Term], errs: Errs, units: f64, (least, most): (f64, f64), uncertainty: &'a Uncertainty) -> Self {
        let sum = |number: &dyn Fn(&Term) -> f64| terms.iter().map(|term| term.weight * number(term)).sum::<f64>();
        let furthest = (most - least) * sum(&|term| term.weight.signum()) / 2.0;
        let (estimate, errs) = (sum(&|term| term.value), if uncertainty.method() == Method::Percentile { Errs::By(0.0) } else { errs });
        let draws = terms.iter().map(|term| term.replicates.len()).min().unwrap_or_default();
        let mut drawn: Vec<f64> = (0..draws).map(|draw| sum(&|term| term.replicates[draw])).collect();
        match errs {
            Errs::By(times) if times != 0.0 => {
                let off = times * sum(&Term::off);
                drawn.iter_mut().for_each(|drawn| *drawn -= off);
            }
            Errs::Further(times) => drawn = interval::stretched(&drawn, estimate, times),
            Errs::By(_) | Errs::OneSided => {}
        }
        let standard = uncertainty.method() == Method::Standard;
        let one_sided = (errs == Errs::OneSided && standard).then(|| Basic::of(terms, &drawn)).flatten();
        Self { estimate, drawn, units, furthest, one_sided, uncertainty }
    }

    /// The sum as observed.
    pub(in crate::score) fn estimate(&self) -> f64 {
        self.estimate
    }

    /// The sum in each resample; NaN where undefined.
    pub(in crate::score) fn drawn(&self) -> &[f64] {
        &self.drawn
    }

    /// The furthest from 0 that the sum can be.
    pub(in crate::score) fn furthest(&self) -> f64 {
        self.furthest
    }

    /// Whether its limits are those of numbers that err to one side, and not percentiles.
    pub(in crate::score) fn is_one_sided(&self) -> bool {
        self.one_sided.is_some()
    }

    /// The interval; `None` where the sum is undefined more often than not, or nothing varies and nothing limits it.
    pub(in crate::score) fn interval(&self, level: f64) -> Option<(f64, f64)> {
        match &self.one_sided {
            Some(basic) => {
                let (lower, upper) = basic.interval(self.estimate, level, self.units);
                Some((lower.min(self.estimate).max(-self.furthest), upper.max(self.estimate).min(self.furthest)))
            }
            None => interval::of_contrast((self.estimate, &self.drawn), self.units, self.furthest, level, self.uncertainty),
        }
    }

    /// The two-sided p, of intervals that may reach further than [`Self::interval`]: of few units, which resamples do not reach far enough for,
    /// and where no resample differs from another, where they reach 0.
    pub(in crate::score) fn p(&self, interval: impl Fn(f64) -> Option<(f64, f64)>) -> Option<f64> {
        if let Some(basic) = &self.one_sided {
            return interval::reaching_zero(interval).map(|p| p.max(basic.least_p(self.units, self.uncertainty)));
        }
        let few = self.units < interval::FEW && self.uncertainty.method() != Method::Percentile;
        let still = interval::is_still(&self.drawn);
        if !self.drawn.is_empty() && (few || still) {
            // Of models that say the same there is no interval where losses have no limit, and no doubt.
            let same = still && self.drawn.iter().all(|difference| difference.abs() <= 1e-12);
            return if same { Some(1.0) } else { interval::reaching_zero(interval) };
        }
        two_sided(&self.drawn).map(|p| interval::expanded_p(p, self.units, self.uncertainty))
    }
}

impl Basic {
    /// `None` where one of the numbers does not vary, or their sum does not, as that of models that say the same; or most resamples have none.
    fn of(terms: &[Term], drawn: &[f64]) -> Option<Self> {
        let mut sorted: Vec<f64> = drawn.iter().copied().filter(|sum| !sum.is_nan()).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let still = interval::is_still(&sorted) || terms.iter().any(|term| interval::is_still(&term.replicates));
        if still || sorted.is_empty() || 2 * sorted.len() < drawn.len() {
            return None;
        }
        let off = terms.iter().map(|term| term.weight * term.off());
        let off = off.fold((0.0, 0.0), |(up, down), off| (up + off.max(0.0), down + (-off).max(0.0)));
        Some(Self { drawn: sorted, off })
    }

    fn interval(&self, estimate: f64, level: f64, units: f64) -> (f64, f64) {
        let ((low, high), (up, down)) = (interval::widened(&self.drawn, estimate, level, (units, units)), self.off);
        // A gap that is too small by luck has resamples that are all larger, so that nothing is taken off either limit.
        (2.0 * estimate - high - UNSEEN * up - down, 2.0 * estimate - low + UNSEEN * down + up)
    }

    /// The least p that can be told: resamples, unless Student's t reaches beyond them, tell no less than one of them in all.
    fn least_p(&self, units: f64, uncertainty: &Uncertainty) -> f64 {
        if units < interval::FEW { 0.0 } else { interval::expanded_p(2.0 / (self.drawn.len() + 1) as f64, units, uncertainty) }
    }
}

/// Twice the share of resamples, with one added, on whose side of 0 the number is rarer; `None` where fewer than half have a number.
fn two_sided(drawn: &[f64]) -> Option<f64> {
    let defined = || drawn.iter().filter(|difference| !difference.is_nan());
    let all = defined().count();
    let below = defined().filter(|difference| **difference <= 0.0).count();
    let above = defined().filter(|difference| **difference >= 0.0).count();
    (all > 0 && 2 * all >= drawn.len()).then(|| (2.0 * (below.min(above) + 1) as f64 / (all + 1) as f64).min(1.0))
}
