//! What a worker is for besides running cells: it loads a library to find out what it is.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use fairgrid_runtime::{Native, RuntimeError};
use serde_json::Value;

use crate::backend::descriptor::{Description, Descriptor};
use crate::backend::plugin::{LoadError, Plugin};

/// The libraries of a backend's runtime, in the order in which they are loaded.
///
/// # Errors
/// The runtime is not on this machine.
pub fn runtime(descriptor: &Descriptor) -> Result<Vec<PathBuf>, RuntimeError> {
    match descriptor.description.runtime.as_ref().and_then(|runtime| Native::named(&runtime.name)) {
        Some(native) => native.find().map(|runtime| runtime.preload),
        // A library that brings its own runtime, or needs none.
        None => Ok(Vec::new()),
    }
}

/// Loads a library of which nothing is known yet: without a runtime, or with the one whose libraries it asks for. Only in a process that
/// may die of it. Answers what was preloaded, too.
///
/// # Errors
/// It cannot be loaded.
pub fn load(library: &Path) -> Result<(Plugin, Vec<PathBuf>), LoadError> {
    match Plugin::load(library, &[]) {
        Err(error) if error.missing_library().is_some_and(|name| name.starts_with("libtorch") || name.starts_with("libc10")) => {
            let Ok(runtime) = Native::Libtorch.find() else { return Err(error) };
            Plugin::load(library, &runtime.preload).map(|plugin| (plugin, runtime.preload))
        }
        other => other.map(|plugin| (plugin, Vec::new())),
    }
}

/// What a library describes of itself, found out by a worker of its own.
///
/// # Errors
/// Why it cannot be had, in one line.
pub fn describe(library: &Path) -> Result<Description, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new(program)
        .args(["worker", "--describe"])
        .arg(library)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("the worker cannot be started: {error}"))?;
    if output.status.success() {
        let json: Value =
            serde_json::from_slice(&output.stdout).map_err(|error| format!("it describes itself in something else than JSON: {error}"))?;
        return Description::read(&json).map_err(|error| error.to_string());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().rfind(|line| !line.trim().is_empty()).map(|line| line.trim_start_matches("error: ").to_owned());
    Err(match super::child::death(output.status) {
        how if output.status.code().is_none() => how,
        how => last.unwrap_or(how),
    })
}
