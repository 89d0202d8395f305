//! What a backend answers when it cannot do what was asked.

use arrow::error::ArrowError;
use fairgrid_abi::status;
use std::fmt::Display;
use std::path::Path;

/// Whose fault a [`Failure`] is, and so how the host reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Something in the config or the job is wrong.
    Invalid,
    /// Well-formed, but impossible for this backend, build or machine.
    Unsupported,
    /// An input of the host's failed; the host reports its own cause.
    Input,
    /// The host refused what was emitted, or could not score it; it reports its own cause.
    Host,
    /// Cut short by the host.
    Cancelled,
    /// A file could not be read or written, or holds something else.
    File,
    /// The native runtime failed.
    Runtime,
    /// Not enough memory.
    Memory,
    /// A mistake in the backend.
    Internal,
}

impl Status {
    /// The header's code.
    pub fn code(self) -> i32 {
        match self {
            Self::Invalid => status::INVALID,
            Self::Unsupported => status::UNSUPPORTED,
            Self::Input => status::INPUT,
            Self::Host => status::HOST,
            Self::Cancelled => status::CANCELLED,
            Self::File => status::FILE,
            Self::Runtime => status::RUNTIME,
            Self::Memory => status::MEMORY,
            Self::Internal => status::INTERNAL,
        }
    }
}

/// What went wrong, for whom, and where in the job.
///
/// `message` and `help` are lower-case fragments without a full stop: "`gamma` (-1) must be at least 0".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// Whose fault it is.
    pub status: Status,
    /// What is wrong, with the value and its bound.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// A JSON pointer into the job (or, from `open`, into the config); the host underlines what it came from.
    pub pointer: Option<String>,
}

impl Failure {
    /// A failure without help or place.
    pub fn new(status: Status, message: impl Display) -> Self {
        Self { status, message: message.to_string(), help: None, pointer: None }
    }

    /// The job is wrong at `pointer`; [`crate::Part::fail`] knows its own pointer.
    pub fn invalid(pointer: impl Into<String>, message: impl Display) -> Self {
        Self { pointer: Some(pointer.into()), ..Self::new(Status::Invalid, message) }
    }

    /// The job is fine, but cannot be done here.
    pub fn unsupported(message: impl Display) -> Self {
        Self::new(Status::Unsupported, message)
    }

    /// The file at `path` could not be used.
    pub fn file(path: &Path, cause: impl Display) -> Self {
        Self::new(Status::File, format_args!("`{}`: {cause}", path.display()))
    }

    /// The native runtime failed.
    pub fn runtime(message: impl Display) -> Self {
        Self::new(Status::Runtime, message)
    }

    /// There is not enough memory.
    pub fn memory(message: impl Display) -> Self {
        Self::new(Status::Memory, message)
    }

    /// The backend itself is wrong.
    pub fn internal(message: impl Display) -> Self {
        Self::new(Status::Internal, message)
    }

    /// The host wants the job to end.
    pub fn cancelled() -> Self {
        Self::new(Status::Cancelled, "cancelled")
    }

    /// The same failure with advice.
    #[must_use]
    pub fn help(mut self, help: impl Display) -> Self {
        self.help = Some(help.to_string());
        self
    }

    /// The same failure, about this place of the job.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }
}

impl From<ArrowError> for Failure {
    /// Building an array failed: the backend's own mistake. Errors of an input's stream arrive as [`Status::Input`].
    fn from(error: ArrowError) -> Self {
        Self::internal(error)
    }
}
