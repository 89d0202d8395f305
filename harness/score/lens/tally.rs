//! The sums that metrics are functions of, of one group in one resample.

use crate::score::lens::roc::Roc;

/// Everything that any metric reads, of one group. Count metrics read `cells`, `items`, `right` and `samples`; rank metrics `sweeps` or `rocs`;
/// metrics of probabilities `items`, `trust`, `bins` and `beliefs`; those of one number an item `items` and `number`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Sum of weights of the items.
    pub items: f64,
    /// Sum of weights of the items whose decisions are all right.
    pub right: f64,
    /// The confusion of each class against the rest, unknown labels left out.
    pub cells: Vec<Confusion>,
    /// The weight of the items of each class that were given each class: rows are true classes. Empty where no metric reads it.
    pub given: Vec<f64>,
    /// Means over items of numbers that each multi-label item has.
    pub samples: Samples,
    /// The sums along each class's ranking.
    pub sweeps: Vec<Sweep>,
    /// The same, to find what takes a ranking's totals.
    pub rocs: Vec<Roc>,
    /// The sums of each class's probability.
    pub beliefs: Vec<Belief>,
    /// The sums of all classes' probabilities.
    pub trust: Trust,
    /// The items by how confident they were decided.
    pub bins: Vec<Bin>,
    /// Pairs of the group's items and others'.
    pub cross: Cross,
    /// How far the group's scores are from those of each group at a later place.
    pub apart: Vec<Apart>,
    /// The sums of one number an item.
    pub number: Number,
}

/// Pairs of an item of the group and one of another group.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cross {
    /// The group's positives' weight.
    pub positives: f64,
    /// The group's negatives' weight.
    pub negatives: f64,
    /// The others' positives' weight.
    pub other_positives: f64,
    /// The others' negatives' weight.
    pub other_negatives: f64,
    /// Weight of pairs of one of the others' positives above one of the group's negatives, and half of those that tie.
    pub above_negatives: f64,
    /// Weight of pairs of one of the others' negatives below one of the group's positives, and half of those that tie.
    pub below_positives: f64,
}

/// How far the distributions of two groups' scores are apart.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Apart {
    /// The area between them.
    pub area: f64,
    /// The most at any score.
    pub most: f64,
}

/// Sums of one class's probability.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Belief {
    /// The positives' weight.
    pub positives: f64,
    /// The negatives' weight.
    pub negatives: f64,
    /// Sum over positives of their probability.
    pub in_positives: f64,
    /// Sum over negatives of their probability.
    pub in_negatives: f64,
}

/// Sums over items of losses that all classes' probabilities make.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Trust {
    /// Of minus the logarithm of the target's probability.
    pub log_loss: f64,
    /// Of squared distances from 1 for the target and from 0 for the others.
    pub brier: f64,
}

/// Sums over items of one number that each has.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Number {
    /// Of the weights of the items that have it.
    pub weight: f64,
    /// Of the number.
    pub signed: f64,
    /// Of how far it is from 0.
    pub absolute: f64,
}

/// Items of about one confidence.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bin {
    /// Their weight.
    pub weight: f64,
    /// Sum of confidences.
    pub confidence: f64,
    /// Weight of those that are what they were held for.
    pub hits: f64,
}

impl Bin {
    /// Takes an item in; `hit` is 1 where it is what it was held for, else 0.
    pub fn add(&mut self, confidence: f64, hit: f64, weight: f64) {
        self.weight += weight;
        self.confidence += weight * confidence;
        self.hits += weight * hit;
    }
}

/// Weights of decided and true positives and negatives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Confusion {
    /// Positive and decided positive.
    pub true_positive: f64,
    /// Negative and decided positive.
    pub false_positive: f64,
    /// Positive and decided negative.
    pub false_negative: f64,
    /// Negative and decided negative.
    pub true_negative: f64,
}

impl Confusion {
    /// The positives' weight.
    pub fn positives(&self) -> f64 {
        self.true_positive + self.false_negative
    }

    /// The negatives' weight.
    pub fn negatives(&self) -> f64 {
        self.false_positive + self.true_negative
    }

    /// The weight of what was decided positive.
    pub fn selected(&self) -> f64 {
        self.true_positive + self.false_positive
    }

    /// The weight of what was decided negative.
    pub fn rejected(&self) -> f64 {
        self.false_negative + self.true_negative
    }

    /// The whole weight.
    pub fn total(&self) -> f64 {
        self.positives() + self.negatives()
    }

    /// Cell by cell.
    pub fn add(&mut self, other: &Self) {
        self.true_positive += other.true_positive;
        self.false_positive += other.false_positive;
        self.false_negative += other.false_negative;
        self.true_negative += other.true_negative;
    }
}

/// A mean that is being summed up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mean {
    /// Sum of weighted values.
    pub sum: f64,
    /// Sum of the weights of the items that have a value.
    pub weight: f64,
}

impl Mean {
    /// Takes an item's value in, if it has one.
    pub fn add(&mut self, value: Option<f64>, weight: f64) {
        if let Some(value) = value {
            self.sum += value * weight;
            self.weight += weight;
        }
    }
}

impl Samples {
    /// Takes the numbers of items in, so many times.
    pub(in crate::score) fn add(&mut self, other: &Self, times: f64) {
        let mut add = |of: fn(&mut Self) -> &mut Mean, mean: Mean| {
            let own = of(self);
            own.sum += mean.sum * times;
            own.weight += mean.weight * times;
        };
        add(|samples| &mut samples.recall, other.recall);
        add(|samples| &mut samples.precision, other.precision);
        add(|samples| &mut samples.f1, other.f1);
        add(|samples| &mut samples.fbeta, other.fbeta);
        add(|samples| &mut samples.jaccard, other.jaccard);
        add(|samples| &mut samples.hit, other.hit);
        self.items += other.items * times;
    }
}

/// Numbers of a single multi-label item, averaged.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Samples {
    /// Share of an item's present labels that were decided.
    pub recall: Mean,
    /// Share of an item's (known) decisions that are present.
    pub precision: Mean,
    /// Harmonic mean of both.
    pub f1: Mean,
    /// The same with recall weighed by the metric's `beta`.
    pub fbeta: Mean,
    /// Decided and present over decided or present.
    pub jaccard: Mean,
    /// 1 where any present label was decided, of items that have one.
    pub hit: Mean,
    /// Weight of the multi-label items; 0 in a task with single labels.
    pub items: f64,
}

/// The sums along a ranking from the largest score down; equal scores count as one step.
///
/// Everything is summed up without a branch, which nobody could predict.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sweep {
    /// The positives' weight.
    pub positives: f64,
    /// The weight of positives and negatives.
    pub total: f64,
    /// Sum over steps of the step's positives times the precision down to there.
    pub precision: f64,
    /// Twice the weight of pairs of a positive above a negative, and once that of pairs that tie.
    twice_above: f64,
    /// The same of a positive below a negative: nothing at all, whatever rounding does to sums, where there is no such pair.
    twice_below: f64,
    /// The weight of the positives above the step that is being counted.
    above: f64,
    step: u64,
}

impl Sweep {
    /// That of counted items: how many, how many of them are positives, the sum of [`Self::precision`], and twice the number of pairs of a
    /// positive below a negative plus that of pairs that tie.
    pub(in crate::score) fn of_counts(positives: u32, total: u32, precision: f64, twice_below: u64) -> Self {
        let twice_all = 2 * u64::from(positives) * u64::from(total - positives);
        let (positives, total) = (f64::from(positives), f64::from(total));
        let (twice_above, twice_below) = ((twice_all - twice_below) as f64, twice_below as f64);
        Self { positives, total, precision, twice_above, twice_below, above: positives, step: 0 }
    }

    /// The negatives' weight.
    pub fn negatives(&self) -> f64 {
        self.total - self.positives
    }

    /// Twice the weight of pairs of a positive above a negative, and once that of pairs that tie; and the same of all pairs.
    pub fn twice_pairs(&self) -> (f64, f64) {
        (self.twice_above, self.twice_above + self.twice_below)
    }

    /// Whether every positive is above every negative.
    pub fn is_perfect(&self) -> bool {
        self.twice_below == 0.0
    }

    /// Takes the next item in. Items of one score have one step number, which never falls from call to call.
    pub fn push(&mut self, step: u64, positive: bool, weight: f64) {
        if step != self.step {
            self.finish();
            self.step = step;
        }
        self.add(positive, weight);
    }

    /// Takes in an item of the same score as the last one, or the first after [`Self::finish`]: the positives of a score before its
    /// negatives.
    #[inline]
    pub fn add(&mut self, positive: bool, weight: f64) {
        let hit = weight * f64::from(u8::from(positive));
        // Of the same score there is no negative before a positive.
        self.twice_below += 2.0 * hit * (self.total - self.positives) + (weight - hit) * (self.positives - self.above);
        self.positives += hit;
        self.total += weight;
        self.twice_above += (weight - hit) * (self.positives + self.above);
    }

    /// Counts the last step. To be called after the last item of a score.
    #[inline]
    pub fn finish(&mut self) {
        self.precision += (self.positives - self.above) * self.positives / self.total.max(f64::MIN_POSITIVE);
        self.above = self.positives;
    }
}

impl Tally {
    /// All zero, for a number of classes.
    pub fn new(cells: usize, sweeps: usize) -> Self {
        Self { cells: vec![Confusion::default(); cells], sweeps: vec![Sweep::default(); sweeps], ..Self::default() }
    }

    /// Takes in what count metrics read of other items.
    pub(in crate::score) fn add_counts(&mut self, other: &Self) {
        self.items += other.items;
        self.right += other.right;
        self.cells.iter_mut().zip(&other.cells).for_each(|(own, other)| own.add(other));
        self.given.iter_mut().zip(&other.given).for_each(|(own, other)| *own += other);
        self.samples.add(&other.samples, 1.0);
    }

    /// How many classes there are numbers of.
    pub fn classes(&self) -> usize {
        self.cells.len().max(self.sweeps.len()).max(self.rocs.len()).max(self.beliefs.len())
    }

    /// Back to zero, without giving memory back.
    pub fn clear(&mut self) {
        self.items = 0.0;
        self.right = 0.0;
        self.samples = Samples::default();
        self.cells.fill(Confusion::default());
        self.given.fill(0.0);
        self.cross = Cross::default();
        self.apart.fill(Apart::default());
        self.sweeps.fill(Sweep::default());
        self.rocs.iter_mut().for_each(|roc| *roc = roc.cleared());
        self.beliefs.fill(Belief::default());
        self.trust = Trust::default();
        self.bins.fill(Bin::default());
        self.number = Number::default();
    }
}
