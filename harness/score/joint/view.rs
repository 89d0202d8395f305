//! One metric in one breakdown: what its numbers are functions of, and the numbers of a draw.

use rayon::prelude::*;

use super::Hand;
use super::amplification::{Ballots, Toward};
use super::counts::Counts;
use super::exposure::{Desired, Ladder, Queries, Top};
use super::leakage::{From, Leaks, Suspects};
use super::metric::{Folds, Metric, Options};
use super::panel::Without;
use super::registry::{Compute, Pick, Source};
use crate::data::frame::Targets;
use crate::score::audit::Audit;
use crate::score::breakdown::combine::Combine;
use crate::score::breakdown::{Breakdown, Grouping, level_of};
use crate::score::compare::resampled::Errs;
use crate::score::predictions::Decisions;
use crate::score::rule::{FittedRules, decide};
use crate::score::units::{Rows, Shuffle, Units};
use crate::score::value::{Cause, Value};
use crate::score::{OUTSIDE, ScoreError};
use crate::spec::evaluation::{Abstained, Policy};

/// How much further a ranking errs than its resamples do, whose copies of an item stand side by side, where the first of them weigh most: by
/// simulation of 40 to 400 items in two and three groups 1.1 to 1.3 times as far, of 2,000 hardly further.
const CLUMPED: f64 = 1.3;

/// One metric in one breakdown.
pub(super) struct View<'a> {
    pub(super) audit: &'a Audit<'a>,
    pub(super) metric: &'a Metric,
    pub(super) breakdown: &'a Breakdown,
    /// What the groups are made of.
    pub(super) grouping: &'a Grouping,
    /// What is left out of numbers over groups.
    pub(super) without: &'a Without,
}

/// Numbers as observed and in every resample; NaN where undefined.
pub(super) struct Replay {
    pub(super) observed: Vec<Value>,
    pub(super) resampled: Vec<Vec<f64>>,
}

/// What the numbers are functions of.
pub(super) enum Statistic {
    Mals { ballots: Ballots, reference: Counts },
    Directional { ballots: Ballots, toward: Toward, reference: Option<Counts> },
    Exposure { queries: Queries, names: Vec<String> },
    Leakage(Leaks),
}

impl View<'_> {
    /// What the numbers are functions of; where they read decisions, those of the rule of this name.
    pub(super) fn statistic(&self, rule: &str, fitted: &FittedRules) -> Result<Statistic, ScoreError> {
        let decide = self.audit.scheme.decide.iter().find(|decide| self.metric.decided() && decide.name == rule);
        match decide {
            Some(rule) => {
                let decisions = self::decide(&self.audit.predictions, rule, self.audit.scheme.task.positive, fitted)?;
                self.of_decisions(&decisions, fitted)
            }
            None => self.undecided(),
        }
    }

    /// What a number is about: a group, or the level that is held fixed.
    pub(super) fn named(&self, group: Option<usize>) -> String {
        let level = || self.breakdown.panels.iter().map(|panel| panel.name.clone()).collect();
        group.map_or_else(level, |group| self.breakdown.groups[group].clone())
    }

    /// What the names of all its groups begin with: the level that is held fixed.
    fn within(&self) -> String {
        self.breakdown.panels.iter().map(|panel| &panel.name).filter(|name| !name.is_empty()).map(|name| format!("{name}*")).collect()
    }

    fn in_group(&self, row: usize) -> bool {
        self.breakdown.of_row[row] != OUTSIDE
    }

    /// Whether an item counts, where those about which nothing was decided may not.
    fn answered(&self, decisions: &Decisions, row: usize) -> bool {
        self.audit.evaluation.abstained != Abstained::Exclude || decisions.answers(row)
    }

    fn of_decisions(&self, decisions: &Decisions, fitted: &FittedRules) -> Result<Statistic, ScoreError> {
        if let Compute::Leakage(source) = self.metric.definition.compute {
            return Ok(Statistic::Leakage(self.leaks(source, Some(decisions))));
        }
        let predictions = &*self.audit.predictions;
        let options = &self.metric.options;
        let mut groups = self.breakdown.groups.clone();
        let reference = match &options.reference {
            None => None,
            Some(split) => {
                let found = fitted.references.get(&split.value);
                let found = found.ok_or_else(|| ScoreError::Split { split: split.value.clone() })?;
                // Groups that only the reference has count there.
                let there = Breakdown::new(found, &self.grouping.fields).groups.into_iter();
                let known = |group: &String| self.breakdown.groups.contains(group) || self.without.groups.contains(group);
                groups.extend(there.filter(|group| group.starts_with(&self.within()) && !known(group)));
                Some(Counts::of_labels(found, &self.grouping.fields, &groups, predictions.classes()))
            }
        };
        let taken: Option<Vec<Option<u32>>> =
            options.predicted.as_ref().and_then(|field| predictions.fields().get(&field.value)).map(|factor| {
                let name = |level: &String| format!("{}{}", self.within(), level_of(&self.grouping.compared().join("*"), level));
                let place = |level: &String| groups.iter().position(|group| *group == name(level)).map(|place| place as u32);
                let of_code: Vec<Option<u32>> = factor.levels.iter().map(place).collect();
                factor.codes.iter().map(|code| code.and_then(|code| of_code[code as usize])).collect()
            });
        let counts = |row: usize| self.in_group(row) && self.answered(decisions, row);
        let ballots = Ballots::new(predictions, decisions, taken.as_deref(), groups.len(), counts);
        Ok(match (self.metric.definition.compute, reference) {
            (Compute::Mals, Some(reference)) => Statistic::Mals { ballots, reference },
            (_, reference) => Statistic::Directional { ballots, toward: options.toward.unwrap_or(Toward::Task), reference },
        })
    }

    /// What attackers make of the items.
    fn leaks(&self, source: Source, decisions: Option<&Decisions>) -> Leaks {
        let predictions = &*self.audit.predictions;
        let options = &self.metric.options;
        let labelled = |row: usize| match predictions.targets() {
            Targets::Single(targets) => targets[row].is_some(),
            Targets::Multi { present, absent } => !(present[row].is_empty() && absent[row].is_empty()),
        };
        let counts = |row: usize| {
            (matches!(source, Source::Model | Source::Embeddings) || labelled(row))
                && decisions.is_none_or(|decisions| self.answered(decisions, row))
        };
        let seed = self.audit.uncertainty.seed();
        let suspects = Suspects::new(predictions, &self.breakdown.of_row, self.breakdown.groups.len(), counts, seed);
        let suspects = match &options.folds {
            Some(Folds::Field(field)) => suspects.given(&field.value),
            Some(Folds::Dealt(folds)) => suspects.dealt(*folds),
            None => suspects.dealt(Options::FOLDS),
        };
        let draws = options.draws.unwrap_or(Options::DRAWS);
        let model = |known: bool| match (options.from, decisions) {
            (Some(From::Decisions), Some(decisions)) => suspects.decisions(decisions, known),
            _ => suspects.scores(),
        };
        let against =
            |decisions: &Decisions, share: f64| suspects.degraded_labels(decisions, draws).into_iter().map(move |labels| (share, labels));
        let sights = match (source, decisions) {
            (Source::Labels, Some(decisions)) => against(decisions, 1.0).collect(),
            (Source::Labels, None) => vec![(1.0, suspects.labels())],
            (Source::Both, Some(decisions)) => std::iter::once((f64::from(draws), model(true))).chain(against(decisions, -1.0)).collect(),
            (Source::Model | Source::Both, _) => vec![(1.0, model(false))],
            (Source::Embeddings, _) => vec![(1.0, suspects.embeddings(self.audit.evaluation.embed.unwrap_or_default().normalize))],
        };
        suspects.leaks(sights)
    }

    /// What reads no decisions.
    fn undecided(&self) -> Result<Statistic, ScoreError> {
        if let Compute::Leakage(source) = self.metric.definition.compute {
            return Ok(Statistic::Leakage(self.leaks(source, None)));
        }
        let predictions = &*self.audit.predictions;
        let lack = || ScoreError::Rule { rule: String::new(), reason: "the predictions hold no scores".to_owned() };
        let scores = predictions.scores().ok_or_else(lack)?;
        let columns: Vec<usize> = match self.audit.scheme.task.positive {
            Some(_) if scores.width == 1 => vec![0],
            Some(positive) => vec![positive],
            None => (0..scores.width).collect(),
        };
        let names = match self.audit.scheme.task.positive {
            Some(_) => vec![String::new()],
            None => predictions.classes().to_vec(),
        };
        let queries = Queries::new(scores, &columns, predictions.weight(), self.breakdown.groups.len(), |row| self.in_group(row));
        Ok(Statistic::Exposure { queries, names })
    }

    /// The items as units, by the pattern of each.
    pub(super) fn units(&self, of_row: &[u32]) -> Units {
        let predictions = &*self.audit.predictions;
        let rows = Rows {
            groups: &self.breakdown.of_row,
            patterns: of_row,
            weights: predictions.weight(),
            clusters: self.audit.clusters.as_ref(),
            copies: predictions.copies(),
        };
        Units::new(rows, predictions.ids())
    }

    /// How the numbers err.
    pub(super) fn errs(&self, statistic: &Statistic) -> Errs {
        match (statistic, self.metric.definition.compute) {
            (Statistic::Leakage(leaks), _) => Errs::Further(leaks.probe.further()),
            (_, Compute::Ndkl) => Errs::Further(CLUMPED),
            // What a file of so many items has on average hangs on how many they are, as what a resample of them has does.
            _ => Errs::By(0.0),
        }
    }

    /// How many equally weighted units the least known of some groups is worth: of skews, of the items at the top.
    pub(super) fn worth(&self, units: &Units, groups: &[usize]) -> f64 {
        let effective = units.effective(self.breakdown.groups.len());
        let top = if matches!(self.metric.definition.compute, Compute::Skew(_)) { self.metric.options.k as f64 } else { f64::INFINITY };
        groups.iter().filter_map(|group| effective.get(*group)).copied().filter(|units| *units > 0.0).fold(top, f64::min)
    }

    /// The numbers of some units, whose slots have these patterns.
    pub(super) fn replay(&self, statistic: &Statistic, units: &Units, patterns: &[u32]) -> Replay {
        let uncertainty = self.audit.uncertainty;
        let groups: Vec<u32> = units.slots().iter().map(|slot| slot.group).collect();
        let ladders = statistic.ladders(patterns);
        let values = |weights: &[f64]| self.values(statistic, &Hand { groups: &groups, patterns, weights }, &ladders);
        let draw = |weights: &mut Vec<f64>, replicate: u32| {
            units.resample(uncertainty.seed(), u64::from(replicate), weights);
            values(weights).into_iter().map(number).collect::<Vec<f64>>()
        };
        let resampled = (0..uncertainty.bootstrap()).into_par_iter().map_init(|| vec![0.0; groups.len()], draw).collect();
        let observed = units.observed();
        let values = values(&observed);
        // Without the small ones, a group alone says nothing of groups.
        let alone = !self.without.groups.is_empty() && self.breakdown.groups.len() < 2;
        let observed = match self.ranks_enough(statistic, &Hand { groups: &groups, patterns, weights: &observed }) {
            _ if alone => values.into_iter().map(|_| Err(Cause::FewGroups.into())).collect(),
            true => values,
            false => values.into_iter().map(|value| value.and(Err(Cause::FewRanked.into()))).collect(),
        };
        Replay { observed, resampled }
    }

    /// Whether there are as many items as are to be at the top. Only as observed: of clusters, a resample may hold fewer.
    fn ranks_enough(&self, statistic: &Statistic, hand: &Hand<'_>) -> bool {
        match (statistic, self.metric.definition.compute) {
            // Weights that are no whole numbers are divided with errors.
            (Statistic::Exposure { queries, .. }, Compute::Skew(_)) => self.metric.options.k as f64 <= queries.items(hand) + 1e-9,
            _ => true,
        }
    }

    /// The numbers of some units in every permutation of their groups.
    pub(super) fn permuted(&self, statistic: &Statistic, units: &Units) -> Vec<Vec<f64>> {
        let uncertainty = self.audit.uncertainty;
        let shuffle =
            (uncertainty.permutations() > 0).then(|| Shuffle::new(units, |group| (group != OUTSIDE).then_some(0), None)).flatten();
        let Some(shuffle) = shuffle else { return Vec::new() };
        let ladders = statistic.ladders(&shuffle.patterns);
        let fresh = || (vec![OUTSIDE; shuffle.patterns.len()], vec![0.0; shuffle.patterns.len()]);
        let deal = |(groups, weights): &mut (Vec<u32>, Vec<f64>), replicate: u32| {
            shuffle.deal(uncertainty.seed(), u64::from(replicate), groups, weights);
            let hand = Hand { groups, patterns: &shuffle.patterns, weights };
            self.values(statistic, &hand, &ladders).into_iter().map(number).collect()
        };
        (0..uncertainty.permutations()).into_par_iter().map_init(fresh, deal).collect()
    }

    /// The leakage of attackers who are fitted to every resample, where that is wanted.
    pub(super) fn refitted(&self, statistic: &Statistic) -> Option<Vec<Vec<f64>>> {
        let (Statistic::Leakage(Leaks { probe, .. }), true) = (statistic, self.audit.uncertainty.refit()) else { return None };
        let mut places = vec![OUTSIDE; self.audit.predictions.len()];
        (0..).zip(&probe.rows).for_each(|(place, row)| places[*row] = place);
        let (units, seed) = (self.units(&places), self.audit.uncertainty.seed());
        let draw = |weights: &mut Vec<f64>, replicate: u32| {
            units.resample(seed, u64::from(replicate), weights);
            let mut times = vec![0.0; probe.rows.len()];
            for (slot, weight) in units.slots().iter().zip(weights.iter()).filter(|(_, weight)| **weight > 0.0) {
                times[slot.pattern as usize] = weight / slot.amount;
            }
            vec![probe.resampled(&times)]
        };
        let slots = units.slots().len();
        Some((0..self.audit.uncertainty.bootstrap()).into_par_iter().map_init(|| vec![0.0; slots], draw).collect())
    }

    /// The leakage of attackers who are fitted to groups that are dealt out by chance, as often as is asked.
    pub(super) fn exposed(&self, statistic: &Statistic) -> Vec<Vec<f64>> {
        let (Statistic::Leakage(Leaks { probe, .. }), Some(permutations)) = (statistic, self.metric.options.permutations) else {
            return Vec::new();
        };
        let seed = self.audit.uncertainty.seed();
        let one = |replicate: u32| probe.permuted(seed, u64::from(replicate)).map(|leakage| vec![leakage]);
        (0..permutations).into_par_iter().map(one).collect::<Option<_>>().unwrap_or_default()
    }

    fn values(&self, statistic: &Statistic, hand: &Hand<'_>, ladders: &[Ladder]) -> Vec<Value> {
        let options = &self.metric.options;
        let queries = match statistic {
            Statistic::Mals { ballots, reference } => return vec![ballots.mals(hand, reference)],
            Statistic::Directional { ballots, toward, reference } => return vec![ballots.directional(hand, *toward, reference.as_ref())],
            Statistic::Leakage(leaks) => return vec![leaks.leakage(hand)],
            Statistic::Exposure { queries, .. } => queries,
        };
        let desired = options.desired.unwrap_or(Desired::Dataset);
        // Query by query, each with a number, or one a group.
        let of_ladder = |ladder: &Ladder| match self.metric.definition.compute {
            Compute::Skew(pick) => {
                let skews: Vec<Value> = self.tops_of(queries, hand, ladder).into_iter().map(Top::skew).collect();
                let kept = skews.iter().enumerate().filter(|(group, _)| !self.without.groups.contains(&self.breakdown.groups[*group]));
                let defined = kept.filter_map(|(_, skew)| skew.ok());
                match pick {
                    Pick::Each => skews,
                    _ if defined.clone().count() < 2 => vec![Err(Cause::FewGroups.into())],
                    Pick::Max => vec![Ok(defined.fold(f64::NEG_INFINITY, f64::max))],
                    Pick::Min => vec![Ok(defined.fold(f64::INFINITY, f64::min))],
                }
            }
            _ => vec![queries.ndkl(hand, ladder, desired)],
        };
        let all: Vec<Vec<Value>> = ladders.iter().map(of_ladder).collect();
        let width = all.first().map_or(0, Vec::len);
        let of_classes = |combine: Combine, group: usize| combine.of(all.iter().map(|numbers| numbers[group]), Policy::Propagate);
        match options.classes.filter(|_| all.len() > 1) {
            Some(combine) => (0..width).map(|group| of_classes(combine, group)).collect(),
            None => (0..width).flat_map(|group| all.iter().map(move |numbers| numbers[group])).collect(),
        }
    }

    fn tops_of(&self, queries: &Queries, hand: &Hand<'_>, ladder: &Ladder) -> Vec<Top> {
        let options = &self.metric.options;
        queries.tops(hand, ladder, options.k as f64, options.desired.unwrap_or(Desired::Dataset))
    }

    /// What each number is the skew of, in the order of [`Self::values`]; empty where they are no skews of one ranking and group each.
    pub(super) fn tops(&self, statistic: &Statistic, units: &Units, patterns: &[u32]) -> Vec<Top> {
        let (Statistic::Exposure { queries, names }, Compute::Skew(Pick::Each)) = (statistic, self.metric.definition.compute) else {
            return Vec::new();
        };
        if self.metric.options.classes.is_some() && names.len() > 1 {
            return Vec::new();
        }
        let groups: Vec<u32> = units.slots().iter().map(|slot| slot.group).collect();
        let hand = Hand { groups: &groups, patterns, weights: &units.observed() };
        let all: Vec<Vec<Top>> = statistic.ladders(patterns).iter().map(|ladder| self.tops_of(queries, &hand, ladder)).collect();
        (0..self.breakdown.groups.len()).flat_map(|group| all.iter().map(move |tops| tops[group])).collect()
    }

    /// The group and the class of every number, in the order of [`Self::values`].
    pub(super) fn spots(&self, statistic: &Statistic) -> Vec<(Option<usize>, String)> {
        let names = match statistic {
            Statistic::Exposure { names, .. } if names.len() > 1 && self.metric.options.classes.is_none() => names.clone(),
            _ => vec![String::new()],
        };
        let groups: Vec<Option<usize>> = match self.metric.definition.compute.per_group() {
            true => (0..self.breakdown.groups.len()).map(Some).collect(),
            false => vec![None],
        };
        groups.into_iter().flat_map(|group| names.iter().map(move |name| (group, name.clone()))).collect()
    }
}

/// Undefined is NaN among replicates.
fn number(value: Value) -> f64 {
    value.unwrap_or(f64::NAN)
}

impl Statistic {
    pub(super) fn of_row(&self) -> &[u32] {
        match self {
            Self::Mals { ballots, .. } | Self::Directional { ballots, .. } => &ballots.of_row,
            Self::Exposure { queries, .. } => &queries.of_row,
            Self::Leakage(leaks) => &leaks.of_row,
        }
    }

    fn ladders(&self, patterns: &[u32]) -> Vec<Ladder> {
        match self {
            Self::Exposure { queries, .. } => queries.ladders(patterns),
            Self::Mals { .. } | Self::Directional { .. } | Self::Leakage(_) => Vec::new(),
        }
    }
}
