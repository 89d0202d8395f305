//! One number of every item: how far a probability moves between the two images of a pair, or what is decided about an item lies from what
//! is decided about its nearest ones.

use crate::score::OUTSIDE;
use crate::score::lens::tally::Tally;

/// The number of every item. Items of equal numbers are one pattern.
#[derive(Clone, Debug)]
pub struct Numbers {
    /// The pattern of each item; the largest number for those that do not count.
    pub of_row: Vec<u32>,
    /// Rising, and distinct; `None` of items that count and have none.
    values: Vec<Option<f64>>,
}

impl Numbers {
    /// Numbers the numbers in their own order, so that patterns do not depend on the order of rows. An item without one does not count.
    pub fn new(numbers: &[Option<f64>]) -> Self {
        // Adding 0 makes -0 and 0, which are equal, equal in their bits too.
        let mut values: Vec<f64> = numbers.iter().flatten().map(|number| number + 0.0).collect();
        values.sort_unstable_by(f64::total_cmp);
        values.dedup_by(|a, b| a.total_cmp(b).is_eq());
        let place = |number: f64| values.partition_point(|value| value.total_cmp(&(number + 0.0)).is_lt()) as u32;
        let of_row = numbers.iter().map(|number| number.map_or(OUTSIDE, place)).collect();
        Self { of_row, values: values.into_iter().map(Some).collect() }
    }

    /// Of items none of which has a number; `counts` says which count all the same.
    pub fn unknown(counts: impl Iterator<Item = bool>) -> Self {
        Self { of_row: counts.map(|counts| if counts { 0 } else { OUTSIDE }).collect(), values: vec![None] }
    }

    /// Every number of so many equal steps from 0 to below 1, each a pattern; of no item.
    pub fn every(steps: usize) -> Self {
        Self { of_row: Vec::new(), values: (0..steps).map(|step| Some(step as f64 / steps as f64)).collect() }
    }

    /// The numbers of two sides: the patterns of the second come after those of the first.
    #[must_use]
    pub fn beside(&self, other: &Self) -> Self {
        Self { of_row: self.of_row.clone(), values: [self.values.as_slice(), &other.values].concat() }
    }

    /// How many distinct numbers there are.
    pub fn patterns(&self) -> usize {
        self.values.len()
    }

    /// A tally of the right size.
    pub fn tally(&self) -> Tally {
        Tally::default()
    }

    /// Adds items of one pattern.
    pub fn add(&self, pattern: u32, weight: f64, tally: &mut Tally) {
        tally.items += weight;
        if let Some(number) = self.values[pattern as usize] {
            tally.number.weight += weight;
            tally.number.signed += weight * number;
            tally.number.absolute += weight * number.abs();
        }
    }
}
