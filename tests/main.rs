//! Tests.
mod data;

mod score;
