//! What a worker is for besides running cells: it loads a library once to write its descriptor.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use fairgrid_runtime::{Native, RuntimeError};

use crate::backend::descriptor::Descriptor;
use crate::backend::plugin::Plugin;

/// A runtime's libraries, by the name that a descriptor gives it, in the order in which they are loaded.
pub fn runtime(descriptor: &Descriptor) -> Result<Vec<PathBuf>, RuntimeError> {
    match Native::named(&descriptor.runtime.name) {
        Some(native) => native.find().map(|runtime| runtime.preload),
        // A library that brings its own runtime, or needs none.
        None => Ok(Vec::new()),
    }
}

/// Loads a library and reads what it describes of itself, as JSON. Only in a process that may die of it.
pub fn load(library: &Path) -> Result<String, String> {
    let plugin = Plugin::load(library, &[]).map_err(|error| error.to_string())?;
    plugin.describe().map_err(|error| error.message)
}

/// The same in a worker of its own.
pub fn describe(library: &Path) -> Result<String, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new(program)
        .args(["worker", "--describe"])
        .arg(library)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("the worker cannot be started: {error}"))?;
    if output.status.success() {
        return String::from_utf8(output.stdout).map_err(|_| "it describes itself in something else than UTF-8".to_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(said.lines().last().map_or_else(|| format!("the worker ended with {}", output.status), str::to_owned))
}
