//! Imported predictions of any length, folded into kinds while they are read: items of which nothing is asked but what all items of the kind
//! have in common.

use std::cmp::Ordering;
use std::path::Path;

use crate::data::table::{Distinct, Options, Sightings, Table, TableError};
use crate::score::predictions::ids::{self, Ids};
use crate::score::predictions::import::numbers;
use crate::score::predictions::{Fault, REPEATED, Refused, Scores};
use crate::spec::predictions::{Columns, ScoreColumns};

/// What becomes of the rows of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Every item is kept, with its scores.
    Items,
    /// Items that are alike are kept once, without scores, where they are few enough; numbers of decisions are the same.
    Kinds,
}

/// The kinds of items in a file.
pub(in crate::score) struct Kinds {
    /// One row each.
    pub table: Table,
    /// The rows of the file that are of it.
    pub sightings: Vec<Sightings>,
    /// The least of its items' names.
    pub ids: Ids,
    /// Scores an item; 0 without.
    pub width: usize,
    /// What is wrong with names and scores.
    pub faults: Vec<Fault>,
}

impl Kinds {
    /// Folds a file. `None` where there are nearly as many kinds as items.
    pub(in crate::score) fn read(path: &Path, options: &Options, columns: &Columns, fields: &[String]) -> Result<Option<Self>, TableError> {
        let alike = Columns { id: None, scores: None, ..columns.clone() };
        let mut keys: Vec<String> = alike.names().chain(fields.iter().map(String::as_str)).map(str::to_owned).collect();
        keys.sort_unstable();
        keys.dedup();
        let mut names = columns.id.as_deref().map(Names::new);
        let exclusive = columns.is_exclusive();
        let mut seen = columns.scores.as_ref().map(|scores| Seen::new(scores, exclusive));
        let mut rows = 0;
        let distinct = Distinct::read(path, options, &keys, |chunk, places| {
            rows += chunk.len() as u64;
            if let Some(names) = &mut names {
                names.push(chunk, places)?;
            }
            seen.as_mut().map_or(Ok(()), |seen| seen.push(chunk))
        })?;
        let Some(Distinct { table, sightings }) = distinct else { return Ok(None) };
        let mut faults = Vec::new();
        let ids = match names {
            Some(names) => {
                if !names.rising {
                    let (id, rows) = ids::repeated(path, names.column, rows)?;
                    faults.extend(Fault::of_rows(format!("{REPEATED}, as `{id}`"), [rows]));
                }
                names.least.into()
            }
            None => (0..table.len()).map(|row| table.at(row).number.to_string()).collect(),
        };
        let width = seen.as_ref().map_or(0, |seen| seen.width);
        faults.extend(seen.into_iter().flat_map(Seen::faults));
        Ok(Some(Self { table, sightings, ids, width, faults }))
    }
}

/// The names of a file's items, of which the least of each kind is kept.
struct Names<'c> {
    column: &'c str,
    least: Vec<String>,
    last: String,
    /// Whether every name so far comes after the one before, so that none repeats.
    rising: bool,
}

impl<'c> Names<'c> {
    fn new(column: &'c str) -> Self {
        Self { column, least: Vec::new(), last: String::new(), rising: true }
    }

    fn push(&mut self, chunk: &Table, places: &[u32]) -> Result<(), TableError> {
        let ids = Ids::of(chunk, self.column)?;
        let mut last = self.last.as_str();
        for (id, place) in ids.iter().zip(places) {
            self.rising &= ids::order(last, id) == Ordering::Less;
            last = id;
            match self.least.get_mut(*place as usize) {
                None => self.least.push(id.to_owned()),
                Some(least) if !self.rising && ids::order(id, least) == Ordering::Less => id.clone_into(least),
                Some(_) => {}
            }
        }
        self.last = last.to_owned();
        Ok(())
    }
}

/// The scores of a file's items, which are looked at and not kept.
struct Seen<'c> {
    columns: &'c ScoreColumns,
    width: usize,
    /// With the first number that is wrong, and where such are.
    refused: Vec<(&'static Refused, Option<f64>, Sightings)>,
}

impl<'c> Seen<'c> {
    fn new(columns: &'c ScoreColumns, exclusive: bool) -> Self {
        let refused = Scores::refused(columns.kind, exclusive).iter().map(|refused| (refused, None, Sightings::default()));
        Self { columns, width: 0, refused: refused.collect() }
    }

    fn push(&mut self, chunk: &Table) -> Result<(), TableError> {
        let before = (self.width > 0).then_some(self.width);
        let (values, width) = numbers(chunk, &self.columns.shape, before)?;
        self.width = width;
        for (refused, first, seen) in &mut self.refused {
            for (row, wrong) in values.chunks(width.max(1)).enumerate().filter_map(|(row, scores)| Some((row, (refused.find)(scores)?))) {
                first.get_or_insert(wrong);
                seen.add(chunk.at(row).number);
            }
        }
        Ok(())
    }

    fn faults(self) -> impl Iterator<Item = Fault> {
        self.refused.into_iter().filter_map(|(refused, first, rows)| Fault::of_rows(refused.told(first?), [rows]))
    }
}
