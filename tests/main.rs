//! Everything that a user can see, in one binary: real files, real libraries.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by panicking")]
#![allow(clippy::print_stdout, reason = "a test's child process speaks to its parent")]

mod backend;
mod bad;
mod catalogue;
mod command;
mod data;
mod imports;
mod new;
mod pairs;
mod readme;
mod report;
mod rules;
mod run;
mod score;
mod studies;
