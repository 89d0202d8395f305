//! Images before any is used: their digests, and whether they are whole.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use indexmap::IndexMap;
use rayon::prelude::*;

use super::archive::{self, Member};
use super::aside::Kind;
use super::dataset::Progress;
use super::decode;
use super::digest::{Digest, Known, Memory};
use super::error::DataError;
use super::field::retain;
use super::frame::Factor;
use super::items::{Container, Place};
use super::look::{Look, Looked};
use super::needed::Opening;
use super::shard::write_whole;
use super::sheet::Sheet;
use super::table;
use super::window::Window;

/// Cells that are held in memory at once.
const BLOCK: usize = 256;

/// How far the verifying is; it is told from the first image on that was not verified before.
struct Tally<'p> {
    total: u64,
    done: AtomicU64,
    new: AtomicBool,
    progress: Progress<'p>,
}

impl Tally<'_> {
    fn add(&self, images: u64, new: bool) {
        let done = self.done.fetch_add(images, Ordering::Relaxed) + images;
        if new {
            self.new.store(true, Ordering::Relaxed);
        }
        if self.new.load(Ordering::Relaxed) {
            (self.progress)(done.min(self.total), self.total);
        }
    }
}

/// The digest of every image, and those whose names say another format; items whose image is not whole, or whose box holds nothing of it, are
/// gone afterwards.
pub(super) fn images(
    opening: &Opening,
    sheet: &mut Sheet,
    fields: &mut IndexMap<String, Factor>,
    memory: &Memory,
) -> Result<(Vec<Digest>, Kind), DataError> {
    // Only where items are parts of images does it matter how large these are.
    let sized = !sheet.windows.is_empty();
    let tally = Tally { total: sheet.len() as u64, done: AtomicU64::new(0), new: AtomicBool::new(false), progress: opening.progress };
    let mut containers = Vec::new();
    for container in &sheet.containers {
        let path = container.path(opening.root);
        let digest = memory.file(&path)?;
        let looked = match container {
            Container::Parquet { column, .. } => cells(opening, &path, column, digest, sized, &tally)?,
            Container::Pixels { .. } => Looked::default(),
            Container::Archive { members: all, .. } => {
                let used = (sheet.places.as_slice(), containers.len() as u32);
                members(opening, &path, all, used, digest, sized, &tally)?
            }
        };
        containers.push((Digest::of(format!("{digest} {}", container.way()).as_bytes()), looked));
    }
    let known: Vec<Known> = sheet
        .places
        .par_iter()
        .map(|place| match place {
            Place::File(file) => {
                let (known, new) = match memory.image(&opening.root.join(file), sized) {
                    // A file that cannot be read costs itself. That is not remembered: it may be mended without a change.
                    Err(DataError::Read { source, .. }) if !passes(source.kind()) => {
                        (Known::broken(format!("cannot be read: {source}")), true)
                    }
                    known => known?,
                };
                tally.add(1, new);
                Ok(known)
            }
            Place::Record(container, record) => {
                let (digest, looked) = &containers[*container as usize];
                let mut hasher = blake3::Hasher::new();
                hasher.update(&digest.bytes()).update(&record.to_le_bytes());
                let (broken, size) = (looked.broken.get(record).cloned(), looked.sizes.get(record).copied());
                let misnamed = looked.misnamed.get(record).cloned();
                Ok(Known { digest: Digest::from(hasher.finalize()), broken, size, misnamed })
            }
        })
        .collect::<Result<_, DataError>>()?;
    let boxed = |(known, window): (Known, &Window)| Known {
        digest: window.digest(known.digest),
        broken: known.broken.or_else(|| window.refusal(known.size?)),
        size: known.size,
        misnamed: known.misnamed,
    };
    let known: Vec<Known> = if sized { known.into_iter().zip(&sheet.windows).map(boxed).collect() } else { known };
    let keep: Vec<bool> = known.iter().map(|known| known.broken.is_none()).collect();
    let mut misnamed = Kind::default();
    for (row, known) in known.iter().enumerate().filter(|(_, known)| known.broken.is_none()) {
        if let (Some(format), Some(path)) = (&known.misnamed, sheet.path(row)) {
            misnamed.add(&format!("{path} is a {format}"));
        }
    }
    let first = sheet.reject(&keep, |sheet, row| {
        let reason = known[row].broken.clone().unwrap_or_default();
        match sheet.path(row).filter(|image| !sheet.told_by(row).ends_with(*image)) {
            Some(image) => format!("`{image}`: {reason}"),
            None => reason,
        }
    });
    retain(fields, &keep);
    if sheet.len() == 0 {
        let why = first.map_or(String::new(), |first| format!(": {first}"));
        return Err(DataError::dataset(&opening.card.dataset, format!("has no image that can be read{why}")));
    }
    Ok((known.into_iter().filter(|known| known.broken.is_none()).map(|known| known.digest).collect(), misnamed))
}

/// The members of an archive that items are, remembered by the archive's digest.
fn members(
    opening: &Opening,
    path: &Path,
    members: &[Member],
    (places, container): (&[Place], u32),
    digest: Digest,
    sized: bool,
    tally: &Tally<'_>,
) -> Result<Looked, DataError> {
    let mut records: Vec<u64> = places
        .iter()
        .filter_map(|place| match place {
            Place::Record(other, record) if *other == container => Some(*record),
            _ => None,
        })
        .collect();
    records.sort_unstable();
    records.dedup();
    let look = Look::of(opening.card);
    remembered(opening, format!("{digest} members {records:?} {sized}"), || {
        let check = |record: &u64| {
            let member = members.get(*record as usize)?;
            let bytes =
                look.length(member.size).and_then(|()| archive::read(path, member).map_err(|error| format!("cannot be unpacked: {error}")));
            let misnamed = bytes.as_ref().ok().and_then(|bytes| decode::misnamed(bytes, &member.path));
            let found = bytes.and_then(|bytes| look.at(&bytes, sized));
            tally.add(1, true);
            Some((*record, found, misnamed))
        };
        let mut looked = Looked::default();
        let found: Vec<_> = records.par_iter().filter_map(check).collect();
        for (record, found, misnamed) in found {
            looked.add(record, found);
            looked.misnamed.extend(misnamed.map(|format| (record, format.to_owned())));
        }
        Ok(looked)
    })
}

/// What was found out before, or is found out now.
fn remembered(opening: &Opening, what: String, find: impl FnOnce() -> Result<Looked, DataError>) -> Result<Looked, DataError> {
    let key = Digest::of(format!("{} {what}", Look::of(opening.card)).as_bytes());
    let remembered = opening.cache.join("digests").join(format!("{key}.json"));
    if let Some(known) = std::fs::read(&remembered).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
        return Ok(known);
    }
    let found = find()?;
    // What cannot be remembered is found out again the next time.
    if let Ok(json) = serde_json::to_vec(&found) {
        drop(write_whole(&remembered, &json));
    }
    Ok(found)
}

/// The cells of a container, remembered by the container's digest.
fn cells(opening: &Opening, path: &Path, column: &str, digest: Digest, sized: bool, tally: &Tally<'_>) -> Result<Looked, DataError> {
    remembered(opening, format!("{digest} {column} {sized}"), || {
        let (look, mut looked) = (Look::of(opening.card), Looked::default());
        let mut block: Vec<(u64, Option<Vec<u8>>)> = Vec::with_capacity(BLOCK);
        let mut verify = |block: &mut Vec<(u64, Option<Vec<u8>>)>| {
            let find = |(row, bytes): (u64, Option<Vec<u8>>)| {
                (row, bytes.map_or_else(|| Err(format!("`{column}` is empty")), |bytes| look.at(&bytes, sized)))
            };
            let found: Vec<_> = block.par_drain(..).map(find).collect();
            tally.add(found.len() as u64, true);
            found.into_iter().for_each(|(row, found)| looked.add(row, found));
        };
        table::read_all_cells(path, column, &mut |row, bytes| {
            block.push((row, bytes.map(<[u8]>::to_vec)));
            if block.len() == BLOCK {
                verify(&mut block);
            }
        })?;
        verify(&mut block);
        Ok(looked)
    })
}

/// Whether trouble is not the file's own, and the next reading may be spared it: such a file is not to be missing from a result.
fn passes(trouble: io::ErrorKind) -> bool {
    use io::ErrorKind::*;
    matches!(trouble, Interrupted | TimedOut | OutOfMemory | StaleNetworkFileHandle | NetworkDown | NetworkUnreachable | HostUnreachable)
}
