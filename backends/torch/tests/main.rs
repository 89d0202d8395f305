//! The backend `torch` against PyTorch's numbers, against itself, and with wrong jobs.

mod golden;
mod job;
mod resuming;
mod training;
