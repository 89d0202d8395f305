//! Scoring images with a model file.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use arrow::array::{Array, StringArray};
use fairgrid_sdk::{Cancel, Failure, Host, Images, Job, Outputs, ids, rows};
use ort::environment::Environment;
use ort::session::RunOptions;

use crate::failure::runtime;
use crate::model::Model;
use crate::output::Output;

/// How often a running model looks whether the job is to end.
const PATIENCE: Duration = Duration::from_millis(50);

/// Does a job of the ability `predict`.
///
/// # Errors
/// The job is wrong, an input fails, or ONNX Runtime does.
pub(crate) fn predict(environment: &Environment, job: &Job, host: &mut dyn Host) -> Result<(), Failure> {
    let output = Output::read(job)?;
    let mut model = Model::load(environment, job)?;
    let tensor = output.tensor(model.outputs())?;
    let options = RunOptions::new().map_err(runtime)?;
    let cancel = host.cancel();
    thread::scope(|scope| {
        let (finished, wait) = mpsc::channel::<()>();
        let (options, watched) = (&options, cancel.clone());
        scope.spawn(move || watch(&watched, options, &wait));
        let answer = Predicting { job, output: &output, tensor: &tensor }.all(&mut model, options, host);
        drop(finished);
        // A model that was told to end reports an error of its own.
        if cancel.is_set() { Err(Failure::cancelled()) } else { answer }
    })
}

/// Ends the running model once the job is to end; ends itself when the other end of `wait` is dropped.
fn watch(cancel: &Cancel, options: &RunOptions, wait: &mpsc::Receiver<()>) {
    while wait.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
        if cancel.is_set() {
            // Best effort: if it fails, the job ends after this batch.
            let _ = options.terminate();
            return;
        }
    }
}

struct Predicting<'a> {
    job: &'a Job,
    output: &'a Output,
    tensor: &'a str,
}

impl Predicting<'_> {
    /// Emits the scores of every item.
    fn all(&self, model: &mut Model, options: &RunOptions, host: &mut dyn Host) -> Result<(), Failure> {
        let total = self.job.batches("predict");
        let input = host.open_input("predict", 0)?;
        for (done, batch) in (1..).zip(input) {
            let batch = batch?;
            let (ids, images) = (ids(&batch)?, Images::of(&batch)?);
            let length = images.bytes.len() / images.len().max(1);
            let mut scores = Vec::with_capacity(images.len() * self.job.classes.len());
            for bytes in images.bytes.chunks(model.chunk(&self.job.pixels) * length.max(1)) {
                let some = Images { bytes, shape: images.shape };
                let outputs = model.run(&self.job.pixels, &some, options)?;
                scores.extend(self.output.scores(&outputs, self.tensor, some.len())?);
            }
            self.check(ids, &scores)?;
            host.emit("rows", rows(ids, self.output.kind, self.job.classes.len(), scores)?)?;
            host.progress(done, total, "predicting")?;
        }
        Ok(())
    }

    /// Refuses what can't be scores, naming the item.
    fn check(&self, ids: &StringArray, scores: &[f32]) -> Result<(), Failure> {
        let classes = self.job.classes.len();
        let wrong = |score: &f32| match self.output.kind {
            // Rounding may leave a softmax a little outside.
            Outputs::Probabilities => !(-1e-3..=1.001).contains(score),
            _ => !score.is_finite(),
        };
        let Some(at) = scores.iter().position(wrong) else { return Ok(()) };
        let id = if at / classes < ids.len() { ids.value(at / classes) } else { "" };
        let message = format!(
            "the model's output for `{id}`, class `{}`, is {}, which is no {}",
            self.job.classes[at % classes],
            scores[at],
            self.noun()
        );
        Err(match self.output.kind {
            Outputs::Probabilities if scores[at].is_finite() => Failure::invalid("/output/probabilities", message)
                .help("if the output is not yet a softmax or sigmoid, write `logits` in place of `probabilities`"),
            _ => Failure::runtime(message),
        })
    }

    fn noun(&self) -> &'static str {
        match self.output.kind {
            Outputs::Logits => "logit",
            Outputs::Probabilities => "probability",
            Outputs::Scores => "score",
        }
    }
}
