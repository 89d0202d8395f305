//! Which backends there are, without loading any.

use std::path::{Path, PathBuf};

use super::descriptor::{Description, Descriptor, DescriptorError, descriptor_path, library_name, library_stem};
use crate::spec::problem::did_you_mean;

/// The environment variable with further folders, separated as in `PATH`.
pub const PATH_VARIABLE: &str = "FAIRGRID_BACKEND_PATH";

/// A backend that can be had.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What it is.
    pub descriptor: Descriptor,
    /// Its library, by absolute path.
    pub library: PathBuf,
}

/// A library that is named like a backend and doesn't serve as one.
#[derive(Clone, Debug)]
pub struct Broken {
    /// The name in its file name.
    pub name: String,
    /// Its library, by absolute path.
    pub library: PathBuf,
    /// What is wrong, as the user is to read it.
    pub reason: String,
}

/// The backends of some folders.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    entries: Vec<Entry>,
    broken: Vec<Broken>,
    folders: Vec<PathBuf>,
    notes: Vec<String>,
}

/// Why a backend cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unavailable {
    /// No folder has a library of that name.
    #[error("there is no backend `{name}`: no `{}` in {}", library_name(name), listed(folders))]
    Missing {
        /// The name.
        name: String,
        /// Where it was looked for.
        folders: Vec<PathBuf>,
        /// A similar name, or those that are known.
        help: String,
    },
    /// There is a library, which doesn't serve.
    #[error("the backend `{name}` cannot be used: {reason}")]
    Broken {
        /// The name.
        name: String,
        /// Why.
        reason: String,
        /// What to do.
        help: String,
    },
}

impl Unavailable {
    /// What to do about it.
    pub fn help(&self) -> &str {
        match self {
            Self::Missing { help, .. } | Self::Broken { help, .. } => help,
        }
    }
}

fn listed(folders: &[PathBuf]) -> String {
    match folders {
        [] => "any folder, since none was given".to_owned(),
        _ => folders.iter().map(|folder| format!("`{}`", folder.display())).collect::<Vec<_>>().join(", "),
    }
}

impl Catalogue {
    /// Looks through `given` folders (`--backend-dir`), those of `FAIRGRID_BACKEND_PATH`, and the executable's own, in that order; of two
    /// backends with one name the first counts.
    ///
    /// Only descriptors are read. One that is missing, stale or damaged is made anew: `describe` must load the library in a process of
    /// its own and answer what it says, or why it cannot.
    pub fn scan(given: &[PathBuf], describe: &dyn Fn(&Path) -> Result<Description, String>) -> Self {
        let mut folders = given.to_vec();
        if let Some(variable) = std::env::var_os(PATH_VARIABLE) {
            folders.extend(std::env::split_paths(&variable).filter(|folder| !folder.as_os_str().is_empty()));
        }
        let executable = std::env::current_exe().ok().and_then(|path| path.canonicalize().ok());
        if let Some(folder) = executable.as_deref().and_then(Path::parent) {
            folders.push(folder.to_owned());
            // Where an installation keeps them: `bin/fairgrid` and `lib/fairgrid/`.
            folders.extend(Some(folder.join("../lib/fairgrid")).filter(|installed| installed.is_dir()));
        }
        let mut catalogue = Self::of(&folders, describe);
        // A folder that somebody named must be there; the executable's always is.
        for folder in folders.iter().filter(|folder| !folder.is_dir()) {
            catalogue.notes.push(format!("the backend folder `{}` does not exist", folder.display()));
        }
        catalogue
    }

    /// Looks through these folders and no others; see [`Catalogue::scan`].
    pub fn of(folders: &[PathBuf], describe: &dyn Fn(&Path) -> Result<Description, String>) -> Self {
        let mut catalogue = Self::default();
        for folder in folders {
            // Absolute, since libraries are loaded so; resolved, so that one folder under two names is one.
            let folder = folder.canonicalize().unwrap_or_else(|_| folder.clone());
            if catalogue.folders.contains(&folder) {
                continue;
            }
            let mut libraries: Vec<PathBuf> =
                std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
            libraries.sort();
            catalogue.folders.push(folder);
            for library in libraries {
                if let Some(name) = library_stem(&library).filter(|name| !catalogue.knows(name)) {
                    catalogue.add(name, library, describe);
                }
            }
        }
        catalogue
    }

    fn knows(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.descriptor.name == name) || self.broken.iter().any(|broken| broken.name == name)
    }

    fn add(&mut self, name: String, library: PathBuf, describe: &dyn Fn(&Path) -> Result<Description, String>) {
        let found = match Descriptor::beside(&library) {
            Err(DescriptorError::Missing { .. } | DescriptorError::Stale { .. } | DescriptorError::Damaged { .. }) => describe(&library)
                .and_then(|description| Descriptor::of(&library, description).map_err(|error| error.to_string()))
                .inspect(|descriptor| {
                    if let Err(error) = descriptor.write_beside(&library) {
                        self.notes.push(format!(
                            "`{}` cannot be kept, so the backend `{name}` is loaded for every listing: {error}",
                            descriptor_path(&library).display()
                        ));
                    }
                }),
            found => found.map_err(|error| error.to_string()),
        };
        match found {
            Ok(descriptor) => self.entries.push(Entry { descriptor, library }),
            Err(reason) => self.broken.push(Broken { name, library, reason }),
        }
    }

    /// The backend of a name.
    ///
    /// # Errors
    /// There is none, or it doesn't serve.
    pub fn get(&self, name: &str) -> Result<&Entry, Unavailable> {
        if let Some(entry) = self.entries.iter().find(|entry| entry.descriptor.name == name) {
            return Ok(entry);
        }
        if let Some(broken) = self.broken.iter().find(|broken| broken.name == name) {
            let help = format!("`fairgrid backend check {}` says more", broken.library.display());
            return Err(Unavailable::Broken { name: name.to_owned(), reason: broken.reason.clone(), help });
        }
        let known = did_you_mean(name, self.entries.iter().map(|entry| entry.descriptor.name.as_str()));
        let help = format!("{known}; name its folder with `--backend-dir` or in `{PATH_VARIABLE}`");
        Err(Unavailable::Missing { name: name.to_owned(), folders: self.folders.clone(), help })
    }

    /// All backends that can be had, in the order of the search.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Libraries that are named like backends and don't serve.
    pub fn broken(&self) -> &[Broken] {
        &self.broken
    }

    /// Where it was looked.
    pub fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// What else a user should hear: folders that don't exist, descriptors that cannot be kept.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}
