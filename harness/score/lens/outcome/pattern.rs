//! Distinct outcomes, one after the other in memory.

use rayon::prelude::*;

use crate::score::OUTSIDE;

/// How many marks a class may have.
pub(super) const MARKS: usize = 4;

/// What a class is to an item that it is known of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    TruePositive,
    FalsePositive,
    FalseNegative,
    TrueNegative,
}

impl Mark {
    pub(super) const ALL: [Self; MARKS] = [Self::TruePositive, Self::FalsePositive, Self::FalseNegative, Self::TrueNegative];

    /// A class and what it is, as one number.
    pub(super) fn of(self, class: u32) -> u32 {
        class << 2 | self as u32
    }

    /// Both again.
    pub(super) fn read(code: u32) -> (usize, Self) {
        ((code >> 2) as usize, Self::ALL[(code & 3) as usize])
    }
}

/// Lists of marks: those of all rows, or of the distinct ones alone.
#[derive(Clone, Debug, Default)]
pub(super) struct Patterns {
    marks: Vec<u32>,
    ends: Vec<usize>,
}

impl Patterns {
    /// Appends a list.
    pub(super) fn push(&mut self, marks: impl IntoIterator<Item = u32>) {
        self.marks.extend(marks);
        self.ends.push(self.marks.len());
    }

    /// How many lists there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// How many marks all lists have.
    pub(super) fn marks(&self) -> usize {
        self.marks.len()
    }

    /// The marks of one.
    pub(super) fn of(&self, pattern: usize) -> &[u32] {
        let start = pattern.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.marks[start..self.ends[pattern]]
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u32]> {
        (0..self.len()).map(|pattern| self.of(pattern))
    }

    /// Whether a list has one of some marks.
    pub(super) fn has(marks: &[u32], wanted: &[Mark]) -> bool {
        marks.iter().any(|code| wanted.contains(&Mark::read(*code).1))
    }

    /// How many of each mark a list has, in the order of [`Mark::ALL`].
    pub(super) fn counts(marks: &[u32]) -> [u32; MARKS] {
        let mut counts = [0; MARKS];
        marks.iter().for_each(|code| counts[(code & 3) as usize] += 1);
        counts
    }

    /// Those of another after these.
    pub(super) fn chain(mut self, other: &Self) -> Self {
        other.iter().for_each(|marks| self.push(marks.iter().copied()));
        self
    }

    /// The distinct ones in an order of their own, so that it does not depend on that of rows; and the place of each row among them. A list
    /// without marks is outside.
    pub(super) fn distinct(&self) -> (Vec<u32>, Self) {
        let mut order: Vec<u32> = (0..self.len() as u32).filter(|row| !self.of(*row as usize).is_empty()).collect();
        order.par_sort_unstable_by(|a, b| self.of(*a as usize).cmp(self.of(*b as usize)));
        let (mut of_row, mut distinct) = (vec![OUTSIDE; self.len()], Self::default());
        for run in order.chunk_by(|a, b| self.of(*a as usize) == self.of(*b as usize)) {
            run.iter().for_each(|row| of_row[*row as usize] = distinct.len() as u32);
            distinct.push(self.of(run[0] as usize).iter().copied());
        }
        (of_row, distinct)
    }
}
