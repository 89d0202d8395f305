//! Group labels dealt out anew.

use std::collections::BTreeMap;
use std::iter::repeat_n;
use std::ops::Range;

use super::Units;
use super::slot::{Loose, Slot};
use crate::score::units::draw::{Purpose, Urn, generator, shuffle};

/// Group labels dealt out anew: what gaps look like when groups do not matter. Only groups that are compared with each other exchange theirs,
/// and of these only units that are of the same kin. Units (subjects) exchange them as a whole; within one that lies in several groups, its
/// items do (restricted permutations: Winkler et al. 2015, Multi-level block permutation, NeuroImage 123).
#[derive(Clone, Debug)]
pub struct Shuffle {
    /// The pattern of each slot.
    pub patterns: Vec<u32>,
    amounts: Vec<f64>,
    /// One for units that exchange labels with each other.
    decks: Vec<Deck>,
    within: Within,
    /// The slots from here on are of units in no group, which stay where they are: what these say in place of a group.
    apart: (usize, Vec<u32>),
}

#[derive(Clone, Debug)]
enum Deck {
    /// Few kinds of units: slots are kinds by groups, and the counts are drawn.
    Kinds { urn: Urn, slots: Vec<Range<usize>>, groups: Vec<u32>, hands: Vec<u64> },
    /// Nearly as many kinds as units: every unit has its own slots, and the labels are shuffled.
    Units { slots: Vec<Range<usize>>, labels: Vec<u32> },
}

/// Items of units that lie in several groups: a slot each.
#[derive(Clone, Debug, Default)]
struct Within {
    slots: Range<usize>,
    labels: Vec<u32>,
    /// The items that exchange labels, as places among those.
    runs: Vec<Range<usize>>,
}

/// Units that exchange labels with each other.
#[derive(Default)]
struct Pool {
    units: Vec<Loose>,
    groups: Vec<u32>,
    /// How many units each group has.
    hands: Vec<u64>,
}

impl Pool {
    /// Adds units of a group, which come group by group.
    fn add(&mut self, unit: Loose, group: u32) {
        if self.groups.last() != Some(&group) {
            self.groups.push(group);
            self.hands.push(0);
        }
        if let Some(hand) = self.hands.last_mut() {
            *hand += unit.copies;
        }
        self.units.push(unit);
    }
}

/// From this many units a slot on, counts are drawn and not units.
const DEALT: usize = 4;

impl Shuffle {
    /// The units of some groups, to be dealt out anew, each among those of its panel (`panel_of` says none of what is in no group) that hold
    /// items of the same `kin`, by pattern; all where there is none. `None` where units are pairs (subjects under other labels would make other
    /// pairs), or where no two labels can be exchanged.
    pub fn new(units: &Units, panel_of: impl Fn(u32) -> Option<usize>, kin: Option<&[u32]>) -> Option<Self> {
        if units.are_pairs() {
            return None;
        }
        let kin_of = |slot: &Slot| kin.map(|kin| kin[slot.pattern as usize]);
        let mut pools: BTreeMap<(usize, Vec<u32>), Pool> = BTreeMap::new();
        let mut apart: Vec<Loose> = Vec::new();
        let mut mixed: Vec<Loose> = Vec::new();
        for stratum in &units.strata {
            let first = &units.slots[units.run(stratum.first).start];
            let several = units.run(stratum.first).any(|slot| units.slots[slot].group != first.group);
            let kinds = stratum.urn.copies().iter().enumerate();
            let of_kind = |kind: usize| units.slots[units.run(stratum.first + kind)].to_vec();
            let loose = kinds.map(|(kind, copies)| Loose { slots: of_kind(kind), copies: *copies });
            let Some(panel) = panel_of(first.group).filter(|_| !several) else {
                if several { &mut mixed } else { &mut apart }.extend(loose);
                continue;
            };
            for unit in loose {
                let mut own: Vec<u32> = unit.slots.iter().filter_map(kin_of).collect();
                own.sort_unstable();
                own.dedup();
                pools.entry((panel, own)).or_default().add(unit, first.group);
            }
        }
        let mut shuffle =
            Self { patterns: Vec::new(), amounts: Vec::new(), decks: Vec::new(), within: Within::default(), apart: (0, Vec::new()) };
        shuffle.within = shuffle.within(&mixed, units, |slot| Some((panel_of(slot.group)?, kin_of(slot))), &mut apart);
        if pools.values().all(|pool| pool.groups.len() < 2) && shuffle.within.runs.is_empty() {
            return None;
        }
        for pool in pools.into_values() {
            let deck = shuffle.deck(pool);
            shuffle.decks.push(deck);
        }
        shuffle.apart = (shuffle.patterns.len(), apart.iter().flat_map(|unit| &unit.slots).map(|slot| slot.group).collect());
        for unit in &apart {
            let laid = shuffle.lay(unit);
            shuffle.amounts[laid].iter_mut().for_each(|amount| *amount *= unit.copies as f64);
        }
        Some(shuffle)
    }

    /// Lays out units that lie in several groups, item by item, of which those exchange labels that `with` says the same of; what it says
    /// nothing of goes `apart`.
    fn within<W: Ord>(&mut self, mixed: &[Loose], units: &Units, with: impl Fn(&Slot) -> Option<W>, apart: &mut Vec<Loose>) -> Within {
        let mut within = Within { slots: self.patterns.len()..0, ..Within::default() };
        for unit in mixed {
            let mut outside: Vec<Slot> = Vec::new();
            let mut alike: BTreeMap<W, Vec<Slot>> = BTreeMap::new();
            for slot in &unit.slots {
                with(slot).map_or(&mut outside, |with| alike.entry(with).or_default()).push(*slot);
            }
            if !outside.is_empty() {
                apart.push(Loose { slots: outside, copies: unit.copies });
            }
            for mut slots in (0..unit.copies).flat_map(|_| alike.values().cloned()) {
                let start = within.labels.len();
                // Items and labels each in an order that knows no names.
                let mut labels: Vec<u32> = slots.iter().flat_map(|slot| repeat_n(slot.group, slot.rows as usize)).collect();
                labels.sort_by_key(|group| units.rank(*group as usize));
                slots.sort_by(|a, b| (a.pattern, a.rows).cmp(&(b.pattern, b.rows)).then_with(|| a.amount.total_cmp(&b.amount)));
                for slot in &slots {
                    self.patterns.extend(repeat_n(slot.pattern, slot.rows as usize));
                    self.amounts.extend(repeat_n(slot.amount / f64::from(slot.rows), slot.rows as usize));
                }
                if labels.iter().any(|label| *label != labels[0]) {
                    within.runs.push(start..start + labels.len());
                }
                within.labels.extend(labels);
            }
        }
        within.slots.end = self.patterns.len();
        within
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
            let labels = groups.iter().zip(&hands).flat_map(|(group, size)| repeat_n(*group, *size as usize)).collect();
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
        let (start, apart) = &self.apart;
        labels[*start..].copy_from_slice(apart);
        weights.copy_from_slice(&self.amounts);
        if !self.within.runs.is_empty() {
            let (mut generator, mut dealt) = (generator(seed, Purpose::Permutation, replicate, u64::MAX), self.within.labels.clone());
            self.within.runs.iter().for_each(|run| shuffle(&mut generator, &mut dealt[run.clone()]));
            labels[self.within.slots.clone()].copy_from_slice(&dealt);
        }
        for (place, deck) in (0..).zip(&self.decks) {
            let mut generator = generator(seed, Purpose::Permutation, replicate, place);
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
