//! What has to be unpacked to be read at places: written once into the cache, named by what it was made of.

use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use super::digest::{Digest, Memory};
use super::error::DataError;

/// Counts up when unpacking gives other bytes than before.
const VERSION: u32 = 1;

/// A compressed file may become so many times as large, and [`ROOM`] besides. Photographs hardly shrink, black and white drawings by a
/// hundred; what is made to fill a disk, by a thousand.
const RATIO: u64 = 200;

/// Bytes that any file may unpack to.
const ROOM: u64 = 64 << 20;

/// Where files are unpacked to.
pub(super) struct Unpacked<'c> {
    cache: &'c Path,
    memory: &'c Memory,
}

impl<'c> Unpacked<'c> {
    pub(super) fn new(cache: &'c Path, memory: &'c Memory) -> Self {
        Self { cache, memory }
    }

    /// A file that `write` makes out of `packed`, or made before; `how` says what else decides its bytes.
    pub(super) fn file(
        &self,
        packed: &Path,
        how: &str,
        write: impl FnOnce(&mut dyn Write) -> Result<(), DataError>,
    ) -> Result<PathBuf, DataError> {
        let digest = self.memory.file(packed)?;
        let folder = self.cache.join("unpacked");
        let path = folder.join(Digest::of(format!("{VERSION} {digest} {how}").as_bytes()).to_string());
        if path.is_file() {
            return Ok(path);
        }
        let error = |source| DataError::cache(&path, source);
        std::fs::create_dir_all(&folder).map_err(error)?;
        let mut file = tempfile::NamedTempFile::new_in(&folder).map_err(error)?;
        let mut out = BufWriter::new(file.as_file_mut());
        write(&mut out)?;
        out.flush().map_err(error)?;
        drop(out);
        file.as_file().sync_data().map_err(error)?;
        file.persist(&path).map_err(|failed| error(failed.error))?;
        Ok(path)
    }

    /// What a stream gives that is compressed in `stored` bytes of `packed`.
    pub(super) fn stream(
        &self,
        packed: &Path,
        how: &str,
        stored: u64,
        open: impl FnOnce() -> io::Result<Box<dyn Read>>,
    ) -> Result<PathBuf, DataError> {
        let most = stored.saturating_mul(RATIO).saturating_add(ROOM);
        self.file(packed, how, |out| {
            let broken = |error: io::Error| DataError::file(packed, format!("cannot be unpacked: {error}; is it whole?"));
            let mut input = open().map_err(broken)?.take(most.saturating_add(1));
            let mut block = vec![0; 1 << 20];
            let mut written = 0;
            loop {
                let count = match input.read(&mut block).map_err(broken)? {
                    0 => return Ok(()),
                    count => count,
                };
                written += count as u64;
                if written > most {
                    let reason =
                        format!("unpacks to more than {RATIO} times its size, as nothing does that holds photographs: unpack it yourself");
                    return Err(DataError::file(packed, reason));
                }
                out.write_all(&block[..count]).map_err(|source| DataError::cache(self.cache, source))?;
            }
        })
    }

    /// A gzip file, unpacked.
    pub(super) fn gzip(&self, packed: &Path) -> Result<PathBuf, DataError> {
        let stored = std::fs::metadata(packed).map_err(|source| DataError::read(packed, source))?.len();
        self.stream(packed, "gzip", stored, || {
            let file = io::BufReader::new(std::fs::File::open(packed)?);
            Ok(Box::new(flate2::bufread::MultiGzDecoder::new(file)))
        })
    }
}
