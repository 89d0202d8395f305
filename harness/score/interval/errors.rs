//! Numbers that err further to one side than to the other, and intervals that know it.
//!
//! Few items leave little room above a ranking that is nearly perfect and much below it, and the resamples of one that happens to be better
//! than it should lie closer together still: percentiles of them miss the truth on one side. What resamples do tell is a spread; how it
//! changes along the way to the truth follows from what kind of number it is.

use crate::score::interval::share::{student_quantile, wilson};
use crate::score::interval::{Sample, defined, expanded, null, of_gap, proportional, quantile, variance};

/// How a number of a sample errs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errors {
    /// As its resamples do.
    AsDrawn,
    /// As a share does, the less the nearer it is to 0 or 1.
    OfShare,
    /// Evenly, as its odds' logarithm.
    OfOdds,
    /// In proportion to itself, as what is above 0 and has a long tail.
    Proportional,
    /// Up: chance alone makes a distance where there is none.
    OfDistance,
    /// As two shares do that it is a function of.
    OfMistakes,
    /// As the shares of classes do that make it.
    OfClasses,
}

impl Errors {
    /// The interval in words; none where it is that of any number.
    pub fn words(self) -> &'static str {
        match self {
            Self::AsDrawn => "",
            Self::OfShare => {
                "Wilson's (1927), with Student's t, of as many items as a share would vary as much of in resamples, as Newcombe (2006) does \
                 (`method: standard`)"
            }
            Self::OfOdds => {
                "Student's t for the logarithm of the odds, as Boyd, Eng and Page (2013) do, with the spread of resamples, and below with their bias (`method: \
                 standard`)"
            }
            Self::OfDistance => {
                "the basic bootstrap's, from which the bias of distances is taken off; from 0 where errors as large, whose side a coin says for every \
                 unit (the wild bootstrap: Liu 1988), are often as far off; of differences from the limits of both, about the middle of each, or about 0 where \
                 chance explains it (MOVER: Zou and Donner 2008) (`method: standard`)"
            }
            Self::OfMistakes => {
                "as far as the limits of what is missed and of what is falsely alarmed move it, at a right angle (MOVER: Zou and Donner 2008), and at \
                 least that of resamples where items do not count alike (`method: standard`)"
            }
            Self::OfClasses => {
                "of a mean as far as the exact limits of the classes move it, at a right angle (MOVER: Zou and Donner 2008); of the worst class \
                 intersection bounds (`method: standard`)"
            }
            Self::Proportional => {
                "Student's t for the logarithm, with the spread and the bias of resamples, and above with their skewness (`method: standard`)"
            }
        }
    }

    /// The interval of such a number; `None` where it is that of its resamples, or these say too little. `chance` is what a distance is where
    /// there is none.
    pub fn interval(self, sample: &Sample<'_>, chance: &[f64], level: f64) -> Option<(f64, f64)> {
        let (lower, upper) = match self {
            Self::AsDrawn | Self::OfMistakes | Self::OfClasses => None,
            Self::OfShare => of_share(sample, level),
            Self::OfOdds => of_odds(sample, level),
            Self::Proportional => of_loss(sample, level),
            Self::OfDistance => of_distance(sample, chance, level),
        }?;
        let off = if sample.of_classes { off(sample) } else { 0.0 };
        // Few units may reach further than there is anything.
        Some(((lower - off.max(0.0)).max(sample.range.0), (upper - off.min(0.0)).min(sample.range.1)))
    }
}

/// Wilson's interval (1927) of as many items as a share would vary as much of: the numbers whose own spread leaves the observed one within
/// reach, as Newcombe (2006, Statistics in Medicine 25(4), method 5) solves for the AUC; with Student's t for how few the units are.
fn of_share(sample: &Sample<'_>, level: f64) -> Option<(f64, f64)> {
    let value = sample.value;
    let items = value * (1.0 - value) / spread(sample)?.powi(2);
    Some(wilson(value * items, items, reach(sample, level)))
}

/// Student's t for the logarithm of the odds, back on the number's scale: the logit interval that Boyd, Eng and Page (2013, Area under the
/// precision-recall curve, ECML PKDD) recommend for average precision, with the bootstrap's spread. Few positives make the number too high,
/// and the duplicates of resamples higher still: the lower limit takes off what these show.
fn of_odds(sample: &Sample<'_>, level: f64) -> Option<(f64, f64)> {
    let value = sample.value;
    let slope = 1.0 / (value * (1.0 - value));
    let off = reach(sample, level) * spread(sample)? * slope;
    let at = |off: f64| 1.0 / (1.0 + (1.0 - value) / value * (-off).exp());
    Some((at(-off - bias(sample).max(0.0) * slope), at(off)))
}

/// Student's t for the logarithm ([`proportional`]), which reaches further above: few items that are far off make most of a mean loss, and
/// samples without them are low and vary less (Johnson 1978, Journal of the American Statistical Association 73(363): the mean of a skewed
/// sample and its spread go together). A third of the skewness that resamples show adds to the variance.
fn of_loss(sample: &Sample<'_>, level: f64) -> Option<(f64, f64)> {
    let value = sample.value;
    let (lower, upper) = proportional(value, sample.replicates, level, sample.smaller)?;
    let mean = bias(sample) + value;
    let spread = variance(sample.replicates).sqrt();
    let skewness = sample.replicates.iter().map(|number| ((number - mean) / spread).powi(3)).sum::<f64>() / sample.replicates.len() as f64;
    Some((lower, value * (upper / value).powf((1.0 + skewness.abs() / 3.0).sqrt())))
}

/// Limits of a distance. The lower one is that of none where chance gives as much too often ([`explained`]), else
/// that of a gap ([`of_gap`]): resamples of bins that hold few items hardly vary, and do not see how far these may be off.
///
/// From the upper one half the bias that resamples show is taken off: all of it would be too much just where a number is too low, since what
/// is near 0 by luck has resamples that are all further away.
fn of_distance(sample: &Sample<'_>, chance: &[f64], level: f64) -> Option<(f64, f64)> {
    let ((least, most), value) = (sample.range, sample.value);
    let (sorted, _) = defined(sample.replicates.iter().copied());
    let (tail, end) = expanded(level, sample.smaller.max(2.0));
    let (lower, _) = of_gap(sorted.iter().copied(), value, true, end - tail)?;
    if 2 * sorted.len() < sample.replicates.len() || sorted[sorted.len() - 1] - sorted[0] <= 1e-12 {
        return None;
    }
    let mean = sorted.iter().sum::<f64>() / sorted.len() as f64;
    let upper = value - (mean - value).max(0.0) / 2.0 + (quantile(&sorted, end) - mean);
    Some((if explained(value, chance, level) { least } else { lower.max(least) }, upper.clamp(value, most)))
}

/// Whether chance, where it is told, gives a distance as large more often than a lower limit may be too high.
pub fn explained(value: f64, chance: &[f64], level: f64) -> bool {
    null(chance.iter().copied(), value, true).is_some_and(|(_, p)| p > (1.0 - level) / 2.0)
}

/// How far a mean over classes may be off: twice what resamples show, since an average precision of few positives is too high by more than
/// their duplicates make it.
fn off(sample: &Sample<'_>) -> f64 {
    2.0 * bias(sample)
}

/// How much higher resamples are than the number, on average.
fn bias(sample: &Sample<'_>) -> f64 {
    let (sorted, _) = defined(sample.replicates.iter().copied());
    sorted.iter().sum::<f64>() / sorted.len() as f64 - sample.value
}

/// How many spreads an interval reaches.
fn reach(sample: &Sample<'_>, level: f64) -> f64 {
    student_quantile(f64::midpoint(1.0, level), sample.smaller.max(2.0) - 1.0)
}

/// The standard deviation of resamples, which know of n units but n - 1 (Hesterberg 2015, section 4.1.1); `None` where they do not vary,
/// where most have no number, or this one lies at an end of its range.
fn spread(sample: &Sample<'_>) -> Option<f64> {
    let (sorted, all) = defined(sample.replicates.iter().copied());
    let (variance, units) = (variance(&sorted), sample.smaller.max(2.0));
    let inside = 0.0 < sample.value && sample.value < 1.0;
    (inside && variance > 0.0 && 2 * sorted.len() >= all).then(|| (variance * units / (units - 1.0)).sqrt())
}
