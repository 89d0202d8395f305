//! libtorch's errors as the host wants them.

use fairgrid_sdk::Failure;
use tch::TchError;

/// A failure of libtorch. Its message is followed by a C++ stack trace, which helps nobody who reads a spec.
pub(crate) fn torch(error: TchError) -> Failure {
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default().trim_start_matches("Internal torch error: ");
    if first.contains("allocate memory") || first.contains("out of memory") {
        return Failure::memory(format_args!("libtorch: {first}")).help("use a smaller `batch_size`, a smaller `input`, or fewer `--jobs`");
    }
    Failure::runtime(format_args!("libtorch: {first}"))
}
