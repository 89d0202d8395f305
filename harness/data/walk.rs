//! The files below a folder that a pattern finds.

use std::fs::FileType;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use regex::Regex;

use super::error::DataError;
use super::root::{Root, no_file};

/// What a walk found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Paths below the root, with `/`, sorted.
    pub(super) files: Vec<String>,
    /// Paths that cannot be used, with reasons.
    pub(super) refused: Vec<(String, String)>,
}

/// Walks from the part of the pattern that has no wildcard. A folder that is its own ancestor through a link is refused once, and so is what a
/// link finds beyond the root.
pub(super) fn walk(root: &Path, glob: &str) -> Result<Found, DataError> {
    let root = Root::of(root)?;
    let fixed = fixed(glob);
    let start = fixed.join("/");
    let mut found = Found::default();
    let pattern = of_files(glob)?;
    let deepest = if glob.contains("**") { usize::MAX } else { glob.split('/').count() - fixed.len() };
    match root.find(&start) {
        Err(reason) if root.join(&start).exists() => found.refused.push((start, reason)),
        _ => Walk { root: &root, pattern: &pattern, file_like: glob.rsplit('/').next().is_some_and(|last| last.contains('.')) }.descend(
            &start,
            deepest,
            &mut Vec::new(),
            &mut found,
        )?,
    }
    found.files.sort_unstable();
    found.refused.sort_unstable();
    Ok(found)
}

/// Images below the folder from which a walk starts that the pattern does not find.
pub(super) fn overlooked(root: &Path, glob: &str) -> Result<Vec<String>, DataError> {
    let start = fixed(glob).join("/");
    if !Root::of(root)?.find(&start).is_ok_and(|kind| kind.is_dir()) {
        return Ok(Vec::new());
    }
    let pattern = of_files(glob)?;
    let everything = Path::new(&start).join("**").join(IMAGES);
    let images = walk(root, &everything.to_string_lossy())?.files;
    Ok(images.into_iter().filter(|image| !pattern.is_match(image)).collect())
}

/// The folders above the first part of a pattern that has a wildcard.
fn fixed(glob: &str) -> Vec<&str> {
    let Some((folders, _)) = glob.rsplit_once('/') else { return Vec::new() };
    folders.split('/').take_while(|part| !part.contains(['*', '?', '[', '{'])).collect()
}

struct Walk<'w> {
    root: &'w Root<'w>,
    pattern: &'w Regex,
    /// Whether the pattern asks for an ending, so that a folder which it finds was meant for a file.
    file_like: bool,
}

impl Walk<'_> {
    fn descend(&self, folder: &str, depth: usize, above: &mut Vec<(u64, u64)>, found: &mut Found) -> Result<(), DataError> {
        let path = self.root.join(folder);
        let error = |source| DataError::read(&path, source);
        let metadata = std::fs::metadata(&path).map_err(error)?;
        let identity = (metadata.dev(), metadata.ino());
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

/// As [`expression`], of paths: cameras and operating systems write `.JPG` where a card says `.jpg`, so an ending matches in any case.
pub(super) fn of_files(glob: &str) -> Result<Regex, DataError> {
    let wrong = |error| DataError::dataset(glob, format!("has a pattern that is not one: {error}"));
    let strict = expression(glob).map_err(wrong)?;
    let name = glob.rfind('/').map_or(0, |slash| slash + 1);
    match glob[name..].rfind('.') {
        // Braces that hold several names with their endings are taken as they are written.
        Some(dot) if glob[..name + dot].matches('{').count() == glob[..name + dot].matches('}').count() => {
            let (stem, ending) = glob.split_at(name + dot);
            let (stem, ending) = (expression(stem).map_err(wrong)?, expression(ending).map_err(wrong)?);
            let inner = |whole: &Regex| whole.as_str()[1..whole.as_str().len() - 1].to_owned();
            Regex::new(&format!("^{}(?i:{})$", inner(&stem), inner(&ending))).map_err(wrong)
        }
        _ => Ok(strict),
    }
}

/// A path as it is written, and with its ending in small letters and in capitals; all have the same length.
pub(super) fn endings(path: &str) -> [String; 3] {
    let name = path.rfind('/').map_or(0, |slash| slash + 1);
    let (stem, ending) = path.split_at(path[name..].rfind('.').map_or(path.len(), |dot| name + dot));
    [path.to_owned(), format!("{stem}{}", ending.to_ascii_lowercase()), format!("{stem}{}", ending.to_ascii_uppercase())]
}

/// `*` and `?` within one part of a path, `**` across parts, `[a-z]`, `{jpg,png}`.
pub(super) fn expression(glob: &str) -> Result<Regex, regex::Error> {
    let mut text = String::from("^");
    let mut rest = glob;
    let mut braces = 0_u32;
    while let Some(first) = rest.chars().next() {
        let mut used = first.len_utf8();
        match first {
            '*' if rest.starts_with("**/") => {
                text.push_str("(?:.*/)?");
                used = 3;
            }
            '*' if rest.starts_with("**") => {
                text.push_str(".*");
                used = 2;
            }
            '*' => text.push_str("[^/]*"),
            '?' => text.push_str("[^/]"),
            '[' if rest[1..].contains(']') => {
                let end = 1 + rest[1..].find(']').unwrap_or(0);
                text.push_str(&rest[..=end].replacen("[!", "[^", 1));
                used = end + 1;
            }
            '{' => {
                braces += 1;
                text.push_str("(?:");
            }
            '}' if braces > 0 => {
                braces -= 1;
                text.push(')');
            }
            ',' if braces > 0 => text.push('|'),
            other => text.push_str(&regex::escape(&other.to_string())),
        }
        rest = &rest[used..];
    }
    text.push('$');
    Regex::new(&text)
}
