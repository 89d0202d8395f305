//! Results to tables to terminal, Markdown, CSV, Parquet; snapshots.
//!
//! What there is to say:
//! - [`row`]: one line of `results.csv`.
//! - [`heading`]: what a report knows of its study besides the numbers.
//! - [`cell`]: one cell of a table: a number, or the mean of several.
//! - [`average`]: means whose intervals know what they are over.
//! - [`mod@column`]: the columns of a table, spread over groups and levels.
//! - [`table`]: the cells that a spec asks for, averaged, sorted and ranked.
//! - [`comparison`]: differences between cells, a line each.
//!
//! How it is shown:
//! - [`number`], [`escape`]: numbers and names as text.
//! - [`sheet`]: a table as text, with its footnotes and how to read it.
//! - [`contrast`]: a comparison as text.
//! - [`terminal`], [`markdown`]: a sheet in two media.
//! - [`leaderboard`]: all tables of a study on one page.
//! - [`csv`], [`parquet`]: numbers for notebooks.
//! - [`output`]: the files that a run leaves.
//!
//! How it is kept and guarded:
//! - [`snapshot`]: an accepted leaderboard, as text and back.
//! - [`compare`], [`drift`]: how two differ.
//! - [`gate`]: snapshots on disk; the verbs check, accept and review.

pub mod average;
pub mod cell;
pub mod column;
pub mod compare;
pub mod comparison;
pub mod contrast;
pub mod csv;
pub mod drift;
pub mod escape;
pub mod gate;
pub mod heading;
pub mod leaderboard;
pub mod markdown;
pub mod number;
pub mod output;
pub mod parquet;
pub mod row;
pub mod sheet;
pub mod snapshot;
pub mod table;
pub mod terminal;
