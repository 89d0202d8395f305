//! All numbers of one breakdown that read the same things: computed once as observed, once a resample, once a permutation.

use rayon::prelude::*;

use super::breakdown::Breakdown;
use super::interval;
use super::metric::{Metric, Over, Support};
use super::outcome::Outcomes;
use super::predictions::Predictions;
use super::ranking::Rankings;
use super::tally::Tally;
use super::units::{Rows, Shuffle, Units};
use super::{OUTSIDE, Value};
use crate::spec::evaluation::Policy;
use crate::spec::uncertainty::Uncertainty;

/// What some metrics read of the items.
#[derive(Clone, Debug)]
pub enum Lens {
    /// Decisions against targets.
    Outcomes(Outcomes),
    /// Scores against targets.
    Rankings(Rankings),
}

/// Metrics, a lens and a breakdown.
pub struct Sheet<'a> {
    /// What is read.
    pub lens: &'a Lens,
    /// The groups.
    pub breakdown: &'a Breakdown,
    /// The metrics, all of which read through the lens.
    pub metrics: &'a [&'a Metric],
    /// What means and reductions do with undefined parts.
    pub policy: Policy,
    /// The groups that reductions look at.
    pub kept: &'a [bool],
}

/// Where a number stands on a sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Its metric.
    pub metric: usize,
    /// Its group; `None` for a number over groups.
    pub group: Option<usize>,
    /// Its class, where there is one number a class.
    pub class: Option<usize>,
}

/// A number with all that its replicates say.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Where it stands.
    pub spot: Spot,
    /// The number.
    pub value: Value,
    /// What it rests on.
    pub support: Support,
    /// Its interval.
    pub interval: Option<(f64, f64)>,
    /// Its null: median, and share at least as far out.
    pub null: Option<(f64, f64)>,
}

/// Slots as one draw sees them.
struct Hand<'h> {
    patterns: &'h [u32],
    /// For a ranking lens, the slots of each class in the order of scores.
    order: &'h [Vec<u32>],
    labels: &'h [u32],
    weights: &'h [f64],
}

impl Lens {
    /// The pattern of each item.
    pub fn of_row(&self) -> &[u32] {
        match self {
            Self::Outcomes(outcomes) => &outcomes.of_row,
            Self::Rankings(rankings) => &rankings.of_row,
        }
    }

    fn tally(&self) -> Tally {
        match self {
            Self::Outcomes(outcomes) => outcomes.tally(),
            Self::Rankings(rankings) => rankings.tally(),
        }
    }

    fn order(&self, patterns: &[u32]) -> Vec<Vec<u32>> {
        match self {
            Self::Outcomes(_) => Vec::new(),
            Self::Rankings(rankings) => rankings.order(patterns),
        }
    }

    /// Sums a hand up: one tally a group, and last that of all items.
    fn sum(&self, hand: &Hand<'_>, tallies: &mut [Tally]) {
        tallies.iter_mut().for_each(Tally::clear);
        let Some(all) = tallies.len().checked_sub(1) else { return };
        let slots = || hand.labels.iter().zip(hand.weights).enumerate().filter(|(_, (_, weight))| **weight > 0.0);
        match self {
            Self::Outcomes(outcomes) => {
                for (slot, (label, weight)) in slots() {
                    outcomes.add(hand.patterns[slot], *weight, &mut tallies[all]);
                    if *label != OUTSIDE {
                        outcomes.add(hand.patterns[slot], *weight, &mut tallies[*label as usize]);
                    }
                }
                tallies.iter_mut().for_each(|tally| outcomes.finish(tally));
            }
            Self::Rankings(rankings) => {
                for (_, (label, weight)) in slots() {
                    tallies[all].items += weight;
                    if *label != OUTSIDE {
                        tallies[*label as usize].items += weight;
                    }
                }
                for (class, order) in hand.order.iter().enumerate() {
                    for slot in order.iter().map(|slot| *slot as usize).filter(|slot| hand.weights[*slot] > 0.0) {
                        let (pattern, weight) = (hand.patterns[slot], hand.weights[slot]);
                        rankings.push(pattern, class, weight, &mut tallies[all].sweeps[class]);
                        if hand.labels[slot] != OUTSIDE {
                            rankings.push(pattern, class, weight, &mut tallies[hand.labels[slot] as usize].sweeps[class]);
                        }
                    }
                }
                tallies.iter_mut().flat_map(|tally| &mut tally.sweeps).for_each(super::tally::Sweep::finish);
            }
        }
    }
}

impl Sheet<'_> {
    /// Computes everything; `clusters` is the column of what is drawn together.
    pub fn read(&self, predictions: &Predictions, clusters: Option<&[u32]>, uncertainty: &Uncertainty) -> Vec<Reading> {
        let (groups, patterns) = (&self.breakdown.of_row, self.lens.of_row());
        let units = Units::new(Rows { groups, patterns, weights: predictions.weight(), clusters }, predictions.ids());
        let patterns: Vec<u32> = units.slots().iter().map(|slot| slot.pattern).collect();
        let labels: Vec<u32> = units.slots().iter().map(|slot| slot.group).collect();
        let order = self.lens.order(&patterns);
        let mut tallies = self.tallies();

        let counted = units.counted();
        self.lens.sum(&Hand { patterns: &patterns, order: &order, labels: &labels, weights: &counted }, &mut tallies);
        let supports = tallies.clone();
        let observed = units.observed();
        self.lens.sum(&Hand { patterns: &patterns, order: &order, labels: &labels, weights: &observed }, &mut tallies);
        let values = self.values(&tallies);
        let spots = self.spots(&tallies);

        let seed = uncertainty.seed();
        let resampled = self.replicates(
            uncertainty.bootstrap(),
            patterns.len(),
            |replicate, _, weights| {
                units.resample(seed, replicate, weights);
            },
            Some(&labels),
            &patterns,
            &order,
        );
        let gaps = spots.iter().any(|spot| self.over(spot).is_some_and(|over| over.reduction.is_gap()));
        let shuffle = (gaps && uncertainty.permutations() > 0).then(|| Shuffle::new(&units)).flatten();
        let permuted = shuffle.map_or_else(Vec::new, |shuffle| {
            let order = self.lens.order(&shuffle.patterns);
            let deal = |replicate: u64, labels: &mut [u32], weights: &mut [f64]| shuffle.deal(seed, replicate, labels, weights);
            self.replicates(uncertainty.permutations(), shuffle.patterns.len(), deal, None, &shuffle.patterns, &order)
        });

        let read = |(index, (spot, value)): (usize, (Spot, Value))| {
            let replicates = |all: &[Vec<f64>]| all.iter().map(move |replicate| replicate[index]).collect::<Vec<f64>>();
            let gap = self.over(&spot).filter(|over| over.reduction.is_gap());
            Reading {
                spot,
                value,
                support: self.support(&spot, &supports),
                interval: value.ok().and_then(|_| interval::percentile(replicates(&resampled).into_iter(), uncertainty.level())),
                null: value
                    .ok()
                    .zip(gap)
                    .and_then(|(value, over)| interval::null(replicates(&permuted).into_iter(), value, over.reduction.grows())),
            }
        };
        spots.into_iter().zip(values).enumerate().map(read).collect()
    }

    fn tallies(&self) -> Vec<Tally> {
        vec![self.lens.tally(); self.breakdown.groups.len() + 1]
    }

    fn over(&self, spot: &Spot) -> Option<Over> {
        self.metrics[spot.metric].over
    }

    /// The numbers of many draws; undefined ones are NaN.
    fn replicates(
        &self,
        draws: u32,
        slots: usize,
        draw: impl Fn(u64, &mut [u32], &mut [f64]) + Sync,
        labels: Option<&[u32]>,
        patterns: &[u32],
        order: &[Vec<u32>],
    ) -> Vec<Vec<f64>> {
        let fresh = || (labels.map_or_else(|| vec![OUTSIDE; slots], <[u32]>::to_vec), vec![0.0; slots], self.tallies());
        let one = |(labels, weights, tallies): &mut (Vec<u32>, Vec<f64>, Vec<Tally>), replicate: u32| {
            draw(u64::from(replicate), labels, weights);
            self.lens.sum(&Hand { patterns, order, labels, weights }, tallies);
            self.values(tallies).into_iter().map(|value| value.unwrap_or(f64::NAN)).collect()
        };
        (0..draws).into_par_iter().map_init(fresh, one).collect()
    }

    /// Every number of a sheet: metric by metric, group by group, class by class.
    fn values(&self, tallies: &[Tally]) -> Vec<Value> {
        let Some((all, groups)) = tallies.split_last() else { return Vec::new() };
        let mut values = Vec::new();
        for metric in self.metrics {
            match metric.over {
                None => groups.iter().for_each(|tally| metric.push_values(0, tally, self.policy, &mut values)),
                Some(over) => self.push_reduced(metric, over, groups, all, &mut values),
            }
        }
        values
    }

    fn push_reduced(&self, metric: &Metric, over: Over, groups: &[Tally], all: &Tally, values: &mut Vec<Value>) {
        let of = |part: usize, tally: &Tally| {
            let mut values = Vec::new();
            metric.push_values(part, tally, self.policy, &mut values);
            values
        };
        /// Class by class: of each group, and of all items.
        struct Part {
            groups: Vec<Vec<Value>>,
            all: Vec<Value>,
        }
        let part = |part: usize| Part { groups: groups.iter().map(|tally| of(part, tally)).collect(), all: of(part, all) };
        let parts: Vec<Part> = (0..metric.parts()).map(part).collect();
        let classes = parts.first().map_or(0, |part| part.all.len());
        let reduced = |class: usize| {
            let of_part = |part: &Part| {
                let of_class: Vec<Value> = part.groups.iter().map(|values| values[class]).collect();
                let reduced = over.reduction.of(&of_class, part.all[class], self.kept, self.policy);
                reduced.map_err(|undefined| if classes > 1 { undefined.in_class(class) } else { undefined })
            };
            // A criterion of two parts needs both, whatever the policy on groups.
            over.parts.of(parts.iter().map(of_part), Policy::Propagate)
        };
        match over.classes {
            Some(combine) => values.push(combine.of((0..classes).map(reduced), self.policy)),
            None => values.extend((0..classes).map(reduced)),
        }
    }

    /// Where the numbers stand, in the order of [`Self::values`].
    fn spots(&self, tallies: &[Tally]) -> Vec<Spot> {
        let all_classes = tallies.first().map_or(0, |tally| tally.cells.len().max(tally.sweeps.len()));
        let mut spots = Vec::new();
        for (metric, called) in self.metrics.iter().enumerate() {
            let groups: Vec<Option<usize>> = match called.over {
                None => (0..self.breakdown.groups.len()).map(Some).collect(),
                Some(_) => vec![None],
            };
            let classes: Vec<Option<usize>> = if called.per_class() { (0..all_classes).map(Some).collect() } else { vec![None] };
            for group in groups {
                spots.extend(classes.iter().map(|class| Spot { metric, group, class: *class }));
            }
        }
        spots
    }

    /// What a number rests on: its group, or all groups that are kept.
    fn support(&self, spot: &Spot, supports: &[Tally]) -> Support {
        let metric = self.metrics[spot.metric];
        let of = |group: usize| metric.support(&supports[group], spot.class);
        let add = |a: Option<f64>, b: Option<f64>| a.zip(b).map(|(a, b)| a + b);
        match spot.group {
            Some(group) => of(group),
            None => (0..self.breakdown.groups.len())
                .filter(|group| self.kept[*group])
                .map(of)
                .reduce(|sum, next| Support {
                    items: sum.items + next.items,
                    positives: add(sum.positives, next.positives),
                    negatives: add(sum.negatives, next.negatives),
                })
                .unwrap_or_default(),
        }
    }
}
