//! Sums along rankings of pairs, resample by resample: sorted once, each with the subjects that say how often it came.
//!
//! Of what is looked for along a ranking, how much there is of positives and negatives is summed up by pairs of subjects, of which there are
//! far fewer than of images; and the ranking is walked from the top only until it is found. The numbers are those of a walk along all.

use std::collections::HashMap;

use crate::score::breakdown::Breakdown;
use crate::score::lens::order::Order;
use crate::score::lens::roc::Roc;
use crate::score::lens::tally::{Sweep, Tally};
use crate::score::units::Units;
use crate::score::units::vertices::{Draw, Tie};

/// The rankings of all groups (and of all items together) by all classes.
pub(in crate::score) struct Stretches {
    /// Tally by tally, class by class.
    places: Vec<Vec<Stretch>>,
}

/// The ranking of some pairs by one class.
#[derive(Clone, Default)]
struct Stretch {
    /// From the largest score down.
    steps: Vec<Step>,
    /// Positives and negatives of each pair of subjects.
    sums: Vec<(Tie, f64, f64)>,
}

/// A slot along the way.
#[derive(Clone, Copy)]
struct Step {
    tie: Tie,
    amount: f64,
    /// The same for all slots of one score.
    number: u32,
    positive: bool,
}

impl Stretches {
    /// The rankings of the pairs that some units are, in these orders. `None` where units are no pairs.
    pub(in crate::score) fn new(orders: &[Order], breakdown: &Breakdown, units: &Units, whole: bool) -> Option<Self> {
        let vertices = units.vertices()?;
        let mut places = vec![vec![Stretch::default(); orders.len()]; breakdown.groups.len() + breakdown.panels.len()];
        for (class, order) in orders.iter().enumerate() {
            let mut number = 0;
            for (slot, mark) in order.iter() {
                number += u32::from(mark.is_step());
                let held = units.slots()[slot];
                let step = Step { tie: vertices.tie(slot), amount: held.amount, number, positive: mark.is_positive() };
                breakdown.places(held.group, whole).for_each(|place| places[place][class].steps.push(step));
            }
        }
        places.iter_mut().flatten().for_each(Stretch::sum_up);
        Some(Self { places })
    }

    /// Sums one resample up; where something is looked for, as far as that says what it is.
    pub(in crate::score) fn sum(&self, draw: &Draw, tallies: &mut [Tally]) {
        for (tally, stretches) in tallies.iter_mut().zip(&self.places) {
            tally.clear();
            for (roc, stretch) in tally.rocs.iter_mut().zip(stretches) {
                *roc = stretch.walk(roc.cleared(), draw);
            }
            for (sweep, stretch) in tally.sweeps.iter_mut().zip(stretches) {
                *sweep = stretch.sweep(draw);
            }
            let of_sweep = || tally.sweeps.first().map_or(0.0, |sweep| sweep.total);
            tally.items = tally.rocs.first().map_or_else(of_sweep, |roc| roc.positives + roc.negatives);
        }
    }
}

impl Stretch {
    fn sum_up(&mut self) {
        let mut of_ties: HashMap<Tie, usize> = HashMap::new();
        for step in &self.steps {
            let place = *of_ties.entry(step.tie).or_insert(self.sums.len());
            if place == self.sums.len() {
                self.sums.push((step.tie, 0.0, 0.0));
            }
            let (_, positives, negatives) = &mut self.sums[place];
            *(if step.positive { positives } else { negatives }) += step.amount;
        }
    }

    fn sweep(&self, draw: &Draw) -> Sweep {
        let mut sweep = Sweep::default();
        for step in &self.steps {
            sweep.push(u64::from(step.number), step.positive, step.amount * draw.times(step.tie));
        }
        sweep.finish();
        sweep
    }

    fn walk(&self, mut roc: Roc, draw: &Draw) -> Roc {
        for (tie, positives, negatives) in &self.sums {
            let times = draw.times(*tie);
            roc.count(true, positives * times);
            roc.count(false, negatives * times);
        }
        for step in &self.steps {
            if roc.is_settled() {
                return roc;
            }
            roc.push(u64::from(step.number), step.positive, step.amount * draw.times(step.tie));
        }
        roc.finish();
        roc
    }
}
