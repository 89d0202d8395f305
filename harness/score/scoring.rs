//! Predictions and an evaluation to measurements, rules that are fitted for it, and what they decide.

use std::borrow::Cow;

use super::audit::{Audit, Place};
use super::measurement::Measurement;
use super::metric::Metric;
use super::pairs::decided;
use super::pairs::verification::Comparisons;
use super::predictions::ids::Ids;
use super::predictions::{Decisions, Predictions};
use super::rule::calibrate::Calibration;
use super::rule::fit::{Evidence, find};
use super::rule::{FittedRules, Splits, decide, unseen};
use super::schema::Schema;
use super::scheme::Scheme;
use super::{ScoreError, embedding, joint};
use crate::spec::decide::Decide;
use crate::spec::evaluation::Evaluation;
use crate::spec::pairs::Pairs;
use crate::spec::problem::Problems;
use crate::spec::uncertainty::Uncertainty;
/// Scores predictions: every metric of an evaluation, under every decision rule, for all items and every group, with intervals and nulls.
///
/// The measurements come in the order of the spec (rule, metric, breakdown, group, class), and no two share decision, metric, parameters,
/// breakdown, group and label. `fitted` holds what was found for the rules that have a number to find.
///
/// # Errors
/// Where the evaluation does not fit the predictions, with every mistake underlined; or where a rule has not been fitted.
pub fn score(
    predictions: &Predictions,
    evaluation: &Evaluation,
    uncertainty: &Uncertainty,
    fitted: &FittedRules,
) -> Result<Vec<Measurement>, ScoreError> {
    let scheme = scheme(predictions, evaluation)?;
    let mut problems = Problems::default();
    embedding::check(evaluation, &scheme, predictions, &mut problems);
    problems.check(Some(()))?;
    let predictions = &*fitted.calibrated(predictions, evaluation)?;
    let audit = Audit::new(predictions, evaluation, uncertainty, &scheme)?;
    let relabelling = audit.relabelling(&audit.of_gaps())?;

    let mut rules: Vec<&str> = scheme.decide.iter().map(|decide| decide.name.as_str()).collect();
    let mut numbered: Vec<(Place, Measurement)> = Vec::new();
    let (decided, scored): (Vec<&Metric>, Vec<&Metric>) = scheme.lenses().into_iter().partition(|metric| metric.input.of_rule());
    for (index, rule) in scheme.decide.iter().enumerate() {
        for metric in &decided {
            let lens = audit.lens(metric, &rule.name, fitted)?;
            audit.read(metric, &lens, relabelling.as_ref(), &[(index, &rule.name)], fitted, &mut numbered)?;
        }
    }
    if rules.is_empty() {
        rules.push("");
    }
    // What reads no decisions is the same under every rule, and stands beside each.
    let rules: Vec<(usize, &str)> = rules.into_iter().enumerate().collect();
    for metric in scored {
        audit.read(metric, &audit.lens(metric, "", fitted)?, relabelling.as_ref(), &rules, fitted, &mut numbered)?;
    }
    embedding::measure(&audit, &mut numbered);
    joint::measure(&audit, &rules, fitted, &mut numbered)?;
    numbered.sort_by_key(|(place, _)| *place);
    let mut measurements: Vec<Measurement> = numbered.into_iter().map(|(_, measurement)| measurement).collect();
    unseen::tell(&mut measurements, &audit.predictions, evaluation, &scheme.decide, fitted);
    Ok(measurements)
}

/// Finds the calibration of an evaluation, and the numbers of its rules that are to be fitted, on splits that are not tests.
///
/// # Errors
/// As for [`score`]; where a split is not there, or does not tell what is to be found.
pub fn fit(evaluation: &Evaluation, splits: &Splits) -> Result<FittedRules, ScoreError> {
    let evaluation = &evaluation.rules();
    let mut fitted = FittedRules::new();
    let of_split = |split: &str| splits.get(split).ok_or_else(|| ScoreError::Split { split: split.to_owned() });
    if let Some(calibrate) = &evaluation.calibrate {
        let predictions = of_split(&calibrate.split.value)?;
        scheme(predictions, evaluation)?;
        fitted.calibration = Some(Calibration::fit(predictions, calibrate, evaluation)?);
    }
    let Some((_, first)) = splits.first_key_value() else { return Ok(fitted) };
    for rule in scheme(first, evaluation)?.to_fit(&mut Problems::default()) {
        let predictions = of_split(&rule.split.value)?;
        let task = scheme(predictions, evaluation)?.task;
        let calibrated = fitted.calibrated(predictions, evaluation)?;
        let decided = decided(&calibrated, evaluation).map_err(|error| error.of_rule(&rule.decide.name, &rule.split.value))?;
        let evidence = Evidence::of(&rule, &decided, task)?;
        fitted.rules.insert(rule.decide.name.clone(), find(&rule, &evidence, task)?);
    }
    Ok(fitted)
}

/// An evaluation that fits predictions.
fn scheme(predictions: &Predictions, evaluation: &Evaluation) -> Result<Scheme, ScoreError> {
    let mut problems = Problems::default();
    let scheme = Scheme::of(evaluation, &Schema::of(predictions), &mut problems);
    Ok(problems.check(scheme)?)
}

/// What the rules of an evaluation decide.
#[derive(Debug)]
pub struct Decided<'a> {
    /// What they decide about: single images, or pairs of them.
    pub items: Cow<'a, Predictions>,
    /// The names of the two images of each pair.
    pub ends: Option<(Ids, Ids)>,
    /// The decisions of every rule about each item, by the rule's name.
    pub rules: Vec<(String, Decisions)>,
}

/// The decisions of every rule of an evaluation: about each image, also where originals and counterfactuals are scored, or about each pair
/// of verification.
///
/// # Errors
/// As for [`score`].
pub fn decisions<'a>(predictions: &'a Predictions, evaluation: &Evaluation, fitted: &FittedRules) -> Result<Decided<'a>, ScoreError> {
    let scheme = scheme(predictions, evaluation)?;
    let (items, ends) = match evaluation.pairs.as_ref().map(|pairs| &pairs.value) {
        Some(Pairs::Verification(spec)) => {
            let comparisons = Comparisons::of(predictions, spec, evaluation)?;
            (Cow::Owned(comparisons.items(spec, evaluation)?), Some(comparisons.ends()))
        }
        _ => (fitted.calibrated(predictions, evaluation)?, None),
    };
    let decided = |rule: &Decide| Ok((rule.name.clone(), decide(&items, rule, scheme.task.positive, fitted)?));
    let rules = scheme.decide.iter().map(decided).collect::<Result<_, ScoreError>>()?;
    Ok(Decided { items, ends, rules })
}
