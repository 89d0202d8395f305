//! The names of items.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::path::Path;

use arrow::array::{Array, AsArray, LargeStringArray};
use rayon::prelude::*;

use crate::data::table::{Options, Sightings, Table, TableError};

/// Names of items, one after the other in one piece of memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Ids {
    names: LargeStringArray,
}

impl Ids {
    /// The names of a column; one that is missing is empty.
    pub fn new(names: LargeStringArray) -> Self {
        Self { names }
    }

    /// The ids of a table, all of which must be there.
    ///
    /// # Errors
    /// A missing column or id.
    pub(in crate::score) fn of(table: &Table, column: &str) -> Result<Self, TableError> {
        let column = table.column(column)?;
        let texts = column.array().as_string_opt::<i64>().filter(|texts| texts.null_count() == 0);
        match texts.filter(|texts| texts.offsets().windows(2).all(|ends| ends[0] < ends[1])) {
            Some(texts) => Ok(Self::new(texts.clone())),
            None => (0..table.len()).map(|row| column.required_text(row)).collect(),
        }
    }

    /// The numbers from 1 on, for items that have no names.
    pub fn numbered(items: usize) -> Self {
        (1..=items).map(|number| number.to_string()).collect()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The name of an item.
    pub fn get(&self, row: usize) -> &str {
        self.names.value(row)
    }

    /// All names, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|row| self.get(row))
    }

    /// The column.
    pub fn names(&self) -> &LargeStringArray {
        &self.names
    }

    /// Some of the names, in that order.
    #[must_use]
    pub fn take(&self, rows: &[u32]) -> Self {
        rows.iter().map(|row| self.get(*row as usize)).collect()
    }

    /// The items whose name an earlier item has, in order.
    pub fn repeated(&self) -> Vec<u32> {
        // Most files are written in the order of their ids.
        let rises = |row: usize| order(self.get(row), self.get(row + 1)) == Ordering::Less;
        if (0..self.len().saturating_sub(1)).into_par_iter().all(rises) {
            return Vec::new();
        }
        let mut hashes: Vec<(u64, u32)> = (0..self.len() as u32).into_par_iter().map(|row| (hash(self.get(row as usize)), row)).collect();
        hashes.par_sort_unstable();
        let mut repeated = Vec::new();
        for alike in hashes.chunk_by(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1) {
            let mut rows: Vec<u32> = alike.iter().map(|(_, row)| *row).collect();
            rows.sort_by(|a, b| order(self.get(*a as usize), self.get(*b as usize)).then(a.cmp(b)));
            let same = |a: &u32, b: &u32| self.get(*a as usize) == self.get(*b as usize);
            rows.chunk_by(same).for_each(|run| repeated.extend_from_slice(&run[1..]));
        }
        repeated.sort_unstable();
        repeated
    }
}

/// Orders names: shorter ones first, so that numbers are in their order.
pub(in crate::score) fn order(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

impl<T: AsRef<str>> FromIterator<T> for Ids {
    fn from_iter<I: IntoIterator<Item = T>>(names: I) -> Self {
        Self { names: LargeStringArray::from_iter_values(names) }
    }
}

impl From<Vec<String>> for Ids {
    fn from(names: Vec<String>) -> Self {
        names.into_iter().collect()
    }
}

/// The hashes of 256 MiB.
const HELD: u64 = 1 << 25;

/// So many names whose hash occurs twice are compared.
const COMPARED: usize = 1 << 20;

/// The rows of a file whose id another row has, and the first id that comes again, found by reading the column several times instead of keeping it: a
/// part of the hashes at a time, and at last the names of those that occur twice.
pub(in crate::score) fn repeated(path: &Path, column: &str, rows: u64) -> Result<(String, Sightings), TableError> {
    let options = Options { columns: Some(vec![column.to_owned()]), ..Options::default() };
    let each = |see: &mut dyn FnMut(&str, u64, u64)| -> Result<(), TableError> {
        for chunk in Table::chunks(path, &options)? {
            let chunk = chunk?;
            let ids = Ids::of(&chunk, column)?;
            ids.iter().enumerate().for_each(|(row, id)| see(id, hash(id), chunk.at(row).number));
        }
        Ok(())
    };
    let mut twice: HashSet<u64> = HashSet::new();
    let parts = rows.div_ceil(HELD);
    for part in 0..parts {
        let mut held: Vec<u64> = Vec::new();
        each(&mut |_, hash, _| {
            if (hash >> 32) % parts == part {
                held.push(hash);
            }
        })?;
        held.par_sort_unstable();
        twice.extend(held.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]));
    }
    let (mut first, mut repeated) = (String::new(), Sightings::default());
    if !twice.is_empty() {
        // Where each was seen first, until it is seen again.
        let mut seen: HashMap<String, Option<u64>> = HashMap::new();
        each(&mut |id, hash, number| {
            if twice.contains(&hash) {
                if let Some(before) = seen.get_mut(id) {
                    if first.is_empty() {
                        id.clone_into(&mut first);
                    }
                    before.take().into_iter().for_each(|before| repeated.join(before.into()));
                    repeated.join(number.into());
                } else if seen.len() < COMPARED {
                    seen.insert(id.to_owned(), Some(number));
                }
            }
        })?;
    }
    Ok((first, repeated))
}

/// A quick hash; names that collide by accident or on purpose are compared.
fn hash(name: &str) -> u64 {
    const STIR: u64 = 0x9e37_79b9_7f4a_7c15;
    let word = |hash: u64, bytes: &[u8]| {
        let mut word = [0; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        (hash ^ u64::from_le_bytes(word)).wrapping_mul(STIR).rotate_left(29)
    };
    name.as_bytes().chunks(8).fold(name.len() as u64, word).wrapping_mul(STIR)
}
