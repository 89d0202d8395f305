//! From one number a group to one number over groups, or to one a group against a reference.

use crate::score::breakdown::among::{Among, Sums, apart, logarithms};
use crate::score::measurement::Direction;
use crate::score::value::{Cause, Value};
use crate::spec::evaluation::Policy;

/// How the groups' numbers become one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reduction {
    /// The largest minus the smallest; to one number: the largest distance from it.
    Difference(Against),
    /// The smallest over the largest; to one number: the smallest ratio with it, folded to at most 1.
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
    /// The same, of which groups that are a sample of more are not too low an estimate: times G / (G - 1).
    CorrectedGini,
    /// The largest over the geometric mean.
    Inequity,
    /// The number of all items, scaled down by how far the groups are apart.
    EquityScaled(Scale),
    /// The mean of the groups, each counting the same.
    MeanOverGroups,
    /// The mean of the groups, each counting as often as it has items.
    WeightedMean,
    /// The worst group's distance from 1 over the best one's.
    Skewness,
    /// The mean over the other groups of the share by which they fall short of the best.
    Shortfall,
    /// The share of groups that reach a level.
    Levelled(f64),
    /// The largest distance of a group from all items, times the group's share of the items.
    SubgroupUnfairness,
    /// The groups set against a reference, signed.
    Relative(Step, Pick),
    /// None: the metric itself is a function of all groups.
    Joint {
        /// Whether groups that do not differ still give a number above that of no gap.
        gap: bool,
        /// Which way is better.
        direction: Direction,
    },
}

/// What groups are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    /// Each other.
    Groups,
    /// All items together.
    Overall,
    /// One of them.
    Reference,
}

/// How a group is set against the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Minus the reference's number.
    Minus,
    /// Over the reference's number.
    Over,
}

/// What becomes of the groups that are set against a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// One number a group.
    Each,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// The mean.
    Mean,
}

/// What the number of all items is divided by, less 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// The standard deviation over groups.
    GroupStd,
    /// The sum of the groups' distances from the number of all items.
    SumOfDistances,
}

impl Reduction {
    /// Reduces the numbers of the groups that are kept, each known by its place; `overall` is that of all items.
    pub fn of(self, value: impl Fn(usize) -> Value, overall: Value, among: &Among<'_>) -> Value {
        let reference = if self.is_anchored() { Some(among.reference(&value)?) } else { None };
        let mut sums = Sums::NONE;
        let mut all: Vec<f64> = Vec::new();
        for group in among.members().filter(|group| Some(*group) != reference) {
            match value(group) {
                Ok(value) => {
                    sums.add(value, among.sizes[group]);
                    match (self, overall) {
                        (Self::SubgroupUnfairness, Ok(overall)) => all.push((value - overall).abs() * among.sizes[group]),
                        _ if self.needs_all() => all.push(value),
                        _ => {}
                    }
                }
                Err(undefined) if among.policy == Policy::Propagate => return Err(undefined.in_group(group)),
                Err(_) => {}
            }
        }
        if sums.count < self.least() {
            let cause = if self.least() == 1 && reference.is_none() { Cause::NoGroups } else { Cause::FewGroups };
            return Err(cause.into());
        }
        // What one group has beside small ones says nothing of groups, be it the worst or the mean.
        if reference.is_none() && among.groups.len() > 1 && among.members().take(2).count() == 1 {
            return Err(Cause::FewGroups.into());
        }
        let against = match reference {
            Some(group) => value(group).map_err(|undefined| undefined.in_group(group)),
            None => overall,
        };
        self.reduce(&sums, all, against)
    }

    pub(super) fn reduce(self, sums: &Sums, mut all: Vec<f64>, against: Value) -> Value {
        let Sums { low, high, .. } = *sums;
        let (mean, groups) = (sums.mean(), f64::from(sums.count));
        match self {
            // Numbers that cancel out, as disparities do, are summed with errors.
            Self::GroupCv | Self::Gini | Self::CorrectedGini if mean <= 1e-12 * high.abs().max(low.abs()) => Err(Cause::ZeroMean.into()),
            Self::Inequity if low <= 0.0 => Err(Cause::ZeroSmallest.into()),
            Self::Inequity => Ok(high / (logarithms(&mut all) / groups).exp()),
            Self::CorrectedGini => Ok(apart(&mut all) / groups / (groups - 1.0) / mean),
            Self::GroupCv => Ok(sums.deviation() / mean),
            Self::Gini => Ok(apart(&mut all) / groups.powi(2) / mean),
            Self::EquityScaled(Scale::GroupStd) => against.map(|overall| overall / (1.0 + sums.deviation())),
            Self::EquityScaled(Scale::SumOfDistances) => {
                against.map(|overall| overall / (1.0 + all.iter().map(|value| (value - overall).abs()).sum::<f64>()))
            }
            Self::GroupMin => Ok(low),
            Self::GroupMax => Ok(high),
            Self::MeanAbsDifference => Ok(apart(&mut all) / (groups * (groups - 1.0) / 2.0)),
            Self::GroupStd => Ok(sums.deviation()),
            Self::MeanOverGroups => Ok(mean),
            Self::WeightedMean if sums.weight <= 0.0 => Err(Cause::NoItems.into()),
            Self::WeightedMean => Ok(sums.weighted / sums.weight),
            Self::Skewness if high >= 1.0 => Err(Cause::PerfectGroup.into()),
            Self::Skewness => Ok((1.0 - low) / (1.0 - high)),
            // As defined: no disparity where nothing is right anywhere.
            Self::Shortfall if high <= 0.0 => Ok(0.0),
            Self::Shortfall => Ok((groups - sums.sum / high) / (groups - 1.0)),
            Self::Levelled(level) => Ok(all.iter().filter(|value| **value >= level).count() as f64 / groups),
            Self::SubgroupUnfairness if sums.weight <= 0.0 => Err(Cause::NoItems.into()),
            Self::SubgroupUnfairness => against.map(|_| all.iter().copied().fold(0.0, f64::max) / sums.weight),
            Self::Difference(Against::Groups) => Ok(high - low),
            Self::Difference(_) => against.map(|against| (high - against).max(against - low)),
            Self::Ratio(Against::Groups) if high == 0.0 => Err(Cause::ZeroLargest.into()),
            Self::Ratio(Against::Groups) => Ok(low / high),
            Self::Ratio(to) => match against? {
                0.0 if to == Against::Overall => Err(Cause::ZeroOverall.into()),
                0.0 => Err(Cause::ZeroReference.into()),
                against => Ok((low / against).min(against / high)),
            },
            Self::Relative(step, Pick::Min) => step.of(low, against?),
            Self::Relative(step, Pick::Max) => step.of(high, against?),
            Self::Relative(step, Pick::Each | Pick::Mean) => step.of(mean, against?),
            Self::Joint { .. } => Ok(mean),
        }
    }

    /// The number of one group against the reference, for a reduction that has one a group.
    pub fn of_each(self, group: usize, value: impl Fn(usize) -> Value, among: &Among<'_>) -> Value {
        let reference = among.reference(&value)?;
        let against = value(reference).map_err(|undefined| undefined.in_group(reference))?;
        match self {
            Self::Relative(step, _) => step.of(value(group)?, against),
            _ => value(group),
        }
    }

    fn needs_all(self) -> bool {
        matches!(
            self,
            Self::MeanAbsDifference
                | Self::Gini
                | Self::CorrectedGini
                | Self::Inequity
                | Self::Levelled(_)
                | Self::EquityScaled(Scale::SumOfDistances)
        )
    }

    /// The fewest groups that it is defined for, a reference not counted.
    fn least(self) -> u32 {
        match self {
            Self::Difference(Against::Groups | Against::Overall)
            | Self::Ratio(Against::Groups | Against::Overall)
            | Self::MeanAbsDifference
            | Self::GroupStd
            | Self::GroupCv
            | Self::Gini
            | Self::CorrectedGini
            | Self::Inequity
            | Self::Skewness
            | Self::Shortfall => 2,
            _ => 1,
        }
    }

    /// Whether it is a largest of its contrasts, and not a smallest.
    pub fn is_largest(self) -> bool {
        match self {
            Self::Difference(_) | Self::GroupMax | Self::MeanAbsDifference | Self::Skewness | Self::Shortfall => true,
            Self::Relative(_, pick) => pick != Pick::Min,
            _ => false,
        }
    }

    /// Whether it grows with how far all groups are apart, and is no largest contrast of two.
    pub fn is_spread(self) -> bool {
        self == Self::Shortfall || self.grows() && !self.is_largest()
    }

    /// Whether it is a mean of several contrasts.
    pub fn is_mean(self) -> bool {
        matches!(self, Self::MeanAbsDifference | Self::Relative(_, Pick::Mean))
    }

    /// Whether groups are set against all items.
    pub fn to_overall(self) -> bool {
        matches!(
            self,
            Self::Difference(Against::Overall) | Self::Ratio(Against::Overall) | Self::EquityScaled(_) | Self::SubgroupUnfairness
        )
    }

    /// Whether groups are set against one of them.
    pub fn is_anchored(self) -> bool {
        matches!(self, Self::Difference(Against::Reference) | Self::Ratio(Against::Reference) | Self::Relative(..))
    }

    /// Whether there still is one number a group.
    pub fn is_each(self) -> bool {
        matches!(self, Self::Relative(_, Pick::Each))
    }

    /// Its own least and largest value, for a metric's.
    pub fn limits(self, (least, most): (f64, f64)) -> (f64, f64) {
        match self {
            Self::Difference(_) | Self::MeanAbsDifference | Self::GroupStd | Self::SubgroupUnfairness => (0.0, most - least),
            // Of numbers that may be negative, the sign of a ratio says which are.
            Self::Ratio(_) | Self::Relative(Step::Over, _) if least < 0.0 => (f64::NEG_INFINITY, f64::INFINITY),
            // Parts of a sum may be larger than the sum where others are negative.
            Self::Gini | Self::CorrectedGini | Self::Shortfall if least < 0.0 => (0.0, f64::INFINITY),
            Self::Ratio(_) | Self::Gini | Self::CorrectedGini | Self::Shortfall | Self::Levelled(_) => (0.0, 1.0),
            Self::GroupCv | Self::Relative(Step::Over, _) => (0.0, f64::INFINITY),
            Self::Skewness | Self::Inequity => (1.0, f64::INFINITY),
            Self::Relative(Step::Minus, _) => (least - most, most - least),
            Self::GroupMin | Self::GroupMax | Self::MeanOverGroups | Self::WeightedMean | Self::EquityScaled(_) | Self::Joint { .. } => {
                (least, most)
            }
        }
    }

    /// Which way is better, for a metric of which this way is.
    pub fn direction(self, of: Direction) -> Direction {
        match self {
            Self::GroupMin | Self::GroupMax | Self::MeanOverGroups | Self::WeightedMean | Self::EquityScaled(_) => of,
            Self::Relative(..) => Direction::Neutral,
            Self::Joint { direction, .. } => direction,
            // To reach a level is better where more is.
            Self::Levelled(_) => {
                if of == Direction::Lower {
                    Direction::Lower
                } else {
                    Direction::Higher
                }
            }
            Self::Ratio(_) => Direction::Higher,
            _ => Direction::Lower,
        }
    }

    /// Whether groups that do not differ still give a number above (or for a ratio below) that of no gap, so that a null belongs to it.
    pub fn is_gap(self) -> bool {
        matches!(self, Self::Ratio(_)) || self.grows()
    }

    /// Whether errors of the groups' numbers move it up on the whole, as they do gaps, or down; `None` where to neither side.
    pub fn errs_up(self) -> Option<bool> {
        let scaled_down = matches!(self, Self::EquityScaled(_));
        (self.is_gap() || scaled_down).then(|| self.grows())
    }

    /// Whether chance moves it to one side: a gap, or the largest or smallest of the groups.
    pub fn is_extreme(self) -> bool {
        self.errs_up().is_some() || matches!(self, Self::GroupMin | Self::GroupMax)
    }

    /// Its value where groups do not differ, if it is a gap or has a sign.
    pub fn no_effect(self) -> Option<f64> {
        match self {
            Self::Ratio(_) | Self::Inequity | Self::Skewness => Some(1.0),
            _ => (self.is_signed() || self.is_gap()).then_some(0.0),
        }
    }

    /// Whether it has a sign, and is 0 where groups do not differ.
    pub fn is_signed(self) -> bool {
        matches!(self, Self::Relative(Step::Minus, _))
    }

    /// Whether a larger number means more disparity.
    pub fn grows(self) -> bool {
        matches!(
            self,
            Self::Difference(_)
                | Self::MeanAbsDifference
                | Self::GroupStd
                | Self::GroupCv
                | Self::Gini
                | Self::CorrectedGini
                | Self::Inequity
                | Self::Skewness
                | Self::Shortfall
                | Self::SubgroupUnfairness
                | Self::Joint { gap: true, .. }
        )
    }
}

impl Step {
    pub(super) fn of(self, value: f64, reference: f64) -> Value {
        match self {
            Self::Minus => Ok(value - reference),
            Self::Over if reference == 0.0 => Err(Cause::ZeroReference.into()),
            Self::Over => Ok(value / reference),
        }
    }

    /// The number of the reference itself.
    pub fn unit(self) -> f64 {
        match self {
            Self::Minus => 0.0,
            Self::Over => 1.0,
        }
    }
}
