//! Results to tables to terminal, Markdown, CSV, Parquet; snapshots.
//!
//! - [`row`]: one line of `results.csv`.

pub mod row;
