//! The names of items.

use std::cmp::Ordering;

use arrow::array::{Array, LargeStringArray};
use rayon::prelude::*;

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
        let rises = |row: usize| self.order(row as u32, row as u32 + 1) == Ordering::Less;
        if (0..self.len().saturating_sub(1)).into_par_iter().all(rises) {
            return Vec::new();
        }
        let mut order: Vec<(u64, u32)> = (0..self.len() as u32).into_par_iter().map(|row| (hash(self.get(row as usize)), row)).collect();
        order.par_sort_unstable();
        let mut repeated = Vec::new();
        for alike in order.chunk_by(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1) {
            let mut rows: Vec<u32> = alike.iter().map(|(_, row)| *row).collect();
            rows.sort_by(|a, b| self.order(*a, *b).then(a.cmp(b)));
            let same = |a: &u32, b: &u32| self.get(*a as usize) == self.get(*b as usize);
            rows.chunk_by(same).for_each(|run| repeated.extend_from_slice(&run[1..]));
        }
        repeated.sort_unstable();
        repeated
    }

    /// Shorter names first, so that numbers are in their order.
    fn order(&self, a: u32, b: u32) -> Ordering {
        let (a, b) = (self.get(a as usize), self.get(b as usize));
        a.len().cmp(&b.len()).then_with(|| a.cmp(b))
    }
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
