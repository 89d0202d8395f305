//! Means over models that differ in their seed (or draw) alone: how far another seed, or another test set, would move them.
//!
//! What intervals of two seeds and more promise, and hold, is in `benchmarks/coverage.md`.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::seeds::{Block, Seeds};
use super::{Side, pairing};
use crate::score::ScoreError;
use crate::score::interval::variance;
use crate::score::measurement::{Measurement, Status};
use crate::spec::uncertainty::Uncertainty;

/// The mean of some models' numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mean {
    /// The mean, its interval, and what it is of.
    pub measurement: Measurement,
    /// How many models it is of.
    pub cells: u64,
    /// The standard deviation of the models' numbers (n − 1).
    pub sd: f64,
    /// The seeds' share of the mean's variance; the rest is the items'.
    pub share: Option<f64>,
}

/// What the models' numbers and their resamples tell of a mean.
struct Spread<'a> {
    values: &'a [f64],
    /// Each model's own interval.
    limits: Vec<(f64, f64)>,
    /// Each model's number in every resample.
    drawn: Vec<Vec<f64>>,
    /// Whether every model's number errs to the same side, as the largest of groups does: then the mean errs as they do.
    biased: bool,
}

/// The means of the numbers that all sides have, in the order of the first side's; `measured` are the sides' own.
///
/// # Errors
/// As for [`super::compare`].
pub fn means(sides: &[Side<'_>], measured: &[&[Measurement]], uncertainty: &Uncertainty) -> Result<Vec<Mean>, ScoreError> {
    let Some((first, others)) = measured.split_first() else { return Ok(Vec::new()) };
    let places: Vec<HashMap<[&str; 5], Vec<usize>>> = measured.iter().map(|numbers| places(numbers)).collect();
    let mut means = Vec::new();
    pairing(
        sides,
        |metric| first.iter().any(|one| one.metric == metric.name),
        uncertainty,
        |paired, rule| {
            let replays = paired.replays();
            let called = paired.metrics[0];
            for (number, spot) in replays[0].spots.iter().enumerate() {
                let group = spot.group.map_or("", |group| paired.breakdown.groups[group].as_str());
                let label = spot.class.map_or("", |class| paired.audits[0].predictions.classes()[class].as_str());
                let key = [called.name.as_str(), called.parameters.as_str(), paired.breakdown.by.as_str(), group, label];
                let here = |side: usize| places[side].get(&key).into_iter().flatten().map(move |place| (*place, &measured[side][*place]));
                // What reads no decisions stands beside every rule.
                for (place, one) in here(0).filter(|(_, one)| rule.is_empty() || one.decision == rule) {
                    let same = |side: usize| here(side).map(|(_, other)| other).find(|other| other.decision == one.decision);
                    let Some(others) = (1..=others.len()).map(same).collect::<Option<Vec<&Measurement>>>() else { continue };
                    let all: Vec<&Measurement> = std::iter::once(one).chain(others).collect();
                    let drawn = replays.iter().map(|replay| replay.replicates.iter().map(|draw| draw[number]).collect()).collect();
                    means.extend(mean(&all, drawn, called.over.is_some(), called.limits(), uncertainty).map(|mean| (place, mean)));
                }
            }
        },
    )?;
    means.sort_by_key(|(place, _)| *place);
    Ok(means.into_iter().map(|(_, mean)| mean).collect())
}

/// Where the numbers of each metric, breakdown, group and class stand: one a decision rule.
fn places(numbers: &[Measurement]) -> HashMap<[&str; 5], Vec<usize>> {
    let mut places: HashMap<[&str; 5], Vec<usize>> = HashMap::new();
    for (place, one) in numbers.iter().enumerate() {
        places.entry([&one.metric, &one.parameters, &one.by, &one.group, &one.label].map(String::as_str)).or_default().push(place);
    }
    places
}

fn mean(all: &[&Measurement], drawn: Vec<Vec<f64>>, biased: bool, range: (f64, f64), uncertainty: &Uncertainty) -> Option<Mean> {
    let values = all.iter().map(|one| one.value).collect::<Option<Vec<f64>>>()?;
    let value = average(values.iter().copied());
    let limits = all.iter().map(|one| one.lower.zip(one.upper)).collect::<Option<Vec<(f64, f64)>>>();
    let spread = limits.map(|limits| Spread { values: &values, limits, drawn, biased });
    let found = spread.and_then(|spread| spread.interval(uncertainty.level()));
    let small = all.iter().find(|one| one.status != Status::Ok);
    let measurement = Measurement {
        value: Some(value),
        lower: found.map(|(down, ..)| (value - down).max(range.0)),
        upper: found.map(|(_, up, _)| (value + up).min(range.1)),
        level: found.map(|_| uncertainty.level()),
        n: all.iter().map(|one| one.n).min().unwrap_or_default(),
        null_median: None,
        null_p: None,
        status: small.map_or(Status::Ok, |one| one.status),
        reason: small.or(all.iter().find(|one| !one.reason.is_empty())).map_or_else(String::new, |one| one.reason.clone()),
        ..all[0].clone()
    };
    Some(Mean { measurement, cells: all.len() as u64, sd: variance(&values).sqrt(), share: found.map(|(.., share)| share) })
}

impl Spread<'_> {
    /// How far the interval reaches down and up, and the seeds' share of the variance. `None` where the mean is undefined in most resamples.
    fn interval(&self, level: f64) -> Option<(f64, f64, f64)> {
        let draws = self.drawn.first()?.len();
        let whole: Vec<Vec<f64>> = (0..draws)
            .map(|draw| self.drawn.iter().map(|model| model[draw]).collect::<Vec<f64>>())
            .filter(|numbers: &Vec<f64>| numbers.iter().all(|number| number.is_finite()))
            .collect();
        if whole.len() < 2 || 2 * whole.len() < draws {
            return None;
        }
        let items = variance(&whole.iter().map(|numbers| average(numbers.iter().copied())).collect::<Vec<f64>>());
        let alone =
            average((0..self.values.len()).map(|model| variance(&whole.iter().map(|numbers| numbers[model]).collect::<Vec<f64>>())));
        let seeds = Seeds::of(&[Block { values: self.values.to_vec(), drawn: whole }], items);
        let further = seeds.further(level);
        let narrowed = if self.biased || alone <= 0.0 { 1.0 } else { (items / alone).sqrt().min(1.0) };
        let side = |of: &dyn Fn(f64, (f64, f64)) -> f64| {
            let mean = average(self.values.iter().zip(&self.limits).map(|(value, limits)| of(*value, *limits)));
            (mean * narrowed).hypot(further)
        };
        Some((side(&|value, (lower, _)| value - lower), side(&|value, (_, upper)| upper - value), seeds.share()))
    }
}

fn average(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    sum / count
}
