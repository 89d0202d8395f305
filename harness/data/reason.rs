//! Why rows are rejected, counted: reasons that differ only in what the rows hold are one.

use std::collections::HashSet;

use indexmap::IndexMap;

/// Reasons that are told apart.
const KINDS: usize = 1000;

/// Reasons and how many there are of each. What differs from row to row is left out, numbers and what stands between backticks, but for names:
/// what is said of two columns are two reasons.
#[derive(Debug, Default)]
pub(super) struct Reasons {
    names: HashSet<String>,
    /// By what is alike in them: as they are shown, and how many.
    counts: IndexMap<String, (Vec<String>, u64)>,
}

impl Reasons {
    /// None yet; these names are part of a reason.
    pub(super) fn speaking_of(names: HashSet<String>) -> Self {
        Self { names, counts: IndexMap::new() }
    }

    /// Counts one, and answers how many there are of it.
    pub(super) fn add(&mut self, reason: &str) -> u64 {
        let mut parts = parts(reason);
        let word = |(at, part): (usize, &&str)| at % 2 == 0 || self.names.contains(*part);
        let mut alike: String = parts.iter().enumerate().map(|part| if word(part) { *part.1 } else { "…" }).collect();
        if self.counts.len() >= KINDS && !self.counts.contains_key(&alike) {
            (alike, parts) = (String::new(), vec!["other reasons"]);
        }
        let (shown, count) = self.counts.entry(alike).or_insert_with(|| (parts.iter().map(|part| (*part).to_owned()).collect(), 0));
        shown.iter_mut().zip(parts).filter(|(shown, part)| *shown != part).for_each(|(shown, _)| "…".clone_into(shown));
        *count += 1;
        *count
    }

    /// The most frequent first.
    pub(super) fn counted(mut self) -> Vec<(String, u64)> {
        self.counts.sort_by(|_, (_, a), _, (_, b)| b.cmp(a));
        self.counts.into_values().map(|(shown, count)| (shown.concat(), count)).collect()
    }
}

/// A reason in parts: words at even places, values at odd ones.
fn parts(reason: &str) -> Vec<&str> {
    let (mut parts, mut words) = (Vec::new(), 0);
    let mut at = 0;
    while let Some(letter) = reason[at..].chars().next() {
        let rest = &reason[at..];
        let long = |over: fn(char) -> bool| rest.find(|letter| !over(letter)).unwrap_or(rest.len());
        at += match letter {
            '`' => {
                let inside = rest[1..].find('`').unwrap_or(rest.len() - 1);
                parts.extend([&reason[words..=at], &rest[1..=inside]]);
                words = at + 1 + inside;
                (inside + 2).min(rest.len())
            }
            '0'..='9' | '-' if letter != '-' || rest[1..].starts_with(|next: char| next.is_ascii_digit()) => {
                let length = long(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-'));
                parts.extend([&reason[words..at], &rest[..length]]);
                words = at + length;
                length
            }
            // Digits within a word are part of it: `UTF-8`.
            _ if letter.is_alphanumeric() => long(|letter| letter.is_alphanumeric() || letter == '-'),
            _ => letter.len_utf8(),
        };
    }
    parts.push(&reason[words..]);
    parts
}
