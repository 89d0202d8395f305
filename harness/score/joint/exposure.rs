//! Who is at the top of a ranking: items in the order of a class's score, and the group of each.

use super::Hand;
use crate::score::OUTSIDE;
use crate::score::predictions::Scores;
use crate::score::value::{Cause, Value, sum};

/// The scores of some classes, each of which ranks all items.
#[derive(Clone, Debug)]
pub struct Queries {
    /// The pattern of each item; `OUTSIDE` where it does not count.
    pub of_row: Vec<u32>,
    /// Patterns by queries.
    scores: Vec<f64>,
    /// How many rankings there are.
    pub width: usize,
    groups: usize,
}

/// The distribution over groups that a ranking is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Desired {
    /// Every group alike.
    Uniform,
    /// As the groups are among all items.
    Dataset,
}

/// Slots from the largest score down; items of one score are one step, and share its ranks evenly.
#[derive(Clone, Debug)]
pub struct Ladder(Vec<Vec<u32>>);

/// A group at the top of a ranking.
#[derive(Clone, Copy, Debug)]
pub struct Top {
    /// How many of its items are among the first.
    pub there: f64,
    /// How many the first are.
    pub of: f64,
    /// The share of them that is desired.
    pub wanted: f64,
}

impl Top {
    /// How the group's share of the first k items differs from the share that is desired: ln(p_k / p), where a group with less than one item
    /// there counts as one in k.
    pub fn skew(self) -> Value {
        if self.wanted > 0.0 && self.of > 0.0 { Ok(self.of_share(self.there / self.of)) } else { Err(Cause::NoItems.into()) }
    }

    /// The same if it had that share of the first.
    pub fn of_share(self, share: f64) -> f64 {
        (share.max(1.0 / self.of) / self.wanted).ln()
    }
}

impl Queries {
    /// The scores of the classes at these columns.
    pub fn new(scores: &Scores, columns: &[usize], groups: usize, counts: impl Fn(usize) -> bool) -> Self {
        let items = scores.values.len() / scores.width.max(1);
        // Adding 0 makes -0 and 0, which are equal, equal in their bits too.
        let row = |row: usize| columns.iter().map(|column| scores.of(row)[*column] + 0.0).collect::<Vec<f64>>();
        let compare = |a: &[f64], b: &[f64]| {
            let order = a.iter().zip(b).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne());
            order.unwrap_or(std::cmp::Ordering::Equal)
        };
        let mut order: Vec<(Vec<f64>, usize)> = (0..items).filter(|item| counts(*item)).map(|item| (row(item), item)).collect();
        order.sort_by(|a, b| compare(&a.0, &b.0));
        let mut queries = Self { of_row: vec![OUTSIDE; items], scores: Vec::new(), width: columns.len(), groups };
        for run in order.chunk_by(|a, b| compare(&a.0, &b.0).is_eq()) {
            let pattern = (queries.scores.len() / columns.len().max(1)) as u32;
            run.iter().for_each(|(_, item)| queries.of_row[*item] = pattern);
            queries.scores.extend_from_slice(&run[0].0);
        }
        queries
    }

    /// The slots of these patterns in the order of every query.
    pub fn ladders(&self, patterns: &[u32]) -> Vec<Ladder> {
        let ladder = |query: usize| {
            let score = |slot: u32| self.scores[patterns[slot as usize] as usize * self.width + query];
            let mut slots: Vec<u32> = (0..patterns.len() as u32).collect();
            slots.sort_by(|a, b| score(*b).total_cmp(&score(*a)));
            Ladder(slots.chunk_by(|a, b| score(*a) == score(*b)).map(<[u32]>::to_vec).collect())
        };
        (0..self.width).map(ladder).collect()
    }

    /// Who is among the first k items, group by group.
    pub fn tops(&self, hand: &Hand<'_>, ladder: &Ladder, k: f64, desired: Desired) -> Vec<Top> {
        let sizes = self.sizes(hand);
        let all = sum(sizes.iter().copied());
        let k = k.min(all);
        let mut top = vec![0.0; self.groups];
        let mut left = k;
        for step in &ladder.0 {
            let here = self.of_step(hand, step);
            let weight = sum(here.iter().copied());
            if weight > 0.0 {
                let part = (left / weight).min(1.0);
                top.iter_mut().zip(&here).for_each(|(top, here)| *top += part * here);
                left -= part * weight;
            }
            if left <= 0.0 {
                break;
            }
        }
        let wanted = Self::wanted(&sizes, desired);
        top.into_iter().zip(wanted).map(|(there, wanted)| Top { there, of: k, wanted }).collect()
    }

    /// The mean over ranks i, each weighing 1 / log2(i + 1), of how far the groups' shares of the first i items are from those that are
    /// desired (Kullback-Leibler, in nats).
    pub fn ndkl(&self, hand: &Hand<'_>, ladder: &Ladder, desired: Desired) -> Value {
        let sizes = self.sizes(hand);
        let wanted = Self::wanted(&sizes, desired);
        let (mut before, mut done) = (vec![0.0; self.groups], 0.0);
        let (mut total, mut weights) = (0.0, 0.0);
        for step in &ladder.0 {
            let here = self.of_step(hand, step);
            let weight = sum(here.iter().copied());
            // Weights that are no whole numbers are summed with errors.
            let (first, last) = ((done + 1e-9_f64).floor() as u64 + 1, (done + weight + 1e-9_f64).floor() as u64);
            for rank in first..=last {
                let part = (rank as f64 - done) / weight;
                let share = |group: usize| (before[group] + part * here[group]) / rank as f64;
                let of_group = |group: usize| match share(group) {
                    share if share > 0.0 => share * (share / wanted[group]).ln(),
                    _ => 0.0,
                };
                let discount = 1.0 / (rank as f64 + 1.0).log2();
                total += discount * sum((0..self.groups).map(of_group));
                weights += discount;
            }
            before.iter_mut().zip(&here).for_each(|(before, here)| *before += here);
            done += weight;
        }
        if weights > 0.0 { Ok((total / weights).max(0.0)) } else { Err(Cause::NoItems.into()) }
    }

    fn sizes(&self, hand: &Hand<'_>) -> Vec<f64> {
        let mut sizes = vec![0.0; self.groups];
        let slots = hand.groups.iter().zip(hand.weights).filter(|(group, _)| **group != OUTSIDE);
        slots.for_each(|(group, weight)| sizes[*group as usize] += weight);
        sizes
    }

    fn of_step(&self, hand: &Hand<'_>, step: &[u32]) -> Vec<f64> {
        let mut weights = vec![0.0; self.groups];
        for slot in step.iter().map(|slot| *slot as usize).filter(|slot| hand.groups[*slot] != OUTSIDE) {
            weights[hand.groups[slot] as usize] += hand.weights[slot];
        }
        weights
    }

    /// The share that each group should have; 0 of groups without items.
    fn wanted(sizes: &[f64], desired: Desired) -> Vec<f64> {
        let there = sizes.iter().filter(|size| **size > 0.0).count() as f64;
        let all = sum(sizes.iter().copied());
        let share = |size: &f64| match desired {
            _ if *size <= 0.0 => 0.0,
            Desired::Uniform => 1.0 / there,
            Desired::Dataset => size / all,
        };
        sizes.iter().map(share).collect()
    }
}
