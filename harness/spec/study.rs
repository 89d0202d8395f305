//! A study: one spec file, expanded over its grid.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::card::DataUse;
use super::cell::{Cell, CellEvaluation, cell_name, cells, check_name, evaluations};
use super::compare::Comparison;
use super::decode::{Decode, Fields, expected};
use super::evaluation::MetricCall;
use super::file::{Setting, read};
use super::folds::{as_written, of_fold};
use super::grid::{Grid, check_version, unresolved};
use super::model::Model;
use super::node::{Key, Node, Value};
use super::problem::{Problem, Problems, SpecError, did_you_mean, is_near};
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
    /// Whether no dataset is declared: splits are then those that files of predictions name themselves.
    of_files: bool,
    /// The axes.
    pub grid: Grid,
    /// Every model at every point that it spans.
    pub cells: Vec<Cell>,
    /// Every evaluation of every cell, at every point that the two span together.
    pub evaluations: Vec<CellEvaluation>,
    /// The metrics of evaluations whose models are all written wrongly.
    pub unscored: Vec<MetricCall>,
    /// How intervals are made, where an evaluation does not say otherwise.
    pub uncertainty: Uncertainty,
    /// What is set against what, by name.
    pub compare: IndexMap<String, Comparison>,
    /// The entries of `compare` that are written wrongly: what they would say is not known.
    pub unread: Vec<String>,
    /// Tables, what is averaged and pooled in them, and tolerances.
    pub layout: Layout,
    /// Which parts are read without a mistake.
    pub read: Read,
}

/// Which parts of a study are read without a mistake, so that others can be held against them.
#[derive(Clone, Copy, Debug)]
pub struct Read {
    /// The axes, and the data whose folds are one.
    pub grid: bool,
    /// These, the models and the evaluations: what there will be numbers of.
    pub results: bool,
    /// The tables, and all that says what they show.
    pub layout: bool,
}

impl Study {
    /// Reads a study with all that it includes.
    ///
    /// # Errors
    /// Every mistake that the files alone show.
    pub fn read(path: &Path, settings: &[Setting]) -> Result<Self, SpecError> {
        let mut problems = Problems::default();
        let study = Self::read_with(path, settings, &mut problems);
        problems.check(study)
    }

    /// Reads a study with all that it includes. Where the files alone show mistakes, each is a problem and the answer is what can be read
    /// nevertheless, so that a plan of that finds the mistakes that only the data show.
    pub fn read_with(path: &Path, settings: &[Setting], problems: &mut Problems) -> Option<Self> {
        let root = read(path, None, settings, problems)?;
        Self::decode(path, &root, settings, problems)
    }

    fn decode(path: &Path, root: &Node, settings: &[Setting], problems: &mut Problems) -> Option<Self> {
        if root.get("fairgrid_card").is_some() && root.get("fairgrid").is_none() {
            problems
                .push(Problem::at(root, "this is a card and no study").help("`fairgrid data` takes a card; a study names it under `data`"));
            return None;
        }
        // What is wrong with some parts makes nothing else unknown, or tables alone.
        let (mut aside, mut of_tables, mut of_compare) = (Problems::default(), Problems::default(), Problems::default());
        let mut fields = Fields::of(root, problems, "a study")?;
        let earlier = problems.len();
        check_version(&mut fields, "fairgrid", problems);
        let name = fields.required_with("study", &mut aside, |node, problems| name_of(node, path, problems));
        let title = fields.optional("title", &mut aside);
        let tags = fields.optional("tags", &mut aside);
        let declared = fields.optional_with("data", problems, datasets).unwrap_or_default();
        let grid_node = fields.node("grid");
        let dealt: Vec<_> = declared.iter().filter_map(|(name, data)| Some((name.as_str(), data.as_ref()?.folds.as_ref()?))).collect();
        let exclude = fields.node("exclude");
        let mut grid = Grid::decode(grid_node, exclude, &dealt, problems);
        if declared.values().any(|data| data.as_ref().is_none_or(|data| data.folds.is_none() && data.node.get("folds").is_some())) {
            grid.miss_folds();
        }
        let uncertainty: Option<Uncertainty> = fields.optional("uncertainty", problems);
        let uncertain = fields.node("uncertainty");
        let models = fields.required_with("models", problems, entries);
        let evaluate = fields.required_with("evaluate", problems, entries);
        let compared = fields.optional_with("compare", &mut of_compare, comparisons);
        let is_listed = of_compare.is_empty() || compared.is_some();
        let (read, unread): (Vec<_>, Vec<_>) = compared.unwrap_or_default().into_iter().partition(|(_, comparison)| comparison.is_some());
        let compare = read.into_iter().filter_map(|(name, comparison)| Some((name, comparison?))).collect();
        let unread = unread.into_iter().map(|(name, _)| name).collect();
        let layout = Layout::take(&mut fields, &mut of_tables, &mut aside);
        // A key that nobody knows may have been meant for one that others hang on; for a title it is not.
        let is_near_one = |key: &str, names: &[&str]| names.iter().any(|name| is_near(key, name));
        let is_known = fields.strangers().all(|key| is_near_one(key, &["study", "title", "tags"]));
        if fields.strangers().any(|key| is_near_one(key, &["data", "grid", "exclude", "models", "evaluate"])) {
            fields.finish(problems);
            [aside, of_compare, of_tables].into_iter().flatten().for_each(|problem| problems.push(problem));
            return None;
        }
        fields.finish(&mut aside);
        uncertain.into_iter().for_each(|node| check_included(node, &grid, &mut aside));

        let before = problems.len();
        let cells = cells(&grid, models.as_deref().unwrap_or_default(), problems);
        if let Some(exclude) = exclude.filter(|_| cells.is_empty() && problems.len() == before && grid.is_empty()) {
            problems.push(Problem::at(exclude, "this leaves no cell to score").help("leave some combination of levels in"));
        }
        let parts = models.iter().chain(&evaluate).flatten().map(|(_, node)| node);
        check_axes_used(&grid, grid_node, parts, &mut aside);
        let pooled: Vec<usize> = layout.pool.iter().filter_map(|mention| grid.axis(&mention.name)).collect();
        let (evaluations, unscored) =
            evaluations(&grid, &cells, models.as_deref(), evaluate.as_deref().unwrap_or_default(), &pooled, problems);
        let mut study = Self {
            name: name.unwrap_or_else(|| stem(path).to_owned()),
            title: title.unwrap_or_default(),
            tags: tags.unwrap_or_default(),
            path: path.to_owned(),
            settings: settings.iter().map(Setting::text).collect(),
            data: IndexMap::new(),
            of_files: declared.is_empty(),
            read: Read { grid: grid.is_read(), results: false, layout: is_known && is_listed && of_tables.is_empty() },
            grid,
            cells,
            evaluations,
            unscored,
            uncertainty: uncertainty.unwrap_or_default(),
            compare,
            unread,
            layout,
        };
        study.check_splits(&declared, problems);
        study.read.results = is_known && problems.len() == earlier;
        [aside, of_compare, of_tables].into_iter().flatten().for_each(|problem| problems.push(problem));
        study.data = declared.into_iter().filter_map(|(name, data)| Some((name, data?))).collect();
        Some(study)
    }

    /// `model,axis=level,…` of what an evaluation scores: the name of its cell, less what is pooled.
    pub fn name_of(&self, evaluation: &CellEvaluation) -> String {
        let cell = &self.cells[evaluation.cell()];
        let own: Vec<usize> = evaluation.point.axes().filter(|axis| cell.point.level(*axis).is_some()).collect();
        cell_name(&self.grid, &cell.model, &evaluation.point.onto(&own))
    }

    /// A dataset, or the one that a fold is of.
    pub fn dataset(&self, name: &str) -> Option<&DataUse> {
        self.data.get(of_fold(name).0)
    }

    /// Wherever `dataset/split` is named.
    pub fn naming<'s>(&'s self, split: &'s str) -> impl Iterator<Item = &'s Node> {
        let trains = self.cells.iter().filter_map(|cell| if let Model::Backend(model) = &cell.spec { model.train.as_ref() } else { None });
        let of_models = trains.flat_map(|train| train.validate.iter().map(|validate| &validate.data).chain([&train.data]));
        let parts = self.evaluations.iter().flat_map(|evaluation| &evaluation.parts);
        let of_parts = parts.flat_map(|part| part.split.iter().chain(&part.fitting));
        let named = of_models.map(|name| (name.to_string(), &name.node)).chain(of_parts.map(|name| (name.value.clone(), &name.node)));
        named.filter(move |(name, _)| name == split).map(|(_, node)| node)
    }

    /// Whether `dataset/split` is of a dataset; else it is a split that imported predictions name themselves.
    pub fn is_of_dataset(&self, split: &str) -> bool {
        !self.of_files && split.contains('/')
    }

    /// Every split that is named must be of a dataset that is declared, and a test split must not teach.
    fn check_splits(&self, declared: &Datasets, problems: &mut Problems) {
        for cell in &self.cells {
            if let Model::Backend(model) = &cell.spec
                && let Some(train) = &model.train
            {
                check_split(declared, &train.data.to_string(), &train.data.node, problems);
                check_teaches(&train.data.to_string(), &train.data.node, problems);
                if let Some(validate) = &train.validate {
                    check_split(declared, &validate.data.to_string(), &validate.data.node, problems);
                    check_teaches(&validate.data.to_string(), &validate.data.node, problems);
                }
            }
        }
        for evaluation in &self.evaluations {
            // A study without datasets audits files that name their splits themselves.
            let of_file = self.of_files && matches!(self.cells[evaluation.cell()].spec, Model::Predictions(_));
            let scored = || evaluation.parts.iter().filter_map(|part| part.split.as_ref());
            if !of_file {
                scored().for_each(|split| check_split(declared, &split.value, &split.node, problems));
            }
            for part in &evaluation.parts {
                for split in &part.fitting {
                    if part.split.is_some() && !of_file {
                        check_split(declared, &split.value, &split.node, problems);
                    }
                    let before = problems.len();
                    check_teaches(&split.value, &split.node, problems);
                    if problems.len() > before {
                        continue;
                    }
                    if part.split.as_ref().is_some_and(|scored| scored.value == split.value) {
                        problems.push(
                            Problem::at(&split.node, format!("`{}` cannot choose a rule for its own evaluation", as_written(&split.value)))
                                .help("fit on another split, as `…/validation`"),
                        );
                    }
                }
            }
        }
    }
}

/// What the intervals of means include must be axes.
fn check_included(uncertainty: &Node, grid: &Grid, problems: &mut Problems) {
    let Some(include) = uncertainty.get("include") else { return };
    let names: &[Node] = if let Value::List(names) = &include.value { names } else { std::slice::from_ref(include) };
    for name in names {
        if let Value::Text(text) = &name.value
            && grid.lacks(text)
        {
            let help = did_you_mean(text, grid.names());
            problems.push(Problem::at(name, format!("`{text}` names no axis of `grid`")).help(help));
        }
    }
}

/// An axis that nothing mentions would change nothing.
fn check_axes_used<'a>(grid: &Grid, written: Option<&Node>, parts: impl Iterator<Item = &'a Node>, problems: &mut Problems) {
    // Where a mention is of no axis, which was told, it may have been meant for one that nothing else mentions.
    let mut unknown = Problems::default();
    let used: Vec<usize> = parts.flat_map(|part| grid.mentions(part, &mut unknown)).collect();
    if !unknown.is_empty() {
        return;
    }
    let unused = grid.axes.iter().enumerate().filter(|(index, _)| !used.contains(index) && !grid.is_of_folds(*index));
    for (_, axis) in unused {
        if let Some(levels) = written.and_then(|written| written.get(&axis.name)) {
            problems.push(
                Problem::at(levels, format!("no model and no evaluation mentions the axis `{}`", axis.name))
                    .help(format!("write `${}` where it belongs, or remove the axis", axis.name)),
            );
        }
    }
}

/// The datasets as declared; `None` where one is declared wrongly.
type Datasets = IndexMap<String, Option<DataUse>>;

fn datasets(node: &Node, problems: &mut Problems) -> Option<Datasets> {
    let Value::Map(entries) = &node.value else { return expected(node, problems, "a map of datasets") };
    for (key, _) in entries {
        check_name(key, problems);
    }
    Some(entries.iter().map(|(key, node)| (key.text.clone(), DataUse::decode(node, problems))).collect())
}

/// The entries as written; `None` where one is written wrongly.
fn comparisons(node: &Node, problems: &mut Problems) -> Option<IndexMap<String, Option<Comparison>>> {
    let Value::Map(entries) = &node.value else { return expected(node, problems, "a map of comparisons") };
    for (key, _) in entries {
        check_name(key, problems);
    }
    Some(entries.iter().map(|(key, node)| (key.text.clone(), Comparison::decode(node, problems))).collect())
}

fn check_split(declared: &Datasets, name: &str, node: &Node, problems: &mut Problems) {
    // What a wrong `$axis` stands for is not known, and was told.
    if !unresolved(node).is_empty() {
        return;
    }
    let Some((dataset, split)) = name.split_once('/') else {
        problems.push(Problem::at(node, format!("expected a split, as `dataset/split`, found `{name}`")));
        return;
    };
    let Some(data) = declared.get(of_fold(dataset).0) else {
        let help = did_you_mean(dataset, declared.keys().map(String::as_str));
        problems.push(Problem::at(node, format!("unknown dataset `{dataset}`")).help(help));
        return;
    };
    // Splits that a column names are known only when the data are opened.
    let Some(known) = data.as_ref().and_then(DataUse::split_names) else { return };
    if !known.iter().any(|name| name == split) {
        let help = did_you_mean(split, known.iter().map(String::as_str));
        problems.push(Problem::at(node, format!("the dataset `{dataset}` has no split `{split}`")).help(help));
    }
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
    let stem = stem(path);
    if name != stem {
        problems.push(
            Problem::at(node, format!("the study is called `{name}` and its file `{stem}`"))
                .help(format!("write `study: {stem}`, or rename the file to `{name}.yaml`")),
        );
    }
    Some(name)
}

fn stem(path: &Path) -> &str {
    path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default()
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
