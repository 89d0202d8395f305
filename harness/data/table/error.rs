//! What is wrong with a table, and where.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::data::printable::plain;
use crate::spec::problem::did_you_mean;

/// A place in a table: `labels.csv line 3`, or `train.parquet row 3` in a format without lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    /// The file, as messages show it.
    pub path: PathBuf,
    /// `line` or `row`.
    pub unit: &'static str,
    /// From 1.
    pub number: u64,
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {} {}", self.path.display(), self.unit, self.number)
    }
}

/// Why a table cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The operating system refused, or the bytes ended early.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The file as a whole is not what it should be.
    #[error("`{}` {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The predicate of the sentence, with what to do.
        reason: String,
    },
    /// A row has the wrong shape.
    #[error("{at}: {reason}")]
    Row {
        /// Where.
        at: At,
        /// What is wrong.
        reason: String,
    },
    /// A cell cannot be what it was asked to be.
    #[error("{at}: `{column}` is `{found}`: expected {expected}")]
    Cell {
        /// Where.
        at: At,
        /// The column's name.
        column: String,
        /// The cell, shortened.
        found: String,
        /// What was asked for.
        expected: &'static str,
    },
    /// A column is missing.
    #[error("`{}` has no column `{column}` ({})", path.display(), did_you_mean(column, known.iter().map(String::as_str)))]
    Column {
        /// The file.
        path: PathBuf,
        /// The name that was asked for.
        column: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// A column is missing, since it leads into a list and to none of its elements.
    #[error("`{}` has no column `{column}` ({})", path.display(), to_element(column, list))]
    List {
        /// The file.
        path: PathBuf,
        /// The name that was asked for.
        column: String,
        /// The list that it leads into.
        list: String,
    },
}

/// How a column leads into an element of a list.
pub(in crate::data) fn to_element(column: &str, list: &str) -> String {
    let rest = column.strip_prefix(list).unwrap_or_default();
    format!("`{list}` is a list, whose elements count from 0: write `{list}.0{rest}`")
}

impl TableError {
    /// Of a file as a whole: `reason` is the predicate of the sentence, with what to do.
    pub fn file(path: &Path, reason: impl Into<String>) -> Self {
        Self::File { path: path.to_owned(), reason: reason.into() }
    }

    pub(super) fn read(path: &Path, source: io::Error) -> Self {
        Self::Read { path: path.to_owned(), source: plain(source) }
    }
}
