//! Everything that a user can see, in one binary.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

mod backend;
mod command;
mod data;
mod report;
mod score;
