//! Differences between models on the same items, in the same resamples.
//!
//! Rows are grouped into tuples of what each model made of them, so that one draw gives every model's numbers and their differences at
//! once. A difference of gaps (a difference of differences) is one like any other.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::audit::Audit;
use super::breakdown::Breakdown;
use super::interval;
use super::lens::Lens;
use super::measurement::{Direction, Status};
use super::metric::{Input, Metric};
use super::predictions::Predictions;
use super::rule::FittedRules;
use super::scheme::{Schema, Scheme};
use super::share;
use super::sheet::{Replay, Sheet};
use super::units::{Rows, Units};
use super::value::Undefined;
use super::{OUTSIDE, ScoreError};
use crate::spec::compare::Adjust;
use crate::spec::evaluation::{Evaluation, Policy};
use crate::spec::problem::Problems;
use crate::spec::uncertainty::Uncertainty;

/// One model's part in a comparison.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// What it said.
    pub predictions: &'a Predictions,
    /// How that is scored.
    pub evaluation: &'a Evaluation,
    /// What was found for its rules.
    pub fitted: &'a FittedRules,
}

/// The difference between two sides in one number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// The side that is subtracted, as a place in the list of sides.
    pub from: usize,
    /// The side that it is subtracted from.
    pub to: usize,
    /// The decision rule's name, on both sides.
    pub decision: String,
    /// The column's name.
    pub metric: String,
    /// The metric in full.
    pub parameters: String,
    /// What items are grouped by.
    pub by: String,
    /// The group; empty for all items and for a number over groups.
    pub group: String,
    /// The class, where the number is about one.
    pub label: String,
    /// The first side's value.
    pub value_from: Option<f64>,
    /// The second side's value.
    pub value_to: Option<f64>,
    /// The second minus the first.
    pub difference: Option<f64>,
    /// The interval's lower end.
    pub lower: Option<f64>,
    /// The interval's upper end.
    pub upper: Option<f64>,
    /// The interval's level.
    pub level: Option<f64>,
    /// Items that count.
    pub n: u64,
    /// Twice the share of resamples, with one added, on whose side of 0 the difference is rarer: two-sided.
    pub p: Option<f64>,
    /// p adjusted for all differences of this comparison.
    pub p_adjusted: Option<f64>,
    /// Whether the difference may be used.
    pub status: Status,
    /// Why not, where it may not.
    pub reason: String,
    /// Which way the metric is better.
    pub direction: Direction,
}

impl Difference {
    /// The news that two sides have no difference.
    pub fn failed(reason: String) -> Self {
        Self {
            from: 0,
            to: 0,
            decision: String::new(),
            metric: String::new(),
            parameters: String::new(),
            by: String::new(),
            group: String::new(),
            label: String::new(),
            value_from: None,
            value_to: None,
            difference: None,
            lower: None,
            upper: None,
            level: None,
            n: 0,
            p: None,
            p_adjusted: None,
            status: Status::Failed,
            reason,
            direction: Direction::Neutral,
        }
    }
}

/// Compares pairs of sides (from, to) in the columns that are named, for every rule, breakdown, group and class that both have.
///
/// # Errors
/// Where an evaluation does not fit its predictions, or the sides are not about the same items, labels and groups.
pub fn compare(
    sides: &[Side<'_>],
    pairs: &[(usize, usize)],
    metrics: &[String],
    adjust: Adjust,
    uncertainty: &Uncertainty,
) -> Result<Vec<Difference>, ScoreError> {
    let aligned = align(&sides.iter().map(|side| side.predictions).collect::<Vec<_>>())?;
    let aligned = (sides.iter().zip(&aligned))
        .map(|(side, predictions)| side.fitted.calibrated(predictions, side.evaluation))
        .collect::<Result<Vec<_>, ScoreError>>()?;
    let schemes = (sides.iter().zip(&aligned))
        .map(|(side, predictions)| {
            let mut problems = Problems::default();
            let scheme = Scheme::of(side.evaluation, &Schema::of(predictions), &mut problems);
            Ok(problems.check(scheme)?)
        })
        .collect::<Result<Vec<Scheme>, ScoreError>>()?;
    let audits = (sides.iter().zip(&aligned).zip(&schemes))
        .map(|((side, predictions), scheme)| Audit::new(predictions, side.evaluation, uncertainty, scheme))
        .collect::<Result<Vec<Audit<'_>>, _>>()?;
    let (Some(first), Some(scheme)) = (audits.first(), schemes.first()) else { return Ok(Vec::new()) };
    let mut differences = Vec::new();
    for (metric, breakdowns) in scheme.metrics.iter().filter(|(metric, _)| metrics.contains(&metric.name)) {
        // The other sides' metric of the same name, where all have it.
        let same = |scheme: &Scheme| {
            scheme.metrics.iter().position(|(other, _)| other.name == metric.name && other.parameters == metric.parameters)
        };
        let Some(places) = schemes.iter().map(same).collect::<Option<Vec<usize>>>() else { continue };
        let rules: Vec<String> = match metric.input {
            Input::Decisions => scheme.decide.iter().map(|rule| rule.name.clone()).collect(),
            _ => vec![String::new()],
        };
        for rule in
            rules.iter().filter(|rule| rule.is_empty() || schemes.iter().all(|scheme| scheme.decide.iter().any(|d| d.name == **rule)))
        {
            let called: Vec<&Metric> = schemes.iter().zip(&places).map(|(scheme, place)| &scheme.metrics[*place].0).collect();
            let lenses = (audits.iter().zip(sides).zip(&called))
                .map(|((audit, side), metric)| audit.lens(metric, rule, side.fitted))
                .collect::<Result<Vec<Lens>, _>>()?;
            for breakdown in breakdowns.iter().map(|by| &first.breakdowns[*by]) {
                let found = Paired { audits: &audits, lenses: &lenses, metrics: &called, breakdown }.differences(pairs, uncertainty);
                differences.extend(found.into_iter().map(|difference| Difference { decision: rule.clone(), ..difference }));
            }
        }
    }
    adjusted(differences.iter_mut(), adjust);
    Ok(differences)
}

/// One metric and breakdown on every side.
struct Paired<'a> {
    audits: &'a [Audit<'a>],
    lenses: &'a [Lens],
    metrics: &'a [&'a Metric],
    breakdown: &'a Breakdown,
}

impl Paired<'_> {
    fn differences(&self, pairs: &[(usize, usize)], uncertainty: &Uncertainty) -> Vec<Difference> {
        let first = &self.audits[0];
        let (joint, tuples) = join(self.lenses);
        let rows = Rows {
            groups: &self.breakdown.of_row,
            patterns: &joint,
            weights: first.predictions.weight(),
            clusters: first.clusters.as_ref(),
        };
        let units = Units::new(rows, first.predictions.ids());
        let sizes = first.sizes(self.lenses[0].of_row(), self.breakdown);
        let policy = first.evaluation.undefined;
        let kept: Vec<bool> = sizes.small.iter().map(|small| !(policy == Policy::Exclude && small.is_some())).collect();
        let replay = |side: usize| {
            let metrics = [self.metrics[side]];
            let sheet = Sheet { lens: &self.lenses[side], breakdown: self.breakdown, metrics: &metrics, policy, kept: &kept };
            let patterns: Vec<u32> = units.slots().iter().map(|slot| tuples[slot.pattern as usize][side]).collect();
            sheet.replay(&units, &patterns, uncertainty)
        };
        let replays: Vec<Replay> = (0..self.lenses.len()).map(replay).collect();
        let mut found = Vec::new();
        for (from, to) in pairs {
            for number in 0..replays[0].spots.len() {
                let (a, b) = (&replays[*from], &replays[*to]);
                let spot = a.spots[number];
                let undefined = a.values[number].err().or(b.values[number].err());
                let small = spot.group.and_then(|group| sizes.small[group].clone());
                let (status, reason) = match (undefined, small) {
                    (Some(undefined), _) => (Status::Undefined, self.reason(undefined, spot.group)),
                    (None, Some(small)) => (Status::Small, small),
                    (None, None) => (Status::Ok, String::new()),
                };
                let values = a.values[number].ok().zip(b.values[number].ok());
                let difference = values.map(|(a, b)| b - a);
                let drawn: Vec<f64> = a.replicates.iter().zip(&b.replicates).map(|(a, b)| b[number] - a[number]).collect();
                let interval = difference.and_then(|_| limits(&drawn, a.supports[number].items, uncertainty));
                found.push(Difference {
                    from: *from,
                    to: *to,
                    decision: String::new(),
                    metric: self.metrics[0].name.clone(),
                    parameters: self.metrics[0].parameters.clone(),
                    by: self.breakdown.by.clone(),
                    group: spot.group.map(|group| self.breakdown.groups[group].clone()).unwrap_or_default(),
                    label: spot.class.map(|class| first.predictions.classes()[class].clone()).unwrap_or_default(),
                    value_from: a.values[number].ok(),
                    value_to: b.values[number].ok(),
                    difference,
                    lower: interval.map(|(lower, _)| lower),
                    upper: interval.map(|(_, upper)| upper),
                    level: interval.map(|_| uncertainty.level()),
                    n: a.supports[number].items.round() as u64,
                    p: interval.and_then(|_| two_sided(&drawn)),
                    p_adjusted: None,
                    status,
                    reason,
                    direction: self.metrics[0].direction,
                });
            }
        }
        found
    }

    fn reason(&self, undefined: Undefined, group: Option<usize>) -> String {
        self.audits[0].reason(undefined, group, self.breakdown)
    }
}

/// The percentiles of the differences; where the sides agree in every resample, the most that so many agreeing items let them differ.
fn limits(drawn: &[f64], items: f64, uncertainty: &Uncertainty) -> Option<(f64, f64)> {
    let (lower, upper) = interval::percentile(drawn.iter().copied(), uncertainty.level())?;
    if upper - lower > 1e-12 {
        return Some((lower, upper));
    }
    let (_, reach) = share::interval(0.0, items.max(1.0), uncertainty.level(), uncertainty.shares());
    Some((lower - reach, upper + reach))
}

fn two_sided(drawn: &[f64]) -> Option<f64> {
    let defined = || drawn.iter().filter(|difference| !difference.is_nan());
    let all = defined().count();
    let below = defined().filter(|difference| **difference <= 0.0).count();
    let above = defined().filter(|difference| **difference >= 0.0).count();
    (all > 0).then(|| (2.0 * (below.min(above) + 1) as f64 / (all + 1) as f64).min(1.0))
}

/// Adjusts p over all differences that have one.
pub fn adjusted<'a>(differences: impl Iterator<Item = &'a mut Difference>, adjust: Adjust) {
    let mut differences: Vec<&mut Difference> = differences.collect();
    let mut order: Vec<(f64, usize)> = differences.iter().enumerate().filter_map(|(place, d)| d.p.map(|p| (p, place))).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let family = order.len();
    let mut set = |place: usize, p: f64| differences[place].p_adjusted = Some(p);
    match adjust {
        Adjust::None => {}
        Adjust::Holm => {
            let mut largest = 0.0_f64;
            for (rank, (p, place)) in order.into_iter().enumerate() {
                largest = largest.max((p * (family - rank) as f64).min(1.0));
                set(place, largest);
            }
        }
        Adjust::BenjaminiHochberg => {
            let mut smallest = 1.0_f64;
            for (rank, (p, place)) in order.into_iter().enumerate().rev() {
                smallest = smallest.min(p * family as f64 / (rank + 1) as f64);
                set(place, smallest);
            }
        }
    }
}

/// Brings all predictions into the first ones' order of items.
///
/// # Errors
/// Where they are not about the same items, labels and groups.
pub fn align(sides: &[&Predictions]) -> Result<Vec<Predictions>, ScoreError> {
    let refused = |reason: String| ScoreError::Compare { reason };
    let Some(first) = sides.first() else { return Ok(Vec::new()) };
    let one = |other: &&Predictions| {
        let other = *other;
        let aligned = if other.ids() == first.ids() {
            other.clone()
        } else {
            let places: HashMap<&str, u32> = other.ids().iter().zip(0..).collect();
            let rows: Vec<u32> = first.ids().iter().filter_map(|id| places.get(id).copied()).collect();
            if rows.len() < first.len() || other.len() > first.len() {
                let message =
                    format!("{} of {} and {} items are the same: both sides need the same items", rows.len(), first.len(), other.len());
                return Err(refused(message));
            }
            other.take(&rows)
        };
        if aligned.classes() != first.classes() || aligned.targets() != first.targets() {
            return Err(refused("the sides do not agree on classes and labels".to_owned()));
        }
        if aligned.fields() != first.fields() {
            return Err(refused("the sides do not agree on groups".to_owned()));
        }
        Ok(aligned)
    };
    sides.iter().map(one).collect()
}

/// Numbers the distinct tuples of patterns, in their order; a row that some side leaves out is left out.
fn join(lenses: &[Lens]) -> (Vec<u32>, Vec<Vec<u32>>) {
    let rows = lenses.first().map_or(0, |lens| lens.of_row().len());
    let tuple = |row: usize| lenses.iter().map(move |lens| lens.of_row()[row]);
    let mut order: Vec<u32> = (0..rows as u32).filter(|row| tuple(*row as usize).all(|pattern| pattern != OUTSIDE)).collect();
    order.sort_unstable_by(|a, b| tuple(*a as usize).cmp(tuple(*b as usize)));
    let mut joint = vec![OUTSIDE; rows];
    let mut tuples: Vec<Vec<u32>> = Vec::new();
    for row in order.into_iter().map(|row| row as usize) {
        if tuples.last().is_none_or(|last| !tuple(row).eq(last.iter().copied())) {
            tuples.push(tuple(row).collect());
        }
        joint[row] = tuples.len() as u32 - 1;
    }
    (joint, tuples)
}
