//! Predictions to metrics, reductions over groups, intervals, tests; its registry is a table.
//!
//! - [`predictions`]: what a model said about the items of a split, beside what is true of them.
//! - [`measurement`]: one number, with all that is needed to trust it.

pub mod draw;
pub mod measurement;
pub mod outcome;
pub mod predictions;
pub mod ranking;
pub mod tally;
pub mod units;
pub mod value;

/// In a column of indices: in no group, of no pattern.
pub(crate) const OUTSIDE: u32 = u32::MAX;
