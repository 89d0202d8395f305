//! `compare:` against what the evaluations will say: which scores are set against which.

use indexmap::{IndexMap, IndexSet};

use super::imported;
use super::make::Planner;
use super::planned::{PlannedCell, PlannedScore, Source};
use crate::score::compare::align;
use crate::score::pool::pooled;
use crate::spec::compare::{Adjust, Comparison, Over, Sides};
use crate::spec::evaluation::Written;
use crate::spec::grid::Point;
use crate::spec::node::Node;
use crate::spec::problem::{Problem, did_you_mean};
use crate::spec::study::{CellEvaluation, Part, Study};

/// One entry of `compare:`.
#[derive(Debug)]
pub struct PlannedComparison {
    /// Its name.
    pub name: String,
    /// What differs: an axis, or `model`.
    pub over: String,
    /// The columns that are compared.
    pub metrics: Vec<String>,
    /// What many comparisons at once do to p.
    pub adjust: Adjust,
    /// What is drawn together.
    pub families: Vec<Family>,
}

/// Scores about the same items that differ in what is compared.
#[derive(Debug, Default)]
pub struct Family {
    /// The scores, as indices into [`super::planned::Plan::scores`], each with its level.
    pub sides: Vec<(usize, String)>,
    /// From which side to which, as indices into [`Self::sides`].
    pub pairs: Vec<(usize, usize)>,
}

/// What is compared, by name: the levels in declared order, and which of them with which.
struct Levels {
    over: String,
    known: Vec<String>,
    pairs: Vec<(usize, usize)>,
}

impl Planner<'_> {
    /// The pairs of every comparison; what is wrong with its names is told where they are written.
    pub(super) fn compare(&mut self, study: &Study, cells: &[PlannedCell], scores: &[PlannedScore]) -> Vec<PlannedComparison> {
        if !self.problems.is_empty() || !self.unavailable.is_empty() {
            // What the evaluations will say is not known.
            return Vec::new();
        }
        study.compare.iter().filter_map(|(name, spec)| self.comparison(study, cells, scores, name, spec)).collect()
    }

    fn comparison(
        &mut self,
        study: &Study,
        cells: &[PlannedCell],
        scores: &[PlannedScore],
        name: &str,
        spec: &Comparison,
    ) -> Option<PlannedComparison> {
        let before = self.problems.len();
        let levels = self.levels(study, spec);
        self.check_names(study, name, spec);
        let levels = levels.filter(|_| self.problems.len() == before)?;
        let place = over_node(spec);
        let chosen = |evaluation: &CellEvaluation| {
            let named = spec.evaluations.as_ref().is_none_or(|names| names.iter().any(|name| name.value == evaluation.name));
            let model = &study.cells[evaluation.cell()].model;
            let said = self.scored.iter().filter(|said| said.evaluation == evaluation.name && said.model == *model);
            named && said.flat_map(|said| &said.metrics).any(|metric| spec.metrics.iter().any(|wanted| wanted.value == metric.name))
        };
        let candidates: Vec<usize> = (0..scores.len()).filter(|score| chosen(&study.evaluations[scores[*score].evaluation])).collect();
        let families = families(study, scores, &candidates, &levels);
        if families.is_empty() && self.request.only.is_empty() {
            let message = format!("`{name}` compares nothing: no two cells of one evaluation differ only in `{}`", levels.over);
            self.problems.push(Problem::at(place, message).help("compare levels of an axis, or models, that one evaluation scores"));
        }
        for family in &families {
            if let Some(reason) = self.differ(study, cells, scores, family) {
                let sides: Vec<String> = family.sides.iter().map(|(_, level)| format!("`{level}`")).collect();
                let message = format!("`{name}` cannot compare {}: {reason}", sides.join(" and "));
                self.problems
                    .push(Problem::at(place, message).help("a comparison is paired: give all sides predictions about the same items"));
            }
        }
        Some(PlannedComparison {
            name: name.to_owned(),
            over: levels.over,
            metrics: spec.metrics.iter().map(|metric| metric.value.clone()).collect(),
            adjust: spec.adjust,
            families,
        })
    }

    /// What is compared, or a problem for every name that means nothing.
    fn levels(&mut self, study: &Study, spec: &Comparison) -> Option<Levels> {
        let models: IndexSet<&str> = study.cells.iter().map(|cell| cell.model.as_str()).collect();
        let models = || models.iter().map(|model| (*model).to_owned()).collect::<Vec<String>>();
        let (over, known) = match &spec.over {
            Over::Models(..) => ("model".to_owned(), models()),
            Over::Axis { name, .. } if name.value == "model" => (name.value.clone(), models()),
            Over::Axis { name, .. } => match study.grid.axis(&name.value) {
                Some(axis) => (name.value.clone(), study.grid.axes[axis].levels.iter().map(|level| level.label.clone()).collect()),
                None => {
                    let help = did_you_mean(&name.value, study.grid.names().chain(["model"]));
                    self.problems.push(Problem::at(&name.node, format!("unknown axis `{}`", name.value)).help(help));
                    return None;
                }
            },
        };
        let mut place = |level: &Written<String>| {
            let found = known.iter().position(|known| *known == level.value);
            if found.is_none() {
                let message = if over == "model" {
                    format!("unknown model `{}`", level.value)
                } else {
                    format!("the axis `{over}` has no level `{}`", level.value)
                };
                let help = did_you_mean(&level.value, known.iter().map(String::as_str));
                self.problems.push(Problem::at(&level.node, message).help(help));
            }
            found
        };
        let pairs = match &spec.over {
            Over::Axis { sides: Sides::AllPairs, .. } => {
                (0..known.len()).flat_map(|from| (from + 1..known.len()).map(move |to| (from, to))).collect()
            }
            Over::Axis { sides: Sides::Baseline(baseline), .. } => {
                let from = place(baseline)?;
                (0..known.len()).filter(|to| *to != from).map(|to| (from, to)).collect()
            }
            Over::Axis { sides: Sides::FromTo(from, to), .. } | Over::Models(from, to) => match (place(from), place(to)) {
                (Some(first), Some(second)) if first == second => {
                    self.problems
                        .push(Problem::at(&to.node, format!("`{}` is compared with itself", to.value)).help("name two that differ"));
                    return None;
                }
                (first, second) => vec![(first?, second?)],
            },
        };
        Some(Levels { over, known, pairs })
    }

    /// The evaluations and columns must exist; with `--only`, those of other cells are not known.
    fn check_names(&mut self, study: &Study, name: &str, spec: &Comparison) {
        let mut wrong = Vec::new();
        for evaluation in spec.evaluations.iter().flatten() {
            if !study.evaluations.iter().any(|known| known.name == evaluation.value) {
                let known = study.evaluations.iter().map(|known| known.name.as_str());
                let help = did_you_mean(&evaluation.value, known);
                wrong.push(Problem::at(&evaluation.node, format!("unknown evaluation `{}`", evaluation.value)).help(help));
            }
        }
        if wrong.is_empty() && self.request.only.is_empty() {
            let said = self
                .scored
                .iter()
                .filter(|said| spec.evaluations.as_ref().is_none_or(|names| names.iter().any(|name| name.value == said.evaluation)));
            let columns: IndexSet<&str> = said.flat_map(|said| &said.metrics).map(|metric| metric.name.as_str()).collect();
            for metric in spec.metrics.iter().filter(|metric| !columns.contains(metric.value.as_str())) {
                let message = format!("no evaluation that `{name}` compares has the column `{}`", metric.value);
                wrong.push(Problem::at(&metric.node, message).help(did_you_mean(&metric.value, columns.iter().copied())));
            }
        }
        wrong.into_iter().for_each(|problem| self.problems.push(problem));
    }

    /// Why the sides are not about the same items, as far as that is known before anything runs.
    fn differ(&self, study: &Study, cells: &[PlannedCell], scores: &[PlannedScore], family: &Family) -> Option<String> {
        let split = |score: usize| study.evaluations[scores[score].evaluation].spec.data.as_ref().map(|split| split.value.as_str());
        let part = |part: &Part, cell: usize| match &cells[cell].source {
            Source::Imported { predictions, .. } => {
                let split = part.split.as_ref().map(|split| split.value.as_str());
                let dataset = split.and_then(|split| split.split_once('/')).map_or("", |(dataset, _)| dataset);
                let data = self.datasets.get(dataset).and_then(Option::as_ref);
                Some(imported::select(predictions, split, data))
            }
            Source::Backend(_) => None,
        };
        let imported = |score: usize| {
            let PlannedScore { evaluation, cells, .. } = &scores[score];
            let parts = study.evaluations[*evaluation].parts.iter().zip(cells).map(|(of, cell)| part(of, *cell));
            let parts: Result<Vec<_>, String> = parts.collect::<Option<_>>()?;
            Some(parts.and_then(|parts| pooled(parts).map_err(|error| error.to_string())))
        };
        let (first, _) = *family.sides.first().as_ref()?;
        let others = || family.sides.iter().skip(1).map(|(score, _)| *score);
        match family.sides.iter().map(|(score, _)| imported(*score)).collect::<Option<Result<Vec<_>, String>>>() {
            Some(Ok(predictions)) => {
                let predictions: Vec<_> = predictions.iter().map(|predictions| &**predictions).collect();
                let error = align(&predictions).err()?.to_string();
                Some(error.strip_prefix("the sides cannot be compared: ").map(str::to_owned).unwrap_or(error))
            }
            Some(Err(reason)) => Some(reason),
            None => others().find(|other| split(*other) != split(*first)).map(|other| {
                let named = |score| split(score).unwrap_or("no split").to_owned();
                format!("`{}` and `{}` hold different items", named(*first), named(other))
            }),
        }
    }
}

/// Where what is compared is written.
fn over_node(spec: &Comparison) -> &Node {
    match &spec.over {
        Over::Axis { name, .. } => &name.node,
        Over::Models(first, _) => &first.node,
    }
}

/// What the sides of a family share: the evaluation, the model (nothing where models are compared), and the other axes.
type Common<'s> = (&'s str, &'s str, Point);

/// A score and its level of what is compared.
type Member = (usize, usize);

/// The pairs that agree on all but what is compared. An axis that only one of two models spans is no disagreement.
fn families(study: &Study, scores: &[PlannedScore], candidates: &[usize], levels: &Levels) -> Vec<Family> {
    let axis = study.grid.axis(&levels.over).filter(|_| levels.over != "model");
    let of = |score: usize| &study.evaluations[scores[score].evaluation];
    let model = |score: usize| study.cells[of(score).cell()].model.as_str();
    let level = |score: usize| match axis {
        Some(axis) => of(score).point.level(axis),
        None => levels.known.iter().position(|known| known == model(score)),
    };
    let compared: Vec<Member> = candidates
        .iter()
        .filter_map(|score| Some((*score, level(*score)?)))
        .filter(|(_, level)| levels.pairs.iter().any(|(from, to)| from == level || to == level))
        .collect();
    let shared: Vec<usize> = (0..study.grid.axes.len())
        .filter(|other| Some(*other) != axis && compared.iter().all(|(score, _)| of(*score).point.level(*other).is_some()))
        .collect();
    let mut alike: IndexMap<Common<'_>, Vec<Member>> = IndexMap::new();
    for (score, level) in compared {
        let kept = if axis.is_some() { model(score) } else { "" };
        alike.entry((of(score).name.as_str(), kept, of(score).point.onto(&shared))).or_default().push((score, level));
    }
    let agree = |a: usize, b: usize| {
        let (a, b) = (&of(a).point, &of(b).point);
        a.axes().all(|other| Some(other) == axis || b.level(other).is_none_or(|level| a.level(other) == Some(level)))
    };
    let family = |members: Vec<Member>| {
        let mut family = Family::default();
        for (from, to) in &levels.pairs {
            let at = |level: usize| members.iter().filter(move |member| member.1 == level).map(|member| member.0);
            for (first, second) in at(*from).flat_map(|first| at(*to).map(move |second| (first, second))) {
                if agree(first, second) {
                    let first = family.side(first, &levels.known[*from]);
                    let second = family.side(second, &levels.known[*to]);
                    family.pairs.push((first, second));
                }
            }
        }
        family
    };
    alike.into_values().map(family).filter(|family| !family.pairs.is_empty()).collect()
}

impl Family {
    fn side(&mut self, score: usize, level: &str) -> usize {
        self.sides.iter().position(|(known, _)| *known == score).unwrap_or_else(|| {
            self.sides.push((score, level.to_owned()));
            self.sides.len() - 1
        })
    }
}
