//! The items that all sides say something of, drawn together, and what each side makes of every draw.

use super::Paired;
use crate::score::audit::Sizes;
use crate::score::compare::contrast::At;
use crate::score::compare::resampled::Term;
use crate::score::lens::Lens;
use crate::score::metric::Metric;
use crate::score::sheet::{Lack, Replay, Scored, Sheet};
use crate::score::units::{Rows, Units};

/// What numbers over groups look at.
pub(super) struct Members {
    /// The groups that are large enough.
    pub(super) kept: Vec<bool>,
    /// What some side has no number of.
    without: Vec<Lack>,
}

/// The sides' items as units, and each side's numbers over them.
pub(super) struct Played<'p> {
    pub(super) units: Units,
    pub(super) sizes: &'p Sizes,
    pub(super) members: &'p Members,
    /// How many equally weighted units each group is worth, and last all together.
    effective: Vec<f64>,
    pub(super) replays: Vec<Replay>,
    /// The same with intervals of their own, where contrasts are made from these ([`Paired::err_to_one_side`]).
    pub(super) scored: Vec<Scored<'p>>,
}

impl Played<'_> {
    /// How many equally weighted units a number rests on, of what the smallest part of it is of.
    pub(super) fn worth(&self, (side, number): At) -> f64 {
        let (spot, support) = (&self.replays[side].spots[number], &self.replays[side].supports[number]);
        let units = spot.group.map_or_else(|| self.effective.last().copied().unwrap_or_default(), |group| self.effective[group]);
        if self.units.are_pairs() { units } else { units * support.fewest / support.items.max(1.0) }
    }

    /// The same of the smallest of the groups that it is over.
    pub(super) fn smallest(&self, (side, number): At) -> f64 {
        let support = &self.replays[side].supports[number];
        let units = self.members.kept.iter().zip(&self.effective).filter(|(kept, _)| **kept).map(|(_, units)| *units);
        units.filter(|units| *units > 0.0).fold(f64::INFINITY, f64::min) * support.fewest / support.items.max(1.0)
    }

    /// A number as a term of so much weight; `None` where it is undefined.
    pub(super) fn term(&self, weight: f64, (side, number): At) -> Option<Term> {
        let replay = &self.replays[side];
        let plain = || replay.replicates.iter().map(|draw| draw[number]).collect();
        let replicates = self.scored.get(side).map_or_else(plain, |scored| scored.redrawn(number));
        Some(Term { weight, value: replay.values[number].ok()?, replicates })
    }
}

impl Paired<'_> {
    /// The sides' numbers, each of the groups and classes that it has numbers of.
    pub(in crate::score::compare) fn replays(&self) -> Vec<Replay> {
        let (units, sizes) = self.units();
        let members = Members { kept: sizes.kept(), without: Vec::new() };
        (0..self.lenses.len()).map(|side| self.replay(side, &units, &members)).collect()
    }

    /// What numbers over groups look at: the groups and classes that every side has numbers of, where others are left out at all; else the
    /// difference of two gaps would be that of the groups that they are over.
    pub(super) fn common(&self, units: &Units, sizes: &Sizes) -> Members {
        let mut members = Members { kept: sizes.kept(), without: Vec::new() };
        let lacking = |side: usize| {
            let metrics = [self.metrics[side]];
            self.sheet(&self.lenses[side], &metrics, &members).lacking(units, &self.patterns(units, side))
        };
        members.without = (0..self.lenses.len()).flat_map(lacking).collect();
        members
    }

    /// The sides' numbers over such groups.
    pub(super) fn play<'p>(&'p self, units: Units, sizes: &'p Sizes, members: &'p Members) -> Played<'p> {
        let sides = 0..self.lenses.len();
        let scored: Vec<Scored<'p>> =
            if self.err_to_one_side() { sides.clone().map(|side| self.scored(side, &units, members)).collect() } else { Vec::new() };
        let replay = |side: usize| scored.get(side).map_or_else(|| self.replay(side, &units, members), Scored::replay);
        let replays = sides.map(replay).collect();
        let effective = units.effective(self.breakdown.groups.len());
        Played { units, sizes, members, effective, replays, scored }
    }

    fn replay(&self, side: usize, units: &Units, members: &Members) -> Replay {
        self.side(side, members).replay(units, &self.patterns(units, side), self.uncertainty)
    }

    /// A side's numbers with intervals of their own.
    fn scored<'p>(&'p self, side: usize, units: &Units, members: &'p Members) -> Scored<'p> {
        let first = &self.audits[0];
        let plain = first.clusters.is_none() && first.predictions.weight().is_none();
        let units = units.with_patterns(&self.patterns(units, side));
        Scored::new(self.side(side, members), &units, plain, self.uncertainty).of_side(side)
    }

    /// The sheet of a side's numbers.
    fn side<'s>(&'s self, side: usize, members: &'s Members) -> Sheet<'s> {
        let refit = self.refits.get(side).and_then(Option::as_ref);
        Sheet { refit, ..self.sheet(&self.lenses[side], &self.metrics[side..=side], members) }
    }

    /// The items that count on every side, and how many of them each group has.
    pub(super) fn units(&self) -> (Units, Sizes) {
        let first = &self.audits[0];
        let rows = Rows {
            groups: &self.breakdown.of_row,
            patterns: self.joint,
            weights: first.predictions.weight(),
            clusters: first.clusters.as_ref(),
            copies: first.predictions.copies(),
        };
        (Units::new(rows, first.predictions.ids()), first.sizes(self.joint, self.breakdown))
    }

    pub(super) fn sheet<'s>(&'s self, lens: &'s Lens, metrics: &'s [&'s Metric], members: &'s Members) -> Sheet<'s> {
        Sheet {
            lens,
            breakdown: self.breakdown,
            metrics,
            policy: self.audits[0].evaluation.undefined,
            kept: &members.kept,
            anchors: self.anchors,
            without: &members.without,
            refit: None,
            relabel: None,
        }
    }

    /// A side's pattern of each slot.
    pub(super) fn patterns(&self, units: &Units, side: usize) -> Vec<u32> {
        units.slots().iter().map(|slot| self.tuples[slot.pattern as usize][side]).collect()
    }
}
