//! What a worker is for besides running cells: it loads a library once to write its descriptor.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::backend::descriptor::Descriptor;
use crate::backend::plugin::Plugin;

/// A runtime's libraries, by the name that a descriptor gives it, in the order in which they are loaded.
pub fn runtime(descriptor: &Descriptor) -> Result<Vec<PathBuf>, String> {
    match descriptor.runtime.name.as_str() {
        "libtorch" => fairgrid_runtime::libtorch().map(|runtime| runtime.preload).map_err(|error| error.to_string()),
        "onnxruntime" => fairgrid_runtime::onnxruntime().map(|runtime| runtime.preload).map_err(|error| error.to_string()),
        // A library that brings its own runtime, or needs none.
        _ => Ok(Vec::new()),
    }
}
