//! Who is in a mock: each item's levels, which `cell` writes in the card's own words.

use std::collections::{BTreeMap, HashSet};

use indexmap::{IndexMap, IndexSet};

use super::item::Item;
use super::look::Look;
use super::scene::Scene;
use super::unit::{PER_SUBJECT, Weighed, choose, in_split, whose_columns};
use super::{asked, cell, classes, pattern};
use crate::data::error::DataError;
use crate::data::random::{generator, uniform};
use crate::spec::card::{Card, Field, FieldSource, Files, ImageAt, Layout, Outside, Rows, SplitColumn};
use crate::spec::mock::Mock;

/// Two levels: where a column is one of numbers, they are numbers.
fn two(card: &Card, field: &Field) -> Vec<String> {
    let numbers = matches!(&field.source, FieldSource::Column { from, .. } if cell::in_bytes(card, &from.text));
    let levels = if numbers { ["1", "2"] } else { ["first", "second"] };
    levels.map(str::to_owned).to_vec()
}

/// The level of what a field keeps though it does not know it.
const KEPT: &str = "other";

/// The levels that a field may have, those that only the card's `rates` name too, and how often.
fn levels(card: &Card, mock: &Mock, name: &str, field: &Field) -> Weighed {
    let (declared, rates) = (field.declared(), mock.rates.get(name));
    let kept = (field.outside == Outside::Keep && !declared.is_empty()).then(|| KEPT.to_owned());
    let more: Vec<String> = match rates {
        Some(rates) => rates.keys().cloned().collect(),
        None => field.beside().into_iter().chain(kept).collect(),
    };
    let known = match (declared, rates) {
        (known, _) if !known.is_empty() => known,
        (_, Some(_)) => Vec::new(),
        (_, None) => match asked::levels(card, name) {
            asked if asked.len() > 1 => asked.into_iter().collect(),
            asked => {
                let made = in_names(card, field).unwrap_or_else(|| two(card, field));
                asked.into_iter().chain(made).collect()
            }
        },
    };
    known
        .into_iter()
        .chain(more)
        .collect::<IndexSet<String>>()
        .into_iter()
        .filter(|level| asked::lets(card, name, field, level))
        .map(|level| {
            let rate = rates.map_or(1.0, |rates| rates.get(&level).copied().unwrap_or(0.0));
            (level, rate)
        })
        .collect()
}

/// Two levels that the names of files can tell, where they cannot tell just any.
fn in_names(card: &Card, field: &Field) -> Option<Vec<String>> {
    match &field.source {
        FieldSource::Column { from, pattern: None, .. } => pattern::examples(pattern::names(card)?, &from.text),
        _ => None,
    }
}

/// Whether a field takes a part of a column, so that the column is more than the field's level.
fn takes_part(field: &Field, column: &str) -> bool {
    matches!(&field.source, FieldSource::Column { from, pattern: Some(_), .. } if from.text == column)
}

/// Whether several items show the same person. Where the person names the image, each has one.
fn shared(card: &Card) -> bool {
    let Some(subject) = &card.subject else { return false };
    let named = match &card.layout {
        Layout::Rows(Rows { image: ImageAt::Path(path), .. }) => {
            whose_columns(card, &subject.text).into_iter().all(|own| path.columns().any(|column| column == own))
        }
        _ => false,
    };
    !named
}

/// The column that names splits, unless a field of that name is read from another one and written there.
fn split_column(card: &Card) -> Option<&SplitColumn> {
    let elsewhere = |name: &str| {
        let field = card.fields.get(name).map(|field| &field.source);
        field.is_some_and(|source| !matches!(source, FieldSource::Column { from, .. } if from.text == name))
    };
    card.splits.column.as_ref().filter(|column| !elsewhere(&column.from.text))
}

/// A split that so many people leave empty is not waited for.
const ENOUGH: u64 = 10_000;

/// The fewest items that leave none of the splits empty which the card names.
pub(super) fn fewest(card: &Card, mock: &Mock) -> u64 {
    let files = card.layout.split_names().unwrap_or_default().iter().map(|name| (name.clone(), name.clone())).collect();
    let column = split_column(card).map(|column| column.map.clone()).unwrap_or_default();
    let units = |splits: IndexMap<String, String>| {
        let names: Vec<String> = splits.keys().cloned().collect();
        let mut empty: IndexSet<&String> = splits.values().collect();
        let filled = |unit: &u64| {
            let split = in_split(&names, mock.seed, *unit).and_then(|name| splits.get(&name));
            split.is_some_and(|split| empty.swap_remove(split)) && empty.is_empty()
        };
        (0..ENOUGH).find(filled).unwrap_or(0)
    };
    let last = units(files).max(units(column));
    1 + if shared(card) { last * PER_SUBJECT } else { last }
}

/// The levels that the fields of a mock may have.
pub(super) struct Cast<'c> {
    card: &'c Card,
    mock: &'c Mock,
    levels: Vec<(&'c String, &'c Field, Weighed)>,
    /// The classes of which an item may have several.
    classes: Vec<String>,
    /// How each class looks: those, or the levels of the field that is drawn.
    looks: Vec<Look>,
}

impl<'c> Cast<'c> {
    /// Leaves out the levels that no cell can tell.
    ///
    /// # Errors
    /// When one of them is asked for by its rate, or a field would have none.
    pub(super) fn new(card: &'c Card, mock: &'c Mock) -> Result<Self, DataError> {
        let mut cast = Self { card, mock, levels: Vec::new(), classes: classes::all(card, mock), looks: Vec::new() };
        let mut decided: HashSet<&str> = HashSet::new();
        for (name, field) in card.fields.iter().filter(|(_, field)| !matches!(field.source, FieldSource::Pixels { .. })) {
            let weighed = levels(card, mock, name, field);
            // Of two fields that read one column, the first decides what is in it.
            let second = matches!(&field.source, FieldSource::Column { from, .. } if !decided.insert(&from.text));
            let (mut left, mut lost) = (Weighed::new(), None);
            for (level, rate) in weighed {
                match if second { Ok(()) } else { cell::check(card, mock, name, field, &level) } {
                    Ok(()) => left.push((level, rate)),
                    Err(error) if mock.rates.contains_key(name) && rate > 0.0 => return Err(error),
                    Err(error) => lost = lost.or(Some(error)),
                }
            }
            match lost {
                Some(error) if left.is_empty() => return Err(error),
                _ => cast.levels.push((name, field, left)),
            }
        }
        let drawn = cast.levels.iter().find(|(name, ..)| cast.label() == Some(name.as_str()));
        let names: Vec<String> = drawn.into_iter().flat_map(|(.., weighed)| weighed.iter().map(|(level, _)| level.clone())).collect();
        cast.looks = Look::all(mock.render, if card.labels.is_some() { &cast.classes } else { &names });
        Ok(cast)
    }

    /// The field whose level is drawn.
    fn label(&self) -> Option<&'c str> {
        self.mock.label.as_deref().or(self.card.label.as_ref().map(|label| label.text.as_str()))
    }

    /// An item: its levels are drawn by person, its label by item.
    pub(super) fn item(&self, number: u64) -> Result<Item, DataError> {
        let (card, mock) = (self.card, self.mock);
        let unit = if shared(card) { number / PER_SUBJECT } else { number };
        let label = self.label();
        let mut cells = BTreeMap::new();
        let mut scene = Scene::default();
        let mut well_lit = 1.0;
        for (name, field, weighed) in &self.levels {
            let is_label = label == Some(name.as_str());
            let key = if is_label { format!("item {number}") } else { format!("unit {unit}") };
            let chosen = choose(weighed, uniform(mock.seed, &format!("mock {name}"), 0, &key));
            let Some((level, _)) = weighed.get(chosen) else { continue };
            let place = if weighed.len() > 1 { chosen as f64 / (weighed.len() - 1) as f64 } else { 0.5 };
            mock.shown.of(name).for_each(|aspect| scene.show(aspect, level, place));
            well_lit *= mock.contrast.get(*name).and_then(|levels| levels.get(level)).copied().unwrap_or(1.0);
            let mut written = level;
            if is_label {
                scene.classes = vec![chosen as u32];
                scene.looks = self.looks.get(chosen).copied().into_iter().collect();
                if card.labels.is_none() && uniform(mock.seed, "mock label noise", 0, &key) < mock.label_noise {
                    written = &weighed[(chosen + 1) % weighed.len()].0;
                }
            }
            // A column that says who is shown is the same for all items of a person, also where a field is a part of it.
            let subject =
                card.subject.as_ref().is_some_and(|subject| whose_columns(card, &subject.text).iter().any(|own| takes_part(field, own)));
            cell::write(card, mock, name, field, written, if subject { unit } else { number }, &mut cells)?;
            if let Some((column, least)) = &field.confidence {
                cells.entry(column.clone()).or_insert_with(|| least.max(1.0).to_string());
            }
        }
        if uniform(mock.seed, "mock light", 0, &number.to_string()) >= well_lit {
            scene.fade();
            // A label that is shown besides would still tell the class.
            label.into_iter().flat_map(|label| mock.shown.of(label)).for_each(|aspect| scene.hide(aspect));
        }
        asked::let_through(card, mock, number, &mut cells);
        asked::in_splits(card, mock, unit, &mut cells);
        let whose = card.subject.as_ref().filter(|subject| !card.fields.contains_key(&subject.text));
        for subject in whose.iter().flat_map(|subject| whose_columns(card, &subject.text)) {
            let told = card.whose.is_some() || card.fields.values().any(|field| takes_part(field, subject)) || asked::tells(card, subject);
            if told && cells.contains_key(subject) {
                continue;
            }
            // A name that the pattern of the files asks for, `n000012`; or a plain number.
            let mut random = generator(mock.seed, "mock subject", 0, unit);
            let named = match &card.layout {
                Layout::Files(Files { pattern: Some(names), .. }) => {
                    pattern::drawn(names.regex(), subject, unit, &mut random, &|name| asked::passes(card, subject, name))
                }
                _ => None,
            };
            let plain = (1000 + unit).to_string();
            let named = named.filter(|name| !name.chars().all(|letter| letter.is_ascii_digit()));
            cells.insert(subject.to_owned(), named.unwrap_or(plain));
        }
        if let Some(column) = split_column(card) {
            let raw = asked::official(card, column);
            // A group of a file's name may say itself which splits there are.
            let said = match &card.layout {
                Layout::Files(files) => files.pattern.as_ref().is_some_and(|pattern| pattern.regex().as_str().contains("train")),
                _ => false,
            };
            if let (true, true, Layout::Files(Files { pattern: Some(pattern), .. }), Some(_)) =
                (said, column.map.is_empty(), &card.layout, &card.subject)
            {
                // A person is in one split.
                let mut random = generator(mock.seed, "mock split", 0, unit);
                cells.extend(
                    pattern::group(pattern.regex(), &column.from.text, unit, &mut random).map(|split| (column.from.text.clone(), split)),
                );
            } else if !(column.map.is_empty() && said) {
                cells.extend(in_split(&raw, mock.seed, unit).map(|split| (column.from.text.clone(), split)));
            }
        }
        asked::left_out(card, number, &mut cells);
        let mut item = Item { number, row: number + 1, cells, split: None, labels: Vec::new(), said: scene.classes.clone(), scene };
        item.split = in_split(card.layout.split_names().unwrap_or_default(), mock.seed, unit);
        classes::put(card, mock, &self.classes, &self.looks, &mut item);
        Ok(item)
    }
}
