//! Finds and fetches the native runtimes that backends stand on: libtorch and ONNX Runtime.
//!
//! A runtime is looked for where the user points (`LIBTORCH`, `LIBTORCH_USE_PYTORCH`, `ORT_DYLIB_PATH`) and else in the user's cache directory, where
//! [`Native::install`] puts it. The answer is a [`Runtime`], whose `preload` names the libraries that a worker loads before it loads the plugin; so
//! neither an environment variable nor an rpath is needed.
//!
//! ```text
//! let runtime = Native::Libtorch.install(&|step| eprint!("\r{step}"))?;
//! for library in &runtime.preload { /* dlopen */ }
//! ```

mod error;
mod install;
mod own;
mod package;
mod pip;
mod places;

use std::fmt;
use std::path::PathBuf;

pub use error::RuntimeError;
pub use install::Progress;
pub use places::Places;

/// The native runtimes that this build knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Native {
    /// PyTorch's C++ library.
    Libtorch,
    /// Microsoft's ONNX Runtime.
    OnnxRuntime,
}

impl Native {
    /// Every runtime, in the order of listings.
    pub const ALL: [Native; 2] = [Native::Libtorch, Native::OnnxRuntime];

    /// The runtime that goes by `name` in a backend's description: `libtorch` or `onnxruntime`.
    pub fn named(name: &str) -> Option<Native> {
        Self::ALL.into_iter().find(|native| native.name() == name)
    }

    /// Its name: `libtorch` or `onnxruntime`.
    pub fn name(self) -> &'static str {
        self.package().name
    }

    /// The version that [`install`](Self::install) fetches and that the plugins are written for.
    pub fn version(self) -> &'static str {
        self.package().version
    }

    /// The runtime on this machine: the user's own if the environment names one, else the one in the cache directory. Nothing is fetched.
    ///
    /// # Errors
    /// [`RuntimeError::NotInstalled`] if there is none; another if the user's own is not usable.
    pub fn find(self) -> Result<Runtime, RuntimeError> {
        Places::from_environment().find(self)
    }

    /// The runtime on this machine, fetched first if it is missing (libtorch: 540 MB through `pip download`). A second call finds it at once;
    /// processes that call at the same time wait for each other.
    ///
    /// # Errors
    /// Whatever stands in the way: no pip, no network, a wrong checksum, a full disk, a platform without packages. Wheels that arrived whole are kept
    /// for the next attempt.
    pub fn install(self, progress: &dyn Fn(&Progress)) -> Result<Runtime, RuntimeError> {
        Places::from_environment().install(self, progress)
    }
}

impl fmt::Display for Native {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A runtime on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runtime {
    /// Which one.
    pub native: Native,
    /// Its version, as in `2.13.0` or `2.13.0+cu130`; `unknown` if the user's own does not tell.
    pub version: String,
    /// The directory that holds it. For libtorch it has `lib` and `include`, and may be given to a build as `LIBTORCH`.
    pub root: PathBuf,
    /// The libraries to load before the plugin: absolute, in the order of loading.
    pub preload: Vec<PathBuf>,
    /// The environment variable that led to it; none for the one in the cache directory.
    pub variable: Option<&'static str>,
}

/// libtorch on this machine; nothing is fetched.
///
/// # Errors
/// As [`Native::find`].
pub fn libtorch() -> Result<Runtime, RuntimeError> {
    Native::Libtorch.find()
}

/// ONNX Runtime on this machine; nothing is fetched.
///
/// # Errors
/// As [`Native::find`].
pub fn onnxruntime() -> Result<Runtime, RuntimeError> {
    Native::OnnxRuntime.find()
}
