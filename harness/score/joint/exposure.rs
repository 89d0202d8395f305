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
    /// How much one item of each pattern weighs: ranks are numbers of items, whatever these weigh.
    amounts: Vec<f64>,
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
    /// How many of the first are its own: as many of them as it has of their weight.
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
    /// The scores of the classes at these columns, of items that weigh so much.
    pub fn new(scores: &Scores, columns: &[usize], weights: Option<&[f64]>, groups: usize, counts: impl Fn(usize) -> bool) -> Self {
        let items = scores.values.len() / scores.width.max(1);
        // Adding 0 makes -0 and 0, which are equal, equal in their bits too.
        let row = |row: usize| columns.iter().map(|column| scores.of(row)[*column] + 0.0).collect::<Vec<f64>>();
        // What weighs nothing is no item among others, whatever it is divided by.
        let amount = |row: usize| weights.map_or(1.0, |weights| weights[row]);
        let amount = |row: usize| if amount(row) > 0.0 { amount(row) } else { 1.0 };
        let compare = |a: &(Vec<f64>, f64, usize), b: &(Vec<f64>, f64, usize)| {
            let order = a.0.iter().zip(&b.0).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne());
            order.unwrap_or_else(|| a.1.total_cmp(&b.1))
        };
        let counted = (0..items).filter(|item| counts(*item));
        let mut order: Vec<(Vec<f64>, f64, usize)> = counted.map(|item| (row(item), amount(item), item)).collect();
        order.sort_by(compare);
        let (of_row, width) = (vec![OUTSIDE; items], columns.len());
        let mut queries = Self { of_row, scores: Vec::new(), amounts: Vec::new(), width, groups };
        for run in order.chunk_by(|a, b| compare(a, b).is_eq()) {
            let pattern = queries.amounts.len() as u32;
            run.iter().for_each(|(_, _, item)| queries.of_row[*item] = pattern);
            queries.scores.extend_from_slice(&run[0].0);
            queries.amounts.push(run[0].1);
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
        let k = k.min(self.items(hand));
        let mut top = vec![0.0; self.groups];
        let mut left = k;
        for step in &ladder.0 {
            let (items, here) = self.of_step(hand, step);
            if items > 0.0 {
                let part = (left / items).min(1.0);
                top.iter_mut().zip(&here).for_each(|(top, here)| *top += part * here);
                left -= part * items;
            }
            if left <= 0.0 {
                break;
            }
        }
        let weight = sum(top.iter().copied());
        let times = if weight > 0.0 { k / weight } else { 0.0 };
        let wanted = Self::wanted(&self.sizes(hand), desired);
        top.into_iter().zip(wanted).map(|(there, wanted)| Top { there: times * there, of: k, wanted }).collect()
    }

    /// How many items are ranked.
    pub fn items(&self, hand: &Hand<'_>) -> f64 {
        let slots = (0..hand.groups.len()).filter(|slot| hand.groups[*slot] != OUTSIDE);
        slots.map(|slot| self.of_slot(hand, slot)).sum()
    }

    /// The mean over ranks i, each worth 1 / log2(i + 1), of how far the groups' shares of the weight of the first i items
    /// are from those that are desired (Kullback-Leibler, in nats).
    pub fn ndkl(&self, hand: &Hand<'_>, ladder: &Ladder, desired: Desired) -> Value {
        let sizes = self.sizes(hand);
        let wanted = Self::wanted(&sizes, desired);
        let (mut before, mut done) = (vec![0.0; self.groups], 0.0);
        let (mut total, mut weights) = (0.0, 0.0);
        for step in &ladder.0 {
            let (items, here) = self.of_step(hand, step);
            let (above, own) = (sum(before.iter().copied()), sum(here.iter().copied()));
            // Weights that are no whole numbers are divided with errors.
            let (first, last) = ((done + 1e-9_f64).floor() as u64 + 1, (done + items + 1e-9_f64).floor() as u64);
            for rank in first..=last {
                let part = (rank as f64 - done) / items;
                let share = |group: usize| (before[group] + part * here[group]) / (above + part * own);
                let of_group = |group: usize| match share(group) {
                    share if share > 0.0 => share * (share / wanted[group]).ln(),
                    _ => 0.0,
                };
                let discount = 1.0 / (rank as f64 + 1.0).log2();
                total += discount * sum((0..self.groups).map(of_group));
                weights += discount;
            }
            before.iter_mut().zip(&here).for_each(|(before, here)| *before += here);
            done += items;
        }
        if weights > 0.0 { Ok((total / weights).max(0.0)) } else { Err(Cause::NoItems.into()) }
    }

    fn sizes(&self, hand: &Hand<'_>) -> Vec<f64> {
        let mut sizes = vec![0.0; self.groups];
        let slots = hand.groups.iter().zip(hand.weights).filter(|(group, _)| **group != OUTSIDE);
        slots.for_each(|(group, weight)| sizes[*group as usize] += weight);
        sizes
    }

    /// How many items of a step there are, and what those of each group weigh.
    fn of_step(&self, hand: &Hand<'_>, step: &[u32]) -> (f64, Vec<f64>) {
        let (mut items, mut weights) = (0.0, vec![0.0; self.groups]);
        for slot in step.iter().map(|slot| *slot as usize).filter(|slot| hand.groups[*slot] != OUTSIDE) {
            items += self.of_slot(hand, slot);
            weights[hand.groups[slot] as usize] += hand.weights[slot];
        }
        (items, weights)
    }

    /// How many items of a slot there are.
    fn of_slot(&self, hand: &Hand<'_>, slot: usize) -> f64 {
        hand.weights[slot] / self.amounts[hand.patterns[slot] as usize]
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
