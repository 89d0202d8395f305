//! What a study is expanded to: its models and evaluations at the points of its grid.

use indexmap::IndexMap;
use indexmap::map::Entry;

use super::decode::{Decode, one_or_many};
use super::evaluation::{Evaluation, MetricCall, Written};
use super::folds::as_written;
use super::grid::{Grid, Point, unresolved};
use super::model::Model;
use super::node::{Key, Node};
use super::problem::{Problem, Problems, did_you_mean};
use super::source::Place;

/// A model at one point.
#[derive(Clone, Debug)]
pub struct Cell {
    /// `small_cnn` or `small_cnn,loss=focal(gamma=2),seed=0`: unique in the study.
    pub name: String,
    /// The model's name.
    pub model: String,
    /// The point of the axes that the model mentions.
    pub point: Point,
    /// What runs.
    pub spec: Model,
    /// What tells its draw of training items apart from those of other cells: `focus=B`, of the axes that `sample` mentions and does not
    /// nest over. Empty where it draws none.
    pub draw: String,
}

/// An evaluation of a cell, or of several whose predictions are pooled.
#[derive(Clone, Debug)]
pub struct CellEvaluation {
    /// The evaluation's name.
    pub name: String,
    /// What is scored together: one part, or one for each level of what is pooled.
    pub parts: Vec<Part>,
    /// The point of the cells' axes and those that the evaluation mentions, less those that are pooled.
    pub point: Point,
    /// What is computed.
    pub spec: Evaluation,
    /// The same as it was written, after substitution: part of the result's key.
    pub written: serde_json::Value,
}

/// What an evaluation takes of one cell.
#[derive(Clone, Debug)]
pub struct Part {
    /// The cell, as an index into [`super::study::Study::cells`].
    pub cell: usize,
    /// The split; `None` where the predictions bring their own labels.
    pub split: Option<Written<String>>,
    /// The splits that its rules and calibration are fitted on, in the order of [`Evaluation::fitting_splits`].
    pub fitting: Vec<Written<String>>,
    /// The levels of what is pooled, `fold=2`; empty where nothing is.
    pub fold: String,
}

impl CellEvaluation {
    /// The cell that stands for all: its model is that of the others.
    pub fn cell(&self) -> usize {
        self.parts[0].cell
    }

    /// The split as it is written, for results: the fold is a column of its own there. Empty where there is none.
    pub fn data(&self) -> String {
        self.spec.data.as_ref().map(|split| as_written(&split.value)).unwrap_or_default()
    }
}

/// Every model at every point of the axes that it mentions.
pub(super) fn cells(grid: &Grid, models: &[(Key, Node)], problems: &mut Problems) -> Vec<Cell> {
    let mut cells = Vec::new();
    for (key, node) in models {
        check_name(key, problems);
        let axes = grid.mentions(node, problems);
        for point in grid.points(&axes) {
            let substituted = grid.substitute(node, &point, problems);
            // What a wrong `$axis` stands for is not known, and was told.
            let unresolved = unresolved(&substituted);
            let mut found = Problems::default();
            let spec = Model::decode(&substituted, &mut found);
            tell_beside(&unresolved, found, problems);
            if let (Some(spec), true) = (spec, unresolved.is_empty()) {
                let draw = draw_key(grid, node, &point, &spec, problems);
                cells.push(Cell { name: cell_name(grid, &key.text, &point), model: key.text.clone(), point, spec, draw });
            }
        }
    }
    cells
}

/// Tells what was found, but for what stands where a `$axis` is wrong, which was told.
fn tell_beside(unresolved: &[Place], found: Problems, problems: &mut Problems) {
    let others = found.into_iter().filter(|problem| !unresolved.iter().any(|place| problem.is_at(place)));
    others.for_each(|problem| problems.push(problem));
}

/// Axes that only the rest of the model mentions do not count: models that differ in their loss learn from the same items.
fn draw_key(grid: &Grid, model: &Node, point: &Point, spec: &Model, problems: &mut Problems) -> String {
    let sample = match spec {
        Model::Backend(model) => model.train.as_ref().and_then(|train| train.sample.as_ref()),
        Model::Predictions(_) => None,
    };
    let (Some(sample), Some(train)) = (sample, model.get("train")) else { return String::new() };
    for name in sample.nested_over.iter().filter(|name| grid.lacks(&name.text)) {
        let help = did_you_mean(&name.text, grid.names());
        problems.push(Problem::at(&name.node, format!("`{}` names no axis of `grid`", name.text)).help(help));
    }
    let mut axes = grid.mentions(train.get("sample").unwrap_or(train), problems);
    axes.retain(|axis| sample.nested_over.iter().all(|name| grid.axis(&name.text) != Some(*axis)));
    levels(grid, &point.onto(&axes)).join(",")
}

/// `axis=level` of every axis of a point.
fn levels(grid: &Grid, point: &Point) -> Vec<String> {
    grid.coordinates(point).into_iter().map(|(axis, level)| format!("{axis}={level}")).collect()
}

/// `model,axis=level,…`.
pub fn cell_name(grid: &Grid, model: &str, point: &Point) -> String {
    [vec![model.to_owned()], levels(grid, point)].concat().join(",")
}

/// Every evaluation of every cell, at every point of the axes that the two mention and that are not pooled; and the metrics of evaluations
/// that have no cell, as their models are wrong.
pub(super) fn evaluations(
    grid: &Grid,
    cells: &[Cell],
    models: Option<&[(Key, Node)]>,
    evaluate: &[(Key, Node)],
    pooled: &[usize],
    problems: &mut Problems,
) -> (Vec<CellEvaluation>, Vec<MetricCall>) {
    let mut unscored: Vec<MetricCall> = Vec::new();
    let kept: Vec<usize> = (0..grid.axes.len()).filter(|axis| !pooled.contains(axis)).collect();
    let mut evaluations: IndexMap<(&str, &str, Point), CellEvaluation> = IndexMap::new();
    for (key, node) in evaluate {
        check_name(key, problems);
        let chosen: Option<Vec<Written<String>>> = node.get("models").and_then(|models| one_or_many(models, problems));
        if let (Some(chosen), Some(models)) = (&chosen, models) {
            for unknown in chosen.iter().filter(|chosen| !models.iter().any(|(key, _)| key.text == chosen.value)) {
                let known = models.iter().map(|(key, _)| key.text.as_str());
                let message = format!("unknown model `{}`", unknown.value);
                problems.push(Problem::at(&unknown.node, message).help(did_you_mean(&unknown.value, known)));
            }
        }
        let own = grid.mentions(node, problems);
        let chosen_cell = |cell: &Cell| chosen.as_ref().is_none_or(|chosen| chosen.iter().any(|chosen| chosen.value == cell.model));
        if !cells.iter().any(chosen_cell) {
            // Its models are wrong, and told about; what is wrong with itself is told in the same breath.
            for point in grid.points(&own) {
                let whole = grid.substitute(node, &point, problems);
                let mut found = Problems::default();
                unscored.extend(Evaluation::decode(&whole, &mut found).into_iter().flat_map(|evaluation| evaluation.metrics));
                tell_beside(&unresolved(&whole), found, problems);
            }
        }
        for (index, cell) in cells.iter().enumerate() {
            if !chosen_cell(cell) {
                continue;
            }
            for point in grid.extend(&cell.point, &own) {
                let whole = grid.substitute(node, &point, problems);
                let split = Evaluation::split(&whole).and_then(|data| Written::decode(data, &mut Problems::default()));
                // What is wrong with the evaluation is told below.
                let here = Evaluation::decode(&whole, &mut Problems::default());
                let fitting = here.iter().flat_map(Evaluation::fitting_splits).cloned().collect();
                let fold = levels(grid, &point.onto(pooled)).join(",");
                let part = Part { cell: index, split, fitting, fold };
                let point = point.onto(&kept);
                match evaluations.entry((&key.text, &cell.model, point.clone())) {
                    Entry::Occupied(mut known) => known.get_mut().parts.push(part),
                    Entry::Vacant(unknown) => {
                        let substituted = grid.substitute(node, &point, problems);
                        let known = unresolved(&whole);
                        let unresolved = unresolved(&substituted);
                        for place in unresolved.iter().filter(|place| !known.contains(place)) {
                            let message = "this axis is pooled: an evaluation of all its levels cannot depend on one";
                            problems.push(Problem::at_place(place, message).help("mention it in models alone, or remove it from `pool`"));
                        }
                        // What was told of another cell is still wrong here.
                        let mut found = Problems::default();
                        let spec = Evaluation::decode(&substituted, &mut found);
                        tell_beside(&unresolved, found, problems);
                        if let Some(spec) = spec {
                            let (name, written) = (key.text.clone(), substituted.to_json());
                            unknown.insert(CellEvaluation { name, parts: vec![part], point, spec, written });
                        }
                    }
                }
            }
        }
    }
    (evaluations.into_values().collect(), unscored)
}

/// Says what is wrong with a name of a dataset, a model or an evaluation.
pub(super) fn check_name(key: &Key, problems: &mut Problems) {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if !key.text.starts_with(|first: char| first.is_ascii_alphanumeric()) || !key.text.chars().all(fits) || key.text.len() > 80 {
        let message = format!("`{}` is not a name: at most 80 letters, digits, `_`, `-` and `.`, a letter or digit first", key.text);
        problems.push(Problem::at_place(&key.place, message));
    }
}
