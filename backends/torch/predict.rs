//! Scoring images with a model.

use arrow::array::Array;
use fairgrid_sdk::{Failure, Host, Job, Outputs, rows};
use tch::{Device, Kind};

use crate::batch::{Normalization, unlabeled};
use crate::device;
use crate::failure::torch;
use crate::model::Model;

/// Does a job of the ability `predict`.
///
/// # Errors
/// The job is wrong, an input fails, or libtorch does.
pub(crate) fn predict(job: &Job, host: &mut dyn Host) -> Result<(), Failure> {
    let device = device::of(job)?;
    let model = Model::build(job, device)?;
    let weights =
        job.path("weights")?.ok_or_else(|| Failure::invalid("/weights", "`weights` is missing: there is nothing to predict with"))?;
    model.load(&weights, false)?;
    let total = job.batches("predict");
    let mut done = 0;
    score(&model, job, host, Pass { input: "predict", output: "rows", epoch: 0, device }, &mut |host| {
        done += 1;
        host.progress(done, total, "predicting")
    })
}

/// One pass over an input.
pub(crate) struct Pass {
    /// What is read.
    pub(crate) input: &'static str,
    /// What is emitted.
    pub(crate) output: &'static str,
    /// Given to the host as it is.
    pub(crate) epoch: u32,
    pub(crate) device: Device,
}

/// Emits the logits of every item of an input, batch by batch, and calls `after` for each.
///
/// # Errors
/// An input fails, libtorch does, or `after` says so.
pub(crate) fn score(
    model: &Model,
    job: &Job,
    host: &mut dyn Host,
    pass: Pass,
    after: &mut dyn FnMut(&mut dyn Host) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let normalization = Normalization::new(&job.pixels, pass.device);
    let classes = job.classes.len();
    let input = host.open_input(pass.input, pass.epoch)?;
    for batch in input {
        let batch = batch?;
        let (ids, images) = unlabeled(&batch, &normalization)?;
        let logits = tch::no_grad(|| model.logits(&images, false))
            .f_to_device(Device::Cpu)
            .and_then(|logits| logits.f_contiguous())
            .map_err(torch)?;
        let mut values = vec![0.0_f32; ids.len() * classes];
        let count = values.len();
        logits.to_kind(Kind::Float).f_copy_data(&mut values, count).map_err(torch)?;
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            let id = ids.value(at / classes);
            return Err(Failure::runtime(format_args!("the model's output for `{id}` is {}, which is no score", values[at])));
        }
        host.emit(pass.output, rows(ids, Outputs::Logits, classes, values)?)?;
        after(host)?;
    }
    Ok(())
}
