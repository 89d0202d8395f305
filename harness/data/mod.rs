//! Card to index of rows to splits and draws to decoded images.
//!
//! - [`frame`]: the columns that every room speaks of: targets and factors.

pub mod frame;
