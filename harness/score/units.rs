//! What is resampled: items, or clusters of items, stratified by group.
//!
//! Everything here is ordered by content and never by row number or group name, so that neither changes a draw.
//!
//! - [`clusters`]: what is drawn together; `kish`: how many equal units unequal ones are worth; `vertices`: pairs, by the subjects that they are of.
//! - [`draw`]: keyed random draws; `shuffle`: group labels dealt anew; `matching`: those of the subjects that pairs are of.
//! - `exchange`: what two sides exchange by chance.

pub mod clusters;
pub mod draw;
mod exchange;
pub(super) mod kish;
pub(super) mod matching;
mod ranks;
mod rows;
mod shuffle;
mod slot;
pub(super) mod vertices;

use std::ops::Range;

use rayon::prelude::*;

use super::OUTSIDE;
use crate::score::predictions::ids::Ids;
use crate::score::units::clusters::Clusters;
use crate::score::units::draw::{Purpose, Urn, generator};
use crate::score::units::kish::Kish;
use crate::score::units::vertices::Vertices;

pub use exchange::Exchange;
use ranks::Ranks;
pub use rows::Rows;
pub use shuffle::Shuffle;
pub use slot::Slot;
use slot::{Loose, Single};

/// Resampling units: each a run of slots (one, unless items are clustered) with a number of copies; units that touch the same groups are
/// a stratum.
#[derive(Clone, Debug)]
pub struct Units {
    slots: Vec<Slot>,
    /// The slots of each unit; `None` where every unit is the slot of its number.
    runs: Option<Vec<Range<usize>>>,
    strata: Vec<Stratum>,
    ranks: Ranks,
    /// Where rows are pairs: what is drawn in place of units.
    vertices: Option<Vertices>,
}

#[derive(Clone, Debug)]
struct Stratum {
    first: usize,
    urn: Urn,
}

/// From so many kinds of units on, they are left out in blocks.
const BLOCKS: usize = 400;

impl Units {
    /// Puts rows together into units. `ids` tell groups of equal content apart.
    pub fn new(rows: Rows<'_>, ids: &Ids) -> Self {
        let singles = rows.singles();
        let ranks = Ranks::new(&singles, rows.groups, ids);
        match rows.clusters {
            Some(Clusters::One(clusters)) => Self::clustered(rows, clusters, ranks),
            Some(Clusters::Two(first, second)) => Self::of_pairs(rows, first, second, ranks),
            None => Self::plain(&singles, ranks),
        }
    }

    /// Every group is a stratum.
    fn plain(singles: &[Single], ranks: Ranks) -> Self {
        let mut groups: Vec<&[Single]> = singles.chunk_by(|a, b| a.slot.group == b.slot.group).collect();
        groups.sort_by_key(|group| ranks.of(group[0].slot.group));
        let mut units = Self { slots: Vec::with_capacity(singles.len()), runs: None, strata: Vec::new(), ranks, vertices: None };
        for group in groups {
            let urn = Urn::new(group.iter().map(|single| single.copies).collect());
            units.strata.push(Stratum { first: units.slots.len(), urn });
            units.slots.extend(group.iter().map(|single| single.slot));
        }
        units
    }

    fn clustered(rows: Rows<'_>, clusters: &[u32], ranks: Ranks) -> Self {
        let mut loose = rows.clustered(clusters, &ranks);
        let rank = |slot: &Slot| ranks.of(slot.group);
        let order = |a: &Loose, b: &Loose| {
            let touched = |unit: &Loose| unit.groups().map(|group| ranks.of(group)).collect::<Vec<_>>();
            let strata =
                if a.slots.len() + b.slots.len() == 2 { rank(&a.slots[0]).cmp(&rank(&b.slots[0])) } else { touched(a).cmp(&touched(b)) };
            strata.then_with(|| a.compare(b, rank))
        };
        // Units of one stratum become neighbours; equal ones become copies.
        loose.sort_unstable_by(order);
        Loose::merge(&mut loose, |a, b| order(a, b).is_eq());
        let (mut slots, mut runs, mut strata) = (Vec::new(), Vec::new(), Vec::new());
        for stratum in loose.chunk_by(|a, b| a.groups().eq(b.groups())) {
            strata.push(Stratum { first: runs.len(), urn: Urn::new(stratum.iter().map(|unit| unit.copies).collect()) });
            for unit in stratum {
                runs.push(slots.len()..slots.len() + unit.slots.len());
                slots.extend_from_slice(&unit.slots);
            }
        }
        let runs = (runs.len() < slots.len()).then_some(runs);
        Self { slots, runs, strata, ranks, vertices: None }
    }

    /// The slots of a unit.
    fn run(&self, unit: usize) -> Range<usize> {
        self.runs.as_ref().map_or(unit..unit + 1, |runs| runs[unit].clone())
    }

    /// Puts pairs together that are of the same two clusters.
    fn of_pairs(rows: Rows<'_>, first: &[u32], second: &[u32], ranks: Ranks) -> Self {
        let ends = |row: usize| (first[row].min(second[row]), first[row].max(second[row]));
        let key = |row: &usize| (ranks.of(rows.groups[*row]), rows.patterns[*row], ends(*row));
        let mut order: Vec<usize> = (0..rows.patterns.len()).filter(|row| rows.patterns[*row] != OUTSIDE).collect();
        order.par_sort_unstable_by(|a, b| key(a).cmp(&key(b)).then_with(|| rows.weight(*a).total_cmp(&rows.weight(*b))));
        let (mut slots, mut of_slots) = (Vec::new(), Vec::new());
        for run in order.chunk_by(|a, b| key(a) == key(b)) {
            let amount = run.iter().map(|row| rows.weight(*row)).sum();
            slots.push(Slot { group: rows.groups[run[0]], pattern: rows.patterns[run[0]], amount, rows: run.len() as u32 });
            of_slots.push(ends(run[0]));
        }
        let strata = vec![Stratum { first: 0, urn: Urn::new(vec![1; slots.len()]) }];
        let vertices = Some(Vertices::new(&slots, of_slots, |group| ranks.of(group)));
        Self { slots, runs: None, strata, ranks, vertices }
    }

    /// The subjects that rows are pairs of, where they are drawn by those.
    pub(super) fn vertices(&self) -> Option<&Vertices> {
        self.vertices.as_ref()
    }

    /// Whether rows are pairs that are drawn by what they are pairs of.
    pub fn are_pairs(&self) -> bool {
        self.vertices.is_some()
    }

    /// Draws pairs of two clusters as if they were independent, and writes each slot's weight: what there is too much of in
    /// [`Self::resample`].
    pub fn resample_pairs(&self, seed: u64, replicate: u64, weights: &mut [f64]) {
        if let Some(vertices) = &self.vertices {
            vertices.weigh(&self.slots, &vertices.draw_pairs(seed, replicate), weights);
        }
    }

    /// The same units, drawn alike, where the slots' patterns are others.
    #[must_use]
    pub fn with_patterns(&self, patterns: &[u32]) -> Self {
        let slots = self.slots.iter().zip(patterns).map(|(slot, pattern)| Slot { pattern: *pattern, ..*slot }).collect();
        Self { slots, ..self.clone() }
    }

    /// All slots.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The place of a group in an order that knows neither names nor rows.
    pub fn rank(&self, group: usize) -> u32 {
        self.ranks.of(group as u32)
    }

    /// Each slot's weight as observed.
    pub fn observed(&self) -> Vec<f64> {
        self.weigh(|slot| slot.amount)
    }

    /// Each slot's number of rows as observed.
    pub fn counted(&self) -> Vec<f64> {
        self.weigh(|slot| f64::from(slot.rows))
    }

    fn weigh(&self, of: impl Fn(&Slot) -> f64) -> Vec<f64> {
        let mut weights = vec![0.0; self.slots.len()];
        for stratum in &self.strata {
            for (kind, copies) in stratum.urn.copies().iter().enumerate() {
                for slot in self.run(stratum.first + kind) {
                    weights[slot] = of(&self.slots[slot]) * *copies as f64;
                }
            }
        }
        weights
    }

    /// How many equally weighted units each group has as much information as (Kish's effective size), of so many, and last all together.
    pub fn effective(&self, groups: usize) -> Vec<f64> {
        if let Some(vertices) = &self.vertices {
            return vertices.effective(&self.slots, groups);
        }
        let mut sums = vec![Kish::default(); groups + 1];
        for (slots, copies) in self.each() {
            sums[groups].add(slots.iter().map(|slot| slot.amount).sum(), copies);
            for run in slots.chunk_by(|a, b| a.group == b.group).filter(|run| (run[0].group as usize) < groups) {
                sums[run[0].group as usize].add(run.iter().map(|slot| slot.amount).sum(), copies);
            }
        }
        sums.into_iter().map(Kish::number).collect()
    }

    /// The slots of every kind of unit, and how many units are of it.
    pub(super) fn each(&self) -> impl Iterator<Item = (&[Slot], u64)> {
        let of = |stratum: &Stratum| stratum.urn.copies().iter().copied().zip(stratum.first..).collect::<Vec<_>>();
        self.strata.iter().flat_map(of).map(|(copies, unit)| (&self.slots[self.run(unit)], copies))
    }

    fn kinds(&self) -> usize {
        self.runs.as_ref().map_or(self.slots.len(), Vec::len)
    }

    /// How many samples leave something out: one a kind of unit, or so many blocks of kinds.
    pub fn leave_outs(&self) -> usize {
        self.vertices.as_ref().map_or_else(|| self.kinds().min(BLOCKS), Vertices::leave_outs)
    }

    /// Writes each slot's weight with one unit of a kind left out, and says how many such units there are; or, where kinds are many, with
    /// a block of kinds left out, which counts once.
    pub fn leave_out(&self, block: usize, weights: &mut [f64]) -> f64 {
        if let Some(vertices) = &self.vertices {
            vertices.leave_out(&self.slots, block, weights);
            return 1.0;
        }
        weights.copy_from_slice(&self.observed());
        let single = self.kinds() <= BLOCKS;
        let mut times = 1.0;
        for stratum in &self.strata {
            for (kind, copies) in stratum.urn.copies().iter().enumerate() {
                let unit = stratum.first + kind;
                if unit % self.leave_outs() != block {
                    continue;
                }
                let left_out = if single { 1.0 } else { *copies as f64 };
                times = if single { *copies as f64 } else { 1.0 };
                for slot in self.run(unit) {
                    weights[slot] -= self.slots[slot].amount * left_out;
                }
            }
        }
        times
    }

    /// Whether some units are in several groups, whose numbers then go together.
    pub fn are_shared(&self) -> bool {
        self.are_pairs() || self.each().any(|(slots, _)| slots.iter().any(|slot| slot.group != slots[0].group))
    }

    /// Whether a unit is a slot, at the same place: so it is unless items are clustered.
    pub fn is_plain(&self) -> bool {
        self.runs.is_none() && !self.are_pairs()
    }

    /// The slots of every stratum, where every unit is a slot.
    pub fn strata(&self) -> impl Iterator<Item = Range<usize>> {
        self.strata.iter().map(|stratum| stratum.first..stratum.first + stratum.urn.copies().len())
    }

    /// Draws the units of a stratum with replacement, and writes how often each came: no more are drawn than there are rows, which u32
    /// numbers.
    pub fn count(&self, seed: u64, replicate: u64, stratum: usize, counts: &mut [u32]) {
        self.strata[stratum].urn.count(&mut generator(seed, Purpose::Bootstrap, replicate, stratum as u64), counts);
    }

    /// Draws units with replacement, stratum by stratum, and writes each slot's weight in the resample.
    pub fn resample(&self, seed: u64, replicate: u64, weights: &mut [f64]) {
        self.resample_for(Purpose::Bootstrap, seed, replicate, weights);
    }

    /// The same for another purpose, with draws of its own.
    pub fn resample_for(&self, purpose: Purpose, seed: u64, replicate: u64, weights: &mut [f64]) {
        if let Some(vertices) = &self.vertices {
            return vertices.weigh(&self.slots, &vertices.draw(purpose, seed, replicate), weights);
        }
        weights.fill(0.0);
        let plain = self.is_plain();
        for (index, stratum) in self.strata.iter().enumerate() {
            let mut generator = generator(seed, purpose, replicate, index as u64);
            if plain {
                let drawn = &mut weights[stratum.first..stratum.first + stratum.urn.copies().len()];
                stratum.urn.resample(&mut generator, |kind, count| drawn[kind] += count as f64);
                let slots = &self.slots[stratum.first..stratum.first + drawn.len()];
                drawn.iter_mut().zip(slots).for_each(|(weight, slot)| *weight *= slot.amount);
                continue;
            }
            stratum.urn.resample(&mut generator, |kind, count| {
                for slot in self.run(stratum.first + kind) {
                    weights[slot] += self.slots[slot].amount * count as f64;
                }
            });
        }
    }
}
