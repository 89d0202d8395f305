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
    let fixed: Vec<&str> = glob.split('/').take_while(|part| !part.contains(['*', '?', '[', '{'])).collect();
    let fixed = if fixed.len() == glob.split('/').count() { &fixed[..fixed.len() - 1] } else { &fixed[..] };
    let start = fixed.join("/");
    let mut found = Found::default();
    let pattern = expression(glob).map_err(|error| DataError::dataset(glob, format!("has a pattern that is not one: {error}")))?;
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
