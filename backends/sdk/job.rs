//! The job: what the host asks for.

use crate::{Ability, Failure, Part, Pixels};
use serde_json::Value;
use std::path::PathBuf;

/// Whether an image has one class or several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Labels {
    /// Exactly one.
    Single,
    /// Any number; unknown ones exist.
    Multi,
}

/// A checkpoint from which training can go on to the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Where it is written after each epoch: beside its place, then renamed.
    pub save: PathBuf,
    /// Whether it exists already and training begins from it.
    pub resume: bool,
}

/// What is common to all jobs, read from JSON; the rest is reached through [`Job::part`].
#[derive(Clone, Debug)]
pub struct Job {
    value: Value,
    /// What to do.
    pub ability: Ability,
    /// The names of the classes, in the order of all scores and targets.
    pub classes: Vec<String>,
    /// Whether an image has one class or several.
    pub labels: Labels,
    /// What the bytes of an image mean.
    pub pixels: Pixels,
    /// How many threads to compute on; at least 1.
    pub threads: usize,
    /// What to compute on: `cpu`, `cuda` …
    pub device: String,
}

impl Job {
    /// Reads a job, checking what is common to all.
    ///
    /// # Errors
    /// A member is missing, of the wrong type or out of bounds; the failure points at it.
    pub fn read(value: Value) -> Result<Self, Failure> {
        let job = Part::root(&value);
        let ability = job.at("ability")?;
        let ability = match ability.text()? {
            "train" => Ability::Train,
            "predict" => Ability::Predict,
            other => return Err(ability.fail(format_args!("`ability` (`{other}`) must be train or predict"))),
        };
        let classes = job.at("classes")?;
        let names = classes.list()?.iter().map(|name| name.text().map(str::to_owned)).collect::<Result<Vec<_>, _>>()?;
        if names.is_empty() {
            return Err(classes.fail("`classes` must not be empty"));
        }
        let labels = match job.get("labels") {
            None => Labels::Single,
            Some(labels) => match labels.text()? {
                "single" => Labels::Single,
                "multi" => Labels::Multi,
                other => return Err(labels.fail(format_args!("`labels` (`{other}`) must be single or multi"))),
            },
        };
        let pixels = Pixels::read(&job.at("input")?)?;
        let threads = job.get("threads").map_or(Ok(1), |threads| threads.size())?.max(1);
        let device = job.get("device").map_or(Ok("cpu"), |device| device.text())?.to_owned();
        Ok(Self { ability, classes: names, labels, pixels, threads, device, value })
    }

    /// The whole document.
    pub fn part(&self) -> Part<'_> {
        Part::root(&self.value)
    }

    /// The architecture's name and options; `None` for a model file.
    ///
    /// # Errors
    /// It is not one name with its options.
    pub fn architecture(&self) -> Result<Option<(&str, Part<'_>)>, Failure> {
        self.part().get("architecture").map(|architecture| architecture.choice()).transpose()
    }

    /// The `train` block.
    ///
    /// # Errors
    /// It is missing.
    pub fn train(&self) -> Result<Part<'_>, Failure> {
        self.part().at("train")
    }

    /// A file of the job: `file`, `weights`, `save_weights`.
    ///
    /// # Errors
    /// It is not text.
    pub fn path(&self, key: &str) -> Result<Option<PathBuf>, Failure> {
        self.part().get(key).map(|path| path.path()).transpose()
    }

    /// Where checkpoints go, if they are wanted.
    ///
    /// # Errors
    /// `save` is missing or of the wrong type.
    pub fn checkpoint(&self) -> Result<Option<Checkpoint>, Failure> {
        let Some(checkpoint) = self.part().get("checkpoint") else { return Ok(None) };
        let resume = checkpoint.get("resume").map_or(Ok(false), |resume| resume.boolean())?;
        Ok(Some(Checkpoint { save: checkpoint.at("save")?.path()?, resume }))
    }

    /// How many batches an input has in an epoch; 0 where the host doesn't say.
    pub fn batches(&self, input: &str) -> u64 {
        self.value["inputs"][input]["batches"].as_u64().unwrap_or(0)
    }

    /// Whether the host has this input: `train`, `validation` or `predict`.
    pub fn has_input(&self, input: &str) -> bool {
        self.value["inputs"].get(input).is_some_and(|input| !input.is_null())
    }
}
