//! What a backend may ask of the harness while it runs a step in a worker.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering as Atomic};

use arrow::array::{Array, AsArray, RecordBatch, RecordBatchReader};
use arrow::datatypes::Float64Type;
use serde_json::{Map, Value, json};

use super::order::{Feed, Step};
use super::rows::RowsWriter;
use super::selection::Watch;
use crate::backend::host::{Host, LogLevel, Verdict};
use crate::data::batches::{Batches, Extra, Order};
use crate::data::dataset::Dataset;
use crate::data::images::Images;
use crate::report::output;

/// The curves of a training in the store: loss and learning rate, epoch by epoch.
pub const EPOCHS: &str = "epochs.json";
/// The trained weights in the store.
pub const WEIGHTS: &str = "weights.safetensors";

/// Tells how far a step is: done, total, the backend's own words.
pub type Tell = Box<dyn Fn(u64, u64, &str)>;

/// The harness, as one step of one backend sees it.
pub struct WorkerHost<'a> {
    step: &'a Step,
    dataset: &'a Arc<Dataset>,
    images: &'a Arc<Images>,
    stop: Arc<AtomicBool>,
    tell: Tell,
    rows: Option<RowsWriter>,
    epochs: Vec<Value>,
    watch: Option<Watch>,
    trouble: Option<String>,
}

impl<'a> WorkerHost<'a> {
    /// A host for a step.
    pub fn new(
        step: &'a Step,
        dataset: &'a Arc<Dataset>,
        images: &'a Arc<Images>,
        watch: Option<Watch>,
        stop: Arc<AtomicBool>,
        tell: Tell,
    ) -> Self {
        let rows = matches!(step.feed, Feed::Predict { .. }).then(|| {
            let ids = step.rows.iter().map(|row| dataset.ids[*row as usize].clone());
            RowsWriter::new(&step.draft.folder, ids, step.job["classes"].as_array().map_or(0, Vec::len))
        });
        // What was learned before a kill is not learned, and so not told, again.
        let told = std::fs::read(step.draft.folder.join(EPOCHS)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let resumed = step.job.pointer("/checkpoint/resume") == Some(&Value::Bool(true));
        let epochs = told.filter(|_| resumed).unwrap_or_default();
        Self { step, dataset, images, stop, tell, rows, epochs, watch, trouble: None }
    }

    /// What went wrong on the host's side, if anything did: the cause of whatever the backend makes of it.
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// Checks that the backend left all it should; answers the files of the result.
    pub fn finish(self) -> Result<Vec<String>, String> {
        match self.rows {
            Some(rows) => {
                rows.finish().map_err(|error| error.to_string())?;
                Ok(vec![super::rows::FILE.to_owned()])
            }
            None => {
                self.write_epochs()?;
                if !self.path(WEIGHTS).is_file() {
                    return Err("the backend broke the contract: it said that training is done and left no weights".to_owned());
                }
                Ok(vec![EPOCHS.to_owned(), WEIGHTS.to_owned()])
            }
        }
    }

    fn write_epochs(&self) -> Result<(), String> {
        let path = self.path(EPOCHS);
        let text = serde_json::to_vec_pretty(&self.epochs).map_err(|error| error.to_string())?;
        output::replace(&path, &text).map_err(|error| format!("cannot write `{}`: {error}", path.display()))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.step.draft.folder.join(name)
    }

    fn fail<T>(&mut self, message: impl std::fmt::Display) -> Result<T, String> {
        let message = message.to_string();
        self.trouble.get_or_insert_with(|| message.clone());
        Err(message)
    }
}

impl Host for WorkerHost<'_> {
    fn open_input(&mut self, name: &str, epoch: u32) -> Result<Box<dyn RecordBatchReader + Send>, String> {
        if let (Some(watch), Feed::Train { batch_size, .. }, "validation") = (&self.watch, &self.step.feed, name) {
            let (dataset, images) = (Arc::clone(&watch.dataset), Arc::clone(&watch.images));
            return Ok(Box::new(Batches::new(dataset, images, &watch.rows, *batch_size as usize, Order::Given, Extra::default())));
        }
        let (batch_size, order, extra) = match (&self.step.feed, name) {
            (Feed::Train { batch_size, seed, augment, weights, .. }, "train") => {
                let weight = weights.as_ref().map(|weights| by_row(self.dataset.ids.len(), &self.step.rows, weights));
                (*batch_size, Order::Shuffled { seed: *seed, epoch }, Extra { augment: augment.clone(), weight, ..Extra::default() })
            }
            (Feed::Predict { batch_size, distort }, "predict") => {
                (*batch_size, Order::Given, Extra { distort: *distort, ..Extra::default() })
            }
            _ => return Err(format!("the step `{}` has no input `{name}`", self.step.name)),
        };
        let (dataset, images) = (Arc::clone(self.dataset), Arc::clone(self.images));
        Ok(Box::new(Batches::new(dataset, images, &self.step.rows, batch_size as usize, order, extra)))
    }

    fn emit(&mut self, name: &str, batch: RecordBatch) -> Result<(), String> {
        match (name, &mut self.rows) {
            ("rows", Some(rows)) => match rows.push(&batch) {
                Ok(()) => Ok(()),
                Err(error) => self.fail(error),
            },
            ("validation", None) if self.watch.is_some() => match self.watch.as_mut().map(|watch| watch.push(&batch)) {
                Some(Err(reason)) => self.fail(reason),
                _ => Ok(()),
            },
            ("epochs", None) => {
                for row in epochs(&batch) {
                    self.epochs.retain(|known: &Value| known["epoch"] != row["epoch"]);
                    self.epochs.push(row);
                }
                self.write_epochs().or_else(|error| self.fail(error))
            }
            _ => self.fail(format!("the backend broke the contract: it emitted `{name}` in `{}`", self.step.name)),
        }
    }

    fn epoch_end(&mut self, epoch: u32) -> Result<Verdict, String> {
        match self.watch.as_mut().map(|watch| watch.verdict(epoch)) {
            None => Ok(Verdict::Continue),
            Some(Ok(verdict)) => Ok(verdict),
            Some(Err(reason)) => self.fail(reason),
        }
    }

    fn progress(&mut self, done: u64, total: u64, message: &str) -> bool {
        (self.tell)(done, total, message);
        self.stop.load(Atomic::Relaxed)
    }

    #[expect(clippy::print_stderr, reason = "a worker's standard error is its log")]
    fn log(&mut self, level: LogLevel, message: &str) {
        eprintln!("{level:?}: {message}");
    }
}

/// Weights that are given for some rows as weights of all.
fn by_row(count: usize, rows: &[u32], weights: &[f32]) -> Arc<Vec<f32>> {
    let mut all = vec![1.0; count];
    rows.iter().zip(weights).for_each(|(row, weight)| all[*row as usize] = *weight);
    Arc::new(all)
}

/// The numbers of an `epochs` batch, a map a row.
fn epochs(batch: &RecordBatch) -> Vec<Value> {
    let schema = batch.schema();
    let rows = 0..batch.num_rows();
    rows.map(|row| {
        let columns = schema.fields().iter().zip(batch.columns());
        let numbers = columns.filter_map(|(field, column)| {
            let column = arrow::compute::cast(column, &arrow::datatypes::DataType::Float64).ok()?;
            let number = column.as_primitive_opt::<Float64Type>().filter(|column| column.is_valid(row))?.value(row);
            Some((field.name().clone(), json!(number)))
        });
        Value::Object(numbers.collect::<Map<_, _>>())
    })
    .collect()
}
