//! From scores to decisions, by rules that are data; and the fitting of those that have a number to find.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::metric::{Metric, Task};
use super::predictions::{Decisions, Predictions, Scores};
use super::tally::{Confusion, Tally};
use super::{ScoreError, Value};
use crate::data::frame::Targets;
use crate::spec::evaluation::{Cut, Decide, Link, Policy, Rule};

/// What was found for the rules of an evaluation, by their names.
pub type FittedRules = BTreeMap<String, Fitted>;

/// A threshold that was found on a split that is not a test.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fitted {
    /// Scores from here on are positive. Halfway between the least score that is and the largest that is not.
    pub threshold: f64,
    /// The metric's value there.
    pub value: f64,
    /// Items it was found on.
    pub items: u64,
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
            let threshold = match cut {
                Cut::At(threshold) => *threshold,
                Cut::Fitted(_) => fitted.get(&decide.name).ok_or_else(|| lack("it has not been fitted"))?.threshold,
            };
            let linked = linked(scores, *of);
            if multi_label {
                Decisions::Sets(rows.map(|row| from(linked.of(row), |_| threshold)).collect())
            } else {
                let positive = positive.ok_or_else(|| lack("no class is `positive`"))?;
                let column = if linked.width == 1 { 0 } else { positive };
                let class = |row: usize| if linked.of(row)[column] >= threshold { positive } else { 1 - positive };
                Decisions::Single(rows.map(|row| Some(class(row) as u32)).collect())
            }
        }
        Rule::Thresholds { cuts, of } => {
            let place = |class: &str| predictions.classes().iter().position(|name| name == class);
            let mut thresholds = vec![f64::INFINITY; predictions.classes().len()];
            for (class, cut) in cuts {
                thresholds[place(&class.value).ok_or_else(|| lack("it names a class that does not exist"))?] = *cut;
            }
            let linked = linked(scores, *of);
            Decisions::Sets(rows.map(|row| from(linked.of(row), |class| thresholds[class])).collect())
        }
    })
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

/// Finds the number of a rule that has one to find: the threshold at which `metric` is best, of all that tell the scores apart; of equally
/// good ones the largest. `predictions` are those of the split that the rule names, which is no test split.
///
/// # Errors
/// Where the metric is undefined at every threshold.
pub fn fit(decide: &Decide, predictions: &Predictions, metric: &Metric, maximize: bool, task: Task) -> Result<Fitted, ScoreError> {
    let lack = |what: &str| ScoreError::Rule { rule: decide.name.clone(), reason: what.to_owned() };
    let scores = predictions.scores().ok_or_else(|| lack("the predictions hold no scores"))?;
    let Rule::Threshold { of, .. } = decide.rule else { return Err(lack("it has nothing to fit")) };
    let linked = linked(scores, of);
    let mut pairs = pairs(predictions, &linked, task);
    pairs.sort_by(|a, b| b.score.total_cmp(&a.score));

    let mut climb = Climb::new(&pairs, task);
    let mut best: Option<(f64, f64)> = None;
    let better = |value: f64, best: f64| if maximize { value > best } else { value < best };
    let start = pairs.first().map_or(0.0, |pair| pair.score.next_up());
    let steps: Vec<&[Pair]> = std::iter::once(&pairs[..0]).chain(pairs.chunk_by(|a, b| a.score == b.score)).collect();
    let mut values: Vec<Value> = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        step.iter().for_each(|pair| climb.select(pair));
        values.clear();
        metric.push_values(0, climb.tally(), Policy::Propagate, &mut values);
        let Some(Ok(value)) = values.first() else { continue };
        if best.is_none_or(|(_, best)| better(*value, best)) {
            let here = step.first().map_or(start, |pair| pair.score);
            let next = steps.get(index + 1).and_then(|step| step.first()).map(|pair| pair.score);
            let threshold = next.map_or(here, |next| next + (here - next) / 2.0);
            // Two neighbouring numbers have no number between them.
            best = Some((if next == Some(threshold) { here } else { threshold }, *value));
        }
    }
    let (threshold, value) = best.ok_or_else(|| lack("the metric is undefined at every threshold"))?;
    Ok(Fitted { threshold, value, items: predictions.len() as u64 })
}

/// An item and one of its known labels.
#[derive(Clone, Copy, Debug)]
struct Pair {
    score: f64,
    class: usize,
    positive: bool,
    weight: f64,
}

fn pairs(predictions: &Predictions, scores: &Scores, task: Task) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let weight = |row: usize| predictions.weight().map_or(1.0, |weights| weights[row]);
    match (predictions.targets(), task.positive) {
        (Targets::Single(targets), Some(class)) => {
            let column = if scores.width == 1 { 0 } else { class };
            let known = targets.iter().enumerate().filter_map(|(row, target)| target.map(|target| (row, target)));
            pairs.extend(known.map(|(row, target)| Pair {
                score: scores.of(row)[column],
                class,
                positive: target as usize == class,
                weight: weight(row),
            }));
        }
        (Targets::Single(_), None) => {}
        (Targets::Multi { present, absent }, _) => {
            for row in 0..present.len() {
                for (classes, positive) in [(&present[row], true), (&absent[row], false)] {
                    pairs.extend(classes.iter().map(|class| Pair {
                        score: scores.of(row)[*class as usize],
                        class: *class as usize,
                        positive,
                        weight: weight(row),
                    }));
                }
            }
        }
    }
    pairs
}

/// The tally while a threshold goes down and pair after pair is decided positive.
struct Climb {
    tally: Tally,
    task: Task,
}

impl Climb {
    fn new(pairs: &[Pair], task: Task) -> Self {
        let mut tally = Tally::new(task.classes, 0);
        for pair in pairs {
            let cell = &mut tally.cells[pair.class];
            *(if pair.positive { &mut cell.false_negative } else { &mut cell.true_negative }) += pair.weight;
            tally.items += pair.weight;
        }
        Self { tally, task }
    }

    fn select(&mut self, pair: &Pair) {
        let cell = &mut self.tally.cells[pair.class];
        if pair.positive {
            cell.false_negative -= pair.weight;
            cell.true_positive += pair.weight;
        } else {
            cell.true_negative -= pair.weight;
            cell.false_positive += pair.weight;
        }
    }

    /// With two classes, the other one's confusion mirrors the positive's.
    fn tally(&mut self) -> &Tally {
        if let (Some(positive), false) = (self.task.positive, self.task.multi_label) {
            let cell = self.tally.cells[positive];
            self.tally.right = cell.true_positive + cell.true_negative;
            self.tally.cells[1 - positive] = Confusion {
                true_positive: cell.true_negative,
                false_positive: cell.false_negative,
                false_negative: cell.false_positive,
                true_negative: cell.true_positive,
            };
        }
        &self.tally
    }
}
