//! One file of the image cache: slots of equal size, and a record of those that are filled.
//!
//! Slots are read with positioned reads rather than through a memory map: both copy once out of the page cache that all processes
//! share, but when somebody truncates the file, a read is an error that names it, and a map is a SIGBUS that kills the process.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::error::DataError;

/// A shard that is open for reading, and for filling while it is locked.
#[derive(Debug)]
pub(super) struct Shard {
    path: PathBuf,
    file: File,
    slots: usize,
    slot: usize,
}

/// Which slots of a shard hold an image. The shard is locked, for other processes too, as long as this lives.
pub(super) struct Filled<'s> {
    shard: &'s Shard,
    bits: Vec<u8>,
}

impl Filled<'_> {
    pub(super) fn holds(&self, slot: usize) -> bool {
        self.bits.get(slot / 8).is_some_and(|byte| byte & (1 << (slot % 8)) != 0)
    }

    pub(super) fn mark(&mut self, slot: usize) {
        if let Some(byte) = self.bits.get_mut(slot / 8) {
            *byte |= 1 << (slot % 8);
        }
    }

    /// Records what was filled, the pixels first, so that a crash in between loses work and nothing else.
    pub(super) fn record(&self) -> Result<(), DataError> {
        self.shard.file.sync_data().map_err(|source| DataError::cache(&self.shard.path, source))?;
        write_whole(&self.shard.map(), &self.bits)
    }
}

impl Drop for Filled<'_> {
    fn drop(&mut self) {
        // A lock that cannot be given back ends with the process.
        let _ = flock(&self.shard.file, FlockOperation::Unlock);
    }
}

impl Shard {
    /// Opens or makes a shard of `slots` slots of `slot` bytes each.
    pub(super) fn open(folder: &Path, key: &str, slots: usize, slot: usize) -> Result<Self, DataError> {
        let path = folder.join(format!("{key}.u8"));
        let error = |source| DataError::cache(&path, source);
        std::fs::create_dir_all(folder).map_err(error)?;
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(error)?;
        Ok(Self { file, slots, slot, path })
    }

    fn length(&self) -> u64 {
        self.slots as u64 * self.slot as u64
    }

    fn map(&self) -> PathBuf {
        self.path.with_extension("map")
    }

    /// Waits until nobody else fills this shard, and says what it holds.
    pub(super) fn lock(&self) -> Result<Filled<'_>, DataError> {
        flock(&self.file, FlockOperation::LockExclusive).map_err(|code| DataError::cache(&self.path, code.into()))?;
        self.filled()
    }

    /// Says what a shard holds, unless somebody else fills it.
    pub(super) fn try_lock(&self) -> Result<Option<Filled<'_>>, DataError> {
        match flock(&self.file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => self.filled().map(Some),
            Err(Errno::WOULDBLOCK) => Ok(None),
            Err(code) => Err(DataError::cache(&self.path, code.into())),
        }
    }

    /// What a shard holds that is locked; nothing, where it has another length than it should.
    fn filled(&self) -> Result<Filled<'_>, DataError> {
        let error = |source| DataError::cache(&self.path, source);
        let bits = std::fs::read(self.map()).unwrap_or_default();
        let mut filled = Filled { shard: self, bits };
        if filled.bits.len() != self.slots.div_ceil(8) || self.file.metadata().map_err(error)?.len() != self.length() {
            filled.bits = vec![0; self.slots.div_ceil(8)];
            drop(std::fs::remove_file(self.map()));
            self.file.set_len(self.length()).map_err(error)?;
        }
        Ok(filled)
    }

    /// Writes one slot.
    pub(super) fn write(&self, slot: usize, bytes: &[u8]) -> Result<(), DataError> {
        self.file.write_all_at(bytes, slot as u64 * self.slot as u64).map_err(|source| DataError::cache(&self.path, source))
    }

    /// Reads one slot.
    pub(super) fn read(&self, slot: usize, out: &mut [u8]) -> Result<(), DataError> {
        self.file.read_exact_at(out, slot as u64 * self.slot as u64).map_err(|source| DataError::cache(&self.path, source))
    }
}

/// Writes a small file aside and renames it.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), DataError> {
    let write = || -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new(""));
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_data()?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(|source| DataError::cache(path, source))
}
