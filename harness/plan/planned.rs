//! What a plan consists of.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;

use super::comparison::PlannedComparison;
use super::job::Ability;
use super::key::Key;
use super::split::Rows;
use crate::backend::catalogue::Entry as Installed;
use crate::data::dataset::Dataset;
use crate::data::draw::{Draw, Infeasible};
use crate::data::frame::Targets;
use crate::data::weight::Weighing;
use crate::score::predictions::Predictions;
use crate::spec::distort::Distort;
use crate::spec::input::Resolved;
use crate::spec::study::Study;
use crate::spec::validate::Selection;

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
    /// What is set against what.
    pub comparisons: Vec<PlannedComparison>,
    /// At most this many items of each split.
    pub limit: Option<u32>,
    /// Whether the datasets are made up.
    pub mock: bool,
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
    Backend(Box<Work>),
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
    /// Why the training items that were asked for cannot be drawn: then nothing runs, and that is the cell's result.
    pub infeasible: Option<Infeasible>,
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
    /// How the images of a prediction are made worse.
    pub distort: Option<Distort>,
    /// How a training's rows were drawn, where they are a draw.
    pub draw: Option<Draw>,
    /// How much each row counts in a training, where they do not count alike.
    pub weighing: Option<Weighing>,
    /// The classes that a prediction's scores are of; of a training, those that it learns.
    pub classes: ClassList,
    /// How images are given.
    pub input: Resolved,
    /// The job, classes and paths aside.
    pub parameters: Value,
    /// How a training is watched.
    pub validation: Option<Watched>,
    /// The name of the result.
    pub key: Key,
    /// The keys of what it reads.
    pub inputs: Vec<Key>,
}

/// The classes of a step's scores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassList {
    /// Their names, in the order of the scores.
    pub names: Vec<String>,
    /// Whether an item can have several of them.
    pub multi_label: bool,
    /// Whether the items' labels are of them; where they are not, an evaluation says what is correct by its `target:`.
    pub labelled: bool,
}

impl ClassList {
    /// A dataset's own classes.
    pub fn of(dataset: &Dataset) -> Self {
        Self { names: dataset.classes.clone(), multi_label: matches!(dataset.targets, Targets::Multi { .. }), labelled: true }
    }
}

/// The split that a training is watched on, and the rule by which an epoch is kept.
#[derive(Debug)]
pub struct Watched {
    /// The dataset's name.
    pub dataset: String,
    /// The split's name.
    pub split: String,
    /// Its rows.
    pub rows: Rows,
    /// The rule.
    pub selection: Selection,
}

impl Step {
    /// `train` or `predict`.
    pub fn kind(&self) -> &'static str {
        self.ability.word()
    }

    /// `train fashion/train`, `predict fashion/test contrast-3`.
    pub fn name(&self) -> String {
        let name = format!("{} {}/{}", self.kind(), self.dataset, self.split);
        match &self.distort {
            Some(distort) => format!("{name} {distort}"),
            None => name,
        }
    }
}

/// An evaluation of a cell of the plan, or of several whose predictions are pooled.
#[derive(Debug)]
pub struct PlannedScore {
    /// Which, as an index into the study's evaluations.
    pub evaluation: usize,
    /// The cells of its parts, in their order, as indices into [`Plan::cells`].
    pub cells: Vec<usize>,
    /// The names of its decision rules.
    pub rules: Vec<String>,
    /// The name of the result.
    pub key: Key,
    /// The keys of what it reads.
    pub inputs: Vec<Key>,
}

impl Plan {
    /// The draws that cells train on, or why there is none, by the names of the cells.
    pub fn draws(&self) -> impl Iterator<Item = (&str, Result<&Draw, &Infeasible>)> {
        self.cells.iter().filter_map(|planned| {
            let Source::Backend(work) = &planned.source else { return None };
            let draw = work.steps.iter().find_map(|step| step.draw.as_ref());
            let told = work.infeasible.as_ref().map(Err).or(draw.map(Ok))?;
            Some((self.study.cells[planned.cell].name.as_str(), told))
        })
    }
}
