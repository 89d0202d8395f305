//! Numbers of a ranking that take its totals: where errors of both kinds are equally frequent, or one rate at a level of the other.

use crate::score::value::{Cause, Value};

/// What is looked for along a ranking.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Seek {
    /// The rate at which false positives and false negatives are equally frequent, on straight lines between the points of the ROC.
    #[default]
    EqualErrors,
    /// The largest true positive rate of a threshold whose true negative rate is at least this.
    Sensitivity(f64),
    /// The largest true negative rate of a threshold whose true positive rate is at least this.
    Specificity(f64),
    /// The mean precision, had there been so many positives (Hoiem et al. 2012).
    Precision(f64),
}

/// The sums along one class's ranking, from the largest score down, whose totals are counted beforehand.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Roc {
    /// The positives' weight.
    pub positives: f64,
    /// The negatives' weight.
    pub negatives: f64,
    seek: Seek,
    /// The weights so far.
    passed: Sides,
    /// Those of the score that is being read.
    step: Sides,
    number: u64,
    /// What has been found so far.
    found: f64,
    /// Whether nothing that follows changes it.
    settled: bool,
}

/// Weights of positives and negatives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Sides {
    positives: f64,
    negatives: f64,
}

/// Rates that are sums over sums may be off in the last bits.
const SLACK: f64 = 1e-12;

impl Roc {
    /// With nothing counted.
    pub fn new(seek: Seek) -> Self {
        Self { seek, ..Self::default() }
    }

    /// The same with nothing counted.
    #[must_use]
    pub fn cleared(&self) -> Self {
        Self::new(self.seek)
    }

    /// Counts an item, before any is pushed.
    pub fn count(&mut self, positive: bool, weight: f64) {
        *(if positive { &mut self.positives } else { &mut self.negatives }) += weight;
    }

    /// Takes the next item in. Items of one score have one step number, which never falls from call to call.
    pub fn push(&mut self, step: u64, positive: bool, weight: f64) {
        if step != self.number {
            self.finish();
            self.number = step;
        }
        *(if positive { &mut self.step.positives } else { &mut self.step.negatives }) += weight;
    }

    /// Counts the last step. To be called after the last item.
    pub fn finish(&mut self) {
        let before = self.passed;
        self.passed.positives += self.step.positives;
        self.passed.negatives += self.step.negatives;
        self.step = Sides::default();
        if self.settled || self.positives <= 0.0 || self.negatives <= 0.0 {
            return;
        }
        let rates = |sides: Sides| (sides.negatives / self.negatives, 1.0 - sides.positives / self.positives);
        let (false_positive, false_negative) = rates(self.passed);
        match self.seek {
            Seek::EqualErrors => {
                let past = false_positive - false_negative;
                if past >= 0.0 {
                    let (earlier, missed) = rates(before);
                    let ahead = missed - earlier;
                    let share = if ahead + past > 0.0 { ahead / (ahead + past) } else { 0.0 };
                    (self.found, self.settled) = (earlier + share * (false_positive - earlier), true);
                } else {
                    // Where rounding leaves the last point just short of the crossing, it is that point.
                    self.found = 1.0;
                }
            }
            Seek::Sensitivity(specificity) if 1.0 - false_positive < specificity - SLACK => self.settled = true,
            Seek::Sensitivity(_) => self.found = 1.0 - false_negative,
            Seek::Specificity(sensitivity) if 1.0 - false_negative >= sensitivity - SLACK => {
                (self.found, self.settled) = (1.0 - false_positive, true);
            }
            Seek::Specificity(_) => {}
            Seek::Precision(positives) => {
                let recall = self.passed.positives / self.positives;
                let hits = recall * positives;
                if hits > 0.0 {
                    self.found += (recall - before.positives / self.positives) * hits / (hits + self.passed.negatives);
                }
            }
        }
    }

    /// Whether no further item can change what is found.
    pub fn is_settled(&self) -> bool {
        self.settled
    }

    /// What was looked for.
    pub fn found(&self) -> Value {
        match (self.positives > 0.0, self.negatives > 0.0, self.seek) {
            (false, ..) => Err(Cause::NoPositives.into()),
            // All that is there is a hit.
            (_, false, Seek::Precision(_)) => Ok(1.0),
            (_, false, _) => Err(Cause::NoNegatives.into()),
            _ => Ok(self.found),
        }
    }
}
