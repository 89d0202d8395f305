//! What metrics read that set the scores of one group against those of others: whole distributions, and pairs across groups. One pass down
//! the ranking, with running sums for every group.

use crate::data::frame::Targets;
use crate::score::lens::Hand;
use crate::score::lens::order::Order;
use crate::score::lens::ranking::Rankings;
use crate::score::lens::tally::{Apart, Tally};
use crate::score::predictions::Scores;

/// The scores and truths of all items, for one class.
#[derive(Clone, Debug)]
pub struct Crossings {
    rankings: Rankings,
}

/// What has been passed of a group, or of all groups of a panel.
#[derive(Clone, Copy, Debug, Default)]
struct Passed {
    positives: f64,
    negatives: f64,
    /// The same, at the score that is being passed.
    here: (f64, f64),
    /// The share of all items.
    share: f64,
}

impl Crossings {
    /// Reads the scores of a class.
    pub fn new(targets: &Targets, scores: &Scores, class: u32) -> Self {
        Self { rankings: Rankings::new(targets, scores, &[class]) }
    }

    /// The pattern of each item.
    pub fn of_row(&self) -> &[u32] {
        &self.rankings.of_row
    }

    /// The scores and truths in order.
    pub fn rankings(&self) -> &Rankings {
        &self.rankings
    }

    /// The order of the scores; `patterns` is each slot's pattern.
    pub fn order(&self, patterns: &[u32]) -> Vec<Order> {
        self.rankings.order(patterns)
    }

    /// A tally of the right size, for a number of groups.
    pub fn tally(&self, groups: usize) -> Tally {
        Tally { apart: vec![Apart::default(); groups], ..Tally::default() }
    }

    /// Sums a hand up, in one tally a group; items in no group are no group's others.
    pub(in crate::score) fn sum(&self, hand: &Hand<'_>, tallies: &mut [Tally]) {
        let groups = hand.breakdown.groups.len();
        let Some(order) = hand.order.first() else { return };
        let slots = || order.iter().filter(|(slot, _)| hand.breakdown.has(hand.labels[*slot]) && hand.weights[*slot] > 0.0);
        for (slot, mark) in slots() {
            let (group, weight) = (hand.labels[slot] as usize, hand.weights[slot]);
            let home = hand.breakdown.home(hand.labels[slot]);
            for place in std::iter::once(group).chain(home) {
                tallies[place].items += weight;
                let side = &mut tallies[place].cross;
                *(if mark.is_positive() { &mut side.positives } else { &mut side.negatives }) += weight;
            }
        }
        let mut pass = Pass { passed: vec![Passed::default(); tallies.len()], last: vec![f64::NAN; groups * groups], touched: Vec::new() };
        let mut steps = slots().map(|(slot, mark)| (slot, mark, self.rankings.score(hand.patterns[slot]))).peekable();
        while let Some((slot, mark, score)) = steps.next() {
            let (group, weight) = (hand.labels[slot] as usize, hand.weights[slot]);
            if !pass.touched.contains(&group) {
                pass.touched.push(group);
            }
            for place in std::iter::once(group).chain(hand.breakdown.home(hand.labels[slot])) {
                let here = &mut pass.passed[place].here;
                *(if mark.is_positive() { &mut here.0 } else { &mut here.1 }) += weight;
            }
            if steps.peek().is_none_or(|(_, _, next)| *next != score) {
                pass.finish(score, hand, tallies);
            }
        }
        for group in 0..groups {
            let Some(home) = hand.breakdown.home(group as u32) else { continue };
            let all = tallies[home].cross;
            let own = &mut tallies[group].cross;
            own.other_positives = all.positives - own.positives;
            own.other_negatives = all.negatives - own.negatives;
            // So far, the others' negatives above.
            own.below_positives = own.positives * own.other_negatives - own.below_positives;
        }
    }
}

/// A way down the ranking.
struct Pass {
    /// Of each group, and after them of each panel.
    passed: Vec<Passed>,
    /// For each pair of groups, the score down to which the distance of their distributions is counted.
    last: Vec<f64>,
    /// The groups that have items at the score that is being passed.
    touched: Vec<usize>,
}

impl Pass {
    /// Counts the items of one score.
    fn finish(&mut self, score: f64, hand: &Hand<'_>, tallies: &mut [Tally]) {
        let groups = hand.breakdown.groups.len();
        let touched = std::mem::take(&mut self.touched);
        let neighbours = |group: usize| {
            let panel = hand.breakdown.panels.iter().find(|panel| panel.groups.contains(&group));
            panel.map_or(0..0, |panel| panel.groups.clone()).filter(move |other| *other != group)
        };
        for group in &touched {
            for other in neighbours(*group) {
                let (low, high) = (other.min(*group), other.max(*group));
                let last = std::mem::replace(&mut self.last[low * groups + high], score);
                let distance = (self.passed[low].share - self.passed[high].share).abs();
                if distance > 0.0 {
                    tallies[low].apart[high].area += distance * (last - score);
                }
            }
        }
        for group in &touched {
            let Some(home) = hand.breakdown.home(*group as u32) else { continue };
            let (own, all) = (self.passed[*group], self.passed[home]);
            let cross = &mut tallies[*group].cross;
            let other = |all: f64, own: f64, all_here: f64, own_here: f64| all - own + (all_here - own_here) / 2.0;
            cross.above_negatives += own.here.1 * other(all.positives, own.positives, all.here.0, own.here.0);
            cross.below_positives += own.here.0 * other(all.negatives, own.negatives, all.here.1, own.here.1);
        }
        let homes = touched.iter().filter_map(|group| hand.breakdown.home(*group as u32));
        let mut moved: Vec<usize> = touched.iter().copied().chain(homes).collect();
        moved.sort_unstable();
        moved.dedup();
        for place in moved {
            let items = tallies[place].items;
            let passed = &mut self.passed[place];
            let (positives, negatives) = std::mem::take(&mut passed.here);
            passed.positives += positives;
            passed.negatives += negatives;
            passed.share = (passed.positives + passed.negatives) / items;
        }
        for group in &touched {
            for other in neighbours(*group) {
                let (low, high) = (other.min(*group), other.max(*group));
                let distance = (self.passed[low].share - self.passed[high].share).abs();
                let most = &mut tallies[low].apart[high].most;
                *most = most.max(distance);
            }
        }
    }
}
