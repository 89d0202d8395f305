//! The numbers of decision rules, found on a split that is not a test.

use std::collections::BTreeMap;

use super::breakdown::{Breakdown, Grouping};
use super::measurement::Direction;
use super::metric::{Average, Metric, Task};
use super::predictions::{Predictions, Scores};
use super::rule::{Fitted, linked};
use super::scheme::ToFit;
use super::tally::{Confusion, Tally};
use super::{OUTSIDE, ScoreError, Value};
use crate::data::frame::Targets;
use crate::spec::decide::{Aim, Rule};
use crate::spec::evaluation::Policy;

/// Finds the thresholds of a rule: over all items, and of each group or class that has one of its own. Of all thresholds that tell the
/// scores apart it is the one at which the metric is best; of equally good ones the largest. At an operating point it is the one at which
/// the metric comes closest and does not pass it; of equally close ones the one that is best in all else (the smallest where the metric
/// bounds how much is decided positive, the largest where it demands that). `predictions` are those of the split that the rule names.
///
/// A group without items has no threshold of its own, and neither has a class whose metric
/// is undefined at every threshold, or which cannot reach the operating point: it is never decided.
///
/// # Errors
/// Where the metric is undefined at every threshold, of all items or of a group; or where no threshold reaches the operating point.
pub(super) fn find(rule: &ToFit, predictions: &Predictions, task: Task) -> Result<Fitted, ScoreError> {
    let lack = |what: String| ScoreError::Rule { rule: rule.decide.name.clone(), reason: what };
    let scores = predictions.scores().ok_or_else(|| lack("the predictions hold no scores".to_owned()))?;
    let (of, each) = match rule.decide.rule {
        Rule::Threshold { of, .. } => (of, false),
        Rule::Thresholds { of, .. } => (of, true),
        _ => return Err(lack("it has nothing to fit".to_owned())),
    };
    let mut pairs = pairs(predictions, &linked(scores, of), task);
    pairs.sort_by(|a, b| b.score.total_cmp(&a.score));
    let items = predictions.len() as u64;
    if each {
        let mut of_class: Vec<Vec<Pair>> = vec![Vec::new(); task.classes];
        pairs.into_iter().for_each(|pair| of_class[pair.class].push(pair));
        let mut own = BTreeMap::new();
        for (class, pairs) in of_class.iter().enumerate() {
            let mut metric = rule.metric.clone();
            metric.average = Average::Positive(class);
            let task = Task { positive: Some(class), ..task };
            if let Some((threshold, _)) = best(pairs, &metric, rule.aim, task).unwrap_or(None) {
                own.insert(predictions.classes()[class].clone(), threshold);
            }
        }
        // A class without a threshold of its own is never decided.
        return Ok(Fitted { threshold: f64::INFINITY, value: None, items, own });
    }
    let found = |pairs: &[Pair], there: &str| {
        let found = best(pairs, &rule.metric, rule.aim, task).map_err(|reason| lack(format!("{reason}{there}")))?;
        found.ok_or_else(|| lack(format!("the metric is undefined at every threshold{there}")))
    };
    let (threshold, value) = found(&pairs, "")?;
    let mut own = BTreeMap::new();
    if let Some(fields) = &rule.by {
        let breakdown = Breakdown::new(predictions, &Grouping::by(fields));
        let mut of_group: Vec<Vec<Pair>> = vec![Vec::new(); breakdown.groups.len()];
        let grouped = pairs.iter().map(|pair| (breakdown.of_row[pair.row as usize], pair)).filter(|(group, _)| *group != OUTSIDE);
        grouped.for_each(|(group, pair)| of_group[group as usize].push(*pair));
        for (name, pairs) in breakdown.groups.iter().zip(&of_group).filter(|(_, pairs)| !pairs.is_empty()) {
            own.insert(name.clone(), found(pairs, &format!(" in {name}"))?.0);
        }
    }
    Ok(Fitted { threshold, value: Some(value), items, own })
}

/// The best threshold for pairs in the order of falling scores, and the metric's value there; `None` where it is undefined at all of them.
///
/// # Errors
/// Where no threshold reaches an operating point.
fn best(pairs: &[Pair], metric: &Metric, aim: Aim, task: Task) -> Result<Option<(f64, f64)>, String> {
    let mut climb = Climb::new(pairs, task);
    let start = pairs.first().map_or(0.0, |pair| pair.score.next_up());
    let steps: Vec<&[Pair]> = std::iter::once(&pairs[..0]).chain(pairs.chunk_by(|a, b| a.score == b.score)).collect();
    let mut values: Vec<Value> = Vec::new();
    let mut path: Vec<(usize, f64)> = Vec::with_capacity(steps.len());
    for (index, step) in steps.iter().enumerate() {
        step.iter().for_each(|pair| climb.select(pair));
        values.clear();
        metric.push_values(0, climb.tally(), Policy::Propagate, &mut values);
        path.extend(values.first().and_then(|value| value.as_ref().ok()).map(|value| (index, *value)));
    }
    let (Some((_, first)), Some((_, last))) = (path.first().copied(), path.last().copied()) else { return Ok(None) };
    // How good a value is, if it will do at all; and whether of equal ones the last is taken, which has the smallest threshold.
    let at_least = metric.direction == Direction::Higher;
    let goodness = |value: f64| match aim {
        Aim::Maximize => Some(value),
        Aim::Minimize => Some(-value),
        Aim::At(point) if at_least => (value >= point).then_some(-value),
        Aim::At(point) => (value <= point).then_some(value),
    };
    let latest = matches!(aim, Aim::At(_)) && (last > first) != at_least;
    let mut best: Option<(usize, f64, f64)> = None;
    for (index, value) in path {
        let Some(good) = goodness(value) else { continue };
        if best.is_none_or(|(_, _, best)| good > best || (latest && good == best)) {
            best = Some((index, value, good));
        }
    }
    let Some((index, value, _)) = best else {
        let (Aim::At(point), side) = (aim, if at_least { "at least" } else { "at most" }) else { return Ok(None) };
        return Err(format!("no threshold keeps `{}` {side} {point}", metric.name));
    };
    let here = steps[index].first().map_or(start, |pair| pair.score);
    let next = steps.get(index + 1).and_then(|step| step.first()).map(|pair| pair.score);
    let threshold = next.map_or(here, |next| next + (here - next) / 2.0);
    // Two neighbouring numbers have no number between them.
    Ok(Some((if next == Some(threshold) { here } else { threshold }, value)))
}

/// An item and one of its known labels.
#[derive(Clone, Copy, Debug)]
struct Pair {
    row: u32,
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
                row: row as u32,
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
                        row: row as u32,
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
