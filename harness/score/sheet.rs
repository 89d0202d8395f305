//! All numbers of one breakdown that read the same things: computed once as observed, once a resample, once a permutation.

use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use super::breakdown::Breakdown;
use super::draw::{Purpose, generator};
use super::gap::{self, Contrast, Family, Leg};
use super::interval::{self, Sample};
use super::ladder::Ladders;
use super::metric::{Average, Metric, Over, Support};
use super::outcome::Outcomes;
use super::predictions::Predictions;
use super::probability::Probabilities;
use super::ranking::{Order, Rankings};
use super::reduction::{Combine, Reduction};
use super::tally::Tally;
use super::units::{Rows, Shuffle, Units};
use super::value::Cause;
use super::{OUTSIDE, Value};
use crate::spec::evaluation::Policy;
use crate::spec::uncertainty::{Method, Uncertainty};

/// What some metrics read of the items.
#[derive(Clone, Debug)]
pub enum Lens {
    /// Decisions against targets.
    Outcomes(Outcomes),
    /// Scores against targets.
    Rankings(Rankings),
    /// Probabilities against targets.
    Probabilities(Probabilities),
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

/// All numbers of a sheet, as observed and draw by draw.
#[derive(Clone, Debug)]
pub struct Replay {
    /// Where they stand.
    pub spots: Vec<Spot>,
    /// As observed.
    pub values: Vec<Value>,
    /// What they rest on.
    pub supports: Vec<Support>,
    /// In each resample; NaN where undefined.
    pub replicates: Vec<Vec<f64>>,
}

/// Slots as one draw sees them.
struct Hand<'h> {
    patterns: &'h [u32],
    /// For a ranking lens, the slots of each class in the order of scores.
    order: &'h [Order],
    labels: &'h [u32],
    weights: &'h [f64],
}

impl Lens {
    /// The pattern of each item.
    pub fn of_row(&self) -> &[u32] {
        match self {
            Self::Outcomes(outcomes) => &outcomes.of_row,
            Self::Rankings(rankings) => &rankings.of_row,
            Self::Probabilities(probabilities) => &probabilities.of_row,
        }
    }

    fn tally(&self) -> Tally {
        match self {
            Self::Outcomes(outcomes) => outcomes.tally(),
            Self::Rankings(rankings) => rankings.tally(),
            Self::Probabilities(probabilities) => probabilities.tally(),
        }
    }

    fn order(&self, patterns: &[u32]) -> Vec<Order> {
        match self {
            Self::Outcomes(_) | Self::Probabilities(_) => Vec::new(),
            Self::Rankings(rankings) => rankings.order(patterns),
        }
    }

    /// Sums a hand up: one tally a group, and last (where it is wanted) that of all items.
    fn sum(&self, hand: &Hand<'_>, whole: bool, tallies: &mut [Tally]) {
        tallies.iter_mut().for_each(Tally::clear);
        let Some(all) = tallies.len().checked_sub(1) else { return };
        let slots = || hand.labels.iter().zip(hand.weights).enumerate().filter(|(_, (_, weight))| **weight > 0.0);
        match self {
            Self::Outcomes(outcomes) => {
                for (slot, (label, weight)) in slots() {
                    if whole {
                        outcomes.add(hand.patterns[slot], *weight, &mut tallies[all]);
                    }
                    if *label != OUTSIDE {
                        outcomes.add(hand.patterns[slot], *weight, &mut tallies[*label as usize]);
                    }
                }
                tallies.iter_mut().for_each(|tally| outcomes.finish(tally));
            }
            Self::Probabilities(probabilities) => {
                for (slot, (label, weight)) in slots() {
                    if whole {
                        probabilities.add(hand.patterns[slot], *weight, &mut tallies[all]);
                    }
                    if *label != OUTSIDE {
                        probabilities.add(hand.patterns[slot], *weight, &mut tallies[*label as usize]);
                    }
                }
            }
            Self::Rankings(_) => {
                for (_, (label, weight)) in slots() {
                    if whole {
                        tallies[all].items += weight;
                    }
                    if *label != OUTSIDE {
                        tallies[*label as usize].items += weight;
                    }
                }
                for (class, order) in hand.order.iter().enumerate() {
                    let mut step = 0;
                    for (slot, mark) in order.iter() {
                        step += u64::from(mark.is_step());
                        let (label, weight) = (hand.labels[slot], hand.weights[slot]);
                        if whole {
                            tallies[all].sweeps[class].push(step, mark.is_positive(), weight);
                        }
                        if label != OUTSIDE {
                            tallies[label as usize].sweeps[class].push(step, mark.is_positive(), weight);
                        }
                    }
                }
                tallies.iter_mut().flat_map(|tally| &mut tally.sweeps).for_each(super::tally::Sweep::finish);
            }
        }
    }
}

/// Where the numbers of a metric lie among those of a draw: part by part, group by group (last all items, for a reduction), class by class.
#[derive(Clone, Copy, Debug)]
struct Block {
    start: usize,
    parts: usize,
    groups: usize,
    classes: usize,
}

impl Block {
    fn at(&self, part: usize, group: usize, class: usize) -> usize {
        self.start + (part * self.groups + group) * self.classes + class
    }

    fn len(&self) -> usize {
        self.parts * self.groups * self.classes
    }
}

/// Every number of a group, with its interval and how it varies.
struct Drawn {
    blocks: Vec<Block>,
    values: Vec<Value>,
    intervals: Vec<Option<(f64, f64)>>,
    /// Draw by draw.
    resampled: Vec<Vec<f64>>,
    items: f64,
    related: bool,
    /// The groups' places in an order that knows no names.
    ranks: Vec<u32>,
}

impl Drawn {
    fn replicates(&self, index: usize) -> Vec<f64> {
        self.resampled.iter().map(|replicate| replicate[index]).collect()
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
        self.lens.sum(&Hand { patterns: &patterns, order: &order, labels: &labels, weights: &counted }, true, &mut tallies);
        let supports = tallies.clone();
        let observed = units.observed();
        self.lens.sum(&Hand { patterns: &patterns, order: &order, labels: &labels, weights: &observed }, true, &mut tallies);
        let blocks = self.blocks(&tallies);
        let values = self.values(&tallies);

        let (seed, slots) = (uncertainty.seed(), patterns.len());
        let numbers = |tallies: &[Tally]| self.values(tallies).into_iter().map(number).collect::<Vec<f64>>();
        let resampled = self.resamples(&units, &labels, &patterns, &order, uncertainty, numbers);
        let leave_outs = if uncertainty.method() == Method::Bca { units.leave_outs() as u32 } else { 0 };
        let leave_out = |block: u64, _: &mut [u32], weights: &mut [f64]| units.leave_out(block as usize, weights);
        let left_out = self.draws(leave_outs, slots, leave_out, Some(&labels), &patterns, &order, numbers);

        let spots = self.spots(&tallies);
        let reductions = spots.iter().any(|spot| self.over(spot).is_some_and(|over| over.reduction.is_gap()));
        let shuffle = (reductions && uncertainty.permutations() > 0).then(|| Shuffle::new(&units)).flatten();
        let permuted = shuffle.map_or_else(Vec::new, |shuffle| {
            let order = self.lens.order(&shuffle.patterns);
            let deal = |replicate: u64, labels: &mut [u32], weights: &mut [f64]| {
                shuffle.deal(seed, replicate, labels, weights);
                1.0
            };
            let gaps = |tallies: &[Tally]| self.reduced(&blocks, &self.values(tallies)).into_iter().map(number).collect();
            self.draws(uncertainty.permutations(), shuffle.patterns.len(), deal, None, &shuffle.patterns, &order, gaps)
        });

        let mut drawn = Drawn {
            intervals: Vec::new(),
            resampled: resampled.into_iter().map(|(_, numbers)| numbers).collect(),
            items: supports.last().map_or(0.0, |tally| tally.items),
            related: clusters.is_some(),
            ranks: (0..=self.breakdown.groups.len()).map(|group| units.rank(group)).collect(),
            blocks,
            values,
        };
        let plain = clusters.is_none() && predictions.weight().is_none();
        let effective = units.effective(self.breakdown.groups.len());
        drawn.intervals = self.intervals(&drawn, &tallies, &supports, &effective, plain, &left_out, uncertainty);
        let values = self.reduced(&drawn.blocks, &drawn.values);
        let (spots, drawn) = (&spots, &drawn);
        let read = |index: usize| {
            let (spot, value): (Spot, Value) = (spots[index], values[index]);
            let gap = self.over(&spot).filter(|over| over.reduction.is_gap());
            Reading {
                spot,
                value,
                support: self.support(&spot, &supports),
                interval: value.ok().and_then(|value| self.interval(&spot, index, value, drawn, uncertainty)),
                null: value
                    .ok()
                    .zip(gap)
                    .and_then(|(value, over)| interval::null(permuted.iter().map(|(_, gaps)| gaps[index]), value, over.reduction.grows())),
            }
        };
        (0..spots.len()).into_par_iter().map(read).collect()
    }

    /// The numbers of this sheet as observed and in every resample of some units, whose slots have these patterns.
    pub fn replay(&self, units: &Units, patterns: &[u32], uncertainty: &Uncertainty) -> Replay {
        let labels: Vec<u32> = units.slots().iter().map(|slot| slot.group).collect();
        let order = self.lens.order(patterns);
        let mut tallies = self.tallies();
        self.lens.sum(&Hand { patterns, order: &order, labels: &labels, weights: &units.counted() }, true, &mut tallies);
        let spots = self.spots(&tallies);
        let supports = spots.iter().map(|spot| self.support(spot, &tallies)).collect();
        let blocks = self.blocks(&tallies);
        self.lens.sum(&Hand { patterns, order: &order, labels: &labels, weights: &units.observed() }, true, &mut tallies);
        let values = self.reduced(&blocks, &self.values(&tallies));
        let numbers = |tallies: &[Tally]| self.reduced(&blocks, &self.values(tallies)).into_iter().map(number).collect();
        let drawn = self.resamples(units, &labels, patterns, &order, uncertainty, numbers);
        Replay { spots, values, supports, replicates: drawn.into_iter().map(|(_, numbers)| numbers).collect() }
    }

    fn tallies(&self) -> Vec<Tally> {
        vec![self.lens.tally(); self.breakdown.groups.len() + 1]
    }

    fn over(&self, spot: &Spot) -> Option<Over> {
        self.metrics[spot.metric].over
    }

    fn blocks(&self, tallies: &[Tally]) -> Vec<Block> {
        let groups = self.breakdown.groups.len();
        let mut start = 0;
        let block = |metric: &&Metric| {
            let groups = if metric.over.is_some() { groups + 1 } else { groups };
            let block = Block { start, parts: metric.parts(), groups, classes: metric.width(&tallies[0]) };
            start += block.len();
            block
        };
        self.metrics.iter().map(block).collect()
    }

    /// Whether any number needs all items together in every draw.
    fn whole(&self) -> bool {
        self.metrics.iter().any(|metric| metric.over.is_some_and(|over| over.reduction.to_overall()))
    }

    /// What `of` makes of many resamples.
    fn resamples(
        &self,
        units: &Units,
        labels: &[u32],
        patterns: &[u32],
        order: &[Order],
        uncertainty: &Uncertainty,
        of: impl Fn(&[Tally]) -> Vec<f64> + Sync,
    ) -> Vec<(f64, Vec<f64>)> {
        let (seed, draws) = (uncertainty.seed(), uncertainty.bootstrap());
        if let Some(ladders) = Ladders::new(order, units, self.whole()) {
            let fresh = || (vec![0; patterns.len()], self.tallies());
            let one = |(counts, tallies): &mut (Vec<u32>, Vec<Tally>), replicate: u32| {
                ladders.resample(seed, u64::from(replicate), counts, tallies);
                (1.0, of(tallies))
            };
            return (0..draws).into_par_iter().map_init(fresh, one).collect();
        }
        let resample = |replicate: u64, _: &mut [u32], weights: &mut [f64]| {
            units.resample(seed, replicate, weights);
            1.0
        };
        self.draws(draws, patterns.len(), resample, Some(labels), patterns, order, of)
    }

    /// What `of` makes of many draws, each with how often it counts.
    #[allow(clippy::too_many_arguments)]
    fn draws(
        &self,
        draws: u32,
        slots: usize,
        draw: impl Fn(u64, &mut [u32], &mut [f64]) -> f64 + Sync,
        labels: Option<&[u32]>,
        patterns: &[u32],
        order: &[Order],
        of: impl Fn(&[Tally]) -> Vec<f64> + Sync,
    ) -> Vec<(f64, Vec<f64>)> {
        let whole = self.whole();
        let fresh = || (labels.map_or_else(|| vec![OUTSIDE; slots], <[u32]>::to_vec), vec![0.0; slots], self.tallies());
        let one = |(labels, weights, tallies): &mut (Vec<u32>, Vec<f64>, Vec<Tally>), replicate: u32| {
            let times = draw(u64::from(replicate), labels, weights);
            self.lens.sum(&Hand { patterns, order, labels, weights }, whole, tallies);
            (times, of(tallies))
        };
        (0..draws).into_par_iter().map_init(fresh, one).collect()
    }

    /// Every number of every group, block by block.
    fn values(&self, tallies: &[Tally]) -> Vec<Value> {
        let mut values = Vec::new();
        for metric in self.metrics {
            let groups = if metric.over.is_some() { tallies.len() } else { tallies.len() - 1 };
            for part in 0..metric.parts() {
                tallies[..groups].iter().for_each(|tally| metric.push_values(part, tally, self.policy, &mut values));
            }
        }
        values
    }

    /// Every number of the sheet, in the order of [`Self::spots`]: those of reductions are reduced.
    fn reduced(&self, blocks: &[Block], values: &[Value]) -> Vec<Value> {
        let mut reduced = Vec::with_capacity(values.len());
        for (metric, block) in self.metrics.iter().zip(blocks) {
            match metric.over {
                None => reduced.extend_from_slice(&values[block.start..block.start + block.len()]),
                Some(over) => self.push_reduced(over, block, values, &mut reduced),
            }
        }
        reduced
    }

    fn push_reduced(&self, over: Over, block: &Block, values: &[Value], reduced: &mut Vec<Value>) {
        let all = block.groups - 1;
        let of_class = |class: usize| {
            let of_part = |part: usize| {
                let groups = (0..all).map(|group| values[block.at(part, group, class)]);
                let reduced = over.reduction.of(groups, values[block.at(part, all, class)], self.kept, self.policy);
                reduced.map_err(|undefined| if block.classes > 1 { undefined.in_class(class) } else { undefined })
            };
            // A criterion of two parts needs both, whatever the policy on groups.
            over.parts.of((0..block.parts).map(of_part), Policy::Propagate)
        };
        match over.classes {
            Some(combine) => reduced.push(combine.of((0..block.classes).map(of_class), self.policy)),
            None => reduced.extend((0..block.classes).map(of_class)),
        }
    }

    /// The interval of every number of every group.
    #[allow(clippy::too_many_arguments)]
    fn intervals(
        &self,
        drawn: &Drawn,
        tallies: &[Tally],
        supports: &[Tally],
        effective: &[f64],
        plain: bool,
        left_out: &[(f64, Vec<f64>)],
        uncertainty: &Uncertainty,
    ) -> Vec<Option<(f64, f64)>> {
        if drawn.resampled.is_empty() {
            return vec![None; drawn.values.len()];
        }
        let places = self.metrics.iter().zip(&drawn.blocks).flat_map(|(metric, block)| {
            let of_group = move |(part, group): (usize, usize)| (0..block.classes).map(move |class| (*metric, part, group, class));
            (0..block.parts).flat_map(move |part| (0..block.groups).map(move |group| (part, group))).flat_map(of_group)
        });
        let places: Vec<(&Metric, usize, usize, usize)> = places.collect();
        let interval = |index: usize| {
            let (metric, part, group, class) = places[index];
            let value = drawn.values[index].ok()?;
            let support = metric.support(&supports[group], (metric.average == Average::PerClass).then_some(class));
            let sides = support.positives.zip(support.negatives).map(|(positives, negatives)| positives.min(negatives));
            let share_of_items = effective[group] / supports[group].items.max(1.0);
            let left_out: Vec<(f64, f64)> = left_out.iter().map(|(times, numbers)| (numbers[index], *times)).collect();
            let sample = Sample {
                value,
                replicates: &drawn.replicates(index),
                left_out: &left_out,
                share: metric.share(part, &tallies[group], class).filter(|(_, whole)| *whole > 0.0),
                plain,
                units: effective[group],
                smaller: sides.unwrap_or(support.items) * share_of_items,
                range: metric.range(part),
            };
            sample.interval(uncertainty)
        };
        (0..places.len()).into_par_iter().map(interval).collect()
    }

    fn interval(&self, spot: &Spot, index: usize, value: f64, drawn: &Drawn, uncertainty: &Uncertainty) -> Option<(f64, f64)> {
        let block = &drawn.blocks[spot.metric];
        let Some(over) = self.over(spot) else {
            return drawn.intervals[block.at(0, spot.group?, spot.class.unwrap_or(0))];
        };
        if uncertainty.method() != Method::Percentile
            && let Some(bounds) = self.bounds(self.metrics[spot.metric], over, spot, block, drawn, uncertainty)
        {
            return bounds.map(|(lower, upper)| (lower.min(value), upper.max(value)));
        }
        let reduced = |replicate: &Vec<f64>| {
            let values: Vec<Value> =
                replicate.iter().map(|number| if number.is_nan() { Err(Cause::NoItems.into()) } else { Ok(*number) }).collect();
            number(self.reduced(&drawn.blocks, &values)[index])
        };
        interval::percentile(drawn.resampled.iter().map(reduced), uncertainty.level())
    }

    /// Intersection bounds. The outer `None`: this reduction is no largest, smallest or sum of such; the inner: there are none.
    fn bounds(
        &self,
        metric: &Metric,
        over: Over,
        spot: &Spot,
        block: &Block,
        drawn: &Drawn,
        uncertainty: &Uncertainty,
    ) -> Option<Option<(f64, f64)>> {
        let all = block.groups - 1;
        let classes = spot.class.map_or(0..block.classes, |class| class..class + 1);
        let mut legs: Vec<Leg> = Vec::new();
        let mut parts: Vec<Vec<Contrast>> = Vec::new();
        for (class, part) in classes.flat_map(|class| (0..block.parts).map(move |part| (class, part))) {
            let start = legs.len();
            let mut members = Vec::new();
            let wanted = |group: &usize| if *group == all { over.reduction.to_overall() } else { self.kept[*group] };
            for group in (0..block.groups).filter(wanted) {
                let index = block.at(part, group, class);
                let Ok(value) = drawn.values[index] else { continue };
                let (lower, upper) = drawn.intervals[index].unwrap_or(metric.range(part));
                if !(lower.is_finite() && upper.is_finite()) {
                    return Some(None);
                }
                if group < all {
                    members.push(legs.len());
                }
                let errors = gap::standardized(&drawn.replicates(index));
                let errors = errors.unwrap_or_else(|| {
                    noise(uncertainty.seed(), (part * block.classes + class) as u64, drawn.ranks[group], drawn.resampled.len())
                });
                legs.push(Leg { value, down: value - lower, up: upper - value, errors });
            }
            let overall = (over.reduction.to_overall() && legs.len() > start).then(|| legs.len() - 1);
            let related = drawn.related || overall.is_some();
            let family = Family { legs: &legs, related, level: uncertainty.level(), items: drawn.items };
            let contrasts = over.reduction.contrasts(&family, &members, overall);
            if contrasts.is_empty() {
                return None;
            }
            parts.extend(contrasts);
        }
        let related = drawn.related || over.reduction.to_overall();
        let family = Family { legs: &legs, related, level: uncertainty.level(), items: drawn.items };
        let count = parts.len() as f64;
        let several = |combine: Combine, many: bool| if many { Some(combine) } else { None };
        let combines = [
            several(over.parts, block.parts > 1),
            over.classes.and_then(|combine| several(combine, spot.class.is_none() && block.classes > 1)),
        ];
        let extreme = if over.reduction.is_largest() { Combine::Max } else { Combine::Min };
        let several_pairs = over.reduction == Reduction::MeanAbsDifference;
        if several_pairs && combines.iter().flatten().next().is_some() {
            return None;
        }
        let bounds = if several_pairs {
            family.sum(&parts, 1.0 / count)
        } else if combines.iter().flatten().all(|combine| *combine == extreme) {
            let contrasts: Vec<Contrast> = parts.into_iter().flatten().collect();
            if over.reduction.is_largest() { family.largest(&contrasts) } else { family.smallest(&contrasts) }
        } else {
            let weight = match combines {
                [Some(Combine::Mean), None | Some(Combine::Mean)] | [None, Some(Combine::Mean)] => 1.0 / count,
                [Some(Combine::Sum), None] => 1.0,
                [Some(Combine::Sum), Some(Combine::Mean)] => block.parts as f64 / count,
                [Some(worst), Some(Combine::Mean)] if worst == extreme => {
                    parts = parts.chunks(block.parts).map(<[Vec<Contrast>]>::concat).collect();
                    block.parts as f64 / count
                }
                _ => return None,
            };
            if over.reduction.is_largest() { family.sum(&parts, weight) } else { family.sum_of_smallest(&parts, weight) }
        };
        let (least, most) = over.reduction.limits(metric.range(0));
        Some(bounds.map(|(lower, upper)| (lower.max(least), upper.min(most))))
    }

    /// Where the numbers stand, in the order of [`Self::values`].
    fn spots(&self, tallies: &[Tally]) -> Vec<Spot> {
        let all_classes = tallies.first().map_or(0, Tally::classes);
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

/// Undefined is NaN among replicates.
fn number(value: Value) -> f64 {
    value.unwrap_or(f64::NAN)
}

/// Standard normal errors of a number that no resample varies.
fn noise(seed: u64, number: u64, rank: u32, draws: usize) -> Vec<f64> {
    StandardNormal.sample_iter(generator(seed, Purpose::Noise, number, u64::from(rank))).take(draws).collect()
}
