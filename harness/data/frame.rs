//! The columns that every room speaks of: what is true of an item, and which groups it belongs to.

use serde::{Deserialize, Serialize};

pub use crate::spec::card::Provenance;

/// A level as it is called: `1.0` is `1`, as a column of whole numbers with gaps in it is often written.
pub(crate) fn whole(level: &str) -> &str {
    level.strip_suffix(".0").filter(|whole| whole.parse::<i64>().is_ok()).unwrap_or(level)
}

/// What is known to be true of each item, as indices into a list of classes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Targets {
    /// One class an item; `None` where it is not known.
    Single(Vec<Option<u32>>),
    /// Tri-state labels: the classes known to be present, those known to be absent; every other one is unknown.
    Multi {
        /// Sorted, without repetition.
        present: Vec<Vec<u32>>,
        /// Sorted, without repetition, disjoint from `present`.
        absent: Vec<Vec<u32>>,
    },
}

impl Targets {
    /// Targets of items about which nothing is known.
    pub fn unknown(items: usize) -> Self {
        Self::Multi { present: vec![Vec::new(); items], absent: vec![Vec::new(); items] }
    }

    /// Whether nothing is known of any item.
    pub fn are_unknown(&self) -> bool {
        match self {
            Self::Single(targets) => targets.iter().all(Option::is_none),
            Self::Multi { present, absent } => present.iter().chain(absent).all(Vec::is_empty),
        }
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Single(targets) => targets.len(),
            Self::Multi { present, .. } => present.len(),
        }
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes nothing known of an item.
    pub fn forget(&mut self, row: usize) {
        match self {
            Self::Single(targets) => targets[row] = None,
            Self::Multi { present, absent } => {
                present[row].clear();
                absent[row].clear();
            }
        }
    }

    /// The targets of some items, in that order.
    #[must_use]
    pub fn take(&self, rows: &[u32]) -> Self {
        match self {
            Self::Single(targets) => Self::Single(rows.iter().map(|row| targets[*row as usize]).collect()),
            Self::Multi { present, absent } => Self::Multi {
                present: rows.iter().map(|row| present[*row as usize].clone()).collect(),
                absent: rows.iter().map(|row| absent[*row as usize].clone()).collect(),
            },
        }
    }
}

/// A categorical column: a demographic field, a subject, an annotator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Factor {
    /// The names of the levels, in the order in which they are shown.
    pub levels: Vec<String>,
    /// The level of each item; `None` where it is missing.
    pub codes: Vec<Option<u32>>,
}

impl Factor {
    /// The level names of each item turned into codes; levels are sorted by name.
    pub fn of(names: &[Option<String>]) -> Self {
        let mut levels: Vec<String> = names.iter().flatten().cloned().collect();
        levels.sort_unstable();
        levels.dedup();
        let codes =
            names.iter().map(|name| name.as_ref().and_then(|name| levels.binary_search(name).ok()).map(|code| code as u32)).collect();
        Self { levels, codes }
    }

    /// The codes of some items, in that order; the levels stay.
    #[must_use]
    pub fn take(&self, rows: &[u32]) -> Self {
        Self { levels: self.levels.clone(), codes: rows.iter().map(|row| self.codes[*row as usize]).collect() }
    }

    /// The level's name of an item.
    pub fn level(&self, row: usize) -> Option<&str> {
        self.codes.get(row).copied().flatten().map(|code| self.levels[code as usize].as_str())
    }
}
