//! All numbers of embeddings of one breakdown (or of the sets of an evaluation): once as observed, once a resample, once a permutation.

mod cells;
mod likeness;

use std::f64::consts::SQRT_2;

use rayon::prelude::*;

use super::draw::{Draw, Hand, Sums};
use super::metric::Metric;
use super::neighbours::{Neighbours, Ties};
use super::options::Distance;
use super::permutation::Chance;
use super::points::{Points, Wanted};
use super::registry::{Beyond, Compute, Errors, Opt, Reads};
use super::silhouette::Distances;
use crate::score::OUTSIDE;
use crate::score::breakdown::Breakdown;
use crate::score::breakdown::reduction::Reduction;
use crate::score::interval::gap::{Family, Leg, standardized};
use crate::score::interval::{self, Sample, UNSEEN};
use crate::score::predictions::Predictions;
use crate::score::sheet::NoInterval;
use crate::score::units::clusters::Clusters;
use crate::score::units::{Rows, Shuffle, Units};
use crate::score::value::Value;
use crate::spec::embed::Normalize;
use crate::spec::evaluation::Policy;
use crate::spec::uncertainty::{Method, Uncertainty};
pub use likeness::Likeness;

/// What is measured, of whom.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// The items.
    pub predictions: &'a Predictions,
    /// Their groups.
    pub breakdown: &'a Breakdown,
    /// What is drawn together.
    pub clusters: Option<&'a Clusters>,
    /// The metrics.
    pub metrics: &'a [&'a Metric],
    /// How long vectors are made.
    pub normalize: Normalize,
    /// What reductions do with undefined groups.
    pub policy: Policy,
    /// The groups that are compared.
    pub kept: &'a [bool],
}

/// Where a number stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Its metric.
    pub metric: usize,
    /// Its group; `None` for a number over groups or of sets.
    pub group: Option<usize>,
    /// The pair of groups, or the sets, that it is about; empty otherwise.
    pub label: String,
    /// The groups that it rests on.
    pub rests: Vec<usize>,
}

/// A number with all that its draws say.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Where it stands.
    pub spot: Spot,
    /// The number.
    pub value: Value,
    /// Its interval.
    pub interval: Option<(f64, f64)>,
    /// Why it has none, where it has none though items are drawn.
    pub no_interval: Option<NoInterval>,
    /// Its null: median, and share at least as far out.
    pub null: Option<(f64, f64)>,
}

/// Numbers in many draws.
struct Drawn {
    /// Draw by draw: those that others are made of, and those that are told.
    draws: Vec<(Vec<f64>, Vec<f64>)>,
    /// How often each draw counts.
    times: Vec<f64>,
}

/// All numbers of a scene, as observed and draw by draw.
pub struct Replay {
    /// Where they stand.
    pub spots: Vec<Spot>,
    /// As observed.
    pub values: Vec<Value>,
    /// How many equally weighted units there would have to be in each group, to know as much.
    pub effective: Vec<f64>,
    drawn: Drawn,
}

impl Replay {
    /// A number in every draw; NaN where undefined.
    pub fn told(&self, index: usize) -> impl Iterator<Item = f64> {
        self.drawn.told(index)
    }
}

/// A ground with everything that is the same in all draws.
pub struct Scene<'a> {
    ground: Ground<'a>,
    points: Points,
    units: Units,
    /// The row of each place in the order of the points.
    slots: Vec<u32>,
    labels: Vec<u32>,
    members: Vec<usize>,
    neighbours: Option<Neighbours>,
    distances: Option<Distances>,
}

impl<'a> Scene<'a> {
    /// Lays everything out. `None` where the predictions hold no embeddings.
    pub fn new(ground: Ground<'a>) -> Option<Self> {
        let Ground { predictions, breakdown, clusters, metrics, normalize, .. } = ground;
        let euclidean = |metric: &Metric| metric.definition.reads == Reads::Either && metric.options.distance == Distance::Euclidean;
        let of_distances = |metric: &Metric| metric.definition.reads == Reads::Distances || euclidean(metric);
        let wanted = Wanted {
            distances: metrics.iter().any(|metric| of_distances(metric)),
            cosines: metrics.iter().any(|metric| !of_distances(metric)),
        };
        let points = Points::new(predictions.embeddings()?, predictions.ids(), &breakdown.of_row, normalize, wanted);
        let patterns = points.places(predictions.len());
        let rows =
            Rows { groups: &breakdown.of_row, patterns: &patterns, weights: predictions.weight(), clusters, copies: predictions.copies() };
        let units = Units::new(rows, predictions.ids());
        let mut members: Vec<usize> = (0..breakdown.groups.len()).filter(|group| ground.kept[*group]).collect();
        members.retain(|group| breakdown.of_row.contains(&(*group as u32)));
        members.sort_by_key(|group| units.rank(*group));
        let k = metrics.iter().filter(|metric| metric.definition.options.contains(&Opt::K)).map(|metric| metric.options.k).max();
        Some(Self {
            slots: units.slots().iter().map(|slot| points.order()[slot.pattern as usize]).collect(),
            labels: units.slots().iter().map(|slot| slot.group).collect(),
            members,
            neighbours: k.map(|k| Neighbours::new(&points, predictions.len(), k, Ties::Lot)),
            distances: metrics.iter().any(|metric| euclidean(metric)).then(|| Distances::new(&points, predictions.len())),
            units,
            points,
            ground,
        })
    }

    /// The same, where what is drawn is what another scene of the same items draws.
    #[must_use]
    pub fn drawn_as(self, other: &Self) -> Self {
        Self {
            units: other.units.clone(),
            slots: other.slots.clone(),
            labels: other.labels.clone(),
            members: other.members.clone(),
            ..self
        }
    }

    /// Everything as observed, and in every resample.
    pub fn replay(&self, uncertainty: &Uncertainty) -> Replay {
        let (weights, mut sums) = (self.units.observed(), self.sums());
        let cells = self.cells(&self.observed(&weights, &mut sums), false);
        let effective = self.units.effective(self.ground.breakdown.groups.len());
        Replay { spots: self.spots(), values: self.told(&cells), effective, drawn: self.resamples(uncertainty) }
    }

    /// All numbers in every permutation of the groups' labels.
    pub fn relabelled(&self, uncertainty: &Uncertainty) -> Vec<Vec<f64>> {
        self.permutations(uncertainty).draws.into_iter().map(|(_, told)| told).collect()
    }

    /// Computes everything.
    pub fn read(&self, uncertainty: &Uncertainty) -> Vec<Reading> {
        let (weights, mut sums) = (self.units.observed(), self.sums());
        let draw = self.observed(&weights, &mut sums);
        let cells = self.cells(&draw, false);
        let (values, spots) = (self.told(&cells), self.spots());

        let resampled = self.resamples(uncertainty);
        let left_out = self.leave_outs(uncertainty);
        let permuted = self.permutations(uncertainty);
        let effective = self.units.effective(self.ground.breakdown.groups.len());
        let units = |groups: &[usize]| groups.iter().map(|group| effective[*group]).fold(f64::INFINITY, f64::min);
        let read = |index: usize| {
            let (spot, value) = (&spots[index], values[index]);
            let metric = self.ground.metrics[spot.metric];
            let sample = |value: f64| {
                let left_out: Vec<(f64, f64)> = left_out.told(index).zip(left_out.times.iter().copied()).collect();
                let replicates: Vec<f64> = resampled.told(index).collect();
                limits(value, &replicates, &left_out, units(&spot.rests), (metric.definition.errors, metric.range()), uncertainty)
            };
            let interval = value.ok().and_then(|value| match metric.over {
                Some(over) => self.gap(over, spot, value, &cells, &resampled, &effective, uncertainty).or_else(|| sample(value)),
                None => sample(value),
            });
            let grows = metric.over.map_or(metric.definition.beyond == Beyond::Above, Reduction::grows);
            let null = value.ok().filter(|_| metric.over.is_none_or(Reduction::is_gap)).and_then(|value| {
                match self.own_chance(&draw, spot, uncertainty.seed()) {
                    Some(chance) => Some((of_scale(chance, value), chance.p)),
                    None => interval::null(permuted.told(index), value, grows),
                }
            });
            let (least, _) = metric.range();
            let is_gap = metric.over.map_or(metric.definition.errors == Errors::OfDistance, Reduction::is_spread);
            let interval = interval.map(|ends| if is_gap { interval::with_no_gap(ends, null, least, uncertainty) } else { ends });
            let no_interval = if interval.is_none() { NoInterval::of(resampled.told(index)) } else { None };
            Reading { spot: spot.clone(), value, interval, no_interval, null }
        };
        (0..spots.len()).into_par_iter().map(read).collect()
    }

    fn sums(&self) -> Vec<Sums> {
        vec![Sums::default(); self.ground.breakdown.groups.len()]
    }

    fn draw<'d>(&'d self, hand: Hand<'d>, sums: &'d [Sums], of_row: &'d [u32]) -> Draw<'d> {
        let (neighbours, distances) = (self.neighbours.as_ref(), self.distances.as_ref());
        Draw { points: &self.points, hand, sums, members: &self.members, of_row, neighbours, distances, clusters: self.ground.clusters }
    }

    fn observed<'d>(&'d self, weights: &'d [f64], sums: &'d mut [Sums]) -> Draw<'d> {
        let hand = Hand { rows: &self.slots, labels: &self.labels, weights };
        Sums::of(&self.points, &hand, sums);
        self.draw(hand, sums, &self.ground.breakdown.of_row)
    }

    /// Units drawn with replacement, within their groups.
    fn resamples(&self, uncertainty: &Uncertainty) -> Drawn {
        let resample = |replicate: u64, _: &mut [u32], weights: &mut [f64]| {
            self.units.resample(uncertainty.seed(), replicate, weights);
            1.0
        };
        self.draws(uncertainty.bootstrap(), &self.slots, Some(&self.labels), resample)
    }

    /// One unit, or a block of units, less.
    fn leave_outs(&self, uncertainty: &Uncertainty) -> Drawn {
        let samples = if uncertainty.method() == Method::Bca { self.units.leave_outs() as u32 } else { 0 };
        let leave_out = |block: u64, _: &mut [u32], weights: &mut [f64]| self.units.leave_out(block as usize, weights);
        self.draws(samples, &self.slots, Some(&self.labels), leave_out)
    }

    /// Group labels dealt out anew; those of sets have tests of their own.
    fn permutations(&self, uncertainty: &Uncertainty) -> Drawn {
        let of_groups = self.ground.metrics.iter().any(|metric| !metric.definition.compute.of_sets());
        let dealt = of_groups && uncertainty.permutations() > 0;
        let Some(shuffle) = dealt.then(|| Shuffle::new(&self.units, |group| (group != OUTSIDE).then_some(0), None)).flatten() else {
            return Drawn { draws: Vec::new(), times: Vec::new() };
        };
        let rows: Vec<u32> = shuffle.patterns.iter().map(|pattern| self.points.order()[*pattern as usize]).collect();
        let deal = |replicate: u64, labels: &mut [u32], weights: &mut [f64]| {
            shuffle.deal(uncertainty.seed(), replicate, labels, weights);
            1.0
        };
        self.draws(uncertainty.permutations(), &rows, None, deal)
    }

    /// All numbers of many draws. `labels` are those of every draw, where they do not change.
    fn draws(&self, draws: u32, rows: &[u32], labels: Option<&[u32]>, draw: impl Fn(u64, &mut [u32], &mut [f64]) -> f64 + Sync) -> Drawn {
        if self.ground.metrics.iter().all(|metric| metric.definition.compute.of_models()) {
            return Drawn { draws: Vec::new(), times: Vec::new() };
        }
        let fresh = || {
            let dealt = labels.map_or_else(|| vec![OUTSIDE; rows.len()], <[u32]>::to_vec);
            (dealt, vec![0.0; rows.len()], self.sums(), self.ground.breakdown.of_row.clone())
        };
        type Held = (Vec<u32>, Vec<f64>, Vec<Sums>, Vec<u32>);
        let one = |(dealt, weights, sums, of_row): &mut Held, replicate: u32| {
            let times = draw(u64::from(replicate), dealt, weights);
            if labels.is_none() {
                rows.iter().zip(dealt.iter()).for_each(|(row, label)| of_row[*row as usize] = *label);
            }
            let hand = Hand { rows, labels: dealt, weights };
            Sums::of(&self.points, &hand, sums);
            let cells = self.cells(&self.draw(hand, sums, of_row), true);
            let told = self.told(&cells);
            ((numbers(cells), numbers(told)), times)
        };
        let (draws, times) = (0..draws).into_par_iter().map_init(fresh, one).unzip();
        Drawn { draws, times }
    }

    /// The test that a number of sets has of its own; of weighted items there is none.
    fn own_chance(&self, draw: &Draw<'_>, spot: &Spot, seed: u64) -> Option<Chance> {
        let metric = self.ground.metrics[spot.metric];
        match (metric.definition.compute, spot.rests.as_slice()) {
            _ if self.ground.predictions.weight().is_some() => None,
            (Compute::Concept(_, test), [concept]) => test(draw, *concept, &metric.options, seed),
            (Compute::Concepts(_, test), [first, second]) => test(draw, (*first, *second), &metric.options, seed),
            _ => None,
        }
    }

    /// The limits of a largest or smallest number of groups, or of a gap between them; `None` where the reduction is neither.
    #[expect(clippy::too_many_arguments, reason = "each is computed once for all gaps")]
    fn gap(
        &self,
        over: Reduction,
        spot: &Spot,
        value: f64,
        cells: &[Value],
        resampled: &Drawn,
        effective: &[f64],
        uncertainty: &Uncertainty,
    ) -> Option<(f64, f64)> {
        if uncertainty.method() == Method::Percentile {
            return None;
        }
        let start: usize = self.ground.metrics[..spot.metric].iter().map(|metric| self.width(metric)).sum();
        let definition = self.ground.metrics[spot.metric].definition;
        let leg = |group: usize| {
            let (value, replicates) = (cells[start + group].ok()?, resampled.cell(start + group));
            let of_group = (definition.errors, definition.range);
            let (lower, upper) = limits(value, &replicates, &[], effective[group], of_group, uncertainty)?;
            Some(Leg { value, down: value - lower, up: upper - value, errors: standardized(&replicates)? })
        };
        let legs: Vec<Leg> = self.members.iter().map(|group| leg(*group)).collect::<Option<_>>()?;
        let items = self.labels.len() as f64;
        let family = Family { legs: &legs, related: self.ground.clusters.is_some(), level: uncertainty.level(), items };
        let contrasts = over.contrasts(&family, &(0..legs.len()).collect::<Vec<_>>(), None);
        let bounds = match contrasts.as_slice() {
            [] => None,
            parts if over == Reduction::MeanAbsDifference => family.sum(parts, 1.0 / parts.len() as f64),
            [one, ..] if over.is_largest() => family.largest(one),
            [one, ..] => family.smallest(one),
        };
        let (least, most) = over.limits(definition.range);
        bounds.map(|(lower, upper)| (lower.min(value).max(least), upper.max(value).min(most)))
    }
}

impl Drawn {
    fn told(&self, index: usize) -> impl Iterator<Item = f64> {
        self.draws.iter().map(move |(_, told)| told[index])
    }

    fn cell(&self, index: usize) -> Vec<f64> {
        self.draws.iter().map(|(cells, _)| cells[index]).collect()
    }
}

/// The interval of one number. Distances are larger in a resample than in what was resampled: the replicates' mean is brought to the number,
/// so that this is not counted twice. Where they are as much larger there than in the population, it is brought as far below the number
/// (Davison and Hinkley 1997, 5.2: the basic bootstrap's centre). The nearer groups are, the less of it resamples show, for they are of
/// groups that chance has set apart: what tied ones hide ([`interval::of_gap`]) is taken off the one limit, and nothing off the other of a
/// distance, which may be either. Skew replicates stay where they fall.
fn limits(
    value: f64,
    replicates: &[f64],
    left_out: &[(f64, f64)],
    units: f64,
    (errors, range): (Errors, (f64, f64)),
    uncertainty: &Uncertainty,
) -> Option<(f64, f64)> {
    let off = bias(value, replicates);
    let hidden = |seen: f64| (seen * off + (UNSEEN * off).max(0.0), seen * off + (UNSEEN * off).min(0.0));
    let (near, far) = match (uncertainty.method(), errors) {
        (Method::Standard, Errors::Centred | Errors::OfPairs) => (off, off),
        (Method::Standard, Errors::Shifted | Errors::Proportional) => (2.0 * off, 2.0 * off),
        (Method::Standard, Errors::OfNearest) => hidden(2.0),
        (Method::Standard, Errors::OfDistance) => (2.0 * off + (UNSEEN * off).max(0.0), off),
        (Method::Standard, Errors::Skewed) | (Method::Percentile | Method::Bca, _) => (0.0, 0.0),
    };
    let shifted = |off: f64| {
        let replicates = match (uncertainty.method(), errors) {
            (Method::Standard, Errors::OfPairs) => interval::stretched(replicates, value, SQRT_2),
            _ => replicates.iter().map(|number| number - off).collect(),
        };
        Sample { left_out, plain: true, ..Sample::new(value, &replicates, units, range) }.interval(uncertainty)
    };
    let proportional = (uncertainty.method(), errors) == (Method::Standard, Errors::Proportional);
    let of_logarithm = proportional.then(|| interval::proportional(value, replicates, uncertainty.level(), units)).flatten();
    let (lower, upper) = of_logarithm.or_else(|| Some((shifted(near)?.0, shifted(far)?.1)))?;
    Some((lower.max(range.0), upper.min(range.1)))
}

/// How far the mean of the replicates is from the number.
fn bias(value: f64, replicates: &[f64]) -> f64 {
    let defined = || replicates.iter().filter(|number| !number.is_nan());
    if defined().next().is_none() { 0.0 } else { defined().sum::<f64>() / defined().count() as f64 - value }
}

/// The median that chance gives, as a number of the metric's own scale.
fn of_scale(chance: Chance, value: f64) -> f64 {
    if chance.observed == 0.0 { chance.median } else { chance.median * value / chance.observed }
}

/// Undefined is NaN among draws.
fn numbers(values: Vec<Value>) -> Vec<f64> {
    values.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect()
}
