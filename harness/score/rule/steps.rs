//! A decision about two classes as a function of the score: how probable it is to be positive, step by step.

use serde::{Deserialize, Serialize};

/// The probability of a positive decision: 1 from a threshold on and 0 below it, where nothing is drawn.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Steps {
    /// From the highest score down.
    steps: Vec<Step>,
    /// The chance below all of them.
    otherwise: f64,
}

/// From this score on (inclusive), up to the step before.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Step {
    from: f64,
    chance: f64,
}

/// A decision without any draw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operation {
    /// Positive from a score on; from infinity on for never, from minus infinity on for always.
    From(f64),
    /// Positive below it.
    Below(f64),
}

impl Operation {
    fn is_positive(self, score: f64) -> bool {
        match self {
            Self::From(cut) => score >= cut,
            Self::Below(cut) => score < cut,
        }
    }

    fn cut(self) -> f64 {
        let (Self::From(cut) | Self::Below(cut)) = self;
        cut
    }
}

impl Steps {
    /// Positive from a score on.
    pub fn from(threshold: f64) -> Self {
        Self::mix(&[(1.0, Operation::From(threshold))])
    }

    /// Operations, each taken with its probability; these sum to 1.
    pub fn mix(parts: &[(f64, Operation)]) -> Self {
        let chance = |score: f64| {
            let chance: f64 = parts.iter().filter(|(_, operation)| operation.is_positive(score)).map(|(weight, _)| weight).sum();
            // What sums to nearly 0 or 1 is that.
            match chance {
                ..1e-12 => 0.0,
                0.999_999_999_999.. => 1.0,
                _ => chance,
            }
        };
        let mut cuts: Vec<f64> = parts.iter().map(|(_, operation)| operation.cut()).filter(|cut| cut.is_finite()).collect();
        cuts.sort_by(|a, b| b.total_cmp(a));
        cuts.dedup();
        let mut mixed = Self { steps: Vec::with_capacity(cuts.len()), otherwise: chance(f64::MIN) };
        for from in cuts {
            let step = Step { from, chance: chance(from) };
            // Where the chance stays the same, the step before reaches further down.
            match mixed.steps.last_mut() {
                Some(last) if last.chance == step.chance => *last = step,
                _ => mixed.steps.push(step),
            }
        }
        while mixed.steps.last().is_some_and(|last| last.chance == mixed.otherwise) {
            mixed.steps.pop();
        }
        mixed
    }

    /// With this probability, a draw with a fixed chance instead.
    #[must_use]
    pub fn or_else(mut self, probability: f64, fixed: f64) -> Self {
        if probability > 0.0 {
            let blend = |chance: f64| probability * fixed + (1.0 - probability) * chance;
            self.steps.iter_mut().for_each(|step| step.chance = blend(step.chance));
            self.otherwise = blend(self.otherwise);
        }
        self
    }

    /// The chance at a score.
    pub fn chance(&self, score: f64) -> f64 {
        let step = self.steps.iter().find(|step| score >= step.from);
        step.map_or(self.otherwise, |step| step.chance)
    }

    /// Whether an item with this score is positive; `lot` is its own draw, from [0, 1).
    pub fn decide(&self, score: f64, lot: f64) -> bool {
        lot < self.chance(score)
    }

    /// The least score that is surely positive, where higher ones are too; infinite where none is.
    pub fn threshold(&self) -> f64 {
        if self.steps.is_empty() && self.otherwise >= 1.0 {
            return f64::NEG_INFINITY;
        }
        self.steps.iter().take_while(|step| step.chance >= 1.0).last().map_or(f64::INFINITY, |step| step.from)
    }
}
