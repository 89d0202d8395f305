//! A batch of the host's, as tensors.

use arrow::array::StringArray;
use arrow::record_batch::RecordBatch;
use fairgrid_sdk::{Failure, Images, Job, Pixels, ids, weights};
use tch::{Device, Kind, Tensor};

use crate::failure::torch;
use crate::targets::Targets;

/// `(byte - mean) / std` on the device.
pub(crate) struct Normalization {
    wanted: [usize; 3],
    mean: Tensor,
    std: Tensor,
    device: Device,
}

impl Normalization {
    pub(crate) fn new(pixels: &Pixels, device: Device) -> Self {
        // One number a channel, beside images of shape `[n, channels, height, width]`.
        let row = |values: &[f64]| Tensor::from_slice(values).to_kind(Kind::Float).to_device(device).view([1, -1, 1, 1]);
        Self { wanted: [pixels.height, pixels.width, pixels.channels], mean: row(&pixels.mean), std: row(&pixels.std), device }
    }

    /// The images of a batch: float32 of shape `[n, channels, height, width]`. In memory the channels stay innermost, as the host sends them, which
    /// is also how convolutions run fastest.
    ///
    /// # Errors
    /// The column is missing, or of another shape than the job says.
    pub(crate) fn images(&self, batch: &RecordBatch) -> Result<Tensor, Failure> {
        let images = Images::of(batch)?;
        if images.shape != self.wanted {
            return Err(Failure::internal(format_args!("the images have the shape {:?}, the job says {:?}", images.shape, self.wanted)));
        }
        let [height, width, channels] = images.shape.map(|axis| axis as i64);
        let bytes = Tensor::f_from_data_size(images.bytes, &[images.len() as i64, height, width, channels], Kind::Uint8).map_err(torch)?;
        let numbers = bytes.f_to_device(self.device).and_then(|bytes| bytes.f_permute([0, 3, 1, 2])).map_err(torch)?.to_kind(Kind::Float);
        Ok((numbers - &self.mean) / &self.std)
    }
}

/// What a step is taken on.
pub(crate) struct Batch {
    pub(crate) images: Tensor,
    pub(crate) targets: Targets,
    /// Float32 of shape `[n]`, if items have weights.
    pub(crate) weights: Option<Tensor>,
}

impl Batch {
    /// A batch of the input `train`.
    ///
    /// # Errors
    /// A column is missing, of another type or out of bounds.
    pub(crate) fn of(batch: &RecordBatch, job: &Job, normalization: &Normalization) -> Result<Self, Failure> {
        let device = normalization.device;
        let weights = weights(batch)?.map(|weights| Tensor::from_slice(weights).to_device(device));
        Ok(Self { images: normalization.images(batch)?, targets: Targets::of(batch, job.labels, job.classes.len(), device)?, weights })
    }
}

/// A batch of the input `predict` or `validation`: ids and images.
///
/// # Errors
/// As [`Batch::of`].
pub(crate) fn unlabeled<'a>(batch: &'a RecordBatch, normalization: &Normalization) -> Result<(&'a StringArray, Tensor), Failure> {
    Ok((ids(batch)?, normalization.images(batch)?))
}
