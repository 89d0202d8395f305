//! Predictions to metrics, reductions over groups, intervals, tests; its registry is a table.
//!
//! - [`measurement`]: one number, with all that is needed to trust it.

pub mod measurement;
