//! The numbers of decision rules, found on a split that is not a test.

use std::collections::BTreeMap;

use crate::data::frame::Targets;
use crate::score::lens::tally::{Confusion, Tally};
use crate::score::measurement::Direction;
use crate::score::metric::{Average, Metric, Task};
use crate::score::predictions::{Predictions, Scores};
use crate::score::rule::labelled::{BOTH, Labelled, counted, halfway, slack};
use crate::score::rule::post_process;
use crate::score::rule::steps::Steps;
use crate::score::rule::{Binary, ByGroup, Fitted, linked};
use crate::score::{ScoreError, Value};
use crate::spec::decide::{Aim, Decide, Rule};
use crate::spec::evaluation::{Policy, Written};

/// A rule that has a number to find.
#[derive(Clone, Debug)]
pub struct ToFit {
    /// The rule.
    pub decide: Decide,
    /// The metrics that it is fitted to or keeps to, in its order; for a threshold a class, that of the first class.
    pub metrics: Vec<Metric>,
    /// The split to find it on, `dataset/split`.
    pub split: Written<String>,
}

/// What is known of the items that a rule is found on: each item's known labels, in the order of falling scores.
pub(in crate::score) struct Evidence {
    pairs: Vec<Labelled>,
    /// Those of every group that has any.
    groups: Vec<(String, Vec<Labelled>)>,
    classes: Vec<String>,
    items: u64,
}

impl Evidence {
    /// Of the predictions for the split that the rule names.
    ///
    /// # Errors
    /// Where they lack what the rule reads.
    pub(in crate::score) fn of(rule: &ToFit, predictions: &Predictions, task: Task) -> Result<Self, ScoreError> {
        let lack = |what: &str| ScoreError::Rule { rule: rule.decide.name.clone(), reason: what.to_owned() };
        let (mut pairs, groups) = match predictions.targets() {
            Targets::Single(targets) => {
                let binary = Binary::new(predictions, &rule.decide, task.positive)?;
                (pairs_of_two(predictions, targets, &binary, task), binary.groups)
            }
            Targets::Multi { present, absent } => {
                let (Rule::Threshold { of, .. } | Rule::Thresholds { of, .. }) = rule.decide.rule else {
                    return Err(lack("it decides one class, and items may have several"));
                };
                let scores = predictions.scores().ok_or_else(|| lack("the predictions hold no scores"))?;
                (pairs(predictions, present, absent, &linked(scores, of)), ByGroup::of(predictions, &rule.decide.rule))
            }
        };
        pairs.sort_by(|a, b| b.score.total_cmp(&a.score));
        let mut of_group: Vec<Vec<Labelled>> = vec![Vec::new(); groups.names.len()];
        for pair in &pairs {
            if let Some(group) = groups.place(pair.row as usize) {
                of_group[group].push(*pair);
            }
        }
        let groups = groups.names.into_iter().zip(of_group).filter(|(_, pairs)| !pairs.is_empty()).collect();
        Ok(Self { pairs, groups, classes: predictions.classes().to_vec(), items: predictions.len() as u64 })
    }

    /// The same items with other weights; those without any are left out.
    pub(in crate::score) fn weighed(&self, weights: &[f64]) -> Self {
        let weigh = |pairs: &[Labelled]| -> Vec<Labelled> {
            let weighed = pairs.iter().map(|pair| Labelled { weight: weights[pair.row as usize], ..*pair });
            weighed.filter(|pair| pair.weight > 0.0).collect()
        };
        let groups = self.groups.iter().map(|(name, pairs)| (name.clone(), weigh(pairs))).filter(|(_, pairs)| !pairs.is_empty());
        Self { pairs: weigh(&self.pairs), groups: groups.collect(), classes: self.classes.clone(), items: self.items }
    }

    /// The items of every group (of all, where a rule knows none) whose positives, or whose negatives, all have no weight among these.
    pub(in crate::score) fn one_sided(&self, weights: &[f64]) -> impl Iterator<Item = u32> {
        let whole = Some(&self.pairs).filter(|_| self.groups.is_empty());
        let lacks = move |pairs: &[Labelled], positive: bool| {
            let mut side = pairs.iter().filter(|pair| pair.positive == positive).peekable();
            side.peek().is_some() && side.all(|pair| weights[pair.row as usize] <= 0.0)
        };
        let groups = self.groups.iter().map(|(_, pairs)| pairs).chain(whole);
        groups.filter(move |pairs| lacks(pairs, true) || lacks(pairs, false)).flatten().map(|pair| pair.row)
    }
}

/// Finds the numbers of a rule: over all items, and of each group or class that has one of its own. Of all thresholds that tell the
/// scores apart it is the one at which the metric is best; of equally good ones the largest. At an operating point it is, of those that keep
/// the metric there, the one that is best in all else: the smallest where the metric bounds how much is decided positive, the largest where
/// it demands that.
///
/// A group without items has no decision of its own, and neither has a class whose metric
/// is undefined at every threshold, or which cannot reach the operating point: it is never decided.
///
/// # Errors
/// Where the metric is undefined at every threshold, of all items or of a group; or where no threshold reaches the operating point.
pub(in crate::score) fn find(rule: &ToFit, evidence: &Evidence, task: Task) -> Result<Fitted, ScoreError> {
    let lack = |what: String| ScoreError::Rule { rule: rule.decide.name.clone(), reason: what };
    let fitted = |common: Steps, own: BTreeMap<String, Steps>| Fitted {
        split: rule.split.value.clone(),
        items: evidence.items,
        common,
        own,
        value: None,
    };
    let names = || evidence.groups.iter().map(|(name, _)| name.clone());
    let (goal, metric) = match (&rule.decide.rule, rule.metrics.as_slice()) {
        (Rule::PostProcess(process), metrics) => {
            let positive = task.positive.ok_or_else(|| lack("no class is `positive`".to_owned()))?;
            let found = post_process::fit(process, metrics, &evidence.pairs, &evidence.groups, positive);
            let (common, own) = found.map_err(lack)?;
            return Ok(fitted(common, names().zip(own).collect()));
        }
        (other, [metric]) => (other.goal().ok_or_else(|| lack("it has nothing to fit".to_owned()))?, metric),
        _ => return Err(lack("it has nothing to fit".to_owned())),
    };
    if let Rule::Thresholds { .. } = rule.decide.rule {
        let mut of_class: Vec<Vec<Labelled>> = vec![Vec::new(); task.classes];
        evidence.pairs.iter().for_each(|pair| of_class[pair.class].push(*pair));
        let mut own = BTreeMap::new();
        for (class, pairs) in of_class.iter().enumerate() {
            let mut metric = metric.clone();
            metric.average = Average::Positive(class);
            let task = Task { positive: Some(class), ..task };
            if let Some((threshold, _)) = best(pairs, &metric, &goal.aim, task).unwrap_or(None) {
                own.insert(evidence.classes[class].clone(), Steps::from(threshold));
            }
        }
        // A class without a threshold of its own is never decided.
        return Ok(fitted(Steps::from(f64::INFINITY), own));
    }
    let found = |pairs: &[Labelled], there: &str, remedy: &str| {
        let found = best(pairs, metric, &goal.aim, task).map_err(|reason| lack(format!("{reason} in {there}")))?;
        found.ok_or_else(|| lack(format!("the metric is undefined at every threshold in {there}{remedy}")))
    };
    let split = format!("`{}`", rule.split.value);
    let (threshold, value) = found(&evidence.pairs, &counted(&split, &evidence.pairs), "")?;
    let own = evidence
        .groups
        .iter()
        .map(|(name, pairs)| Ok((name.clone(), Steps::from(found(pairs, &counted(name, pairs), &format!("; {BOTH}"))?.0))));
    let own = own.collect::<Result<_, ScoreError>>()?;
    Ok(Fitted { value: Some(value), ..fitted(Steps::from(threshold), own) })
}

/// The best threshold for pairs in the order of falling scores, and the metric's value there; `None` where it is undefined at all of them.
///
/// # Errors
/// Where no threshold reaches an operating point.
fn best(pairs: &[Labelled], metric: &Metric, aim: &Aim, task: Task) -> Result<Option<(f64, f64)>, String> {
    let mut climb = Climb::new(pairs, task);
    let start = pairs.first().map_or(0.0, |pair| pair.score.next_up());
    let steps: Vec<&[Labelled]> = std::iter::once(&pairs[..0]).chain(pairs.chunk_by(|a, b| a.score == b.score)).collect();
    let mut values: Vec<Value> = Vec::new();
    let mut path: Vec<(usize, f64)> = Vec::with_capacity(steps.len());
    for (index, step) in steps.iter().enumerate() {
        step.iter().for_each(|pair| climb.select(pair));
        values.clear();
        metric.push_values(0, climb.tally(), Policy::Propagate, &mut values);
        path.extend(values.first().and_then(|value| value.as_ref().ok()).map(|value| (index, *value)));
    }
    if path.is_empty() {
        return Ok(None);
    }
    let at_least = metric.direction == Direction::Higher;
    let found = match aim {
        Aim::Maximize => best_of(&path, |value| value),
        Aim::Minimize => best_of(&path, |value| -value),
        Aim::At(point) => {
            let slack = slack(point.value);
            let keeps = |value: f64| if at_least { value >= point.value - slack } else { value <= point.value + slack };
            let mut kept = path.iter().copied().filter(|(_, value)| keeps(*value));
            if grows(pairs, metric, task) == at_least { kept.next() } else { kept.next_back() }
        }
    };
    let Some((index, value)) = found else {
        let (Aim::At(point), side) = (aim, if at_least { "at least" } else { "at most" }) else { return Ok(None) };
        return Err(format!("no threshold keeps `{}` {side} {}", metric.name, point.value));
    };
    let here = steps[index].first().map_or(start, |pair| pair.score);
    let next = steps.get(index + 1).and_then(|step| step.first()).map(|pair| pair.score);
    Ok(Some((next.map_or(here, |next| halfway(here, next)), value)))
}

/// The first of the points that are best, but for rounding.
fn best_of(path: &[(usize, f64)], good: impl Fn(f64) -> f64) -> Option<(usize, f64)> {
    let better = |best: (usize, f64), next: (usize, f64)| {
        let (before, after) = (good(best.1), good(next.1));
        if after > before + slack(before) { next } else { best }
    };
    path.iter().copied().reduce(better)
}

/// Whether a metric is larger where all is selected than where nothing is. Of scores that rank as well as any can: the first few of others may
/// hold no positive, and then precision would seem to grow.
fn grows(pairs: &[Labelled], metric: &Metric, task: Task) -> bool {
    let mut climb = Climb::new(pairs, task);
    let mut ends: Vec<f64> = Vec::with_capacity(3);
    for side in [None, Some(true), Some(false)] {
        pairs.iter().filter(|pair| Some(pair.positive) == side).for_each(|pair| climb.select(pair));
        let mut values: Vec<Value> = Vec::new();
        metric.push_values(0, climb.tally(), Policy::Propagate, &mut values);
        ends.extend(values.first().and_then(|value| value.ok()));
    }
    matches!(ends.as_slice(), [first, .., last] if *last > first + slack(*first))
}

/// How much an item counts.
fn weight(predictions: &Predictions, row: usize) -> f64 {
    predictions.weight().map_or(1.0, |weights| weights[row])
}

/// The items with a label and a decision.
fn pairs_of_two(predictions: &Predictions, targets: &[Option<u32>], binary: &Binary, task: Task) -> Vec<Labelled> {
    let class = task.positive.unwrap_or(0);
    let known = targets.iter().zip(&binary.scores).enumerate().filter_map(|(row, (target, score))| Some((row, (*target)?, (*score)?)));
    let pair = |(row, target, score): (usize, u32, f64)| Labelled {
        row: row as u32,
        score,
        class,
        positive: target as usize == class,
        weight: weight(predictions, row),
    };
    known.map(pair).collect()
}

/// The known labels of all items that may have several.
fn pairs(predictions: &Predictions, present: &[Vec<u32>], absent: &[Vec<u32>], scores: &Scores) -> Vec<Labelled> {
    let mut pairs = Vec::new();
    for row in 0..present.len() {
        for (classes, positive) in [(&present[row], true), (&absent[row], false)] {
            pairs.extend(classes.iter().map(|class| Labelled {
                row: row as u32,
                score: scores.of(row)[*class as usize],
                class: *class as usize,
                positive,
                weight: weight(predictions, row),
            }));
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
    fn new(pairs: &[Labelled], task: Task) -> Self {
        let mut tally = Tally::new(task.classes, 0);
        for pair in pairs {
            let cell = &mut tally.cells[pair.class];
            *(if pair.positive { &mut cell.false_negative } else { &mut cell.true_negative }) += pair.weight;
            tally.items += pair.weight;
        }
        Self { tally, task }
    }

    fn select(&mut self, pair: &Labelled) {
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
