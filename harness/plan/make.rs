//! A study and its catalogues to a plan: what must run, on what, and how each result is called.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::json;

use super::choose::choose;
use super::key::Key;
use super::news::{Hear, News};
use super::planned::{Plan, PlannedCell, PlannedData, Source};
use super::said::dimensions;
use super::split::{Rows, limited, rows};
use crate::backend::catalogue::Catalogue;
use crate::data::dataset::Dataset;
use crate::data::error::{DataError, in_full};
use crate::data::fold::splits;
use crate::data::mock;
use crate::score::metric::{meaning, unknown};
use crate::spec::card::Card;
use crate::spec::distort::Distort;
use crate::spec::folds::{fold_of, of_fold};
use crate::spec::model::Model;
use crate::spec::node::Node;
use crate::spec::problem::{Problem, Problems, SpecError, did_you_mean};
use crate::spec::study::Study;
use crate::spec::vocabulary::{Lacking, Scored, Vocabulary};

/// What is asked of a plan.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Only cells with these levels; `model` and `evaluation` count as axes.
    pub only: Vec<(String, String)>,
    /// At most this many items of each split.
    pub limit: Option<u32>,
    /// Whether every dataset is replaced by its mock.
    pub mock: bool,
    /// Whether the predictions themselves are to be written, item by item.
    pub predictions: bool,
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
    Unavailable(SpecError),
}

/// Plans a study. Everything that can be wrong before a model runs is found here, all of it at once, and told together with the problems
/// that reading the study found.
pub fn make(mut study: Study, problems: Problems, backends: &Catalogue, request: &Request, hear: Hear<'_>) -> Result<Plan, PlanError> {
    let mut planner = Planner {
        backends,
        request,
        hear,
        problems,
        unavailable: Problems::default(),
        datasets: IndexMap::new(),
        scored: Vec::new(),
        misfits: Vec::new(),
        common_size: None,
        noted: HashSet::new(),
        lacking: Lacking::Nothing,
    };
    let (chosen_cells, chosen_evaluations) = match choose(&study, &request.only) {
        Ok(chosen) => chosen,
        Err(error) => {
            error.problems.into_iter().for_each(|problem| planner.problems.push(problem));
            return Err(SpecError::from(planner.problems).into());
        }
    };
    let mut cells = Vec::new();
    let mut positions = HashMap::new();
    let mut splits: HashMap<usize, Vec<(String, Option<Distort>)>> = HashMap::new();
    for &index in &chosen_evaluations {
        let evaluation = &study.evaluations[index];
        for part in &evaluation.parts {
            let wanted = splits.entry(part.cell).or_default();
            let scored = part.split.iter().map(|split| (split.value.clone(), evaluation.spec.distorted()));
            for split in scored.chain(part.fitting.iter().map(|split| (split.value.clone(), None))) {
                if !wanted.contains(&split) {
                    wanted.push(split);
                }
            }
        }
    }
    for index in chosen_cells {
        let cell = &study.cells[index];
        let wanted = splits.get(&index).map_or(&[][..], Vec::as_slice);
        let source = match &cell.spec {
            Model::Backend(model) => planner.work(&study, index, model, wanted).map(|work| Source::Backend(Box::new(work))),
            Model::Predictions(model) => planner.import(&study, index, model),
        };
        if let Some(source) = source {
            positions.insert(index, cells.len());
            cells.push(PlannedCell { cell: index, source });
        }
    }
    planner.check_sides(&study, &chosen_evaluations);
    let mut scores = Vec::new();
    let mut lacking: Vec<usize> = Vec::new();
    for index in chosen_evaluations {
        let parts = study.evaluations[index].parts.iter().map(|part| positions.get(&part.cell).copied());
        let score = parts.collect::<Option<Vec<usize>>>().and_then(|of| planner.score(&study, index, of, &cells));
        lacking.extend(score.is_none().then_some(index));
        scores.extend(score);
    }
    planner.tell_misfits(&study);
    let nameless = study.unscored.iter().filter(|call| meaning(&call.choice.name).is_none());
    nameless.for_each(|call| planner.problems.push(unknown(call)));
    planner.lacking = match lacking.as_slice() {
        _ if !study.read.results => Lacking::Results,
        [] => Lacking::Nothing,
        some => {
            let calls = some.iter().flat_map(|index| &study.evaluations[*index].spec.metrics);
            Lacking::Metrics(calls.map(|call| call.name.as_ref().unwrap_or(&call.choice.name).clone()).collect())
        }
    };
    let (comparisons, untold) = if study.read.grid { planner.compare(&study, &cells, &scores) } else { (Vec::new(), Vec::new()) };
    let compared = planner.compared(&study);
    let Planner { mut problems, unavailable, datasets, scored, lacking, .. } = planner;
    if study.read.grid && study.read.layout {
        let mut vocabulary = Vocabulary { axes: dimensions(&study), scored, untold, lacking };
        let default = study.layout.default_table(&vocabulary);
        // Of a part of a study, tables may name what is not there.
        if request.only.is_empty() {
            vocabulary.scored.extend(compared);
            study.layout.check(&vocabulary, &mut problems);
        }
        if let Some(table) = default {
            study.layout.tables.insert("main".to_owned(), table);
        }
    }
    let datasets: IndexMap<_, _> = datasets.into_iter().filter_map(|(name, data)| Some((name, data?))).collect();
    let mock = request.mock && !datasets.is_empty();
    problems.check(Some(()))?;
    match unavailable.is_empty() {
        false => Err(PlanError::Unavailable(unavailable.into())),
        true => Ok(Plan { study, datasets, cells, scores, comparisons, limit: request.limit, mock }),
    }
}

/// A plan in the making.
pub(super) struct Planner<'a> {
    pub(super) backends: &'a Catalogue,
    pub(super) request: &'a Request,
    pub(super) hear: Hear<'a>,
    pub(super) problems: Problems,
    pub(super) unavailable: Problems,
    pub(super) datasets: IndexMap<String, Option<PlannedData>>,
    /// What the evaluations will say, for the tables.
    pub(super) scored: Vec<Scored>,
    /// What is wrong with evaluations, held against what their cells predict: one entry an evaluation, by its place.
    pub(super) misfits: Vec<(usize, Problems)>,
    /// The size that all cells with `size: largest_common` can draw, once one has asked.
    pub(super) common_size: Option<u64>,
    /// What was noted of draws: cells that draw from the same items have the same to tell.
    pub(super) noted: HashSet<String>,
    /// What is not known of what the evaluations will say, once all have been looked at.
    pub(super) lacking: Lacking,
}

impl Planner<'_> {
    /// Opens a dataset once; what is wrong with it is told at its entry under `data:`.
    pub(super) fn data(&mut self, study: &Study, name: &str) -> Option<&mut PlannedData> {
        if let (dataset, Some(_)) = of_fold(name)
            && !self.datasets.contains_key(name)
        {
            self.deal(study, dataset);
        }
        if !self.datasets.contains_key(name) {
            let opened = study.data.get(name).and_then(|data| {
                let dataset = self.told(self.open(name, &data.card), &data.node, |error| {
                    format!("the dataset `{name}` cannot be used: {}", in_full(error))
                })?;
                if dataset.rejections > 0 {
                    let count = dataset.rejections;
                    let are = if count == 1 { "row is" } else { "rows are" };
                    (self.hear)(News::Note(format!("`{name}`: {count} {are} rejected; `fairgrid data` says why")));
                }
                // Real data that happen to be equal to a mock are other data still.
                let kind = if self.request.mock { "index of a mock" } else { "index" };
                let key = Key::of(kind, 1, &json!(dataset.digest), &[]);
                Some(PlannedData { dataset: Arc::new(dataset), key, splits: HashMap::new() })
            });
            self.datasets.insert(name.to_owned(), opened);
        }
        self.datasets.get_mut(name)?.as_mut()
    }

    /// Deals a dataset into all its folds: each is that dataset, with splits of its own.
    fn deal(&mut self, study: &Study, name: &str) -> Option<()> {
        let folds = study.dataset(name)?.folds.as_ref()?;
        let limit = self.request.limit;
        let whole = self.data(study, name).map(|whole| (Arc::clone(&whole.dataset), whole.key.clone()));
        let parts = match &whole {
            Some((dataset, _)) => self.told(dataset.folds(folds), &folds.node, DataError::to_string),
            None => None,
        };
        for fold in 0..folds.k as usize {
            let dealt = whole.as_ref().zip(parts.as_ref()).map(|((dataset, key), parts)| {
                let splits = splits(parts, fold, folds.validation as usize).into_iter();
                let splits = splits.map(|(split, rows)| (split.to_owned(), limited(&rows, limit)));
                let key = Key::of("fold", 1, &json!({"folds": folds.node.to_json(), "fold": fold}), &[key]);
                PlannedData { dataset: Arc::clone(dataset), key, splits: splits.collect() }
            });
            self.datasets.insert(fold_of(name, fold), dealt);
        }
        Some(())
    }

    /// Tells what is wrong with the data of a part of the study: what a card's problems are at their places, anything else in the words of
    /// `say` where the part is written.
    pub(super) fn told<T>(&mut self, made: Result<T, DataError>, written: &Node, say: impl FnOnce(&DataError) -> String) -> Option<T> {
        match made {
            Ok(made) => return Some(made),
            Err(DataError::Card(error)) => error.problems.into_iter().for_each(|problem| self.problems.push(problem)),
            Err(error) => self.problems.push(Problem::at(written, say(&error))),
        }
        None
    }

    fn open(&self, name: &str, card: &Card) -> Result<Dataset, DataError> {
        let verifying = |done, total| (self.hear)(News::Verifying { dataset: name.to_owned(), done, total });
        match self.request.mock {
            true => mock::open(card, &self.request.cache, &verifying),
            false => Dataset::open_with(card, &self.request.cache, &verifying),
        }
    }

    /// The rows of `dataset/split`, opening the dataset where that is still to be done.
    pub(super) fn rows(&mut self, study: &Study, dataset: &str, split: &str) -> Option<Rows> {
        let limit = self.request.limit;
        let data = self.data(study, dataset)?;
        if let Some(known) = data.splits.get(split) {
            return Some(Rows::clone(known));
        }
        let Some(found) = rows(&data.dataset, split, limit) else {
            let help = did_you_mean(split, data.dataset.splits.keys().map(String::as_str));
            let message = format!("the dataset `{dataset}` has no split `{split}`");
            // Where the card alone names the splits, reading the study told it.
            if !self.problems.iter().any(|known| known.message == message) {
                let name = format!("{dataset}/{split}");
                let mut named: Vec<&Node> = study.naming(&name).collect();
                if named.is_empty() {
                    named.extend(study.dataset(dataset).map(|written| &written.node));
                }
                named.into_iter().for_each(|written| self.problems.push(Problem::at(written, message.clone()).help(help.clone())));
            }
            return None;
        };
        data.splits.insert(split.to_owned(), Rows::clone(&found));
        Some(found)
    }
}
