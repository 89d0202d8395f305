//! The files below a folder that a pattern finds.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use regex::Regex;

use super::error::DataError;

/// What a walk found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Paths below the root, with `/`, sorted.
    pub(super) files: Vec<String>,
    /// Paths that cannot be used, with reasons.
    pub(super) refused: Vec<(String, String)>,
}

/// Walks from the part of the pattern that has no wildcard. A folder that is its own ancestor through a link is refused once.
pub(super) fn walk(root: &Path, glob: &str) -> Result<Found, DataError> {
    let fixed: Vec<&str> = glob.split('/').take_while(|part| !part.contains(['*', '?', '[', '{'])).collect();
    let fixed = if fixed.len() == glob.split('/').count() { &fixed[..fixed.len() - 1] } else { &fixed[..] };
    let start = fixed.join("/");
    let mut found = Found::default();
    let pattern = expression(glob).map_err(|error| DataError::dataset(glob, format!("has a pattern that is not one: {error}")))?;
    let deepest = if glob.contains("**") { usize::MAX } else { glob.split('/').count() - fixed.len() };
    descend(root, &start, deepest, &pattern, &mut Vec::new(), &mut found)?;
    found.files.sort_unstable();
    found.refused.sort_unstable();
    Ok(found)
}

fn descend(
    root: &Path,
    folder: &str,
    depth: usize,
    pattern: &Regex,
    above: &mut Vec<(u64, u64)>,
    found: &mut Found,
) -> Result<(), DataError> {
    let path = root.join(folder);
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
        let kind = entry.file_type().map_err(error)?;
        let kind = if kind.is_symlink() { std::fs::metadata(entry.path()).map(|metadata| metadata.file_type()) } else { Ok(kind) };
        match kind {
            Ok(kind) if kind.is_dir() && depth > 1 => descend(root, &below, depth.saturating_sub(1), pattern, above, found)?,
            Ok(kind) if kind.is_file() && pattern.is_match(&below) => found.files.push(below),
            Ok(_) => {}
            Err(error) if pattern.is_match(&below) => found.refused.push((below, format!("a link that leads nowhere: {error}"))),
            Err(_) => {}
        }
    }
    above.pop();
    Ok(())
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
