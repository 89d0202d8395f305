//! What a comparison compares: levels of an axis, models, numbers along an axis, or groups.

use indexmap::IndexSet;

use super::{Entry, admits, over_node};
use crate::plan::family::{How, Levels};
use crate::plan::make::Planner;
use crate::plan::planned::{PlannedScore, Source};
use crate::score::breakdown::level_of;
use crate::score::compare::contrast::Pairs;
use crate::spec::compare::{Comparison, Over, Report, Sides};
use crate::spec::decode::meant;
use crate::spec::evaluation::Written;
use crate::spec::node::Value;
use crate::spec::problem::{Problem, did_you_mean};
use crate::spec::study::Study;
use crate::spec::table::Word;
use crate::spec::vocabulary::Lacking;

impl Planner<'_> {
    /// What is compared, or a problem for every name that means nothing.
    pub(super) fn levels(&mut self, entry: &Entry<'_>) -> Option<Levels> {
        let (study, spec) = (entry.study, entry.spec);
        let models: IndexSet<&str> = study.cells.iter().map(|cell| cell.model.as_str()).collect();
        let models = || models.iter().map(|model| (*model).to_owned()).collect::<Vec<String>>();
        let admitted = entry.scores.iter().filter(|score| admits(spec, &study.evaluations[score.evaluation].name));
        let rules = || admitted.flat_map(|score| score.rules.iter().cloned()).collect::<IndexSet<String>>().into_iter().collect();
        let (name, sides) = match &spec.over {
            Over::Trend(axis) => return self.trend(study, axis),
            Over::Models(..) => ("model", None),
            Over::Axis { name, sides } => (name.value.as_str(), Some(sides)),
        };
        let known = match (study.grid.axis(name), &spec.over) {
            _ if name == "model" && self.lacking == Lacking::Results => return None,
            _ if name == "model" => models(),
            (None, _) if !self.lacking.is_nothing() => {
                self.unknown_over(entry, name);
                return None;
            }
            (None, _) if name == Word::Decision.text() => rules(),
            (Some(axis), _) => study.grid.axes[axis].levels.iter().map(|level| level.label.clone()).collect(),
            (None, Over::Axis { name, sides }) if self.is_grouping(&name.value) => return self.groups(entry, &name.value, sides),
            (None, _) => {
                let groupings = self.groupings();
                let known = study.grid.names().chain(["model", Word::Decision.text()]).chain(groupings.iter().map(String::as_str));
                let help = did_you_mean(name, known);
                self.problems.push(Problem::at(over_node(spec), format!("unknown axis `{name}`")).help(help));
                return None;
            }
        };
        let what = |level: &str| match name {
            "model" => format!("unknown model `{level}`"),
            _ if name == Word::Decision.text() => format!("unknown decision rule `{level}`"),
            _ => format!("the axis `{name}` has no level `{level}`"),
        };
        let mut place = |level: &Written<String>| {
            let found = meant(&level.node, known.iter().map(String::as_str));
            if found.is_none() {
                let help = did_you_mean(&level.value, known.iter().map(String::as_str));
                self.problems.push(Problem::at(&level.node, what(&level.value)).help(help));
            }
            found
        };
        let pairs = match (sides, &spec.over) {
            (Some(Sides::AllPairs), _) => (0..known.len()).flat_map(|from| (from + 1..known.len()).map(move |to| (from, to))).collect(),
            (Some(Sides::Baseline(baseline)), _) => {
                let from = place(baseline)?;
                (0..known.len()).filter(|to| *to != from).map(|to| (from, to)).collect()
            }
            (Some(Sides::FromTo(from, to)), _) | (None, Over::Models(from, to)) => match (place(from), place(to)) {
                (Some(first), Some(second)) if first == second => {
                    self.itself(to);
                    return None;
                }
                (first, second) => vec![(first?, second?)],
            },
            (None, _) => return None,
        };
        Some(Levels { over: name.to_owned(), known, how: How::Pairs(pairs) })
    }

    fn itself(&mut self, level: &Written<String>) {
        let message = format!("`{}` is compared with itself", level.value);
        self.problems.push(Problem::at(&level.node, message).help("name two that differ"));
    }

    /// The levels of an axis as numbers.
    fn trend(&mut self, study: &Study, written: &Written<String>) -> Option<Levels> {
        let Some(axis) = study.grid.axis(&written.value) else {
            let help = did_you_mean(&written.value, study.grid.names());
            self.problems.push(Problem::at(&written.node, format!("unknown axis `{}`", written.value)).help(help));
            return None;
        };
        let levels = &study.grid.axes[axis].levels;
        let numbers = levels.iter().map(|level| match level.value.value {
            Value::Integer(number) => Ok(number as f64),
            Value::Float(number) if number.is_finite() => Ok(number),
            // A level that holds files or settings is known by its name.
            _ => level.label.parse().ok().filter(|number: &f64| number.is_finite()).ok_or(level),
        });
        match numbers.collect::<Result<Vec<f64>, _>>() {
            Ok(numbers) => Some(Levels {
                over: written.value.clone(),
                known: levels.iter().map(|level| level.label.clone()).collect(),
                how: How::Trend(numbers),
            }),
            Err(level) => {
                let message = format!("the axis `{}` has no trend: its level `{}` is no number", written.value, level.label);
                let problem = Problem::at(&written.node, message).also(&level.value.place, "this level");
                self.problems.push(problem.help("compare its levels, as `{baseline: LEVEL}` or `all_pairs`"));
                None
            }
        }
    }

    /// The groups of a breakdown; one of a single field may be named by its level alone.
    fn groups(&mut self, entry: &Entry<'_>, by: &str, sides: &Sides) -> Option<Levels> {
        self.check_within(entry.spec, by);
        let known = self.labels(entry, by);
        let mut label = |level: &Written<String>| {
            let of_field = known.iter().map(|label| label.strip_prefix(by).and_then(|level| level.strip_prefix('=')).unwrap_or(label));
            let named = |label: &String| *label == level.value || *label == level_of(by, &level.value);
            let found = known.iter().position(named).or_else(|| meant(&level.node, of_field));
            let found = found.map(|place| known[place].clone());
            if found.is_none() && self.request.only.is_empty() {
                let message = format!("there is no group `{}` by `{by}`", level.value);
                let help = did_you_mean(&level.value, known.iter().map(String::as_str));
                self.problems.push(Problem::at(&level.node, message).help(help));
            }
            found
        };
        let pairs = match sides {
            Sides::AllPairs => Pairs::All,
            Sides::Baseline(baseline) => Pairs::Baseline(label(baseline)?),
            Sides::FromTo(from, to) => match (label(from), label(to)) {
                (Some(first), Some(second)) if first == second => {
                    self.itself(to);
                    return None;
                }
                (first, second) => Pairs::Two(first?, second?),
            },
        };
        Some(Levels { over: by.to_owned(), known, how: How::Groups(pairs) })
    }

    /// Groups are compared within one score.
    fn check_within(&mut self, spec: &Comparison, by: &str) {
        if spec.report.iter().any(|report| *report != Report::Difference) {
            let message = format!("groups have no before and after: between groups of `{by}` there are differences alone");
            self.problems.push(Problem::at(over_node(spec), message).help("remove `report`"));
        }
        if let Some(axis) = spec.average.first() {
            let message = "groups are compared within a cell, not within the mean of several";
            self.problems.push(Problem::at(&axis.node, message).help("remove `average`"));
        }
    }

    /// What is wrong with comparing what is no axis, where some evaluations are wrong: their groups are known as they are written alone.
    fn unknown_over(&mut self, entry: &Entry<'_>, name: &str) {
        let written = entry.study.evaluations.iter().flat_map(|evaluation| evaluation.spec.compared());
        if written.map(|entry| entry.value.join("*")).any(|by| by == name) {
            self.check_within(entry.spec, name);
        }
    }

    /// The labels of the groups by some fields, as far as they are known before anything runs.
    fn labels(&self, entry: &Entry<'_>, by: &str) -> Vec<String> {
        let levels = |score: &PlannedScore, field: &str| -> Vec<String> {
            match (entry.source(score), self.dataset_of(entry.study, score)) {
                (_, Some(data)) => data.dataset.fields.get(field).map(|field| field.levels.clone()).unwrap_or_default(),
                (Some(Source::Imported { predictions, .. }), None) => {
                    predictions.fields().get(field).map(|field| field.levels.clone()).unwrap_or_default()
                }
                _ => Vec::new(),
            }
        };
        let of_score = |score: &PlannedScore| {
            by.split('*').fold(vec![String::new()], |labels, field| {
                let levels = levels(score, field);
                let longer = |label: &String| {
                    let separator = if label.is_empty() { "" } else { "*" };
                    levels.iter().map(|level| format!("{label}{separator}{}", level_of(field, level))).collect::<Vec<_>>()
                };
                labels.iter().flat_map(longer).collect()
            })
        };
        entry.scores.iter().flat_map(of_score).collect::<IndexSet<String>>().into_iter().collect()
    }

    fn groupings(&self) -> IndexSet<String> {
        self.scored.iter().flat_map(|said| &said.metrics).flat_map(|metric| metric.per_group.iter().cloned()).collect()
    }

    fn is_grouping(&self, name: &str) -> bool {
        self.groupings().contains(name)
    }
}
