//! `fairgrid runtime install|path`: the native runtimes.

use clap::{Args, Subcommand, ValueEnum};

use super::{Exit, Failure};

/// Install or find the native runtimes.
#[derive(Debug, Args)]
pub struct Runtime {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Fetch a runtime into the user's cache, unless it is there.
    Install {
        /// Which.
        name: Name,
    },
    /// Print the folder of a runtime.
    Path {
        /// Which.
        name: Name,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Name {
    /// For the backend `torch`.
    Libtorch,
    /// For the backend `onnx`.
    Onnxruntime,
}
