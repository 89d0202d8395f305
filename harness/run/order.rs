//! What a worker is told to do, and what it answers: JSON lines on its standard input and output.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::selection::Validation;
use super::store::Draft;
use crate::spec::augment::Augment;
use crate::spec::distort::Distort;
use crate::spec::input::Resolved;

/// One cell's work on one backend: the first line of a worker's standard input.
#[derive(Debug, Serialize, Deserialize)]
pub struct Order {
    /// The cell, for messages.
    pub cell: String,
    /// The backend's library.
    pub plugin: PathBuf,
    /// Libraries of the runtime, loaded first and in this order.
    pub preload: Vec<PathBuf>,
    /// Threads that the runtime may use.
    pub threads: u32,
    /// Threads that decode images meanwhile.
    pub decoders: usize,
    /// Where decoded images are kept.
    pub cache: PathBuf,
    /// In this order.
    pub steps: Vec<Step>,
}

/// Training, or predictions for one split.
#[derive(Debug, Serialize, Deserialize)]
pub struct Step {
    /// `train` or `predict fashion/test`: for messages.
    pub name: String,
    /// The job, as the backend reads it.
    pub job: Value,
    /// The split, `fashion/test`: for messages.
    pub split: String,
    /// A stored index of the dataset.
    pub dataset: PathBuf,
    /// The items, as rows of the index.
    pub rows: Vec<u32>,
    /// How images are given.
    pub input: Resolved,
    /// How they are ordered.
    pub feed: Feed,
    /// What the step makes.
    pub draft: Draft,
}

/// In which order and how large batches are.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feed {
    /// Shuffled anew each epoch, augmented.
    Train {
        /// Images a step.
        batch_size: u32,
        /// Decides order and augmentation.
        seed: u64,
        /// How images are changed at random.
        augment: Augment,
        /// How much each of the step's rows counts, where they do not count alike.
        weights: Option<Vec<f32>>,
        /// Which epoch's model is kept, where a rule says so.
        validation: Option<Validation>,
    },
    /// In the given order, each once.
    Predict {
        /// Images a step.
        batch_size: u32,
        /// How images are made worse.
        distort: Option<Distort>,
    },
}

/// One line of a worker's answer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// It is at work on a step.
    Progress {
        /// The step, by position.
        step: usize,
        /// Work done so far, in the backend's own unit.
        done: u64,
        /// Work in all; 0 if it is not known.
        total: u64,
        /// The backend's own words.
        message: String,
    },
    /// It decodes images.
    Decoding {
        /// The split, `fashion/test`.
        split: String,
        /// Images that are there so far.
        done: u64,
        /// Images in all.
        total: u64,
    },
    /// A step's files are whole.
    StepDone {
        /// The step, by position.
        step: usize,
        /// Wall time in seconds.
        seconds: f64,
    },
    /// All steps are done.
    Done {
        /// The most memory that the worker held, in bytes.
        peak_memory: u64,
    },
    /// A step failed; the worker ends.
    Failed(Complaint),
}

/// Why a worker could not do its work, in its own words.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Complaint {
    /// The step, by position; `None`: the backend could not be loaded.
    pub step: Option<usize>,
    /// Why.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Where in the job the cause is, as a JSON pointer.
    pub pointer: Option<String>,
    /// Whether the backend or its runtime could not be had at all.
    pub unavailable: bool,
}
