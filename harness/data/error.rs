//! Why a dataset cannot be opened, decoded or read.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use super::printable::plain;
use super::table::TableError;
use crate::spec::problem::SpecError;

/// Why a dataset cannot be opened, decoded or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The card does not fit the data.
    #[error(transparent)]
    Card(#[from] SpecError),
    /// A table cannot be read.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A file cannot be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write `{}`", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The cache cannot be written or read.
    #[error("the cache cannot use `{}`", path.display())]
    Cache {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// An image cannot be decoded.
    #[error("the image `{image}` cannot be decoded: {reason}")]
    Image {
        /// The file, the archive's member or the cell.
        image: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Images of a dataset cannot be decoded.
    #[error("{}", told(dataset, broken, *more))]
    Images {
        /// The dataset's name.
        dataset: String,
        /// The items with their files and what is wrong with them, a line each.
        broken: Vec<String>,
        /// Whether there may be more than these.
        more: bool,
    },
    /// Images cannot be decoded, whatever they are.
    #[error("images cannot be decoded: {0}")]
    Threads(String),
    /// A file is not what the card says.
    #[error("`{}` {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The predicate of the sentence, with what to do.
        reason: String,
    },
    /// The dataset as a whole cannot be used.
    #[error("the dataset `{dataset}` {reason}")]
    Dataset {
        /// Its name.
        dataset: String,
        /// The predicate of the sentence, with what to do.
        reason: String,
    },
}

/// A list of images that cannot be decoded.
fn told(dataset: &str, broken: &[String], more: bool) -> String {
    let count = match (broken.len(), more) {
        (1, _) => "an image".to_owned(),
        (count, false) => format!("{count} images"),
        (count, true) => format!("{count} images and perhaps more"),
    };
    format!(
        "{count} of the dataset `{dataset}` cannot be decoded: mend the files, or let the card reject them with `verify: pixels`\n  {}",
        broken.join("\n  ")
    )
}

impl DataError {
    pub(super) fn read(path: &Path, source: io::Error) -> Self {
        Self::Read { path: path.to_owned(), source: plain(source) }
    }

    pub(crate) fn cache(path: &Path, source: io::Error) -> Self {
        Self::Cache { path: path.to_owned(), source: plain(source) }
    }

    pub(super) fn file(path: &Path, reason: impl Into<String>) -> Self {
        Self::File { path: path.to_owned(), reason: reason.into() }
    }

    pub(super) fn dataset(dataset: &str, reason: impl Into<String>) -> Self {
        Self::Dataset { dataset: dataset.to_owned(), reason: reason.into() }
    }
}

/// An error with all that it comes from.
pub fn in_full(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
