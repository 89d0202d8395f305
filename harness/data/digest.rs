//! Content digests of files, remembered by size, time and inode.

use std::collections::HashMap;
use std::fmt;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::decode;
use super::error::DataError;
use super::look::{Look, Size};

/// Half of a BLAKE3 digest; written as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(u128);

impl Digest {
    /// The digest of bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self::from(blake3::hash(bytes))
    }

    /// The bytes of the digest.
    pub fn bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }
}

impl From<blake3::Hash> for Digest {
    fn from(hash: blake3::Hash) -> Self {
        Self(hash.as_bytes()[..16].iter().fold(0, |value, byte| (value << 8) | u128::from(*byte)))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        u128::from_str_radix(&text, 16).map(Self).map_err(serde::de::Error::custom)
    }
}

/// What was found out about a file, and is true as long as the file is not touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) digest: Digest,
    /// Why it is no whole image; `None` where it is one, or was not asked.
    pub(super) broken: Option<String>,
    /// What its header says; `None` where it is no image, or was not asked.
    pub(super) size: Option<Size>,
    /// Its format, where its name says another one.
    pub(super) misnamed: Option<String>,
}

impl Known {
    /// Of a file that was not read, and why.
    pub(super) fn broken(reason: String) -> Self {
        Self { digest: Digest::of(&[]), broken: Some(reason), size: None, misnamed: None }
    }
}

/// The files that were read before.
pub(super) struct Memory {
    path: PathBuf,
    look: Look,
    /// By path and [`Stamp`].
    entries: Mutex<HashMap<PathBuf, (Stamp, Known)>>,
    changed: Mutex<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    size: u64,
    modified: i128,
    inode: u64,
}

impl Memory {
    /// Opens what is remembered of the files below a root; what cannot be read is forgotten.
    pub(super) fn open(cache: &Path, root: &Path, look: Look) -> Self {
        let whole = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
        let name = Digest::of(format!("{look} {}", whole.display()).as_bytes());
        let path = cache.join("digests").join(format!("{name}.tsv"));
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let entries = text.lines().filter_map(parse).collect();
        Self { path, look, entries: Mutex::new(entries), changed: Mutex::new(false) }
    }

    /// The digest of a file.
    pub(super) fn file(&self, path: &Path) -> Result<Digest, DataError> {
        let (known, _) = self.recall(path, false, |_| {
            let mut hasher = blake3::Hasher::new();
            hasher.update_reader(std::fs::File::open(path)?)?;
            Ok(Known { digest: Digest::from(hasher.finalize()), broken: None, size: None, misnamed: None })
        })?;
        Ok(known.digest)
    }

    /// The digest of an image, and why it is none; how large it is where `sized` asks so. With it comes whether that had to be found out.
    pub(super) fn image(&self, path: &Path, sized: bool) -> Result<(Known, bool), DataError> {
        self.recall(path, sized, |length| {
            if let Err(reason) = self.look.length(length) {
                return Ok(Known::broken(reason));
            }
            let bytes = std::fs::read(path)?;
            let found = self.look.at(&bytes, sized);
            let misnamed = decode::misnamed(&bytes, &path.to_string_lossy()).map(str::to_owned);
            Ok(Known { digest: Digest::of(&bytes), size: found.as_ref().ok().copied().flatten(), broken: found.err(), misnamed })
        })
    }

    /// What is remembered of a file, or what `find` finds out, knowing its length, and whether it had to.
    fn recall(&self, path: &Path, sized: bool, find: impl FnOnce(u64) -> std::io::Result<Known>) -> Result<(Known, bool), DataError> {
        let error = |source| DataError::read(path, source);
        let metadata = std::fs::metadata(path).map_err(error)?;
        let modified = i128::from(metadata.mtime()) * 1_000_000_000 + i128::from(metadata.mtime_nsec());
        let stamp = Stamp { size: metadata.len(), modified, inode: metadata.ino() };
        if let Ok(entries) = self.entries.lock()
            && let Some((_, known)) =
                entries.get(path).filter(|(then, known)| *then == stamp && (!sized || known.size.is_some() || known.broken.is_some()))
        {
            return Ok((known.clone(), false));
        }
        let known = find(metadata.len()).map_err(error)?;
        // A file that changed a moment ago may change again within the clock's resolution.
        let settled = metadata.modified().ok().and_then(|modified| SystemTime::now().duration_since(modified).ok());
        if settled.is_some_and(|age| age > Duration::from_secs(2))
            && let (Ok(mut entries), Ok(mut changed)) = (self.entries.lock(), self.changed.lock())
        {
            entries.insert(path.to_owned(), (stamp, known.clone()));
            *changed = true;
        }
        Ok((known, true))
    }

    /// Writes it down. What cannot be written costs only time at the next opening, so errors pass.
    pub(super) fn save(&self) {
        let (Ok(entries), Ok(changed)) = (self.entries.lock(), self.changed.lock()) else { return };
        let Some(folder) = self.path.parent().filter(|_| *changed) else { return };
        let write = || -> std::io::Result<()> {
            std::fs::create_dir_all(folder)?;
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            let mut out = std::io::BufWriter::new(file.as_file_mut());
            for (path, (stamp, known)) in entries.iter() {
                let Some(path) = path.to_str().filter(|path| !path.contains(['\t', '\n'])) else { continue };
                let broken = known.broken.as_deref().unwrap_or_default().replace(['\t', '\n'], " ");
                let size = known.size.map(|size| format!(" {} {} {}", size.width, size.height, u8::from(size.turned))).unwrap_or_default();
                let misnamed = known.misnamed.as_ref().map(|format| format!(" {format}")).unwrap_or_default();
                let told = format!("{}{size}{misnamed}", known.digest);
                writeln!(out, "{}\t{}\t{}\t{told}\t{broken}\t{path}", stamp.size, stamp.modified, stamp.inode)?;
            }
            out.flush()?;
            drop(out);
            file.persist(&self.path)?;
            Ok(())
        };
        drop(write());
    }
}

fn parse(line: &str) -> Option<(PathBuf, (Stamp, Known))> {
    let mut cells = line.splitn(6, '\t');
    let stamp = Stamp { size: cells.next()?.parse().ok()?, modified: cells.next()?.parse().ok()?, inode: cells.next()?.parse().ok()? };
    let mut told = cells.next()?.split(' ').peekable();
    let digest = u128::from_str_radix(told.next()?, 16).ok().map(Digest)?;
    let sizes: Vec<u32> = std::iter::from_fn(|| told.next_if(|text| text.parse::<u32>().is_ok())?.parse().ok()).collect();
    let misnamed = told.next().map(str::to_owned);
    let size = match sizes.as_slice() {
        [width, height, turned] => Some(Size { width: *width, height: *height, turned: *turned == 1 }),
        _ => None,
    };
    let broken = Some(cells.next()?.to_owned()).filter(|reason| !reason.is_empty());
    Some((PathBuf::from(cells.next()?), (stamp, Known { digest, broken, size, misnamed })))
}
