//! Card to index of rows to splits and draws to decoded images.
//!
//! - [`table`]: CSV, TSV, Parquet and JSON lines as named columns.
//! - [`frame`]: the columns that every room speaks of: targets and factors.

pub mod frame;
pub mod table;
