//! A model of a cell: something that a backend runs, or predictions made elsewhere.

use std::path::PathBuf;

use super::augment::Augment;
use super::decode::{Choice, Decode, Fields, expected};
use super::input::Input;
use super::node::{Node, Value};
use super::path::{is_file, path};
use super::predictions::Columns;
use super::problem::{Problem, Problems};
use super::sample::Sample;
use super::validate::Validate;
use super::weights::Weights;

/// The threads of a task where the spec does not say: the same on any machine, since the count is part of the result.
pub const DEFAULT_THREADS: u32 = 2;

/// `dataset/split`.
#[derive(Clone, Debug, PartialEq)]
pub struct SplitName {
    /// The name under `data:`.
    pub dataset: String,
    /// The name under the card's `splits:`.
    pub split: String,
    /// Where it is written.
    pub node: Node,
}

impl Decode for SplitName {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let text = String::decode(node, problems)?;
        match text.split_once('/') {
            Some((dataset, split)) if !dataset.is_empty() && !split.is_empty() && !split.contains('/') => {
                Some(Self { dataset: dataset.to_owned(), split: split.to_owned(), node: node.clone() })
            }
            _ => expected(node, problems, "a split, as `dataset/split`"),
        }
    }
}

impl std::fmt::Display for SplitName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.dataset, self.split)
    }
}

/// What produces the predictions of a cell.
#[derive(Clone, Debug)]
pub enum Model {
    /// A backend trains it, infers with it, or both.
    Backend(Box<BackendModel>),
    /// A file holds them, or the embeddings in their place.
    Predictions(Box<ImportedModel>),
}

/// Predictions or embeddings that were made elsewhere.
#[derive(Clone, Debug)]
pub struct ImportedModel {
    /// The table that holds them.
    pub file: PathBuf,
    /// Where the file's name is written.
    pub file_node: Node,
    /// What its columns mean.
    pub columns: Columns,
}

/// A model that a backend runs.
#[derive(Clone, Debug)]
pub struct BackendModel {
    /// The backend's name.
    pub backend: String,
    /// Where the backend's name is written.
    pub backend_node: Node,
    /// The architecture, where the backend builds the network.
    pub architecture: Option<Choice>,
    /// The file that holds the network, where it is built already.
    pub file: Option<PathBuf>,
    /// Weights to start from.
    pub weights: Option<PathBuf>,
    /// How images are given to the network.
    pub input: Input,
    /// Which of the network's outputs are the scores, as the backend understands it.
    pub output: Option<Node>,
    /// How it is trained, if it is.
    pub train: Option<Train>,
    /// Where it runs: `cpu`, or a name that the backend knows.
    pub device: String,
    /// Threads that the runtime may use.
    pub threads: u32,
    /// The whole model as written, after substitution.
    pub node: Node,
}

/// How a model is trained.
#[derive(Clone, Debug)]
pub struct Train {
    /// The split that it learns from.
    pub data: SplitName,
    /// Which of its items; all of them without it.
    pub sample: Option<Sample>,
    /// How much each of them counts; all alike without it.
    pub weights: Option<Weights>,
    /// The loss.
    pub loss: Choice,
    /// The optimizer.
    pub optimizer: Choice,
    /// The learning rate over time.
    pub schedule: Option<Choice>,
    /// Per-image augmentation, by the host.
    pub augment: Augment,
    /// Which epoch's model is kept; the last one's without it.
    pub validate: Option<Validate>,
    /// Seeds the weights, the order of the images, dropout and augmentation.
    pub seed: u64,
    /// Passes over the data.
    pub epochs: u32,
    /// Images a step.
    pub batch_size: u32,
}

impl Decode for Model {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        if node.get("predictions").is_some() || node.get("embeddings").is_some() {
            return ImportedModel::decode(node, problems).map(|imported| Self::Predictions(Box::new(imported)));
        }
        BackendModel::decode(node, problems).map(|model| Self::Backend(Box::new(model)))
    }
}

impl Decode for ImportedModel {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let (what, key, read): (_, _, fn(&Node, &mut Problems) -> Option<Columns>) = match node.get("embeddings") {
            Some(_) => ("imported embeddings", "embeddings", Columns::of_embeddings),
            None => ("imported predictions", "predictions", Columns::decode),
        };
        let mut fields = Fields::of(node, problems, what)?;
        let file_node = fields.required::<Node>(key, problems);
        let file = file_node.as_ref().and_then(|node| path(node, problems));
        let columns = fields.required_with("columns", problems, read);
        fields.finish(problems);
        if let (Some(file), Some(node)) = (&file, &file_node) {
            is_file(file, node, problems);
        }
        Some(Self { file: file?, file_node: file_node?, columns: columns? })
    }
}

impl Decode for BackendModel {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, problems, "a model")?;
        let backend_node = fields.required::<Node>("backend", problems);
        let backend = backend_node.as_ref().and_then(|node| String::decode(node, problems));
        let architecture = fields.optional("architecture", problems);
        let file = fields.optional_with("file", problems, path);
        let weights = fields.optional_with("weights", problems, path);
        let input = fields.optional::<Input>("input", problems);
        let output = fields.optional_with("output", problems, |node, problems| match node.value {
            Value::Map(_) => Some(node.clone()),
            _ => expected(node, problems, "a map"),
        });
        let train = fields.optional("train", problems);
        let device = fields.optional("device", problems);
        let threads = fields.optional_with("threads", problems, |node, problems| match u32::decode(node, problems)? {
            0 => expected(node, problems, "at least 1 thread"),
            threads => Some(threads),
        });
        fields.finish(problems);
        for file in [&file, &weights].into_iter().flatten() {
            let written = node.get(if Some(file) == weights.as_ref() { "weights" } else { "file" }).unwrap_or(node);
            is_file(file, written, problems);
        }
        if node.get("architecture").is_some() == node.get("file").is_some() {
            problems.push(
                Problem::at(node, "a model needs either `architecture` or `file`")
                    .help("`architecture: {name: {…}}` builds a network; `file: net.onnx` loads one"),
            );
        }
        Some(Self {
            backend: backend?,
            backend_node: backend_node?,
            architecture,
            file,
            weights,
            input: input.unwrap_or_default(),
            output,
            train,
            device: device.unwrap_or_else(|| "cpu".to_owned()),
            threads: threads.unwrap_or(DEFAULT_THREADS),
            node: node.clone(),
        })
    }
}

impl Decode for Train {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, problems, "`train`")?;
        let data = fields.required("data", problems);
        let sample = fields.optional("sample", problems);
        let weights = fields.optional("weights", problems);
        let loss = fields.required("loss", problems);
        let optimizer = fields.required("optimizer", problems);
        let schedule = fields.optional("schedule", problems);
        let augment = fields.optional::<Augment>("augment", problems);
        let validate = fields.optional("validate", problems);
        let seed = fields.optional("seed", problems);
        let epochs = fields.required_with("epochs", problems, at_least_one);
        let batch_size = fields.required_with("batch_size", problems, at_least_one);
        fields.finish(problems);
        Some(Self {
            data: data?,
            sample,
            weights,
            loss: loss?,
            optimizer: optimizer?,
            schedule,
            augment: augment.unwrap_or_default(),
            validate,
            seed: seed.unwrap_or(0),
            epochs: epochs?,
            batch_size: batch_size?,
        })
    }
}

fn at_least_one(node: &Node, problems: &mut Problems) -> Option<u32> {
    match u32::decode(node, problems)? {
        0 => expected(node, problems, "at least 1"),
        value => Some(value),
    }
}
