//! Group labels dealt out anew among subjects, where rows are pairs of them.
//!
//! A pair is in a group where both of its subjects are, so that other labels make other pairs: what is dealt out are the labels of
//! subjects, and the pairs follow. That is the permutation of vertices of the quadratic assignment procedure (Hubert and Schultz 1976,
//! British Journal of Mathematical and Statistical Psychology 29(2)), which keeps what pairs that share a subject have in common.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::score::OUTSIDE;
use crate::score::breakdown::Breakdown;
use crate::score::units::draw::{Purpose, generator, shuffle};

/// Pairs of one pattern and weight, of the same two subjects.
#[derive(Clone, Copy, Debug)]
pub(in crate::score) struct Match {
    /// The pattern.
    pub(in crate::score) pattern: u32,
    /// The lesser and the greater of the two subjects, or one of them twice.
    pub(in crate::score) ends: (u32, u32),
    /// Weight of the pairs.
    pub(in crate::score) amount: f64,
}

/// A subject that keeps one label.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::score) struct Bearer {
    /// Its group, or `OUTSIDE`.
    pub(in crate::score) group: u32,
    /// Those of one number exchange labels.
    pub(in crate::score) deck: usize,
}

/// All pairs that some labels or others make, and the labels.
#[derive(Clone, Debug)]
pub(in crate::score) struct Matching {
    /// The pattern of each slot.
    pub(in crate::score) patterns: Vec<u32>,
    slots: Vec<Match>,
    /// The label of every subject that exchanges none.
    labels: Vec<u32>,
    /// Subjects that exchange labels, and those labels.
    decks: Vec<(Vec<u32>, Vec<u32>)>,
    /// Whether two subjects of different labels make a pair, which is in no group.
    mixed: bool,
}

impl Matching {
    /// Pairs of some subjects. `None` where other labels do no more than to rename groups: each has one subject at most that exchanges its
    /// label, or none of another label to exchange it with.
    pub(in crate::score) fn new(mut pairs: Vec<Match>, bearers: &[Bearer], mixed: bool) -> Option<Self> {
        let mut decks: BTreeMap<usize, (Vec<u32>, Vec<u32>)> = BTreeMap::new();
        for (subject, bearer) in (0..).zip(bearers).filter(|(_, bearer)| bearer.group != OUTSIDE) {
            let (subjects, labels) = decks.entry(bearer.deck).or_default();
            subjects.push(subject);
            labels.push(bearer.group);
        }
        decks.retain(|_, (_, labels)| labels.iter().any(|label| *label != labels[0]));
        let mut groups: Vec<u32> = decks.values().flat_map(|(_, labels)| labels.iter().copied()).collect();
        groups.sort_unstable();
        if groups.windows(2).all(|pair| pair[0] != pair[1]) {
            return None;
        }
        let key = |pair: &Match| (pair.pattern, pair.ends);
        pairs.par_sort_unstable_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.amount.total_cmp(&b.amount)));
        pairs.dedup_by(|next, kept| {
            let same = key(next) == key(kept);
            kept.amount += if same { next.amount } else { 0.0 };
            same
        });
        let labels = bearers.iter().map(|bearer| bearer.group).collect();
        let patterns = pairs.iter().map(|pair| pair.pattern).collect();
        Some(Self { patterns, slots: pairs, labels, decks: decks.into_values().collect(), mixed })
    }

    /// Deals labels out once, and writes each slot's group and weight.
    pub(in crate::score) fn deal(&self, (seed, replicate): (u64, u64), breakdown: &Breakdown, labels: &mut [u32], weights: &mut [f64]) {
        let mut of_subject = self.labels.clone();
        for (deck, (subjects, dealt)) in (0..).zip(&self.decks) {
            let mut dealt = dealt.clone();
            shuffle(&mut generator(seed, Purpose::Permutation, replicate, deck), &mut dealt);
            subjects.iter().zip(dealt).for_each(|(subject, label)| of_subject[*subject as usize] = label);
        }
        for ((slot, label), weight) in self.slots.iter().zip(labels).zip(weights) {
            let (first, second) = (of_subject[slot.ends.0 as usize], of_subject[slot.ends.1 as usize]);
            *label = if first == second { first } else { breakdown.between(first, second) };
            // Within a subject there is a pair whatever its label.
            let is_pair = self.mixed || breakdown.has(*label) || slot.ends.0 == slot.ends.1;
            *weight = if is_pair { slot.amount } else { 0.0 };
        }
    }
}
