//! From scores to decisions, by rules that are data.
//!
//! - [`steps`]: what is done to a score, in order; `fit`: what is found on another split, of `labelled` items; [`refit`]: found anew in every
//!   resample; `folds`: found for each of several models that are scored as one; `unseen`: where that tells nothing of a group.
//! - [`post_process`]: rules that make groups fare alike; [`calibrate`]: what makes probabilities of scores before rules read them.
//! - [`rulebook`]: what rules and calibrations are, in words.

pub mod calibrate;
pub(super) mod fit;
mod folds;
mod labelled;
pub mod post_process;
pub mod refit;
pub mod rulebook;
pub mod steps;
pub(super) mod unseen;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ScoreError;
use super::breakdown::Breakdown;
use super::predictions::{Decisions, Predictions, Scores};
use crate::data::frame::Targets;
use crate::score::rule::calibrate::Calibration;
use crate::score::rule::steps::Steps;
use crate::score::units::draw::lot;
use crate::spec::decide::{Cut, Cuts, Decide, Link, Rule};
use crate::spec::evaluation::Evaluation;

/// What was found for an evaluation on splits that are not tests.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FittedRules {
    /// What makes probabilities of its scores, before any rule or metric reads them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
    /// Its rules, by their names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rules: BTreeMap<String, Fitted>,
    /// What was found for each model, by its name in [`Predictions::fold`], where what several said is scored as one; then nothing stands
    /// in the fields above.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub folds: BTreeMap<String, FittedRules>,
    /// What the rules were found on; empty unless they are to be found anew in every resample.
    #[serde(skip)]
    pub splits: Splits,
    /// The splits whose labels its metrics look up.
    #[serde(skip)]
    pub references: Splits,
}

/// The predictions of the splits that something is fitted on, by name (`dataset/split`).
pub type Splits = BTreeMap<String, Arc<Predictions>>;

impl FittedRules {
    /// Of rules that have nothing to find.
    pub fn new() -> Self {
        Self::default()
    }

    /// Of several models that are scored as one, by their names in [`Predictions::fold`]; of one model, what was found for it.
    pub fn of_folds(mut folds: BTreeMap<String, Self>) -> Self {
        match folds.len() {
            1 => folds.pop_first().map(|(_, fitted)| fitted).unwrap_or_default(),
            _ => Self { folds, ..Self::new() },
        }
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.calibration.is_none() && self.folds.values().all(Self::is_empty)
    }

    /// Whether something was found for a rule.
    pub fn has(&self, rule: &str) -> bool {
        self.rules.contains_key(rule) || self.folds.values().any(|fold| fold.has(rule))
    }

    /// Predictions as metrics and rules of an evaluation see them.
    ///
    /// # Errors
    /// Where they are to be calibrated, and nothing was found for that.
    pub fn calibrated<'p>(&self, predictions: &'p Predictions, evaluation: &Evaluation) -> Result<Cow<'p, Predictions>, ScoreError> {
        match (&evaluation.calibrate, &self.calibration) {
            (None, _) => Ok(Cow::Borrowed(predictions)),
            (Some(_), None) if !self.folds.is_empty() => folds::calibrated(predictions, evaluation, self).map(Cow::Owned),
            (Some(calibrate), Some(calibration)) => calibration.apply(predictions, calibrate, evaluation).map(Cow::Owned),
            (Some(_), None) => Err(ScoreError::Calibration { reason: "it has not been fitted".to_owned() }),
        }
    }
}

/// What was found for a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fitted {
    /// The split that it was found on.
    pub split: String,
    /// Items there.
    pub items: u64,
    /// The decision about items in no group, or in one without items there. A threshold lies halfway between the least score that it
    /// selects and the largest that it does not.
    pub common: Steps,
    /// The decision about the groups (`race=Black`) or classes that have one of their own.
    pub own: BTreeMap<String, Steps>,
    /// The metric's value, where it is that of all items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
}

/// Decides about every item. The rule has been checked against the predictions' [`super::schema::Schema`].
///
/// # Errors
/// Where the rule is to be fitted and is not in `fitted`, or needs what the predictions lack.
pub fn decide(predictions: &Predictions, decide: &Decide, positive: Option<usize>, fitted: &FittedRules) -> Result<Decisions, ScoreError> {
    if decide.rule.split().is_some() && !fitted.folds.is_empty() {
        return folds::decided(predictions, decide, positive, fitted);
    }
    let lack = |what: &str| ScoreError::Rule { rule: decide.name.clone(), reason: what.to_owned() };
    let scores = || predictions.scores().ok_or_else(|| lack("the predictions hold no scores"));
    let multi_label = matches!(predictions.targets(), Targets::Multi { .. });
    let rows = 0..predictions.len();
    let found = || fitted.rules.get(&decide.name).ok_or_else(|| lack("it has not been fitted"));
    Ok(match &decide.rule {
        Rule::Given => predictions.decisions().cloned().ok_or_else(|| lack("the predictions hold no decisions"))?,
        Rule::Argmax => {
            let scores = scores()?;
            Decisions::Single(rows.map(|row| top(scores.of(row), 1).first().copied()).collect())
        }
        Rule::TopK(k) => {
            let scores = scores()?;
            let set = |row: usize| {
                let mut set = top(scores.of(row), *k as usize);
                set.sort_unstable();
                Some(set)
            };
            Decisions::Sets(rows.map(set).collect())
        }
        Rule::Threshold { cut, of } if multi_label => {
            let groups = ByGroup::of(predictions, &decide.rule);
            let chances = match cut {
                Cut::At(threshold) => Chances::same(Steps::from(*threshold)),
                Cut::Fitted(_) => Chances::fitted(&groups, found()?),
            };
            let linked = linked(scores()?, *of);
            let cut = |row: usize| chances.of(row).threshold();
            Decisions::Sets(rows.map(|row| Some(from(linked.of(row), |_| cut(row)))).collect())
        }
        Rule::Threshold { cut: Cut::At(threshold), .. } => {
            Binary::new(predictions, decide, positive)?.decide(&Chances::same(Steps::from(*threshold)))
        }
        Rule::Threshold { cut: Cut::Fitted(_), .. } | Rule::PostProcess(_) => {
            let binary = Binary::new(predictions, decide, positive)?;
            binary.decide(&Chances::fitted(&binary.groups, found()?))
        }
        Rule::Thresholds { cuts, of } => {
            let place = |class: &str| predictions.classes().iter().position(|name| name == class);
            let mut thresholds = vec![f64::INFINITY; predictions.classes().len()];
            let cuts: Vec<(&str, f64)> = match cuts {
                Cuts::At(cuts) => cuts.iter().map(|(class, cut)| (class.value.as_str(), *cut)).collect(),
                Cuts::Fitted(_) => found()?.own.iter().map(|(class, steps)| (class.as_str(), steps.threshold())).collect(),
            };
            for (class, cut) in cuts {
                thresholds[place(class).ok_or_else(|| lack("it names a class that does not exist"))?] = cut;
            }
            let linked = linked(scores()?, *of);
            Decisions::Sets(rows.map(|row| Some(from(linked.of(row), |class| thresholds[class]))).collect())
        }
    })
}

/// The groups that a rule tells apart.
pub(super) struct ByGroup {
    pub(super) names: Vec<String>,
    /// The group of each item; empty where all are treated alike.
    pub(super) of_row: Vec<u32>,
}

impl ByGroup {
    pub(super) fn of(predictions: &Predictions, rule: &Rule) -> Self {
        let Some(by) = rule.by() else { return Self { names: Vec::new(), of_row: Vec::new() } };
        let breakdown = Breakdown::new(predictions, &by.value);
        Self { names: breakdown.groups, of_row: breakdown.of_row }
    }

    /// The group of an item, if it is in one.
    pub(super) fn place(&self, row: usize) -> Option<usize> {
        self.of_row.get(row).map(|group| *group as usize).filter(|group| *group < self.names.len())
    }
}

/// How every item of a split is decided.
pub(super) struct Chances<'g> {
    common: Steps,
    of_group: Vec<Steps>,
    groups: Option<&'g ByGroup>,
}

impl<'g> Chances<'g> {
    fn same(common: Steps) -> Self {
        Self { common, of_group: Vec::new(), groups: None }
    }

    /// A group without items in the split that the rule was fitted on is decided like all.
    pub(super) fn fitted(groups: &'g ByGroup, found: &Fitted) -> Self {
        let own = |group: &String| found.own.get(group).unwrap_or(&found.common).clone();
        Self { common: found.common.clone(), of_group: groups.names.iter().map(own).collect(), groups: Some(groups) }
    }

    pub(super) fn of(&self, row: usize) -> &Steps {
        let place = self.groups.and_then(|groups| groups.place(row));
        place.and_then(|group| self.of_group.get(group)).unwrap_or(&self.common)
    }
}

/// What a rule of two classes reads of every item: the same, whatever is found for the rule.
pub(super) struct Binary {
    /// The score of the positive class; `None` where nothing was decided, which stays so.
    pub(super) scores: Vec<Option<f64>>,
    pub(super) groups: ByGroup,
    /// The lot of each item; empty where nothing is drawn.
    lots: Vec<f64>,
    positive: u32,
}

impl Binary {
    pub(super) fn new(predictions: &Predictions, decide: &Decide, positive: Option<usize>) -> Result<Self, ScoreError> {
        let lack = |what: &str| ScoreError::Rule { rule: decide.name.clone(), reason: what.to_owned() };
        let positive = positive.ok_or_else(|| lack("no class is `positive`"))?;
        let link = match &decide.rule {
            Rule::Threshold { of, .. } => Some(*of),
            Rule::PostProcess(process) if !process.of_given() => Some(process.of),
            _ => None,
        };
        let scores = match (link, predictions.scores(), predictions.decisions()) {
            (Some(link), Some(scores), _) => {
                let column = if scores.width == 1 { 0 } else { positive };
                let linked = linked(scores, link);
                (0..predictions.len()).map(|row| Some(linked.of(row)[column])).collect()
            }
            (None, _, Some(Decisions::Single(decisions))) => {
                let score = |class: u32| if class as usize == positive { 1.0 } else { 0.0 };
                decisions.iter().map(|decision| decision.map(score)).collect()
            }
            (Some(_), None, _) => return Err(lack("the predictions hold no scores")),
            (None, ..) => return Err(lack("the predictions hold no decisions")),
        };
        let lots = decide.rule.seed().map(|seed| predictions.ids().iter().map(|id| lot(seed, id)).collect());
        Ok(Self { scores, groups: ByGroup::of(predictions, &decide.rule), lots: lots.unwrap_or_default(), positive: positive as u32 })
    }

    pub(super) fn decide(&self, chances: &Chances<'_>) -> Decisions {
        Decisions::Single((0..self.scores.len()).map(|row| self.decide_one(chances, row)).collect())
    }

    pub(super) fn decide_one(&self, chances: &Chances<'_>, row: usize) -> Option<u32> {
        let lot = self.lots.get(row).copied().unwrap_or(0.0);
        let positive = chances.of(row).decide(self.scores[row]?, lot);
        Some(if positive { self.positive } else { 1 - self.positive })
    }
}

/// The k classes of the largest scores, the first of equal ones first.
pub fn top(scores: &[f64], k: usize) -> Vec<u32> {
    if k == 1 {
        let best = (0..scores.len()).reduce(|best, class| if scores[class] > scores[best] { class } else { best });
        return best.map(|class| class as u32).into_iter().collect();
    }
    let mut order: Vec<u32> = (0..scores.len() as u32).collect();
    // -0.0 is no less than 0.0, and their sum is 0.0.
    let score = |class: u32| scores[class as usize] + 0.0;
    let descending = |a: &u32, b: &u32| score(*b).total_cmp(&score(*a)).then(a.cmp(b));
    if k < order.len() {
        order.select_nth_unstable_by(k, descending);
        order.truncate(k);
    }
    order.sort_unstable_by(descending);
    order
}

fn from(scores: &[f64], threshold: impl Fn(usize) -> f64) -> Vec<u32> {
    (0..scores.len()).filter(|class| scores[*class] >= threshold(*class)).map(|class| class as u32).collect()
}

/// Scores turned into what a rule or a metric reads.
pub(super) fn linked(scores: &Scores, link: Link) -> std::borrow::Cow<'_, Scores> {
    let values = match link {
        Link::Score => return std::borrow::Cow::Borrowed(scores),
        Link::Sigmoid => scores.values.iter().map(|score| 1.0 / (1.0 + (-score).exp())).collect(),
        Link::Softmax => scores.values.chunks(scores.width).flat_map(softmax).collect(),
    };
    std::borrow::Cow::Owned(Scores { values, ..*scores })
}

/// exp(score) over the sum of all exp(score), shifted by the largest so that none overflows.
pub fn softmax(scores: &[f64]) -> Vec<f64> {
    let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let raised: Vec<f64> = scores.iter().map(|score| (score - largest).exp()).collect();
    let sum: f64 = raised.iter().sum();
    raised.into_iter().map(|raised| raised / sum).collect()
}
