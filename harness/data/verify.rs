//! Images as they are before any is decoded: their digests, and whether they are whole.

use std::collections::BTreeMap;
use std::path::Path;

use indexmap::IndexMap;
use rayon::prelude::*;

use super::archive::{self, Member};
use super::decode;
use super::digest::{Digest, Memory};
use super::error::DataError;
use super::frame::Factor;
use super::items::{Container, Place};
use super::opening::{Opening, retain};
use super::shard::write_whole;
use super::sheet::Sheet;
use super::table;

/// The digest of every image; items whose image is not whole are gone afterwards.
pub(super) fn images(
    opening: &Opening,
    sheet: &mut Sheet,
    fields: &mut IndexMap<String, Factor>,
    memory: &Memory,
) -> Result<Vec<Digest>, DataError> {
    let limit = opening.card.pixel_limit;
    let mut containers = Vec::new();
    for container in &sheet.containers {
        let path = opening.root.join(container.file());
        let known = memory.file(&path, None)?;
        let broken = match container {
            Container::Parquet { column, .. } => broken_cells(opening, &path, column, known.digest)?,
            Container::Pixels { .. } => Default::default(),
            Container::Archive { members, .. } => {
                broken_members(opening, &container.path(opening.root), members, &sheet.places, containers.len() as u32, known.digest)?
            }
        };
        containers.push((Digest::of(format!("{} {}", known.digest, container.way()).as_bytes()), broken));
    }
    let known: Vec<(Digest, Option<String>)> = sheet
        .places
        .par_iter()
        .map(|place| match place {
            Place::File(file) => memory.file(&opening.root.join(file), Some(limit)).map(|known| (known.digest, known.broken)),
            Place::Record(container, record) => {
                let (digest, broken) = &containers[*container as usize];
                let mut hasher = blake3::Hasher::new();
                hasher.update(&digest.bytes()).update(&record.to_le_bytes());
                Ok((Digest::from(hasher.finalize()), broken.get(record).cloned()))
            }
        })
        .collect::<Result<_, DataError>>()?;
    let known: Vec<(Digest, Option<String>)> = match sheet.windows.is_empty() {
        true => known,
        false => known.into_iter().zip(&sheet.windows).map(|((digest, broken), window)| (window.digest(digest), broken)).collect(),
    };
    let keep: Vec<bool> = known.iter().map(|(_, broken)| broken.is_none()).collect();
    sheet.reject(&keep, |sheet, row| {
        let reason = known[row].1.clone().unwrap_or_default();
        let image = match &sheet.places[row] {
            Place::File(file) => Some(file.as_str()),
            Place::Record(container, record) => match &sheet.containers[*container as usize] {
                Container::Archive { members, .. } => members.get(*record as usize).map(|member| member.path.as_str()),
                _ => None,
            },
        };
        match image.filter(|image| *image != sheet.told_by(row)) {
            Some(image) => format!("`{image}`: {reason}"),
            None => reason,
        }
    });
    retain(fields, &keep);
    if sheet.len() == 0 {
        let why = sheet.rejected.first().map_or(String::new(), |first| format!(": {first}"));
        return Err(DataError::dataset(&opening.card.dataset, format!("has no image that can be read{why}")));
    }
    Ok(known.into_iter().filter(|(_, broken)| broken.is_none()).map(|(digest, _)| digest).collect())
}

/// The members of an archive that are no whole images, remembered by the archive's digest.
fn broken_members(
    opening: &Opening,
    path: &Path,
    members: &[Member],
    places: &[Place],
    container: u32,
    digest: Digest,
) -> Result<BTreeMap<u64, String>, DataError> {
    let mut records: Vec<u64> = places
        .iter()
        .filter_map(|place| match place {
            Place::Record(other, record) if *other == container => Some(*record),
            _ => None,
        })
        .collect();
    records.sort_unstable();
    records.dedup();
    let limit = opening.card.pixel_limit;
    remembered(opening, format!("{digest} members {records:?}"), || {
        let check = |record: &u64| {
            let member = members.get(*record as usize)?;
            let checked = decode::check_length(member.size, limit)
                .and_then(|()| archive::read(path, member).map_err(|error| format!("cannot be unpacked: {error}")))
                .and_then(|bytes| decode::check(&bytes, limit));
            checked.err().map(|reason| (*record, reason))
        };
        Ok(records.par_iter().filter_map(check).collect())
    })
}

/// What was found out before, or is found out now.
fn remembered(
    opening: &Opening,
    what: String,
    find: impl FnOnce() -> Result<BTreeMap<u64, String>, DataError>,
) -> Result<BTreeMap<u64, String>, DataError> {
    let key = Digest::of(format!("{} {what} {}", decode::VERSION, opening.card.pixel_limit).as_bytes());
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

/// The cells of a container that hold no whole image, remembered by the container's digest.
fn broken_cells(opening: &Opening, path: &Path, column: &str, digest: Digest) -> Result<BTreeMap<u64, String>, DataError> {
    remembered(opening, format!("{digest} {column}"), || {
        let mut broken = BTreeMap::new();
        table::read_all_cells(path, column, &mut |row, bytes| {
            let reason = match bytes {
                None => Some("the cell is empty".to_owned()),
                Some(bytes) => decode::check(bytes, opening.card.pixel_limit).err(),
            };
            broken.extend(reason.map(|reason| (row, reason)));
        })?;
        Ok(broken)
    })
}
