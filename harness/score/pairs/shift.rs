//! How far a probability moves between the two images of a pair.

use crate::score::lens::tally::Tally;

/// The shift of every pair. Pairs of equal shifts are one pattern.
#[derive(Clone, Debug)]
pub struct Shifts {
    /// The pattern of each pair.
    pub of_row: Vec<u32>,
    /// Rising, and distinct.
    values: Vec<f64>,
}

impl Shifts {
    /// Numbers the shifts in their own order, so that the numbers do not depend on the order of rows.
    pub fn new(shifts: &[f64]) -> Self {
        // Adding 0 makes -0 and 0, which are equal, equal in their bits too.
        let mut values: Vec<f64> = shifts.iter().map(|shift| shift + 0.0).collect();
        values.sort_unstable_by(f64::total_cmp);
        values.dedup_by(|a, b| a.total_cmp(b).is_eq());
        let place = |shift: &f64| values.partition_point(|value| value.total_cmp(&(shift + 0.0)).is_lt()) as u32;
        Self { of_row: shifts.iter().map(place).collect(), values }
    }

    /// A tally of the right size.
    pub fn tally(&self) -> Tally {
        Tally::default()
    }

    /// Adds pairs of one pattern.
    pub fn add(&self, pattern: u32, weight: f64, tally: &mut Tally) {
        let shift = self.values[pattern as usize];
        tally.items += weight;
        tally.shift.signed += weight * shift;
        tally.shift.absolute += weight * shift.abs();
    }
}
