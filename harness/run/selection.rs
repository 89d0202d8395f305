//! Which epoch's model is kept: the host's side of `epoch_end`.

use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::RecordBatch;
use serde::{Deserialize, Serialize};

use super::rows::RowsWriter;
use crate::backend::host::Verdict;
use crate::data::dataset::Dataset;
use crate::data::images::Images;
use crate::score::predictions::{Parts, Predictions};
use crate::spec::decode::Decode;
use crate::spec::evaluation::Evaluation;
use crate::spec::node::Node;
use crate::spec::problem::Problems;
use crate::spec::source::Source;
use crate::spec::uncertainty::Uncertainty;
use crate::spec::validate::Selection;

/// What a worker is told about the validation of a training.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Validation {
    /// The split, `fashion/validation`: for messages.
    pub split: String,
    /// A stored index of the dataset.
    pub dataset: PathBuf,
    /// The items, as rows of the index.
    pub rows: Vec<u32>,
    /// The rule.
    pub selection: Selection,
}

/// The epochs seen so far. It lies beside the checkpoint, so that a training that was killed goes on with the same memory.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Best {
    value: Option<f64>,
    epoch: u32,
}

/// A training that is watched.
pub struct Watch {
    /// The split that is predicted after each epoch.
    pub dataset: Arc<Dataset>,
    /// Its images.
    pub images: Arc<Images>,
    /// Its rows.
    pub rows: Vec<u32>,
    evaluation: Evaluation,
    selection: Selection,
    folder: PathBuf,
    best: Best,
    arriving: Option<RowsWriter>,
}

impl Watch {
    /// Prepares to watch; `folder` is where the training's checkpoint lies.
    ///
    /// # Errors
    /// The order holds no evaluation.
    pub fn new(validation: &Validation, dataset: Arc<Dataset>, images: Arc<Images>, folder: PathBuf) -> Result<Self, String> {
        let text = validation.selection.evaluation.to_string();
        let mut problems = Problems::default();
        let node = Node::parse(&Source::new("select", text)).map_err(|error| error.to_string())?;
        let evaluation = Evaluation::decode(&node, &mut problems);
        let evaluation = problems.check(evaluation).map_err(|error| error.to_string())?;
        let remembered = std::fs::read(folder.join("best.json")).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Ok(Self {
            dataset,
            images,
            rows: validation.rows.clone(),
            evaluation,
            selection: validation.selection.clone(),
            folder,
            best: remembered.unwrap_or_default(),
            arriving: None,
        })
    }

    /// Takes a batch of validation rows.
    ///
    /// # Errors
    /// The backend broke the contract.
    pub fn push(&mut self, batch: &RecordBatch) -> Result<(), String> {
        if self.arriving.is_none() {
            let scratch = self.folder.join("validation");
            std::fs::create_dir_all(&scratch).map_err(|error| format!("cannot create `{}`: {error}", scratch.display()))?;
            self.arriving = Some(RowsWriter::new(&scratch, self.ids().into_iter(), self.dataset.classes.len()));
        }
        match &mut self.arriving {
            Some(rows) => rows.push(batch).map_err(|error| error.to_string()),
            None => Ok(()),
        }
    }

    /// Scores what arrived in an epoch and says what to do. An undefined value is never the best.
    ///
    /// # Errors
    /// Rows are missing, or cannot be scored.
    pub fn verdict(&mut self, epoch: u32) -> Result<Verdict, String> {
        let rows = self.arriving.take().ok_or("the backend broke the contract: it ended an epoch without `validation`")?;
        rows.finish().map_err(|error| error.to_string())?;
        let value = self.value()?;
        let better = match (value, self.best.value) {
            (Some(value), Some(best)) if self.selection.maximize => value > best,
            (Some(value), Some(best)) => value < best,
            (value, best) => value.is_some() && best.is_none(),
        };
        // Training that goes on after a kill may end an epoch a second time.
        let again = value.is_some() && self.best.epoch == epoch && self.best.value == value;
        if better || again {
            self.best = Best { value, epoch };
            let path = self.folder.join("best.json");
            let bytes = serde_json::to_vec(&self.best).map_err(|error| error.to_string())?;
            crate::report::output::replace(&path, &bytes).map_err(|error| format!("cannot write `{}`: {error}", path.display()))?;
            return Ok(Verdict::Keep);
        }
        let waited = epoch.saturating_sub(self.best.epoch);
        Ok(if self.selection.patience.is_some_and(|patience| waited >= patience) { Verdict::Stop } else { Verdict::Continue })
    }

    fn value(&self) -> Result<Option<f64>, String> {
        let classes = self.dataset.classes.len();
        let scores = super::rows::read(&self.folder.join("validation"), &self.ids(), classes).map_err(|error| error.to_string())?;
        let parts = Parts::of_rows(&self.dataset, &self.rows, scores);
        let predictions = Predictions::check(parts, |row| row as u64 + 1).map_err(|error| error.to_string())?;
        let plain = Uncertainty::default().with_draws(0, 0);
        let measurements =
            crate::score::score(&predictions, &self.evaluation, &plain, &Default::default()).map_err(|error| error.to_string())?;
        // Of all items, or over groups: the one number that is of no single group or class.
        let deciding = measurements.iter().find(|one| one.group.is_empty() && one.label.is_empty());
        Ok(deciding.and_then(|one| one.value))
    }

    fn ids(&self) -> Vec<String> {
        self.rows.iter().map(|row| self.dataset.ids[*row as usize].clone()).collect()
    }
}
