//! From one number a group to one number over groups.

use super::gap::{Contrast, Family};
use super::value::{Cause, Value};
use crate::spec::evaluation::Policy;

/// How the groups' numbers become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    /// The largest minus the smallest; to the overall number: the largest distance from it.
    Difference(Against),
    /// The smallest over the largest; to the overall number: the smallest ratio with it, folded to at most 1.
    Ratio(Against),
    /// The smallest.
    GroupMin,
    /// The largest.
    GroupMax,
    /// The mean over pairs of groups of how far apart they are.
    MeanAbsDifference,
    /// The standard deviation of the groups, each counting the same (divided by their number).
    GroupStd,
    /// The same over the groups' mean.
    GroupCv,
    /// The mean distance between two groups (a group and itself included) over twice their mean.
    Gini,
    /// The number of all items over 1 plus the groups' standard deviation.
    EquityScaled,
    /// The mean of the groups, each counting the same.
    MeanOverGroups,
}

/// What groups are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    /// Each other.
    Groups,
    /// All items together.
    Overall,
}

/// How two criteria, or the numbers of several classes, become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combine {
    /// The mean.
    Mean,
    /// The sum.
    Sum,
    /// The largest.
    Max,
    /// The smallest.
    Min,
}

impl Reduction {
    /// Reduces the values of the groups that are kept; `overall` is that of all items.
    pub fn of(self, values: impl Iterator<Item = Value>, overall: Value, kept: &[bool], policy: Policy) -> Value {
        let mut low = f64::INFINITY;
        let mut high = f64::NEG_INFINITY;
        let mut left = 0_u32;
        let (mut sum, mut squares) = (0.0, 0.0);
        let mut all: Vec<f64> = Vec::new();
        for (group, value) in values.enumerate().filter(|(group, _)| kept[*group]) {
            match value {
                Ok(value) => {
                    low = low.min(value);
                    high = high.max(value);
                    left += 1;
                    sum += value;
                    squares += value * value;
                    if matches!(self, Self::MeanAbsDifference | Self::Gini) {
                        all.push(value);
                    }
                }
                Err(undefined) if policy == Policy::Propagate => return Err(undefined.in_group(group)),
                Err(_) => {}
            }
        }
        if (left as usize) < self.least() {
            return Err(Cause::FewGroups.into());
        }
        let mean = sum / f64::from(left);
        let deviation = || (squares / f64::from(left) - mean * mean).max(0.0).sqrt();
        match self {
            Self::GroupCv | Self::Gini if mean <= 0.0 => Err(Cause::ZeroMean.into()),
            Self::GroupCv => Ok(deviation() / mean),
            Self::Gini => Ok(apart(&mut all) / (all.len() as f64).powi(2) / mean),
            Self::EquityScaled => overall.map(|overall| overall / (1.0 + deviation())),
            Self::GroupMin => Ok(low),
            Self::GroupMax => Ok(high),
            Self::MeanAbsDifference => {
                let n = all.len() as f64;
                Ok(apart(&mut all) / (n * (n - 1.0) / 2.0))
            }
            Self::GroupStd => Ok(deviation()),
            Self::MeanOverGroups => Ok(mean),
            Self::Difference(Against::Groups) => Ok(high - low),
            Self::Difference(Against::Overall) => overall.map(|overall| (high - overall).max(overall - low)),
            Self::Ratio(Against::Groups) if high == 0.0 => Err(Cause::ZeroLargest.into()),
            Self::Ratio(Against::Groups) => Ok(low / high),
            Self::Ratio(Against::Overall) => match overall? {
                0.0 => Err(Cause::ZeroOverall.into()),
                overall => Ok((low / overall).min(overall / high)),
            },
        }
    }

    /// The fewest groups that it is defined for.
    fn least(self) -> usize {
        match self {
            Self::Difference(Against::Groups)
            | Self::Ratio(Against::Groups)
            | Self::MeanAbsDifference
            | Self::GroupStd
            | Self::GroupCv
            | Self::Gini => 2,
            _ => 1,
        }
    }

    /// What it is the largest or the smallest of (or the mean of several such), among the legs of the groups and that of all items. Empty
    /// where it is neither.
    pub fn contrasts(self, family: &Family<'_>, groups: &[usize], overall: Option<usize>) -> Vec<Vec<Contrast>> {
        if self == Self::MeanAbsDifference {
            let pairs = groups.iter().enumerate().flat_map(|(place, a)| groups[place + 1..].iter().map(move |b| (*a, *b)));
            return pairs.map(|(a, b)| [family.difference(a, b), family.difference(b, a)].into_iter().flatten().collect()).collect();
        }
        let one = self.one(family, groups, overall);
        if one.is_empty() { Vec::new() } else { vec![one] }
    }

    fn one(self, family: &Family<'_>, groups: &[usize], overall: Option<usize>) -> Vec<Contrast> {
        let ordered = || groups.iter().flat_map(|a| groups.iter().map(move |b| (*a, *b))).filter(|(a, b)| a != b);
        let turned = || groups.iter().zip(overall.iter().cycle()).flat_map(|(group, all)| [(*group, *all), (*all, *group)]);
        match self {
            Self::Difference(Against::Groups) => ordered().filter_map(|(a, b)| family.difference(a, b)).collect(),
            Self::Difference(Against::Overall) => turned().filter_map(|(a, b)| family.difference(a, b)).collect(),
            Self::Ratio(Against::Groups) => ordered().filter_map(|(a, b)| family.ratio(a, b)).collect(),
            Self::Ratio(Against::Overall) => turned().filter_map(|(a, b)| family.ratio(a, b)).collect(),
            Self::GroupMin | Self::GroupMax => groups.iter().map(|group| family.single(*group)).collect(),
            Self::MeanAbsDifference | Self::GroupStd | Self::GroupCv | Self::Gini | Self::EquityScaled | Self::MeanOverGroups => Vec::new(),
        }
    }

    /// Whether it is a largest of its contrasts, and not a smallest.
    pub fn is_largest(self) -> bool {
        matches!(self, Self::Difference(_) | Self::GroupMax | Self::MeanAbsDifference)
    }

    /// Whether groups are set against all items.
    pub fn to_overall(self) -> bool {
        matches!(self, Self::Difference(Against::Overall) | Self::Ratio(Against::Overall) | Self::EquityScaled)
    }

    /// Its own least and largest value, for a metric's.
    pub fn limits(self, (least, most): (f64, f64)) -> (f64, f64) {
        match self {
            Self::Difference(_) | Self::MeanAbsDifference | Self::GroupStd => (0.0, most - least),
            Self::Ratio(_) | Self::Gini => (0.0, 1.0),
            Self::GroupCv => (0.0, f64::INFINITY),
            Self::GroupMin | Self::GroupMax | Self::MeanOverGroups | Self::EquityScaled => (least, most),
        }
    }

    /// Whether groups that do not differ still give a number above (or for a ratio below) that of no gap, so that a null belongs to it.
    pub fn is_gap(self) -> bool {
        matches!(self, Self::Difference(_) | Self::Ratio(_) | Self::MeanAbsDifference | Self::GroupStd | Self::GroupCv | Self::Gini)
    }

    /// Whether a larger number means more disparity.
    pub fn grows(self) -> bool {
        matches!(self, Self::Difference(_) | Self::MeanAbsDifference | Self::GroupStd | Self::GroupCv | Self::Gini)
    }
}

/// Sum over pairs of how far apart they are. In order, the value at place i is the larger one in i pairs and the smaller in all others.
fn apart(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len() as f64 - 1.0;
    values.iter().enumerate().map(|(place, value)| value * (2.0 * place as f64 - last)).sum()
}

impl Combine {
    /// Combines values; an undefined one makes the whole undefined, unless it may be left out.
    pub fn of(self, values: impl Iterator<Item = Value>, policy: Policy) -> Value {
        let mut left = 0.0;
        let mut combined: Option<f64> = None;
        for value in values {
            let value = match value {
                Ok(value) => value,
                Err(undefined) if policy == Policy::Propagate => return Err(undefined),
                Err(_) => continue,
            };
            left += 1.0;
            combined = Some(match (self, combined) {
                (_, None) => value,
                (Self::Mean | Self::Sum, Some(sum)) => sum + value,
                (Self::Max, Some(max)) => max.max(value),
                (Self::Min, Some(min)) => min.min(value),
            });
        }
        match (self, combined) {
            (_, None) => Err(Cause::NoClasses.into()),
            (Self::Mean, Some(sum)) => Ok(sum / left),
            (_, Some(combined)) => Ok(combined),
        }
    }
}
