//! A study: one spec file, expanded over its grid.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::card::DataUse;
use super::decode::{Decode, Fields, one_or_many};
use super::evaluation::{Cut, Evaluation, Rule, Written};
use super::file::{Setting, read};
use super::grid::{Grid, Point, check_version};
use super::model::Model;
use super::node::{Key, Node, Value};
use super::problem::{Problem, Problems, SpecError, did_you_mean};
use super::table::Layout;
use super::uncertainty::Uncertainty;

/// A spec file, read and checked as far as the file alone can tell.
#[derive(Debug)]
pub struct Study {
    /// The file's stem.
    pub name: String,
    /// One line, for people.
    pub title: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Where it was read.
    pub path: PathBuf,
    /// The `--set` overrides, as written.
    pub settings: Vec<String>,
    /// The datasets by name.
    pub data: IndexMap<String, DataUse>,
    /// The axes.
    pub grid: Grid,
    /// Every model at every point that it spans.
    pub cells: Vec<Cell>,
    /// Every evaluation of every cell, at every point that the two span together.
    pub evaluations: Vec<CellEvaluation>,
    /// How intervals are made, where an evaluation does not say otherwise.
    pub uncertainty: Uncertainty,
    /// Tables, what is averaged and pooled in them, and tolerances.
    pub layout: Layout,
}

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
}

/// An evaluation of a cell.
#[derive(Clone, Debug)]
pub struct CellEvaluation {
    /// The evaluation's name.
    pub name: String,
    /// The cell, as an index into [`Study::cells`].
    pub cell: usize,
    /// The point of the cell's axes and those that the evaluation mentions.
    pub point: Point,
    /// What is computed.
    pub spec: Evaluation,
    /// The same as it was written, after substitution: part of the result's key.
    pub written: serde_json::Value,
}

impl Study {
    /// Reads a study with all that it includes. Every mistake that the files alone show is in the error.
    pub fn read(path: &Path, settings: &[Setting]) -> Result<Self, SpecError> {
        let root = read(path, settings)?;
        let mut problems = Problems::default();
        let study = Self::decode(path, &root, settings, &mut problems);
        problems.check(study)
    }

    fn decode(path: &Path, root: &Node, settings: &[Setting], problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(root, problems, "a study")?;
        check_version(&mut fields, "fairgrid", problems);
        let name = fields.required_with("study", problems, |node, problems| name_of(node, path, problems));
        let title = fields.optional("title", problems);
        let tags = fields.optional("tags", problems);
        let data: Option<IndexMap<String, DataUse>> = fields.optional("data", problems);
        let grid_node = fields.node("grid");
        let grid = Grid::decode(grid_node, fields.node("exclude"), problems);
        let uncertainty: Option<Uncertainty> = fields.optional("uncertainty", problems);
        let models = fields.required_with("models", problems, entries);
        let evaluate = fields.required_with("evaluate", problems, entries);
        let layout = Layout::take(&mut fields, problems);
        fields.finish(problems);

        let cells = cells(&grid, models.as_deref().unwrap_or_default(), problems);
        let evaluations = evaluations(&grid, &cells, models.as_deref(), evaluate.as_deref().unwrap_or_default(), problems);
        let study = Self {
            name: name?,
            title: title.unwrap_or_default(),
            tags: tags.unwrap_or_default(),
            path: path.to_owned(),
            settings: settings.iter().map(Setting::text).collect(),
            data: data.unwrap_or_default(),
            grid,
            cells,
            evaluations,
            uncertainty: uncertainty.unwrap_or_default(),
            layout,
        };
        study.check_splits(problems);
        study.check_axes_used(grid_node, problems);
        Some(study)
    }

    /// Whether `dataset/split` is of a declared dataset; else it can only be a split that imported predictions name themselves.
    pub fn is_of_dataset(&self, split: &str) -> bool {
        split.split_once('/').is_some_and(|(dataset, _)| self.data.contains_key(dataset))
    }

    /// An axis that nothing mentions would change nothing.
    fn check_axes_used(&self, grid: Option<&Node>, problems: &mut Problems) {
        for (index, axis) in self.grid.axes.iter().enumerate() {
            let used = self.evaluations.iter().any(|evaluation| evaluation.point.level(index).is_some())
                || self.cells.iter().any(|cell| cell.point.level(index).is_some());
            if let (false, Some(grid)) = (used, grid) {
                let written = grid.get(&axis.name).unwrap_or(grid);
                problems.push(
                    Problem::at(written, format!("no model and no evaluation mentions the axis `{}`", axis.name))
                        .help(format!("write `${}` where it belongs, or remove the axis", axis.name)),
                );
            }
        }
    }

    /// Every split that is named must be of a dataset that is declared, and a test split must not teach.
    fn check_splits(&self, problems: &mut Problems) {
        for cell in &self.cells {
            if let Model::Backend(model) = &cell.spec
                && let Some(train) = &model.train
            {
                self.check_split(&train.data.to_string(), &train.data.node, problems);
                check_teaches(&train.data.to_string(), &train.data.node, problems);
            }
        }
        for evaluation in &self.evaluations {
            let scored = evaluation.spec.data.as_ref();
            if let Some(split) = scored {
                self.check_split(&split.value, &split.node, problems);
            }
            for split in fitting_splits(&evaluation.spec) {
                if scored.is_some() {
                    self.check_split(&split.value, &split.node, problems);
                }
                check_teaches(&split.value, &split.node, problems);
                if scored.is_some_and(|scored| scored.value == split.value) {
                    problems.push(
                        Problem::at(&split.node, format!("`{}` cannot choose a rule for its own evaluation", split.value))
                            .help("fit on another split, as `…/validation`"),
                    );
                }
            }
        }
    }

    fn check_split(&self, name: &str, node: &Node, problems: &mut Problems) {
        let Some((dataset, split)) = name.split_once('/') else {
            problems.push(Problem::at(node, format!("expected a split, as `dataset/split`, found `{name}`")));
            return;
        };
        let Some(data) = self.data.get(dataset) else {
            let help = did_you_mean(dataset, self.data.keys().map(String::as_str));
            problems.push(Problem::at(node, format!("unknown dataset `{dataset}`")).help(help));
            return;
        };
        // Splits that a column names are known only when the data are opened.
        let Some(known) = data.split_names() else { return };
        if !known.iter().any(|name| name == split) {
            let help = did_you_mean(split, known.iter().map(String::as_str));
            problems.push(Problem::at(node, format!("the dataset `{dataset}` has no split `{split}`")).help(help));
        }
    }
}

/// The splits that decision rules of an evaluation are fitted on.
pub fn fitting_splits(evaluation: &Evaluation) -> impl Iterator<Item = &Written<String>> {
    evaluation.decide.iter().filter_map(|decide| match &decide.rule {
        Rule::Threshold { cut: Cut::Fitted(goal), .. } => Some(&goal.split),
        _ => None,
    })
}

fn check_teaches(name: &str, node: &Node, problems: &mut Problems) {
    let split = name.split_once('/').map_or(name, |(_, split)| split);
    if split == "test" || split.starts_with("test_") {
        problems.push(
            Problem::at(node, format!("`{name}` is a test split: nothing may be fitted, chosen or stopped on it"))
                .help("use a train or validation split"),
        );
    }
}

fn name_of(node: &Node, path: &Path, problems: &mut Problems) -> Option<String> {
    let name = String::decode(node, problems)?;
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    if name != stem {
        problems.push(
            Problem::at(node, format!("the study is called `{name}` and its file `{stem}`"))
                .help(format!("write `study: {stem}`, or rename the file to `{name}.yaml`")),
        );
    }
    Some(name)
}

fn entries(node: &Node, problems: &mut Problems) -> Option<Vec<(Key, Node)>> {
    match &node.value {
        Value::Map(entries) if !entries.is_empty() => Some(entries.clone()),
        _ => {
            problems.push(Problem::at(node, format!("expected a map with at least one entry, found {}", node.kind())));
            None
        }
    }
}

fn check_name(key: &Key, problems: &mut Problems) {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if !key.text.starts_with(|first: char| first.is_ascii_alphanumeric()) || !key.text.chars().all(fits) || key.text.len() > 80 {
        let message = format!("`{}` is not a name: at most 80 letters, digits, `_`, `-` and `.`, a letter or digit first", key.text);
        problems.push(Problem::at_place(&key.place, message));
    }
}

fn cells(grid: &Grid, models: &[(Key, Node)], problems: &mut Problems) -> Vec<Cell> {
    let mut cells = Vec::new();
    for (key, node) in models {
        check_name(key, problems);
        let axes = grid.mentions(node, problems);
        for point in grid.points(&axes) {
            let substituted = grid.substitute(node, &point, problems);
            if let Some(spec) = Model::decode(&substituted, problems) {
                cells.push(Cell { name: cell_name(grid, &key.text, &point), model: key.text.clone(), point, spec });
            }
        }
    }
    cells
}

/// `model,axis=level,…`.
pub fn cell_name(grid: &Grid, model: &str, point: &Point) -> String {
    let coordinates = grid.coordinates(point).into_iter().map(|(axis, level)| format!(",{axis}={level}"));
    std::iter::once(model.to_owned()).chain(coordinates).collect()
}

fn evaluations(
    grid: &Grid,
    cells: &[Cell],
    models: Option<&[(Key, Node)]>,
    evaluate: &[(Key, Node)],
    problems: &mut Problems,
) -> Vec<CellEvaluation> {
    let mut evaluations = Vec::new();
    for (key, node) in evaluate {
        check_name(key, problems);
        let chosen: Option<Vec<String>> = node.get("models").and_then(|models| one_or_many(models, problems));
        if let (Some(chosen), Some(models)) = (&chosen, models) {
            for name in chosen.iter().filter(|name| !models.iter().any(|(key, _)| key.text == **name)) {
                let written = node.get("models").unwrap_or(node);
                let known = models.iter().map(|(key, _)| key.text.as_str());
                problems.push(Problem::at(written, format!("unknown model `{name}`")).help(did_you_mean(name, known)));
            }
        }
        let own = grid.mentions(node, problems);
        for (index, cell) in cells.iter().enumerate() {
            if chosen.as_ref().is_some_and(|chosen| !chosen.contains(&cell.model)) {
                continue;
            }
            for point in grid.extend(&cell.point, &own) {
                let substituted = grid.substitute(node, &point, problems);
                if let Some(spec) = Evaluation::decode(&substituted, problems) {
                    evaluations.push(CellEvaluation { name: key.text.clone(), cell: index, point, spec, written: substituted.to_json() });
                }
            }
        }
    }
    evaluations
}
