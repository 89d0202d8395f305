//! The rows that units are made of.

use rayon::prelude::*;

use super::ranks::Ranks;
use super::slot::{Loose, Single, Slot};
use crate::score::OUTSIDE;
use crate::score::units::clusters::Clusters;

/// The rows of a breakdown, as columns of equal length.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// The group of each row; `OUTSIDE` for those that are in none.
    pub groups: &'a [u32],
    /// The pattern of each row; `OUTSIDE` for those that count nowhere.
    pub patterns: &'a [u32],
    /// How much each row counts.
    pub weights: Option<&'a [f64]>,
    /// The clusters of each row.
    pub clusters: Option<&'a Clusters>,
    /// How many items each row stands for, unless it is one.
    pub copies: Option<&'a [u64]>,
}

impl Rows<'_> {
    /// How many items a row stands for.
    pub(super) fn copies(&self, row: usize) -> u64 {
        self.copies.map_or(1, |copies| copies[row])
    }

    /// How much a row counts.
    pub(super) fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[row])
    }

    /// Units of one slot in the order of groups, patterns and weights.
    pub(super) fn singles(&self) -> Vec<Single> {
        let counting = (0..self.patterns.len()).filter(|row| self.patterns[*row] != OUTSIDE);
        let single = |group: u32, pattern: u32, amount: f64, copies: u64| Single { slot: Slot { group, pattern, amount, rows: 1 }, copies };
        let kinds = self.patterns.iter().filter(|pattern| **pattern != OUTSIDE).max().map_or(0, |last| *last as usize + 1);
        let groups = self.groups.iter().filter(|group| **group != OUTSIDE).max().map_or(0, |last| *last as usize + 1);
        let cell =
            |row: usize| if self.groups[row] == OUTSIDE { groups } else { self.groups[row] as usize } * kinds + self.patterns[row] as usize;
        let of_cell = |cell: usize, copies: u64| {
            let group = if cell / kinds == groups { OUTSIDE } else { (cell / kinds) as u32 };
            single(group, (cell % kinds) as u32, 1.0, copies)
        };
        if self.weights.is_none() && (groups + 1) * kinds <= 4 * self.patterns.len() + 1024 {
            let mut copies = vec![0; (groups + 1) * kinds];
            counting.for_each(|row| copies[cell(row)] += self.copies(row));
            return copies.iter().enumerate().filter(|(_, copies)| **copies > 0).map(|(cell, copies)| of_cell(cell, *copies)).collect();
        }
        if self.weights.is_none() && self.copies.is_none() {
            let mut cells: Vec<usize> = counting.map(cell).collect();
            cells.par_sort_unstable();
            return cells.chunk_by(|a, b| a == b).map(|run| of_cell(run[0], run.len() as u64)).collect();
        }
        let mut singles: Vec<Single> =
            counting.map(|row| single(self.groups[row], self.patterns[row], self.weight(row), self.copies(row))).collect();
        let key = |single: &Single| (single.slot.group, single.slot.pattern);
        singles.par_sort_unstable_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.slot.amount.total_cmp(&b.slot.amount)));
        singles.dedup_by(|next, kept| {
            let same = next.slot == kept.slot;
            kept.copies += if same { next.copies } else { 0 };
            same
        });
        singles
    }

    /// The rows of every cluster, put together into slots.
    pub(super) fn clustered(&self, clusters: &[u32], ranks: &Ranks) -> Vec<Loose> {
        let mut order: Vec<usize> = (0..self.patterns.len()).filter(|row| self.patterns[*row] != OUTSIDE).collect();
        let key = |row: &usize| (clusters[*row], ranks.of(self.groups[*row]), self.patterns[*row]);
        order.sort_unstable_by(|a, b| key(a).cmp(&key(b)).then_with(|| self.weight(*a).total_cmp(&self.weight(*b))));
        let slot = |run: &[usize]| Slot {
            group: self.groups[run[0]],
            pattern: self.patterns[run[0]],
            amount: run.iter().map(|row| self.weight(*row) * self.copies(*row) as f64).sum(),
            rows: run.iter().map(|row| self.copies(*row)).sum::<u64>() as u32,
        };
        order
            .chunk_by(|a, b| clusters[*a] == clusters[*b])
            .map(|cluster| Loose { slots: cluster.chunk_by(|a, b| key(a) == key(b)).map(slot).collect(), copies: 1 })
            .collect()
    }
}
