//! The tables that a backend emits.

use crate::Failure;
use arrow::array::{ArrayRef, FixedSizeListArray, Float32Array, Float64Array, Int32Array, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::record_batch::RecordBatch;
use std::sync::Arc;

/// What a model's outputs are; also the column's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outputs {
    /// Real numbers whose softmax (or, for several labels, sigmoid) are probabilities.
    Logits,
    /// From 0 to 1.
    Probabilities,
    /// Larger means likelier, and no more than that.
    Scores,
}

impl Outputs {
    /// The column's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Logits => "logits",
            Self::Probabilities => "probabilities",
            Self::Scores => "scores",
        }
    }
}

/// A batch of `rows` or `validation`: `values` has `classes` numbers for each id, row-major.
///
/// # Errors
/// The count of `values` is not that of `ids` times `classes`.
pub fn rows(ids: &StringArray, outputs: Outputs, classes: usize, values: Vec<f32>) -> Result<RecordBatch, Failure> {
    let width = i32::try_from(classes).map_err(|_| Failure::internal(format_args!("{classes} classes are too many")))?;
    let item = Arc::new(Field::new("item", DataType::Float32, false));
    let lists = FixedSizeListArray::try_new(Arc::clone(&item), width, Arc::new(Float32Array::from(values)), None)?;
    let schema =
        Schema::new(vec![Field::new("id", DataType::Utf8, false), Field::new(outputs.name(), DataType::FixedSizeList(item, width), false)]);
    Ok(RecordBatch::try_new(Arc::new(schema), vec![Arc::new(ids.clone()), Arc::new(lists)])?)
}

/// A row of `epochs`: the mean loss over the epoch's items, the learning rate of its last step, and whatever else is worth
/// keeping.
///
/// # Errors
/// `epoch` is above 2³¹.
pub fn epoch(epoch: u32, loss: f64, learning_rate: f64, more: &[(&str, f64)]) -> Result<RecordBatch, Failure> {
    let epoch = i32::try_from(epoch).map_err(|_| Failure::internal(format_args!("epoch {epoch} is too large")))?;
    let mut columns: Vec<(&str, ArrayRef)> = vec![("epoch", Arc::new(Int32Array::from(vec![epoch])))];
    for (name, value) in [("loss", loss), ("learning_rate", learning_rate)].iter().chain(more) {
        columns.push((name, Arc::new(Float64Array::from(vec![*value]))));
    }
    Ok(RecordBatch::try_from_iter(columns)?)
}
