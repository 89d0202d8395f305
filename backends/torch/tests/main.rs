//! The backend `torch` against PyTorch's numbers, against itself, and with wrong jobs.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod golden;
mod job;
mod resuming;
mod training;
