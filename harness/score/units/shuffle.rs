//! Group labels dealt out anew.

use std::ops::Range;

use super::Units;
use super::slot::Loose;
use crate::score::OUTSIDE;
use crate::score::units::draw::{Purpose, Urn, generator, shuffle};

/// Group labels dealt out anew among the units that have one: what gaps look like when groups do not matter. Only groups
/// that are compared with each other exchange theirs.
#[derive(Clone, Debug)]
pub struct Shuffle {
    /// The pattern of each slot.
    pub patterns: Vec<u32>,
    amounts: Vec<f64>,
    /// One for groups that are compared with each other.
    decks: Vec<Deck>,
    /// Slots of units in no group, which stay where they are.
    apart: Range<usize>,
}

#[derive(Clone, Debug)]
enum Deck {
    /// Few kinds of units: slots are kinds by groups, and the counts are drawn.
    Kinds { urn: Urn, slots: Vec<Range<usize>>, groups: Vec<u32>, hands: Vec<u64> },
    /// Nearly as many kinds as units: every unit has its own slots, and the labels are shuffled.
    Units { slots: Vec<Range<usize>>, labels: Vec<u32> },
}

/// The units of groups that are compared with each other.
#[derive(Default)]
struct Pool {
    units: Vec<Loose>,
    groups: Vec<u32>,
    /// How many units each group has.
    hands: Vec<u64>,
}

/// From this many units a slot on, counts are drawn and not units.
const DEALT: usize = 4;

impl Shuffle {
    /// The units of some groups, to be dealt out anew, each among those of its panel. `None` where a unit (a subject) lies in several
    /// groups, so that its label cannot be exchanged as a whole, where units are pairs (subjects under other labels would make other
    /// pairs), or where no panel has two groups.
    pub fn new(units: &Units, panel_of: impl Fn(u32) -> usize) -> Option<Self> {
        if units.are_pairs() {
            return None;
        }
        let mut pools: Vec<Pool> = Vec::new();
        let mut apart: Vec<Loose> = Vec::new();
        for stratum in &units.strata {
            let first = &units.slots[units.run(stratum.first).start];
            if units.run(stratum.first).any(|slot| units.slots[slot].group != first.group) {
                return None;
            }
            let kinds = stratum.urn.copies().iter().enumerate();
            let of_kind = |kind: usize| units.slots[units.run(stratum.first + kind)].to_vec();
            let loose = kinds.map(|(kind, copies)| Loose { slots: of_kind(kind), copies: *copies });
            if first.group == OUTSIDE {
                apart.extend(loose);
                continue;
            }
            let panel = panel_of(first.group);
            if panel >= pools.len() {
                pools.resize_with(panel + 1, Pool::default);
            }
            pools[panel].units.extend(loose);
            pools[panel].groups.push(first.group);
            pools[panel].hands.push(stratum.urn.total());
        }
        if pools.iter().all(|pool| pool.groups.len() < 2) {
            return None;
        }
        let mut shuffle = Self { patterns: Vec::new(), amounts: Vec::new(), decks: Vec::new(), apart: 0..0 };
        for pool in pools {
            let deck = shuffle.deck(pool);
            shuffle.decks.push(deck);
        }
        let start = shuffle.patterns.len();
        for unit in &apart {
            let laid = shuffle.lay(unit);
            shuffle.amounts[laid].iter_mut().for_each(|amount| *amount *= unit.copies as f64);
        }
        shuffle.apart = start..shuffle.patterns.len();
        Some(shuffle)
    }

    fn deck(&mut self, Pool { mut units, groups, hands }: Pool) -> Deck {
        let alike = |a: &Loose, b: &Loose| a.compare(b, |_| 0);
        units.sort_by(alike);
        Loose::merge(&mut units, |a, b| alike(a, b).is_eq());
        let total: u64 = hands.iter().sum();
        if units.len() * groups.len() * DEALT < total as usize {
            let slots = units.iter().flat_map(|unit| groups.iter().map(move |_| unit)).map(|unit| self.lay(unit)).collect();
            Deck::Kinds { urn: Urn::new(units.iter().map(|unit| unit.copies).collect()), slots, groups, hands }
        } else {
            let slots = units.iter().flat_map(|unit| (0..unit.copies).map(move |_| unit)).map(|unit| self.lay(unit)).collect();
            let labels = groups.iter().zip(&hands).flat_map(|(group, size)| std::iter::repeat_n(*group, *size as usize)).collect();
            Deck::Units { slots, labels }
        }
    }

    fn lay(&mut self, unit: &Loose) -> Range<usize> {
        let start = self.patterns.len();
        self.patterns.extend(unit.slots.iter().map(|slot| slot.pattern));
        self.amounts.extend(unit.slots.iter().map(|slot| slot.amount));
        start..self.patterns.len()
    }

    /// Deals labels out once, and writes each slot's group and weight.
    pub fn deal(&self, seed: u64, replicate: u64, labels: &mut [u32], weights: &mut [f64]) {
        labels[self.apart.clone()].fill(OUTSIDE);
        weights.copy_from_slice(&self.amounts);
        for (panel, deck) in (0..).zip(&self.decks) {
            let mut generator = generator(seed, Purpose::Permutation, replicate, panel);
            match deck {
                Deck::Kinds { urn, slots, groups, hands } => urn.deal(&mut generator, hands, |hand, kind, count| {
                    for slot in slots[kind * groups.len() + hand].clone() {
                        labels[slot] = groups[hand];
                        weights[slot] = self.amounts[slot] * count as f64;
                    }
                }),
                Deck::Units { slots, labels: dealt } => {
                    let mut dealt = dealt.clone();
                    shuffle(&mut generator, &mut dealt);
                    for (slots, label) in slots.iter().zip(dealt) {
                        labels[slots.clone()].fill(label);
                    }
                }
            }
        }
    }
}
