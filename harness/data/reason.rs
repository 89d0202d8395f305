//! Why rows are rejected, counted: reasons that differ only in what the rows hold are one.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::dataset::Rejected;

/// Rejections by their reasons, the most frequent first. What differs from row to row is left out, numbers and what stands between backticks,
/// but for `names`: what is said of two columns are two reasons.
pub(super) fn reasons(rejected: &[Rejected], names: &HashSet<String>) -> Vec<(String, u64)> {
    let mut counts: IndexMap<Vec<&str>, (Vec<&str>, u64)> = IndexMap::new();
    for rejected in rejected {
        let parts = parts(&rejected.reason);
        let word = |(at, part): (usize, &&'_ str)| at % 2 == 0 || names.contains(*part);
        let alike = parts.iter().enumerate().map(|part| if word(part) { *part.1 } else { "…" }).collect();
        let (shown, count) = counts.entry(alike).or_insert_with(|| (parts.clone(), 0));
        shown.iter_mut().zip(parts).filter(|(shown, part)| *shown != part).for_each(|(shown, _)| *shown = "…");
        *count += 1;
    }
    counts.sort_by(|_, (_, a), _, (_, b)| b.cmp(a));
    counts.into_values().map(|(shown, count)| (shown.concat(), count)).collect()
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
