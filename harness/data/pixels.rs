//! Fields that are measured from the pixels and cut into quantiles.

use super::decode::{self, Pixels};
use super::error::DataError;
use super::frame::Factor;
use super::items::{Encoded, Items};
use crate::spec::card::Measure;

/// Measures some images of a dataset.
pub(super) fn measure(items: &Items, images: &[u32], measure: Measure) -> Result<Vec<Option<f64>>, DataError> {
    items.visit(images, &|_| {}, |image, encoded| {
        let pixels = match encoded {
            Encoded::File(bytes) => {
                decode::decode(&bytes, items.pixel_limit, false).map_err(|reason| items.broken(image, reason))?.into_luma()
            }
            Encoded::Grey { height, width, bytes } => Pixels { width, height, channels: 1, bytes },
        };
        Ok(value(&pixels.bytes, measure))
    })
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
pub(super) fn cuts(mut values: Vec<f64>, count: usize) -> Vec<f64> {
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
pub(super) fn binned(values: &[Option<f64>], cuts: &[f64], names: &[String]) -> Factor {
    let code = |value: f64| cuts.iter().position(|cut| value <= *cut).unwrap_or(cuts.len()) as u32;
    Factor { levels: names.to_vec(), codes: values.iter().map(|value| value.map(code)).collect() }
}
