//! What metrics of probabilities read of an item: how likely each class was held, and what is true of it. Every number that they need is
//! a sum over items, so that a resample weighs the same few numbers an item.

use crate::data::frame::Targets;
use crate::score::OUTSIDE;
use crate::score::lens::Hand;
use crate::score::lens::order::{Mark, Order};
use crate::score::lens::tally::{Belief, Bin, Tally};
use crate::score::metric::{Task, Wanted};
use crate::score::predictions::Scores;

/// How items are put into bins by how likely something was held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bins {
    /// They are not.
    #[default]
    None,
    /// So many bins of equal width, [i / bins, (i + 1) / bins), the last one closed.
    Width(u32),
    /// So many bins of about equal weight: an item is in bin floor(bins s), s the share of the group's items that are held more likely.
    /// Equals share a bin.
    Mass(u32),
}

impl Bins {
    /// How many there are.
    pub fn count(self) -> usize {
        match self {
            Self::None => 0,
            Self::Width(bins) | Self::Mass(bins) => bins as usize,
        }
    }

    /// The bin of a probability, where they are of equal width.
    fn at(self, probability: f64) -> usize {
        let bins = self.count() as f64;
        let bin = (probability * bins).floor();
        // A product may be a rounding off the border that the probability lies on, or beside.
        let bin = if (bin + 1.0) / bins <= probability {
            bin + 1.0
        } else if bin / bins > probability {
            bin - 1.0
        } else {
            bin
        };
        (bin as usize).min(self.count().saturating_sub(1))
    }
}

/// The probabilities and truths of all items.
#[derive(Clone, Debug)]
pub struct Probabilities {
    /// The pattern of each item; `OUTSIDE` where nothing is known to be true of it.
    pub of_row: Vec<u32>,
    losses: Vec<Loss>,
    /// Patterns by classes: each class's probability, and whether it is true, where that is known.
    beliefs: Vec<(f64, Option<bool>)>,
    classes: usize,
    bins: Bins,
}

/// What tells an item's pattern from others, its losses, and each class's probability and truth.
type Row = (Vec<u64>, Loss, Vec<(f64, Option<bool>)>);

/// The numbers that a single item has by itself.
#[derive(Clone, Copy, Debug, Default)]
struct Loss {
    log_loss: f64,
    brier: f64,
    confidence: f64,
    hit: bool,
}

impl Probabilities {
    /// Reads probabilities (`scores`, which are some already), with bins of the confidence, or of each wanted class's probability.
    pub fn new(targets: &Targets, scores: &Scores, task: Task, wanted: Wanted, bins: Bins) -> Self {
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
                Targets::Single(targets) => Loss::of(&all, targets[row]? as usize, task),
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

    /// The probabilities of two sides about the same classes: the patterns of the second come after those of the first.
    #[must_use]
    pub fn beside(&self, other: &Self) -> Self {
        Self {
            losses: [self.losses.as_slice(), &other.losses].concat(),
            beliefs: [self.beliefs.as_slice(), &other.beliefs].concat(),
            ..self.clone()
        }
    }

    /// A tally of the right size.
    pub fn tally(&self) -> Tally {
        let bins = vec![Bin::default(); self.sets() * self.bins.count()];
        Tally { beliefs: vec![Belief::default(); self.classes], bins, ..Tally::default() }
    }

    /// How many sets of bins there are: one a class that is read by itself, or one of all together.
    fn sets(&self) -> usize {
        self.classes.max(1)
    }

    /// How many distinct rows of probabilities and truths there are. Each has a twin, so many places later, whose items are in the same bin and err
    /// as far to the other side.
    pub fn patterns(&self) -> usize {
        self.losses.len()
    }

    /// Puts an item of a pattern, or of a twin, into a bin.
    fn put(&self, pattern: usize, confidence: f64, hit: bool, weight: f64, bin: &mut Bin) {
        let hit = f64::from(u8::from(hit));
        bin.add(confidence, if pattern < self.patterns() { hit } else { 2.0 * confidence - hit }, weight);
    }

    /// How likely it was held to be what a set of bins is about, and whether it is, where that is known.
    fn held(&self, pattern: usize, set: usize) -> (f64, Option<bool>) {
        let pattern = pattern % self.patterns();
        match self.classes {
            0 => (self.losses[pattern].confidence, Some(self.losses[pattern].hit)),
            classes => self.beliefs[pattern * classes + set],
        }
    }

    /// Where bins are of equal weight, for each set of them the order of confidence; `patterns` is each slot's pattern.
    pub(super) fn order(&self, patterns: &[u32]) -> Vec<Order> {
        let Bins::Mass(_) = self.bins else { return Vec::new() };
        let order = |set: usize| {
            let held = |slot: u32| self.held(patterns[slot as usize] as usize, set);
            let mut slots: Vec<u32> = (0..patterns.len() as u32).filter(|slot| held(*slot).1.is_some()).collect();
            slots.sort_by(|a, b| held(*b).0.total_cmp(&held(*a).0));
            let mut above = None;
            let mark = |slot: &u32| {
                let (confidence, truth) = held(*slot);
                Mark::new(above.replace(confidence) != Some(confidence), truth == Some(true))
            };
            let marks = slots.iter().map(mark).collect();
            Order::new(slots, marks)
        };
        (0..self.sets()).map(order).collect()
    }

    /// Puts a hand's items into bins of equal weight, once all have been added.
    pub(super) fn deal(&self, hand: &Hand<'_>, whole: bool, tallies: &mut [Tally]) {
        for (set, order) in hand.order.iter().enumerate() {
            let all = |tally: &Tally| tally.beliefs.get(set).map_or(tally.items, |belief| belief.positives + belief.negatives);
            // Of each tally: the weight so far, and the step and the weight before it.
            let mut passed = vec![(0.0, 0, 0.0); tallies.len()];
            let mut step = 0;
            for (slot, mark) in order.iter() {
                step += u64::from(mark.is_step());
                let weight = hand.weights[slot];
                let pattern = hand.patterns[slot] as usize;
                let confidence = self.held(pattern, set).0;
                for place in hand.breakdown.places(hand.labels[slot], whole).filter(|_| weight > 0.0) {
                    let (tally, (sum, seen, before)) = (&mut tallies[place], &mut passed[place]);
                    if *seen != step {
                        (*seen, *before) = (step, *sum);
                    }
                    *sum += weight;
                    // In this order, whole numbers are divided without an error.
                    let bin = (*before * self.bins.count() as f64 / all(tally)) as usize;
                    let bin = bin.min(self.bins.count() - 1);
                    self.put(pattern, confidence, mark.is_positive(), weight, &mut tally.bins[set * self.bins.count() + bin]);
                }
            }
        }
    }

    /// Adds items of one pattern.
    pub fn add(&self, pattern: u32, weight: f64, tally: &mut Tally) {
        let (twin, pattern) = (pattern as usize, pattern as usize % self.patterns());
        let loss = &self.losses[pattern];
        tally.items += weight;
        tally.trust.log_loss += weight * loss.log_loss;
        tally.trust.brier += weight * loss.brier;
        if let Bins::Width(_) = self.bins {
            for set in 0..self.sets() {
                let (confidence, truth) = self.held(pattern, set);
                if let Some(hit) = truth {
                    self.put(twin, confidence, hit, weight, &mut tally.bins[set * self.bins.count() + self.bins.at(confidence)]);
                }
            }
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
    fn of(all: &[f64], target: usize, task: Task) -> Self {
        let likely = all[target].clamp(f64::EPSILON, 1.0 - f64::EPSILON);
        let squares = all.iter().enumerate().map(|(class, p)| (p - if class == target { 1.0 } else { 0.0 }).powi(2)).sum::<f64>();
        let top = (0..all.len()).reduce(|best, class| if all[class] > all[best] { class } else { best }).unwrap_or(0);
        let held = task.positive.unwrap_or(top);
        let confidence = all[held].clamp(0.0, 1.0);
        Self {
            log_loss: -likely.ln(),
            // Two classes miss by the same: theirs is that of one.
            brier: if task.classes == 2 { squares / 2.0 } else { squares },
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
