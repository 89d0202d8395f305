//! The items that all sides say something of, drawn together, and what each side makes of every draw.

use super::Paired;
use crate::score::audit::Sizes;
use crate::score::compare::contrast::At;
use crate::score::lens::Lens;
use crate::score::metric::Metric;
use crate::score::sheet::{Lack, Replay, Sheet, Spot};
use crate::score::units::{Rows, Units};

/// What numbers over groups look at.
pub(super) struct Members {
    /// The groups that are large enough.
    pub(super) kept: Vec<bool>,
    /// What some side has no number of.
    without: Vec<Lack>,
}

/// The sides' items as units, and each side's numbers over them.
pub(in crate::score::compare) struct Played {
    pub(super) units: Units,
    pub(super) sizes: Sizes,
    pub(super) members: Members,
    /// How many equally weighted units each group is worth, and last all together.
    effective: Vec<f64>,
    pub(in crate::score::compare) replays: Vec<Replay>,
}

impl Played {
    /// How many units a number rests on.
    pub(super) fn known(&self, spot: &Spot) -> f64 {
        spot.group.map_or_else(|| self.effective.last().copied().unwrap_or_default(), |group| self.effective[group])
    }

    /// The same, of positives or negatives whichever are fewer where it has such.
    pub(super) fn worth(&self, (side, number): At) -> f64 {
        let support = &self.replays[side].supports[number];
        let units = self.known(&self.replays[side].spots[number]);
        match support.positives.zip(support.negatives) {
            Some((positives, negatives)) if !self.units.are_pairs() => units * positives.min(negatives) / support.items.max(1.0),
            _ => units,
        }
    }
}

impl Paired<'_> {
    /// The sides' numbers, each of the groups and classes that it has numbers of.
    pub(in crate::score::compare) fn play(&self) -> Played {
        let (units, sizes) = self.units();
        let members = Members { kept: sizes.kept(), without: Vec::new() };
        self.play_over(units, sizes, members)
    }

    /// The sides' numbers, all of the groups and classes that every side has numbers of, where others are left out at all: else the difference of
    /// two gaps would be that of the groups that they are over.
    pub(super) fn play_together(&self) -> Played {
        let (units, sizes) = self.units();
        let mut members = Members { kept: sizes.kept(), without: Vec::new() };
        let lacking = |side: usize| {
            let metrics = [self.metrics[side]];
            self.sheet(&self.lenses[side], &metrics, &members).lacking(&units, &self.patterns(&units, side))
        };
        members.without = (0..self.lenses.len()).flat_map(lacking).collect();
        self.play_over(units, sizes, members)
    }

    fn play_over(&self, units: Units, sizes: Sizes, members: Members) -> Played {
        let replay = |side: usize| {
            let metrics = [self.metrics[side]];
            let refit = self.refits.get(side).and_then(Option::as_ref);
            let sheet = Sheet { refit, ..self.sheet(&self.lenses[side], &metrics, &members) };
            sheet.replay(&units, &self.patterns(&units, side), self.uncertainty)
        };
        let replays = (0..self.lenses.len()).map(replay).collect();
        let effective = units.effective(self.breakdown.groups.len());
        Played { units, sizes, members, effective, replays }
    }

    /// The items that count on every side, and how many of them each group has.
    fn units(&self) -> (Units, Sizes) {
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
