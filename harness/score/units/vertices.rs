//! Resamples of pairs by the subjects that they are of.
//!
//! Pairs that share a subject are not independent: two impostor scores of one person go together. So subjects are drawn and not pairs, and
//! a pair of two subjects counts as often as the product of how often both came, a pair within one subject as often as that came (Snijders
//! and Borgatti 1999; Owen 2007, "The pigeonhole bootstrap"; for matching, Fogliato, Patil and Perona 2024). That sees what subjects add to
//! the variance once, and what is of two subjects together three times; twice its share, from resamples of the pairs of subjects, is
//! therefore taken off ([`narrow`]), as variances of data clustered in two ways are put together (Cameron, Gelbach and Miller 2011).

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::score::OUTSIDE;
use crate::score::units::Slot;
use crate::score::units::clusters::Families;
use crate::score::units::draw::{Purpose, Urn, generator};

/// Subjects, and the slots that are of one or of two of them.
#[derive(Clone, Debug)]
pub(in crate::score) struct Vertices {
    /// The subjects of each slot.
    ties: Vec<Tie>,
    /// Subjects whose pairs touch the same groups are drawn among themselves.
    strata: Vec<(Vec<u32>, Urn)>,
    /// Every pair of two subjects once.
    pairs: Urn,
    subjects: usize,
}

/// The one or two subjects of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::score) struct Tie {
    first: u32,
    second: u32,
    /// The number of the pair that they are; `OUTSIDE` of one subject.
    pair: u32,
}

/// How often everything came in one draw.
pub(in crate::score) enum Draw {
    /// Each subject.
    Subjects(Vec<f64>),
    /// Each pair of two subjects; those within one stay.
    Pairs(Vec<f64>),
}

impl Draw {
    /// How often what is of some subjects counts.
    #[inline]
    pub(in crate::score) fn times(&self, tie: Tie) -> f64 {
        match self {
            Self::Subjects(times) if tie.pair == OUTSIDE => times[tie.first as usize],
            Self::Subjects(times) => times[tie.first as usize] * times[tie.second as usize],
            Self::Pairs(times) => times.get(tie.pair as usize).copied().unwrap_or(1.0),
        }
    }
}

/// From so many subjects on, they are left out in blocks.
const BLOCKS: usize = 400;

impl Vertices {
    /// The subjects of some slots; `rank` is a group's place in an order that does not know its name.
    pub(in crate::score) fn new(slots: &[Slot], ends: Vec<(u32, u32)>, rank: impl Fn(u32) -> u32) -> Self {
        let subjects = ends.iter().map(|(a, b)| *a.max(b) as usize + 1).max().unwrap_or(0);
        let mut touched: Vec<Option<Vec<u32>>> = vec![None; subjects];
        let mut numbers: HashMap<(u32, u32), u32> = HashMap::new();
        let mut ties = Vec::with_capacity(slots.len());
        for (slot, (a, b)) in slots.iter().zip(&ends) {
            for end in [*a, *b] {
                let groups = touched[end as usize].get_or_insert_default();
                if slot.group != OUTSIDE && !groups.contains(&rank(slot.group)) {
                    groups.push(rank(slot.group));
                }
            }
            let next = numbers.len() as u32;
            let pair = if a == b { OUTSIDE } else { *numbers.entry((*a.min(b), *a.max(b))).or_insert(next) };
            ties.push(Tie { first: *a, second: *b, pair });
        }
        let mut strata: BTreeMap<Vec<u32>, Vec<u32>> = BTreeMap::new();
        for (subject, groups) in touched.into_iter().enumerate() {
            let Some(mut groups) = groups else { continue };
            groups.sort_unstable();
            strata.entry(groups).or_default().push(subject as u32);
        }
        let strata =
            strata.into_values().map(|subjects| (Urn::new(vec![1; subjects.len()]), subjects)).map(|(urn, of)| (of, urn)).collect();
        Self { ties, strata, pairs: Urn::new(vec![1; numbers.len()]), subjects }
    }

    /// The subjects of a slot.
    pub(in crate::score) fn tie(&self, slot: usize) -> Tie {
        self.ties[slot]
    }

    /// The family of each slot: of those that `count`, all go together that are linked by their subjects.
    pub(in crate::score) fn families(&self, count: &[bool]) -> Vec<u32> {
        let mut families = Families::new(self.subjects as u32);
        self.ties.iter().zip(count).filter(|(_, counts)| **counts).for_each(|(tie, _)| families.join(tie.first, tie.second));
        self.ties.iter().map(|tie| families.of(tie.first)).collect()
    }

    /// Draws subjects with replacement.
    pub(in crate::score) fn draw(&self, purpose: Purpose, seed: u64, replicate: u64) -> Draw {
        let mut times = vec![0.0; self.subjects];
        for (index, (subjects, urn)) in self.strata.iter().enumerate() {
            let mut generator = generator(seed, purpose, replicate, index as u64);
            urn.resample(&mut generator, |kind, count| times[subjects[kind] as usize] += count as f64);
        }
        Draw::Subjects(times)
    }

    /// Draws pairs of two subjects with replacement, as if they were independent; pairs within a subject stay.
    pub(in crate::score) fn draw_pairs(&self, seed: u64, replicate: u64) -> Draw {
        let mut times = vec![0.0; self.pairs.copies().len()];
        let mut generator = generator(seed, Purpose::Pairs, replicate, 0);
        self.pairs.resample(&mut generator, |kind, count| times[kind] += count as f64);
        Draw::Pairs(times)
    }

    /// Writes how much each slot counts in a draw.
    pub(in crate::score) fn weigh(&self, slots: &[Slot], draw: &Draw, weights: &mut [f64]) {
        for ((weight, slot), tie) in weights.iter_mut().zip(slots).zip(&self.ties) {
            *weight = slot.amount * draw.times(*tie);
        }
    }

    /// How many samples leave something out: one a subject, or so many blocks of subjects.
    pub(in crate::score) fn leave_outs(&self) -> usize {
        self.subjects.min(BLOCKS)
    }

    /// Writes each slot's weight with a subject, or a block of them, left out.
    pub(in crate::score) fn leave_out(&self, slots: &[Slot], block: usize, weights: &mut [f64]) {
        let out = |subject: u32| subject as usize % self.leave_outs() == block;
        for ((weight, slot), tie) in weights.iter_mut().zip(slots).zip(&self.ties) {
            *weight = if out(tie.first) || out(tie.second) { 0.0 } else { slot.amount };
        }
    }

    /// How many subjects each group has as much information as, and last all together: of those with pairs of their own the effective
    /// number (Kish's), or where there are none, of all.
    pub(in crate::score) fn effective(&self, slots: &[Slot], groups: usize) -> Vec<f64> {
        let mut within: Vec<HashMap<u32, f64>> = vec![HashMap::new(); groups + 1];
        let mut touched: Vec<HashSet<u32>> = vec![HashSet::new(); groups + 1];
        for (slot, Tie { first: a, second: b, .. }) in slots.iter().zip(&self.ties) {
            for place in [Some(groups), Some(slot.group as usize).filter(|group| *group < groups)].into_iter().flatten() {
                touched[place].extend([*a, *b]);
                if a == b {
                    *within[place].entry(*a).or_default() += slot.amount;
                }
            }
        }
        let kish = |(within, touched): (HashMap<u32, f64>, HashSet<u32>)| {
            let mut amounts: Vec<f64> = within.into_values().collect();
            amounts.sort_unstable_by(f64::total_cmp);
            let (sum, squares) = (amounts.iter().sum::<f64>(), amounts.iter().map(|amount| amount * amount).sum::<f64>());
            if squares > 0.0 { sum * sum / squares } else { touched.len() as f64 }
        };
        within.into_iter().zip(touched).map(kish).collect()
    }
}

/// Draws the replicates of every number together, so that their variance is that of subjects once and of pairs of subjects once: twice the
/// variance of `pairs` less than it was, and no less than that.
pub(in crate::score) fn narrow(replicates: &mut [Vec<f64>], pairs: &[Vec<f64>]) {
    for number in 0..replicates.first().map_or(0, Vec::len) {
        let (mean, all) = moments(replicates, number);
        let (_, of_pairs) = moments(pairs, number);
        let wanted = (all - 2.0 * of_pairs).max(of_pairs);
        if !(all > 0.0 && wanted < all) {
            continue;
        }
        let shrink = (wanted / all).sqrt();
        replicates.iter_mut().for_each(|numbers| numbers[number] = mean + (numbers[number] - mean) * shrink);
    }
}

/// Mean and variance of a number over the draws in which it is defined.
fn moments(draws: &[Vec<f64>], number: usize) -> (f64, f64) {
    let defined = || draws.iter().map(|numbers| numbers[number]).filter(|value| value.is_finite());
    let count = defined().count().max(1) as f64;
    let mean = defined().sum::<f64>() / count;
    (mean, defined().map(|value| (value - mean).powi(2)).sum::<f64>() / count)
}
