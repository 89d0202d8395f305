//! The documented exit codes.

/// How a command ended. Of several that apply, the lowest from 2 on is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// All went well.
    Ok = 0,
    /// Something that nobody expected: a bug, a full disk.
    Unexpected = 1,
    /// A wrong spec, or wrong usage.
    Usage = 2,
    /// A backend or its runtime is not available.
    Unavailable = 3,
    /// A cell failed.
    CellFailed = 4,
    /// The results drifted from the snapshot.
    Drift = 5,
    /// Too little evidence, where the spec asks for that to fail.
    InsufficientEvidence = 6,
    /// Stopped by Ctrl-C: 128 and the signal's number, as shells do.
    Interrupted = 130,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
