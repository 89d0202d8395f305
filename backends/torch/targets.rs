//! What the items of a batch should be recognized as.

use arrow::record_batch::RecordBatch;
use fairgrid_sdk::{Failure, Labels, labels, target};
use tch::{Device, Kind, Tensor};

use crate::failure::torch;

/// The labels of a batch of `n` items.
#[derive(Debug)]
pub enum Targets {
    /// One class an item.
    Single {
        /// The classes' indices: int64 of shape `[n]`.
        class: Tensor,
        /// How many classes there are.
        classes: i64,
    },
    /// Several classes an item, some unknown.
    Multi {
        /// 1 where a class is known to be there, 0 elsewhere: float32 of shape `[n, classes]`.
        present: Tensor,
        /// 1 where it is known whether a class is there, 0 elsewhere: float32 of shape `[n, classes]`.
        known: Tensor,
    },
}

impl Targets {
    /// The labels in a batch's columns, moved to `device`.
    ///
    /// # Errors
    /// A column is missing, of another type or out of bounds.
    pub fn of(batch: &RecordBatch, kind: Labels, classes: usize, device: Device) -> Result<Self, Failure> {
        let width = i64::try_from(classes).map_err(|_| Failure::internal(format_args!("{classes} classes are too many")))?;
        match kind {
            Labels::Single => {
                let class = Tensor::f_from_slice(target(batch, classes)?).and_then(|class| class.f_to_device(device)).map_err(torch)?;
                Ok(Self::Single { class: class.to_kind(Kind::Int64), classes: width })
            }
            Labels::Multi => {
                let marks = Tensor::f_from_slice(&labels(batch, classes)?).and_then(|marks| marks.f_to_device(device)).map_err(torch)?;
                let marks = marks.f_view([-1, width]).map_err(torch)?;
                Ok(Self::Multi { present: marks.eq(1).to_kind(Kind::Float), known: marks.ge(0).to_kind(Kind::Float) })
            }
        }
    }

    /// Presence and knowledge as matrices of shape `[n, classes]`; everything is known about an item of a single class.
    pub(crate) fn matrices(&self) -> (Tensor, Tensor) {
        match self {
            Self::Single { class, classes } => {
                let present = class.one_hot(*classes).to_kind(Kind::Float);
                let known = present.ones_like();
                (present, known)
            }
            Self::Multi { present, known } => (present.shallow_clone(), known.shallow_clone()),
        }
    }
}
