//! Tests.
mod data;
