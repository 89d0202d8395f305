//! Sums that are shares of plain items, as counts: what exact tests and intervals are of.

use super::{Paired, Played, Sum};
use crate::score::lens::Lens;
use crate::score::units::Slot;
use crate::spec::vocabulary::ShareOf;

impl Paired<'_> {
    /// Of the items that a share is of on both sides: those that count on the first side alone, and on the second alone.
    pub(super) fn discordant(&self, sum: &Sum, played: &Played) -> Option<(u64, u64)> {
        let ([(from, _)], [(to, _)]) = (sum.low.as_slice(), sum.high.as_slice()) else { return None };
        let (of_from, of_to) = (self.hits(*from, sum.spot.class)?, self.hits(*to, sum.spot.class)?);
        let (mut first, mut second) = (0.0, 0.0);
        for (slot, count) in played.units.slots().iter().zip(played.units.counted()) {
            if sum.spot.group.is_some_and(|group| slot.group as usize != group) {
                continue;
            }
            let tuple = &self.tuples[slot.pattern as usize];
            match (of_from[tuple[*from] as usize], of_to[tuple[*to] as usize]) {
                (Some(true), Some(false)) => first += count,
                (Some(false), Some(true)) => second += count,
                _ => {}
            }
        }
        Some((first as u64, second as u64))
    }

    /// Of a share of the same plain items on two sides: the items that count on the first side alone, on the second alone, and all.
    pub(super) fn paired_counts(&self, sum: &Sum, played: &Played) -> Option<(u64, u64, u64)> {
        let ([(from, _)], [(to, number)]) = (sum.low.as_slice(), sum.high.as_slice()) else { return None };
        let first = &self.audits[*from];
        let refitted = self.refits.iter().any(Option::is_some);
        let plain = first.clusters.is_none() && first.predictions.weight().is_none() && !played.units.are_pairs() && !refitted;
        let of_two = sum.terms.len() == 2 && sum.groups.is_none() && sum.terms[0].0 == -1.0 && sum.terms[1].0 == 1.0;
        if !plain || !of_two || [from, to].iter().any(|side| self.metrics[**side].share_of() != ShareOf::Truths) {
            return None;
        }
        let (first, second) = self.discordant(sum, played)?;
        let support = &played.replays[*to].supports[*number];
        let whole = self.hits(*to, sum.spot.class)?;
        let of_spot = |slot: &Slot| sum.spot.group.is_none_or(|group| slot.group as usize == group);
        let slots = played.units.slots().iter().zip(played.units.counted()).filter(|(slot, _)| of_spot(slot));
        let items: f64 =
            slots.filter(|(slot, _)| whole[self.tuples[slot.pattern as usize][*to] as usize].is_some()).map(|(_, count)| count).sum();
        (items > 0.0 && items <= support.items).then_some((first, second, items as u64))
    }

    /// What a share is of in each of two groups, and what of it counts; `None` where it is no share, or items do not count alike.
    pub(super) fn counts(&self, sum: &Sum, played: &Played) -> Option<((u64, u64), (u64, u64))> {
        let (from, to) = sum.groups?;
        let (side, _) = sum.low[0];
        if self.audits[side].clusters.is_some() || self.audits[side].predictions.weight().is_some() {
            return None;
        }
        let hits = self.hits(side, sum.spot.class)?;
        let mut counts = [(0.0, 0.0); 2];
        for (slot, count) in played.units.slots().iter().zip(played.units.counted()) {
            let Some(place) = [from, to].iter().position(|group| *group == slot.group as usize) else { continue };
            let Some(hit) = hits[self.tuples[slot.pattern as usize][side] as usize] else { continue };
            counts[place].0 += if hit { count } else { 0.0 };
            counts[place].1 += count;
        }
        let whole = |(part, whole): (f64, f64)| (part as u64, whole as u64);
        let [from, to] = counts.map(whole);
        (from.1 > 0 && to.1 > 0).then_some((from, to))
    }

    /// Of each pattern of a side, whether it counts in the number at all, or in a part of it, as genuine pairs alone do in a false non-match
    /// rate and in its gaps; `None` where all may.
    pub(super) fn counting(&self, side: usize, class: Option<usize>) -> Option<Vec<bool>> {
        let (metric, Lens::Outcomes(outcomes)) = (self.metrics[side], &self.lenses[side]) else { return None };
        let mut tally = outcomes.tally();
        let counts = |pattern: usize| {
            outcomes.one(pattern, &mut tally);
            let classes = class.map_or(0..tally.classes().max(1), |class| class..class + 1);
            let of_class =
                |class: usize| (0..metric.parts()).any(|part| metric.share(part, &tally, class).is_none_or(|(_, whole)| whole > 0.0));
            classes.into_iter().any(of_class)
        };
        Some((0..outcomes.patterns()).map(counts).collect())
    }

    /// Of each pattern of a side, whether it counts in a share; `None` where it is not what the share is of.
    fn hits(&self, side: usize, class: Option<usize>) -> Option<Vec<Option<bool>>> {
        let (metric, Lens::Outcomes(outcomes)) = (self.metrics[side], &self.lenses[side]) else { return None };
        if metric.share_of() == ShareOf::Nothing {
            return None;
        }
        let mut tally = outcomes.tally();
        let hit = |pattern: usize| {
            outcomes.one(pattern, &mut tally);
            metric.share(0, &tally, class.unwrap_or(0)).filter(|(_, whole)| *whole > 0.0).map(|(part, _)| part > 0.0)
        };
        Some((0..outcomes.patterns()).map(hit).collect())
    }
}
