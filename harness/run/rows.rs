//! The rows of a prediction: ids and scores, as a backend emitted them.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::{Array, FixedSizeListArray, Float32Array, RecordBatch, StringArray};
use arrow::error::ArrowError;
use arrow::ipc::reader::FileReader;
use arrow::ipc::writer::FileWriter;

use crate::score::predictions::Scores;
use crate::spec::predictions::Kind;

/// The file of a prediction in the store.
pub const FILE: &str = "rows.arrow";

/// What is wrong with rows that a backend emitted, or with their file.
#[derive(Debug, thiserror::Error)]
pub enum RowsError {
    /// The backend did not keep to the contract.
    #[error("the backend broke the contract: {0}")]
    Contract(String),
    /// The file cannot be written or read.
    #[error("cannot {action} `{}`: {source}", path.display())]
    Arrow {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why it failed.
        source: ArrowError,
    },
}

fn contract(message: impl Into<String>) -> RowsError {
    RowsError::Contract(message.into())
}

/// Rows on their way to a file, checked one by one: each expected id exactly once, as many numbers as there are classes, none of them NaN.
pub struct RowsWriter {
    path: PathBuf,
    writer: Option<FileWriter<File>>,
    waiting: HashSet<String>,
    classes: usize,
    kind: Option<Kind>,
}

impl RowsWriter {
    /// Rows for these ids, into a folder.
    pub fn new(folder: &Path, ids: impl Iterator<Item = String>, classes: usize) -> Self {
        Self { path: folder.join(FILE), writer: None, waiting: ids.collect(), classes, kind: None }
    }

    /// Takes a batch of the backend.
    pub fn push(&mut self, batch: &RecordBatch) -> Result<(), RowsError> {
        let (kind, ids, scores) = columns(batch)?;
        if *self.kind.get_or_insert(kind) != kind {
            return Err(contract("its `rows` are called now logits, now otherwise"));
        }
        if scores.value_length() as usize != self.classes {
            return Err(contract(format!("its rows have {} numbers for {} classes", scores.value_length(), self.classes)));
        }
        let values = numbers(scores)?;
        for (row, id) in ids.iter().enumerate() {
            let id = id.ok_or_else(|| contract(format!("row {row} of a batch has no id")))?;
            if !self.waiting.remove(id) {
                return Err(contract(format!("it returned the item `{id}` twice, or was never given it")));
            }
            if values.values()[row * self.classes..(row + 1) * self.classes].iter().any(|value| value.is_nan()) {
                return Err(contract(format!("it returned NaN for the item `{id}`")));
            }
        }
        let failed = |source| RowsError::Arrow { action: "write", path: self.path.clone(), source };
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => {
                let file = File::create(&self.path).map_err(|error| failed(error.into()))?;
                none.insert(FileWriter::try_new(file, &batch.schema()).map_err(failed)?)
            }
        };
        writer.write(batch).map_err(failed)
    }

    /// Ends the file; every id must have come.
    pub fn finish(mut self) -> Result<(), RowsError> {
        if let Some(id) = self.waiting.iter().min() {
            return Err(contract(format!("it returned no row for {} items, as `{id}`", self.waiting.len())));
        }
        match &mut self.writer {
            Some(writer) => writer.finish().map_err(|source| RowsError::Arrow { action: "write", path: self.path.clone(), source }),
            None => Err(contract("it returned no rows")),
        }
    }
}

/// Reads the scores of some ids, in that order.
pub fn read(folder: &Path, ids: &[String], classes: usize) -> Result<Scores, RowsError> {
    let path = folder.join(FILE);
    let failed = |source| RowsError::Arrow { action: "read", path: path.clone(), source };
    let file = File::open(&path).map_err(|error| failed(error.into()))?;
    let place: HashMap<&str, usize> = ids.iter().enumerate().map(|(row, id)| (id.as_str(), row)).collect();
    let mut values = vec![f64::NAN; ids.len() * classes];
    let mut known = Kind::Scores;
    for batch in FileReader::try_new(file, None).map_err(failed)? {
        let batch = batch.map_err(failed)?;
        let (kind, names, scores) = columns(&batch)?;
        known = kind;
        let numbers = numbers(scores)?;
        for (row, id) in names.iter().enumerate() {
            if let Some(&to) = id.and_then(|id| place.get(id)) {
                let from = &numbers.values()[row * classes..(row + 1) * classes];
                values[to * classes..(to + 1) * classes].iter_mut().zip(from).for_each(|(to, from)| *to = f64::from(*from));
            }
        }
    }
    Ok(Scores { kind: known, width: classes, values })
}

/// The id column and the score column, which is called by what it holds.
fn columns(batch: &RecordBatch) -> Result<(Kind, &StringArray, &FixedSizeListArray), RowsError> {
    let ids = batch
        .column_by_name("id")
        .and_then(|column| column.as_any().downcast_ref::<StringArray>())
        .ok_or_else(|| contract("its `rows` have no column `id` of utf8"))?;
    let kinds = [("logits", Kind::Logits), ("probabilities", Kind::Probabilities), ("scores", Kind::Scores)];
    let (kind, scores) = kinds
        .into_iter()
        .find_map(|(name, kind)| batch.column_by_name(name).map(|column| (kind, column)))
        .ok_or_else(|| contract("its `rows` have no column `logits`, `probabilities` or `scores`"))?;
    let scores = scores
        .as_any()
        .downcast_ref::<FixedSizeListArray>()
        .ok_or_else(|| contract("the scores of its `rows` are no fixed_size_list of float32"))?;
    Ok((kind, ids, scores))
}

/// The numbers of all rows of a column, one after another.
fn numbers(scores: &FixedSizeListArray) -> Result<&Float32Array, RowsError> {
    if scores.null_count() > 0 || scores.values().null_count() > 0 {
        return Err(contract("the scores of its `rows` have nulls"));
    }
    scores.values().as_any().downcast_ref::<Float32Array>().ok_or_else(|| contract("the scores of its `rows` are not float32"))
}
