//! How many equally weighted units are worth as much as some that are not.

/// The sums of Kish's effective size (1965, Survey Sampling, section 11.7): the square of the sum of weights over the sum of their squares.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::score) struct Kish {
    sum: f64,
    squares: f64,
}

impl Kish {
    /// Takes units of one weight in.
    pub(in crate::score) fn add(&mut self, weight: f64, units: u64) {
        self.sum += weight * units as f64;
        self.squares += weight * weight * units as f64;
    }

    /// The number; 0 of none.
    pub(in crate::score) fn number(self) -> f64 {
        if self.squares > 0.0 { self.sum * self.sum / self.squares } else { 0.0 }
    }
}
