//! What happens during a run. Progress bars, plain lines, JSON lines and logs are consumers; the core prints nothing.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::plan::news::News;

/// One thing that happened.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The plan is made: how many cells must run, and how many results are stored already.
    Planned {
        /// Cells whose model must run.
        cells: usize,
        /// Tasks whose results are stored.
        stored: usize,
        /// All tasks.
        tasks: usize,
    },
    /// Images of a dataset are verified for the first time.
    Verifying {
        /// The dataset.
        dataset: String,
        /// Images verified so far.
        done: u64,
        /// Images in all.
        total: u64,
    },
    /// Images are decoded, once for all cells.
    Decoding {
        /// The dataset.
        dataset: String,
        /// Images decoded so far.
        done: u64,
        /// Images in all.
        total: u64,
    },
    /// A worker starts on a cell.
    CellStarted {
        /// The cell.
        cell: String,
    },
    /// A worker is at work.
    CellProgress {
        /// The cell.
        cell: String,
        /// What it does: `train`, `predict fashion/test`.
        step: String,
        /// Work done so far, in the backend's own unit.
        done: u64,
        /// Work in all; 0 if it is not known.
        total: u64,
        /// The backend's own words.
        message: String,
    },
    /// All models of a cell have run.
    CellFinished {
        /// The cell.
        cell: String,
        /// Wall time in seconds.
        seconds: f64,
    },
    /// A cell failed; the others go on.
    CellFailed {
        /// The cell.
        cell: String,
        /// Why, in one line.
        reason: String,
        /// What to do about it, if the backend said.
        help: Option<String>,
        /// The last lines of its log.
        log: Vec<String>,
        /// The whole log.
        log_path: PathBuf,
    },
    /// An evaluation of a cell could not be scored; the others go on.
    NotScored {
        /// The cell.
        cell: String,
        /// The evaluation.
        evaluation: String,
        /// Why, in one line.
        reason: String,
    },
    /// Evaluations are scored.
    Scored {
        /// Evaluations scored so far.
        done: usize,
        /// Evaluations in all.
        total: usize,
    },
    /// Something worth knowing that stops nothing.
    Note {
        /// What.
        message: String,
    },
}

impl From<News> for Event {
    fn from(news: News) -> Self {
        match news {
            News::Note(message) => Self::Note { message },
            News::Verifying { dataset, done, total } => Self::Verifying { dataset, done, total },
        }
    }
}

/// Whoever wants to know.
pub trait Observer: Sync {
    /// Called from any thread, in the order of things for each cell.
    fn event(&self, event: &Event);
}
