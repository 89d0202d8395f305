//! Rules of several models whose predictions are scored as one: each decides with what was found for it.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Decide, FittedRules, decide};
use crate::score::ScoreError;
use crate::score::predictions::pool::{appended, pooled};
use crate::score::predictions::{Decisions, Predictions};
use crate::spec::evaluation::Evaluation;

/// One model's share of the predictions.
struct Fold<'f> {
    name: &'f str,
    predictions: Predictions,
    fitted: &'f FittedRules,
}

/// The predictions, model by model, and the place of each item among those of all models one after another.
fn folds<'f>(whole: &Predictions, fitted: &'f FittedRules) -> Result<(Vec<Fold<'f>>, Vec<u32>), ScoreError> {
    let mut places = vec![0; whole.len()];
    let mut next = 0;
    let mut folds = Vec::with_capacity(fitted.folds.len());
    for (name, fitted) in &fitted.folds {
        let of_fold = |row: &u32| whole.fold().and_then(|fold| fold.level(*row as usize)) == Some(name);
        let rows: Vec<u32> = (0..whole.len() as u32).filter(of_fold).collect();
        for (row, place) in rows.iter().zip(next..) {
            places[*row as usize] = place;
        }
        next += rows.len() as u32;
        folds.push(Fold { name, predictions: whole.take(&rows), fitted });
    }
    // An item of a model that nothing was found for cannot be decided.
    if next as usize == whole.len() {
        Ok((folds, places))
    } else {
        Err(ScoreError::Split { split: "each of the pooled models".to_owned() })
    }
}

/// [`FittedRules::calibrated`] of each model.
pub(super) fn calibrated(whole: &Predictions, evaluation: &Evaluation, fitted: &FittedRules) -> Result<Predictions, ScoreError> {
    let (folds, places) = folds(whole, fitted)?;
    let calibrated = |fold: &Fold<'_>| {
        let of_fold = fold.fitted.calibrated(&fold.predictions, evaluation).map_err(|error| error.in_fold(fold.name))?;
        Ok((fold.name.to_owned(), Arc::new(Cow::into_owned(of_fold))))
    };
    let all = folds.iter().map(calibrated).collect::<Result<Vec<_>, ScoreError>>()?;
    let all = pooled(all).map_err(|error| ScoreError::Calibration { reason: error.to_string() })?;
    Ok(all.take(&places))
}

/// [`decide`] of each model.
pub(super) fn decided(whole: &Predictions, rule: &Decide, positive: Option<usize>, fitted: &FittedRules) -> Result<Decisions, ScoreError> {
    let (folds, places) = folds(whole, fitted)?;
    let decided = |fold: &Fold<'_>| decide(&fold.predictions, rule, positive, fold.fitted);
    let all = folds.iter().map(decided).collect::<Result<Vec<_>, ScoreError>>()?;
    let all = appended(&all.iter().collect::<Vec<_>>());
    let mixed = || ScoreError::Rule { rule: rule.name.clone(), reason: "it decides one class here and several there".to_owned() };
    Ok(all.ok_or_else(mixed)?.take(&places))
}
