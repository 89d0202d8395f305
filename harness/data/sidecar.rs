//! Small files beside each image: their values become columns of the items.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::archive::{self, Member};
use super::array;
use super::digest::Digest;
use super::error::DataError;
use super::items::{Container, Place};
use super::root::{Root, below_root};
use super::sheet::{Column, Sheet};
use crate::spec::card::{Card, Pick, Sidecar, Ties};
use crate::spec::node::Node;
use crate::spec::path::no_file;
use crate::spec::problem::{Problem, SpecError, did_you_mean};

/// A side file is at most so long.
const LONGEST: u64 = 16 << 20;

/// Reads a side file of each item.
pub(super) fn read(card: &Card, root: &Path, sheet: &mut Sheet, sidecar: &Sidecar) -> Result<(), DataError> {
    let whole = Root::of(root)?;
    let paths: Vec<PathBuf> = sheet.containers.iter().map(|container| container.path(root)).collect();
    let archived = archived(sheet, &paths);
    let bytes = |row: usize| -> Result<(String, Option<Vec<u8>>), String> {
        let value = |name: &str| sheet.columns.get(name).and_then(|column| column.get(row));
        let file = sidecar.file.fill(value).map_err(|column| format!("`{column}` is empty")).and_then(|file| below_root(&file))?;
        let own = match sheet.places.get(row) {
            Some(Place::Record(container, _)) => Some(*container),
            Some(Place::File(_)) | None => None,
        };
        let held = archived.get(file.as_str()).and_then(|held| held.iter().find(|(at, ..)| Some(*at) == own).or(held.first()));
        let bytes = self::bytes(&whole, &file, held).map_err(|reason| format!("the side file `{file}` {reason}"))?;
        Ok((file, bytes))
    };
    let one = |row: usize| -> Result<Option<Vec<Picked>>, String> {
        match bytes(row)? {
            (file, Some(bytes)) => {
                let picked = sidecar.columns.iter().map(|(name, pick)| self::pick(pick, &bytes, card.lists(name)));
                picked.collect::<Result<_, String>>().map(Some).map_err(|reason| format!("the side file `{file}` {reason}"))
            }
            (_, None) if sidecar.keep_unmatched => Ok(None),
            (file, None) => Err(format!("there is no side file `{file}`")),
        }
    };
    let rows: Vec<Result<Option<Vec<Picked>>, String>> = (0..sheet.len()).into_par_iter().map(one).collect();
    let read = || rows.iter().enumerate().filter_map(|(row, picked)| Some((row, picked.as_ref().ok()?.as_ref()?)));
    for (at, (name, pick)) in sidecar.columns.iter().enumerate() {
        if let Some((first, _)) = read().next().filter(|_| read().all(|(_, picked)| picked[at] == Picked::Nowhere)) {
            let (file, bytes) = bytes(first).unwrap_or_default();
            return Err(lost(sidecar.place_of(name), &file, pick, &bytes.unwrap_or_default()));
        }
    }
    let mut hasher = blake3::Hasher::new();
    for (at, name) in sidecar.columns.keys().enumerate() {
        let mut column = Column::default();
        for row in &rows {
            let value = row.as_ref().ok().and_then(|picked| picked.as_ref()?.get(at)?.text());
            hasher.update(value.unwrap_or("\0").as_bytes()).update(b"\n");
            column.push(value);
        }
        sheet.columns.insert(name.clone(), column);
    }
    sheet.contents.push(Digest::from(hasher.finalize()));
    let keep: Vec<bool> = rows.iter().map(Result::is_ok).collect();
    sheet.reject(&keep, |_, row| rows[row].as_ref().err().cloned().unwrap_or_default());
    Ok(())
}

/// Members of the images' archives by their paths: the containers that hold one of this path, and where.
type Archived<'s> = HashMap<&'s str, Vec<(u32, &'s Path, &'s Member)>>;

fn archived<'s>(sheet: &'s Sheet, paths: &'s [PathBuf]) -> Archived<'s> {
    let mut found = Archived::new();
    for ((at, container), path) in sheet.containers.iter().enumerate().zip(paths) {
        if let Container::Archive { members, .. } = container {
            for member in members {
                found.entry(&member.path).or_default().push((at as u32, path, member));
            }
        }
    }
    found
}

/// A file's bytes; `None` where there is no such file.
fn bytes(root: &Root<'_>, file: &str, archived: Option<&(u32, &Path, &Member)>) -> Result<Option<Vec<u8>>, String> {
    let path = root.join(file);
    match std::fs::metadata(&path) {
        Ok(metadata) if metadata.len() > LONGEST => Err(format!("has {} bytes, more than the {LONGEST} that are read", metadata.len())),
        Ok(_) => match root.find(file) {
            Ok(kind) if kind.is_file() => std::fs::read(&path).map(Some).map_err(|error| format!("cannot be read: {error}")),
            Ok(kind) => Err(format!("is {}", no_file(kind))),
            Err(reason) => Err(format!("is {reason}")),
        },
        Err(_) => match archived {
            Some((_, archive, member)) if member.size <= LONGEST => {
                archive::read(archive, member).map(Some).map_err(|error| format!("cannot be unpacked: {error}"))
            }
            Some((.., member)) => Err(format!("has {} bytes, more than the {LONGEST} that are read", member.size)),
            None => Ok(None),
        },
    }
}

/// What a side file has of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Picked {
    /// A value.
    Text(String),
    /// The place of a value, and none there.
    Empty,
    /// Not even the place.
    Nowhere,
}

impl Picked {
    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Empty | Self::Nowhere => None,
        }
    }
}

impl From<Option<String>> for Picked {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::Empty, Self::Text)
    }
}

/// The error of a column whose place no side file has; `bytes` are those of one of them.
fn lost(node: &Node, file: &str, pick: &Pick, bytes: &[u8]) -> DataError {
    let (what, help) = match pick {
        Pick::Json { at, .. } => {
            let json = serde_json::from_slice(bytes).unwrap_or_default();
            let help = match beside(&json, at) {
                Some(known) if !known.is_empty() => did_you_mean(at, known.iter().map(String::as_str)),
                _ => "it leads into what is neither a map nor a list".to_owned(),
            };
            (format!("anything at `{at}`"), help)
        }
        Pick::Element(index) => (format!("an element {index}"), "elements count from 0".to_owned()),
        Pick::Line { line, word } => {
            let word = word.map_or_else(String::new, |word| format!(" with a word {word}"));
            (format!("a line {line}{word}"), "lines and words count from 1".to_owned())
        }
    };
    SpecError::from(Problem::at(node, format!("no side file has {what}: they are such as `{file}`")).help(help)).into()
}

/// Where a pointer leads on no further, the pointers to what there is; `None` where there is nothing, so that nobody can say that it is wrong.
fn beside(json: &serde_json::Value, at: &str) -> Option<Vec<String>> {
    let above = at.rmatch_indices('/').map(|(end, _)| &at[..end]).find_map(|above| Some((above, json.pointer(above)?)));
    let (above, value) = above.unwrap_or(("", json));
    let keys: Vec<String> = match value {
        serde_json::Value::Null => return None,
        serde_json::Value::Object(entries) if entries.is_empty() => return None,
        serde_json::Value::Array(elements) if elements.is_empty() => return None,
        serde_json::Value::Object(entries) => entries.keys().map(|key| key.replace('~', "~0").replace('/', "~1")).collect(),
        serde_json::Value::Array(elements) => (0..elements.len()).map(|place| place.to_string()).collect(),
        _ => Vec::new(),
    };
    Some(keys.into_iter().map(|key| format!("{above}/{key}")).collect())
}

/// A value of a side file; where the card reads lists in its column, also a list.
fn pick(pick: &Pick, bytes: &[u8], list: bool) -> Result<Picked, String> {
    match pick {
        Pick::Json { at, vote } => {
            let json: serde_json::Value = serde_json::from_slice(bytes).map_err(|error| format!("is not JSON: {error}"))?;
            match (json.pointer(at), vote) {
                (None, _) => Ok(if beside(&json, at).is_some() { Picked::Nowhere } else { Picked::Empty }),
                (Some(serde_json::Value::Null), _) => Ok(Picked::Empty),
                (Some(serde_json::Value::Array(votes)), Some(ties)) => {
                    majority(votes, *ties).map(Picked::from).map_err(|reason| format!("{reason} at `{at}`"))
                }
                (Some(value @ serde_json::Value::Array(_)), None) if list => Ok(Picked::Text(value.to_string())),
                (Some(value), _) => plain(value).map(Picked::Text).ok_or_else(|| format!("has no single value at `{at}`")),
            }
        }
        Pick::Element(index) => array::element(bytes, *index).map(Picked::from),
        Pick::Line { line, word } => {
            let text = std::str::from_utf8(bytes).map_err(|_| "is not UTF-8 text".to_owned())?;
            let line = text.lines().nth(line - 1).map(str::trim);
            Ok(match (line, word) {
                (None, _) => Picked::Nowhere,
                (Some(""), _) => Picked::Empty,
                (Some(line), None) => Picked::Text(line.to_owned()),
                (Some(line), Some(word)) => {
                    line.split_whitespace().nth(word - 1).map_or(Picked::Nowhere, |word| Picked::Text(word.to_owned()))
                }
            })
        }
    }
}

fn plain(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        serde_json::Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

fn majority(votes: &[serde_json::Value], ties: Ties) -> Result<Option<String>, String> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for vote in votes.iter().filter(|vote| !vote.is_null()) {
        let vote = plain(vote).ok_or_else(|| "has a vote that is no single value".to_owned())?;
        match counts.iter_mut().find(|(other, _)| *other == vote) {
            Some((_, count)) => *count += 1,
            None => counts.push((vote, 1)),
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let mut winners = counts.into_iter().filter(|(_, count)| *count == most).map(|(vote, _)| vote);
    match (winners.next(), winners.next(), ties) {
        (None, ..) | (Some(_), Some(_), Ties::Missing) => Ok(None),
        (Some(winner), None, _) => Ok(Some(winner)),
        (Some(a), Some(b), Ties::Reject) => Err(format!("has as many votes for `{a}` as for `{b}`")),
    }
}
