//! What a backend implements.

use crate::{Description, Failure, Host, Job, Part};
use serde_json::Value;
use std::path::PathBuf;

/// A backend: trains models, predicts with them, or both.
///
/// Panics are caught and reported as [`crate::Status::Internal`]; after one, the instance takes no further job.
pub trait Backend: Sized + Send + 'static {
    /// Says what the backend is and can. Quick, and the same each time.
    fn describe() -> Description;

    /// Makes an instance, once a worker.
    ///
    /// # Errors
    /// The runtime is not usable, or the config is wrong.
    fn open(config: &Config) -> Result<Self, Failure>;

    /// Does a job and returns when it is finished, failed or cancelled.
    ///
    /// # Errors
    /// Whatever went wrong; with a pointer where the job is to blame, see [`Part::fail`].
    fn run(&mut self, job: &Job, host: &mut dyn Host) -> Result<(), Failure>;
}

/// What an instance is opened with.
#[derive(Clone, Debug)]
pub struct Config {
    value: Value,
}

impl Config {
    /// A config from its JSON.
    pub fn new(value: Value) -> Self {
        Self { value }
    }

    /// The whole document.
    pub fn part(&self) -> Part<'_> {
        Part::root(&self.value)
    }

    /// How many threads to compute on; at least 1.
    ///
    /// # Errors
    /// It is no whole number.
    pub fn threads(&self) -> Result<usize, Failure> {
        Ok(self.part().get("threads").map_or(Ok(1), |threads| threads.size())?.max(1))
    }

    /// The runtime's libraries, which the host has loaded before the backend.
    ///
    /// # Errors
    /// They are no list of paths.
    pub fn libraries(&self) -> Result<Vec<PathBuf>, Failure> {
        let Some(libraries) = self.part().get("libraries") else { return Ok(Vec::new()) };
        libraries.list()?.iter().map(Part::path).collect()
    }
}

/// Exports a type that implements [`Backend`] as the library's backend. Once a library.
#[macro_export]
macro_rules! export_backend {
    ($backend:ty) => {
        #[allow(unsafe_code)] // The one symbol that C looks for; what it does is the SDK's.
        const _: () = {
            unsafe extern "C" fn describe(json: *mut *const ::std::ffi::c_char, error: *mut $crate::abi::Error) -> i32 {
                static TEXT: ::std::sync::OnceLock<::std::ffi::CString> = ::std::sync::OnceLock::new();
                // SAFETY: the host keeps the header's rules for `describe`.
                unsafe { $crate::shell::describe::<$backend>(&TEXT, json, error) }
            }

            static TABLE: $crate::abi::Backend = $crate::shell::table::<$backend>(describe);

            // SAFETY: no other symbol of a backend has this name.
            #[unsafe(no_mangle)]
            extern "C" fn fairgrid_backend(host_major: u32, host_minor: u32) -> *const $crate::abi::Backend {
                $crate::shell::entry(&TABLE, host_major, host_minor)
            }
        };
    };
}
