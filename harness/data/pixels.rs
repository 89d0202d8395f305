//! Fields that are measured from the pixels and cut into quantiles.

use indexmap::IndexMap;

use super::decode;
use super::error::DataError;
use super::frame::Factor;
use super::items::Items;
use super::mosaic::Mosaics;
use crate::spec::card::{Card, Combine, Compose, Field, FieldSource, Measure, Name};
use crate::spec::problem::{Problem, SpecError};

/// All fields in the order of the card: those from columns as they are, those from pixels measured; with mosaics, those of the mosaics
/// and the label of the parts.
pub(super) fn fields(
    card: &Card,
    items: &Items,
    columns: &IndexMap<String, Factor>,
    splits: &IndexMap<String, Vec<u32>>,
    mosaics: Option<&(&Compose, Mosaics)>,
) -> Result<IndexMap<String, Factor>, DataError> {
    let images: Vec<u32> = (0..items.places.len() as u32).collect();
    let mut made: IndexMap<String, Factor> = IndexMap::new();
    for (name, field) in &card.fields {
        let combine = mosaics.and_then(|(compose, _)| compose.fields.get(name));
        let is_label = card.label.as_ref().is_some_and(|label| label.text == *name);
        if mosaics.is_some() && combine.is_none() && !is_label {
            continue;
        }
        let factor = match &field.source {
            FieldSource::Column { .. } | FieldSource::Columns { .. } => columns.get(name).cloned(),
            FieldSource::Pixels { measure: what, names, fit } => {
                let values = measure(items, &images, *what)?;
                Some(match (combine, mosaics) {
                    (Some(Combine::Mean), Some((_, mosaics))) => quantiles(&mosaics.mean(&values), names, fit, &mosaics.splits, field)?,
                    _ => quantiles(&values, names, fit, splits, field)?,
                })
            }
        };
        let Some(factor) = factor else { continue };
        let factor = match (combine, mosaics) {
            (Some(combine @ (Combine::Majority | Combine::Any(_))), Some((_, mosaics))) => mosaics.combine(combine, &factor),
            _ => factor,
        };
        made.insert(name.clone(), factor);
    }
    Ok(made)
}

fn quantiles(
    values: &[Option<f64>],
    names: &[String],
    fit: &Name,
    splits: &IndexMap<String, Vec<u32>>,
    field: &Field,
) -> Result<Factor, DataError> {
    let Some(rows) = splits.get(&fit.text) else {
        let problem = Problem::at(&field.node, format!("the quantiles are fitted on the split `{}`, which is not there", fit.text));
        let known: Vec<String> = splits.keys().map(|name| format!("`{name}`")).collect();
        return Err(SpecError::from(problem.help(format!("write `fit:` with one of: {}", known.join(", ")))).into());
    };
    let known: Vec<f64> = rows.iter().filter_map(|row| values[*row as usize]).collect();
    Ok(binned(values, &cuts(known, names.len()), names))
}

/// Measures some images of a dataset.
fn measure(items: &Items, images: &[u32], measure: Measure) -> Result<Vec<Option<f64>>, DataError> {
    items.visit(images, |image, encoded| Ok(value(&items.decode(image, encoded, true, &decode::full)?.into_luma().bytes, measure)))
}

fn value(luma: &[u8], measure: Measure) -> Option<f64> {
    let mut counts = [0_u64; 256];
    luma.iter().for_each(|value| counts[usize::from(*value)] += 1);
    if measure == Measure::MeanNonzero {
        counts[0] = 0;
    }
    let total: u64 = counts.iter().sum();
    if total == 0 {
        return None;
    }
    let moment =
        |power: i32| counts.iter().enumerate().map(|(value, count)| (value as f64).powi(power) * *count as f64).sum::<f64>() / total as f64;
    match measure {
        Measure::Mean | Measure::MeanNonzero => Some(moment(1)),
        Measure::Contrast => Some((moment(2) - moment(1).powi(2)).max(0.0).sqrt()),
    }
}

/// The cuts between `count` equally full bins of the values (linear between order statistics, as NumPy's default quantile).
fn cuts(mut values: Vec<f64>, count: usize) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    (1..count)
        .filter_map(|cut| {
            let place = last as f64 * cut as f64 / count as f64;
            let (low, high) = (values.get(place.floor() as usize)?, values.get(place.ceil() as usize)?);
            Some(low + (high - low) * place.fract())
        })
        .collect()
}

/// The bin of each value: the first whose upper cut is not below it.
fn binned(values: &[Option<f64>], cuts: &[f64], names: &[String]) -> Factor {
    let code = |value: f64| cuts.iter().position(|cut| value <= *cut).unwrap_or(cuts.len()) as u32;
    Factor { levels: names.to_vec(), codes: values.iter().map(|value| value.map(code)).collect() }
}
