//! Mocks that studies run on: written once into the cache, found again by all that decides their bytes.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::{VERSION, write};
use crate::data::dataset::{Dataset, Progress};
use crate::data::error::DataError;
use crate::spec::card::Card;

/// Opens a card on its mock, which is written first where the cache has none. Where the real data lie is not asked.
///
/// # Errors
/// When the card cannot be mocked or does not fit its mock, or the cache cannot be written.
pub fn open(card: &Card, cache: &Path, progress: Progress<'_>) -> Result<Dataset, DataError> {
    let root = kept(card, cache)?;
    Dataset::open_with(&card.clone().at(&root), cache, progress)
}

/// The folder of a card's mock in the cache. It appears whole or not at all, also where two programs write the same one.
///
/// # Errors
/// When the card cannot be mocked, or the cache cannot be written.
pub fn kept(card: &Card, cache: &Path) -> Result<PathBuf, DataError> {
    let mock = card.mock.clone().unwrap_or_default();
    let whole = json!({"card": card.canonical(), "mock": format!("{mock:?}"), "version": VERSION});
    let digest = blake3::hash(whole.to_string().as_bytes()).to_hex();
    let mocks = cache.join("mocks");
    let place = mocks.join(&digest[..32]);
    if place.is_dir() {
        return Ok(place);
    }
    std::fs::create_dir_all(&mocks).map_err(|source| DataError::cache(&mocks, source))?;
    let making = tempfile::Builder::new().prefix("making-").tempdir_in(&mocks).map_err(|source| DataError::cache(&mocks, source))?;
    write(card, None, making.path())?;
    match std::fs::rename(making.path(), &place) {
        // Somebody else was faster, and wrote the same.
        Err(_) if place.is_dir() => {}
        Err(source) => return Err(DataError::cache(&place, source)),
        Ok(()) => {}
    }
    Ok(place)
}
