//! Rankings stratum by stratum. The slots of a stratum lie together and are drawn and swept before the next stratum, so that a replicate
//! works in fast memory, whatever the number of items.

use std::ops::Range;

use rayon::prelude::*;

use crate::score::OUTSIDE;
use crate::score::lens::order::Order;
use crate::score::lens::ranking::Rankings;
use crate::score::lens::tally::Tally;
use crate::score::units::Units;

/// The orders of all strata.
pub struct Ladders<'a> {
    units: &'a Units,
    strata: Vec<Ladder>,
    /// For each class, the order of all slots, where all items together are to be summed up too.
    whole: Option<Vec<Order>>,
    /// Each slot's weight, unless all are 1.
    amounts: Option<Vec<f64>>,
}

/// What a thread draws into.
pub struct Room {
    /// How often each slot came.
    counts: Vec<u32>,
    /// For [`Order::count`].
    above: Vec<u32>,
}

/// The orders of one stratum.
struct Ladder {
    group: u32,
    slots: Range<usize>,
    /// For each class; slots are counted from the first of the stratum.
    orders: Vec<Order>,
}

impl<'a> Ladders<'a> {
    /// Orders the slots of some units, which have these patterns. `None` where units are clusters, which lie across the order.
    pub fn new(rankings: &Rankings, patterns: &[u32], units: &'a Units, whole: bool) -> Option<Self> {
        if !units.is_plain() {
            return None;
        }
        let slots = units.slots();
        let ladder = |slots: Range<usize>| {
            let group = units.slots().get(slots.start).map_or(OUTSIDE, |slot| slot.group);
            let orders = if group == OUTSIDE { Vec::new() } else { rankings.order(&patterns[slots.clone()]) };
            Ladder { group, slots, orders }
        };
        let strata: Vec<Range<usize>> = units.strata().collect();
        let weighted = slots.iter().any(|slot| slot.amount != 1.0);
        Some(Self {
            units,
            strata: strata.into_par_iter().map(ladder).collect(),
            whole: whole.then(|| rankings.order(patterns)),
            amounts: weighted.then(|| slots.iter().map(|slot| slot.amount).collect()),
        })
    }

    /// Sums weights of slots up: one tally a group, and last (where it is wanted) that of all items.
    pub fn sum(&self, weights: &[f64], tallies: &mut [Tally]) {
        tallies.iter_mut().for_each(Tally::clear);
        let Some((all, groups)) = tallies.split_last_mut() else { return };
        for stratum in &self.strata {
            if let Some(tally) = groups.get_mut(stratum.group as usize) {
                let weights = &weights[stratum.slots.clone()];
                fill(&stratum.orders, weights.iter().sum(), |slot| weights[slot], tally);
            }
        }
        fill(self.whole.as_deref().unwrap_or_default(), weights.iter().sum(), |slot| weights[slot], all);
    }

    /// Memory to draw into.
    pub fn room(&self) -> Room {
        Room { counts: vec![0; self.units.slots().len()], above: Vec::new() }
    }

    /// Draws one replicate and sums it up.
    pub fn resample(&self, seed: u64, replicate: u64, Room { counts, above }: &mut Room, tallies: &mut [Tally]) {
        tallies.iter_mut().for_each(Tally::clear);
        let Some((all, groups)) = tallies.split_last_mut() else { return };
        for (place, stratum) in self.strata.iter().enumerate() {
            let tally = groups.get_mut(stratum.group as usize);
            if tally.is_none() && self.whole.is_none() {
                continue;
            }
            let counts = &mut counts[stratum.slots.clone()];
            self.units.count(seed, replicate, place, counts);
            if let Some(tally) = tally {
                self.count(&stratum.orders, stratum.slots.clone(), counts, above, tally);
            }
        }
        if let Some(orders) = &self.whole {
            self.count(orders, 0..counts.len(), counts, above, all);
        }
    }

    fn count(&self, orders: &[Order], slots: Range<usize>, counts: &[u32], above: &mut Vec<u32>, tally: &mut Tally) {
        match &self.amounts {
            None => {
                // As many as are drawn from, which u32 numbers.
                tally.items = f64::from(counts.iter().sum::<u32>());
                tally.sweeps.iter_mut().zip(orders).for_each(|(sweep, order)| *sweep = order.count(counts, above));
            }
            Some(amounts) => {
                let amounts = &amounts[slots];
                let weight = |slot: usize| f64::from(counts[slot]) * amounts[slot];
                fill(orders, (0..counts.len()).map(weight).sum(), weight, tally);
            }
        }
    }
}

fn fill(orders: &[Order], items: f64, weight: impl Fn(usize) -> f64, tally: &mut Tally) {
    tally.items = items;
    for (order, sweep) in orders.iter().zip(&mut tally.sweeps) {
        *sweep = order.sweep(&weight);
    }
}
