//! Whole weights of many marks, summed up eight classes at a time: each pattern is a row of bytes, all ones where it has a mark, and the sums
//! are bytes too until one of them could overflow. Eight bytes are one word, whose addition carries nothing from byte to byte.

use super::pattern::{Mark, Patterns};
use crate::score::lens::tally::{Confusion, Tally};

/// One in each byte of a word.
const EACH: u64 = 0x0101_0101_0101_0101;

/// The patterns as rows of bytes: for each kind of mark one byte a class.
#[derive(Clone, Debug)]
pub(super) struct Bytes {
    classes: usize,
    /// Words of a row.
    width: usize,
    rows: Vec<u64>,
}

impl Bytes {
    /// Of patterns that know most of the classes; `None` where lists are shorter.
    pub(super) fn new(patterns: &Patterns, classes: usize) -> Option<Self> {
        if 2 * patterns.marks() < classes * patterns.len() {
            return None;
        }
        let width = (Mark::ALL.len() * classes).div_ceil(8).max(1);
        let mut rows = vec![0; width * patterns.len()];
        for (row, marks) in rows.chunks_exact_mut(width).zip(patterns.iter()) {
            for (class, mark) in marks.iter().map(|code| Mark::read(*code)) {
                let (word, shift) = place(mark, class, classes);
                row[word] |= 0xff << shift;
            }
        }
        Some(Self { classes, width, rows })
    }

    /// Empty sums of so many tallies.
    pub(super) fn sums(&self, tallies: usize) -> Sums<'_> {
        Sums { of: self, sums: vec![0; self.width * tallies], room: vec![u8::MAX; tallies] }
    }
}

/// The word of a mark in a row, and where in it.
fn place(mark: Mark, class: usize, classes: usize) -> (usize, usize) {
    let byte = mark as usize * classes + class;
    (byte / 8, byte % 8 * 8)
}

/// The sums of some tallies.
pub(super) struct Sums<'b> {
    of: &'b Bytes,
    sums: Vec<u64>,
    /// How much more weight the bytes of each hold.
    room: Vec<u8>,
}

impl Sums<'_> {
    /// Adds items of a pattern to a tally.
    #[inline]
    pub(super) fn add(&mut self, pattern: usize, weight: u8, place: usize, tallies: &mut [Tally]) {
        if self.room[place] < weight {
            self.empty(place, &mut tallies[place].cells);
        }
        self.room[place] -= weight;
        let (width, weight) = (self.of.width, EACH * u64::from(weight));
        let row = &self.of.rows[pattern * width..][..width];
        self.sums[place * width..][..width].iter_mut().zip(row).for_each(|(sum, mask)| *sum += mask & weight);
    }

    /// Hands all that is left over to the tallies.
    pub(super) fn finish(mut self, tallies: &mut [Tally]) {
        (0..self.room.len()).for_each(|place| self.empty(place, &mut tallies[place].cells));
    }

    fn empty(&mut self, place: usize, cells: &mut [Confusion]) {
        let (classes, width) = (self.of.classes, self.of.width);
        let sums = &mut self.sums[place * width..][..width];
        for (class, cell) in cells.iter_mut().enumerate() {
            let sum = |mark: Mark| {
                let (word, shift) = self::place(mark, class, classes);
                f64::from((sums[word] >> shift) as u8)
            };
            cell.true_positive += sum(Mark::TruePositive);
            cell.false_positive += sum(Mark::FalsePositive);
            cell.false_negative += sum(Mark::FalseNegative);
            cell.true_negative += sum(Mark::TrueNegative);
        }
        sums.fill(0);
        self.room[place] = u8::MAX;
    }
}
