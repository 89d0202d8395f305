//! Content-addressed results on disk.
//!
//! ```text
//! .fairgrid/
//!   results/3f/3f9a…/   one finished result: its files and `manifest.json`, never changed
//!   work/3f9a….lock     held while somebody makes the result
//!   work/3f9a…/         the unfinished result, with its checkpoint; renamed whole into `results/`
//!   logs/<cell>.log     what the last worker of a cell printed
//! ```

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::FlockOperation;
use serde::{Deserialize, Serialize};

use crate::plan::key::Key;

/// A folder of results.
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
}

/// What went wrong with the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk refused.
    #[error("cannot {action} `{}` in the store: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::Io { action, path, source }
}

/// What a result consists of: the digest of each file, to find damage.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    kind: String,
    files: BTreeMap<String, FileEntry>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct FileEntry {
    bytes: u64,
    blake3: String,
}

/// A finished result.
#[derive(Debug, PartialEq)]
pub enum Found {
    /// It is whole and lies in this folder.
    Whole(PathBuf),
    /// It was damaged and has been removed; the text says what was wrong.
    Damaged(String),
    /// There is none.
    Nothing,
}

/// The right to make a result. Nobody else has it until this is dropped, or its process ends.
#[derive(Debug)]
pub struct Lease {
    /// Where the result is made.
    pub draft: Draft,
    lock_path: PathBuf,
    _lock: File,
}

/// An unfinished result: it can be handed to a worker, while the lease stays with the parent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Draft {
    /// Where its files are written.
    pub folder: PathBuf,
    /// Where it will lie when it is finished.
    pub target: PathBuf,
}

impl Store {
    /// Opens a store, making its folders.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        for folder in ["results", "work", "logs"] {
            let path = root.join(folder);
            fs::create_dir_all(&path).map_err(failed("create", &path))?;
        }
        let ignore = root.join(".gitignore");
        if !ignore.exists() {
            fs::write(&ignore, "*\n").map_err(failed("write", &ignore))?;
        }
        let root = root.canonicalize().map_err(failed("open", root))?;
        Ok(Self { root })
    }

    /// Where a finished result lies, whether it exists yet or not.
    pub fn target(&self, key: &Key) -> PathBuf {
        self.root.join("results").join(key.as_str().get(..2).unwrap_or_default()).join(key.as_str())
    }

    /// Where a cell's log lies.
    pub fn log(&self, cell: &str) -> PathBuf {
        self.root.join("logs").join(format!("{}.log", file_name(cell)))
    }

    /// Removes a result, so that it is made again.
    pub fn forget(&self, key: &Key) -> Result<(), StoreError> {
        let folder = self.target(key);
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(failed("remove", &folder))?;
        }
        Ok(())
    }

    /// Looks a result up and checks its files. A damaged one is removed, so that it is made again.
    pub fn find(&self, key: &Key) -> Result<Found, StoreError> {
        let folder = self.target(key);
        if !folder.exists() {
            return Ok(Found::Nothing);
        }
        match damage(&folder) {
            None => Ok(Found::Whole(folder)),
            Some(reason) => {
                fs::remove_dir_all(&folder).map_err(failed("remove", &folder))?;
                Ok(Found::Damaged(format!("the stored result `{}` is damaged ({reason}); it is made again", key.short())))
            }
        }
    }

    /// Takes the right to make a result, waiting while somebody else has it. What an earlier, killed holder left is still in the lease's folder.
    pub fn lease(&self, key: &Key) -> Result<Lease, StoreError> {
        let lock_path = self.root.join("work").join(format!("{key}.lock"));
        let lock = loop {
            let lock = File::create(&lock_path).map_err(failed("create", &lock_path))?;
            rustix::fs::flock(&lock, FlockOperation::LockExclusive).map_err(|error| failed("lock", &lock_path)(error.into()))?;
            // The last holder may have removed the file between our opening and our locking it.
            if same_file(&lock, &lock_path) {
                break lock;
            }
        };
        let folder = self.root.join("work").join(key.as_str());
        fs::create_dir_all(&folder).map_err(failed("create", &folder))?;
        Ok(Lease { draft: Draft { folder, target: self.target(key) }, lock_path, _lock: lock })
    }

    /// Checks every result; answers how many are whole and what is wrong with the others, which are removed.
    pub fn verify(&self) -> Result<(usize, Vec<String>), StoreError> {
        let (mut whole, mut damaged) = (0, Vec::new());
        for folder in self.result_folders()? {
            match damage(&folder) {
                None => whole += 1,
                Some(reason) => {
                    damaged.push(format!("{}: {reason}", folder.file_name().unwrap_or_default().to_string_lossy()));
                    fs::remove_dir_all(&folder).map_err(failed("remove", &folder))?;
                }
            }
        }
        Ok((whole, damaged))
    }

    /// Removes every result whose key is not in `keep`, and all unfinished work that nobody holds. Answers how many results went.
    pub fn collect(&self, keep: &dyn Fn(&str) -> bool) -> Result<usize, StoreError> {
        let mut removed = 0;
        for folder in self.result_folders()? {
            if !folder.file_name().and_then(|name| name.to_str()).is_some_and(keep) {
                fs::remove_dir_all(&folder).map_err(failed("remove", &folder))?;
                removed += 1;
            }
        }
        for path in list(&self.root.join("work"))? {
            if path.extension().is_some_and(|extension| extension == "lock") {
                let Ok(lock) = File::open(&path) else { continue };
                if rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok() {
                    let folder = path.with_extension("");
                    if folder.exists() {
                        fs::remove_dir_all(&folder).map_err(failed("remove", &folder))?;
                    }
                    fs::remove_file(&path).map_err(failed("remove", &path))?;
                }
            }
        }
        Ok(removed)
    }

    fn result_folders(&self) -> Result<Vec<PathBuf>, StoreError> {
        let mut folders = Vec::new();
        for shelf in list(&self.root.join("results"))? {
            folders.extend(list(&shelf)?);
        }
        folders.sort();
        Ok(folders)
    }
}

impl Lease {
    /// Gives the right up without a result, because there is one already.
    pub fn abandon(self) -> Result<(), StoreError> {
        fs::remove_dir_all(&self.draft.folder).map_err(failed("remove", &self.draft.folder))?;
        self.release()
    }

    /// Gives the right up after the draft was finished.
    pub fn release(self) -> Result<(), StoreError> {
        fs::remove_file(&self.lock_path).map_err(failed("remove", &self.lock_path))
    }
}

impl Draft {
    /// Makes the result out of some of the draft's files: checksummed, synced, renamed whole. The rest is removed.
    pub fn finish(&self, kind: &str, files: &[&str]) -> Result<(), StoreError> {
        let mut manifest = Manifest { kind: kind.to_owned(), files: BTreeMap::new() };
        for path in list(&self.folder)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if files.contains(&name.as_str()) {
                manifest.files.insert(name, entry(&path).map_err(failed("read", &path))?);
                File::open(&path).and_then(|file| file.sync_all()).map_err(failed("sync", &path))?;
            } else if path.is_dir() {
                fs::remove_dir_all(&path).map_err(failed("remove", &path))?;
            } else {
                fs::remove_file(&path).map_err(failed("remove", &path))?;
            }
        }
        if let Some(missing) = files.iter().find(|name| !manifest.files.contains_key(**name)) {
            let missing = self.folder.join(missing);
            return Err(failed("find", &missing)(io::ErrorKind::NotFound.into()));
        }
        let path = self.folder.join("manifest.json");
        let text = serde_json::to_vec_pretty(&manifest).map_err(|error| failed("write", &path)(error.into()))?;
        write_synced(&path, &text).map_err(failed("write", &path))?;
        sync_folder(&self.folder).map_err(failed("sync", &self.folder))?;
        let shelf = self.target.parent().unwrap_or(&self.target);
        fs::create_dir_all(shelf).map_err(failed("create", shelf))?;
        fs::rename(&self.folder, &self.target).map_err(failed("rename", &self.folder))?;
        sync_folder(shelf).map_err(failed("sync", shelf))
    }
}

fn damage(folder: &Path) -> Option<String> {
    let path = folder.join("manifest.json");
    let manifest: Manifest = match fs::read(&path).map(|bytes| serde_json::from_slice(&bytes)) {
        Ok(Ok(manifest)) => manifest,
        Ok(Err(_)) => return Some("`manifest.json` is not readable".to_owned()),
        Err(error) => return Some(format!("`manifest.json`: {error}")),
    };
    manifest.files.iter().find_map(|(name, expected)| match entry(&folder.join(name)) {
        Ok(found) if found == *expected => None,
        Ok(found) if found.bytes != expected.bytes => Some(format!("`{name}` has {} bytes in place of {}", found.bytes, expected.bytes)),
        Ok(_) => Some(format!("`{name}` has changed")),
        Err(error) => Some(format!("`{name}`: {error}")),
    })
}

fn entry(path: &Path) -> io::Result<FileEntry> {
    let mut hasher = blake3::Hasher::new();
    let bytes = io::copy(&mut File::open(path)?, &mut hasher)?;
    Ok(FileEntry { bytes, blake3: hasher.finalize().to_hex().to_string() })
}

fn same_file(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(held), Ok(there)) => held.ino() == there.ino() && held.dev() == there.dev(),
        _ => false,
    }
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let entries = fs::read_dir(folder).map_err(failed("list", folder))?;
    entries.map(|entry| entry.map(|entry| entry.path()).map_err(failed("list", folder))).collect()
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    io::Write::write_all(&mut file, bytes)?;
    file.sync_all()
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// A name that any file system takes, and that differs where the text differs.
pub fn file_name(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_ascii_alphanumeric() || "._=+,-()".contains(c) { c } else { '_' }).collect();
    if plain == text && plain.len() <= 120 && !plain.starts_with('.') {
        return plain;
    }
    let digest = blake3::hash(text.as_bytes()).to_hex();
    let start: String = plain.trim_start_matches('.').chars().take(100).collect();
    format!("{start}-{}", digest.get(..8).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn key(seed: u32) -> Key {
        Key::of("test", 1, &json!({ "seed": seed }), &[])
    }

    #[test]
    fn a_result_is_found_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(store.find(&key(0)).unwrap(), Found::Nothing);
        let lease = store.lease(&key(0)).unwrap();
        fs::write(lease.draft.folder.join("scores"), "1 2 3").unwrap();
        fs::write(lease.draft.folder.join("checkpoint"), "left over").unwrap();
        assert_eq!(store.find(&key(0)).unwrap(), Found::Nothing);
        lease.draft.finish("test", &["scores"]).unwrap();
        let result = lease.draft.target.clone();
        lease.release().unwrap();
        assert_eq!(store.find(&key(0)).unwrap(), Found::Whole(result.clone()));
        assert!(!result.join("checkpoint").exists());
    }

    #[test]
    fn what_a_killed_holder_left_is_there_for_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let lease = store.lease(&key(0)).unwrap();
        fs::write(lease.draft.folder.join("checkpoint"), "epoch 1").unwrap();
        drop(lease);
        let lease = store.lease(&key(0)).unwrap();
        assert_eq!(fs::read_to_string(lease.draft.folder.join("checkpoint")).unwrap(), "epoch 1");
    }

    #[test]
    fn a_truncated_result_is_removed_and_told() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let lease = store.lease(&key(0)).unwrap();
        fs::write(lease.draft.folder.join("scores"), "1 2 3").unwrap();
        lease.draft.finish("test", &["scores"]).unwrap();
        let result = lease.draft.target.clone();
        lease.release().unwrap();
        fs::write(result.join("scores"), "1 2").unwrap();
        let Found::Damaged(reason) = store.find(&key(0)).unwrap() else { panic!("the damage was not seen") };
        assert!(reason.contains("`scores` has 3 bytes in place of 5"), "{reason}");
        assert_eq!(store.find(&key(0)).unwrap(), Found::Nothing);
    }
}
