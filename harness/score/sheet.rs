//! All numbers of one breakdown that read the same things: computed once as observed, once a resample, once a permutation.

mod bases;
mod block;
mod criterion;
mod draws;
mod extremes;
mod kin;
mod limits;
mod omitted;
mod scored;

use super::Value;
use super::breakdown::{Breakdown, Panel};
use super::lens::Lens;
use super::metric::{Metric, Over, Support};
use super::predictions::Predictions;
use super::units::{Rows, Units};
use crate::score::breakdown::among::Among;
use crate::score::breakdown::reference::Anchor;
use crate::score::lens::tally::Tally;
use crate::score::rule::refit::Refit;
use crate::score::units::clusters::Clusters;
use crate::score::units::matching::Matching;
use crate::spec::evaluation::Policy;
use crate::spec::uncertainty::Uncertainty;
use block::{Block, Roster};
pub use omitted::{Lack, Omitted};
pub use scored::Scored;

/// Metrics, a lens and a breakdown.
#[derive(Clone, Copy)]
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
    /// For each metric and panel the group that others are set against, where they are.
    pub anchors: &'a [Vec<Anchor>],
    /// What reductions do without though there is a number, since others that these are set beside have none.
    pub without: &'a [Lack],
    /// How decisions are made anew in every resample; `None` where they stay.
    pub refit: Option<&'a Refit>,
    /// The pairs that other group labels would make, and what is read of them; `None` where items are no pairs of subjects.
    pub(super) relabel: Option<&'a (&'a Lens, Matching)>,
}

/// Where a number stands on a sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Its metric.
    pub metric: usize,
    /// Its group; `None` for a number over groups.
    pub group: Option<usize>,
    /// The panel of groups that it is about.
    pub panel: usize,
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
    /// What has no number and was left out of it.
    pub omitted: Omitted,
}

/// Why a number has no interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoInterval {
    /// Most resamples have no such number.
    Undefined,
    /// All that have one have the same, which says nothing of how uncertain it is.
    Still,
    /// Some number that it is made of has none.
    Parts,
}

impl NoInterval {
    /// Of a number with these replicates, NaN where it is undefined; `None` where nothing is drawn.
    pub fn of(replicates: impl Iterator<Item = f64>) -> Option<Self> {
        let (undefined, numbers): (Vec<f64>, Vec<f64>) = replicates.partition(|number| number.is_nan());
        let first = numbers.first().or(undefined.first())?;
        Some(match undefined.len() > numbers.len() {
            true => Self::Undefined,
            false if numbers.iter().all(|number| (number - first).abs() <= 1e-12 * first.abs().max(1.0)) => Self::Still,
            false => Self::Parts,
        })
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Undefined => "no interval: most resamples have no such number",
            Self::Still => "no interval: all resamples have the same number",
            Self::Parts => "no interval: a number that it is made of has none",
        }
    }
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
    /// What they do without, intervals aside.
    pub omitted: Vec<Omitted>,
    /// In each resample; NaN where undefined.
    pub replicates: Vec<Vec<f64>>,
}

impl Sheet<'_> {
    /// Computes everything; `clusters` is the column of what is drawn together.
    pub fn read(&self, predictions: &Predictions, clusters: Option<&Clusters>, uncertainty: &Uncertainty) -> Vec<Reading> {
        let (groups, patterns) = (&self.breakdown.of_row, self.lens.of_row());
        let rows = Rows { groups, patterns, weights: predictions.weight(), clusters, copies: predictions.copies() };
        let units = Units::new(rows, predictions.ids());
        let plain = clusters.is_none() && predictions.weight().is_none();
        Scored::new(*self, &units, plain, uncertainty).with_nulls(&units).readings()
    }

    /// The numbers of this sheet as observed and in every resample of some units, whose slots have these patterns.
    pub fn replay(&self, units: &Units, patterns: &[u32], uncertainty: &Uncertainty) -> Replay {
        let slots = self.slots(units, patterns);
        let mut tallies = self.tallies();
        self.sum(&slots, &units.counted(), &mut tallies);
        let spots = self.spots(&tallies);
        let supports = spots.iter().map(|spot| self.support(spot, &tallies)).collect();
        let blocks = self.blocks(&tallies);
        self.sum(&slots, &units.observed(), &mut tallies);
        let roster = self.roster(units);
        let of_groups = self.values(&tallies, &blocks, &roster);
        let values = self.reduced(&spots, &blocks, &of_groups, &roster);
        let omitted = |(spot, value): (&Spot, &Value)| self.omitted(spot, *value, &blocks[spot.metric], (&tallies, &of_groups), &roster);
        let omitted = spots.iter().zip(&values).map(omitted).collect();
        Replay { spots, values, supports, omitted, replicates: self.resamples(&slots, uncertainty, self.numbers(units)) }
    }

    /// Every number of the sheet, from the sums of a draw.
    fn numbers(&self, units: &Units) -> impl Fn(&[Tally]) -> Vec<f64> + Sync {
        let tallies = self.tallies();
        let (spots, blocks, roster) = (self.spots(&tallies), self.blocks(&tallies), self.roster(units));
        move |tallies| self.reduced(&spots, &blocks, &self.values(tallies, &blocks, &roster), &roster).into_iter().map(number).collect()
    }

    fn tallies(&self) -> Vec<Tally> {
        vec![self.lens.tally(self.breakdown.groups.len()); self.breakdown.sums()]
    }

    fn over(&self, spot: &Spot) -> Option<Over> {
        self.metrics[spot.metric].over
    }

    fn blocks(&self, tallies: &[Tally]) -> Vec<Block> {
        let groups = self.breakdown.groups.len();
        let (mut start, mut blocks): (usize, Vec<Block>) = (0, Vec::with_capacity(self.metrics.len()));
        for (place, metric) in self.metrics.iter().enumerate() {
            let same = self.metrics[..place].iter().position(|other| other.shares_numbers(metric));
            blocks.push(same.map(|other| blocks[other]).unwrap_or_else(|| {
                let groups = if metric.is_joint() { 0 } else { groups };
                let groups = if metric.over.is_some() { groups + self.breakdown.panels.len() } else { groups };
                let block = Block { start, parts: metric.parts(), groups, classes: metric.width(&tallies[0]) };
                start += block.len();
                block
            }));
        }
        blocks
    }

    /// Whether any number needs all items together in every draw.
    fn whole(&self) -> bool {
        self.metrics.iter().any(|metric| metric.needs_whole() || metric.over.is_some_and(|over| over.reduction.to_overall()))
    }

    /// Where the numbers stand, in the order of [`Self::values`].
    fn spots(&self, tallies: &[Tally]) -> Vec<Spot> {
        let all_classes = tallies.first().map_or(0, Tally::classes);
        let mut spots = Vec::new();
        for (metric, called) in self.metrics.iter().enumerate() {
            let classes: Vec<Option<usize>> = if called.per_class() { (0..all_classes).map(Some).collect() } else { vec![None] };
            for (panel, of) in self.breakdown.panels.iter().enumerate() {
                let groups: Vec<Option<usize>> = match called.over {
                    Some(over) if !over.reduction.is_each() => vec![None],
                    _ => of.groups.clone().map(Some).collect(),
                };
                for group in groups {
                    spots.extend(classes.iter().map(|class| Spot { metric, group, panel, class: *class }));
                }
            }
        }
        spots
    }

    fn roster(&self, units: &Units) -> Roster {
        let ordered = |panel: &Panel| {
            let mut groups: Vec<usize> = panel.groups.clone().collect();
            groups.sort_by_key(|group| units.rank(*group));
            groups
        };
        let mut sizes = vec![0.0; self.breakdown.groups.len()];
        for (slot, weight) in units.slots().iter().zip(units.observed()).filter(|(slot, _)| self.breakdown.has(slot.group)) {
            sizes[slot.group as usize] += weight;
        }
        Roster { groups: self.breakdown.panels.iter().map(ordered).collect(), sizes }
    }

    /// The groups that the numbers of a metric are compared among, in a panel.
    fn among<'s>(&'s self, metric: usize, panel: usize, roster: &'s Roster) -> Among<'s> {
        Among {
            groups: &roster.groups[panel],
            kept: self.kept,
            sizes: &roster.sizes,
            anchor: self.anchors[metric].get(panel).copied(),
            policy: self.policy,
        }
    }

    /// How many equally weighted units each group has as much information as, and after the groups all of each panel.
    fn effective(&self, units: &Units) -> Vec<f64> {
        let groups = self.breakdown.groups.len();
        if !self.breakdown.is_within() {
            return units.effective(groups);
        }
        let mut effective = units.effective(self.breakdown.sums());
        effective.truncate(self.breakdown.sums());
        for (panel, home) in self.breakdown.panels.iter().zip(groups..) {
            effective[home] += effective[panel.groups.clone()].iter().sum::<f64>();
        }
        effective
    }

    /// What a number rests on: its group, or all groups that are kept.
    fn support(&self, spot: &Spot, supports: &[Tally]) -> Support {
        let metric = self.metrics[spot.metric];
        let of = |group: usize| metric.support(&supports[group], spot.class);
        let add = |a: Option<f64>, b: Option<f64>| a.zip(b).map(|(a, b)| a + b);
        match spot.group {
            Some(group) => of(group),
            None => (self.breakdown.panels[spot.panel].groups.clone())
                .filter(|group| self.kept[*group])
                .map(of)
                .reduce(|sum, next| Support {
                    items: sum.items + next.items,
                    positives: add(sum.positives, next.positives),
                    negatives: add(sum.negatives, next.negatives),
                    fewest: sum.fewest + next.fewest,
                })
                .unwrap_or_default(),
        }
    }
}

/// Undefined is NaN among replicates.
fn number(value: Value) -> f64 {
    value.unwrap_or(f64::NAN)
}
