//! Patterns of paths.

use regex::Regex;

use crate::spec::decode::Decode;
use crate::spec::node::Node;
use crate::spec::problem::{Problem, Problems};

/// `*` and `?` within one part of a path, `**` across parts, `[a-z]`, `{jpg,png}`.
#[derive(Clone, Debug)]
pub struct Glob {
    text: String,
    regex: Regex,
}

impl Glob {
    /// A pattern of paths: cameras and operating systems write `.JPG` where a card says `.jpg`, so an ending matches in any case.
    ///
    /// # Errors
    /// The predicate of a sentence, where it is none.
    pub fn of(text: &str) -> Result<Self, String> {
        let mut depth = 0_usize;
        for part in text.split('/').filter(|part| !part.is_empty() && *part != ".") {
            depth = match part {
                ".." => depth.checked_sub(1).ok_or("leaves the root: let `root` be a folder that holds all that it finds")?,
                _ => depth + 1,
            };
        }
        if text.split('/').any(|part| part == "..") {
            return Err("goes back up by `..`, as no path below the root has to: write it without".to_owned());
        }
        let name = text.rfind('/').map_or(0, |slash| slash + 1);
        let closed =
            |stem: &str| [['{', '}'], ['[', ']']].iter().all(|[open, close]| stem.matches(*open).count() == stem.matches(*close).count());
        // Braces that hold several names with their endings are taken as they are written.
        let dot = text[name..].rfind('.').map(|dot| name + dot).filter(|dot| closed(&text[..*dot]));
        let (stem, ending) = text.split_at(dot.unwrap_or(text.len()));
        Self::compiled(text, &format!("{}(?i:{})", expression(stem)?, expression(ending)?))
    }

    /// A pattern of names, which matches as it is written.
    ///
    /// # Errors
    /// The predicate of a sentence, where it is none.
    pub fn exact(text: &str) -> Result<Self, String> {
        Self::compiled(text, &expression(text)?)
    }

    fn compiled(text: &str, expression: &str) -> Result<Self, String> {
        let wrong = |_| "is a pattern with letters between `[` and `]` that are no set of them: write it as `[a-z]`".to_owned();
        Ok(Self { text: text.to_owned(), regex: Regex::new(&format!("^{expression}$")).map_err(wrong)? })
    }

    /// As it is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it finds a path.
    pub fn is_match(&self, path: &str) -> bool {
        self.regex.is_match(path)
    }
}

impl Decode for Glob {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let text = String::decode(node, problems)?;
        Self::of(&text).map_err(|reason| problems.push(Problem::at(node, format!("`{text}` {reason}")))).ok()
    }
}

/// A pattern, or a part of one, as a regular expression.
fn expression(glob: &str) -> Result<String, String> {
    let mut text = String::new();
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
    if braces > 0 {
        return Err("is a pattern with a `{` that is left open: close it, as in `{jpg,png}`".to_owned());
    }
    Ok(text)
}
