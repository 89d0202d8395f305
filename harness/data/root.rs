//! The folder that all paths of a card start from. Links are followed within it, and nothing beyond it is read.

use std::collections::{HashMap, HashSet};
use std::fs::{self, FileType};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::error::{DataError, plain};
use super::items::below_root;
use super::walk::walk;

/// A root, and where it really lies.
#[derive(Debug)]
pub(super) struct Root<'p> {
    path: &'p Path,
    real: PathBuf,
}

impl<'p> Root<'p> {
    pub(super) fn of(path: &'p Path) -> Result<Self, DataError> {
        // An empty path is the folder that one is in, and no system call takes it.
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        let real = fs::canonicalize(path).map_err(|source| DataError::read(path, source))?;
        Ok(Self { path, real })
    }

    /// A path below the root, as it is opened.
    pub(super) fn join(&self, below: &str) -> PathBuf {
        self.path.join(below)
    }

    /// What a path below the root leads to, all links followed.
    ///
    /// # Errors
    /// A reason, where there is nothing, or a link leads nowhere or beyond the root.
    pub(super) fn find(&self, below: &str) -> Result<FileType, String> {
        let path = self.join(below);
        let found = match fs::canonicalize(&path) {
            Ok(real) if !real.starts_with(&self.real) => {
                let plain = below_root(below).is_err() && !below.is_empty();
                return Err(if plain { "beyond the root" } else { "a link that leaves the root" }.to_owned());
            }
            Ok(real) => fs::metadata(real),
            Err(_) if fs::symlink_metadata(&path).is_err() => return Err(ABSENT.to_owned()),
            Err(error) => return Err(format!("a link that leads nowhere: {}", plain(error))),
        };
        found.map(|metadata| metadata.file_type()).map_err(|error| error.to_string())
    }

    /// Why some of these paths are no files that can be read.
    pub(super) fn refused<'f>(&self, files: &'f [String]) -> HashMap<&'f str, String> {
        let folder = |file: &'f str| file.rsplit_once('/').map_or("", |(folder, _)| folder);
        let folders: HashSet<&str> = files.iter().map(|file| folder(file)).collect();
        let lost: HashMap<&str, String> =
            folders.into_par_iter().filter_map(|folder| self.find(folder).err().map(|reason| (folder, reason))).collect();
        let refused = |file: &'f String| {
            let reason = lost.get(folder(file)).cloned().or_else(|| self.refusal(file))?;
            let told = if reason == ABSENT { format!("there is no file `{file}`") } else { format!("`{file}` is {reason}") };
            Some((file.as_str(), told))
        };
        files.par_iter().filter_map(refused).collect()
    }

    /// For a file in a folder that is found: most are no links, and one look is enough.
    fn refusal(&self, file: &str) -> Option<String> {
        let found = match fs::symlink_metadata(self.join(file)) {
            Ok(metadata) if metadata.is_symlink() => self.find(file),
            Ok(metadata) => Ok(metadata.file_type()),
            Err(_) => Err(ABSENT.to_owned()),
        };
        match found {
            Ok(kind) if kind.is_file() => None,
            Ok(kind) => Some(no_file(kind)),
            Err(reason) => Some(reason),
        }
    }
}

/// Whether a file's name may stand for several.
pub(super) fn is_pattern(file: &str) -> bool {
    file.contains(['*', '?', '[', '{'])
}

/// The files that a card names by one name or one pattern, such as the parts of a table: sorted, and at least one.
///
/// # Errors
/// As for [`named`], of each of them.
pub(super) fn all_named(root: &Path, file: &str) -> Result<Vec<(String, PathBuf)>, DataError> {
    if !is_pattern(file) || root.join(file).exists() {
        return Ok(vec![named(root, file)?]);
    }
    let found = walk(root, file)?;
    if let Some((file, reason)) = found.refused.first() {
        return Err(DataError::file(&root.join(file), format!("is {reason}")));
    }
    match found.files.is_empty() {
        true => Err(DataError::file(&root.join(file), "is a pattern that no file matches")),
        false => found.files.iter().map(|file| named(root, file)).collect(),
    }
}

/// A file that a card names, below the root: a table, an archive. Answers its path below the root and the one that opens it.
///
/// # Errors
/// When there is none, or it is a folder, a pipe or a device, or it lies beyond the root.
pub(super) fn named(root: &Path, file: &str) -> Result<(String, PathBuf), DataError> {
    let below = below_root(file).map_err(|reason| DataError::file(&root.join(file), format!("cannot be used: {reason}")))?;
    let whole = Root::of(root)?;
    let path = whole.join(&below);
    match whole.find(&below) {
        Ok(kind) if kind.is_file() => Ok((below, path)),
        Ok(kind) => Err(DataError::file(&path, format!("is {}", no_file(kind)))),
        Err(reason) if reason == ABSENT => Err(DataError::file(&path, "is not there")),
        Err(reason) => Err(DataError::file(&path, format!("is {reason}: put the file itself there, or let `root` hold both"))),
    }
}

/// Why a path is refused that leads nowhere by itself.
const ABSENT: &str = "nothing";

/// What lies somewhere and is no file.
pub(super) fn no_file(kind: FileType) -> String {
    let what = match kind {
        kind if kind.is_dir() => "a folder",
        kind if kind.is_fifo() => "a pipe",
        kind if kind.is_socket() => "a socket",
        _ => "a device",
    };
    format!("{what}, no file")
}
