//! What metrics of probabilities read of an item: how likely each class was held, and what is true of it. Every number that they need is
//! a sum over items, so that a resample weighs the same few numbers an item.

use crate::data::frame::Targets;
use crate::score::OUTSIDE;
use crate::score::lens::tally::{Belief, Bin, Tally};
use crate::score::metric::{Task, Wanted};
use crate::score::predictions::Scores;

/// The probabilities and truths of all items.
#[derive(Clone, Debug)]
pub struct Probabilities {
    /// The pattern of each item; `OUTSIDE` where nothing is known to be true of it.
    pub of_row: Vec<u32>,
    losses: Vec<Loss>,
    /// Patterns by classes: each class's probability, and whether it is true, where that is known.
    beliefs: Vec<(f64, Option<bool>)>,
    classes: usize,
    bins: usize,
}

/// What tells an item's pattern from others, its losses, and each class's probability and truth.
type Row = (Vec<u64>, Loss, Vec<(f64, Option<bool>)>);

/// The numbers that a single item has by itself.
#[derive(Clone, Copy, Debug, Default)]
struct Loss {
    log_loss: f64,
    brier: f64,
    bin: usize,
    confidence: f64,
    hit: bool,
}

impl Probabilities {
    /// Reads probabilities (`scores`, which are some already), with as many bins of confidence.
    pub fn new(targets: &Targets, scores: &Scores, task: Task, wanted: Wanted, bins: usize) -> Self {
        let classes: Vec<usize> = match wanted {
            Wanted::Nothing => Vec::new(),
            Wanted::Positive(class) => vec![class],
            Wanted::All => (0..task.classes).collect(),
        };
        let row = |row: usize| -> Option<Row> {
            let all = whole(scores.of(row), task);
            let known = |class: usize| known(targets, row, class);
            let beliefs: Vec<(f64, Option<bool>)> = classes.iter().map(|class| (all[*class], known(*class))).collect();
            let loss = match targets {
                Targets::Single(targets) => Loss::of(&all, targets[row]? as usize, task, bins),
                Targets::Multi { .. } if beliefs.iter().all(|(_, truth)| truth.is_none()) => return None,
                Targets::Multi { .. } => Loss::default(),
            };
            // What an item's numbers follow from: numbers of patterns must not depend on the order of rows.
            let mut key: Vec<u64> = all.iter().map(|probability| (probability + 0.0).to_bits()).collect();
            key.extend((0..task.classes).map(|class| known(class).map_or(2, u64::from)));
            Some((key, loss, beliefs))
        };
        let rows: Vec<_> = (0..targets.len()).map(row).collect();
        let mut order: Vec<usize> = (0..rows.len()).filter(|row| rows[*row].is_some()).collect();
        let key = |row: usize| rows[row].as_ref().map(|(key, ..)| key);
        order.sort_unstable_by(|a, b| key(*a).cmp(&key(*b)));
        let mut all = Self { of_row: vec![OUTSIDE; rows.len()], losses: Vec::new(), beliefs: Vec::new(), classes: classes.len(), bins };
        for run in order.chunk_by(|a, b| key(*a) == key(*b)) {
            let Some((_, loss, beliefs)) = &rows[run[0]] else { continue };
            run.iter().for_each(|row| all.of_row[*row] = all.losses.len() as u32);
            all.losses.push(*loss);
            all.beliefs.extend_from_slice(beliefs);
        }
        all
    }

    /// A tally of the right size.
    pub fn tally(&self) -> Tally {
        Tally { beliefs: vec![Belief::default(); self.classes], bins: vec![Bin::default(); self.bins], ..Tally::default() }
    }

    /// Adds items of one pattern.
    pub fn add(&self, pattern: u32, weight: f64, tally: &mut Tally) {
        let pattern = pattern as usize;
        let loss = &self.losses[pattern];
        tally.items += weight;
        tally.trust.log_loss += weight * loss.log_loss;
        tally.trust.brier += weight * loss.brier;
        if let Some(bin) = tally.bins.get_mut(loss.bin) {
            bin.weight += weight;
            bin.confidence += weight * loss.confidence;
            bin.hits += if loss.hit { weight } else { 0.0 };
        }
        let beliefs = &self.beliefs[pattern * self.classes..(pattern + 1) * self.classes];
        for (belief, (probability, truth)) in tally.beliefs.iter_mut().zip(beliefs) {
            match truth {
                Some(true) => {
                    belief.positives += weight;
                    belief.in_positives += weight * probability;
                }
                Some(false) => {
                    belief.negatives += weight;
                    belief.in_negatives += weight * probability;
                }
                None => {}
            }
        }
    }
}

impl Loss {
    fn of(all: &[f64], target: usize, task: Task, bins: usize) -> Self {
        let likely = all[target].clamp(f64::EPSILON, 1.0 - f64::EPSILON);
        let squares = all.iter().enumerate().map(|(class, p)| (p - if class == target { 1.0 } else { 0.0 }).powi(2)).sum::<f64>();
        let top = (0..all.len()).reduce(|best, class| if all[class] > all[best] { class } else { best }).unwrap_or(0);
        let held = task.positive.unwrap_or(top);
        let confidence = all[held].clamp(0.0, 1.0);
        Self {
            log_loss: -likely.ln(),
            // Two classes miss by the same: theirs is that of one.
            brier: if task.classes == 2 { squares / 2.0 } else { squares },
            bin: ((confidence * bins as f64) as usize).min(bins.saturating_sub(1)),
            confidence,
            hit: held == target,
        }
    }
}

/// One probability a class; of the positive's alone follows the other's.
pub(in crate::score) fn whole(scores: &[f64], task: Task) -> Vec<f64> {
    match (scores, task.positive) {
        ([one], Some(0)) => vec![*one, 1.0 - one],
        ([one], _) => vec![1.0 - one, *one],
        _ => scores.to_vec(),
    }
}

fn known(targets: &Targets, row: usize, class: usize) -> Option<bool> {
    match targets {
        Targets::Single(targets) => targets[row].map(|target| target as usize == class),
        Targets::Multi { present, absent } => {
            let class = class as u32;
            let found = present[row].binary_search(&class).is_ok();
            (found || absent[row].binary_search(&class).is_ok()).then_some(found)
        }
    }
}
