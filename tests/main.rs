//! Tests: real files, real libraries, and what users see.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)] // A test that fails may panic, and a child process speaks.

mod backend;
