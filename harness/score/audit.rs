//! Predictions and an evaluation to measurements.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::breakdown::Breakdown;
use super::calibrate::Calibration;
use super::clusters::Clusters;
use super::fit::{Evidence, find};
use super::lens::Lens;
use super::measurement::{Measurement, Status};
use super::metric::{Input, Metric};
use super::outcome::Outcomes;
use super::pairs::counterfactual::Counterfactuals;
use super::pairs::{Items, decided};
use super::predictions::{Decisions, Predictions};
use super::probability::Probabilities;
use super::ranking::Rankings;
use super::rule::{FittedRules, decide, linked, top};
use super::scheme::{Schema, Scheme};
use super::sheet::{Reading, Sheet};
use super::value::{Cause, Undefined};
use super::{OUTSIDE, ScoreError};
use crate::data::frame::Targets;
use crate::spec::decide::Decide;
use crate::spec::evaluation::{Abstained, Evaluation, MinCount, Policy};
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
    let predictions = &*fitted.calibrated(predictions, evaluation)?;
    let audit = Audit::new(predictions, evaluation, uncertainty, &scheme)?;

    let mut rules: Vec<&str> = scheme.decide.iter().map(|decide| decide.name.as_str()).collect();
    let mut numbered: Vec<(Place, Measurement)> = Vec::new();
    for (index, rule) in scheme.decide.iter().enumerate() {
        if scheme.metrics.iter().any(|(metric, _)| metric.input == Input::Decisions) {
            let lens = audit.lens(Input::Decisions, &rule.name, fitted)?;
            audit.read(Input::Decisions, &lens, &[(index, &rule.name)], &mut numbered);
        }
    }
    if rules.is_empty() {
        rules.push("");
    }
    // What reads no decisions is the same under every rule, and stands beside each.
    let rules: Vec<(usize, &str)> = rules.into_iter().enumerate().collect();
    let mut inputs: Vec<Input> = scheme.metrics.iter().map(|(metric, _)| metric.input).filter(|input| *input != Input::Decisions).collect();
    inputs.dedup();
    let mut seen = HashSet::new();
    inputs.retain(|input| seen.insert(*input));
    for input in inputs {
        audit.read(input, &audit.lens(input, "", fitted)?, &rules, &mut numbered);
    }
    numbered.sort_by_key(|(place, _)| *place);
    Ok(numbered.into_iter().map(|(_, measurement)| measurement).collect())
}

/// The predictions of the splits that something is fitted on, by name (`dataset/split`).
pub type Splits = BTreeMap<String, Arc<Predictions>>;

/// Finds the calibration of an evaluation, and the numbers of its rules that are to be fitted, on splits that are not tests.
///
/// # Errors
/// As for [`score`]; where a split is not there, or does not tell what is to be found.
pub fn fit(evaluation: &Evaluation, splits: &Splits) -> Result<FittedRules, ScoreError> {
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
        let evidence = Evidence::of(&rule, &*decided(&calibrated, evaluation)?, task)?;
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

/// The decisions of every rule of an evaluation about each image, by the rule's name; none where rules decide about pairs of them.
///
/// # Errors
/// As for [`score`].
pub fn decisions(predictions: &Predictions, evaluation: &Evaluation, fitted: &FittedRules) -> Result<Vec<(String, Decisions)>, ScoreError> {
    let scheme = scheme(predictions, evaluation)?;
    if let Some(Pairs::Verification(_)) = evaluation.pairs.as_ref().map(|pairs| &pairs.value) {
        return Ok(Vec::new());
    }
    let predictions = &*fitted.calibrated(predictions, evaluation)?;
    let decided = |rule: &Decide| Ok((rule.name.clone(), decide(predictions, rule, scheme.task.positive, fitted)?));
    scheme.decide.iter().map(decided).collect()
}

/// Rule, metric, breakdown, number in the sheet.
type Place = (usize, usize, usize, usize);

/// What an evaluation counts, made of the predictions that it fits.
pub(super) struct Audit<'a> {
    pub(super) predictions: Cow<'a, Predictions>,
    counterfactuals: Option<Counterfactuals<'a>>,
    pub(super) evaluation: &'a Evaluation,
    uncertainty: &'a Uncertainty,
    scheme: &'a Scheme,
    pub(super) clusters: Option<Clusters>,
    pub(super) breakdowns: Vec<Breakdown>,
}

/// How many items and clusters each group has, and whether that is enough.
pub(super) struct Sizes {
    clusters: Option<Vec<u64>>,
    /// Of each group: why it is too small, if it is.
    pub(super) small: Vec<Option<String>>,
}

impl<'a> Audit<'a> {
    pub(super) fn new(
        predictions: &'a Predictions,
        evaluation: &'a Evaluation,
        uncertainty: &'a Uncertainty,
        scheme: &'a Scheme,
    ) -> Result<Self, ScoreError> {
        let Items { predictions, clusters, counterfactuals } = Items::of(predictions, evaluation, uncertainty)?;
        let breakdowns = scheme.breakdowns.iter().map(|fields| Breakdown::new(&predictions, fields)).collect();
        Ok(Self { predictions, counterfactuals, evaluation, uncertainty, scheme, clusters, breakdowns })
    }

    /// What metrics with this input read, where they read decisions those of the rule of this name.
    pub(super) fn lens(&self, input: Input, rule: &str, fitted: &FittedRules) -> Result<Lens, ScoreError> {
        if let (Input::Decisions, Some(rule)) = (input, self.scheme.decide.iter().find(|decide| decide.name == rule)) {
            if let Some(pairs) = &self.counterfactuals {
                return Ok(Lens::Outcomes(pairs.flips(rule, self.scheme.task, fitted, self.evaluation.abstained)?));
            }
            let decisions = decide(&self.predictions, rule, self.scheme.task.positive, fitted)?;
            let targets = self.answered(&decisions);
            return Ok(Lens::Outcomes(Outcomes::new(&targets, &decisions, self.scheme.task.classes)));
        }
        if let (Input::Shifts { of }, Some(pairs)) = (input, &self.counterfactuals) {
            return Ok(Lens::Shifts(pairs.shifts(of, self.scheme.task)?));
        }
        let reason = || ScoreError::Rule { rule: String::new(), reason: "the predictions hold no scores".to_owned() };
        let scores = self.predictions.scores().ok_or_else(reason)?;
        let targets = self.predictions.targets();
        let classes = self.scheme.task.classes;
        Ok(match (input, self.scheme.task.positive) {
            (Input::TopK(k), _) => {
                let set = |row: usize| {
                    let mut set = top(scores.of(row), k as usize);
                    set.sort_unstable();
                    set
                };
                let decisions = Decisions::Sets((0..self.predictions.len()).map(set).collect());
                Lens::Outcomes(Outcomes::new(targets, &decisions, classes))
            }
            (Input::Probabilities { of, bins, wanted }, _) => {
                let scores = linked(scores, of);
                Lens::Probabilities(Probabilities::new(targets, &scores, self.scheme.task, wanted, bins as usize))
            }
            (Input::Crossings { all: false }, Some(positive)) => Lens::Crossings(Rankings::new(targets, scores, &[positive as u32])),
            (Input::Crossings { .. }, _) => Lens::Crossings(Rankings::new(targets, scores, &(0..classes as u32).collect::<Vec<_>>())),
            (Input::PositiveScore, Some(positive)) => Lens::Rankings(Rankings::new(targets, scores, &[positive as u32])),
            _ => Lens::Rankings(Rankings::new(targets, scores, &(0..classes as u32).collect::<Vec<_>>())),
        })
    }

    /// What is true of the items that metrics of decisions look at: nothing is, of those that abstentions leave out.
    fn answered(&self, decisions: &Decisions) -> Cow<'_, Targets> {
        match (self.predictions.targets(), decisions) {
            (Targets::Single(targets), Decisions::Single(decisions)) if self.evaluation.abstained == Abstained::Exclude => {
                Cow::Owned(Targets::Single(targets.iter().zip(decisions).map(|(target, decision)| decision.and(*target)).collect()))
            }
            (targets, _) => Cow::Borrowed(targets),
        }
    }

    /// All numbers that read one thing, beside each of some rules.
    fn read(&self, input: Input, lens: &Lens, rules: &[(usize, &str)], numbered: &mut Vec<(Place, Measurement)>) {
        for (by, breakdown) in self.breakdowns.iter().enumerate() {
            let (places, metrics): (Vec<usize>, Vec<&Metric>) = (self.scheme.metrics.iter().enumerate())
                .filter(|(_, (metric, breakdowns))| metric.input == input && breakdowns.contains(&by))
                .map(|(place, (metric, _))| (place, metric))
                .unzip();
            if metrics.is_empty() {
                continue;
            }
            let sizes = self.sizes(lens, breakdown);
            // Groups that are too small take part in a gap only where that makes the gap as untrustworthy as they are.
            let exclude = self.evaluation.undefined == Policy::Exclude;
            let kept: Vec<bool> = sizes.small.iter().map(|small| !(exclude && small.is_some())).collect();
            let sheet = Sheet { lens, breakdown, metrics: &metrics, policy: self.evaluation.undefined, kept: &kept };
            let readings = sheet.read(&self.predictions, self.clusters.as_ref(), self.uncertainty);
            for (number, reading) in readings.iter().enumerate() {
                let measurement = self.measurement(reading, metrics[reading.spot.metric], breakdown, &sizes);
                for (rule, name) in rules {
                    let place = (*rule, places[reading.spot.metric], by, number);
                    numbered.push((place, Measurement { decision: (*name).to_owned(), ..measurement.clone() }));
                }
            }
        }
    }

    pub(super) fn sizes(&self, lens: &Lens, breakdown: &Breakdown) -> Sizes {
        let groups = breakdown.groups.len();
        let mut items = vec![0u64; groups];
        let mut members: HashSet<(u32, u32)> = HashSet::new();
        let counting = breakdown.of_row.iter().zip(lens.of_row()).enumerate();
        for (row, (group, _)) in counting.filter(|(_, (group, pattern))| **group != OUTSIDE && **pattern != OUTSIDE) {
            items[*group as usize] += 1;
            if let Some(clusters) = &self.clusters {
                members.extend(clusters.of(row).map(|cluster| (*group, cluster)));
            }
        }
        let clusters = self.clusters.as_ref().map(|_| {
            let mut counts = vec![0u64; groups];
            members.iter().for_each(|(group, _)| counts[*group as usize] += 1);
            counts
        });
        let (counts, least, what) = match (self.evaluation.min_count, &clusters) {
            (Some(MinCount::Rows(least)), _) => (&items, least, "item"),
            (Some(MinCount::Subjects(least)), Some(clusters)) => (clusters, least, "subject"),
            _ => (&items, 0, "item"),
        };
        let small = |group: usize| {
            let name = &breakdown.groups[group];
            let there = if name.is_empty() { String::new() } else { format!(" in {name}") };
            let plural = if counts[group] == 1 { "" } else { "s" };
            (counts[group] < least).then(|| format!("{} {what}{plural}{there}, fewer than `min_count` ({least})", counts[group]))
        };
        Sizes { small: (0..groups).map(small).collect(), clusters }
    }

    fn measurement(&self, reading: &Reading, metric: &Metric, breakdown: &Breakdown, sizes: &Sizes) -> Measurement {
        let spot = reading.spot;
        let small = match spot.group {
            Some(group) => sizes.small[group].clone(),
            None => sizes.small.iter().flatten().next().cloned(),
        };
        // Where small groups are left out of a gap, the gap itself is not small.
        let flagged = small.clone().filter(|_| spot.group.is_some() || self.evaluation.undefined == Policy::Propagate);
        let (status, reason) = match (reading.value, small) {
            (Err(Undefined { cause: Cause::FewGroups, .. }), Some(small)) => (Status::InsufficientEvidence, small),
            (Err(undefined), _) => (Status::Undefined, self.reason(undefined, spot.group, breakdown)),
            (Ok(_), _) => flagged.map_or((Status::Ok, String::new()), |reason| (Status::Small, reason)),
        };
        let name = |class: usize| self.predictions.classes()[class].clone();
        let count = |weight: f64| weight.round() as u64;
        Measurement {
            decision: String::new(),
            metric: metric.name.clone(),
            parameters: metric.parameters.clone(),
            by: breakdown.by.clone(),
            group: spot.group.map(|group| breakdown.groups[group].clone()).unwrap_or_default(),
            label: spot.class.map(name).unwrap_or_default(),
            item: String::new(),
            value: reading.value.ok(),
            lower: reading.interval.map(|(lower, _)| lower),
            upper: reading.interval.map(|(_, upper)| upper),
            level: reading.interval.map(|_| self.uncertainty.level()),
            n: count(reading.support.items),
            n_positive: reading.support.positives.map(count),
            n_negative: reading.support.negatives.map(count),
            n_clusters: sizes.clusters.as_ref().map(|clusters| spot.group.map_or_else(|| clusters.iter().sum(), |group| clusters[group])),
            null_median: reading.null.map(|(median, _)| median),
            null_p: reading.null.map(|(_, p)| p),
            status,
            reason,
            direction: metric.direction,
        }
    }

    /// `no positives of class=Coat in race=Black`.
    pub(super) fn reason(&self, undefined: Undefined, group: Option<usize>, breakdown: &Breakdown) -> String {
        let mut reason = undefined.cause.words().to_owned();
        if let Some(class) = undefined.class {
            reason.push_str(&format!(" of class={}", self.predictions.classes()[class as usize]));
        }
        let group = undefined.group.map(|group| group as usize).or(group).map(|group| breakdown.groups[group].as_str());
        if let Some(group) = group.filter(|group| !group.is_empty()) {
            reason.push_str(&format!(" in {group}"));
        }
        reason
    }
}
