//! A card opened on its files: items, targets, fields and splits.

use std::collections::BTreeSet;
use std::path::Path;

use indexmap::IndexMap;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::decode::{self, Header};
use super::digest::{Digest, Memory};
use super::error::DataError;
use super::field::{self, compact};
use super::frame::{Factor, Provenance, Targets};
use super::items::{Container, Encoded, Items, Place};
use super::labels;
use super::mosaic::Mosaics;
use super::pixels;
use super::sheet::{Column, Sheet};
use super::split::{Pool, check_disjoint, divide};
use super::{join, table};
use crate::spec::card::{Card, Combine, Condition, Field, FieldSource, LabelForm, Name, Share};
use crate::spec::input::{Input, Resolved};
use crate::spec::problem::{Problem, SpecError, did_you_mean};

/// Rejections that are kept with their reasons; all are counted.
const LISTED: usize = 10_000;

/// A row or file that is not an item, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// The file, below the root.
    pub what: String,
    /// Its line, or its row where it has no lines.
    pub line: Option<u64>,
    /// Why.
    pub reason: String,
}

impl std::fmt::Display for Rejected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "`{}` {line}: {}", self.what, self.reason),
            None => write!(f, "`{}`: {}", self.what, self.reason),
        }
    }
}

/// A dataset, ready to be drawn from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Dataset {
    /// The name on its card.
    pub name: String,
    /// The licence on its card.
    pub license: Option<String>,
    /// The classes, in the order of the model's outputs.
    pub classes: Vec<String>,
    /// One name an item, unique.
    pub ids: Vec<String>,
    /// What is true of each item.
    pub targets: Targets,
    /// The demographic and other fields; the label is one of them where items have one class.
    pub fields: IndexMap<String, Factor>,
    /// Who says so, where the card tells.
    pub provenance: IndexMap<String, Provenance>,
    /// The field whose groups matter most.
    pub attribute: Option<String>,
    /// The field that is the label, where items have one class.
    pub label: Option<String>,
    /// Which items show the same person.
    pub subject: Option<Factor>,
    /// The items of each split, in the order of the files.
    pub splits: IndexMap<String, Vec<u32>>,
    /// Where the images are.
    pub items: Items,
    /// Height, width and channels of the first item, before any fitting.
    pub native: (u32, u32, u32),
    /// The first rows and files that were rejected.
    pub rejected: Vec<Rejected>,
    /// How many were rejected.
    pub rejections: u64,
    /// Of the card, of the tables and of all images.
    pub digest: String,
}

impl Dataset {
    /// Opens a card on its files. `cache` remembers digests of files between runs.
    ///
    /// # Errors
    /// When the card does not fit the data, a file cannot be read, splits share a subject, or the card is `strict` and something was
    /// rejected.
    pub fn open(card: &Card, cache: &Path) -> Result<Self, DataError> {
        Opening { root: &card.root()?, cache, card }.run()
    }

    /// The rows of a split.
    ///
    /// # Errors
    /// When there is no such split: the error names those that there are.
    pub fn split(&self, name: &str) -> Result<&[u32], DataError> {
        self.splits.get(name).map(Vec::as_slice).ok_or_else(|| {
            let help = did_you_mean(name, self.splits.keys().map(String::as_str));
            DataError::dataset(&self.name, format!("has no split `{name}` ({help})"))
        })
    }

    /// Settles an input's size and channels for these images.
    ///
    /// # Errors
    /// When the input has another number of channels, or mosaics do not divide its size.
    pub fn resolve(&self, input: &Input) -> Result<Resolved, DataError> {
        let resolved =
            input.resolve(self.native).map_err(|reason| DataError::dataset(&self.name, format!("does not fit the input: {reason}")))?;
        match &self.items.mosaic {
            Some(grid) if resolved.height % grid.rows != 0 || resolved.width % grid.columns != 0 => Err(DataError::dataset(
                &self.name,
                format!(
                    "has mosaics of {} x {} parts, which do not divide {} x {} pixels",
                    grid.rows, grid.columns, resolved.height, resolved.width
                ),
            )),
            _ => Ok(resolved),
        }
    }
}

struct Opening<'c> {
    card: &'c Card,
    root: &'c Path,
    cache: &'c Path,
}

impl Opening<'_> {
    fn run(&self) -> Result<Dataset, DataError> {
        let card = self.card;
        let (own, joined) = self.needed();
        let mut sheet = Sheet::read(card, self.root, &own)?;
        for (name, table) in &card.tables {
            let wanted = joined.get(name).cloned().unwrap_or_default();
            join::join(card, self.root, &mut sheet, name, table, &wanted)?;
        }
        let mut fields = self.fields(&mut sheet)?;
        self.filter(&mut sheet, &mut fields)?;
        let memory = Memory::open(self.cache, self.root, card.pixel_limit);
        let digests = self.check_images(&mut sheet, &mut fields, &memory)?;
        let excluded = |name: &str, level: &str| {
            card.conditions.iter().any(|condition| condition.field == name && !condition.test.passes(Some(level)))
        };
        for (name, factor) in &mut fields {
            let is_label = card.label.as_ref().is_some_and(|label| label.text == *name);
            *factor = compact(factor, |level| is_label && !excluded(name, level));
        }
        let mut targets = match &card.labels {
            Some(labels) => Some(labels::read(card, self.root, &mut sheet, labels)?),
            None => None,
        };
        let subject = card.subject.as_ref().map(|subject| self.subject(subject, &sheet, &fields)).transpose()?;
        let mut splits = self.splits(&sheet, &fields, subject.as_ref())?;
        let tables = sheet.tables.iter().map(|file| memory.file(&self.root.join(file), None).map(|known| known.digest));
        let tables: Vec<Digest> = tables.collect::<Result<_, _>>()?;
        memory.save();
        let items = Items {
            root: self.root.to_owned(),
            containers: std::mem::take(&mut sheet.containers),
            places: std::mem::take(&mut sheet.places),
            digests,
            mosaic: None,
            pixel_limit: card.pixel_limit,
        };
        let digest = self.digest(&tables, &sheet.ids, &items.digests);
        let mut ids = std::mem::take(&mut sheet.ids);
        let pool = Pool { dataset: &card.dataset, ids: &ids, fields: &fields, subject: subject.as_ref() };
        check_disjoint(&pool, &splits)?;
        let mosaics = card.compose.as_ref().map(|compose| (compose, Mosaics::lay(compose, &splits)));
        self.measure(&items, &mut fields, &splits, mosaics.as_ref())?;
        let mut items = items;
        let label = card.label.as_ref().map(|label| label.text.clone());
        let (classes, targets) = match (&mosaics, label.as_ref().and_then(|label| fields.get(label)), targets.take()) {
            (Some((compose, mosaics)), Some(label), _) => (label.levels.clone(), mosaics.targets(compose, label)),
            (_, _, Some(read)) => (read.classes, read.targets),
            (_, Some(label), None) => (label.levels.clone(), Targets::Single(label.codes.clone())),
            (_, None, None) => (Vec::new(), Targets::Single(vec![None; ids.len()])),
        };
        let native = self.native(&items, mosaics.as_ref().map(|(_, mosaics)| (mosaics.grid.rows, mosaics.grid.columns)))?;
        if let Some((compose, mosaics)) = mosaics {
            fields.retain(|name, factor| compose.fields.contains_key(name) && factor.codes.len() == mosaics.ids.len());
            ids = mosaics.ids;
            splits = mosaics.splits;
            items.mosaic = Some(mosaics.grid);
        }
        let rejections = sheet.rejected.len() as u64;
        if card.strict
            && let Some(first) = sheet.rejected.first()
        {
            let reason = format!("is strict, and {rejections} of its rows or files cannot be used, the first of them {first}");
            return Err(DataError::dataset(&card.dataset, reason));
        }
        let mut rejected = sheet.rejected;
        rejected.truncate(LISTED);
        Ok(Dataset {
            name: card.dataset.clone(),
            license: card.license.clone(),
            classes,
            ids,
            targets,
            provenance: card.fields.iter().filter_map(|(name, field)| Some((name.clone(), field.provenance?))).collect(),
            attribute: card.attribute.as_ref().map(|attribute| attribute.text.clone()),
            label: label.filter(|_| card.compose.is_none()),
            fields,
            subject: subject.filter(|_| card.compose.is_none()),
            splits,
            items,
            native,
            rejected,
            rejections,
            digest,
        })
    }

    /// The columns of the items that the card reads, and those of each joined table.
    fn needed(&self) -> (BTreeSet<String>, IndexMap<String, Vec<String>>) {
        let card = self.card;
        let mut names: BTreeSet<String> = BTreeSet::new();
        for field in card.fields.values() {
            if let FieldSource::Column { from, .. } = &field.source {
                names.insert(from.text.clone());
            }
            names.extend(field.confidence.iter().map(|(column, _)| column.clone()));
        }
        let tested = card.conditions.iter().chain(card.splits.named.values().flat_map(|split| &split.conditions));
        names.extend(tested.map(|condition| condition.field.clone()).filter(|name| !card.fields.contains_key(name)));
        names.extend(card.subject.iter().map(|name| name.text.clone()).filter(|name| !card.fields.contains_key(name)));
        names.extend(card.splits.column.iter().map(|column| column.from.text.clone()));
        names.extend(card.tables.values().flat_map(|table| table.key.item_columns()).map(str::to_owned));
        match card.labels.as_ref().map(|labels| &labels.form) {
            Some(LabelForm::Wide { columns, .. }) => names.extend(columns.iter().cloned()),
            Some(LabelForm::List { from, .. }) => drop(names.insert(from.clone())),
            _ => {}
        }
        if card.layout.split_names().is_some() {
            names.insert("split".to_owned());
        }
        let mut own = BTreeSet::new();
        let mut joined: IndexMap<String, Vec<String>> = IndexMap::new();
        for name in names {
            match name.split_once('.').filter(|(table, _)| card.tables.contains_key(*table)) {
                Some((table, column)) => joined.entry(table.to_owned()).or_default().push(column.to_owned()),
                None => drop(own.insert(name)),
            }
        }
        (own, joined)
    }

    fn column<'s>(&self, sheet: &'s Sheet, name: &Name) -> Result<&'s Column, DataError> {
        sheet.columns.get(&name.text).ok_or_else(|| {
            let problem = Problem::at(&name.node, format!("the dataset `{}` has no column `{}`", self.card.dataset, name.text));
            SpecError::from(problem.help(did_you_mean(&name.text, sheet.columns.keys().map(String::as_str)))).into()
        })
    }

    /// The fields that come from columns; rows that they refuse are gone afterwards.
    fn fields(&self, sheet: &mut Sheet) -> Result<IndexMap<String, Factor>, DataError> {
        let mut fields = IndexMap::new();
        let mut reasons: Vec<Option<String>> = vec![None; sheet.len()];
        for (name, field) in &self.card.fields {
            let FieldSource::Column { from, .. } = &field.source else { continue };
            let column = self.column(sheet, from)?;
            if sheet.len() > 0 && column.values().next().is_none() && matches!(self.card.layout, crate::spec::card::Layout::Files(_)) {
                let problem = Problem::at(&from.node, format!("the files' names have no group `{}`", from.text));
                return Err(SpecError::from(problem.help("name it in the pattern: (?<name>…)")).into());
            }
            let is_label = self.card.label.as_ref().is_some_and(|label| label.text == *name);
            let made = field::make(name, field, sheet, column, is_label);
            for (row, reason) in made.refused {
                reasons[row].get_or_insert(reason);
            }
            fields.insert(name.clone(), made.factor);
        }
        let keep: Vec<bool> = reasons.iter().map(Option::is_none).collect();
        sheet.reject(&keep, |_, row| reasons[row].clone().unwrap_or_default());
        retain(&mut fields, &keep);
        if sheet.len() == 0 {
            let why = sheet.rejected.first().map_or(String::new(), |first| format!(": {first}"));
            return Err(DataError::dataset(&self.card.dataset, format!("has no item that can be used{why}")));
        }
        Ok(fields)
    }

    /// Drops what `where` leaves out; that is a choice, not a rejection.
    fn filter(&self, sheet: &mut Sheet, fields: &mut IndexMap<String, Factor>) -> Result<(), DataError> {
        let mut keep = vec![true; sheet.len()];
        for condition in &self.card.conditions {
            let values = self.values(condition, sheet, fields)?;
            keep.iter_mut().enumerate().for_each(|(row, keep)| *keep &= condition.test.passes(values(row)));
        }
        sheet.retain(&keep);
        retain(fields, &keep);
        match sheet.len() {
            0 => Err(DataError::dataset(&self.card.dataset, "has no item that `where` lets through")),
            _ => Ok(()),
        }
    }

    /// The values that a condition tests, by row. A level that cannot occur is a mistake.
    fn values<'s>(
        &self,
        condition: &'s Condition,
        sheet: &'s Sheet,
        fields: &'s IndexMap<String, Factor>,
    ) -> Result<Box<dyn Fn(usize) -> Option<&'s str> + 's>, DataError> {
        let name = &condition.field;
        let known: Vec<&str> = match (fields.get(name), sheet.columns.get(name), self.card.fields.get(name)) {
            (Some(factor), ..) => factor.levels.iter().map(String::as_str).collect(),
            (None, Some(column), None) => column.values().collect(),
            (None, _, Some(field)) => {
                let problem = Problem::at(&field.node, format!("`{name}` is measured after the items are chosen"))
                    .also(&condition.node.place, "so it cannot choose them");
                return Err(SpecError::from(problem).into());
            }
            (None, None, None) => {
                let known = self.card.fields.keys().chain(sheet.columns.keys()).map(String::as_str);
                let problem = Problem::at(&condition.node, format!("unknown field or column `{name}`")).help(did_you_mean(name, known));
                return Err(SpecError::from(problem).into());
            }
        };
        if let Some(lost) = condition.test.levels().iter().find(|level| !known.contains(&level.as_str())) {
            let problem = Problem::at(&condition.node, format!("no item has `{name}: {lost}`")).help(did_you_mean(lost, known));
            return Err(SpecError::from(problem).into());
        }
        Ok(match fields.get(name) {
            Some(factor) => Box::new(|row| factor.level(row)),
            None => Box::new(|row| sheet.columns.get(name).and_then(|column| column.get(row))),
        })
    }

    /// The digest of every image; items whose image is not whole are gone afterwards.
    fn check_images(&self, sheet: &mut Sheet, fields: &mut IndexMap<String, Factor>, memory: &Memory) -> Result<Vec<Digest>, DataError> {
        let limit = self.card.pixel_limit;
        let mut containers = Vec::new();
        for container in &sheet.containers {
            let path = self.root.join(container.file());
            let known = memory.file(&path, None)?;
            let broken = match container {
                Container::Parquet { column, .. } => self.broken_cells(&path, column, known.digest)?,
                Container::Idx { .. } => Default::default(),
            };
            containers.push((known.digest, broken));
        }
        let known: Vec<(Digest, Option<String>)> = sheet
            .places
            .par_iter()
            .map(|place| match place {
                Place::File(file) => memory.file(&self.root.join(file), Some(limit)).map(|known| (known.digest, known.broken)),
                Place::Record(container, record) => {
                    let (digest, broken) = &containers[*container as usize];
                    let mut hasher = blake3::Hasher::new();
                    hasher.update(&digest.bytes()).update(&record.to_le_bytes());
                    Ok((Digest::from(hasher.finalize()), broken.get(record).cloned()))
                }
            })
            .collect::<Result<_, DataError>>()?;
        let keep: Vec<bool> = known.iter().map(|(_, broken)| broken.is_none()).collect();
        sheet.reject(&keep, |sheet, row| {
            let reason = known[row].1.clone().unwrap_or_default();
            match &sheet.places[row] {
                Place::File(file) => format!("`{file}`: {reason}"),
                Place::Record(..) => reason,
            }
        });
        retain(fields, &keep);
        if sheet.len() == 0 {
            let why = sheet.rejected.first().map_or(String::new(), |first| format!(": {first}"));
            return Err(DataError::dataset(&self.card.dataset, format!("has no image that can be read{why}")));
        }
        Ok(known.into_iter().filter(|(_, broken)| broken.is_none()).map(|(digest, _)| digest).collect())
    }

    /// The cells of a container that hold no whole image, remembered by the container's digest.
    fn broken_cells(&self, path: &Path, column: &str, digest: Digest) -> Result<std::collections::BTreeMap<u64, String>, DataError> {
        let key = Digest::of(format!("{} {digest} {column} {}", decode::VERSION, self.card.pixel_limit).as_bytes());
        let remembered = self.cache.join("digests").join(format!("{key}.json"));
        if let Some(known) = std::fs::read(&remembered).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
            return Ok(known);
        }
        let mut broken = std::collections::BTreeMap::new();
        table::read_all_cells(path, column, &mut |row, bytes| {
            let reason = match bytes {
                None => Some("the cell is empty".to_owned()),
                Some(bytes) => decode::check(bytes, self.card.pixel_limit).err(),
            };
            broken.extend(reason.map(|reason| (row, reason)));
        })?;
        // What cannot be remembered is found out again the next time.
        if let Ok(json) = serde_json::to_vec(&broken) {
            drop(super::shard::write_whole(&remembered, &json));
        }
        Ok(broken)
    }

    fn subject(&self, subject: &Name, sheet: &Sheet, fields: &IndexMap<String, Factor>) -> Result<Factor, DataError> {
        match fields.get(&subject.text) {
            Some(factor) => Ok(factor.clone()),
            None => {
                let column = self.column(sheet, subject)?;
                Ok(Factor::of(&(0..sheet.len()).map(|row| column.get(row).map(str::to_owned)).collect::<Vec<_>>()))
            }
        }
    }

    fn splits(
        &self,
        sheet: &Sheet,
        fields: &IndexMap<String, Factor>,
        subject: Option<&Factor>,
    ) -> Result<IndexMap<String, Vec<u32>>, DataError> {
        let card = self.card;
        let mut official: IndexMap<String, Vec<u32>> = IndexMap::new();
        if let Some(named) = &card.splits.column {
            let column = self.column(sheet, &named.from)?;
            official.extend(named.map.values().map(|name| (name.clone(), Vec::new())));
            for row in 0..sheet.len() {
                let Some(value) = column.get(row) else { continue };
                let name = if named.map.is_empty() { Some(value) } else { named.map.get(value).map(String::as_str) };
                name.map(|name| official.entry(name.to_owned()).or_default().push(row as u32));
            }
        } else if let Some(names) = card.layout.split_names() {
            official.extend(names.iter().map(|name| (name.clone(), Vec::new())));
            let column = sheet.columns.get("split");
            for row in 0..sheet.len() {
                if let Some(rows) = column.and_then(|column| column.get(row)).and_then(|name| official.get_mut(name)) {
                    rows.push(row as u32);
                }
            }
        }
        let mut tests: std::collections::HashMap<*const Condition, Vec<bool>> = std::collections::HashMap::new();
        for condition in card.splits.named.values().flat_map(|split| &split.conditions) {
            let values = self.values(condition, sheet, fields)?;
            tests.insert(std::ptr::from_ref(condition), (0..sheet.len()).map(|row| condition.test.passes(values(row))).collect());
        }
        let passes = |split: &crate::spec::card::Split, row: u32| {
            Ok(split.conditions.iter().all(|condition| tests.get(&std::ptr::from_ref(condition)).is_none_or(|passed| passed[row as usize])))
        };
        let pool = Pool { dataset: &card.dataset, ids: &sheet.ids, fields, subject };
        let mut splits = divide(&pool, &card.splits, official, &passes)?;
        if splits.is_empty() {
            // A dataset without splits is there to be tested on.
            splits.insert("test".to_owned(), (0..sheet.len() as u32).collect());
        }
        for (name, rows) in &splits {
            let drawn = card.splits.named.get(name).is_some_and(|split| matches!(split.share, Share::Fraction { .. }));
            if rows.is_empty() {
                let why = if drawn { ": its `fraction` of so few items is none" } else { "" };
                return Err(DataError::dataset(&card.dataset, format!("has nothing in the split `{name}`{why}")));
            }
        }
        Ok(splits)
    }

    /// The fields that come from pixels, and with mosaics those of the mosaics.
    fn measure(
        &self,
        items: &Items,
        fields: &mut IndexMap<String, Factor>,
        splits: &IndexMap<String, Vec<u32>>,
        mosaics: Option<&(&crate::spec::card::Compose, Mosaics)>,
    ) -> Result<(), DataError> {
        let images: Vec<u32> = (0..items.places.len() as u32).collect();
        let mut made: IndexMap<String, Factor> = IndexMap::new();
        for (name, field) in &self.card.fields {
            let combine = mosaics.and_then(|(compose, _)| compose.fields.get(name));
            let is_label = self.card.label.as_ref().is_some_and(|label| label.text == *name);
            if mosaics.is_some() && combine.is_none() && !is_label {
                continue;
            }
            let factor = match &field.source {
                FieldSource::Column { .. } => fields.get(name).cloned(),
                FieldSource::Pixels { measure, names, fit } => {
                    let values = pixels::measure(items, &images, *measure)?;
                    match (combine, mosaics) {
                        (Some(Combine::Mean), Some((_, mosaics))) => {
                            Some(self.quantiles(&mosaics.mean(&values), names, fit, &mosaics.splits, field)?)
                        }
                        _ => Some(self.quantiles(&values, names, fit, splits, field)?),
                    }
                }
            };
            let Some(factor) = factor else { continue };
            let factor = match (combine, mosaics) {
                (Some(combine @ (Combine::Majority | Combine::Any(_))), Some((_, mosaics))) => mosaics.combine(combine, &factor),
                _ => factor,
            };
            made.insert(name.clone(), factor);
        }
        *fields = made;
        Ok(())
    }

    fn quantiles(
        &self,
        values: &[Option<f64>],
        names: &[String],
        fit: &Name,
        splits: &IndexMap<String, Vec<u32>>,
        field: &Field,
    ) -> Result<Factor, DataError> {
        let Some(rows) = splits.get(&fit.text) else {
            let problem = Problem::at(&field.node, format!("the quantiles are fitted on the split `{}`, which is not there", fit.text));
            let help =
                format!("write `fit:` with one of: {}", splits.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "));
            return Err(SpecError::from(problem.help(help)).into());
        };
        let known: Vec<f64> = rows.iter().filter_map(|row| values[*row as usize]).collect();
        Ok(pixels::binned(values, &pixels::cuts(known, names.len()), names))
    }

    /// The size of the first image, times the grid of a mosaic.
    fn native(&self, items: &Items, grid: Option<(u32, u32)>) -> Result<(u32, u32, u32), DataError> {
        let found = items.visit(&[0], &|_| {}, |image, encoded| {
            Ok(match encoded {
                Encoded::File(bytes) => {
                    let pixels = decode::decode(&bytes, items.pixel_limit, true).map_err(|reason| items.broken(image, reason))?;
                    Header { width: pixels.width, height: pixels.height, channels: pixels.channels }
                }
                Encoded::Grey { height, width, .. } => Header { width, height, channels: 1 },
            })
        })?;
        let (rows, columns) = grid.unwrap_or((1, 1));
        let header = found.first().ok_or_else(|| DataError::dataset(&self.card.dataset, "has no image"))?;
        Ok((header.height * rows, header.width * columns, header.channels))
    }

    fn digest(&self, tables: &[Digest], ids: &[String], images: &[Digest]) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&decode::VERSION.to_le_bytes()).update(self.card.canonical().to_string().as_bytes());
        for digest in tables {
            hasher.update(&digest.bytes());
        }
        for (id, digest) in ids.iter().zip(images) {
            hasher.update(&(id.len() as u64).to_le_bytes()).update(id.as_bytes()).update(&digest.bytes());
        }
        hasher.finalize().to_hex().to_string()
    }
}

fn retain(fields: &mut IndexMap<String, Factor>, keep: &[bool]) {
    for factor in fields.values_mut() {
        let mut row = 0;
        factor.codes.retain(|_| {
            row += 1;
            keep[row - 1]
        });
    }
}
