//! Stopping after an epoch and going on to the same bytes.

use std::collections::BTreeMap;
use std::path::Path;

use fairgrid_sdk::{Failure, Status};
use serde_json::{Value, json};
use tch::Tensor;

use crate::file;
use crate::model::Model;
use crate::optimizer::Optimizer;

/// What marks a file as a checkpoint of this form.
const FORM: &str = "fairgrid-torch checkpoint 1";

/// How far training is, beside the model and the optimizer.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Progress {
    /// Mean loss and last learning rate of each finished epoch.
    pub(crate) epochs: Vec<[f64; 2]>,
    /// Whether the host has had the weights of some epoch kept.
    pub(crate) kept: bool,
    /// Whether the host has ended training.
    pub(crate) stopped: bool,
}

/// Writes a checkpoint. `train` is the job's block of that name, by which a checkpoint is known to be this job's.
///
/// # Errors
/// The file can't be written.
pub(crate) fn save(path: &Path, train: &Value, model: &Model, optimizer: &Optimizer, progress: &Progress) -> Result<(), Failure> {
    let (steps, slots) = optimizer.state(&model.parameters());
    let mut tensors: Vec<_> = model.tensors().into_iter().map(|(name, tensor)| (format!("model/{name}"), tensor)).collect();
    tensors.extend(slots.into_iter().map(|(name, tensor)| (format!("optimizer/{name}"), tensor)));
    // As bits, for a decimal number would have to be read back exactly.
    let epochs: Vec<[u64; 2]> = progress.epochs.iter().map(|numbers| numbers.map(f64::to_bits)).collect();
    let note = json!({"form": FORM, "train": train, "steps": steps, "epochs": epochs, "kept": progress.kept, "stopped": progress.stopped});
    file::write(path, &note, &tensors)
}

/// Puts the model and the optimizer back to where the checkpoint was written.
///
/// # Errors
/// The file can't be read, or belongs to another job.
pub(crate) fn restore(path: &Path, train: &Value, model: &Model, optimizer: &mut Optimizer) -> Result<Progress, Failure> {
    let contents = file::read(path)?;
    let wrong = |what: String| {
        Failure::new(Status::File, format_args!("`{}` is no checkpoint of this job: {what}", path.display()))
            .help("delete it to train from the start")
    };
    let note = &contents.note;
    if note["form"] != FORM {
        return Err(wrong(format!("its form is {}", note["form"])));
    }
    if note["train"] != *train {
        return Err(wrong("its `train` block is another one".to_owned()));
    }
    let find = |name: &str| contents.tensors.get(name).map(Tensor::shallow_clone);
    let targets: BTreeMap<String, Tensor> = model.tensors().into_iter().collect();
    for (name, mut tensor) in targets {
        let found = find(&format!("model/{name}")).filter(|found| found.size() == tensor.size());
        let found = found.ok_or_else(|| wrong(format!("there is no `model/{name}` of the shape {:?} in it", tensor.size())))?;
        tch::no_grad(|| tensor.copy_(&found));
    }
    let numbers = || {
        let epochs: Option<Vec<[f64; 2]>> = note["epochs"].as_array()?.iter().map(pair).collect();
        Some((note["steps"].as_u64()?, epochs?, note["kept"].as_bool()?, note["stopped"].as_bool()?))
    };
    let (steps, epochs, kept, stopped) = numbers().ok_or_else(|| wrong("its note is incomplete".to_owned()))?;
    optimizer.restore(steps, &model.parameters(), |name| find(&format!("optimizer/{name}"))).map_err(wrong)?;
    Ok(Progress { epochs, kept, stopped })
}

fn pair(value: &Value) -> Option<[f64; 2]> {
    let bits = value.as_array()?.iter().map(|bits| bits.as_u64().map(f64::from_bits)).collect::<Option<Vec<_>>>()?;
    bits.try_into().ok()
}
