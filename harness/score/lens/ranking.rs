//! What rank metrics read of an item: its scores, and what is true of it.

use std::cmp::Reverse;

use rayon::prelude::*;

use crate::data::frame::Targets;
use crate::score::OUTSIDE;
use crate::score::lens::order::{Mark, Order};
use crate::score::lens::tally::Tally;
use crate::score::predictions::Scores;

/// The scores and truths of all items, for the classes that are read.
#[derive(Clone, Debug)]
pub struct Rankings {
    /// The pattern of each item; `OUTSIDE` where nothing is known to be true of it.
    pub of_row: Vec<u32>,
    classes: usize,
    /// Patterns by classes.
    scores: Vec<f64>,
    /// Patterns by classes.
    truths: Vec<Truth>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Truth {
    Unknown,
    Negative,
    Positive,
}

impl Rankings {
    /// Reads the scores of some classes (`classes`, in that order), in a task of `all` classes. A single score column is that of
    /// `classes[0]`.
    pub fn new(targets: &Targets, scores: &Scores, classes: &[u32]) -> Self {
        let width = classes.len();
        let items = targets.len();
        let mut raw = Vec::with_capacity(items * width);
        let mut truths = Vec::with_capacity(items * width);
        for row in 0..items {
            let of_row = scores.of(row);
            for class in classes {
                // Adding 0 makes -0 and 0, which are equal, equal in their bits too.
                raw.push(0.0 + if scores.width == 1 { of_row[0] } else { of_row[*class as usize] });
                truths.push(truth(targets, row, *class));
            }
        }
        let of = |row: u32| row as usize * width..(row as usize + 1) * width;
        let compare = |a: &u32, b: &u32| {
            let by_score = raw[of(*a)].iter().zip(&raw[of(*b)]).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne());
            by_score.unwrap_or(std::cmp::Ordering::Equal).then_with(|| truths[of(*a)].cmp(&truths[of(*b)]))
        };
        // The first score stands beside its row, so that few comparisons leave the list.
        let known = (0..items as u32).filter(|row| truths[of(*row)].iter().any(|truth| *truth != Truth::Unknown));
        let mut order: Vec<(i64, u32)> = known.map(|row| (place(raw[row as usize * width]), row)).collect();
        let compare = |a: &(i64, u32), b: &(i64, u32)| a.0.cmp(&b.0).then_with(|| compare(&a.1, &b.1));
        order.par_sort_unstable_by(compare);
        let mut rankings = Self { of_row: vec![OUTSIDE; items], classes: width, scores: Vec::new(), truths: Vec::new() };
        let mut previous: Option<(i64, u32)> = None;
        for next in order {
            let row = next.1;
            if previous.is_none_or(|previous| compare(&previous, &next).is_ne()) {
                rankings.scores.extend_from_slice(&raw[of(row)]);
                rankings.truths.extend_from_slice(&truths[of(row)]);
            }
            rankings.of_row[row as usize] = (rankings.scores.len() / width - 1) as u32;
            previous = Some(next);
        }
        rankings
    }

    /// The rankings of two sides about the same items: the patterns of the second come after those of the first. Two models' scores are no
    /// numbers of one scale, so that in their place are ranks among the model's own (Venkatraman and Begg 1996; Bandos, Rockette and Gur
    /// 2005), which change no number of either side.
    #[must_use]
    pub fn beside(&self, other: &Self) -> Self {
        let truths = [self.truths.as_slice(), &other.truths].concat();
        Self { of_row: self.of_row.clone(), classes: self.classes, scores: [self.ranks(), other.ranks()].concat(), truths }
    }

    /// Patterns by classes: the mean rank of each score, of equal ones the same.
    fn ranks(&self) -> Vec<f64> {
        let mut rows = vec![0.0; self.patterns()];
        self.of_row.iter().filter(|pattern| **pattern != OUTSIDE).for_each(|pattern| rows[*pattern as usize] += 1.0);
        let mut ranks = vec![0.0; self.scores.len()];
        for class in 0..self.classes {
            let at = |pattern: usize| pattern * self.classes + class;
            let mut order: Vec<usize> = (0..rows.len()).filter(|pattern| self.truths[at(*pattern)] != Truth::Unknown).collect();
            order.sort_unstable_by_key(|pattern| place(self.scores[at(*pattern)]));
            let mut below = 0.0;
            for ties in order.chunk_by(|a, b| self.scores[at(*a)] == self.scores[at(*b)]) {
                let tied: f64 = ties.iter().map(|pattern| rows[*pattern]).sum();
                ties.iter().for_each(|pattern| ranks[at(*pattern)] = below + tied / 2.0);
                below += tied;
            }
        }
        ranks
    }

    /// Whether items of a pattern are of a class; `None` where that is not known.
    pub fn is_positive(&self, pattern: u32, class: usize) -> Option<bool> {
        match *self.truths.get(pattern as usize * self.classes + class)? {
            Truth::Unknown => None,
            truth => Some(truth == Truth::Positive),
        }
    }

    /// How many distinct rows of scores and truths there are.
    pub fn patterns(&self) -> usize {
        self.scores.len() / self.classes.max(1)
    }

    /// How many classes are read.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// The score of a pattern, of the first class that is read.
    pub fn score(&self, pattern: u32) -> f64 {
        self.scores[pattern as usize * self.classes]
    }

    /// A tally of the right size.
    pub fn tally(&self) -> Tally {
        Tally::new(0, self.classes)
    }

    /// For each class, the order of its scores; `patterns` is each slot's pattern.
    pub fn order(&self, patterns: &[u32]) -> Vec<Order> {
        let at = |slot: u32, class: usize| patterns[slot as usize] as usize * self.classes + class;
        (0..self.classes)
            .into_par_iter()
            .map(|class| {
                let key = |slot: u32| (place(self.scores[at(slot, class)]), self.truths[at(slot, class)]);
                // Patterns are numbered in the order of the first class: where slots are too, they need no more than to be turned round.
                let slots = (0..patterns.len() as u32).rev();
                let mut order: Vec<u32> = slots.filter(|slot| self.truths[at(*slot, class)] != Truth::Unknown).collect();
                order.sort_by_key(|slot| Reverse(key(*slot)));
                let mut above = None;
                let mark = |slot: &u32| {
                    let score = self.scores[at(*slot, class)];
                    let step = above.replace(score) != Some(score);
                    Mark::new(step, self.truths[at(*slot, class)] == Truth::Positive)
                };
                let marks = order.iter().map(mark).collect();
                Order::new(order, marks)
            })
            .collect()
    }
}

/// A number that is in the order of numbers what a score is in the order of scores (`f64::total_cmp`).
fn place(score: f64) -> i64 {
    let bits = score.to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

fn truth(targets: &Targets, row: usize, class: u32) -> Truth {
    let (positive, negative) = match targets {
        Targets::Single(targets) => (targets[row] == Some(class), targets[row].is_some_and(|target| target != class)),
        Targets::Multi { present, absent } => (present[row].binary_search(&class).is_ok(), absent[row].binary_search(&class).is_ok()),
    };
    match (positive, negative) {
        (true, _) => Truth::Positive,
        (_, true) => Truth::Negative,
        _ => Truth::Unknown,
    }
}
