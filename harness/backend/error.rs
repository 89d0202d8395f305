//! What goes wrong with backends: they cannot be loaded, or they refuse a job.

use std::path::PathBuf;

use fairgrid_abi::{ABI_MAJOR, ABI_MINOR, status};
use serde::{Deserialize, Serialize};

/// Whose fault a [`BackendError`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The job or config is wrong; [`BackendError::pointer`] says where.
    Invalid,
    /// The job is fine, but this backend, build or machine cannot do it.
    Unsupported,
    /// An input failed on the host's side; the message is the host's own cause.
    Input,
    /// The host did not take what was emitted; the message is the host's own cause.
    Host,
    /// The host asked for the end.
    Cancelled,
    /// A file could not be read or written.
    File,
    /// The native runtime failed.
    Runtime,
    /// Not enough memory.
    Memory,
    /// A mistake in the backend, by its own account.
    Internal,
    /// The backend broke the contract.
    Contract,
}

impl Status {
    /// The status behind a code of the header, other than `FG_OK`.
    pub fn of(code: i32) -> Option<Self> {
        Some(match code {
            status::INVALID => Self::Invalid,
            status::UNSUPPORTED => Self::Unsupported,
            status::INPUT => Self::Input,
            status::HOST => Self::Host,
            status::CANCELLED => Self::Cancelled,
            status::FILE => Self::File,
            status::RUNTIME => Self::Runtime,
            status::MEMORY => Self::Memory,
            status::INTERNAL => Self::Internal,
            _ => return None,
        })
    }
}

/// A backend's refusal, in its own words or, where the host knows better, in the host's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{message}")]
pub struct BackendError {
    /// Whose fault it is.
    pub status: Status,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// A JSON pointer into the job (or the config).
    pub pointer: Option<String>,
}

impl BackendError {
    /// The backend did what the header forbids, or left out what it asks for.
    pub fn contract(what: impl std::fmt::Display) -> Self {
        Self {
            status: Status::Contract,
            message: format!("the backend broke the contract: {what}"),
            help: Some("that is a defect of the backend: `fairgrid backend check` exercises it".to_owned()),
            pointer: None,
        }
    }
}

/// Why a library does not serve as a backend.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// Libraries are never searched for by the system's rules.
    #[error("the library `{}` must be given by its absolute path", path.display())]
    Relative {
        /// As given.
        path: PathBuf,
    },
    /// There is no such file.
    #[error("the library `{}` does not exist", path.display())]
    Missing {
        /// As given.
        path: PathBuf,
    },
    /// A library of the runtime does not load.
    #[error("cannot load `{}`, which the backend needs: {reason}", path.display())]
    Preload {
        /// The runtime's library.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// The system does not load the file.
    #[error("cannot load the backend `{}`: {reason}", path.display())]
    Library {
        /// The library.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// Some other library.
    #[error("`{}` is not a fairgrid backend: it has no symbol `fairgrid_backend`", path.display())]
    NotBackend {
        /// The library.
        path: PathBuf,
    },
    /// The backend answered null.
    #[error(
        "the backend `{}` was made for {}, this fairgrid speaks version {ABI_MAJOR}.{ABI_MINOR}",
        path.display(),
        serves.map_or_else(|| "another version of the backend ABI".to_owned(), |(major, minor)| format!("version {major}.{minor} of the backend ABI"))
    )]
    Version {
        /// The library.
        path: PathBuf,
        /// The version that it was made for, where it could be learned.
        serves: Option<(u32, u32)>,
    },
    /// The backend's table is not one.
    #[error("the backend `{}` broke the contract: {reason}", path.display())]
    Table {
        /// The library.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl LoadError {
    /// The library that the system missed when it loaded the backend, so that a caller can preload what has it.
    pub fn missing_library(&self) -> Option<&str> {
        match self {
            Self::Library { reason, .. } | Self::Preload { reason, .. } => {
                let (name, _) = reason.split_once(": cannot open shared object file")?;
                name.rsplit([' ', ':']).next()
            }
            _ => None,
        }
    }
}
