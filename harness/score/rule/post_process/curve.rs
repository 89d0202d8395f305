//! What every threshold makes of a group.

use crate::score::lens::tally::{Confusion, Tally};
use crate::score::rule::labelled::{Labelled, halfway, slack};
use crate::spec::post_process::Objective;

/// The counts above each threshold that tells the scores apart, from none selected to all.
#[derive(Clone, Debug)]
pub struct Curve {
    /// From the highest threshold down.
    pub points: Vec<Point>,
    /// The positives' weight.
    pub positives: f64,
    /// The negatives' weight.
    pub negatives: f64,
}

/// A threshold and what it selects.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Selects from here on: halfway between two scores; infinite for none, minus infinity for all.
    pub cut: f64,
    /// The least score that it selects; infinite for none.
    pub least: f64,
    /// The weight of the positives that it selects.
    pub true_positive: f64,
    /// The weight of the negatives that it selects.
    pub false_positive: f64,
}

/// What an objective gains by each unit of selected weight; what it has when nothing is selected is left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gains {
    /// Of a positive.
    pub true_positive: f64,
    /// Of a negative.
    pub false_positive: f64,
}

impl Gains {
    /// The objective at a point.
    pub fn at(self, point: &Point) -> f64 {
        self.true_positive * point.true_positive + self.false_positive * point.false_positive
    }
}

impl Curve {
    /// The curve of items in the order of falling scores.
    pub fn new(pairs: &[Labelled]) -> Self {
        let none = Point { cut: f64::INFINITY, least: f64::INFINITY, true_positive: 0.0, false_positive: 0.0 };
        let mut curve = Self { points: vec![none], positives: 0.0, negatives: 0.0 };
        let mut runs = pairs.chunk_by(|a, b| a.score == b.score).peekable();
        while let Some(run) = runs.next() {
            for pair in run {
                *(if pair.positive { &mut curve.positives } else { &mut curve.negatives }) += pair.weight;
            }
            let next = runs.peek().map(|next| next[0].score);
            let cut = next.map_or(f64::NEG_INFINITY, |next| halfway(run[0].score, next));
            curve.points.push(Point { cut, least: run[0].score, true_positive: curve.positives, false_positive: curve.negatives });
        }
        curve
    }

    /// What an objective gains here, as a number of all items.
    ///
    /// # Errors
    /// Where it is undefined.
    pub fn gains(&self, objective: Objective) -> Result<Gains, String> {
        let (positives, negatives) = (self.positives, self.negatives);
        match objective {
            Objective::Accuracy if positives + negatives > 0.0 => {
                let share = 1.0 / (positives + negatives);
                Ok(Gains { true_positive: share, false_positive: -share })
            }
            Objective::BalancedAccuracy if positives > 0.0 && negatives > 0.0 => {
                Ok(Gains { true_positive: 0.5 / positives, false_positive: -0.5 / negatives })
            }
            Objective::Accuracy => Err("no item of the split has a label".to_owned()),
            Objective::BalancedAccuracy => Err(format!("no {} in the split", if positives > 0.0 { "negatives" } else { "positives" })),
        }
    }

    /// The point where the objective is largest; of equal ones that which selects least.
    pub fn best(&self, gains: Gains) -> Point {
        let better = |best: Point, point: Point| {
            let (before, after) = (gains.at(&best), gains.at(&point));
            if after > before + slack(before) { point } else { best }
        };
        self.points.iter().copied().reduce(better).unwrap_or(self.points[0])
    }

    /// What a threshold selects.
    pub fn at(&self, cut: f64) -> Point {
        let place = self.points.partition_point(|point| point.least >= cut);
        Point { cut, ..self.points[place.saturating_sub(1)] }
    }

    /// What metrics of decisions read at a point.
    pub fn tally(&self, point: &Point, positive: usize) -> Tally {
        tally(self.confusion(point), positive)
    }

    /// The confusion at a point.
    pub fn confusion(&self, point: &Point) -> Confusion {
        Confusion {
            true_positive: point.true_positive,
            false_positive: point.false_positive,
            false_negative: self.positives - point.true_positive,
            true_negative: self.negatives - point.false_positive,
        }
    }
}

/// The tally of two classes, of which one has this confusion.
pub fn tally(cell: Confusion, positive: usize) -> Tally {
    let mut tally = Tally::new(2, 0);
    tally.items = cell.total();
    tally.right = cell.true_positive + cell.true_negative;
    tally.cells[positive] = cell;
    tally.cells[1 - positive] = Confusion {
        true_positive: cell.true_negative,
        false_positive: cell.false_negative,
        false_negative: cell.false_positive,
        true_negative: cell.true_positive,
    };
    tally
}
