//! What a backend is told, and where in the YAML each part of it was written.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::spec::decode::Choice;
use crate::spec::input::Resolved;
use crate::spec::model::{BackendModel, Train};
use crate::spec::node::{Node, Value as Written};

/// Images a step when predicting: it changes nothing but speed and memory.
pub const PREDICT_BATCH: u32 = 64;

/// What the backend is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ability {
    /// Learn weights.
    Train,
    /// Give scores.
    Predict,
}

impl Ability {
    /// The word of the ABI.
    pub fn word(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Predict => "predict",
        }
    }
}

/// What the targets of a dataset look like to a backend.
#[derive(Clone, Debug)]
pub struct Task<'a> {
    /// The classes, in the order of the scores.
    pub classes: &'a [String],
    /// Whether an item can have several.
    pub multi: bool,
}

/// How many items a step reads.
#[derive(Clone, Copy, Debug)]
pub struct Items {
    /// Of the split that it is about.
    pub main: usize,
    /// Of the validation split of a training, if it has one.
    pub validation: Option<usize>,
}

/// Files that a job reads and writes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Files<'a> {
    /// Weights to start from, or to predict with.
    pub weights: Option<&'a Path>,
    /// Where the trained weights go.
    pub save_weights: Option<&'a Path>,
    /// Where the checkpoint is kept while training.
    pub checkpoint: Option<&'a Path>,
}

/// The part of a job that decides its result, paths aside: it goes into the key.
pub fn parameters(model: &BackendModel, input: &Resolved, ability: Ability) -> Value {
    let mut job = Map::new();
    job.insert("ability".to_owned(), json!(ability.word()));
    if let Some(architecture) = &model.architecture {
        job.insert("architecture".to_owned(), architecture.to_json());
    }
    if let Some(output) = &model.output {
        job.insert("output".to_owned(), output.to_json());
    }
    job.insert("input".to_owned(), input.to_job());
    job.insert("device".to_owned(), json!(model.device));
    job.insert("threads".to_owned(), json!(model.threads));
    if let (Ability::Train, Some(train)) = (ability, &model.train) {
        job.insert("train".to_owned(), train_parameters(train));
    }
    Value::Object(job)
}

fn train_parameters(train: &Train) -> Value {
    let schedule = train.schedule.as_ref().map_or_else(|| json!({"constant": {}}), Choice::to_json);
    json!({
        "loss": train.loss.to_json(),
        "optimizer": train.optimizer.to_json(),
        "schedule": schedule,
        "seed": train.seed,
        "epochs": train.epochs,
        "batch_size": train.batch_size,
    })
}

/// The whole job: its parameters, the classes and the files.
pub fn complete(parameters: &Value, task: &Task<'_>, items: Items, model: &BackendModel, files: &Files<'_>) -> Value {
    let mut job = parameters.clone();
    job["classes"] = json!(task.classes);
    job["labels"] = json!(if task.multi { "multi" } else { "single" });
    if let Some(file) = &model.file {
        job["file"] = json!(file);
    }
    if let Some(weights) = files.weights {
        job["weights"] = json!(weights);
    }
    if let Some(path) = files.save_weights {
        job["save_weights"] = json!(path);
    }
    if let Some(path) = files.checkpoint {
        job["checkpoint"] = json!({"save": path, "resume": path.exists()});
    }
    if let (Some(train), Some(block)) = (&model.train, job.get_mut("train")) {
        block["steps_per_epoch"] = json!(items.main.div_ceil(train.batch_size as usize));
    }
    let (input, batch_size) = match (job.get("train").is_some(), &model.train) {
        (true, Some(train)) => ("train", train.batch_size),
        _ => ("predict", PREDICT_BATCH),
    };
    let described = |items: usize| json!({"rows": items, "batches": items.div_ceil(batch_size as usize)});
    job["inputs"] = json!({ input: described(items.main) });
    if let Some(validation) = items.validation {
        job["inputs"]["validation"] = described(validation);
    }
    job
}

/// Where a part of the job, given as a JSON pointer, was written; the nearest written parent where it was not.
pub fn written<'a>(model: &'a BackendModel, pointer: &str) -> &'a Node {
    let mut node = &model.node;
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        match &node.value {
            Written::Map(entries) => match entries.iter().find(|(key, _)| key.text == part) {
                Some((_, child)) => node = child,
                None => break,
            },
            Written::List(items) => match part.parse::<usize>().ok().and_then(|index| items.get(index)) {
                Some(child) => node = child,
                None => break,
            },
            // A bare name stands for `{name: {}}`.
            _ => break,
        }
    }
    node
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::decode::Decode;
    use crate::spec::problem::Problems;
    use crate::spec::source::Source;

    fn model(text: &str) -> BackendModel {
        let mut problems = Problems::default();
        let node = Node::parse(&Source::new("study.yaml", text)).unwrap();
        let model = BackendModel::decode(&node, &mut problems);
        problems.check(model).unwrap()
    }

    const MODEL: &str = "\
backend: torch
architecture: {small_cnn: {width: 32}}
train: {data: d/train, loss: {focal: {gamma: -1}}, epochs: 1, batch_size: 8, optimizer: sgd}
";

    #[test]
    fn a_pointer_leads_to_the_written_place() {
        assert_eq!(written(&model(MODEL), "/train/loss/focal/gamma").place.text(), "-1");
    }

    #[test]
    fn a_pointer_to_what_is_not_written_climbs_to_the_nearest_parent() {
        assert_eq!(written(&model(MODEL), "/train/optimizer/sgd/learning_rate").place.text(), "sgd");
    }
}
