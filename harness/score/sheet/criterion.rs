//! Criteria whose parts make one number a group, against a reference.

use super::block::Drawn;
use super::extremes::{Extremes, leg, turned};
use super::{Sheet, Spot};
use crate::score::breakdown::among::Among;
use crate::score::breakdown::combine::Combine;
use crate::score::breakdown::reduction::{Against, Reduction, Step};
use crate::score::interval::gap::{Contrast, Family, Leg};
use crate::score::metric::Over;
use crate::spec::uncertainty::Uncertainty;

impl Sheet<'_> {
    /// The largest or smallest of what the parts make of each group. `None` where it is neither, or a group's number does not vary.
    pub(super) fn extremes_of_parts(
        &self,
        over: Over,
        spot: &Spot,
        among: &Among<'_>,
        drawn: &Drawn,
        uncertainty: &Uncertainty,
    ) -> Option<Extremes> {
        if over.reduction.is_mean() {
            return None;
        }
        let (metric, block) = (self.metrics[spot.metric], &drawn.blocks[spot.metric]);
        let family = Family { legs: &[], related: drawn.related, level: uncertainty.level(), items: drawn.items };
        let mut legs: Vec<Leg> = Vec::new();
        let mut classes: Vec<Vec<usize>> = Vec::new();
        for class in spot.class.map_or(0..block.classes, |class| class..class + 1) {
            let index = |part: usize, group: usize| block.at(part, group, class);
            let reference = |part: usize| among.reference(|group| drawn.values[index(part, group)]).ok();
            let references: Vec<usize> = (0..block.parts).map(reference).collect::<Option<_>>()?;
            let one = |part: usize, group: usize| {
                let value = drawn.values[index(part, group)].ok()?;
                let ends = drawn.intervals[index(part, group)].unwrap_or(metric.range(part));
                Some(leg((index(part, group), part * block.classes + class, group), value, ends, drawn))
            };
            let mut members = Vec::new();
            for group in among.members().filter(|group| references.iter().any(|reference| reference != group)) {
                if (0..block.parts).any(|part| drawn.values[index(part, group)].is_err()) {
                    continue;
                }
                let mut parts: Vec<Leg> = Vec::new();
                for part in (0..block.parts).filter(|part| references[*part] != group) {
                    let two = [one(part, group)?, one(part, references[part])?];
                    if two.iter().any(|leg| !(leg.down.is_finite() && leg.up.is_finite())) {
                        return Some(Extremes::default());
                    }
                    let family = Family { legs: &two, ..family };
                    let contrast = match over.reduction.step() {
                        Step::Minus => family.difference(0, 1),
                        Step::Over => family.ratio(0, 1),
                    };
                    parts.push(family.leg(&contrast?));
                }
                members.push(legs.len());
                legs.push(mean(&parts, block.parts, over.reduction.step().unit(), &family)?);
            }
            if over.reduction == Reduction::Ratio(Against::Reference) {
                let folded: Vec<Leg> = members.iter().map(|leg| legs[*leg].inverse()).collect::<Option<_>>()?;
                members.extend(legs.len()..legs.len() + folded.len());
                legs.extend(folded);
            }
            classes.push(members);
        }
        let family = Family { legs: &legs, ..family };
        let of_leg = |leg: &usize| {
            let one = family.single(*leg);
            let both = over.reduction == Reduction::Difference(Against::Reference);
            std::iter::once(one).chain(both.then(|| one.turned()))
        };
        let contrasts: Vec<Vec<Contrast>> = classes.iter().map(|legs| legs.iter().flat_map(of_leg).collect()).collect();
        if contrasts.iter().any(Vec::is_empty) {
            return None;
        }
        let largest = over.reduction.is_largest();
        let times = if over.parts == Combine::Sum { block.parts as f64 } else { 1.0 };
        let (parts, weight) = match over.classes.filter(|_| spot.class.is_none() && block.classes > 1) {
            Some(Combine::Mean) => (contrasts, times / block.classes as f64),
            Some(combine) if combine != (if largest { Combine::Max } else { Combine::Min }) => return None,
            _ => (vec![contrasts.concat()], times),
        };
        let Family { related, level, items, .. } = family;
        let (parts, weight) = if largest { (parts, weight) } else { (turned(&parts), -weight) };
        Some(Extremes { legs, parts, weight, related, level, items, range: metric.limits() })
    }
}

/// The mean of so many parts of a group as a leg; those that are not among them are the reference's own, `unit` without error. `None` where
/// they do not vary.
fn mean(parts: &[Leg], count: usize, unit: f64, family: &Family<'_>) -> Option<Leg> {
    let unbounded = parts.iter().any(|leg| leg.up.is_infinite());
    // How far up is not known, and errors need a reach.
    let bounded: Vec<Leg> =
        parts.iter().map(|leg| Leg { up: if leg.up.is_infinite() { leg.down } else { leg.up }, ..leg.clone() }).collect();
    let weights: Vec<(usize, f64)> = (0..bounded.len()).map(|leg| (leg, 1.0 / count as f64)).collect();
    // Both parts are of the same items, or of the same subjects.
    let leg = Family { legs: &bounded, related: true, ..*family }.weighted(&weights)?;
    let own = unit * (count - parts.len()) as f64 / count as f64;
    Some(Leg { value: leg.value + own, up: if unbounded { f64::INFINITY } else { leg.up }, ..leg })
}
