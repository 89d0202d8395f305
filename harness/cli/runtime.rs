//! `fairgrid runtime install|path`: the native runtimes.

use clap::{Args, Subcommand, ValueEnum};

use fairgrid_runtime::Native;

use super::{Exit, Failure};

/// Install or find the native runtimes.
#[derive(Debug, Args)]
pub(super) struct Runtime {
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

impl Runtime {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        match self.what {
            What::Install { name } => {
                let bar = indicatif::ProgressBar::new_spinner();
                let runtime = name.native().install(&|progress| bar.set_message(progress.to_string())).map_err(Failure::unavailable)?;
                bar.finish_and_clear();
                println!("{} {} is in {}", runtime.native, runtime.version, runtime.root.display());
            }
            What::Path { name } => println!("{}", name.native().find().map_err(Failure::unavailable)?.root.display()),
        }
        Ok(Exit::Ok)
    }
}

impl Name {
    fn native(self) -> Native {
        match self {
            Self::Libtorch => Native::Libtorch,
            Self::Onnxruntime => Native::OnnxRuntime,
        }
    }
}
