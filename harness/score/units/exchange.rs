//! Items that two sides of a comparison exchange by chance: where the sides do not differ, either is as likely to have said the one as the
//! other.

use super::{Slot, Units};
use crate::score::units::draw::{Purpose, coins, generator};

/// What is exchanged as one: items, clusters of them, or all pairs that common subjects link.
#[derive(Clone, Debug)]
pub struct Exchange<'u> {
    units: &'u Units,
    /// Where slots are pairs of subjects: the family of each slot, and how many families there are.
    families: Option<(Vec<u32>, usize)>,
}

impl<'u> Exchange<'u> {
    /// Of some units. Pairs that share a subject are not independent, so that of those that count in a number, all go together that are
    /// linked by their subjects; `None` where these are all, or one unit is all that counts.
    pub fn new(units: &'u Units, counts: impl Fn(&Slot) -> bool) -> Option<Self> {
        let Some(vertices) = &units.vertices else {
            let kinds = units.strata.iter().flat_map(|stratum| (stratum.first..).zip(stratum.urn.copies()));
            let counting = kinds.filter(|(kind, _)| units.run(*kind).any(|slot| counts(&units.slots[slot])));
            let several = counting.map(|(_, copies)| *copies).sum::<u64>() > 1;
            return several.then_some(Self { units, families: None });
        };
        let counting: Vec<bool> = units.slots.iter().map(counts).collect();
        let families = vertices.families(&counting);
        let mut distinct: Vec<u32> = families.iter().zip(&counting).filter(|(_, counts)| **counts).map(|(family, _)| *family).collect();
        distinct.sort_unstable();
        distinct.dedup();
        let place = |family: &u32| distinct.partition_point(|other| other < family) as u32;
        (distinct.len() > 1).then(|| Self { units, families: Some((families.iter().map(place).collect(), distinct.len() + 1)) })
    }

    /// Tosses a coin for everything that is exchanged as one, and writes each slot's weight in what stays and in what changes sides.
    pub fn toss(&self, seed: u64, replicate: u64, stay: &mut [f64], change: &mut [f64]) {
        let Units { slots, strata, .. } = self.units;
        if let Some((families, count)) = &self.families {
            let mut generator = generator(seed, Purpose::Exchange, replicate, 0);
            let changes: Vec<bool> = (0..*count).map(|_| coins(&mut generator, 1) == 1).collect();
            for (place, (slot, family)) in slots.iter().zip(families).enumerate() {
                let changing = changes[*family as usize];
                (stay[place], change[place]) = if changing { (0.0, slot.amount) } else { (slot.amount, 0.0) };
            }
            return;
        }
        for (index, stratum) in strata.iter().enumerate() {
            let mut generator = generator(seed, Purpose::Exchange, replicate, index as u64);
            for (kind, copies) in stratum.urn.copies().iter().enumerate() {
                let changing = coins(&mut generator, *copies);
                for slot in self.units.run(stratum.first + kind) {
                    change[slot] = slots[slot].amount * changing as f64;
                    stay[slot] = slots[slot].amount * (copies - changing) as f64;
                }
            }
        }
    }
}
