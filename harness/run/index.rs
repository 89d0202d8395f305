//! Indices of datasets on their way to workers: written once, named by what they say and by where the data lie.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::data::dataset::Dataset;
use crate::data::error::DataError;
use crate::report::output;

/// Writes an index into the cache, unless it is there; answers where.
///
/// # Errors
/// The cache cannot be written.
pub fn save(dataset: &Dataset, cache: &Path) -> Result<PathBuf, DataError> {
    let path = cache.join("indices").join(format!("{}-{}.json", dataset.digest, dataset.items.whereabouts()));
    if !path.exists() {
        let written = serde_json::to_vec(dataset).map_err(io::Error::from).and_then(|json| output::replace(&path, &json));
        written.map_err(|source| DataError::cache(&path, source))?;
    }
    Ok(path)
}

/// Reads an index.
///
/// # Errors
/// The file is not readable, or not an index.
pub fn load(path: &Path) -> Result<Arc<Dataset>, DataError> {
    let read = std::fs::read(path).and_then(|json| Ok(serde_json::from_slice(&json)?));
    read.map(Arc::new).map_err(|source| DataError::cache(path, source))
}
