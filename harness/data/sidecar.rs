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
use crate::spec::path::no_file;

/// A side file is at most so long.
const LONGEST: u64 = 16 << 20;

/// Reads a side file of each item.
pub(super) fn read(card: &Card, root: &Path, sheet: &mut Sheet, sidecar: &Sidecar) -> Result<(), DataError> {
    let whole = Root::of(root)?;
    let paths: Vec<PathBuf> = sheet.containers.iter().map(|container| container.path(root)).collect();
    let archived = archived(sheet, &paths);
    let one = |row: usize| -> Result<Vec<Option<String>>, String> {
        let value = |name: &str| sheet.columns.get(name).and_then(|column| column.get(row));
        let file = sidecar.file.fill(value).map_err(|column| format!("`{column}` is empty")).and_then(|file| below_root(&file))?;
        let own = match sheet.places.get(row) {
            Some(Place::Record(container, _)) => Some(*container),
            Some(Place::File(_)) | None => None,
        };
        match bytes(
            &whole,
            &file,
            archived.get(file.as_str()).and_then(|held| held.iter().find(|(at, ..)| Some(*at) == own).or(held.first())),
        )
        .map_err(|reason| format!("the side file `{file}` {reason}"))?
        {
            Some(bytes) => {
                let picked = sidecar.columns.iter().map(|(name, pick)| self::pick(pick, &bytes, card.lists(name)));
                picked.collect::<Result<_, String>>().map_err(|reason| format!("the side file `{file}` {reason}"))
            }
            None if sidecar.keep_unmatched => Ok(vec![None; sidecar.columns.len()]),
            None => Err(format!("there is no side file `{file}`")),
        }
    };
    let rows: Vec<Result<Vec<Option<String>>, String>> = (0..sheet.len()).into_par_iter().map(one).collect();
    let mut hasher = blake3::Hasher::new();
    for (at, name) in sidecar.columns.keys().enumerate() {
        let mut column = Column::default();
        for row in &rows {
            let value = row.as_ref().ok().and_then(|values| values.get(at)?.as_deref());
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

/// A value of a side file; where the card reads lists in its column, also a list.
fn pick(pick: &Pick, bytes: &[u8], list: bool) -> Result<Option<String>, String> {
    match pick {
        Pick::Json { at, vote } => {
            let json: serde_json::Value = serde_json::from_slice(bytes).map_err(|error| format!("is not JSON: {error}"))?;
            match (json.pointer(at), vote) {
                (None | Some(serde_json::Value::Null), _) => Ok(None),
                (Some(serde_json::Value::Array(votes)), Some(ties)) => {
                    majority(votes, *ties).map_err(|reason| format!("{reason} at `{at}`"))
                }
                (Some(value @ serde_json::Value::Array(_)), None) if list => Ok(Some(value.to_string())),
                (Some(value), _) => plain(value).map(Some).ok_or_else(|| format!("has no single value at `{at}`")),
            }
        }
        Pick::Element(index) => array::element(bytes, *index),
        Pick::Line { line, word } => {
            let text = std::str::from_utf8(bytes).map_err(|_| "is not UTF-8 text".to_owned())?;
            let line = text.lines().nth(line - 1).map(str::trim);
            let found = match word {
                Some(word) => line.and_then(|line| line.split_whitespace().nth(word - 1)),
                None => line,
            };
            Ok(found.filter(|text| !text.is_empty()).map(str::to_owned))
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
