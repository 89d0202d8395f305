//! What count metrics read of an item: which classes it was rightly and wrongly given. Items of equal outcome are one pattern, so that
//! work grows with the number of distinct outcomes and not with the number of items.

use std::collections::HashMap;

use crate::data::frame::Targets;
use crate::score::OUTSIDE;
use crate::score::lens::tally::{Samples, Tally};
use crate::score::predictions::Decisions;

/// The outcomes of all items.
#[derive(Clone, Debug)]
pub struct Outcomes {
    /// The pattern of each item; `OUTSIDE` where nothing is known to be true of it.
    pub of_row: Vec<u32>,
    classes: usize,
    patterns: Vec<Pattern>,
    /// Whether a class without a mark is a true negative (single labels) or unknown (multi-label).
    unmarked_is_negative: bool,
    /// How much more recall counts than precision in an item's F score.
    beta: f64,
    /// Whether classes are counted against each other too.
    confusions: bool,
}

/// One distinct outcome.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Pattern {
    marks: Vec<(u32, Mark)>,
    right: bool,
    /// How many marks are true positives, false positives and false negatives: what an item's own numbers are made of.
    counts: [u32; 3],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Mark {
    TruePositive,
    FalsePositive,
    FalseNegative,
    TrueNegative,
}

impl Outcomes {
    /// Sets decisions against targets, for a number of classes.
    pub fn new(targets: &Targets, decisions: &Decisions, classes: usize) -> Self {
        match (targets, decisions) {
            (Targets::Single(targets), Decisions::Single(decisions)) => Self::single(targets, decisions, classes),
            (Targets::Single(targets), Decisions::Sets(decisions)) => {
                let patterns = targets.iter().zip(decisions).map(|(target, set)| target.map(|target| Pattern::of_set(target, set)));
                Self::interned(patterns, classes, true)
            }
            (Targets::Multi { present, absent }, decisions) => {
                let patterns = present.iter().zip(absent).enumerate().map(|(row, (present, absent))| {
                    let known = !(present.is_empty() && absent.is_empty());
                    known.then(|| match decisions {
                        Decisions::Single(decisions) => Pattern::of_labels(present, absent, decisions[row].as_slice()),
                        Decisions::Sets(decisions) => Pattern::of_labels(present, absent, &decisions[row]),
                    })
                });
                Self::interned(patterns, classes, false)
            }
        }
    }

    /// One thing of every item, found or not: the confusion of a single class that is always positive.
    pub fn of_finds(found: &[Option<bool>]) -> Self {
        let pattern = |found: bool| {
            let mark = if found { Mark::TruePositive } else { Mark::FalseNegative };
            Pattern::new(vec![(0, mark)], found)
        };
        Self::interned(found.iter().map(|found| found.map(pattern)), 1, true)
    }

    /// One class an item against one: a pattern is a cell of the confusion matrix.
    fn single(targets: &[Option<u32>], decisions: &[Option<u32>], classes: usize) -> Self {
        let columns = classes as u64 + 1;
        let code = |target: Option<u32>, decision: Option<u32>| {
            target.map(|target| u64::from(target) * columns + decision.map_or(classes as u64, u64::from))
        };
        let codes = targets.iter().zip(decisions).map(|(target, decision)| code(*target, *decision));
        let (of_row, distinct) = if classes <= DENSE_CLASSES { dense(codes, columns * columns) } else { intern(codes) };
        let pattern = |code: &u64| {
            let (target, decision) = ((code / columns) as u32, (code % columns) as u32);
            Pattern::of_one(target, ((decision as usize) < classes).then_some(decision))
        };
        Self { of_row, classes, patterns: distinct.iter().map(pattern).collect(), unmarked_is_negative: true, confusions: false, beta: 1.0 }
    }

    /// Every outcome of one class decided against one, and of none decided; of no item.
    pub fn every(classes: usize) -> Self {
        let decisions = || (0..classes as u32).map(Some).chain([None]);
        let all = (0..classes as u32).flat_map(|target| decisions().map(move |decision| Pattern::of_one(target, decision)));
        Self { of_row: Vec::new(), classes, patterns: all.collect(), unmarked_is_negative: true, confusions: false, beta: 1.0 }
    }

    /// The place of an outcome among [`Self::every`].
    pub fn pattern_of(target: u32, decision: Option<u32>, classes: usize) -> usize {
        target as usize * (classes + 1) + decision.map_or(classes, |decision| decision as usize)
    }

    fn interned(patterns: impl Iterator<Item = Option<Pattern>>, classes: usize, unmarked_is_negative: bool) -> Self {
        let (of_row, patterns) = intern(patterns);
        Self { of_row, classes, patterns, unmarked_is_negative, confusions: false, beta: 1.0 }
    }

    /// The same, with another weight of recall in the items' F scores.
    #[must_use]
    pub fn weighing(self, beta: f64) -> Self {
        Self { beta, ..self }
    }

    /// The same, where every item is of one class, with each class counted against each other one.
    #[must_use]
    pub fn with_confusions(self) -> Self {
        Self { confusions: self.unmarked_is_negative, ..self }
    }

    /// How many distinct outcomes there are.
    pub fn patterns(&self) -> usize {
        self.patterns.len()
    }

    /// The outcomes of two sides about the same classes: the patterns of the second come after those of the first.
    #[must_use]
    pub fn beside(&self, other: &Self) -> Self {
        Self { patterns: [self.patterns.as_slice(), &other.patterns].concat(), ..self.clone() }
    }

    /// A tally of the right size.
    pub fn tally(&self) -> Tally {
        let pairs = if self.confusions { self.classes * self.classes } else { 0 };
        Tally { given: vec![0.0; pairs], ..Tally::new(self.classes, 0) }
    }

    /// Adds items of one pattern.
    pub fn add(&self, pattern: u32, weight: f64, tally: &mut Tally) {
        let pattern = &self.patterns[pattern as usize];
        tally.items += weight;
        if pattern.right {
            tally.right += weight;
        }
        for (class, mark) in &pattern.marks {
            // Without a branch, which nobody could predict.
            let share = |wanted: Mark| if *mark == wanted { weight } else { 0.0 };
            let cell = &mut tally.cells[*class as usize];
            cell.true_positive += share(Mark::TruePositive);
            cell.false_positive += share(Mark::FalsePositive);
            cell.false_negative += share(Mark::FalseNegative);
            cell.true_negative += share(Mark::TrueNegative);
        }
        if self.confusions {
            let target = pattern.marks.iter().find(|(_, mark)| matches!(mark, Mark::TruePositive | Mark::FalseNegative));
            for (class, _) in pattern.marks.iter().filter(|(_, mark)| matches!(mark, Mark::TruePositive | Mark::FalsePositive)) {
                tally.given[target.map_or(0, |(target, _)| *target as usize) * self.classes + *class as usize] += weight;
            }
        }
        if !self.unmarked_is_negative {
            pattern.add_samples(weight, self.beta, &mut tally.samples);
        }
    }

    /// What follows from the sums once all items are in.
    pub fn finish(&self, tally: &mut Tally) {
        if self.unmarked_is_negative {
            for cell in &mut tally.cells {
                let rest = tally.items - cell.true_positive - cell.false_positive - cell.false_negative;
                cell.true_negative = if rest > ROUNDING * tally.items { rest } else { 0.0 };
            }
        }
    }
}

impl Pattern {
    fn new(marks: Vec<(u32, Mark)>, right: bool) -> Self {
        let count = |wanted: Mark| marks.iter().filter(|(_, mark)| *mark == wanted).count() as u32;
        let counts = [Mark::TruePositive, Mark::FalsePositive, Mark::FalseNegative].map(count);
        Self { marks, right, counts }
    }

    fn of_one(target: u32, decision: Option<u32>) -> Self {
        let right = decision == Some(target);
        let mut marks = vec![(target, if right { Mark::TruePositive } else { Mark::FalseNegative })];
        marks.extend(decision.filter(|_| !right).map(|decision| (decision, Mark::FalsePositive)));
        Self::new(marks, right)
    }

    fn of_set(target: u32, set: &[u32]) -> Self {
        let right = set.contains(&target);
        let mark = |class: &u32| (*class, if *class == target { Mark::TruePositive } else { Mark::FalsePositive });
        let mut marks: Vec<(u32, Mark)> = set.iter().map(mark).collect();
        if !right {
            marks.push((target, Mark::FalseNegative));
        }
        Self::new(marks, right)
    }

    fn of_labels(present: &[u32], absent: &[u32], decided: &[u32]) -> Self {
        let mark = |classes: &[u32], hit: Mark, miss: Mark| -> Vec<(u32, Mark)> {
            classes.iter().map(|class| (*class, if decided.contains(class) { hit } else { miss })).collect()
        };
        let mut marks = mark(present, Mark::TruePositive, Mark::FalseNegative);
        marks.extend(mark(absent, Mark::FalsePositive, Mark::TrueNegative));
        let right = marks.iter().all(|(_, mark)| matches!(mark, Mark::TruePositive | Mark::TrueNegative));
        Self::new(marks, right)
    }

    /// The numbers that a single multi-label item has by itself.
    fn add_samples(&self, weight: f64, beta: f64, samples: &mut Samples) {
        let [hits, false_hits, misses] = self.counts.map(f64::from);
        let share = |numerator: f64, denominator: f64| (denominator > 0.0).then(|| numerator / denominator);
        samples.items += weight;
        samples.recall.add(share(hits, hits + misses), weight);
        samples.precision.add(share(hits, hits + false_hits), weight);
        samples.f1.add(share(2.0 * hits, 2.0 * hits + false_hits + misses), weight);
        let recall = beta * beta;
        samples.fbeta.add(share((1.0 + recall) * hits, (1.0 + recall) * hits + recall * misses + false_hits), weight);
        samples.jaccard.add(share(hits, hits + false_hits + misses), weight);
        samples.hit.add(share(hits.min(1.0), (hits + misses).min(1.0)), weight);
    }
}

/// What rounding leaves of a sum of real weights when all of it is taken away again, at most: nobody is left then, and a rate of nobody is
/// undefined. Whole weights leave nothing.
const ROUNDING: f64 = 1e-10;

/// Up to here a confusion matrix is an array (4 million cells).
const DENSE_CLASSES: usize = 2000;

/// Numbers codes below `bound` in their order, through an array.
fn dense(codes: impl Iterator<Item = Option<u64>>, bound: u64) -> (Vec<u32>, Vec<u64>) {
    let mut seen = vec![OUTSIDE; bound as usize];
    let mut of_row: Vec<u32> = codes
        .map(|code| {
            code.map_or(OUTSIDE, |code| {
                seen[code as usize] = 0;
                code as u32
            })
        })
        .collect();
    let distinct: Vec<u64> = (0..bound).filter(|code| seen[*code as usize] == 0).collect();
    for (number, code) in distinct.iter().enumerate() {
        seen[*code as usize] = number as u32;
    }
    for code in of_row.iter_mut().filter(|code| **code != OUTSIDE) {
        *code = seen[*code as usize];
    }
    (of_row, distinct)
}

/// Numbers distinct keys in their own order, so that the numbers do not depend on the order of rows.
fn intern<K: std::hash::Hash + Eq + Ord + Clone>(keys: impl Iterator<Item = Option<K>>) -> (Vec<u32>, Vec<K>) {
    let mut numbers: HashMap<K, u32> = HashMap::new();
    let mut of_row: Vec<u32> = keys
        .map(|key| {
            key.map_or(OUTSIDE, |key| {
                let next = numbers.len() as u32;
                *numbers.entry(key).or_insert(next)
            })
        })
        .collect();
    let mut sorted: Vec<(K, u32)> = numbers.into_iter().collect();
    sorted.sort_unstable();
    let mut place = vec![0; sorted.len()];
    for (number, (_, first)) in sorted.iter().enumerate() {
        place[*first as usize] = number as u32;
    }
    for number in of_row.iter_mut().filter(|number| **number != OUTSIDE) {
        *number = place[*number as usize];
    }
    (of_row, sorted.into_iter().map(|(key, _)| key).collect())
}
