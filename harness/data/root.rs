//! The folder that all paths of a card start from. Links are followed within it, and nothing beyond it is read.

use std::collections::{HashMap, HashSet};
use std::fs::{self, FileType};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::error::DataError;
use super::printable::plain;
use crate::spec::path::no_file;

/// A root, and where it really lies.
#[derive(Debug)]
pub(super) struct Root<'p> {
    path: &'p Path,
    real: PathBuf,
}

impl<'p> Root<'p> {
    pub(super) fn of(path: &'p Path) -> Result<Self, DataError> {
        let path = named(path);
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
    pub(super) fn refused(&self, files: &[Option<&str>]) -> Vec<Option<Refusal>> {
        fn folder(file: &str) -> &str {
            file.rsplit_once('/').map_or("", |(folder, _)| folder)
        }
        let folders: HashSet<&str> = files.iter().flatten().map(|file| folder(file)).collect();
        let lost: HashMap<&str, Refusal> = folders
            .into_par_iter()
            .filter_map(|folder| self.find(folder).err().map(|reason| (folder, Refusal::of_reason(reason))))
            .collect();
        let refused = |file: &Option<&str>| {
            let file = (*file)?;
            lost.get(folder(file)).cloned().or_else(|| self.refusal(file).map(Refusal::of_reason))
        };
        files.par_iter().map(refused).collect()
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

/// Why a path is no file that can be read: small, since a table may name millions of files that are not there.
#[derive(Clone, Debug)]
pub(super) enum Refusal {
    /// There is nothing.
    Absent,
    /// It leads to something else.
    Is(Arc<str>),
}

impl Refusal {
    fn of_reason(reason: String) -> Self {
        if reason == ABSENT { Self::Absent } else { Self::Is(reason.into()) }
    }

    /// The reason in words.
    pub(super) fn of(&self, file: &str) -> String {
        match self {
            Self::Absent if file.contains('\n') => format!("there is no file `{file}`: is a quote left open?"),
            Self::Absent => format!("there is no file `{file}`"),
            Self::Is(reason) => format!("`{file}` is {reason}"),
        }
    }
}

/// A path of a table as a path below the root, with `/` between its parts.
///
/// # Errors
/// A reason, where it leaves the root.
pub(super) fn below_root(path: &str) -> Result<String, String> {
    let mut parts = Vec::new();
    for component in Path::new(path).components() {
        match component {
            Component::Normal(part) => parts.push(part.to_string_lossy()),
            Component::CurDir => {}
            Component::ParentDir if !parts.is_empty() => drop(parts.pop()),
            _ => return Err(format!("the path `{path}` leaves the root")),
        }
    }
    if parts.is_empty() { Err(format!("the path `{path}` names no file")) } else { Ok(parts.join("/")) }
}

/// A folder as system calls take it: an empty path is the one that one is in.
pub(super) fn named(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

/// Whether a file's name may stand for several.
pub(super) fn is_pattern(file: &str) -> bool {
    file.contains(['*', '?', '[', '{'])
}

/// Why a path is refused that leads nowhere by itself.
pub(super) const ABSENT: &str = "nothing";
