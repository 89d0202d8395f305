//! A dataset as a study uses it: a card and what the study says otherwise.

use super::Card;
use crate::spec::decode::{Decode, Fields};
use crate::spec::file;
use crate::spec::folds::Folds;
use crate::spec::node::{Key, Node, Value};
use crate::spec::path::path;
use crate::spec::problem::Problems;

/// The keys of a card that a study may override.
const OVERRIDES: [&str; 10] = ["root", "label", "labels", "attribute", "subject", "splits", "where", "strict", "verify", "mock"];

/// An entry of a study's `data`.
#[derive(Clone, Debug)]
pub struct DataUse {
    /// The card, with what the study overrides already in it.
    pub card: Card,
    /// Whether its items are dealt into folds.
    pub folds: Option<Folds>,
    /// Where the entry is written.
    pub node: Node,
}

impl DataUse {
    /// The names of the splits, as far as they can be told without opening the data.
    pub fn split_names(&self) -> Option<Vec<String>> {
        let names = self.card.split_names();
        let Some(folds) = &self.folds else { return names };
        let is_dealt = |name: &str| folds.splits().any(|split| split == name);
        let kept = names?.into_iter().filter(|name| folds.of.as_ref().is_some_and(|of| of.text != *name) && !is_dealt(name));
        Some(kept.chain(folds.splits().map(str::to_owned)).collect())
    }
}

impl Decode for DataUse {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, problems, "a dataset")?;
        let written = fields.node("card");
        let path = fields.required_with("card", problems, path);
        let overrides: Vec<(&str, &Node)> = OVERRIDES.iter().filter_map(|key| Some((*key, fields.node(key)?))).collect();
        let folds = fields.optional("folds", problems);
        fields.finish(problems);
        let path = path?;
        let mut card = file::read(&path, written, &[], problems)?;
        if let Some(label) = node.get("label") {
            unplant(&mut card, label);
        }
        overrides.into_iter().for_each(|(key, value)| replace(&mut card, key, value));
        Card::decode_at(&card, &path, problems).map(|card| Self { card, folds, node: node.clone() })
    }
}

/// Takes a disparity out of a card's mock that is planted on what a study makes the label: no mock can show it there.
fn unplant(card: &mut Node, label: &Node) {
    let Value::Text(label) = &label.value else { return };
    let planted = ["mock", "planted", "contrast"].into_iter().try_fold(card, |node, key| match &mut node.value {
        Value::Map(entries) => entries.iter_mut().find(|(name, _)| name.text == key).map(|(_, node)| node),
        _ => None,
    });
    if let Some(Node { value: Value::Map(entries), .. }) = planted {
        entries.retain(|(field, _)| field.text != *label);
    }
}

/// Puts a study's value in a card's place. Of `splits` and `where` only the named entries are replaced; a `label` ends `labels` and the
/// other way round.
fn replace(card: &mut Node, key: &str, value: &Node) {
    let Value::Map(entries) = &mut card.value else { return };
    let rival = match key {
        "label" => Some("labels"),
        "labels" => Some("label"),
        _ => None,
    };
    entries.retain(|(name, _)| Some(name.text.as_str()) != rival);
    let Some((_, written)) = entries.iter_mut().find(|(name, _)| name.text == key) else {
        entries.push((Key { text: key.to_owned(), place: value.place.clone() }, value.clone()));
        return;
    };
    match (&mut written.value, &value.value) {
        (Value::Map(old), Value::Map(new)) if matches!(key, "splits" | "where") => {
            for (name, entry) in new {
                match old.iter_mut().find(|(other, _)| other == name) {
                    Some((_, node)) => *node = entry.clone(),
                    None => old.push((name.clone(), entry.clone())),
                }
            }
        }
        _ => *written = value.clone(),
    }
}
