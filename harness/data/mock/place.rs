//! A mock where people look at it. It replaces an earlier one of the same dataset, and nothing else.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Written, write};
use crate::data::error::DataError;
use crate::spec::card::Card;

/// The file in a mock's folder that says whose mock it is.
const LIST: &str = ".fairgrid-mock.json";

/// What a mock consists of.
#[derive(Debug, Serialize, Deserialize)]
struct List {
    dataset: String,
    files: Vec<String>,
}

/// What to do with a folder that has files of somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Leave it alone and say so.
    Refuse,
    /// Write beside them, and over those of the same name.
    Overwrite,
}

/// Writes a card's mock into a folder. Files of an earlier mock of the same dataset go first.
///
/// # Errors
/// When the folder has other files, the card cannot be mocked, or a file cannot be written.
pub fn place(card: &Card, rows: Option<u32>, folder: &Path, existing: Existing) -> Result<Written, DataError> {
    let list = folder.join(LIST);
    let earlier = std::fs::read(&list).ok().and_then(|bytes| serde_json::from_slice::<List>(&bytes).ok());
    let own: BTreeSet<String> = earlier.filter(|list| list.dataset == card.dataset).into_iter().flat_map(|list| list.files).collect();
    let found = files(folder)?;
    if let (Existing::Refuse, Some(foreign)) = (existing, found.iter().find(|file| *file != LIST && !own.contains(*file))) {
        let reason =
            format!("has `{foreign}`, which no mock of `{}` wrote: choose another folder, or write over it with `--force`", card.dataset);
        return Err(DataError::file(folder, reason));
    }
    // Only what was found: a list that somebody edited cannot reach beyond the folder.
    for file in found.intersection(&own) {
        let path = folder.join(file);
        std::fs::remove_file(&path).map_err(|source| DataError::Write { path, source })?;
    }
    let written = write(card, rows, folder)?;
    let text = serde_json::json!(List { dataset: card.dataset.clone(), files: written.files.clone() }).to_string();
    std::fs::write(&list, text).map_err(|source| DataError::Write { path: list, source })?;
    Ok(written)
}

/// All files below a folder, as `a/b`; none where there is no folder. What a link points to is not looked at.
fn files(folder: &Path) -> Result<BTreeSet<String>, DataError> {
    let mut files = BTreeSet::new();
    let mut open = vec![(folder.to_owned(), String::new())];
    while let Some((path, prefix)) = open.pop() {
        let entries = match std::fs::read_dir(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            entries => entries.map_err(|source| DataError::read(&path, source))?,
        };
        for entry in entries {
            let entry = entry.map_err(|source| DataError::read(&path, source))?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            match entry.file_type().map_err(|source| DataError::read(&path, source))?.is_dir() {
                true => open.push((entry.path(), format!("{name}/"))),
                false => drop(files.insert(name)),
            }
        }
    }
    Ok(files)
}
