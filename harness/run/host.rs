//! What a backend may ask of the harness while it runs in a worker.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering as Atomic};

use arrow::array::{Array, RecordBatch, RecordBatchReader, StringArray};
use arrow::ipc::writer::FileWriter;

use crate::backend::host::{Host, LogLevel, Verdict};
