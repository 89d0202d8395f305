//! ONNX Runtime's errors as the host wants them.

use std::path::Path;

use fairgrid_sdk::{Failure, Status};

/// A failure of ONNX Runtime while it computes.
pub(crate) fn runtime<R>(error: ort::Error<R>) -> Failure {
    let text = first_line(error.message());
    if text.contains("bad_alloc") || text.contains("Failed to allocate memory") {
        return Failure::memory(format_args!("ONNX Runtime: {text}")).help("use a smaller batch, or fewer `--jobs`");
    }
    Failure::runtime(format_args!("ONNX Runtime: {text}"))
}

/// A model that can't be loaded.
pub(crate) fn unloadable<R>(path: &Path, error: ort::Error<R>) -> Failure {
    Failure::new(Status::File, format_args!("`{}` is no model that ONNX Runtime can load: {}", path.display(), first_line(error.message())))
        .at("/file")
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
