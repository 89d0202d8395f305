//! `compare:` against what the evaluations will say: what its names mean, and what is wrong with them.

use indexmap::IndexSet;

mod check;
mod levels;
mod told;

use super::comparison::{Family, PlannedComparison};
use super::family::{Families, How, Levels};
use super::imported;
use super::make::Planner;
use super::planned::{PlannedCell, PlannedScore, Source};
use crate::score::compare::align::{UNWEIGHTED, align};
use crate::score::predictions::pool::pooled;
use crate::spec::cell::{CellEvaluation, Part};
use crate::spec::compare::{Apart, Comparison, Over, Test};
use crate::spec::node::Node;
use crate::spec::problem::Problem;
use crate::spec::study::Study;
use crate::spec::vocabulary::MetricColumn;

/// An entry while it is planned.
struct Entry<'s> {
    study: &'s Study,
    cells: &'s [PlannedCell],
    scores: &'s [PlannedScore],
    name: &'s str,
    spec: &'s Comparison,
}

impl<'s> Entry<'s> {
    /// Where the predictions of a score come from; of several, the first.
    fn source(&self, score: &PlannedScore) -> Option<&'s Source> {
        score.cells.first().map(|cell| &self.cells[*cell].source)
    }
}

impl Planner<'_> {
    /// What every comparison is made of, and the names of those that tables say nothing of, as they are wrong; what is, is told where it is
    /// written.
    pub(super) fn compare(
        &mut self,
        study: &Study,
        cells: &[PlannedCell],
        scores: &[PlannedScore],
    ) -> (Vec<PlannedComparison>, Vec<String>) {
        if study.unread.is_empty() {
            self.check_compared(study);
        }
        let mut untold = study.unread.clone();
        let mut planned = Vec::with_capacity(study.compare.len());
        for (name, spec) in &study.compare {
            let before = self.problems.len();
            planned.extend(self.comparison(&Entry { study, cells, scores, name, spec }));
            // Of all pairs no table has a column, which is told where one is asked for.
            let is_untold = self.problems.len() > before || spec.over.apart() == Apart::Pair || !self.lacking.is_nothing();
            untold.extend(is_untold.then(|| name.clone()));
        }
        (planned, untold)
    }

    fn comparison(&mut self, entry: &Entry<'_>) -> Option<PlannedComparison> {
        let Entry { study, scores, name, spec, .. } = *entry;
        let before = self.problems.len();
        let levels = self.levels(entry);
        self.check_axes(entry, levels.as_ref());
        self.check_names(entry, levels.as_ref());
        self.check_effects(entry);
        let levels = levels?;
        if self.problems.len() > before || !self.lacking.is_nothing() {
            // What is compared is known, and of what not.
            self.check_test(entry, &levels, &[]);
            self.check_likeness(entry, &levels);
            return None;
        }
        let place = over_node(spec);
        let chosen = |evaluation: &CellEvaluation| {
            let model = &study.cells[evaluation.cell()].model;
            let said = self.scored.iter().filter(|said| said.evaluation == evaluation.name && said.model == *model);
            admits(spec, &evaluation.name) && said.flat_map(|said| &said.metrics).any(|metric| takes(spec, &levels, metric))
        };
        let candidates: Vec<usize> = (0..scores.len()).filter(|score| chosen(&study.evaluations[scores[*score].evaluation])).collect();
        let averaged = spec.average.iter().filter_map(|axis| study.grid.axis(&axis.value)).collect();
        let families = Families { study, scores, levels: &levels, averaged }.of(&candidates);
        if families.is_empty() && self.request.only.is_empty() {
            let message = format!("`{name}` compares nothing: no two cells of one evaluation differ only in `{}`", levels.over);
            self.problems.push(Problem::at(place, message).help("compare levels of an axis, or models, that one evaluation scores"));
        }
        for family in &families {
            if let Some(reason) = self.differ(entry, family) {
                let sides: IndexSet<&str> =
                    family.contrasts.iter().flat_map(|contrast| [contrast.from.as_str(), contrast.to.as_str()]).collect();
                let sides: Vec<String> = sides.iter().map(|level| format!("`{level}`")).collect();
                let listed = match sides.as_slice() {
                    [others @ .., last] if !others.is_empty() => format!("{} and {last}", others.join(", ")),
                    one => one.concat(),
                };
                let message = format!("`{name}` cannot compare {listed}: {reason}");
                let help = "a comparison is paired: give all sides the same items, and these the same labels, groups, subjects and weights";
                self.problems.push(Problem::at(place, message).help(help));
            }
        }
        self.check_rules(entry, &levels, &families);
        self.check_each(entry, &levels, &families);
        self.check_test(entry, &levels, &families);
        self.check_likeness(entry, &levels);
        let included = study.uncertainty.include();
        Some(PlannedComparison {
            name: name.to_owned(),
            over: levels.over,
            apart: spec.over.apart(),
            metrics: spec.metrics.iter().map(|metric| metric.value.clone()).collect(),
            matched: spec.matched.iter().map(|axis| axis.value.clone()).collect(),
            averaged: spec.average.iter().map(|axis| axis.value.clone()).filter(|axis| !included.contains(axis)).collect(),
            report: spec.report.clone(),
            test: spec.test.as_ref().map_or(Test::Bootstrap, |test| test.value),
            within: spec.within,
            adjust: spec.adjust,
            families,
        })
    }

    /// The dataset that a score is of, if it is of one.
    fn dataset_of(&self, study: &Study, score: &PlannedScore) -> Option<&super::planned::PlannedData> {
        let split = study.evaluations[score.evaluation].parts.first()?.split.as_ref()?;
        let (dataset, _) = split.value.split_once('/').filter(|_| study.is_of_dataset(&split.value))?;
        self.datasets.get(dataset)?.as_ref()
    }

    /// Why the sides are not about the same items, as far as that is known before anything runs.
    fn differ(&self, entry: &Entry<'_>, family: &Family) -> Option<String> {
        let Entry { study, cells, scores, .. } = *entry;
        let split = |score: usize| study.evaluations[scores[score].evaluation].spec.data.as_ref().map(|split| split.value.as_str());
        let part = |part: &Part, cell: usize| match &cells[cell].source {
            Source::Imported { predictions, .. } => {
                let split = part.split.as_ref().map(|split| split.value.as_str());
                let dataset = split.and_then(|split| split.split_once('/')).map_or("", |(dataset, _)| dataset);
                let data = self.datasets.get(dataset).and_then(Option::as_ref);
                Some(imported::select(predictions, split, data).map(|selected| (part.fold.clone(), selected)))
            }
            Source::Backend(_) => None,
        };
        let imported = |score: usize| {
            let PlannedScore { evaluation, cells, .. } = &scores[score];
            let parts = study.evaluations[*evaluation].parts.iter().zip(cells).map(|(of, cell)| part(of, *cell));
            let parts: Result<Vec<_>, String> = parts.collect::<Option<_>>()?;
            Some(parts.and_then(|parts| pooled(parts).map_err(|error| error.to_string())))
        };
        let first = family.sides.first()?.score;
        match family.sides.iter().map(|side| imported(side.score)).collect::<Option<Result<Vec<_>, String>>>() {
            Some(Ok(predictions)) => {
                let predictions: Vec<_> = predictions.iter().map(|predictions| &**predictions).collect();
                let error = align(&predictions).err()?.to_string();
                Some(error.strip_prefix("the sides cannot be compared: ").map(str::to_owned).unwrap_or(error))
            }
            Some(Err(reason)) => Some(reason),
            None => {
                let weighted = |score: usize| self.is_weighted(entry, &scores[score]);
                let named = |score| split(score).unwrap_or("no split").to_owned();
                family.sides.iter().skip(1).map(|side| side.score).find_map(|other| match split(other) == split(first) {
                    false => Some(format!("`{}` and `{}` hold different items", named(first), named(other))),
                    // What models here say of a dataset has no weights.
                    true => (weighted(other) != weighted(first)).then(|| UNWEIGHTED.to_owned()),
                })
            }
        }
    }
}

/// Whether a comparison looks at an evaluation.
fn admits(spec: &Comparison, evaluation: &str) -> bool {
    spec.evaluations.as_ref().is_none_or(|names| names.iter().any(|name| name.value == evaluation))
}

/// Whether a comparison looks at a column.
fn takes(spec: &Comparison, levels: &Levels, metric: &MetricColumn) -> bool {
    let of_groups = match levels.how {
        How::Groups(_) => metric.per_group.contains(&levels.over),
        How::Pairs(_) | How::Trend(_) => true,
    };
    of_groups && spec.metrics.iter().any(|wanted| wanted.value == metric.name)
}

/// Where what is compared is written.
fn over_node(spec: &Comparison) -> &Node {
    match &spec.over {
        Over::Axis { name, .. } | Over::Models(name, _) | Over::Trend(name) => &name.node,
    }
}
