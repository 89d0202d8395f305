//! What stands between a user and a native runtime, each with the way round it.

use std::io;
use std::path::PathBuf;

use crate::Native;

/// Why a runtime could not be found or fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuntimeError {
    /// The runtime is neither in the cache directory nor named by the environment.
    #[error("`{native}` {} isn't installed in `{}`: run `fairgrid runtime install {native}`, or set `{variable}` to your own", .native.version(), root.display())]
    NotInstalled {
        /// Which runtime.
        native: Native,
        /// Where it was looked for.
        root: PathBuf,
        /// The variable that may name another.
        variable: &'static str,
    },
    /// The packages are for Linux on x86-64 with glibc only.
    #[error("no package of `{native}` {} is known for `{platform}`: set `{variable}` to your own copy of that version", .native.version())]
    Platform {
        /// Which runtime.
        native: Native,
        /// The platform, as in `macos-aarch64`.
        platform: String,
        /// The variable that may name another.
        variable: &'static str,
    },
    /// Neither `XDG_CACHE_HOME` nor `HOME` says where to keep a runtime.
    #[error("no cache directory: set `XDG_CACHE_HOME` (or `HOME`) to a directory that may hold 0.5 GB")]
    NoCache,
    /// The environment names a runtime that is not there.
    #[error("`{variable}` is `{}`, where there is no `{missing}`: correct it, or unset it to use the fetched runtime", path.display())]
    Own {
        /// The variable.
        variable: &'static str,
        /// Its value.
        path: PathBuf,
        /// The file that should be there.
        missing: String,
    },
    /// `LIBTORCH_USE_PYTORCH` is set and Python has no PyTorch.
    #[error("`LIBTORCH_USE_PYTORCH` is set, but `{python}` has no PyTorch ({reason}): install torch there, or unset the variable")]
    PyTorch {
        /// The interpreter that was asked.
        python: String,
        /// What it answered.
        reason: String,
    },
    /// No pip to download with.
    #[error(
        "no `pip` found (tried {tried}), which downloads `{native}`: install it (Debian and Ubuntu: `apt install python3-pip`; elsewhere `python3 -m ensurepip`), \
         or set `{variable}` to your own copy"
    )]
    NoPip {
        /// Which runtime.
        native: Native,
        /// The commands that were tried.
        tried: String,
        /// The variable that may name another.
        variable: &'static str,
    },
    /// pip ran and failed.
    #[error("pip could not download `{wheel}`: {reason}; {remedy}, or put that wheel into `{}`, or set `{variable}` to your own copy", kept.display())]
    Download {
        /// The requirement, as in `torch==2.13.0`.
        wheel: String,
        /// pip's own last word.
        reason: String,
        /// What to do about it.
        remedy: &'static str,
        /// Where wheels wait for unpacking.
        kept: PathBuf,
        /// The variable that may name another.
        variable: &'static str,
    },
    /// What was downloaded is not what was pinned.
    #[error(
        "`{file}` has the SHA-256 sum `{found}` instead of `{expected}`: it was removed; check that the package index in use is not a changed mirror and run again"
    )]
    Sum {
        /// The wheel.
        file: String,
        /// The pinned sum.
        expected: &'static str,
        /// The sum found.
        found: String,
    },
    /// Not enough room.
    #[error("`{}` has {free} MB free, and fetching `{native}` needs {needed} MB there: free some, or set `XDG_CACHE_HOME` to a larger disk", path.display())]
    Space {
        /// Which runtime.
        native: Native,
        /// The directory on the full disk.
        path: PathBuf,
        /// Megabytes needed.
        needed: u64,
        /// Megabytes free.
        free: u64,
    },
    /// A wheel that is not a whole archive, or lacks a file.
    #[error("cannot unpack `{}`: {reason}; delete it and run again", path.display())]
    Archive {
        /// The wheel.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The file system refused.
    #[error("cannot {action} `{}`", path.display())]
    Io {
        /// What was attempted, as in `create`.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl RuntimeError {
    /// For `map_err`: what was attempted on `path`.
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}
