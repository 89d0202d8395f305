//! Indices of datasets on their way to workers: written once, named by what they say and by where the data lie.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::data::dataset::Dataset;
use crate::report::output;

/// Writes an index into the cache, unless it is there; answers where.
///
/// # Errors
/// The cache cannot be written.
pub fn save(dataset: &Dataset, cache: &Path) -> io::Result<PathBuf> {
    let path = cache.join("indices").join(format!("{}-{}.json", dataset.digest, dataset.items.whereabouts()));
    if !path.exists() {
        output::replace(&path, &serde_json::to_vec(dataset)?)?;
    }
    Ok(path)
}

/// Reads an index.
///
/// # Errors
/// The file is not readable, or not an index.
pub fn load(path: &Path) -> io::Result<Arc<Dataset>> {
    Ok(Arc::new(serde_json::from_slice(&std::fs::read(path)?)?))
}
