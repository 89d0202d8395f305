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
use super::filter::Refused;
use super::frame::{Factor, Targets, whole};
use super::gone::Gone;
use super::items::Items;
use super::lists::Lists;
use super::look::Look;
use super::mosaic::Mosaics;
use super::needed::{Beside, Opening};
use super::sheet::Sheet;
use super::source::Source;
use super::split::{Pool, check_disjoint};
use super::unpacked::Unpacked;
use super::{join, labels, official, pixels, root, sidecar, verify};
use crate::spec::card::{Card, Field, FieldSource, Name};
use crate::spec::problem::{Problem, SpecError, did_you_mean};

/// Changes whenever the same card and files give other items, fields, labels or splits than before: what is kept of old ones is then left alone.
const VERSION: &str = "index 7";

impl Dataset {
    /// Opens a card on its files. `cache` remembers digests of files between runs.
    ///
    /// # Errors
    /// When the card does not fit the data, a file cannot be read, splits share a subject, or the card is `strict` and something was
    /// rejected.
    pub fn open(card: &Card, cache: &Path) -> Result<Self, DataError> {
        Self::open_with(card, cache, &|_, _| {})
    }

    /// As [`Self::open`]; `progress` gets how many of how many images are verified, from the first that was not before.
    ///
    /// # Errors
    /// As for [`Self::open`].
    pub fn open_with(card: &Card, cache: &Path, progress: Progress<'_>) -> Result<Self, DataError> {
        Opening { root: &card.root()?, cache, card, progress }.run()
    }
}

impl Opening<'_> {
    fn run(&self) -> Result<Dataset, DataError> {
        let card = self.card;
        self.check_groups()?;
        let (own, joined) = self.needed();
        let memory = Memory::open(self.cache, self.root, Look::of(card));
        let unpacked = Unpacked::new(self.cache, &memory);
        let source = Source::new(self.root, &unpacked);
        let mut sheet = Sheet::read(card, &source, &own, self.names(&own, &joined)).map_err(|error| self.placed(error, None))?;
        let mut aside = Aside { misfiled: std::mem::take(&mut sheet.misfiled), ..Aside::default() };
        let mut gone = Gone::of(card, &sheet);
        let order = self.in_order()?;
        let late = self.late_naming(&order);
        for (place, beside) in order.iter().enumerate() {
            match beside {
                Beside::Files(sidecar) => sidecar::read(card, self.root, &mut sheet, sidecar)?,
                Beside::Table(name, table) => {
                    let wanted = joined.get(*name).cloned().unwrap_or_default();
                    let unjoined = join::join(&source, &mut sheet, name, table, &wanted).map_err(|error| self.placed(error, Some(name)))?;
                    aside.unjoined.extend(unjoined);
                }
            }
            if let Some((_, naming)) = late.as_ref().filter(|(last, _)| *last == place) {
                sheet.find_images(&source, naming)?;
                gone = Gone::of(card, &sheet);
            }
        }
        if let Some(whose) = &card.whose {
            sheet.fill(whose);
        }
        let lists = Lists::read(card.labels.as_ref(), &sheet);
        let (mut fields, refused) = self.fields(&sheet, &lists)?;
        let chosen = self.classes(&fields, |row| refused.reasons[row].is_none());
        gone.before(&sheet, &lists, |row| refused.reasons[row].is_none());
        aside.filtered = self.filter(&mut sheet, &mut fields, refused, &aside.unjoined)?;
        gone.after(&sheet, &lists);
        if let Some(window) = card.late_window() {
            sheet.read_windows(window);
        }
        let left: BTreeSet<String> = chosen.difference(&self.classes(&fields, |_| true)).cloned().collect();
        let (digests, misnamed) = verify::images(self, &mut sheet, &mut fields, &memory)?;
        aside.misnamed = misnamed;
        let undecided = card.fields.iter().map(|(name, field)| (name.clone(), field::undecided(field, &sheet)));
        aside.undecided = undecided.filter(|(_, items)| items.count > 0).collect();
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
            let (read, strangers) =
                labels::read(card, &source, &mut sheet, (labels, &lists), &gone).map_err(|error| self.placed_in_labels(error))?;
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
        hasher.update(decode::VERSION.as_bytes()).update(VERSION.as_bytes()).update(self.card.canonical().to_string().as_bytes());
        for digest in tables.iter().chain(contents) {
            hasher.update(&digest.bytes());
        }
        for (id, digest) in ids.iter().zip(images) {
            hasher.update(&(id.len() as u64).to_le_bytes()).update(id.as_bytes()).update(&digest.bytes());
        }
        hasher.finalize().to_hex().to_string()
    }
}
