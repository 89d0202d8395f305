//! A rule that is found anew in every resample: the items that it is found on are drawn too, and so an interval knows that another
//! validation split would have given another rule.
//!
//! The scored items are drawn one by one (stratified and clustered like any others), since what is decided about each changes; what a draw
//! decides is counted by group, target and decision, so that all metrics read a handful of sums.

use crate::score::breakdown::Breakdown;
use crate::score::lens::outcome::Outcomes;
use crate::score::lens::truth::Truth;
use crate::score::metric::{Input, Metric, Task};
use crate::score::predictions::ids::Ids;
use crate::score::predictions::{Decisions, Predictions};
use crate::score::rule::fit::{Evidence, find};
use crate::score::rule::{Binary, Chances};
use crate::score::scheme::ToFit;
use crate::score::units::clusters::Clusters;
use crate::score::units::draw::Purpose;
use crate::score::units::{Rows, Units};
use crate::score::{OUTSIDE, ScoreError};
use crate::spec::evaluation::Evaluation;
use crate::spec::problem::{Problem, Problems};
use crate::spec::uncertainty::{Method, Uncertainty};

/// The decisions of one rule about the items of one breakdown, draw by draw.
pub struct Refit {
    /// Every item by itself.
    units: Units,
    /// The item of each slot.
    rows: Vec<u32>,
    targets: Vec<u32>,
    groups: usize,
    classes: usize,
    rule: Decided,
}

/// What is decided.
enum Decided {
    /// The same in every draw: the rule has nothing to find.
    Kept(Vec<Option<u32>>),
    /// What the rule is found to be on a draw of its own split.
    Anew(Box<Anew>),
}

struct Anew {
    rule: ToFit,
    task: Task,
    evidence: Evidence,
    units: Units,
    /// The item of each slot.
    rows: Vec<u32>,
    scored: Binary,
}

/// The split that a rule is found on.
pub(in crate::score) struct Split<'a> {
    /// The rule.
    pub rule: ToFit,
    /// What the model said there.
    pub predictions: &'a Predictions,
    /// What is drawn together there.
    pub clusters: Option<&'a Clusters>,
}

/// The scored items.
pub(in crate::score) struct Scored<'a> {
    /// What the model said.
    pub predictions: &'a Predictions,
    /// What is drawn together.
    pub clusters: Option<&'a Clusters>,
    /// The groups that numbers are broken down by.
    pub breakdown: &'a Breakdown,
    /// The class that is true of each; `None` where the item does not count.
    pub targets: &'a [Option<u32>],
    /// What the rule decides as it was found.
    pub decisions: &'a Decisions,
}

/// Says which rules of an evaluation cannot be found anew, and why.
pub fn check(evaluation: &Evaluation, multi_label: bool, uncertainty: &Uncertainty, problems: &mut Problems) {
    let mut fitted = evaluation.decide.iter().filter(|decide| decide.rule.split().is_some()).peekable();
    if !uncertainty.refit() || fitted.peek().is_none() {
        return;
    }
    let reason = if multi_label {
        Some((
            "items may have several labels, and `refit: true` finds decisions about one",
            "leave `refit` out: the rule stays as it was found",
        ))
    } else if evaluation.pairs.is_some() {
        Some(("`refit: true` resamples single images, and the evaluation counts pairs", "leave `refit` out"))
    } else if !evaluation.target.0.is_empty() {
        Some(("`refit: true` knows the labels, and the evaluation has label sets", "leave `refit` out"))
    } else if evaluation.calibrate.is_some() {
        Some(("`refit: true` finds rules anew, and not the calibration before them", "leave out `calibrate` or `refit`"))
    } else if uncertainty.method() == Method::Bca {
        Some(("`method: bca` leaves out items one by one, for each of which `refit: true` would find a rule", "write `method: standard`"))
    } else {
        None
    };
    if let Some((reason, help)) = reason {
        fitted.for_each(|decide| problems.push(Problem::at(&decide.node, format!("`{}`: {reason}", decide.name)).help(help)));
    }
}

/// Whether a metric reads what a rule decides, and not only whether it decides.
pub(in crate::score) fn concerns(metric: &Metric) -> bool {
    metric.input == Input::Decisions && metric.truth == Truth::Labels && !metric.reads_confusions()
}

impl Refit {
    /// Prepares the draws of a rule; without a split, its decisions stay.
    pub(in crate::score) fn new(scored: &Scored<'_>, split: Option<Split<'_>>, task: Task) -> Result<Self, ScoreError> {
        let (units, rows) = one_by_one(scored.predictions, &scored.breakdown.of_row, scored.clusters, |row| scored.targets[row].is_some());
        let rule = match split {
            None => Decided::Kept(match scored.decisions {
                Decisions::Single(decisions) => decisions.clone(),
                Decisions::Sets(sets) => sets.iter().map(|set| set.first().copied()).collect(),
            }),
            Some(Split { rule, predictions, clusters }) => {
                // The split is drawn as a whole: a rule by group may find a group smaller than it was.
                let (units, rows) = one_by_one(predictions, &vec![0; predictions.len()], clusters, |_| true);
                let evidence = Evidence::of(&rule, predictions, task)?;
                let binary = Binary::new(scored.predictions, &rule.decide, task.positive)?;
                Decided::Anew(Box::new(Anew { rule, task, evidence, units, rows, scored: binary }))
            }
        };
        let targets = scored.targets.iter().map(|target| target.unwrap_or(OUTSIDE)).collect();
        Ok(Self { units, rows, targets, groups: scored.breakdown.groups.len(), classes: task.classes, rule })
    }

    /// What metrics read of a draw.
    pub(in crate::score) fn outcomes(&self) -> Outcomes {
        Outcomes::every(self.classes)
    }

    /// The group and pattern of every sum of a draw.
    pub(in crate::score) fn slots(&self) -> (Vec<u32>, Vec<u32>) {
        let patterns = self.outcomes().patterns() as u32;
        let groups = (0..self.groups as u32).chain([OUTSIDE]);
        groups.flat_map(|group| (0..patterns).map(move |pattern| (group, pattern))).unzip()
    }

    /// Draws items, finds the rule, and writes the weight of every group and pattern; nothing where the rule cannot be found.
    pub(in crate::score) fn draw(&self, seed: u64, replicate: u64, weights: &mut [f64]) {
        weights.fill(0.0);
        let mut drawn = vec![0.0; self.rows.len()];
        self.units.resample(seed, replicate, &mut drawn);
        match &self.rule {
            Decided::Kept(decisions) => self.count(&drawn, |row| decisions[row], weights),
            Decided::Anew(anew) => {
                let mut learned = vec![0.0; anew.rows.len()];
                anew.units.resample_for(Purpose::Refit, seed, replicate, &mut learned);
                let mut by_row = vec![0.0; anew.rows.len()];
                anew.rows.iter().zip(learned).for_each(|(row, weight)| by_row[*row as usize] = weight);
                // A draw may leave a group without what the rule needs: then it has no number.
                if let Ok(fitted) = find(&anew.rule, &anew.evidence.weighed(&by_row), anew.task) {
                    let chances = Chances::fitted(&anew.scored.groups, &fitted);
                    self.count(&drawn, |row| anew.scored.decide_one(&chances, row), weights);
                }
            }
        }
    }

    fn count(&self, drawn: &[f64], decided: impl Fn(usize) -> Option<u32>, weights: &mut [f64]) {
        let patterns = weights.len() / (self.groups + 1);
        let slots = self.units.slots().iter().zip(drawn).zip(&self.rows).filter(|((_, weight), _)| **weight > 0.0);
        for ((slot, weight), row) in slots {
            let group = if slot.group == OUTSIDE { self.groups } else { slot.group as usize };
            let row = *row as usize;
            weights[group * patterns + Outcomes::pattern_of(self.targets[row], decided(row), self.classes)] += weight;
        }
    }
}

/// Items as units by themselves (or within their clusters), in the order of their names; and the item of each slot.
fn one_by_one(predictions: &Predictions, groups: &[u32], clusters: Option<&Clusters>, counts: impl Fn(usize) -> bool) -> (Units, Vec<u32>) {
    let order = by_name(predictions.ids());
    let mut places = vec![OUTSIDE; predictions.len()];
    for (place, row) in order.iter().enumerate().filter(|(_, row)| counts(**row as usize)) {
        places[*row as usize] = place as u32;
    }
    let units = Units::new(
        Rows { groups, patterns: &places, weights: predictions.weight(), clusters, copies: predictions.copies() },
        predictions.ids(),
    );
    let rows = units.slots().iter().map(|slot| order[slot.pattern as usize]).collect();
    (units, rows)
}

fn by_name(ids: &Ids) -> Vec<u32> {
    let mut order: Vec<u32> = (0..ids.len() as u32).collect();
    order.sort_unstable_by(|a, b| ids.get(*a as usize).cmp(ids.get(*b as usize)));
    order
}
