//! The files that a run leaves for people and notebooks.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::comparison::Comparison;
use super::heading::{FailedCell, Heading};
use super::row::Row;
use super::table::Table;
use super::{csv, leaderboard, parquet};

/// Why the files could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutputError {
    /// The numbers do not fit the format.
    #[error("could not write out `{file}`")]
    Format {
        /// The file's name.
        file: &'static str,
        /// What the format's library says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The disk is full, the folder is not writable, and the like.
    #[error("could not write `{path}`; what was there is unchanged")]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's word for it.
        source: io::Error,
    },
}

/// A file's name and bytes.
pub type File = (&'static str, Vec<u8>);

/// `leaderboard.md`, `leaderboard.csv`, `results.csv` and `results.parquet`, and `comparisons.csv` where something was compared. Equal results give
/// equal bytes, whatever their order.
pub fn files(
    heading: &Heading,
    tables: &[Table],
    rows: &[Row],
    failed: &[FailedCell],
    comparisons: &[Comparison],
) -> Result<Vec<File>, OutputError> {
    let mut rows: Vec<Row> = rows.iter().cloned().chain(failed.iter().map(|cell| Row::of_failed(&heading.study, cell))).collect();
    rows.sort_by(|a, b| a.compare(b, heading));
    let page = leaderboard::markdown(heading, tables, comparisons).into_bytes();
    let cells = csv::leaderboard(heading, tables).map_err(|error| format("leaderboard.csv", error))?;
    let numbers = csv::results(heading, &rows).map_err(|error| format("results.csv", error))?;
    let typed = parquet::results(heading, &rows).map_err(|error| format("results.parquet", error))?;
    let mut files = vec![("leaderboard.md", page), ("leaderboard.csv", cells), ("results.csv", numbers), ("results.parquet", typed)];
    if !comparisons.is_empty() {
        files.push(("comparisons.csv", csv::comparisons(heading, comparisons).map_err(|error| format("comparisons.csv", error))?));
    }
    Ok(files)
}

fn format(file: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> OutputError {
    OutputError::Format { file, source: source.into() }
}

/// Puts files into a folder, which is made if it is missing. All are written aside and synced before the first is renamed, so that a full disk leaves
/// what was there.
pub fn write(folder: &Path, files: &[File]) -> Result<Vec<PathBuf>, OutputError> {
    let failure = |path: &Path| {
        let path = path.to_owned();
        move |source| OutputError::Write { path, source }
    };
    std::fs::create_dir_all(folder).map_err(failure(folder))?;
    let mut ready = Vec::with_capacity(files.len());
    for (name, bytes) in files {
        let path = folder.join(name);
        let aside = aside(folder, bytes).map_err(failure(&path))?;
        ready.push((aside, path));
    }
    let mut written = Vec::with_capacity(ready.len());
    for (aside, path) in ready {
        aside.persist(&path).map_err(|error| failure(&path)(error.error))?;
        written.push(path);
    }
    Ok(written)
}

/// Replaces one file as a whole, or leaves it.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    aside(folder, bytes)?.persist(path)?;
    Ok(())
}

fn aside(folder: &Path, bytes: &[u8]) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".writing-");
    // Temporary files are private by default; results are for whoever the user's mask admits.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}
