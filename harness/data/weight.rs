//! How much each training item counts.

use std::collections::HashMap;
use std::sync::Arc;

use super::dataset::Dataset;
use super::error::DataError;
use super::frame::Factor;
use crate::spec::card::Name;
use crate::spec::problem::{Problem, SpecError, did_you_mean};
use crate::spec::weights::{WeightSource, Weights};

/// Weights of the items of a split.
#[derive(Clone, Debug)]
pub struct Weighing {
    /// By row of the dataset; 1 outside the split. The mean over the split is 1 before anything is clipped.
    pub weights: Arc<Vec<f32>>,
    /// The effective sample size, (Σw)² / Σw² (Kish 1965), after clipping.
    pub effective: f64,
    /// How many weights were clipped.
    pub clipped: u64,
    /// What of the split weighs 1, since nobody knows how frequent it is: `10 of 330 items have no `race``.
    pub unplaced: Option<String>,
}

impl Weighing {
    /// Weighs the rows of a split.
    ///
    /// # Errors
    /// When a field or a level is not there, or a weight is missing, negative or no number.
    pub fn of(dataset: &Dataset, rows: &[u32], weights: &Weights) -> Result<Self, DataError> {
        let mut unplaced = None;
        let raw = match &weights.source {
            WeightSource::InverseFrequency(names) => {
                let (raw, without) = inverse(rows, &factors(dataset, names)?);
                let fields: Vec<String> = names.iter().map(|name| format!("`{}`", name.text)).collect();
                let have = if without == 1 { "has" } else { "have" };
                unplaced = (without > 0).then(|| format!("{without} of {} items {have} no {}", rows.len(), fields.join(" or no ")));
                raw
            }
            WeightSource::Field(name) => written(dataset, rows, named(dataset, name)?, &name.text)?,
            WeightSource::Biasing(fields) => {
                let mut raw = vec![1.0; rows.len()];
                for (name, probabilities) in fields {
                    let factor = named(dataset, name)?;
                    if let Some(lost) = probabilities.keys().find(|level| !factor.levels.contains(level)) {
                        let problem = Problem::at(&name.node, format!("no item has `{}: {lost}`", name.text));
                        return Err(SpecError::from(problem.help(did_you_mean(lost, factor.levels.iter().map(String::as_str)))).into());
                    }
                    for (weight, row) in raw.iter_mut().zip(rows) {
                        *weight /= factor.level(*row as usize).and_then(|level| probabilities.get(level)).copied().unwrap_or(1.0);
                    }
                }
                raw
            }
        };
        let mean = raw.iter().sum::<f64>() / raw.len().max(1) as f64;
        if mean <= 0.0 {
            return Err(DataError::dataset(&dataset.name, "has no item with a weight above 0"));
        }
        let most = weights.clip.unwrap_or(f64::INFINITY);
        let mut all = vec![1.0_f32; dataset.ids.len()];
        let (mut sum, mut squares, mut clipped) = (0.0, 0.0, 0);
        for (weight, row) in raw.into_iter().zip(rows) {
            let scaled = weight / mean;
            clipped += u64::from(scaled > most);
            let weight = scaled.min(most);
            (sum, squares) = (sum + weight, squares + weight * weight);
            all[*row as usize] = weight as f32;
        }
        Ok(Self { weights: Arc::new(all), effective: if squares > 0.0 { sum * sum / squares } else { 0.0 }, clipped, unplaced })
    }
}

/// A field by its name; `label` and `attribute` are what the card calls so.
fn named<'d>(dataset: &'d Dataset, name: &Name) -> Result<&'d Factor, DataError> {
    let meant = match name.text.as_str() {
        "label" => dataset.label.as_deref(),
        "attribute" => dataset.attribute.as_deref(),
        _ => None,
    };
    match meant.filter(|_| !dataset.fields.contains_key(&name.text)) {
        Some(meant) => dataset.factor_at(meant, &name.node),
        None => dataset.factor(name),
    }
}

fn factors<'d>(dataset: &'d Dataset, names: &[Name]) -> Result<Vec<&'d Factor>, DataError> {
    names.iter().map(|name| named(dataset, name)).collect()
}

/// One over how many items are of the same levels, and how many have not all of them: these weigh as much as the others do on average.
fn inverse(rows: &[u32], factors: &[&Factor]) -> (Vec<f64>, usize) {
    let cell = |row: &u32| -> Option<Vec<u32>> { factors.iter().map(|factor| factor.codes[*row as usize]).collect() };
    let mut counts: HashMap<Vec<u32>, f64> = HashMap::new();
    rows.iter().filter_map(cell).for_each(|cell| *counts.entry(cell).or_default() += 1.0);
    let placed: f64 = counts.values().sum();
    let mean = if placed > 0.0 { counts.len() as f64 / placed } else { 1.0 };
    let weight = |row: &u32| cell(row).and_then(|cell| counts.get(&cell)).map_or(mean, |count| 1.0 / count);
    (rows.iter().map(weight).collect(), rows.len() - placed as usize)
}

fn written(dataset: &Dataset, rows: &[u32], factor: &Factor, field: &str) -> Result<Vec<f64>, DataError> {
    let one = |row: &u32| {
        let level = factor.level(*row as usize);
        let weight = level.and_then(|level| level.parse::<f64>().ok()).filter(|weight| weight.is_finite() && *weight >= 0.0);
        weight.ok_or_else(|| {
            let reason = format!(
                "has `{}` as the weight `{field}` of `{}`: expected a number from 0 upwards",
                level.unwrap_or_default(),
                dataset.ids[*row as usize]
            );
            DataError::dataset(&dataset.name, reason)
        })
    };
    rows.iter().map(one).collect()
}
