//! What some metrics read of the items, and the sums it makes of a draw.
//!
//! - [`truth`]: what is held to be true of an item: its labels, or a label set.
//! - [`outcome`]: decisions; [`ranking`]: scores in order; [`probability`]: scores as probabilities; [`crossing`]: scores of groups against each
//!   other; [`number`]: one number an item.
//! - [`tally`]: the sums that metrics are functions of; [`together`]: those of several groups; [`roc`]: those along a ranking, totals first.
//! - `order`: slots in the order of scores; [`ladder`]: resamples of rankings, one pass a group; `stretch`: what is looked for along rankings
//!   of pairs.

pub mod crossing;
pub mod ladder;
pub mod number;
pub mod order;
pub mod outcome;
pub mod probability;
pub mod ranking;
pub mod roc;
pub(super) mod stretch;
pub mod tally;
pub mod together;
pub mod truth;

use super::breakdown::Breakdown;
use crate::score::lens::crossing::Crossings;
use crate::score::lens::number::Numbers;
use crate::score::lens::order::Order;
use crate::score::lens::outcome::Outcomes;
use crate::score::lens::probability::Probabilities;
use crate::score::lens::ranking::Rankings;
use crate::score::lens::roc::{Roc, Seek};
use crate::score::lens::tally::{Sweep, Tally};

/// What some metrics read of the items.
#[derive(Clone, Debug)]
pub enum Lens {
    /// Decisions against targets.
    Outcomes(Outcomes),
    /// Scores against targets.
    Rankings(Rankings),
    /// Scores of one class against targets, group against group.
    Crossings(Crossings),
    /// The same, for what is looked for along a ranking whose totals are counted first.
    Rocs(Rankings, Seek),
    /// Probabilities against targets.
    Probabilities(Probabilities),
    /// One number an item.
    Numbers(Numbers),
}

/// Slots as one draw sees them.
pub(super) struct Hand<'h> {
    pub(super) breakdown: &'h Breakdown,
    pub(super) patterns: &'h [u32],
    /// For what is read in the order of scores, the slots of each class in that order.
    pub(super) order: &'h [Order],
    pub(super) labels: &'h [u32],
    pub(super) weights: &'h [f64],
}

impl Lens {
    /// What two sides read of the same items, and how many patterns of the first side come before those of the second. `None` where the
    /// sides are not alike, or where groups are set against each other.
    pub fn beside(&self, other: &Self) -> Option<(Self, u32)> {
        let (lens, first) = match (self, other) {
            (Self::Outcomes(first), Self::Outcomes(second)) => (Self::Outcomes(first.beside(second)), first.patterns()),
            (Self::Rankings(first), Self::Rankings(second)) => (Self::Rankings(first.beside(second)), first.patterns()),
            (Self::Rocs(first, seek), Self::Rocs(second, _)) => (Self::Rocs(first.beside(second), *seek), first.patterns()),
            (Self::Probabilities(first), Self::Probabilities(second)) => (Self::Probabilities(first.beside(second)), first.patterns()),
            (Self::Numbers(first), Self::Numbers(second)) => (Self::Numbers(first.beside(second)), first.patterns()),
            _ => return None,
        };
        Some((lens, first as u32))
    }

    /// The pattern of each item.
    pub fn of_row(&self) -> &[u32] {
        match self {
            Self::Outcomes(outcomes) => &outcomes.of_row,
            Self::Rankings(rankings) | Self::Rocs(rankings, _) => &rankings.of_row,
            Self::Crossings(crossings) => crossings.of_row(),
            Self::Probabilities(probabilities) => &probabilities.of_row,
            Self::Numbers(numbers) => &numbers.of_row,
        }
    }

    pub(super) fn tally(&self, groups: usize) -> Tally {
        match self {
            Self::Outcomes(outcomes) => outcomes.tally(),
            Self::Rankings(rankings) => rankings.tally(),
            Self::Crossings(crossings) => crossings.tally(groups),
            Self::Rocs(rankings, seek) => Tally { rocs: vec![Roc::new(*seek); rankings.classes()], ..Tally::default() },
            Self::Probabilities(probabilities) => probabilities.tally(),
            Self::Numbers(numbers) => numbers.tally(),
        }
    }

    pub(super) fn order(&self, patterns: &[u32]) -> Vec<Order> {
        match self {
            Self::Outcomes(_) | Self::Numbers(_) => Vec::new(),
            Self::Probabilities(probabilities) => probabilities.order(patterns),
            Self::Rankings(rankings) | Self::Rocs(rankings, _) => rankings.order(patterns),
            Self::Crossings(crossings) => crossings.order(patterns),
        }
    }

    /// Sums a hand up: one tally a group, and after them (where it is wanted) that of all items of each panel.
    pub(super) fn sum(&self, hand: &Hand<'_>, whole: bool, tallies: &mut [Tally]) {
        tallies.iter_mut().for_each(Tally::clear);
        let slots = || hand.labels.iter().zip(hand.weights).enumerate().filter(|(_, (_, weight))| **weight > 0.0);
        // The tallies that a slot counts in.
        let places = |label: u32| hand.breakdown.places(label, whole);
        match self {
            Self::Outcomes(outcomes) => outcomes.sum(hand, whole, tallies),
            Self::Probabilities(probabilities) => {
                for (slot, (label, weight)) in slots() {
                    places(*label).for_each(|place| probabilities.add(hand.patterns[slot], *weight, &mut tallies[place]));
                }
                probabilities.deal(hand, whole, tallies);
            }
            Self::Numbers(numbers) => {
                for (slot, (label, weight)) in slots() {
                    places(*label).for_each(|place| numbers.add(hand.patterns[slot], *weight, &mut tallies[place]));
                }
            }
            Self::Crossings(crossings) => crossings.sum(hand, tallies),
            Self::Rocs(..) => {
                for (_, (label, weight)) in slots() {
                    places(*label).for_each(|place| tallies[place].items += weight);
                }
                for (class, order) in hand.order.iter().enumerate() {
                    for (slot, mark) in order.iter() {
                        let weight = hand.weights[slot];
                        places(hand.labels[slot]).for_each(|place| tallies[place].rocs[class].count(mark.is_positive(), weight));
                    }
                    let mut step = 0;
                    for (slot, mark) in order.iter() {
                        step += u64::from(mark.is_step());
                        let weight = hand.weights[slot];
                        places(hand.labels[slot]).for_each(|place| tallies[place].rocs[class].push(step, mark.is_positive(), weight));
                    }
                }
                tallies.iter_mut().flat_map(|tally| &mut tally.rocs).for_each(Roc::finish);
            }
            Self::Rankings(_) => {
                for (_, (label, weight)) in slots() {
                    places(*label).for_each(|place| tallies[place].items += weight);
                }
                for (class, order) in hand.order.iter().enumerate() {
                    let mut step = 0;
                    for (slot, mark) in order.iter() {
                        step += u64::from(mark.is_step());
                        let weight = hand.weights[slot];
                        places(hand.labels[slot]).for_each(|place| tallies[place].sweeps[class].push(step, mark.is_positive(), weight));
                    }
                }
                tallies.iter_mut().flat_map(|tally| &mut tally.sweeps).for_each(Sweep::finish);
            }
        }
    }
}
