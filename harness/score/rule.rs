//! From scores to decisions, by rules that are data.

use std::collections::BTreeMap;

use super::ScoreError;
use super::breakdown::{Breakdown, Grouping};
use super::predictions::{Decisions, Predictions, Scores};
use crate::data::frame::Targets;
use crate::spec::decide::{Cut, Cuts, Decide, Goal, Link, Rule};

/// What was found for the rules of an evaluation, by their names.
pub type FittedRules = BTreeMap<String, Fitted>;

/// Thresholds that were found on a split that is not a test.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    /// Scores from here on are positive. Halfway between the least score that is and the largest that is not. Infinite for a rule that has
    /// thresholds of classes alone.
    pub threshold: f64,
    /// The metric's value there, where it is that of all items.
    pub value: Option<f64>,
    /// Items it was found on.
    pub items: u64,
    /// The thresholds of groups (`race=Black`) or classes that have one of their own.
    pub own: BTreeMap<String, f64>,
}

/// Decides about every item. The rule has been checked against the predictions' [`super::scheme::Schema`].
///
/// # Errors
/// Where the rule is to be fitted and is not in `fitted`, or needs what the predictions lack.
pub fn decide(predictions: &Predictions, decide: &Decide, positive: Option<usize>, fitted: &FittedRules) -> Result<Decisions, ScoreError> {
    let lack = |what: &str| ScoreError::Rule { rule: decide.name.clone(), reason: what.to_owned() };
    if decide.rule == Rule::Given {
        return predictions.decisions().cloned().ok_or_else(|| lack("the predictions hold no decisions"));
    }
    let scores = predictions.scores().ok_or_else(|| lack("the predictions hold no scores"))?;
    let multi_label = matches!(predictions.targets(), Targets::Multi { .. });
    let rows = 0..predictions.len();
    let found = || fitted.get(&decide.name).ok_or_else(|| lack("it has not been fitted"));
    Ok(match &decide.rule {
        Rule::Given => return Err(lack("the predictions hold no decisions")),
        Rule::Argmax => Decisions::Single(rows.map(|row| top(scores.of(row), 1).first().copied()).collect()),
        Rule::TopK(k) => Decisions::Sets(
            rows.map(|row| {
                let mut set = top(scores.of(row), *k as usize);
                set.sort_unstable();
                set
            })
            .collect(),
        ),
        Rule::Threshold { cut, of } => {
            let thresholds = match cut {
                Cut::At(threshold) => Thresholds::same(*threshold),
                Cut::Fitted(goal) => Thresholds::fitted(predictions, goal, found()?),
            };
            let linked = linked(scores, *of);
            if multi_label {
                Decisions::Sets(rows.map(|row| from(linked.of(row), |_| thresholds.of(row))).collect())
            } else {
                let positive = positive.ok_or_else(|| lack("no class is `positive`"))?;
                let column = if linked.width == 1 { 0 } else { positive };
                let class = |row: usize| if linked.of(row)[column] >= thresholds.of(row) { positive } else { 1 - positive };
                Decisions::Single(rows.map(|row| Some(class(row) as u32)).collect())
            }
        }
        Rule::Thresholds { cuts, of } => {
            let place = |class: &str| predictions.classes().iter().position(|name| name == class);
            let mut thresholds = vec![f64::INFINITY; predictions.classes().len()];
            let cuts: Vec<(&str, f64)> = match cuts {
                Cuts::At(cuts) => cuts.iter().map(|(class, cut)| (class.value.as_str(), *cut)).collect(),
                Cuts::Fitted(_) => found()?.own.iter().map(|(class, cut)| (class.as_str(), *cut)).collect(),
            };
            for (class, cut) in cuts {
                thresholds[place(class).ok_or_else(|| lack("it names a class that does not exist"))?] = cut;
            }
            let linked = linked(scores, *of);
            Decisions::Sets(rows.map(|row| from(linked.of(row), |class| thresholds[class])).collect())
        }
    })
}

/// The threshold of each item.
struct Thresholds {
    /// That of items in no group.
    common: f64,
    of_group: Vec<f64>,
    /// Empty where all items have the same.
    group_of: Vec<u32>,
}

impl Thresholds {
    fn same(common: f64) -> Self {
        Self { common, of_group: Vec::new(), group_of: Vec::new() }
    }

    /// A group without items in the split that the rule was fitted on has the threshold of all.
    fn fitted(predictions: &Predictions, goal: &Goal, found: &Fitted) -> Self {
        let Some(by) = &goal.by else { return Self::same(found.threshold) };
        let breakdown = Breakdown::new(predictions, &Grouping::by(&by.value));
        let own = |group: &String| found.own.get(group).copied().unwrap_or(found.threshold);
        Self { common: found.threshold, of_group: breakdown.groups.iter().map(own).collect(), group_of: breakdown.of_row }
    }

    fn of(&self, row: usize) -> f64 {
        self.group_of.get(row).and_then(|group| self.of_group.get(*group as usize)).copied().unwrap_or(self.common)
    }
}

/// The k classes of the largest scores, the first of equal ones first.
pub fn top(scores: &[f64], k: usize) -> Vec<u32> {
    if k == 1 {
        let best = (0..scores.len()).reduce(|best, class| if scores[class] > scores[best] { class } else { best });
        return best.map(|class| class as u32).into_iter().collect();
    }
    let mut order: Vec<u32> = (0..scores.len() as u32).collect();
    let descending = |a: &u32, b: &u32| scores[*b as usize].total_cmp(&scores[*a as usize]).then(a.cmp(b));
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
