//! The host, as a backend sees it.

use crate::{Failure, Status};
use arrow::datatypes::SchemaRef;
use arrow::record_batch::{RecordBatch, RecordBatchReader};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What to do after an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    Continue,
    /// Write the model as it is now to the job's `save_weights`, then go on.
    Keep,
    /// Train no further, and write nothing for this epoch.
    Stop,
}

/// How much a line of the log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Something failed.
    Error,
    /// Something is odd.
    Warn,
    /// Good to know.
    Info,
    /// For those who look for a fault.
    Debug,
}

/// Whether the host wants the job to end; may be cloned into other threads.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Whether the job should end.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn set(&self, wanted: bool) {
        self.0.store(wanted, Ordering::Relaxed);
    }
}

/// What a running job may ask of the host. Tests of a backend may implement it themselves.
pub trait Host {
    /// Opens an input (`train`, `validation`, `predict`) from its beginning; `epoch` decides order, sampling and augmentation.
    ///
    /// # Errors
    /// [`Status::Input`]: pass it on.
    fn open_input(&mut self, name: &str, epoch: u32) -> Result<Input, Failure>;

    /// Hands results over: `rows`, `epochs` or `validation`; see [`crate::rows`] and [`crate::epoch`].
    ///
    /// # Errors
    /// [`Status::Host`]: pass it on.
    fn emit(&mut self, name: &str, batch: RecordBatch) -> Result<(), Failure>;

    /// Says that an epoch is over and asks what to do next.
    ///
    /// # Errors
    /// [`Status::Host`]: pass it on.
    fn epoch_end(&mut self, epoch: u32) -> Result<Verdict, Failure>;

    /// Says how far the job is: `done` of `total` batches, `total` 0 where it is unknown. Call it for each batch.
    ///
    /// # Errors
    /// [`Status::Cancelled`]: leave files whole and pass it on.
    fn progress(&mut self, done: u64, total: u64, message: &str) -> Result<(), Failure>;

    /// A line for the cell's log.
    fn log(&mut self, level: Level, message: &str);

    /// Set when the host wants the job to end; for work too long between two calls of `progress`.
    fn cancel(&self) -> Cancel;
}

/// An opened input: an iterator over its batches.
pub struct Input {
    reader: Box<dyn RecordBatchReader + Send>,
}

impl Input {
    /// An input from any reader, for tests.
    pub fn new(reader: Box<dyn RecordBatchReader + Send>) -> Self {
        Self { reader }
    }

    /// The columns.
    pub fn schema(&self) -> SchemaRef {
        self.reader.schema()
    }
}

impl Iterator for Input {
    type Item = Result<RecordBatch, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.reader.next()?.map_err(|error| Failure::new(Status::Input, error)))
    }
}
