//! A study and its catalogues to a plan: what must run, on what, and how each result is called.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::job::{self, Ability};
use super::join::join;
use super::key::Key;
use super::options;
use super::said::{dimensions, scored};
use super::split::{Rows, rows};
use crate::backend::catalogue::{Catalogue, Entry as Installed};
use crate::data::dataset::Dataset;
use crate::data::frame::Targets;
use crate::score::predictions::Predictions;
use crate::score::scheme::{Schema, Scheme};
use crate::spec::input::Resolved;
use crate::spec::model::{BackendModel, ImportedModel, Model};
use crate::spec::predictions::Kind;
use crate::spec::problem::{Problem, Problems, SpecError, did_you_mean};
use crate::spec::study::{CellEvaluation, Study, fitting_splits};
use crate::spec::vocabulary::{Scored, Vocabulary};

/// Counts up when training would give other weights from the same job.
const TRAIN_VERSION: u32 = 1;
/// Counts up when inference would give other scores from the same job.
const PREDICT_VERSION: u32 = 1;
/// Scores are made anew whenever the code that makes them changes.
const SCORE_FINGERPRINT: &str = env!("FAIRGRID_SCORE_FINGERPRINT");

/// What is asked of a plan.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Only cells with these levels; `model` and `evaluation` count as axes.
    pub only: Vec<(String, String)>,
    /// At most this many items of each split.
    pub limit: Option<u32>,
    /// Where indices and decoded images are kept.
    pub cache: PathBuf,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The study is wrong.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// A backend that the study names is not there.
    #[error("{0}")]
    Unavailable(String),
}

/// What must run.
#[derive(Debug)]
pub struct Plan {
    /// The study.
    pub study: Study,
    /// The datasets that are used, opened.
    pub datasets: IndexMap<String, PlannedData>,
    /// The cells that were asked for.
    pub cells: Vec<PlannedCell>,
    /// Their evaluations.
    pub scores: Vec<PlannedScore>,
    /// At most this many items of each split.
    pub limit: Option<u32>,
}

/// A dataset of the plan.
#[derive(Debug)]
pub struct PlannedData {
    /// Its rows.
    pub dataset: Arc<Dataset>,
    /// The digest of its files and its card.
    pub key: Key,
    /// The rows of the splits that are used.
    pub splits: HashMap<String, Rows>,
}

/// A cell of the plan.
#[derive(Debug)]
pub struct PlannedCell {
    /// Which, as an index into the study's cells.
    pub cell: usize,
    /// Where its predictions come from.
    pub source: Source,
}

/// Where predictions come from.
#[derive(Debug)]
pub enum Source {
    /// A worker makes them.
    Backend(Work),
    /// A file holds them; they are checked already.
    Imported {
        /// The digest of the file and the columns.
        key: Key,
        /// What it holds.
        predictions: Arc<Predictions>,
    },
}

/// What a worker does for a cell.
#[derive(Debug)]
pub struct Work {
    /// The backend.
    pub backend: Installed,
    /// In this order.
    pub steps: Vec<Step>,
}

/// Training, or predictions for a split.
#[derive(Debug)]
pub struct Step {
    /// Which of the two.
    pub ability: Ability,
    /// The dataset's name.
    pub dataset: String,
    /// The split's name.
    pub split: String,
    /// Its rows.
    pub rows: Rows,
    /// How images are given.
    pub input: Resolved,
    /// The job, classes and paths aside.
    pub parameters: Value,
    /// The name of the result.
    pub key: Key,
    /// The keys of what it reads.
    pub inputs: Vec<Key>,
}

impl Step {
    /// `train` or `predict`.
    pub fn kind(&self) -> &'static str {
        self.ability.word()
    }

    /// `train fashion/train`.
    pub fn name(&self) -> String {
        format!("{} {}/{}", self.kind(), self.dataset, self.split)
    }
}

/// An evaluation of a cell of the plan.
#[derive(Debug)]
pub struct PlannedScore {
    /// Which, as an index into the study's evaluations.
    pub evaluation: usize,
    /// The cell, as an index into [`Plan::cells`].
    pub cell: usize,
    /// The name of the result.
    pub key: Key,
    /// The keys of what it reads.
    pub inputs: Vec<Key>,
}

impl Plan {
    /// Imported predictions for a split: all of them without one; beside their dataset where the split is of a declared one.
    pub fn imported(&self, predictions: &Arc<Predictions>, split: Option<&str>) -> Result<Arc<Predictions>, String> {
        let Some(name) = split else { return Ok(Arc::clone(predictions)) };
        let (dataset, split) = name.split_once('/').unwrap_or(("", name));
        let chosen = predictions.of_split(split);
        match self.datasets.get(dataset) {
            Some(data) => {
                let rows = data.splits.get(split).ok_or_else(|| format!("`{dataset}` has no split `{split}`"))?;
                join(&chosen, &data.dataset, rows).map(Arc::new)
            }
            None if chosen.is_empty() => Err(format!("there are no predictions for the split `{split}`")),
            None => Ok(Arc::new(chosen)),
        }
    }
}

/// Plans a study. Everything that can be wrong before a model runs is found here, all of it at once.
pub fn make(mut study: Study, backends: &Catalogue, request: &Request, note: &dyn Fn(String)) -> Result<Plan, PlanError> {
    let mut planner = Planner {
        backends,
        request,
        note,
        problems: Problems::default(),
        unavailable: Vec::new(),
        datasets: IndexMap::new(),
        scored: Vec::new(),
    };
    let (chosen_cells, chosen_evaluations) = choose(&study, &request.only)?;
    let mut cells = Vec::new();
    let mut positions = HashMap::new();
    let mut splits: HashMap<usize, Vec<String>> = HashMap::new();
    for &index in &chosen_evaluations {
        let evaluation = &study.evaluations[index];
        let wanted = splits.entry(evaluation.cell).or_default();
        for split in evaluation.spec.data.iter().chain(fitting_splits(&evaluation.spec)) {
            if !wanted.contains(&split.value) {
                wanted.push(split.value.clone());
            }
        }
    }
    for index in chosen_cells {
        let cell = &study.cells[index];
        let wanted = splits.get(&index).map_or(&[][..], Vec::as_slice);
        let source = match &cell.spec {
            Model::Backend(model) => planner.work(&study, model, wanted).map(Source::Backend),
            Model::Predictions(model) => planner.import(&study, index, model),
        };
        if let Some(source) = source {
            positions.insert(index, cells.len());
            cells.push(PlannedCell { cell: index, source });
        }
    }
    let mut scores = Vec::new();
    for index in chosen_evaluations {
        let Some(&cell) = positions.get(&study.evaluations[index].cell) else { continue };
        if let Some(score) = planner.score(&study, index, cell, &cells[cell].source) {
            scores.push(score);
        }
    }
    let Planner { mut problems, unavailable, datasets, scored, .. } = planner;
    if problems.is_empty() && unavailable.is_empty() && request.only.is_empty() {
        let vocabulary = Vocabulary { axes: dimensions(&study), scored };
        study.layout.check(&vocabulary, &mut problems);
        if let Some(table) = study.layout.default_table(&vocabulary) {
            study.layout.tables.insert("main".to_owned(), table);
        }
    }
    let datasets = datasets.into_iter().filter_map(|(name, data)| Some((name, data?))).collect();
    problems.check(Some(()))?;
    match unavailable.first() {
        Some(message) => Err(PlanError::Unavailable(message.clone())),
        None => Ok(Plan { study, datasets, cells, scores, limit: request.limit }),
    }
}

/// The cells and evaluations that `--only` leaves.
fn choose(study: &Study, only: &[(String, String)]) -> Result<(Vec<usize>, Vec<usize>), PlanError> {
    let mut problems = Problems::default();
    for (name, level) in only {
        let known: Vec<&str> = match name.as_str() {
            "model" => study.cells.iter().map(|cell| cell.model.as_str()).collect(),
            "evaluation" => study.evaluations.iter().map(|evaluation| evaluation.name.as_str()).collect(),
            name => match study.grid.axis(name) {
                Some(axis) => study.grid.axes[axis].levels.iter().map(|level| level.label.as_str()).collect(),
                None => {
                    let help = did_you_mean(name, study.grid.names().chain(["model", "evaluation"]));
                    problems.push(Problem {
                        message: format!("`--only {name}={level}`: there is no axis `{name}`"),
                        help: Some(help),
                        labels: Vec::new(),
                    });
                    continue;
                }
            },
        };
        if !known.contains(&level.as_str()) {
            let message = format!("`--only {name}={level}`: there is no level `{level}`");
            problems.push(Problem { message, help: Some(did_you_mean(level, known)), labels: Vec::new() });
        }
    }
    problems.check(Some(()))?;
    let admits = |model: &str, evaluation: Option<&str>, point: &crate::spec::grid::Point| {
        // Several levels of one axis are alternatives; an axis that the point lacks does not count.
        only.iter().all(|(name, _)| {
            let levels = only.iter().filter(|(other, _)| other == name).map(|(_, level)| level.as_str());
            let mut levels = levels.peekable();
            let actual = match name.as_str() {
                "model" => Some(model),
                "evaluation" => evaluation,
                name => {
                    study.grid.axis(name).and_then(|axis| point.level(axis).map(|level| study.grid.axes[axis].levels[level].label.as_str()))
                }
            };
            actual.is_none_or(|actual| levels.any(|level| level == actual))
        })
    };
    let evaluations: Vec<usize> = (0..study.evaluations.len())
        .filter(|&index| {
            let evaluation = &study.evaluations[index];
            admits(&study.cells[evaluation.cell].model, Some(&evaluation.name), &evaluation.point)
        })
        .collect();
    let mut used = vec![false; study.cells.len()];
    for &index in &evaluations {
        used[study.evaluations[index].cell] = true;
    }
    let cells =
        (0..study.cells.len()).filter(|&index| used[index] && admits(&study.cells[index].model, None, &study.cells[index].point)).collect();
    Ok((cells, evaluations))
}

struct Planner<'a> {
    backends: &'a Catalogue,
    request: &'a Request,
    note: &'a dyn Fn(String),
    problems: Problems,
    unavailable: Vec<String>,
    datasets: IndexMap<String, Option<PlannedData>>,
    /// What the evaluations will say, for the tables.
    scored: Vec<Scored>,
}

impl Planner<'_> {
    /// Opens a dataset once; what is wrong with it is told at its entry under `data:`.
    fn data(&mut self, study: &Study, name: &str) -> Option<&mut PlannedData> {
        if !self.datasets.contains_key(name) {
            let opened = study.data.get(name).and_then(|data| match Dataset::open(&data.card, &self.request.cache) {
                Ok(dataset) => {
                    if dataset.rejections > 0 {
                        let count = dataset.rejections;
                        (self.note)(format!("`{name}`: {count} rows are rejected; `fairgrid data` lists them with reasons"));
                    }
                    let key = Key::of("index", 1, &json!(dataset.digest), &[]);
                    Some(PlannedData { dataset: Arc::new(dataset), key, splits: HashMap::new() })
                }
                Err(error) => {
                    self.problems.push(Problem::at(&data.node, format!("the dataset `{name}` cannot be used: {error}")));
                    None
                }
            });
            self.datasets.insert(name.to_owned(), opened);
        }
        self.datasets.get_mut(name)?.as_mut()
    }

    /// The rows of `dataset/split`, opening the dataset where that is still to be done.
    fn rows(&mut self, study: &Study, dataset: &str, split: &str) -> Option<Rows> {
        let limit = self.request.limit;
        let data = self.data(study, dataset)?;
        if let Some(known) = data.splits.get(split) {
            return Some(Rows::clone(known));
        }
        let found = rows(&data.dataset, split, limit)?;
        data.splits.insert(split.to_owned(), Rows::clone(&found));
        Some(found)
    }

    fn work(&mut self, study: &Study, model: &BackendModel, splits: &[String]) -> Option<Work> {
        let backend = self.backend(model)?;
        options::check(model, &backend.descriptor.description, &mut self.problems);
        let first = model.train.as_ref().map(|train| train.data.dataset.as_str());
        let first = first.or_else(|| splits.first().and_then(|split| split.split_once('/')).map(|(dataset, _)| dataset))?;
        let input = self.input(study, model, first)?;
        let identity = json!({"backend": backend.descriptor.identity(), "device": model.device, "limit": self.request.limit});
        let files: Vec<Key> = [&model.file, &model.weights].into_iter().flatten().filter_map(|path| self.file(path, model)).collect();
        let mut steps = Vec::new();
        let mut network = files;
        if let Some(train) = &model.train {
            let step = self.step(study, (&train.data.dataset, &train.data.split), Ability::Train, model, &input, &identity, &network)?;
            network = vec![step.key.clone()];
            steps.push(step);
        }
        for split in splits {
            let (dataset, split) = split.split_once('/')?;
            steps.push(self.step(study, (dataset, split), Ability::Predict, model, &input, &identity, &network)?);
        }
        Some(Work { backend, steps })
    }

    /// Settles the size and channels of a model's input by the images that it sees first.
    fn input(&mut self, study: &Study, model: &BackendModel, dataset: &str) -> Option<Resolved> {
        let written = model.node.get("input").unwrap_or(&model.node);
        let resolved = self.data(study, dataset)?.dataset.resolve(&model.input);
        resolved.map_err(|error| self.problems.push(Problem::at(written, error.to_string()))).ok()
    }

    #[expect(clippy::too_many_arguments, reason = "each decides the key")]
    fn step(
        &mut self,
        study: &Study,
        (dataset, split): (&str, &str),
        ability: Ability,
        model: &BackendModel,
        input: &Resolved,
        identity: &Value,
        network: &[Key],
    ) -> Option<Step> {
        let rows = self.rows(study, dataset, split)?;
        if rows.is_empty() {
            let written = model.train.as_ref().filter(|_| ability == Ability::Train).map_or(&model.node, |train| &train.data.node);
            self.problems.push(Problem::at(written, format!("the split `{dataset}/{split}` has no items")));
            return None;
        }
        let parameters = job::parameters(model, input, ability);
        let data = self.data(study, dataset)?.key.clone();
        let inputs: Vec<Key> = std::iter::once(data).chain(network.iter().cloned()).collect();
        let version = if ability == Ability::Train { TRAIN_VERSION } else { PREDICT_VERSION };
        let augment = model.train.as_ref().filter(|_| ability == Ability::Train).map(|train| &train.augment);
        let whole = json!({"job": parameters, "split": split, "identity": identity, "augment": augment});
        let key = Key::of(ability.word(), version, &whole, &inputs.iter().collect::<Vec<_>>());
        Some(Step { ability, dataset: dataset.to_owned(), split: split.to_owned(), rows, input: input.clone(), parameters, key, inputs })
    }

    fn backend(&mut self, model: &BackendModel) -> Option<Installed> {
        match self.backends.get(&model.backend) {
            Ok(installed) => {
                let wanted = if model.train.is_some() { Ability::Train } else { Ability::Predict };
                if !installed.descriptor.description.can(wanted.word()) {
                    let message = format!("the backend `{}` cannot {}", model.backend, wanted.word());
                    let help = format!("it can {}", installed.descriptor.description.abilities.join(", "));
                    self.problems.push(Problem::at(&model.backend_node, message).help(help));
                }
                if !installed.descriptor.description.devices.contains(&model.device) {
                    let written = model.node.get("device").unwrap_or(&model.node);
                    let message = format!("the backend `{}` has no device `{}` here", model.backend, model.device);
                    self.problems.push(
                        Problem::at(written, message).help(format!("it has {}", installed.descriptor.description.devices.join(", "))),
                    );
                }
                Some(installed.clone())
            }
            Err(missing) => {
                let message = format!("{missing}; {}", missing.help());
                if !self.unavailable.contains(&message) {
                    self.unavailable.push(message);
                }
                None
            }
        }
    }

    fn file(&mut self, path: &std::path::Path, model: &BackendModel) -> Option<Key> {
        match Key::of_file(path) {
            Ok(key) => Some(key),
            Err(error) => {
                self.problems.push(Problem::at(&model.node, format!("cannot read `{}`: {error}", path.display())));
                None
            }
        }
    }

    /// Reads imported predictions, with the group columns that evaluations ask of the file itself.
    fn import(&mut self, study: &Study, cell: usize, model: &ImportedModel) -> Option<Source> {
        let own = |evaluation: &&CellEvaluation| {
            evaluation.cell == cell && !evaluation.spec.data.as_ref().is_some_and(|split| study.is_of_dataset(&split.value))
        };
        let mut fields: Vec<String> = Vec::new();
        for evaluation in study.evaluations.iter().filter(own) {
            fields.extend(evaluation.spec.fields().map(str::to_owned));
        }
        fields.sort_unstable();
        fields.dedup();
        let data = study.evaluations.iter().find(|evaluation| evaluation.cell == cell).and_then(|evaluation| evaluation.spec.data.as_ref());
        let data = data.filter(|split| study.is_of_dataset(&split.value)).and_then(|split| split.value.split_once('/'));
        let classes = match data {
            Some((dataset, _)) => Some(self.data(study, dataset)?.dataset.classes.clone()),
            None => None,
        };
        let content = match Key::of_file(&model.file) {
            Ok(key) => key,
            Err(error) => {
                self.problems.push(Problem::at(&model.file_node, format!("cannot read `{}`: {error}", model.file.display())));
                return None;
            }
        };
        match Predictions::import(&model.file, &model.columns, &fields, classes.as_deref()) {
            Ok(predictions) => {
                let key = Key::of(
                    "import",
                    1,
                    &json!({"columns": model.columns.node.to_json(), "fields": fields, "classes": classes, "limit": self.request.limit}),
                    &[&content],
                );
                Some(Source::Imported { key, predictions: Arc::new(predictions) })
            }
            Err(error) => {
                self.problems.push(Problem::at(&model.file_node, error.to_string()));
                None
            }
        }
    }

    /// Checks an evaluation against what its cell predicts, and names its result.
    fn score(&mut self, study: &Study, index: usize, cell: usize, source: &Source) -> Option<PlannedScore> {
        let evaluation = &study.evaluations[index];
        let spec = &evaluation.spec;
        let mut inputs = Vec::new();
        for split in spec.data.iter().chain(fitting_splits(spec)) {
            let Some((dataset, split)) = split.value.split_once('/') else { continue };
            if study.data.contains_key(dataset) {
                self.rows(study, dataset, split)?;
                inputs.push(self.data(study, dataset)?.key.clone());
            }
        }
        let schema = match (source, &spec.data) {
            (Source::Imported { key, predictions }, None) => {
                inputs.push(key.clone());
                Schema::of(predictions)
            }
            (Source::Imported { key, .. }, Some(split)) => {
                inputs.push(key.clone());
                self.schema(study, &split.value, source, None)?
            }
            (Source::Backend(work), Some(split)) => {
                inputs.extend(work.steps.iter().filter(|step| step.ability == Ability::Predict).map(|step| step.key.clone()));
                self.schema(study, &split.value, source, Some(&study.cells[evaluation.cell].spec))?
            }
            (Source::Backend(_), None) => {
                let cell = &study.cells[evaluation.cell];
                if let Model::Backend(model) = &cell.spec {
                    let message = format!("the evaluation `{}` says no `data` to run the model `{}` on", evaluation.name, cell.model);
                    self.problems.push(Problem::at(&model.backend_node, message).help("write `data: dataset/split` there"));
                }
                return None;
            }
        };
        let scheme = Scheme::of(spec, &schema, &mut self.problems)?;
        let said = scored(study, evaluation, &scheme);
        if !self.scored.contains(&said) {
            self.scored.push(said);
        }
        let uncertainty = spec.uncertainty.over(&study.uncertainty);
        let whole = json!({
            "evaluation": evaluation.written,
            "uncertainty": format!("{uncertainty:?}"),
            "code": SCORE_FINGERPRINT,
            "limit": self.request.limit,
        });
        let key = Key::of("score", 1, &whole, &inputs.iter().collect::<Vec<_>>());
        Some(PlannedScore { evaluation: index, cell, key, inputs })
    }

    /// What the predictions for a split of a dataset will look like.
    fn schema(&mut self, study: &Study, split: &str, source: &Source, model: Option<&Model>) -> Option<Schema> {
        let (name, _) = split.split_once('/')?;
        let dataset = &self.data(study, name)?.dataset;
        let of_data = Schema {
            classes: dataset.classes.clone(),
            multi_label: matches!(dataset.targets, Targets::Multi { .. }),
            fields: dataset.fields.keys().cloned().collect(),
            subject: dataset.subject.is_some(),
            scores: None,
            decisions: false,
        };
        Some(match (source, model) {
            (Source::Imported { predictions, .. }, _) => {
                let own = Schema::of(predictions);
                Schema { scores: own.scores, decisions: own.decisions, ..of_data }
            }
            (Source::Backend(_), model) => {
                // What a model file's output means is written; what a network trained here gives are logits.
                let probabilities = matches!(model, Some(Model::Backend(model)) if model.output.as_ref().is_some_and(|output| output.get("probabilities").is_some()));
                let kind = if probabilities { Kind::Probabilities } else { Kind::Logits };
                let width = of_data.classes.len();
                Schema { scores: Some((kind, width)), ..of_data }
            }
        })
    }
}
