//! The sums of marks, of some tallies: one number for each class and mark.
//!
//! Whole weights of patterns that know most classes are summed up eight marks at a time: each pattern is a row of bytes, all ones where it has
//! a mark, and the sums are bytes too until one of them could overflow. Eight bytes are one word, whose addition carries nothing from byte to
//! byte.

use super::pattern::{MARKS, Mark, Patterns};
use crate::score::lens::tally::{Confusion, Tally};

/// One in each byte of a word.
const EACH: u64 = 0x0101_0101_0101_0101;

/// The patterns as rows of bytes, one a class and mark.
#[derive(Clone, Debug)]
pub(super) struct Bytes {
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
        let width = (MARKS * classes).div_ceil(8);
        let mut rows = vec![0; width * patterns.len()];
        for (row, marks) in rows.chunks_exact_mut(width.max(1)).zip(patterns.iter()) {
            marks.iter().for_each(|mark| row[*mark as usize / 8] |= 0xff << (mark % 8 * 8));
        }
        Some(Self { width, rows })
    }
}

/// The sums of some tallies.
pub(super) struct Sums<'b> {
    /// So many of each tally, at the places that marks say.
    marks: usize,
    sums: Vec<f64>,
    bytes: Option<Pending<'b>>,
}

/// What is not yet in the sums.
struct Pending<'b> {
    of: &'b Bytes,
    words: Vec<u64>,
    /// How much more weight the bytes of each tally hold.
    room: Vec<u8>,
}

impl<'b> Sums<'b> {
    /// Empty sums.
    pub(super) fn new(tallies: usize, classes: usize, bytes: Option<&'b Bytes>) -> Self {
        let marks = MARKS * classes;
        let pending = |of: &'b Bytes| Pending { of, words: vec![0; of.width * tallies], room: vec![u8::MAX; tallies] };
        Self { marks, sums: vec![0.0; marks * tallies], bytes: bytes.map(pending) }
    }

    /// Adds items of a pattern to a tally.
    #[inline]
    pub(super) fn add(&mut self, pattern: usize, patterns: &Patterns, weight: f64, tally: usize) {
        let sums = &mut self.sums[tally * self.marks..][..self.marks];
        let few = weight as u8;
        match &mut self.bytes {
            Some(pending) if f64::from(few) == weight => pending.add(pattern, few, tally, sums),
            _ => patterns.of(pattern).iter().for_each(|mark| sums[*mark as usize] += weight),
        }
    }

    /// Hands the sums over.
    pub(super) fn finish(mut self, tallies: &mut [Tally]) {
        for (tally, (sums, of)) in self.sums.chunks_exact_mut(self.marks.max(1)).zip(tallies).enumerate() {
            if let Some(pending) = &mut self.bytes {
                pending.empty(tally, sums);
            }
            for (cell, marks) in of.cells.iter_mut().zip(sums.chunks_exact(MARKS)) {
                let of = |mark: Mark| marks[mark as usize];
                *cell = Confusion {
                    true_positive: of(Mark::TruePositive),
                    false_positive: of(Mark::FalsePositive),
                    false_negative: of(Mark::FalseNegative),
                    true_negative: of(Mark::TrueNegative),
                };
            }
        }
    }
}

impl Pending<'_> {
    fn add(&mut self, pattern: usize, weight: u8, tally: usize, sums: &mut [f64]) {
        if self.room[tally] < weight {
            self.empty(tally, sums);
        }
        self.room[tally] -= weight;
        let (width, weight) = (self.of.width, EACH * u64::from(weight));
        let row = &self.of.rows[pattern * width..][..width];
        self.words[tally * width..][..width].iter_mut().zip(row).for_each(|(word, mask)| *word += mask & weight);
    }

    fn empty(&mut self, tally: usize, sums: &mut [f64]) {
        let words = &mut self.words[tally * self.of.width..][..self.of.width];
        let bytes = words.iter().flat_map(|word| word.to_le_bytes());
        sums.iter_mut().zip(bytes).for_each(|(sum, byte)| *sum += f64::from(byte));
        words.fill(0);
        self.room[tally] = u8::MAX;
    }
}
