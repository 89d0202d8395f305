//! A rule that is found anew in every resample: the items that it is found on are drawn too, and so an interval knows that another
//! validation split would have given another rule.
//!
//! The scored items are drawn one by one (stratified and clustered like any others), since what is decided about each changes; what a draw
//! decides is counted by group, target and decision (or by how many of an item's nearest ones are decided otherwise), so that all metrics
//! read a handful of sums.

use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use crate::score::breakdown::Breakdown;
use crate::score::embedding::vicinity::Near;
use crate::score::lens::Lens;
use crate::score::lens::number::Numbers;
use crate::score::lens::outcome::Outcomes;
use crate::score::lens::truth::Truth;
use crate::score::metric::{Input, Metric, Task};
use crate::score::predictions::ids::Ids;
use crate::score::predictions::pool::pooled;
use crate::score::predictions::{Decisions, Predictions};
use crate::score::rule::fit::{Evidence, ToFit, find};
use crate::score::rule::{Binary, Chances, Fitted};
use crate::score::units::clusters::Clusters;
use crate::score::units::draw::Purpose;
use crate::score::units::{Rows, Units};
use crate::score::{OUTSIDE, ScoreError};
use crate::spec::evaluation::Evaluation;
use crate::spec::problem::{Problem, Problems};
use crate::spec::uncertainty::{Method, Uncertainty};

/// Why there is no null: groups that do not differ may have been given other rules by chance, of which labels dealt out to scored items do not
/// know.
pub(in crate::score) const BY_GROUP: &str = "the rule is found anew for each group, on items that keep their labels";

/// How often groups of a draw are drawn once more. A single positive is left out of 37% of draws, and of so many in a row of none.
const AGAIN: u64 = 32;

/// The decisions of one rule about the items of one breakdown, draw by draw.
pub struct Refit {
    /// Every item by itself.
    units: Units,
    /// The item of each slot.
    rows: Vec<u32>,
    reads: Reads,
    /// How many sums the breakdown has.
    sums: usize,
    rule: Decided,
}

/// What metrics read of a decision.
pub(in crate::score) enum Reads {
    /// It against the class that is true of each item, `OUTSIDE` of one that does not count; and how many classes there are.
    Truths(Vec<u32>, usize),
    /// Whether those about the nearest ones are otherwise, of the items that count.
    Near { near: Near<'static>, positive: Option<u32>, counts: Vec<bool> },
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
    /// What is drawn: every item that some model's rule is found on.
    taught: Taught,
    /// What each model's rule is found on; of one model, unless several are scored as one.
    lessons: Vec<Lesson>,
    /// Which model's rule decides about each scored item; empty where there is one.
    of_row: Vec<u32>,
    scored: Binary,
}

/// Items that rules are found on, each once, also where several models learn from it.
struct Taught {
    units: Units,
    /// The item of each slot.
    rows: Vec<u32>,
    items: usize,
}

/// What one model's rule is found on.
struct Lesson {
    evidence: Evidence,
    /// Each item's place among all that are drawn.
    places: Vec<u32>,
}

/// The splits that a rule is found on.
pub(in crate::score) struct Found<'a> {
    /// The rule.
    pub rule: ToFit,
    /// What each model said on its split, by the model's name in [`Predictions::fold`]; of one model, any name.
    pub splits: Vec<(&'a str, &'a Predictions)>,
    /// What is drawn together.
    pub uncertainty: &'a Uncertainty,
}

/// The scored items.
pub(in crate::score) struct Scored<'a> {
    /// What the model said.
    pub predictions: &'a Predictions,
    /// What is drawn together.
    pub clusters: Option<&'a Clusters>,
    /// The groups that numbers are broken down by.
    pub breakdown: &'a Breakdown,
    /// What the rule decides as it was found.
    pub decisions: &'a Decisions,
}

/// Says which rules of an evaluation, or what else is fitted for it, cannot be found anew, and why.
pub fn check(evaluation: &Evaluation, multi_label: bool, uncertainty: &Uncertainty, problems: &mut Problems) {
    if !uncertainty.refit() {
        return;
    }
    if let Some(calibrate) = &evaluation.calibrate {
        let problem = Problem::at(&calibrate.node, "`refit: true` finds rules anew, and not calibrations");
        problems.push(problem.help("leave out `calibrate`, or write `uncertainty: {refit: false}` in the evaluation"));
        return;
    }
    let mut fitted = evaluation.decide.iter().filter(|decide| decide.rule.split().is_some()).peekable();
    if fitted.peek().is_none() {
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
    let of_truths = metric.input == Input::Decisions && metric.truth == Truth::Labels && !metric.reads_confusions();
    of_truths || matches!(metric.input, Input::Neighbours { .. })
}

impl Reads {
    /// Of decisions against the class that is true of each item; `None` of one that does not count.
    pub(in crate::score) fn truths(task: Task, targets: impl Iterator<Item = Option<u32>>) -> Self {
        Self::Truths(targets.map(|target| target.unwrap_or(OUTSIDE)).collect(), task.classes)
    }

    /// Of decisions against those about the nearest ones.
    pub(in crate::score) fn near(near: Near<'static>, task: Task, counts: impl Iterator<Item = bool>) -> Self {
        Self::Near { near, positive: task.positive.map(|class| class as u32), counts: counts.collect() }
    }

    fn counts(&self, row: usize) -> bool {
        match self {
            Self::Truths(targets, _) => targets[row] != OUTSIDE,
            Self::Near { counts, .. } => counts[row],
        }
    }

    /// How many patterns there are.
    fn patterns(&self) -> usize {
        match self {
            Self::Truths(_, classes) => Outcomes::every(*classes).patterns(),
            Self::Near { near, .. } => near.k,
        }
    }

    /// The pattern that decisions give to each item.
    fn pattern_of<'r>(&'r self, decided: impl Fn(usize) -> Option<u32> + 'r) -> Box<dyn Fn(usize) -> usize + 'r> {
        match self {
            Self::Truths(targets, classes) => Box::new(move |row| Outcomes::pattern_of(targets[row], decided(row), *classes)),
            Self::Near { near, positive, counts } => {
                // Also of those that were not drawn: they are near all the same.
                let selected = |row: usize| counts[row] && decided(row).is_some_and(|class| Some(class) == *positive);
                let selected: Vec<bool> = (0..counts.len()).map(selected).collect();
                Box::new(move |row| near.otherwise(row, &selected))
            }
        }
    }
}

impl Refit {
    /// Prepares the draws of a rule; one that nothing was found for stays.
    pub(in crate::score) fn new(scored: &Scored<'_>, reads: Reads, found: Option<Found<'_>>, task: Task) -> Result<Self, ScoreError> {
        let (units, rows) = one_by_one(scored.predictions, &scored.breakdown.of_row, scored.clusters, |row| reads.counts(row));
        let rule = match found {
            None => Decided::Kept(match scored.decisions {
                Decisions::Single(decisions) => decisions.clone(),
                Decisions::Sets(sets) => sets.iter().map(|set| set.iter().flatten().next().copied()).collect(),
            }),
            Some(found) => Decided::Anew(Box::new(Anew::new(scored, found, task)?)),
        };
        Ok(Self { units, rows, reads, sums: scored.breakdown.sums(), rule })
    }

    /// Whether the rule has a number for each group of some of these fields.
    pub(in crate::score) fn is_by(&self, fields: &[String]) -> bool {
        match &self.rule {
            Decided::Kept(_) => false,
            Decided::Anew(anew) => anew.rule.decide.rule.by().is_some_and(|by| by.value.iter().any(|field| fields.contains(field))),
        }
    }

    /// What metrics read of a draw.
    pub(in crate::score) fn lens(&self) -> Lens {
        match &self.reads {
            Reads::Truths(_, classes) => Lens::Outcomes(Outcomes::every(*classes)),
            Reads::Near { near, .. } => Lens::Numbers(Numbers::every(near.k)),
        }
    }

    /// The group and pattern of every sum of a draw.
    pub(in crate::score) fn slots(&self) -> (Vec<u32>, Vec<u32>) {
        let patterns = self.reads.patterns() as u32;
        let groups = (0..self.sums as u32).chain([OUTSIDE]);
        groups.flat_map(|group| (0..patterns).map(move |pattern| (group, pattern))).unzip()
    }

    /// Draws items, finds the rule, and writes the weight of every group and pattern. Whether the rule could be found: if not, there is no number.
    pub(in crate::score) fn draw(&self, seed: u64, replicate: u64, weights: &mut [f64]) -> bool {
        weights.fill(0.0);
        let mut drawn = vec![0.0; self.rows.len()];
        self.units.resample(seed, replicate, &mut drawn);
        match &self.rule {
            Decided::Kept(decisions) => self.count(&drawn, |row| decisions[row], weights),
            Decided::Anew(anew) => {
                let Some(found) = anew.find(seed, replicate) else { return false };
                let chances: Vec<Chances<'_>> = found.iter().map(|found| Chances::fitted(&anew.scored.groups, found)).collect();
                let of_row = |row: usize| &chances[anew.of_row.get(row).map_or(0, |fold| *fold as usize)];
                self.count(&drawn, |row| anew.scored.decide_one(of_row(row), row), weights);
            }
        }
        true
    }

    fn count(&self, drawn: &[f64], decided: impl Fn(usize) -> Option<u32>, weights: &mut [f64]) {
        let patterns = weights.len() / (self.sums + 1);
        let pattern_of = self.reads.pattern_of(decided);
        let slots = self.units.slots().iter().zip(drawn).zip(&self.rows).filter(|((_, weight), _)| **weight > 0.0);
        for ((slot, weight), row) in slots {
            let group = if slot.group == OUTSIDE { self.sums } else { slot.group as usize };
            weights[group * patterns + pattern_of(*row as usize)] += weight;
        }
    }
}

impl Anew {
    fn new(scored: &Scored<'_>, found: Found<'_>, task: Task) -> Result<Self, ScoreError> {
        let Found { rule, splits, uncertainty } = found;
        let (taught, places) = Taught::of(&splits, uncertainty)?;
        let lesson = |((name, predictions), places): (&(&str, &Predictions), Vec<u32>)| {
            let evidence = Evidence::of(&rule, predictions, task).map_err(|error| error.in_fold(name))?;
            Ok(Lesson { evidence, places })
        };
        let lessons = splits.iter().zip(places).map(lesson).collect::<Result<Vec<_>, ScoreError>>()?;
        let unknown = || ScoreError::Split { split: rule.split.value.clone() };
        let of_row = match (splits.as_slice(), scored.predictions.fold()) {
            ([_], _) => Vec::new(),
            (_, Some(fold)) => {
                let model = |row: usize| splits.iter().position(|(name, _)| fold.level(row) == Some(name)).map(|model| model as u32);
                (0..scored.predictions.len()).map(model).collect::<Option<Vec<_>>>().ok_or_else(unknown)?
            }
            (_, None) => return Err(unknown()),
        };
        let binary = Binary::new(scored.predictions, &rule.decide, task.positive)?;
        Ok(Self { rule, task, taught, lessons, of_row, scored: binary })
    }

    /// Each model's rule on a draw. Where it cannot be found, groups that were left without positives or without negatives are drawn once more:
    /// nobody takes a split like that, on which the rule would be refused.
    fn find(&self, seed: u64, replicate: u64) -> Option<Vec<Fitted>> {
        let mut weights = self.taught.draw(seed, replicate);
        for again in 1..=AGAIN {
            let found: Result<Vec<Fitted>, ScoreError> = self.lessons.iter().map(|lesson| lesson.find(self, &weights)).collect();
            if let Ok(found) = found {
                return Some(found);
            }
            let lacking: Vec<u32> = self.lessons.iter().flat_map(|lesson| lesson.one_sided(&weights)).collect();
            if lacking.is_empty() {
                break;
            }
            // Draws have numbers of 32 bits.
            let anew = self.taught.draw(seed, replicate | (again << 32));
            lacking.into_iter().for_each(|place| weights[place as usize] = anew[place as usize]);
        }
        None
    }
}

impl Lesson {
    fn find(&self, anew: &Anew, weights: &[f64]) -> Result<Fitted, ScoreError> {
        find(&anew.rule, &self.evidence.weighed(&self.weights(weights)), anew.task)
    }

    /// The places of the items of groups that a draw leaves without one class.
    fn one_sided(&self, weights: &[f64]) -> Vec<u32> {
        self.evidence.one_sided(&self.weights(weights)).map(|row| self.places[row as usize]).collect()
    }

    /// Of its own items.
    fn weights(&self, drawn: &[f64]) -> Vec<f64> {
        self.places.iter().map(|place| drawn[*place as usize]).collect()
    }
}

impl Taught {
    /// The items of all splits, and the place of each split's items among them. An item that several models learn from is one, so that a
    /// draw has it for all of them or for none. Items are strata by the models that learn from them; within, a split is drawn as a whole: a
    /// rule by group may find a group smaller than it was.
    fn of(splits: &[(&str, &Predictions)], uncertainty: &Uncertainty) -> Result<(Self, Vec<Vec<u32>>), ScoreError> {
        let mut all: IndexMap<&str, Vec<usize>> = IndexMap::new();
        let mut places = Vec::with_capacity(splits.len());
        let mut fresh = Vec::with_capacity(splits.len());
        for (model, (name, predictions)) in splits.iter().enumerate() {
            let known = all.len();
            let place = |id| {
                let entry = all.entry(id);
                let place = entry.index() as u32;
                entry.or_default().push(model);
                place
            };
            let of_split: Vec<u32> = predictions.ids().iter().map(place).collect();
            let rows: Vec<u32> = (0u32..).zip(&of_split).filter(|(_, place)| **place as usize >= known).map(|(row, _)| row).collect();
            fresh.push(((*name).to_owned(), Arc::new(predictions.take(&rows))));
            places.push(of_split);
        }
        let whole = pooled(fresh).map_err(|error| ScoreError::Compare { reason: error.to_string() })?;
        let learners: IndexSet<&[usize]> = all.values().map(Vec::as_slice).collect();
        let strata: Vec<u32> =
            all.values().filter_map(|models| learners.get_index_of(models.as_slice())).map(|place| place as u32).collect();
        let clusters = Clusters::codes(&whole, uncertainty)?.map(Clusters::One);
        let (units, rows) = one_by_one(&whole, &strata, clusters.as_ref(), |_| true);
        Ok((Self { units, rows, items: whole.len() }, places))
    }

    /// The weight of every item in a draw.
    fn draw(&self, seed: u64, replicate: u64) -> Vec<f64> {
        let mut drawn = vec![0.0; self.rows.len()];
        self.units.resample_for(Purpose::Refit, seed, replicate, &mut drawn);
        let mut weights = vec![0.0; self.items];
        self.rows.iter().zip(drawn).for_each(|(row, weight)| weights[*row as usize] = weight);
        weights
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
