//! What count metrics read of an item: which classes it was rightly and wrongly given. Items of equal outcome are one pattern, so that
//! work grows with the number of distinct outcomes and not with the number of items.
//!
//! - `pattern`: the distinct outcomes; `item`: what items have by themselves; `sums`: the sums of marks.

mod item;
mod pattern;
mod sums;

use crate::data::frame::Targets;
use crate::score::OUTSIDE;
use crate::score::lens::Hand;
use crate::score::lens::tally::Tally;
use crate::score::predictions::Decisions;
use item::Items;
use pattern::{Mark, Patterns};
use sums::{Bytes, Sums};

/// The outcomes of all items.
#[derive(Clone, Debug)]
pub struct Outcomes {
    /// The pattern of each item; `OUTSIDE` where nothing is known to be true of it.
    pub of_row: Vec<u32>,
    classes: usize,
    patterns: Patterns,
    /// Of each pattern, whether it is right as a whole.
    right: Vec<bool>,
    labels: Labels,
    /// Whether classes are counted against each other too.
    confusions: bool,
}

/// How many labels an item has.
#[derive(Clone, Debug)]
enum Labels {
    /// One: a class without a mark is a true negative.
    One,
    /// Any number: a class without a mark is unknown.
    Many {
        /// What each pattern's items have by themselves.
        items: Items,
        /// The patterns as bytes, where that is the faster way.
        bytes: Option<Bytes>,
    },
}

impl Outcomes {
    /// Sets decisions against targets, for a number of classes. In the F score of an item with several labels, recall counts `beta` times as
    /// much as precision.
    pub fn new(targets: &Targets, decisions: &Decisions, classes: usize, beta: f64) -> Self {
        match (targets, decisions) {
            (Targets::Single(targets), Decisions::Single(decisions)) => Self::single(targets, decisions, classes),
            (Targets::Single(targets), Decisions::Sets(decisions)) => {
                let mut rows = Patterns::default();
                for (target, set) in targets.iter().zip(decisions) {
                    let set = set.as_deref().unwrap_or_default();
                    rows.push(target.iter().flat_map(|target| of_set(*target, set)));
                }
                let (of_row, patterns) = rows.distinct();
                Self::of_one_label(of_row, patterns, classes)
            }
            (Targets::Multi { present, absent }, decisions) => {
                let (mut rows, mut decided) = (Patterns::default(), vec![false; classes]);
                for (row, (present, absent)) in present.iter().zip(absent).enumerate() {
                    let given = decisions.classes(row);
                    given.iter().for_each(|class| decided[*class as usize] = true);
                    let mark = |class: &u32, hit: Mark, miss: Mark| if decided[*class as usize] { hit.of(*class) } else { miss.of(*class) };
                    let present = present.iter().map(|class| mark(class, Mark::TruePositive, Mark::FalseNegative));
                    rows.push(present.chain(absent.iter().map(|class| mark(class, Mark::FalsePositive, Mark::TrueNegative))));
                    given.iter().for_each(|class| decided[*class as usize] = false);
                }
                let (of_row, patterns) = rows.distinct();
                let right = patterns.iter().map(|marks| !Patterns::has(marks, &[Mark::FalsePositive, Mark::FalseNegative])).collect();
                let labels = Labels::Many { items: Items::new(&patterns, beta), bytes: Bytes::new(&patterns, classes) };
                Self { of_row, classes, patterns, right, labels, confusions: false }
            }
        }
    }

    /// One thing of every item, found or not: the confusion of a single class that is always positive.
    pub fn of_finds(found: &[Option<bool>]) -> Self {
        let mut rows = Patterns::default();
        for found in found {
            rows.push(found.map(|found| if found { Mark::TruePositive } else { Mark::FalseNegative }.of(0)));
        }
        let (of_row, patterns) = rows.distinct();
        Self::of_one_label(of_row, patterns, 1)
    }

    /// One class an item against one: a pattern is a cell of the confusion matrix.
    fn single(targets: &[Option<u32>], decisions: &[Option<u32>], classes: usize) -> Self {
        let columns = classes as u64 + 1;
        let code = |target: Option<u32>, decision: Option<u32>| {
            target.map(|target| u64::from(target) * columns + decision.map_or(classes as u64, u64::from))
        };
        let codes = targets.iter().zip(decisions).map(|(target, decision)| code(*target, *decision));
        let (of_row, distinct) = if classes <= DENSE_CLASSES { dense(codes, columns * columns) } else { sparse(codes) };
        let mut patterns = Patterns::default();
        for code in distinct {
            let (target, decision) = ((code / columns) as u32, (code % columns) as u32);
            patterns.push(of_one(target, ((decision as usize) < classes).then_some(decision)));
        }
        Self::of_one_label(of_row, patterns, classes)
    }

    /// Every outcome of one class decided against one, and of none decided; of no item.
    pub fn every(classes: usize) -> Self {
        let mut patterns = Patterns::default();
        for target in 0..classes as u32 {
            (0..classes as u32).map(Some).chain([None]).for_each(|decision| patterns.push(of_one(target, decision)));
        }
        Self::of_one_label(Vec::new(), patterns, classes)
    }

    /// The place of an outcome among [`Self::every`].
    pub fn pattern_of(target: u32, decision: Option<u32>, classes: usize) -> usize {
        target as usize * (classes + 1) + decision.map_or(classes, |decision| decision as usize)
    }

    fn of_one_label(of_row: Vec<u32>, patterns: Patterns, classes: usize) -> Self {
        let right = patterns.iter().map(|marks| !Patterns::has(marks, &[Mark::FalseNegative])).collect();
        Self { of_row, classes, patterns, right, labels: Labels::One, confusions: false }
    }

    /// The same, where every item is of one class, with each class counted against each other one.
    #[must_use]
    pub fn with_confusions(self) -> Self {
        Self { confusions: matches!(self.labels, Labels::One), ..self }
    }

    /// How many distinct outcomes there are.
    pub fn patterns(&self) -> usize {
        self.patterns.len()
    }

    /// The outcomes of two sides about the same classes: the patterns of the second come after those of the first.
    #[must_use]
    pub fn beside(&self, other: &Self) -> Self {
        let patterns = self.patterns.clone().chain(&other.patterns);
        let labels = match (&self.labels, &other.labels) {
            (Labels::Many { items: own, .. }, Labels::Many { items: others, .. }) => {
                Labels::Many { items: own.chain(others), bytes: Bytes::new(&patterns, self.classes) }
            }
            _ => Labels::One,
        };
        let right = [self.right.as_slice(), &other.right].concat();
        Self { of_row: self.of_row.clone(), classes: self.classes, patterns, right, labels, confusions: self.confusions }
    }

    /// A tally of the right size.
    pub fn tally(&self) -> Tally {
        let pairs = if self.confusions { self.classes * self.classes } else { 0 };
        Tally { given: vec![0.0; pairs], ..Tally::new(self.classes, 0) }
    }

    /// Makes a tally that of one item of a pattern.
    pub fn one(&self, pattern: usize, tally: &mut Tally) {
        self.some([(pattern, 1.0)].into_iter(), tally);
    }

    /// Makes a tally that of some items, each a pattern and how much it counts.
    pub(in crate::score) fn some(&self, items: impl Iterator<Item = (usize, f64)>, tally: &mut Tally) {
        tally.clear();
        for (pattern, weight) in items {
            self.add(pattern, weight, tally);
            for (class, mark) in self.patterns.of(pattern).iter().map(|code| Mark::read(*code)) {
                let cell = &mut tally.cells[class];
                match mark {
                    Mark::TruePositive => cell.true_positive += weight,
                    Mark::FalsePositive => cell.false_positive += weight,
                    Mark::FalseNegative => cell.false_negative += weight,
                    Mark::TrueNegative => cell.true_negative += weight,
                }
            }
        }
        self.finish(tally);
    }

    /// Sums a hand up: one tally a group, and after them (where it is wanted) that of all items of each panel, which are those of its groups
    /// and those that are in none of them.
    pub(super) fn sum(&self, hand: &Hand<'_>, whole: bool, tallies: &mut [Tally]) {
        let bytes = if let Labels::Many { bytes, .. } = &self.labels { bytes.as_ref() } else { None };
        let mut sums = Sums::new(tallies.len(), self.classes, bytes);
        for ((pattern, label), weight) in hand.patterns.iter().zip(hand.labels).zip(hand.weights).filter(|(_, weight)| **weight > 0.0) {
            if let Some(place) = hand.breakdown.places(*label, whole).next() {
                let pattern = *pattern as usize;
                self.add(pattern, *weight, &mut tallies[place]);
                sums.add(pattern, &self.patterns, *weight, place);
            }
        }
        sums.finish(tallies);
        let (groups, wholes) = tallies.split_at_mut(hand.breakdown.groups.len());
        for (place, group) in groups.iter().enumerate().filter(|_| whole) {
            if let Some(home) = hand.breakdown.home(place as u32) {
                wholes[home - groups.len()].add_counts(group);
            }
        }
        tallies.iter_mut().for_each(|tally| self.finish(tally));
    }

    /// Adds items of one pattern to all that is not counted class by class.
    fn add(&self, pattern: usize, weight: f64, tally: &mut Tally) {
        tally.items += weight;
        tally.right += if self.right[pattern] { weight } else { 0.0 };
        if let Labels::Many { items, .. } = &self.labels {
            tally.samples.add(items.of(pattern), weight);
        }
        if self.confusions {
            let marks = || self.patterns.of(pattern).iter().map(|code| Mark::read(*code));
            let target = marks().find(|(_, mark)| matches!(mark, Mark::TruePositive | Mark::FalseNegative)).map_or(0, |(target, _)| target);
            for (class, _) in marks().filter(|(_, mark)| matches!(mark, Mark::TruePositive | Mark::FalsePositive)) {
                tally.given[target * self.classes + class] += weight;
            }
        }
    }

    /// What follows from the sums once all items are in.
    fn finish(&self, tally: &mut Tally) {
        if matches!(self.labels, Labels::One) {
            for cell in &mut tally.cells {
                let rest = tally.items - cell.true_positive - cell.false_positive - cell.false_negative;
                cell.true_negative = if rest > ROUNDING * tally.items { rest } else { 0.0 };
            }
        }
    }
}

fn of_one(target: u32, decision: Option<u32>) -> impl Iterator<Item = u32> {
    let right = decision == Some(target);
    let own = if right { Mark::TruePositive } else { Mark::FalseNegative }.of(target);
    [own].into_iter().chain(decision.filter(|_| !right).map(|decision| Mark::FalsePositive.of(decision)))
}

fn of_set(target: u32, set: &[u32]) -> impl Iterator<Item = u32> {
    let mark = move |class: &u32| if *class == target { Mark::TruePositive } else { Mark::FalsePositive }.of(*class);
    let missed = (!set.contains(&target)).then(|| Mark::FalseNegative.of(target));
    set.iter().map(mark).chain(missed)
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

/// Numbers distinct codes in their order, however large they are.
fn sparse(codes: impl Iterator<Item = Option<u64>>) -> (Vec<u32>, Vec<u64>) {
    let codes: Vec<Option<u64>> = codes.collect();
    let mut distinct: Vec<u64> = codes.iter().flatten().copied().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let place = |code: &Option<u64>| code.and_then(|code| distinct.binary_search(&code).ok()).map_or(OUTSIDE, |place| place as u32);
    (codes.iter().map(place).collect(), distinct)
}
