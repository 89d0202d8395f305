//! Numbers over groups that are the largest or smallest of contrasts, or sums of such, and their limits.

use super::block::Drawn;
use super::{Sheet, Spot};
use crate::score::breakdown::among::Among;
use crate::score::breakdown::combine::Combine;
use crate::score::interval::errors::Errors;
use crate::score::interval::gap::{self, Contrast, Family, Leg, noise};
use crate::score::metric::Over;
use crate::spec::uncertainty::{Method, Uncertainty};

/// A number over groups as a weighted sum of largest contrasts.
#[derive(Clone, Debug, Default)]
pub(super) struct Extremes {
    /// The groups' numbers.
    pub(super) legs: Vec<Leg>,
    /// The contrasts, of each part of which the largest counts.
    pub(super) parts: Vec<Vec<Contrast>>,
    /// What each part counts: negative where the number is the smallest of contrasts, which are turned.
    pub(super) weight: f64,
    /// Whether errors of different legs may be related.
    pub(super) related: bool,
    pub(super) level: f64,
    pub(super) items: f64,
    /// The least and largest that the number can be.
    pub(super) range: (f64, f64),
}

impl Extremes {
    /// Intersection bounds; `None` where there are none.
    pub(super) fn limits(&self) -> Option<(f64, f64)> {
        // Without a bootstrap there is nothing to tell limits from.
        if self.legs.first().is_none_or(|leg| leg.errors.is_empty()) {
            return None;
        }
        let family = Family { legs: &self.legs, related: self.related, level: self.level, items: self.items };
        let times = self.weight.abs();
        let so_many = |(lower, upper): (f64, f64)| (times * lower, times * upper);
        let (lower, upper) = match self.parts.as_slice() {
            // One comparison is no choice among several.
            [one] if one.len() == 1 => so_many(one[0].limits()),
            [one] => so_many(family.largest(one)?),
            parts => family.sum(parts, times)?,
        };
        let (lower, upper) = if self.weight < 0.0 { (-upper, -lower) } else { (lower, upper) };
        Some((lower.max(self.range.0), upper.min(self.range.1)))
    }
}

impl Sheet<'_> {
    /// The contrasts that a number is of; `None` where it is no largest, smallest or sum of such. There are none where a group has no limits.
    pub(super) fn extremes(
        &self,
        spot: &Spot,
        over: Over,
        among: &Among<'_>,
        drawn: &Drawn,
        uncertainty: &Uncertainty,
    ) -> Option<Extremes> {
        let metric = self.metrics[spot.metric];
        if metric.is_joint() {
            return None;
        }
        let block = &drawn.blocks[spot.metric];
        let whole = self.breakdown.groups.len() + spot.panel;
        let classes = spot.class.map_or(0..block.classes, |class| class..class + 1);
        let mut legs: Vec<Leg> = Vec::new();
        let mut parts: Vec<Vec<Contrast>> = Vec::new();
        let related = drawn.related || over.reduction.to_overall();
        let family = Family { legs: &[], related, level: uncertainty.level(), items: drawn.items };
        for (class, part) in classes.flat_map(|class| (0..block.parts).map(move |part| (class, part))) {
            let against = if over.reduction.to_overall() {
                Some(whole)
            } else if over.reduction.is_anchored() {
                Some(among.reference(|group| drawn.values[block.at(part, group, class)]).ok()?)
            } else {
                None
            };
            let others = match spot.group {
                // The reference is what it is set against.
                Some(group) if Some(group) == against => return None,
                Some(group) => vec![group],
                None => among.members().filter(|group| Some(*group) != against).collect(),
            };
            let (mut members, mut other) = (Vec::new(), None);
            for group in others.into_iter().chain(against) {
                let index = block.at(part, group, class);
                let Ok(value) = drawn.values[index] else { continue };
                let (lower, upper) = drawn.intervals[index].unwrap_or(metric.range(part));
                if !(lower.is_finite() && upper.is_finite()) {
                    return Some(Extremes::default());
                }
                if Some(group) == against {
                    other = Some(legs.len())
                } else {
                    members.push(legs.len())
                }
                let number = (index, part * block.classes + class, group);
                let leg = leg(number, value, (lower, upper), drawn);
                let of_distances =
                    over.reduction.subtracts() && uncertainty.method() == Method::Standard && metric.errors(part) == Errors::OfDistance;
                legs.push(over.reduction.leg(if of_distances { leg.of_distance(metric.range(part).0) } else { leg }));
            }
            let rests = over.reduction.rests(&Family { legs: &legs, ..family }, &members)?;
            members.extend(legs.len()..legs.len() + rests.len());
            legs.extend(rests);
            let contrasts = over.reduction.contrasts(&Family { legs: &legs, ..family }, &members, other);
            if contrasts.is_empty() {
                return None;
            }
            parts.extend(contrasts);
        }
        let (parts, weight) = self.combined(spot, over, parts, block.parts, block.classes)?;
        let (parts, weight) = match over.reduction.is_largest() || over.reduction.is_mean() {
            true => (parts, weight),
            false => (turned(&parts), -weight),
        };
        let range = metric.limits();
        Some(Extremes { legs, parts, weight, related, level: uncertainty.level(), items: drawn.items, range })
    }

    /// What of the contrasts of each class and criterion the largest counts, and how much each of these; `None` where it is nothing so simple.
    fn combined(
        &self,
        spot: &Spot,
        over: Over,
        parts: Vec<Vec<Contrast>>,
        criteria: usize,
        classes: usize,
    ) -> Option<(Vec<Vec<Contrast>>, f64)> {
        let several = |combine: Combine, many: bool| if many { Some(combine) } else { None };
        let combines =
            [several(over.parts, criteria > 1), over.classes.and_then(|combine| several(combine, spot.class.is_none() && classes > 1))];
        let count = parts.len() as f64;
        if over.reduction.is_mean() {
            return combines.iter().flatten().next().is_none().then_some((parts, 1.0 / count));
        }
        let extreme = if over.reduction.is_largest() { Combine::Max } else { Combine::Min };
        if combines.iter().flatten().all(|combine| *combine == extreme) {
            return Some((vec![parts.concat()], 1.0));
        }
        match combines {
            [Some(Combine::Mean), None | Some(Combine::Mean)] | [None, Some(Combine::Mean)] => Some((parts, 1.0 / count)),
            [Some(Combine::Sum), None] => Some((parts, 1.0)),
            [Some(Combine::Sum), Some(Combine::Mean)] => Some((parts, criteria as f64 / count)),
            [Some(worst), Some(Combine::Mean)] if worst == extreme => {
                Some((parts.chunks(criteria).map(<[Vec<Contrast>]>::concat).collect(), criteria as f64 / count))
            }
            _ => None,
        }
    }
}

/// Contrasts turned round, so that the smallest are the largest.
pub(super) fn turned(parts: &[Vec<Contrast>]) -> Vec<Vec<Contrast>> {
    parts.iter().map(|part| part.iter().map(Contrast::turned).collect()).collect()
}

/// A number of a group as a leg: where it lies among all, its part and class, and its group.
pub(super) fn leg((index, number, group): (usize, usize, usize), value: f64, (lower, upper): (f64, f64), drawn: &Drawn) -> Leg {
    let errors = gap::standardized(&drawn.replicates(index));
    let errors = errors.unwrap_or_else(|| noise(drawn.seed, number as u64, drawn.rank(group), drawn.resampled.len()));
    Leg { value, down: value - lower, up: upper - value, errors }
}
