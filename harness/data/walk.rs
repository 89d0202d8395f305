//! The files below a folder that a pattern finds.

use std::fs::FileType;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::error::DataError;
use super::root::Root;
use crate::spec::card::Glob;
use crate::spec::path::no_file;

/// What a walk found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Paths below the root, with `/`, sorted.
    pub(super) files: Vec<String>,
    /// Paths that cannot be used, with reasons.
    pub(super) refused: Vec<(String, String)>,
}

/// Walks from the part of the pattern that has no wildcard. A folder that lies above itself through a link, up to the root, is refused once,
/// and so is what a link finds beyond the root.
pub(super) fn walk(root: &Path, pattern: &Glob) -> Result<Found, DataError> {
    let root = Root::of(root)?;
    let glob = pattern.text();
    let fixed = fixed(glob);
    let start = fixed.join("/");
    let mut found = Found::default();
    let deepest = if glob.contains("**") { usize::MAX } else { glob.split('/').count() - fixed.len() };
    match root.find(&start) {
        Err(reason) if root.join(&start).exists() => found.refused.push((start, reason)),
        _ => {
            let above = (0..fixed.len()).map(|depth| identity(&root.join(&fixed[..depth].join("/"))));
            let mut above = above.collect::<Result<_, _>>()?;
            let file_like = glob.rsplit('/').next().is_some_and(|last| last.contains('.'));
            Walk { root: &root, pattern, file_like }.descend(&start, deepest, &mut above, &mut found)?;
        }
    }
    found.files.sort_unstable();
    found.refused.sort_unstable();
    Ok(found)
}

/// Images below the folder from which a walk starts that the pattern does not find.
pub(super) fn overlooked(root: &Path, pattern: &Glob) -> Result<Vec<String>, DataError> {
    let start = fixed(pattern.text()).join("/");
    if !Root::of(root)?.find(&start).is_ok_and(|kind| kind.is_dir()) {
        return Ok(Vec::new());
    }
    let everything = Path::new(&start).join("**").join(IMAGES);
    let everything = Glob::of(&everything.to_string_lossy()).map_err(|reason| DataError::file(&everything, reason))?;
    let images = walk(root, &everything)?.files;
    Ok(images.into_iter().filter(|image| !pattern.is_match(image)).collect())
}

/// The folders above the first part of a pattern that has a wildcard.
fn fixed(glob: &str) -> Vec<&str> {
    let Some((folders, _)) = glob.rsplit_once('/') else { return Vec::new() };
    folders.split('/').take_while(|part| !part.contains(['*', '?', '[', '{'])).collect()
}

/// What tells folders apart, whatever way leads to them.
fn identity(folder: &Path) -> Result<(u64, u64), DataError> {
    let metadata = std::fs::metadata(folder).map_err(|source| DataError::read(folder, source))?;
    Ok((metadata.dev(), metadata.ino()))
}

struct Walk<'w> {
    root: &'w Root<'w>,
    pattern: &'w Glob,
    /// Whether the pattern asks for an ending, so that a folder which it finds was meant for a file.
    file_like: bool,
}

impl Walk<'_> {
    fn descend(&self, folder: &str, depth: usize, above: &mut Vec<(u64, u64)>, found: &mut Found) -> Result<(), DataError> {
        let path = self.root.join(folder);
        let error = |source| DataError::read(&path, source);
        let identity = identity(&path)?;
        if above.contains(&identity) {
            found.refused.push((folder.to_owned(), "a link that leads back to a folder above it".to_owned()));
            return Ok(());
        }
        above.push(identity);
        for entry in std::fs::read_dir(&path).map_err(error)? {
            let entry = entry.map_err(error)?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                let shown = Path::new(folder).join(name.to_string_lossy().as_ref());
                found.refused.push((shown.display().to_string(), "its name is not UTF-8".to_owned()));
                continue;
            };
            if name.starts_with('.') {
                continue;
            }
            let below = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
            let matches = self.pattern.is_match(&below);
            let kind = entry.file_type().map_err(error)?;
            let led = if kind.is_symlink() { self.root.find(&below) } else { Ok(kind) };
            if depth > 1 && led.as_ref().is_ok_and(FileType::is_dir) {
                self.descend(&below, depth.saturating_sub(1), above, found)?;
            }
            match led {
                Ok(kind) if matches && kind.is_file() => found.files.push(below),
                Ok(kind) if matches && (self.file_like || !kind.is_dir()) => found.refused.push((below, no_file(kind))),
                // Beyond the root, a folder would have been walked.
                Err(reason) if matches || (depth > 1 && entry.path().is_dir()) => found.refused.push((below, reason)),
                _ => {}
            }
        }
        above.pop();
        Ok(())
    }
}

/// Files that are images, by their endings.
const IMAGES: &str = "*.{jpg,jpeg,png,webp,bmp,gif,tif,tiff}";

/// A path as it is written, and with its ending in small letters and in capitals; all have the same length.
pub(super) fn endings(path: &str) -> [String; 3] {
    let name = path.rfind('/').map_or(0, |slash| slash + 1);
    let (stem, ending) = path.split_at(path[name..].rfind('.').map_or(path.len(), |dot| name + dot));
    [path.to_owned(), format!("{stem}{}", ending.to_ascii_lowercase()), format!("{stem}{}", ending.to_ascii_uppercase())]
}
