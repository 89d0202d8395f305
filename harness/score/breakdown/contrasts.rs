//! What reductions set against what, for their limits.

use super::reduction::{Against, Pick, Reduction, Step};
use crate::score::interval::gap::{Contrast, Family, Leg};

impl Reduction {
    /// What it is the largest or the smallest of (or the mean of several such), among the legs of the groups and that of what they are set
    /// against. Empty where it is neither.
    pub fn contrasts(self, family: &Family<'_>, groups: &[usize], against: Option<usize>) -> Vec<Vec<Contrast>> {
        match self {
            Self::MeanAbsDifference => {
                let pairs = groups.iter().enumerate().flat_map(|(place, a)| groups[place + 1..].iter().map(move |b| (*a, *b)));
                pairs.map(|(a, b)| [family.difference(a, b), family.difference(b, a)].into_iter().flatten().collect()).collect()
            }
            Self::Relative(_, Pick::Mean) => self.one(family, groups, against).into_iter().map(|contrast| vec![contrast]).collect(),
            _ => Some(self.one(family, groups, against)).filter(|one| !one.is_empty()).into_iter().collect(),
        }
    }

    fn one(self, family: &Family<'_>, groups: &[usize], against: Option<usize>) -> Vec<Contrast> {
        let ordered = || groups.iter().flat_map(|a| groups.iter().map(move |b| (*a, *b))).filter(|(a, b)| a != b);
        let straight = || groups.iter().zip(against.iter().cycle()).map(|(group, all)| (*group, *all));
        let turned = || straight().flat_map(|(group, all)| [(group, all), (all, group)]);
        let is_ratio = matches!(self, Self::Ratio(_) | Self::Relative(Step::Over, _));
        match self {
            // Limits of ratios are those of numbers that are never negative.
            _ if (is_ratio || self == Self::Shortfall) && family.legs.iter().any(|leg| leg.value < 0.0) => Vec::new(),
            Self::Difference(Against::Groups) => ordered().filter_map(|(a, b)| family.difference(a, b)).collect(),
            Self::Difference(_) => turned().filter_map(|(a, b)| family.difference(a, b)).collect(),
            Self::Ratio(Against::Groups) | Self::Skewness => ordered().filter_map(|(a, b)| family.ratio(a, b)).collect(),
            Self::Ratio(_) => turned().filter_map(|(a, b)| family.ratio(a, b)).collect(),
            Self::Relative(Step::Minus, _) => straight().filter_map(|(a, b)| family.difference(a, b)).collect(),
            Self::Relative(Step::Over, _) => straight().filter_map(|(a, b)| family.ratio(a, b)).collect(),
            Self::GroupMin | Self::GroupMax => groups.iter().map(|group| family.single(*group)).collect(),
            // Whichever is the best group, the others fall short of it by 1 less the ratio of their mean to it: the most of these.
            Self::Shortfall => {
                let (groups, rests) = groups.split_at(groups.len() / 2);
                rests.iter().zip(groups).filter_map(|(rest, best)| family.ratio(*rest, *best)).map(Contrast::missing).collect()
            }
            _ => Vec::new(),
        }
    }

    /// What its contrasts need after the groups' legs: for a shortfall, the mean of the others of each. `None` where these do not vary.
    pub fn rests(self, family: &Family<'_>, groups: &[usize]) -> Option<Vec<Leg>> {
        let others = |best: &usize| groups.iter().copied().filter(|group| group != best).collect::<Vec<usize>>();
        match self {
            Self::Shortfall => groups.iter().map(|best| family.mean(&others(best))).collect(),
            _ => Some(Vec::new()),
        }
    }

    /// A group's leg as its contrasts see it: of a metric that is 1 at its best, skewness compares what is missing.
    pub fn leg(self, leg: Leg) -> Leg {
        match self {
            Self::Skewness => {
                Leg { value: 1.0 - leg.value, down: leg.up, up: leg.down, errors: leg.errors.into_iter().map(|error| -error).collect() }
            }
            _ => leg,
        }
    }

    /// Whether its contrasts are differences, be they of two groups or of a group and what it is set against.
    pub fn subtracts(self) -> bool {
        matches!(self, Self::Difference(_) | Self::MeanAbsDifference | Self::Relative(Step::Minus, _))
    }
}
