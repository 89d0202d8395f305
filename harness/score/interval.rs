//! From replicates to the interval of one number.
//!
//! The percentiles of a bootstrap are too narrow in small samples (Hesterberg 2015, "What teachers should know about the bootstrap", section 4.1.1),
//! and a point where all replicates agree. So, unless `method:` says otherwise: shares, and what rises with one, have exact intervals ([`share`]), of
//! an effective number of items where items are weighted or clustered (Korn and Graubard 1998), which is that of the clusters that hold some of what
//! the share is of; what errs further to one side has an interval on a scale that knows it ([`errors`]); everything else has percentiles at levels
//! widened by Student's t; and where nothing varies, a perfect number is as uncertain as a share of its smaller class that is perfect.
//!
//! - [`share`]: intervals of shares; [`gap`]: of numbers over groups; [`classes`]: of what several classes make; [`errors`]: of what errs to one
//!   side; [`mistakes`]: of what mistakes of two kinds make; [`rise`]: of what rises with a share.

pub mod classes;
pub mod errors;
pub mod gap;
pub mod mistakes;
pub mod rise;
pub mod share;

use crate::score::interval::rise::Rise;
use crate::score::interval::share::{normal_cdf, normal_quantile, student_quantile, student_two_sided};
use crate::spec::uncertainty::{Method, Uncertainty};

/// A number as observed, and all that its interval is made from.
#[derive(Clone, Debug)]
pub struct Sample<'a> {
    /// The number.
    pub value: f64,
    /// The number in each resample; NaN where it is undefined.
    pub replicates: &'a [f64],
    /// The number without one unit, and how many such units there are: for the BCa method.
    pub left_out: &'a [(f64, f64)],
    /// The share that it is or rises with, where there is one: items that count, and all that could.
    pub share: Option<(f64, f64)>,
    /// How it rises with that.
    pub rise: Rise,
    /// Whether items are the units, and count alike.
    pub plain: bool,
    /// How many equally weighted units there would have to be, to know as much: of a share, of those that hold some of what it is of.
    pub units: f64,
    /// The same, of the smaller of positives and negatives, where there are such.
    pub smaller: f64,
    /// Its least and largest value.
    pub range: (f64, f64),
    /// Whether it is a mean over classes, whose biases add up while their errors cancel out.
    pub of_classes: bool,
}

impl<'a> Sample<'a> {
    /// Any number: no share, of so many units that need not count alike.
    pub fn new(value: f64, replicates: &'a [f64], units: f64, range: (f64, f64)) -> Self {
        Self {
            value,
            replicates,
            left_out: &[],
            share: None,
            rise: Rise::ITSELF,
            plain: false,
            units,
            smaller: units,
            range,
            of_classes: false,
        }
    }

    /// The interval; `None` where the number is undefined more often than not, or rests on a single unit that says nothing.
    pub fn interval(&self, uncertainty: &Uncertainty) -> Option<(f64, f64)> {
        let level = uncertainty.level();
        let method = uncertainty.method();
        if let (Some((part, whole)), true) = (self.share, uncertainty.shares_have_their_own()) {
            return Some(self.of_share(part, whole, uncertainty));
        }
        let (sorted, _) = defined(self.replicates.iter().copied());
        if sorted.is_empty() || 2 * sorted.len() < self.replicates.len() {
            return None;
        }
        if sorted[sorted.len() - 1] - sorted[0] <= 1e-12 * self.value.abs().max(1.0) {
            return self.unvaried(uncertainty);
        }
        let at = |(low, high)| (quantile(&sorted, low), quantile(&sorted, high));
        let (low, high) = match method {
            Method::Percentile => at(((1.0 - level) / 2.0, f64::midpoint(1.0, level))),
            Method::Standard => {
                let (low, high) = widened(&sorted, self.value, level, (self.units, self.smaller));
                let (least, most) = self.range;
                self.unbiased(low.max(least), high.min(most), &sorted)
            }
            Method::Bca => at(self.accelerated(&sorted, level)),
        };
        // A few replicates may all lie on one side of the number.
        Some((low.min(self.value), high.max(self.value)))
    }

    /// The percentiles of a mean over classes, without the bias that resamples show: they add it to a number that has it already. Classes of
    /// a given size are less biased than those whose sizes are drawn, as resamples draw them, so that one end takes it off once, the other
    /// twice.
    fn unbiased(&self, low: f64, high: f64, sorted: &[f64]) -> (f64, f64) {
        if !self.of_classes {
            return (low, high);
        }
        let off = sorted.iter().sum::<f64>() / sorted.len() as f64 - self.value;
        let (least, most) = self.range;
        ((low - off.max(2.0 * off)).max(least), (high - off.min(2.0 * off)).min(most))
    }

    fn of_share(&self, part: f64, whole: f64, uncertainty: &Uncertainty) -> (f64, f64) {
        let (lower, upper) = self.share_itself(part, whole, uncertainty);
        ((self.rise.at)(lower), (self.rise.at)(upper))
    }

    fn share_itself(&self, part: f64, whole: f64, uncertainty: &Uncertainty) -> (f64, f64) {
        let (level, how) = (uncertainty.level(), uncertainty.shares());
        if self.plain {
            return share::interval(part, whole, level, how);
        }
        let (sorted, _) = defined(self.replicates.iter().map(|number| (self.rise.share)(*number)));
        let value = part / whole;
        let variance = variance(&sorted);
        let units = self.units.max(1.0);
        // Where all say the same, no design effect can be seen: every unit counts once. Luck makes no more of items than they are.
        let effective = if variance > 0.0 { (value * (1.0 - value) / variance).min(whole) } else { units };
        let tail = f64::midpoint(1.0, level);
        let shrunk = if units > 1.0 { (normal_quantile(tail) / student_quantile(tail, units - 1.0)).powi(2) } else { 1.0 };
        let effective = (effective * shrunk).max(1e-3);
        share::interval(value * effective, effective, level, how)
    }

    /// Where every replicate is the same number.
    fn unvaried(&self, uncertainty: &Uncertainty) -> Option<(f64, f64)> {
        if let Some((part, whole)) = self.share {
            return Some(self.of_share(part, whole, uncertainty));
        }
        let (least, most) = self.range;
        let (_, unseen) = share::interval(0.0, self.smaller.max(1.0), uncertainty.level(), uncertainty.shares());
        let reach = (most - least) * unseen;
        let at = |end: f64| (self.value - end).abs() < 1e-12;
        match reach.is_finite() {
            true if at(most) => Some((most - reach, most)),
            true if at(least) => Some((least, least + reach)),
            _ => None,
        }
    }

    /// Efron (1987): levels corrected for the replicates' median bias and for how the spread changes with the number.
    fn accelerated(&self, sorted: &[f64], level: f64) -> (f64, f64) {
        let replicates = sorted.len() as f64;
        let below = sorted.partition_point(|value| *value < self.value - 1e-12) as f64;
        let up_to = sorted.partition_point(|value| *value <= self.value + 1e-12) as f64;
        let share = (f64::midpoint(below, up_to) / replicates).clamp(0.5 / replicates, 1.0 - 0.5 / replicates);
        let bias = normal_quantile(share);
        let left = || self.left_out.iter().filter(|(value, _)| !value.is_nan());
        let units: f64 = left().map(|(_, units)| units).sum();
        let mean = left().map(|(value, units)| value * units).sum::<f64>() / units;
        let power = |exponent: i32| left().map(|(value, units)| (mean - value).powi(exponent) * units).sum::<f64>();
        let spread = power(2);
        let acceleration = if spread > 0.0 { power(3) / (6.0 * spread.powf(1.5)) } else { 0.0 };
        let tail = |probability: f64| {
            let z = bias + normal_quantile(probability);
            normal_cdf(bias + z / (1.0 - acceleration * z).max(1e-6))
        };
        (tail((1.0 - level) / 2.0), tail(f64::midpoint(1.0, level)))
    }
}

/// The interval of a gap, or a distance, that is never below `least`: where its null explains it (p above 1 - level), there may be none, and
/// `least` is among what it may be. Resamples of tied groups never come near that, and an interval holds what its test does not reject.
pub fn with_no_gap((lower, upper): (f64, f64), null: Option<(f64, f64)>, least: f64, uncertainty: &Uncertainty) -> (f64, f64) {
    let explained = null.is_some_and(|(_, p)| p > 1.0 - uncertainty.level());
    (if explained && uncertainty.method() != Method::Percentile { least } else { lower }, upper)
}

/// Hesterberg's expanded percentiles for so many units, two at least.
fn expanded(level: f64, units: f64) -> (f64, f64) {
    let t = student_quantile(f64::midpoint(1.0, level), units - 1.0);
    let tail = normal_cdf(-t * (units / (units - 1.0)).sqrt());
    (tail, 1.0 - tail)
}

/// The middle `level` of the replicates; those that are NaN (undefined) are left out. `None` where fewer than half are left.
pub fn percentile(replicates: impl Iterator<Item = f64>, level: f64) -> Option<(f64, f64)> {
    let (sorted, all) = defined(replicates);
    if sorted.is_empty() || 2 * sorted.len() < all {
        return None;
    }
    let tail = (1.0 - level) / 2.0;
    Some((quantile(&sorted, tail), quantile(&sorted, 1.0 - tail)))
}

/// Of fewer units the rarest resample (one in n^(n-1)) is more frequent than the levels that so few ask for, so that no resample reaches them.
pub const FEW: f64 = 6.0;

/// The percentiles at levels widened for so many units, of what the smallest part of a number is of; of few units in all at least as far as
/// Student's t of the resamples' spread reaches.
pub fn widened(sorted: &[f64], value: f64, level: f64, (units, smaller): (f64, f64)) -> (f64, f64) {
    let (low, high) = expanded(level, smaller.max(2.0));
    let (low, high) = (quantile(sorted, low), quantile(sorted, high));
    if units >= FEW {
        return (low, high);
    }
    let units = units.max(2.0);
    let spread = (variance(sorted) * units / (units - 1.0)).sqrt();
    let reach = student_quantile(f64::midpoint(1.0, level), units - 1.0) * spread;
    (low.min(value - reach), high.max(value + reach))
}

/// The interval of a number whose errors are in proportion to it, as those of a variance, of so many units: that of Student's t for its
/// logarithm, about the centre of the basic bootstrap. `None` where the number or a replicate has no logarithm, or nothing varies.
pub fn proportional(value: f64, replicates: &[f64], level: f64, units: f64) -> Option<(f64, f64)> {
    if value <= 0.0 || replicates.is_empty() || !replicates.iter().all(|number| *number > 0.0) {
        return None;
    }
    let logarithms: Vec<f64> = replicates.iter().map(|number| (number / value).ln()).collect();
    let (off, units) = (logarithms.iter().sum::<f64>() / logarithms.len() as f64, units.max(2.0));
    let spread = (variance(&logarithms) * units / (units - 1.0)).sqrt();
    let reach = student_quantile(f64::midpoint(1.0, level), units - 1.0) * spread;
    let (lower, upper) = (value * (-off - reach).exp(), value * (-off + reach).exp());
    (spread > 0.0).then(|| (lower.min(value), upper.max(value)))
}

/// Whether an interval leaves 0 out.
pub fn excludes_zero((lower, upper): (f64, f64)) -> bool {
    lower > 0.0 || upper < 0.0
}

/// The two-sided p at which an interval reaches 0: of its levels, which say how wide it is, the one to which it leaves 0 out.
pub fn reaching_zero(interval: impl Fn(f64) -> Option<(f64, f64)>) -> Option<f64> {
    // In normal quantiles, since p may be very small.
    let p = |z: f64| 2.0 * normal_cdf(-z);
    let (mut low, mut high) = (0.0, 8.0);
    interval(1.0 - p(1.0))?;
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        let (lower, upper) = interval(1.0 - p(middle))?;
        if excludes_zero((lower, upper)) { low = middle } else { high = middle }
    }
    Some(if low > 0.0 { p(f64::midpoint(low, high)) } else { 1.0 })
}

/// The two-sided p at which intervals widened for so many units reach 0, where plain ones do at `p`.
pub fn expanded_p(p: f64, units: f64, uncertainty: &Uncertainty) -> f64 {
    if uncertainty.method() == Method::Percentile {
        return p;
    }
    let units = units.max(2.0);
    let z = normal_quantile(p / 2.0) / (units / (units - 1.0)).sqrt();
    student_two_sided(z, units - 1.0).min(1.0)
}

/// How much more tied groups move the largest of them than its resamples show, in what these do show ([`of_gap`]).
pub const UNSEEN: f64 = std::f64::consts::SQRT_2;

/// Limits of a distance, which errors of what it is made of lengthen on the whole (where it does not grow with disparity: shorten).
///
/// So its replicates lie off it on one side, further the shorter it is, and their percentiles would never reach that of no disparity. They
/// do tell how far it may be off: their far end is one limit, and the other lies as far away on the other side (the basic bootstrap's,
/// Davison and Hinkley 1997, 5.2). Where it is long, both are those of a normal error.
///
/// Where groups are tied for the largest, the distance itself is off by a bias of which the replicates show a part only: a number is there
/// a positively homogeneous function of errors, f(Z) (Dümbgen 1993, Probability Theory and Related Fields 95; Fang and Santos 2019), which
/// is off by E f(Z), while replicates add errors to errors, and are off by E f(Z + Z*) - f(Z) = (√2 - 1) E f(Z). What they do not show, √2
/// times what they do, is added on the near side; where no group is tied, there is none of it.
pub fn of_gap(replicates: impl Iterator<Item = f64>, value: f64, grows: bool, level: f64) -> Option<(f64, f64)> {
    let (sorted, all) = defined(replicates);
    if sorted.is_empty() || 2 * sorted.len() < all {
        return None;
    }
    let away = |other: f64| if grows { other - value } else { value - other }.max(0.0);
    let end = f64::midpoint(1.0, level);
    let reach = away(quantile(&sorted, if grows { end } else { 1.0 - end }));
    let shown = away(sorted.iter().sum::<f64>() / sorted.len() as f64);
    let near = reach + UNSEEN * shown;
    Some(if grows { (value - near, value + reach) } else { (value - reach, value + near) })
}

/// The interval of a weighted sum of numbers that is `furthest` from 0 at most, the least known of which rests on so many units: the
/// percentiles at levels widened for these. Where all resamples agree, the most that so many agreeing units let the numbers differ; so it is too
/// where a number of limited range rests on one unit alone, of which no resample says how far others are from it.
pub fn of_contrast((value, drawn): (f64, &[f64]), units: f64, furthest: f64, level: f64, uncertainty: &Uncertainty) -> Option<(f64, f64)> {
    let (sorted, all) = defined(drawn.iter().copied());
    if sorted.is_empty() || 2 * sorted.len() < all {
        return None;
    }
    let plain = uncertainty.method() == Method::Percentile;
    let alone = !plain && units <= 1.0 + 1e-9 && furthest.is_finite();
    let (lower, upper) = if !is_still(&sorted) && !alone {
        let tail = (1.0 - level) / 2.0;
        if plain { (quantile(&sorted, tail), quantile(&sorted, 1.0 - tail)) } else { widened(&sorted, value, level, (units, units)) }
    } else {
        let (_, unseen) = share::interval(0.0, units.max(1.0), level, uncertainty.shares());
        let reach = unseen * furthest;
        if !reach.is_finite() {
            return None;
        }
        (value - reach, value + reach)
    };
    // Few resamples, or those of a number that errs to one side, may all lie on one side of it.
    Some((lower.min(value).max(-furthest), upper.max(value).min(furthest)))
}

/// Replicates so many times as far from their mean, which is brought to the number; NaN stays.
pub fn stretched(replicates: &[f64], value: f64, times: f64) -> Vec<f64> {
    let defined = || replicates.iter().filter(|number| !number.is_nan());
    let mean = defined().sum::<f64>() / defined().count().max(1) as f64;
    replicates.iter().map(|number| value + times * (number - mean)).collect()
}

/// What chance alone gives: the median of the gaps under permuted labels, and the share of them that are at least as far out as the
/// observed one, which counts as one of them.
pub fn null(permuted: impl Iterator<Item = f64>, observed: f64, grows: bool) -> Option<(f64, f64)> {
    let (sorted, _) = defined(permuted);
    if sorted.is_empty() {
        return None;
    }
    // Sums in another order may differ in the last bits.
    let slack = 1e-12;
    let hits = sorted.iter().filter(|gap| if grows { **gap >= observed - slack } else { **gap <= observed + slack }).count();
    Some((quantile(&sorted, 0.5), (hits + 1) as f64 / (sorted.len() + 1) as f64))
}

/// Whether all replicates that have a number have the same.
pub fn is_still(replicates: &[f64]) -> bool {
    let (least, most) =
        replicates.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (least.min(*value), most.max(*value)));
    most - least <= 1e-12
}

fn defined(replicates: impl Iterator<Item = f64>) -> (Vec<f64>, usize) {
    let mut all = 0;
    let mut sorted: Vec<f64> = replicates.inspect(|_| all += 1).filter(|value| !value.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    (sorted, all)
}

/// The variance of some numbers (n − 1); 0 for fewer than two, and for what only rounding sets apart.
pub(super) fn variance(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let sum: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    if n > 1.0 && sum > 1e-20 { sum / (n - 1.0) } else { 0.0 }
}

/// The quantile of sorted numbers, by linear interpolation (Hyndman and Fan's type 7, as numpy's default).
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (low, high) = (place.floor() as usize, place.ceil() as usize);
    sorted[low] + (sorted[high] - sorted[low]) * (place - place.floor())
}
