//! A network and its parameters.

use std::path::Path;

use fairgrid_sdk::{Failure, Job, Status};
use serde_json::{Value, json};
use tch::nn::{ModuleT, VarStore};
use tch::{Device, Tensor};

use crate::architecture::{self, Image};
use crate::file;

/// A network built for a job.
pub(crate) struct Model {
    store: VarStore,
    network: Box<dyn ModuleT>,
    head: &'static [&'static str],
    note: Value,
}

impl Model {
    /// The network that the job names, with fresh parameters from libtorch's generator.
    ///
    /// # Errors
    /// No such architecture or option, or images that it can't take.
    pub(crate) fn build(job: &Job, device: Device) -> Result<Self, Failure> {
        let part = job.part();
        let part = part
            .at("architecture")
            .map_err(|failure| failure.help("this backend has no model files of its own: name an `architecture`"))?;
        let image = Image::of(&job.pixels);
        let architecture = architecture::choose(&part, &image)?;
        let classes = i64::try_from(job.classes.len()).map_err(|_| Failure::invalid("/classes", "there are too many classes"))?;
        let store = VarStore::new(device);
        let network = architecture.build(&store, &image, classes);
        let note = json!({"architecture": part.value(), "classes": job.classes, "input": job.part().get("input").map(|input| input.value().clone())});
        Ok(Self { store, network, head: architecture.head(), note })
    }

    /// Logits of shape `[n, classes]` for images of shape `[n, channels, height, width]`.
    pub(crate) fn logits(&self, images: &Tensor, train: bool) -> Tensor {
        self.network.forward_t(images, train)
    }

    /// What training changes, sorted by name.
    pub(crate) fn parameters(&self) -> Vec<(String, Tensor)> {
        self.tensors().into_iter().filter(|(_, tensor)| tensor.requires_grad()).collect()
    }

    /// All that makes the model what it is, also running statistics, sorted by name.
    pub(crate) fn tensors(&self) -> Vec<(String, Tensor)> {
        let mut tensors: Vec<_> = self.store.variables().into_iter().collect();
        tensors.sort_by(|one, other| one.0.cmp(&other.0));
        tensors
    }

    /// Writes the weights.
    ///
    /// # Errors
    /// The file can't be written.
    pub(crate) fn save(&self, path: &Path) -> Result<(), Failure> {
        file::write(path, &self.note, &self.tensors())
    }

    /// Reads weights. Where the last layer may differ, it keeps its fresh values if the file has it for another number of classes; says whether it
    /// did.
    ///
    /// # Errors
    /// The file can't be read, or a tensor is missing or has another shape.
    pub(crate) fn load(&self, path: &Path, head_may_differ: bool) -> Result<bool, Failure> {
        let contents = file::read(path)?;
        let mut fresh_head = false;
        for (name, mut tensor) in self.tensors() {
            let found = contents.tensors.get(&name).ok_or_else(|| self.misfit(path, format!("there is no `{name}`")))?;
            if found.size() == tensor.size() {
                tch::no_grad(|| tensor.copy_(found));
            } else if head_may_differ && self.head.contains(&name.as_str()) {
                fresh_head = true;
            } else {
                return Err(self.misfit(path, format!("`{name}` has the shape {:?} there and {:?} here", found.size(), tensor.size())));
            }
        }
        Ok(fresh_head)
    }

    fn misfit(&self, path: &Path, what: String) -> Failure {
        Failure::new(
            Status::File,
            format_args!("the weights in `{}` are of another network than `{}`: {what}", path.display(), self.note["architecture"]),
        )
        .at("/weights")
    }
}
