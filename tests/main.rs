//! Tests.

mod command;
mod report;
