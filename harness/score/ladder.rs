//! Resamples of rankings. The slots of a stratum lie together and are drawn and swept before the next stratum, so that a replicate works
//! in fast memory, whatever the number of items.

use super::OUTSIDE;
use super::ranking::Order;
use super::tally::Tally;
use super::units::Units;

/// Orders of at most so many slots and classes are kept a second time, stratum by stratum.
const KEPT: usize = 1 << 26;

/// The orders of all strata.
pub struct Ladders<'a> {
    units: &'a Units,
    strata: Vec<Ladder>,
    /// The orders of all slots, where all items together are to be summed up too.
    whole: Option<&'a [Order]>,
    /// Each slot's weight, unless all are 1.
    amounts: Option<Vec<f64>>,
}

/// The orders of one stratum.
struct Ladder {
    group: u32,
    start: usize,
    end: usize,
    /// For each class; slots are counted from the start.
    orders: Vec<Order>,
}

impl<'a> Ladders<'a> {
    /// Takes the orders of the slots of some units apart. `None` where there is no ranking, where units are clusters, which lie across the
    /// order, or where there is too much to keep.
    pub fn new(orders: &'a [Order], units: &'a Units, whole: bool) -> Option<Self> {
        let slots = units.slots();
        if orders.is_empty() || !units.is_plain() || orders.len().saturating_mul(slots.len()) > KEPT {
            return None;
        }
        let mut of_slot = vec![0u32; slots.len()];
        let mut strata: Vec<Ladder> = Vec::new();
        for (place, range) in units.strata().enumerate() {
            of_slot[range.clone()].fill(place as u32);
            let group = slots.get(range.start).map_or(OUTSIDE, |slot| slot.group);
            strata.push(Ladder { group, start: range.start, end: range.end, orders: vec![Order::default(); orders.len()] });
        }
        for (class, order) in orders.iter().enumerate() {
            let mut step = 0u64;
            let mut last = vec![0u64; strata.len()];
            for (slot, mark) in order.iter() {
                step += u64::from(mark.is_step());
                let place = of_slot[slot] as usize;
                let stratum = &mut strata[place];
                let first = std::mem::replace(&mut last[place], step) != step;
                stratum.orders[class].push((slot - stratum.start) as u32, first, mark.is_positive());
            }
        }
        let weighted = slots.iter().any(|slot| slot.amount != 1.0);
        let amounts = weighted.then(|| slots.iter().map(|slot| slot.amount).collect());
        Some(Self { units, strata, whole: whole.then_some(orders), amounts })
    }

    /// Draws one replicate and sums it up: one tally a group, and last (where it is wanted) that of all items. `counts` has a place for
    /// every slot.
    pub fn resample(&self, seed: u64, replicate: u64, counts: &mut [u32], tallies: &mut [Tally]) {
        tallies.iter_mut().for_each(Tally::clear);
        let Some(all) = tallies.len().checked_sub(1) else { return };
        for (place, stratum) in self.strata.iter().enumerate() {
            if stratum.group == OUTSIDE && self.whole.is_none() {
                continue;
            }
            let counts = &mut counts[stratum.start..stratum.end];
            self.units.count(seed, replicate, place, counts);
            let tally = tallies.get_mut(stratum.group as usize);
            match (tally, &self.amounts) {
                (None, _) => {}
                (Some(tally), None) => fill(&stratum.orders, counts, |slot| f64::from(counts[slot]), tally),
                (Some(tally), Some(amounts)) => {
                    let amounts = &amounts[stratum.start..stratum.end];
                    fill(&stratum.orders, counts, |slot| f64::from(counts[slot]) * amounts[slot], tally);
                }
            }
        }
        if let Some(orders) = self.whole {
            let tally = &mut tallies[all];
            match &self.amounts {
                None => fill(orders, counts, |slot| f64::from(counts[slot]), tally),
                Some(amounts) => fill(orders, counts, |slot| f64::from(counts[slot]) * amounts[slot], tally),
            }
        }
    }
}

/// Sums slots up.
fn fill(orders: &[Order], counts: &[u32], weight: impl Fn(usize) -> f64, tally: &mut Tally) {
    tally.items = (0..counts.len()).map(&weight).sum();
    for (order, sweep) in orders.iter().zip(&mut tally.sweeps) {
        *sweep = order.sweep(&weight);
    }
}
