//! A table folded into its distinct rows while it is read, so that memory grows with how many differ and not with how many there are.

use std::collections::HashMap;
use std::path::Path;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use rayon::prelude::*;

use super::{Options, Table, TableError};

/// The distinct rows of a table, in the order in which they first occur.
#[derive(Clone, Debug)]
pub struct Distinct {
    /// Their cells.
    pub table: Table,
    /// Where each occurs.
    pub sightings: Vec<Sightings>,
}

/// The rows of a file that are alike.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sightings {
    /// The numbers of the first of them.
    pub first: Vec<u64>,
    /// How many there are.
    pub total: u64,
}

/// From how many distinct rows on the folding is given up.
const MOST: usize = 1 << 20;

/// From how many places in all branches on the folding is given up (64 MiB).
const LARGEST: usize = 1 << 24;

impl Sightings {
    /// As many row numbers as a message names.
    pub const SHOWN: usize = 8;

    /// Takes others in.
    pub fn join(&mut self, others: Self) {
        self.total += others.total;
        let later = self.first.len() == Self::SHOWN && others.first.first() > self.first.last();
        if !later {
            self.first.extend(others.first);
            self.first.sort_unstable();
            self.first.truncate(Self::SHOWN);
        }
    }

    /// Takes a later row in.
    pub fn add(&mut self, number: u64) {
        self.total += 1;
        if self.first.len() < Self::SHOWN {
            self.first.push(number);
        }
    }
}

impl From<u64> for Sightings {
    fn from(number: u64) -> Self {
        Self { first: vec![number], total: 1 }
    }
}

impl Distinct {
    /// Folds the rows of a file that are equal in all `keys`, which are columns; a chunk is folded while the next is read. `also` is shown
    /// every chunk, and beside each of its rows the place of the distinct row that it is. `None` where too many rows differ, or cells are
    /// lists.
    ///
    /// # Errors
    /// As for [`Table::read`], or what `also` answers.
    pub fn read(
        path: &Path,
        options: &Options,
        keys: &[String],
        mut also: impl FnMut(&Table, &[u32]) -> Result<(), TableError> + Send,
    ) -> Result<Option<Self>, TableError> {
        let mut chunks = Table::chunks(path, options)?;
        let mut fold = Fold::new(keys);
        let mut next = chunks.next();
        while let Some(chunk) = next.transpose()? {
            let folding = || match fold.push(&chunk)? {
                Some(places) => also(&chunk, &places).map(|()| true),
                None => Ok(false),
            };
            let (folded, following) = rayon::join(folding, || chunks.next());
            if !folded? {
                return Ok(None);
            }
            next = following;
        }
        let Fold { pieces, sightings, .. } = fold;
        Ok(Some(Self { table: Table::concat(path, pieces)?, sightings }))
    }
}

/// A folding in progress: a tree with a level for each column, whose leaves are the distinct rows.
struct Fold<'k> {
    keys: &'k [String],
    cells: Vec<Cells>,
    levels: Vec<Level>,
    pieces: Vec<Table>,
    sightings: Vec<Sightings>,
}

impl<'k> Fold<'k> {
    fn new(keys: &'k [String]) -> Self {
        let cells = keys.iter().map(|_| Cells::default()).collect();
        Self { keys, cells, levels: keys.iter().map(|_| Level::default()).collect(), pieces: Vec::new(), sightings: Vec::new() }
    }

    /// The place of each row among the distinct ones; `None` where they cannot be folded.
    fn push(&mut self, chunk: &Table) -> Result<Option<Vec<u32>>, TableError> {
        let number = |(cells, key): (&mut Cells, &String)| match chunk.array(key) {
            Some(array) => cells.number(array),
            // In JSON lines: missing in all rows.
            None => Some(vec![0; chunk.len()]),
        };
        let Some(columns) = self.cells.par_iter_mut().zip(self.keys).map(number).collect::<Option<Vec<_>>>() else { return Ok(None) };
        let mut places = vec![0; chunk.len()];
        for (level, column) in self.levels.iter_mut().zip(columns) {
            places.iter_mut().zip(column).for_each(|(place, cell)| *place = level.step(*place, cell));
        }
        let mut new = Vec::new();
        for (row, (place, number)) in places.iter().zip(&chunk.numbers).enumerate() {
            if *place as usize == self.sightings.len() {
                self.sightings.push(Sightings::default());
                new.push(row as u32);
            }
            self.sightings[*place as usize].add(*number);
        }
        if self.sightings.len() > MOST || self.levels.iter().map(|level| level.size).sum::<usize>() > LARGEST {
            return Ok(None);
        }
        if self.pieces.is_empty() || !new.is_empty() {
            self.pieces.push(chunk.take(&new, self.keys)?);
        }
        Ok(Some(places))
    }
}

/// One level of the tree: where each branch of the level above goes on for each cell.
#[derive(Default)]
struct Level {
    branches: Vec<Vec<u32>>,
    leaves: u32,
    size: usize,
}

impl Level {
    /// New leaves are numbered as they come.
    fn step(&mut self, branch: u32, cell: u32) -> u32 {
        let (branch, cell) = (branch as usize, cell as usize);
        match self.branches.get(branch).and_then(|leaves| leaves.get(cell)) {
            Some(leaf) if *leaf != NONE => *leaf,
            _ => self.grow(branch, cell),
        }
    }

    fn grow(&mut self, branch: usize, cell: usize) -> u32 {
        if self.branches.len() <= branch {
            self.branches.resize_with(branch + 1, Vec::new);
        }
        let leaves = &mut self.branches[branch];
        if leaves.len() <= cell {
            self.size += cell + 1 - leaves.len();
            leaves.resize(cell + 1, NONE);
        }
        leaves[cell] = self.leaves;
        self.leaves += 1;
        leaves[cell]
    }
}

const NONE: u32 = u32::MAX;

/// The different cells of a column, numbered as they come; 0 is a missing one.
#[derive(Default)]
struct Cells {
    texts: HashMap<String, u32>,
    words: HashMap<u64, u32>,
    /// The first texts, looked through one by one before the others.
    few: Vec<(String, u32)>,
    /// The small words, at their places; 0 where one is not known.
    small: Vec<u32>,
}

const FEW: usize = 16;

const SMALL: usize = 256;

impl Cells {
    /// `None` for a column of lists or bytes.
    fn number(&mut self, array: &ArrayRef) -> Option<Vec<u32>> {
        Some(match array.data_type() {
            DataType::LargeUtf8 => array.as_string::<i64>().iter().map(|text| text.map_or(0, |text| self.text(text))).collect(),
            DataType::Int64 => {
                array.as_primitive::<Int64Type>().iter().map(|number| number.map_or(0, |number| self.word(number as u64))).collect()
            }
            DataType::Float64 => {
                array.as_primitive::<Float64Type>().iter().map(|number| number.map_or(0, |number| self.word(number.to_bits()))).collect()
            }
            DataType::Boolean => array.as_boolean().iter().map(|truth| truth.map_or(0, |truth| 1 + u32::from(truth))).collect(),
            _ => return None,
        })
    }

    fn text(&mut self, text: &str) -> u32 {
        if let Some((_, number)) = self.few.iter().find(|(known, _)| known == text) {
            return *number;
        }
        if let Some(number) = self.texts.get(text) {
            return *number;
        }
        let number = self.texts.len() as u32 + 1;
        self.texts.insert(text.to_owned(), number);
        if self.few.len() < FEW {
            self.few.push((text.to_owned(), number));
        }
        number
    }

    fn word(&mut self, word: u64) -> u32 {
        let place = word as usize;
        if let Some(number) = self.small.get(place).filter(|number| **number > 0) {
            return *number;
        }
        let next = self.words.len() as u32 + 1;
        let number = *self.words.entry(word).or_insert(next);
        if place < SMALL {
            self.small.resize(SMALL, 0);
            self.small[place] = number;
        }
        number
    }
}
