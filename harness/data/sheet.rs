//! The items of a card with their columns, as they are written: one row an item.

mod annotations;
mod arrays;
mod boxes;
mod files;
mod named;
mod records;
mod rows;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use indexmap::{IndexMap, IndexSet};

use super::archive;
use super::aside::Kind;
use super::chosen::Chosen;
use super::digest::Digest;
use super::error::DataError;
use super::items::{Container, Place};
use super::rejections::{Rejected, Rejections};
use super::root::Root;
use super::source::Source;
use super::table::Unmet;
use super::window::Window;
use crate::spec::card::{Card, Layout, Template};
use crate::spec::problem::{Problem, SpecError};

/// A column of texts, each distinct one held once.
#[derive(Clone, Debug, Default)]
pub(super) struct Column {
    values: IndexSet<Box<str>>,
    codes: Vec<Option<u32>>,
}

impl Column {
    pub(super) fn push(&mut self, value: Option<&str>) {
        let code = value.map(|value| match self.values.get_index_of(value) {
            Some(code) => code as u32,
            None => self.values.insert_full(value.into()).0 as u32,
        });
        self.codes.push(code);
    }

    pub(super) fn get(&self, row: usize) -> Option<&str> {
        self.codes.get(row).copied().flatten().and_then(|code| self.values.get_index(code as usize)).map(AsRef::as_ref)
    }

    pub(super) fn code(&self, row: usize) -> Option<u32> {
        self.codes.get(row).copied().flatten()
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(AsRef::as_ref)
    }

    fn retain(&mut self, keep: &[bool]) {
        let mut row = 0;
        self.codes.retain(|_| {
            row += 1;
            keep[row - 1]
        });
    }
}

/// The items and their columns.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    /// What the items are called; empty until their images are found.
    pub(super) ids: Vec<String>,
    /// Where their images are; empty until these are found.
    pub(super) places: Vec<Place>,
    pub(super) containers: Vec<Container>,
    /// Where each item is written: an index into `files`, and the line or row.
    origins: Vec<(u32, Option<u64>)>,
    files: Vec<String>,
    pub(super) columns: IndexMap<String, Column>,
    /// The part of each image that is the item; empty where all are whole.
    pub(super) windows: Vec<Window>,
    /// The files of the tables that were read.
    pub(super) tables: Vec<PathBuf>,
    /// The digests of what was read besides tables and images.
    pub(super) contents: Vec<Digest>,
    pub(super) rejected: Rejections,
    /// What `where` leaves out.
    chosen: Chosen,
    /// Rows that could not be used and were left out.
    pub(super) left_out: u64,
    /// What rows call their split where their file has another.
    pub(super) misfiled: Kind,
    /// Of labels that are COCO's categories, those that its files list, whether or not an image has them.
    pub(super) categories: BTreeSet<String>,
    /// Columns that no row of the tables that are read has had so far.
    unmet: Unmet,
}

impl Sheet {
    /// Reads the items of a card, with the columns that `needed` names; `names` are those that rejections may speak of.
    pub(super) fn read(card: &Card, source: &Source, needed: &BTreeSet<String>, names: HashSet<String>) -> Result<Self, DataError> {
        let columns = needed.iter().map(|name| (name.clone(), Column::default())).collect();
        let mut sheet = Self { columns, rejected: Rejections::speaking_of(names), chosen: Chosen::of(card), ..Self::default() };
        match &card.layout {
            Layout::Files(files) => sheet.read_files(card, source, files)?,
            Layout::Rows(rows) => {
                let archive = rows.archive.as_ref().filter(|_| card.late_naming().is_none());
                let archive = archive.map(|archive| sheet.archive(source, archive)).transpose()?;
                for table in &rows.tables {
                    for found in source.all_named(&table.1.file)? {
                        sheet.read_table(card, source, rows, table, &found, archive.as_ref())?;
                    }
                }
                sheet.unmet.check()?;
                sheet.drop_absent_files(source.root, rows.image.path().filter(|_| rows.archive.is_none()))?;
            }
            Layout::Coco(coco) => {
                sheet.read_coco(card, source, coco)?;
                sheet.drop_absent_files(source.root, Some(&coco.path).filter(|_| coco.archive.is_none()))?;
            }
            Layout::Arrays(arrays) => {
                for (split, set) in &arrays.sets {
                    sheet.read_arrays(card, source, split.as_deref(), set, arrays.planes)?;
                }
            }
            Layout::Records(records) => sheet.read_records(card, source, records)?,
        }
        sheet.drop_duplicates();
        Ok(sheet)
    }

    pub(super) fn len(&self) -> usize {
        self.origins.len()
    }

    /// The file that says that an item is there: a table, or the image itself.
    pub(super) fn told_by(&self, row: usize) -> &str {
        &self.files[self.origins[row].0 as usize]
    }

    /// The file that an item's image is, below the root or in its archive.
    pub(super) fn path(&self, row: usize) -> Option<&str> {
        match &self.places[row] {
            Place::File(file) => Some(file),
            Place::Record(container, record) => match &self.containers[*container as usize] {
                Container::Archive { members, .. } => members.get(*record as usize).map(|member| member.path.as_str()),
                _ => None,
            },
        }
    }

    /// Adds the column that a template makes of others; empty where one of these is.
    pub(super) fn fill(&mut self, template: &Template) {
        let mut made = Column::default();
        for row in 0..self.len() {
            let value = |name: &str| self.columns.get(name).and_then(|column| column.get(row));
            made.push(template.fill(value).ok().as_deref());
        }
        self.columns.insert(template.to_string(), made);
    }

    /// Refuses an item.
    pub(super) fn rejection(&self, row: usize, reason: String) -> Rejected {
        let (file, line) = self.origins[row];
        Rejected { what: self.files[file as usize].clone(), line, reason }
    }

    /// Keeps some of the items.
    pub(super) fn retain(&mut self, keep: &[bool]) {
        fn kept<T>(values: &mut Vec<T>, keep: &[bool]) {
            let mut row = 0;
            values.retain(|_| {
                row += 1;
                keep[row - 1]
            });
        }
        kept(&mut self.ids, keep);
        kept(&mut self.places, keep);
        kept(&mut self.windows, keep);
        kept(&mut self.origins, keep);
        self.columns.values_mut().for_each(|column| column.retain(keep));
    }

    fn push<'v>(&mut self, id: String, place: Place, origin: (u32, Option<u64>), value: impl Fn(&str) -> Option<&'v str>) {
        self.ids.push(id);
        self.places.push(place);
        self.push_columns(origin, value);
    }

    /// Adds an item whose image is found later.
    fn push_columns<'v>(&mut self, origin: (u32, Option<u64>), value: impl Fn(&str) -> Option<&'v str>) {
        self.origins.push(origin);
        for (name, column) in &mut self.columns {
            column.push(value(name));
        }
    }

    fn file(&mut self, name: &str) -> u32 {
        self.files.push(name.to_owned());
        self.files.len() as u32 - 1
    }

    /// Rows whose image is not there, or is no file below the root. That a path leads into an archive, where a card without one does not
    /// look, is a mistake of the card.
    fn drop_absent_files(&mut self, root: &Path, unarchived: Option<&Template>) -> Result<(), DataError> {
        fn file(place: &Place) -> Option<&str> {
            match place {
                Place::File(path) => Some(path),
                Place::Record(..) => None,
            }
        }
        let files: Vec<Option<&str>> = self.places.iter().map(file).collect();
        let refused = Root::of(root)?.refused(&files);
        let mut lost =
            files.iter().zip(&refused).filter(|(_, refused)| refused.is_some()).filter_map(|(file, _)| archive::inside((*file)?));
        if let Some(path) = unarchived
            && let Some((archive, _)) = lost.find(|(archive, _)| root.join(archive).is_file())
        {
            let problem = Problem::at(&path.node, format!("`path` leads into `{archive}`, and no archive is read"));
            return Err(SpecError::from(
                problem.help(format!("name what is read beside it: `archive: {archive}`, or several, `archive: \"*.zip\"`")),
            )
            .into());
        }
        let keep: Vec<bool> = refused.iter().map(Option::is_none).collect();
        self.reject(&keep, |sheet, row| match (file(&sheet.places[row]), &refused[row]) {
            (Some(file), Some(refusal)) => refusal.of(file),
            _ => String::new(),
        });
        Ok(())
    }

    /// Of items with one id, the first stays that `where` does not leave out.
    fn drop_duplicates(&mut self) {
        let mut first: HashMap<&str, usize> = HashMap::with_capacity(self.ids.len());
        let mut other = vec![None; self.ids.len()];
        for (row, id) in self.ids.iter().enumerate() {
            match first.get(id.as_str()).copied() {
                Some(earlier) if !self.leaves_out(earlier) => other[row] = Some(earlier),
                Some(earlier) => {
                    other[earlier] = Some(row);
                    first.insert(id, row);
                }
                None => drop(first.insert(id, row)),
            }
        }
        let keep: Vec<bool> = other.iter().map(Option::is_none).collect();
        self.reject(&keep, |sheet, row| sheet.taken(other[row].unwrap_or(0)));
    }

    /// Whether `where` leaves out an item by what it says itself.
    fn leaves_out(&self, row: usize) -> bool {
        self.chosen.leaves_out(|name| self.columns.get(name).map(|column| column.get(row)))
    }

    /// Rejects a row of these cells before it is an item, unless `where` leaves it out.
    fn refuse<'v>(&mut self, value: impl Fn(&str) -> Option<&'v str>, rejected: Rejected) {
        match self.chosen.leaves_out(|name| self.columns.contains_key(name).then(|| value(name))) {
            true => self.left_out += 1,
            false => self.rejected.push(rejected),
        }
    }

    /// Why nothing else can have the id of an item.
    fn taken(&self, row: usize) -> String {
        let (file, line) = self.origins[row];
        let line = line.map_or_else(String::new, |line| format!(" {line}"));
        format!("the id `{}` is there already, at `{}`{line}", self.ids[row], self.files[file as usize])
    }

    /// Rejects the items that are not kept, except those that `where` leaves out, and answers the first of them.
    pub(super) fn reject(&mut self, keep: &[bool], reason: impl Fn(&Self, usize) -> String) -> Option<Rejected> {
        let mut first = None;
        for row in (0..keep.len()).filter(|row| !keep[*row]) {
            if self.leaves_out(row) {
                self.left_out += 1;
                continue;
            }
            let rejected = self.rejection(row, reason(self, row));
            first.get_or_insert_with(|| rejected.clone());
            self.rejected.push(rejected);
        }
        if keep.contains(&false) {
            self.retain(keep);
        }
        first
    }
}
