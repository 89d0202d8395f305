//! Texts out of files and from the system, as they may be shown: a name can hold bytes that move a terminal's cursor or turn the writing
//! round.

use std::borrow::Cow;
use std::io;

/// A text is shown up to so many characters: a cell that an open quote made of the rest of a file is no help to anybody.
const LONGEST: usize = 600;

/// Of a longer one, so many at its end: what was expected stands there.
const END: usize = 200;

/// The text with its control characters and those that change the direction of writing written out, `\u{1b}`; the middle of a long one is
/// left out.
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.len() > LONGEST && text.chars().nth(LONGEST).is_some() {
        let length = text.chars().count();
        let (start, end): (String, String) = (text.chars().take(LONGEST - END).collect(), text.chars().skip(length - END).collect());
        let left = length - LONGEST;
        return Cow::Owned(format!("{}[… {left} characters …]{}", printable(&start), printable(&end)));
    }
    visible(text)
}

/// As [`printable`], and whole.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        match hidden(letter) {
            true => shown.extend(letter.escape_default()),
            false => shown.push(letter),
        }
    }
    Cow::Owned(shown)
}

/// Whether a character acts on what shows it: line ends and escapes (Unicode's class Cc), and marks, overrides and isolates of the
/// bidirectional algorithm.
pub(super) fn hidden(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What the system says, without its number.
pub(super) fn plain(error: io::Error) -> io::Error {
    let text = error.to_string();
    match (error.kind(), text.split_once(" (os error")) {
        (io::ErrorKind::NotFound, _) => io::Error::new(error.kind(), "there is no such file or folder"),
        (kind, Some((words, _))) => io::Error::new(kind, words.to_lowercase()),
        _ => error,
    }
}

/// What a library says of a file, as it stands behind a colon: begun small, without a full stop, and without what it shows of its insides.
pub(super) fn said(text: &str) -> String {
    let words = text.split(" while decoding ChunkType").next().unwrap_or_default().trim().trim_end_matches('.');
    let mut letters = words.chars();
    match (letters.next(), letters.clone().next()) {
        // An abbreviation stays one.
        (Some(first), next) if !next.is_some_and(char::is_uppercase) => first.to_lowercase().chain(letters).collect(),
        _ => words.to_owned(),
    }
}
