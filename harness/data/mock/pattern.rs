//! Text that a regular expression matches, with given values for its groups.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind};

use crate::data::random::generator;
use crate::spec::card::{Card, Layout, Pattern, unanchored};

/// Numbers that make names unique have at least so many digits.
const DIGITS: usize = 6;

/// A text that is wanted is looked for so many times.
pub(super) const DRAWS: usize = 512;

/// The letters that names are made of.
const LETTERS: &str = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_ .";

/// What the names of files match, where they tell anything.
pub(super) fn names(card: &Card) -> Option<&Regex> {
    match &card.layout {
        Layout::Files(files) => files.pattern.as_ref().map(Pattern::regex),
        _ => None,
    }
}

/// Writes text that `regex` matches. `group` gives the value of a group by its name (`None`: without one); long numbers are `number`.
///
/// # Errors
/// A reason, where the values do not fit the expression.
pub(super) fn text(
    regex: &Regex,
    group: &dyn Fn(Option<&str>) -> Option<String>,
    number: u64,
    random: &mut ChaCha8Rng,
) -> Result<String, String> {
    let hir = regex_syntax::parse(regex.as_str()).map_err(|error| error.to_string())?;
    let mut out = String::new();
    write(&hir, group, 0, Some(number), random, &mut out);
    if regex.is_match(&out) { Ok(out) } else { Err(format!("`{out}` does not match `{}`", unanchored(regex))) }
}

/// Text around a value that is to be what counts of it, the only group or else all of it: with a number where one may stand there, or without
/// one as little as the expression allows, since a group may take in what is around it. Whether it does, and all of it matches, is to be seen.
pub(super) fn around(regex: &Regex, value: &str, number: Option<u64>, random: &mut ChaCha8Rng) -> String {
    let mut out = String::new();
    match regex_syntax::parse(regex.as_str()) {
        Ok(hir) if regex.captures_len() > 1 => write(&hir, &|_| Some(value.to_owned()), 0, number, random, &mut out),
        _ => out.push_str(value),
    }
    out
}

/// What counts of a text: the only group, or all of it where there is none; `None` where it does not match.
pub(super) fn counts<'t>(regex: &Regex, text: &'t str) -> Option<&'t str> {
    regex.captures(text)?.get(usize::from(regex.captures_len() > 1)).map(|part| part.as_str())
}

/// What a named group matches; `None` where there is no such group.
fn own(regex: &Regex, name: &str) -> Option<Hir> {
    let hir = regex_syntax::parse(regex.as_str()).ok()?;
    let mut open = vec![&hir];
    loop {
        match open.pop()?.kind() {
            HirKind::Capture(capture) if capture.name.as_deref() == Some(name) => return Some((*capture.sub).clone()),
            kind => open.extend(kind.subs()),
        }
    }
}

/// The expression of all that a named group matches.
fn alone(group: &Hir) -> Option<Regex> {
    Regex::new(&format!("^(?:{group})$")).ok()
}

/// A text that a named group matches; `None` where there is no such group.
pub(super) fn group(regex: &Regex, name: &str, number: u64, random: &mut ChaCha8Rng) -> Option<String> {
    drawn(regex, name, number, random, &|_| true)
}

/// A text that a named group matches and that is `wanted`, longer where the short ones are not; `None` where none is found.
pub(super) fn drawn(regex: &Regex, name: &str, number: u64, random: &mut ChaCha8Rng, wanted: &dyn Fn(&str) -> bool) -> Option<String> {
    let own = own(regex, name)?;
    let text = |draw: usize| {
        let mut out = String::new();
        write(&own, &|_| None, if draw == 0 { 0 } else { DIGITS }, Some(number), random, &mut out);
        out
    };
    (0..DRAWS).map(text).find(|text| wanted(text))
}

/// Whether a named group can be this text, as it can where there is no such group.
pub(super) fn fits(regex: &Regex, name: &str, text: &str) -> bool {
    own(regex, name).and_then(|own| alone(&own)).is_none_or(|own| own.is_match(text))
}

/// Texts that a named group matches, two where there are two; `None` where it matches any word.
pub(super) fn examples(regex: &Regex, name: &str) -> Option<Vec<String>> {
    let own = alone(&own(regex, name)?)?;
    if own.is_match("first") && own.is_match("second") {
        return None;
    }
    let mut found: Vec<String> = Vec::new();
    for number in 1..64 {
        let text = group(regex, name, number, &mut generator(0, "mock example", 0, number))?;
        if own.is_match(&text) && !found.contains(&text) {
            found.push(text);
        }
    }
    found.sort();
    found.truncate(2);
    (!found.is_empty()).then_some(found)
}

/// Where a letter may be repeated, it is so at least `letters` times, and a digit as often as it takes to write the number, where there is one.
fn write(
    hir: &Hir,
    group: &dyn Fn(Option<&str>) -> Option<String>,
    letters: usize,
    number: Option<u64>,
    random: &mut ChaCha8Rng,
    out: &mut String,
) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => out.push(letter(class, random)),
        HirKind::Capture(capture) => match group(capture.name.as_deref()) {
            Some(value) => out.push_str(&value),
            None => write(&capture.sub, group, letters, number, random, out),
        },
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, group, letters, number, random, out)),
        HirKind::Alternation(parts) => {
            if let Some(part) = parts.get(random.random_range(0..parts.len().max(1))) {
                write(part, group, letters, number, random, out);
            }
        }
        HirKind::Repetition(repetition) => {
            let (least, most) = (repetition.min as usize, repetition.max.map_or(usize::MAX, |most| most as usize));
            match (repetition.sub.kind(), number) {
                (HirKind::Class(class), Some(number)) if most >= DIGITS && numeric(class) => {
                    out.push_str(&format!("{number:0width$}", width = least.max(DIGITS)))
                }
                (HirKind::Class(class), _) => (0..least.max(letters.min(most))).for_each(|_| out.push(letter(class, random))),
                _ => (0..least).for_each(|_| write(&repetition.sub, group, letters, number, random, out)),
            }
        }
    }
}

fn holds(class: &Class, letter: char) -> bool {
    match class {
        Class::Unicode(class) => class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&letter)),
        Class::Bytes(class) => {
            u8::try_from(letter).is_ok_and(|letter| class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&letter)))
        }
    }
}

fn numeric(class: &Class) -> bool {
    ('0'..='9').all(|digit| holds(class, digit))
}

fn letter(class: &Class, random: &mut ChaCha8Rng) -> char {
    let among: Vec<char> = LETTERS.chars().filter(|letter| holds(class, *letter)).collect();
    among.get(random.random_range(0..among.len().max(1))).copied().unwrap_or('?')
}

/// A path that a glob finds: the number for its last star, `folder` for those before, the first of alternatives.
pub(super) fn path(glob: &str, number: u64, folder: &str) -> String {
    let mut out = String::new();
    let mut rest = glob;
    while let Some(first) = rest.chars().next() {
        let mut used = first.len_utf8();
        match first {
            // No folder is as good as any.
            '*' if rest.starts_with("**/") => used = 3,
            '*' => {
                used = rest.len() - rest.trim_start_matches('*').len();
                match rest[used..].contains('*') {
                    true => out.push_str(folder),
                    false => out.push_str(&format!("{number:0width$}", width = DIGITS)),
                }
            }
            '{' => {
                let end = rest.find('}').unwrap_or(rest.len() - 1);
                out.push_str(rest[1..end].split(',').next().unwrap_or_default());
                used = end + 1;
            }
            '?' => out.push('0'),
            other => out.push(other),
        }
        rest = &rest[used..];
    }
    out
}
