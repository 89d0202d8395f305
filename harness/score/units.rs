//! What is resampled: items, or clusters of items, stratified by group.
//!
//! Everything here is ordered by content and never by row number or group name, so that neither changes a draw.

mod shuffle;

use std::cmp::Ordering;
use std::ops::Range;

use rayon::prelude::*;

use super::OUTSIDE;
use super::clusters::Clusters;
use super::draw::{Purpose, Urn, coins, generator};
use super::ids::{Ids, order};
use super::vertices::Vertices;

pub use shuffle::Shuffle;

/// The rows of a breakdown, as columns of equal length.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// The group of each row; `OUTSIDE` for those that are in none.
    pub groups: &'a [u32],
    /// The pattern of each row; `OUTSIDE` for those that count nowhere.
    pub patterns: &'a [u32],
    /// How much each row counts.
    pub weights: Option<&'a [f64]>,
    /// The clusters of each row.
    pub clusters: Option<&'a Clusters>,
    /// How many items each row stands for, unless it is one.
    pub copies: Option<&'a [u64]>,
}

impl Rows<'_> {
    fn copies(&self, row: usize) -> u64 {
        self.copies.map_or(1, |copies| copies[row])
    }
}

/// Rows of one group, pattern and weight that are drawn together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slot {
    /// The group, or `OUTSIDE`.
    pub group: u32,
    /// The pattern.
    pub pattern: u32,
    /// Summed weight of the rows.
    pub amount: f64,
    /// Number of the rows.
    pub rows: u32,
}

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

/// Units of one slot that are equal.
#[derive(Clone, Copy)]
struct Single {
    slot: Slot,
    copies: u64,
}

/// A unit before it is put in order: its slots, and how many equal ones there are.
struct Loose {
    slots: Vec<Slot>,
    copies: u64,
}

impl Units {
    /// Puts rows together into units. `ids` tell groups of equal content apart.
    pub fn new(rows: Rows<'_>, ids: &Ids) -> Self {
        let singles = singles(rows);
        let ranks = ranks(&singles, rows, ids);
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
        let mut loose = gathered(rows, clusters, &ranks);
        let rank = |slot: &Slot| ranks.of(slot.group);
        let order = |a: &Loose, b: &Loose| {
            let touched = |unit: &Loose| unit.slots.chunk_by(|a, b| a.group == b.group).map(|run| rank(&run[0])).collect::<Vec<_>>();
            let strata =
                if a.slots.len() + b.slots.len() == 2 { rank(&a.slots[0]).cmp(&rank(&b.slots[0])) } else { touched(a).cmp(&touched(b)) };
            strata.then_with(|| compare(&a.slots, &b.slots, &rank))
        };
        // Units of one stratum become neighbours; equal ones become copies.
        loose.sort_unstable_by(order);
        merge(&mut loose, |a, b| order(a, b).is_eq());
        let (mut slots, mut runs, mut strata) = (Vec::new(), Vec::new(), Vec::new());
        for stratum in loose.chunk_by(|a, b| groups_of(a).eq(groups_of(b))) {
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
        let weight = |row: usize| rows.weights.map_or(1.0, |weights| weights[row]);
        let mut order: Vec<usize> = (0..rows.patterns.len()).filter(|row| rows.patterns[*row] != OUTSIDE).collect();
        order.par_sort_unstable_by(|a, b| key(a).cmp(&key(b)).then_with(|| weight(*a).total_cmp(&weight(*b))));
        let (mut slots, mut of_slots) = (Vec::new(), Vec::new());
        for run in order.chunk_by(|a, b| key(a) == key(b)) {
            let amount = run.iter().map(|row| weight(*row)).sum();
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

    /// How many equally weighted units each group has as much information as (Kish's effective size), and last all together.
    pub fn effective(&self, groups: usize) -> Vec<f64> {
        if let Some(vertices) = &self.vertices {
            return vertices.effective(&self.slots, groups);
        }
        let mut sums = vec![(0.0, 0.0); groups + 1];
        for stratum in &self.strata {
            for (kind, copies) in stratum.urn.copies().iter().enumerate() {
                let slots = &self.slots[self.run(stratum.first + kind)];
                let mut add = |place: usize, amount: f64| {
                    sums[place].0 += amount * *copies as f64;
                    sums[place].1 += amount * amount * *copies as f64;
                };
                add(groups, slots.iter().map(|slot| slot.amount).sum());
                for run in slots.chunk_by(|a, b| a.group == b.group).filter(|run| run[0].group != OUTSIDE) {
                    add(run[0].group as usize, run.iter().map(|slot| slot.amount).sum());
                }
            }
        }
        sums.into_iter().map(|(sum, squares)| if squares > 0.0 { sum * sum / squares } else { 0.0 }).collect()
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

    /// Whether a unit is a slot, at the same place: so it is unless items are clustered.
    pub fn is_plain(&self) -> bool {
        self.runs.is_none() && !self.are_pairs()
    }

    /// The slots of every stratum, where every unit is a slot.
    pub fn strata(&self) -> impl Iterator<Item = Range<usize>> {
        self.strata.iter().map(|stratum| stratum.first..stratum.first + stratum.urn.copies().len())
    }

    /// Draws the units of a stratum with replacement, and writes how often each came.
    pub fn count(&self, seed: u64, replicate: u64, stratum: usize, counts: &mut [u32]) {
        counts.fill(0);
        let mut generator = generator(seed, Purpose::Bootstrap, replicate, stratum as u64);
        // No more units are drawn than there are rows, which u32 numbers.
        self.strata[stratum].urn.resample(&mut generator, |kind, count| counts[kind] += count as u32);
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

    /// Tosses a coin for every unit, and writes each slot's weight in those that stay and in those that change sides.
    pub fn exchange(&self, seed: u64, replicate: u64, stay: &mut [f64], change: &mut [f64]) {
        for (index, stratum) in self.strata.iter().enumerate() {
            let mut generator = generator(seed, Purpose::Exchange, replicate, index as u64);
            for (kind, copies) in stratum.urn.copies().iter().enumerate() {
                let changing = coins(&mut generator, *copies);
                for slot in self.run(stratum.first + kind) {
                    change[slot] = self.slots[slot].amount * changing as f64;
                    stay[slot] = self.slots[slot].amount * (copies - changing) as f64;
                }
            }
        }
    }
}

/// Units of one slot in the order of groups, patterns and weights.
fn singles(rows: Rows<'_>) -> Vec<Single> {
    let counting = (0..rows.patterns.len()).filter(|row| rows.patterns[*row] != OUTSIDE);
    let single = |group: u32, pattern: u32, amount: f64, copies: u64| Single { slot: Slot { group, pattern, amount, rows: 1 }, copies };
    let kinds = rows.patterns.iter().filter(|pattern| **pattern != OUTSIDE).max().map_or(0, |last| *last as usize + 1);
    let groups = rows.groups.iter().filter(|group| **group != OUTSIDE).max().map_or(0, |last| *last as usize + 1);
    let cell =
        |row: usize| if rows.groups[row] == OUTSIDE { groups } else { rows.groups[row] as usize } * kinds + rows.patterns[row] as usize;
    let of_cell = |cell: usize, copies: u64| {
        let group = if cell / kinds == groups { OUTSIDE } else { (cell / kinds) as u32 };
        single(group, (cell % kinds) as u32, 1.0, copies)
    };
    if rows.weights.is_none() && (groups + 1) * kinds <= 4 * rows.patterns.len() + 1024 {
        let mut copies = vec![0; (groups + 1) * kinds];
        counting.for_each(|row| copies[cell(row)] += rows.copies(row));
        return copies.iter().enumerate().filter(|(_, copies)| **copies > 0).map(|(cell, copies)| of_cell(cell, *copies)).collect();
    }
    if rows.weights.is_none() && rows.copies.is_none() {
        let mut cells: Vec<usize> = counting.map(cell).collect();
        cells.par_sort_unstable();
        return cells.chunk_by(|a, b| a == b).map(|run| of_cell(run[0], run.len() as u64)).collect();
    }
    let weight = |row: usize| rows.weights.map_or(1.0, |weights| weights[row]);
    let mut singles: Vec<Single> =
        counting.map(|row| single(rows.groups[row], rows.patterns[row], weight(row), rows.copies(row))).collect();
    let key = |single: &Single| (single.slot.group, single.slot.pattern);
    singles.par_sort_unstable_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.slot.amount.total_cmp(&b.slot.amount)));
    singles.dedup_by(|next, kept| {
        let same = next.slot == kept.slot;
        kept.copies += if same { next.copies } else { 0 };
        same
    });
    singles
}

/// The rows of every cluster, put together into slots.
fn gathered(rows: Rows<'_>, clusters: &[u32], ranks: &Ranks) -> Vec<Loose> {
    let weight = |row: usize| rows.weights.map_or(1.0, |weights| weights[row]);
    let mut order: Vec<usize> = (0..rows.patterns.len()).filter(|row| rows.patterns[*row] != OUTSIDE).collect();
    let key = |row: &usize| (clusters[*row], ranks.of(rows.groups[*row]), rows.patterns[*row]);
    order.sort_unstable_by(|a, b| key(a).cmp(&key(b)).then_with(|| weight(*a).total_cmp(&weight(*b))));
    let slot = |run: &[usize]| Slot {
        group: rows.groups[run[0]],
        pattern: rows.patterns[run[0]],
        amount: run.iter().map(|row| weight(*row) * rows.copies(*row) as f64).sum(),
        rows: run.iter().map(|row| rows.copies(*row)).sum::<u64>() as u32,
    };
    order
        .chunk_by(|a, b| clusters[*a] == clusters[*b])
        .map(|cluster| Loose { slots: cluster.chunk_by(|a, b| key(a) == key(b)).map(slot).collect(), copies: 1 })
        .collect()
}

/// The places of groups in an order that does not know their names; last that of no group.
#[derive(Clone, Debug)]
struct Ranks(Vec<u32>);

impl Ranks {
    fn of(&self, group: u32) -> u32 {
        self.0.get(group as usize).copied().unwrap_or(OUTSIDE)
    }
}

/// Orders groups by what is in them, and those of equal content by their least id.
fn ranks(singles: &[Single], rows: Rows<'_>, ids: &Ids) -> Ranks {
    let chunks = || singles.chunk_by(|a, b| a.slot.group == b.slot.group).filter(|chunk| chunk[0].slot.group != OUTSIDE);
    let groups = chunks().next_back().map_or(0, |chunk| chunk[0].slot.group + 1);
    let mut contents: Vec<&[Single]> = vec![&[]; groups as usize];
    chunks().for_each(|chunk| contents[chunk[0].slot.group as usize] = chunk);
    let least = |group: u32| (0..ids.len()).filter(|row| rows.groups[*row] == group).map(|row| ids.get(row)).min_by(|a, b| order(a, b));
    let mut ordered: Vec<u32> = (0..groups).collect();
    let content = |group: u32| {
        let content = contents[group as usize];
        let keys = content.iter().map(|single| (single.slot.pattern, single.slot.amount.to_bits(), single.copies));
        // Groups without items come last, so that they take no other group's place.
        (content.is_empty(), keys)
    };
    ordered.sort_by(|a, b| {
        let ((no_a, a_holds), (no_b, b_holds)) = (content(*a), content(*b));
        no_a.cmp(&no_b)
            .then_with(|| a_holds.cmp(b_holds))
            .then_with(|| least(*a).zip(least(*b)).map_or(Ordering::Equal, |(a, b)| order(a, b)))
    });
    let mut ranks = vec![0; groups as usize];
    ordered.into_iter().zip(0..).for_each(|(group, rank)| ranks[group as usize] = rank);
    Ranks(ranks)
}

/// The groups that a unit touches, in order.
fn groups_of(unit: &Loose) -> impl Iterator<Item = u32> {
    unit.slots.chunk_by(|a, b| a.group == b.group).map(|run| run[0].group)
}

/// Orders runs of slots by content; `rank` is what it sees of their groups.
fn compare(a: &[Slot], b: &[Slot], rank: &impl Fn(&Slot) -> u32) -> Ordering {
    let key = |slot: &Slot| (rank(slot), slot.pattern, slot.rows);
    let slot = |(a, b): (&Slot, &Slot)| key(a).cmp(&key(b)).then_with(|| a.amount.total_cmp(&b.amount));
    a.iter().zip(b).map(slot).find(|order| order.is_ne()).unwrap_or_else(|| a.len().cmp(&b.len()))
}

/// Makes copies of neighbours that are equal.
fn merge(loose: &mut Vec<Loose>, equal: impl Fn(&Loose, &Loose) -> bool) {
    loose.dedup_by(|next, kept| {
        let same = equal(next, kept);
        if same {
            kept.copies += next.copies;
        }
        same
    });
}
