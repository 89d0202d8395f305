//! Loading ONNX Runtime.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use fairgrid_sdk::Failure;
use ort::environment::Environment;
use ort::logging::LogLevel;

use crate::failure::runtime;

/// The name under which the library is known once it is loaded, whatever its path was.
const LIBRARY: &str = "libonnxruntime.so.1";

/// ONNX Runtime lives as long as the process.
static LOADED: Mutex<Option<Environment>> = Mutex::new(None);

/// ONNX Runtime, from the libraries that the host has loaded, and else under its usual name.
///
/// # Errors
/// It can't be loaded, or is too old.
pub(crate) fn load(libraries: &[PathBuf]) -> Result<Environment, Failure> {
    let mut loaded = LOADED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(environment) = &*loaded {
        return Ok(environment.clone());
    }
    let is_it = |path: &&PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().contains("onnxruntime"));
    let path = libraries.iter().find(is_it).map_or(Path::new(LIBRARY), PathBuf::as_path);
    let builder = ort::environment::init_from(path).map_err(|error| {
        Failure::unsupported(format_args!("ONNX Runtime is not usable: {error}"))
            .help("fetch it with `fairgrid runtime install onnxruntime`, or set `ORT_DYLIB_PATH` to a library of version 1.17 or later")
    })?;
    let environment = builder.with_name("fairgrid").with_telemetry(false).build().map_err(runtime)?;
    environment.set_log_level(LogLevel::Error);
    Ok(loaded.insert(environment).clone())
}
