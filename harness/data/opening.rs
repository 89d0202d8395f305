//! A card and its files to a dataset, step by step.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::aside::Aside;
use super::dataset::{Dataset, Progress};
use super::decode;
use super::digest::{Digest, Memory};
use super::error::DataError;
use super::field::{self, compact};
use super::frame::{Factor, Targets, whole};
use super::items::Items;
use super::lists::Lists;
use super::look::Look;
use super::mosaic::Mosaics;
use super::sheet::Sheet;
use super::source::Source;
use super::split::{Pool, check_disjoint};
use super::unpacked::Unpacked;
use super::{join, labels, official, pixels, root, sidecar, verify};
use crate::spec::card::{Card, Condition, Field, FieldSource, LabelForm, Name, Test, Translate};
use crate::spec::problem::{Problem, SpecError, did_you_mean};

/// A value by row.
pub(super) type Values<'s> = Box<dyn Fn(usize) -> Option<&'s str> + 's>;

/// The rows that fields refuse.
struct Refused {
    /// Why, by row.
    reasons: Vec<Option<String>>,
    /// By field, those that have a value of it that is not known, rather than none.
    unread: HashMap<String, HashSet<usize>>,
}

/// What an opening works on.
pub(super) struct Opening<'c> {
    pub(super) card: &'c Card,
    pub(super) root: &'c Path,
    pub(super) cache: &'c Path,
    pub(super) progress: Progress<'c>,
}

impl Opening<'_> {
    pub(super) fn run(&self) -> Result<Dataset, DataError> {
        let card = self.card;
        self.check_groups()?;
        let (own, joined) = self.needed();
        let memory = Memory::open(self.cache, self.root, Look::of(card));
        let unpacked = Unpacked::new(self.cache, &memory);
        let source = Source::new(self.root, &unpacked);
        let mut sheet = Sheet::read(card, &source, &own, self.names(&own, &joined)).map_err(|error| self.placed(error, None))?;
        let mut aside = Aside::default();
        let tabled = card.labels.as_ref().is_some_and(|labels| matches!(labels.form, LabelForm::Long { .. }));
        let all: HashSet<String> = if tabled { sheet.ids.iter().cloned().collect() } else { HashSet::new() };
        sidecar::read(card, self.root, &mut sheet)?;
        for (name, table) in self.in_order()? {
            let wanted = joined.get(name).cloned().unwrap_or_default();
            let unjoined = join::join(&source, &mut sheet, name, table, &wanted).map_err(|error| self.placed(error, Some(name)))?;
            aside.unjoined.extend(unjoined);
        }
        if let Some(whose) = &card.whose {
            sheet.fill(whose);
        }
        let lists = Lists::read(card.labels.as_ref(), &sheet);
        let (mut fields, refused) = self.fields(&sheet, &lists)?;
        let chosen = self.classes(&fields, |row| refused.reasons[row].is_none());
        aside.filtered = self.filter(&mut sheet, &mut fields, refused, &aside.unjoined)?;
        if let Some(window) = card.late_window() {
            sheet.read_windows(window);
        }
        let left: BTreeSet<String> = chosen.difference(&self.classes(&fields, |_| true)).cloned().collect();
        let (digests, misnamed) = verify::images(self, &mut sheet, &mut fields, &memory)?;
        aside.misnamed = misnamed;
        let excluded = |name: &str, level: &str| {
            card.conditions.iter().any(|condition| condition.field == name && !condition.test.passes(Some(level)))
        };
        for (name, factor) in &mut fields {
            let is_label = card.label.as_ref().is_some_and(|label| label.text == *name);
            let written = card.fields.get(name).map(Field::declared).unwrap_or_default();
            // A class that only rejected rows have is none; one that the card declares, or that `where` leaves no item of, stays.
            let stays = |level: &str| written.iter().any(|other| other == level) || left.contains(level);
            *factor = compact(factor, |level| is_label && stays(level) && !excluded(name, level));
        }
        let mut targets = None;
        if let Some(labels) = &card.labels {
            let (read, strangers) = labels::read(card, &source, &mut sheet, (labels, &lists), &all)?;
            (targets, aside.strangers) = (Some(read), strangers);
        }
        let subject = card.subject.as_ref().map(|subject| self.subject(subject, &sheet, &fields)).transpose()?;
        let (mut splits, undivided) = official::splits(self, &sheet, &fields, subject.as_ref())?;
        aside.undivided = undivided;
        let tables: Vec<Digest> = sheet.tables.iter().map(|file| memory.file(file)).collect::<Result<_, _>>()?;
        memory.save();
        let items = Items {
            root: self.whole_root()?,
            containers: std::mem::take(&mut sheet.containers),
            places: std::mem::take(&mut sheet.places),
            digests,
            windows: std::mem::take(&mut sheet.windows),
            mosaic: None,
            pixel_limit: card.pixel_limit,
        };
        let digest = self.digest(&tables, &sheet.contents, &sheet.ids, &items.digests);
        let mut ids = std::mem::take(&mut sheet.ids);
        let pool = Pool { dataset: &card.dataset, ids: &ids, fields: &fields, subject: subject.as_ref() };
        check_disjoint(&pool, &splits)?;
        let mosaics = card.compose.as_ref().map(|compose| (compose, Mosaics::lay(compose, &splits)));
        if let Some((compose, mosaics)) = &mosaics
            && let Some((split, _)) = mosaics.splits.iter().find(|(_, made)| made.is_empty())
        {
            let (has, size) = (splits[split].len(), mosaics.grid.size());
            let problem = match compose.repeat.of(split) {
                0 => Problem::at(&compose.node, format!("`repeat` leaves no mosaic in the split `{split}`")),
                _ => Problem::at(&compose.node, format!("a mosaic takes {size} items, and the split `{split}` has {has}")),
            };
            return Err(SpecError::from(problem.help("a smaller `mosaic`, a `repeat` from 1 on, or larger splits")).into());
        }
        fields = pixels::fields(card, &items, &fields, &splits, mosaics.as_ref())?;
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
        let rejections = sheet.rejected.count();
        if card.strict
            && let Some(first) = sheet.rejected.listed().first()
        {
            let reason = format!("is strict, and {rejections} of its rows or files cannot be used, the first of them {first}");
            return Err(DataError::dataset(&card.dataset, reason));
        }
        if card.strict && aside.misnamed.count > 0 {
            let (count, which) = (aside.misnamed.count, aside.misnamed.plain());
            let reason = format!("is strict, and {count} of its images have another format than their names say: {which}");
            return Err(DataError::dataset(&card.dataset, reason));
        }
        let (rejected, reasons) = sheet.rejected.into_parts();
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
            subject_name: card.subject.as_ref().map(|subject| subject.text.clone()),
            splits,
            items,
            native,
            rejected,
            rejections,
            reasons,
            aside,
            digest,
        })
    }

    /// The fields that come from columns, and the rows that they refuse.
    fn fields(&self, sheet: &Sheet, lists: &Lists) -> Result<(IndexMap<String, Factor>, Refused), DataError> {
        let mut fields = IndexMap::new();
        let mut reasons: Vec<Option<String>> = vec![None; sheet.len()];
        let mut unread: HashMap<String, HashSet<usize>> = HashMap::new();
        // Who has no class cannot be learned from, and who is nobody cannot be kept on one side of a split.
        let needed = |name: &str| [&self.card.label, &self.card.subject].into_iter().flatten().any(|needed| needed.text == name);
        let mut keep = |name: &str, made: field::Made, refused: Vec<(usize, String)>| {
            for (row, reason) in refused.into_iter().chain(made.refused) {
                unread.entry(name.to_owned()).or_default().insert(row);
                reasons[row].get_or_insert(reason);
            }
            for (row, reason) in made.lacking {
                reasons[row].get_or_insert(reason);
            }
            fields.insert(name.to_owned(), made.factor);
        };
        for (name, field) in &self.card.fields {
            let from = match &field.source {
                FieldSource::Column { from, .. } => from,
                FieldSource::Columns { columns, several } => {
                    let lost = |column: String| {
                        let problem = Problem::at(&field.node, format!("the dataset `{}` has no column `{column}`", self.card.dataset));
                        SpecError::from(problem.help(did_you_mean(&column, sheet.columns.keys().map(String::as_str))))
                    };
                    let (column, refused) = field::loudest(sheet, columns, several.as_deref(), needed(name)).map_err(lost)?;
                    keep(name, field::make(name, field, sheet, &column, needed(name)), refused);
                    continue;
                }
                FieldSource::Pixels { .. } => continue,
            };
            let column = self.column(sheet, from)?;
            keep(name, field::make(name, field, sheet, column, needed(name)), Vec::new());
        }
        if let Some(subject) = self.card.subject.as_ref().filter(|subject| !self.card.fields.contains_key(&subject.text)) {
            let column = self.column(sheet, subject)?;
            for row in (0..sheet.len()).filter(|row| column.code(*row).is_none()) {
                reasons[row].get_or_insert(format!("`{}` is empty, and `subject` needs it", subject.text));
            }
        }
        if let Some(window) = self.card.late_window() {
            for (row, reason) in sheet.unboxed(window) {
                reasons[row].get_or_insert(reason);
            }
        }
        for (row, reason) in lists.refused(sheet) {
            reasons[row].get_or_insert(reason);
        }
        Ok((fields, Refused { reasons, unread }))
    }

    /// The classes that some of the items have, where an item has one.
    fn classes(&self, fields: &IndexMap<String, Factor>, among: impl Fn(usize) -> bool) -> BTreeSet<String> {
        let factor = self.card.label.as_ref().and_then(|label| fields.get(&label.text));
        let rows = factor.map_or(0, |factor| factor.codes.len());
        (0..rows).filter(|row| among(*row)).filter_map(|row| factor?.level(row).map(str::to_owned)).collect()
    }

    /// Drops what `where` leaves out, and says how many; that is a choice, not a rejection. What it lets through and cannot be used is
    /// rejected.
    fn filter(
        &self,
        sheet: &mut Sheet,
        fields: &mut IndexMap<String, Factor>,
        refused: Refused,
        unjoined: &[String],
    ) -> Result<u64, DataError> {
        let Refused { mut reasons, unread } = refused;
        let mut keep = vec![true; sheet.len()];
        if reasons.iter().any(Option::is_none) {
            for condition in &self.card.conditions {
                let values = self.values(condition, sheet, fields)?;
                // What could not be read is not known to be something else.
                let passes = |row: usize| {
                    condition.test.passes(values(row)) || unread.get(&condition.field).is_some_and(|unread| unread.contains(&row))
                };
                keep.iter_mut().enumerate().for_each(|(row, keep)| *keep &= passes(row));
            }
        }
        sheet.retain(&keep);
        retain(fields, &keep);
        let left_out = keep.len() - sheet.len();
        let mut kept = keep.iter();
        reasons.retain(|_| kept.next() == Some(&true));
        let usable: Vec<bool> = reasons.iter().map(Option::is_none).collect();
        let last = sheet.reject(&usable, |_, row| reasons[row].clone().unwrap_or_default());
        retain(fields, &usable);
        if usable.is_empty() && left_out > 0 {
            return Err(DataError::dataset(&self.card.dataset, "has no item that `where` lets through"));
        }
        if sheet.len() == 0 {
            // The last to go, or else whoever went before.
            let first = last.as_ref().or(sheet.rejected.listed().first()).map(ToString::to_string);
            let why: String = unjoined.iter().chain(&first).map(|why| format!(": {why}")).collect();
            return Err(DataError::dataset(&self.card.dataset, format!("has no item that can be used{why}")));
        }
        Ok(left_out as u64)
    }

    /// The values that a condition tests, by row. A level that cannot occur is a mistake.
    pub(super) fn values<'s>(
        &self,
        condition: &'s Condition,
        sheet: &'s Sheet,
        fields: &'s IndexMap<String, Factor>,
    ) -> Result<Values<'s>, DataError> {
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
        if let (Test::Within(_), Some(field)) = (&condition.test, self.card.fields.get(name)) {
            return self.numbers(condition, field, sheet, known);
        }
        Ok(match fields.get(name) {
            Some(factor) => Box::new(|row| factor.level(row)),
            None => Box::new(|row| sheet.columns.get(name).and_then(|column| column.get(row))),
        })
    }

    /// The numbers of a field that `where` compares: those of the column, which bins cut afterwards.
    fn numbers<'s>(&self, condition: &Condition, field: &Field, sheet: &'s Sheet, levels: Vec<&str>) -> Result<Values<'s>, DataError> {
        let column = match &field.source {
            FieldSource::Column { from, pattern: None, translate: Translate::AsIs | Translate::Bins(_) } => sheet.columns.get(&from.text),
            _ => None,
        };
        let Some(column) = column else {
            let levels: Vec<String> = levels.iter().map(|level| format!("`{level}`")).collect();
            let message = format!("`{}` has levels and no numbers: {}", condition.field, levels.join(", "));
            return Err(SpecError::from(Problem::at(&condition.node, message).help("name some of them, or another column")).into());
        };
        Ok(Box::new(|row| column.get(row)))
    }

    /// The root for those who read the images from another folder.
    fn whole_root(&self) -> Result<PathBuf, DataError> {
        let root = root::named(self.root);
        std::path::absolute(root).map_err(|source| DataError::read(root, source))
    }

    fn subject(&self, subject: &Name, sheet: &Sheet, fields: &IndexMap<String, Factor>) -> Result<Factor, DataError> {
        match fields.get(&subject.text) {
            Some(factor) => Ok(factor.clone()),
            None => {
                let column = self.column(sheet, subject)?;
                Ok(Factor::of(&(0..sheet.len()).map(|row| column.get(row).map(|cell| whole(cell).to_owned())).collect::<Vec<_>>()))
            }
        }
    }

    /// The size of the first image that can be decoded, times the grid of a mosaic.
    fn native(&self, items: &Items, grid: Option<(u32, u32)>) -> Result<(u32, u32, u32), DataError> {
        let size = |image: u32| {
            let sizes = items.visit(&[image], |image, encoded| {
                let pixels = items.decode(image, encoded, true, &decode::full)?;
                Ok((pixels.height, pixels.width, pixels.channels))
            });
            sizes.map(|sizes| sizes.first().copied())
        };
        let mut broken = None;
        for image in 0..items.places.len() as u32 {
            match size(image) {
                Ok(Some((height, width, channels))) => {
                    let (rows, columns) = grid.unwrap_or((1, 1));
                    return Ok((height * rows, width * columns, channels));
                }
                Ok(None) => {}
                // What is broken inside is a matter of those who decode it.
                Err(error @ DataError::Image { .. }) => broken = broken.or(Some(error)),
                Err(error) => return Err(error),
            }
        }
        Err(broken.unwrap_or_else(|| DataError::dataset(&self.card.dataset, "has no image")))
    }

    fn digest(&self, tables: &[Digest], contents: &[Digest], ids: &[String], images: &[Digest]) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(decode::VERSION.as_bytes()).update(self.card.canonical().to_string().as_bytes());
        for digest in tables.iter().chain(contents) {
            hasher.update(&digest.bytes());
        }
        for (id, digest) in ids.iter().zip(images) {
            hasher.update(&(id.len() as u64).to_le_bytes()).update(id.as_bytes()).update(&digest.bytes());
        }
        hasher.finalize().to_hex().to_string()
    }
}

/// Keeps the codes of some rows.
pub(super) fn retain(fields: &mut IndexMap<String, Factor>, keep: &[bool]) {
    for factor in fields.values_mut() {
        let mut row = 0;
        factor.codes.retain(|_| {
            row += 1;
            keep[row - 1]
        });
    }
}
