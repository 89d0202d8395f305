//! The sums that metrics are functions of, of one group in one resample.

/// Everything that any metric reads, of one group. Count metrics read `cells`, `items`, `right` and `samples`; rank metrics `sweeps`; metrics of
/// probabilities `items`, `trust`, `bins` and `beliefs`; those of pairs also `items` and `shift`.
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
    /// The sums of pairs' shifts.
    pub shift: Shift,
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

/// Sums over pairs of how far a probability moves from the one image to the other.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shift {
    /// Of how far up.
    pub signed: f64,
    /// Of how far.
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
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sweep {
    /// The positives' weight.
    pub positives: f64,
    /// The negatives' weight.
    pub negatives: f64,
    /// Weight of pairs of a positive above a negative, and half of those that tie.
    pub pairs: f64,
    /// Sum over steps of the step's positives times the precision down to there.
    pub precision: f64,
    step: Step,
}

/// The items of one score, not yet counted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Step {
    number: u64,
    positives: f64,
    negatives: f64,
}

impl Sweep {
    /// Takes the next item in. Items of one score have one step number, which never falls from call to call.
    pub fn push(&mut self, step: u64, positive: bool, weight: f64) {
        if step != self.step.number {
            self.finish();
            self.step.number = step;
        }
        self.add(positive, weight);
    }

    /// Takes in an item of the same score as the last one, or the first after [`Self::finish`].
    #[inline]
    pub fn add(&mut self, positive: bool, weight: f64) {
        self.step.positives += if positive { weight } else { 0.0 };
        self.step.negatives += if positive { 0.0 } else { weight };
    }

    /// Counts the last step. To be called after the last item of a score.
    #[inline]
    pub fn finish(&mut self) {
        let Step { positives, negatives, .. } = self.step;
        self.pairs += negatives * (self.positives + 0.5 * positives);
        self.positives += positives;
        self.negatives += negatives;
        // Without a branch, which nobody could predict; a step without positives adds nothing.
        self.precision += positives * self.positives / (self.positives + self.negatives).max(f64::MIN_POSITIVE);
        self.step = Step { number: self.step.number, ..Step::default() };
    }
}

impl Tally {
    /// All zero, for a number of classes.
    pub fn new(cells: usize, sweeps: usize) -> Self {
        Self { cells: vec![Confusion::default(); cells], sweeps: vec![Sweep::default(); sweeps], ..Self::default() }
    }

    /// How many classes there are numbers of.
    pub fn classes(&self) -> usize {
        self.cells.len().max(self.sweeps.len()).max(self.beliefs.len())
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
        self.beliefs.fill(Belief::default());
        self.trust = Trust::default();
        self.bins.fill(Bin::default());
        self.shift = Shift::default();
    }
}
