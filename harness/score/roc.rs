//! Where, along a ranking, false positives and false negatives are equally frequent.

use super::value::{Cause, Value};

/// The sums along one class's ranking, from the largest score down, whose totals are counted beforehand.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Roc {
    /// The positives' weight.
    pub positives: f64,
    /// The negatives' weight.
    pub negatives: f64,
    /// The weights so far.
    passed: Sides,
    /// Those of the score that is being read.
    step: Sides,
    number: u64,
    rate: Option<f64>,
}

/// Weights of positives and negatives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Sides {
    positives: f64,
    negatives: f64,
}

impl Roc {
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
        let rates = |sides: Sides| (sides.negatives / self.negatives, 1.0 - sides.positives / self.positives);
        let before = self.passed;
        self.passed.positives += self.step.positives;
        self.passed.negatives += self.step.negatives;
        self.step = Sides::default();
        if self.rate.is_some() || self.positives <= 0.0 || self.negatives <= 0.0 {
            return;
        }
        let ((false_positive, false_negative), (next_positive, next_negative)) = (rates(before), rates(self.passed));
        let (ahead, past) = (false_negative - false_positive, next_positive - next_negative);
        if past >= 0.0 {
            let share = if ahead + past > 0.0 { ahead / (ahead + past) } else { 0.0 };
            self.rate = Some(false_positive + share * (next_positive - false_positive));
        }
    }

    /// The rate at which both are equal, on straight lines between the points of the ROC.
    pub fn equal_error_rate(&self) -> Value {
        match (self.positives > 0.0, self.negatives > 0.0) {
            (false, _) => Err(Cause::NoPositives.into()),
            (_, false) => Err(Cause::NoNegatives.into()),
            // Where rounding leaves the last point just short of the crossing, it is that point.
            _ => Ok(self.rate.unwrap_or(1.0)),
        }
    }
}
