//! Intervals of what misses and false alarms make together, such as an index of inequality.
//!
//! Where few items hold no mistake of one kind, no resample of them does, however far such a mistake would move the number. But how frequent
//! it may be is known, as of any share.

use crate::score::interval::share;
use crate::score::lens::tally::Confusion;
use crate::spec::uncertainty::Uncertainty;

/// Shares of the items that are wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mistakes {
    /// Positives that are decided to be none.
    pub missed: f64,
    /// Negatives that are decided to be positive.
    pub alarmed: f64,
}

impl Mistakes {
    /// Those of a confusion; `None` without items.
    pub fn of(confusion: &Confusion) -> Option<Self> {
        let items = confusion.total();
        (items > 0.0).then(|| Self { missed: confusion.false_negative / items, alarmed: confusion.false_positive / items })
    }
}

/// Limits of a function of the two shares of so many items: as far as each share's own limits move it, at a right angle to each other
/// (MOVER: Zou and Donner 2008, Statistics in Medicine 27(10)). `None` where the function has no value here.
pub fn interval(of: impl Fn(Mistakes) -> Option<f64>, mistakes: Mistakes, items: f64, uncertainty: &Uncertainty) -> Option<(f64, f64)> {
    let value = of(mistakes)?;
    let ends = |part: f64| <[f64; 2]>::from(share::interval(part * items, items, uncertainty.level(), uncertainty.shares()));
    // What is missed is not falsely alarmed.
    let missed = ends(mistakes.missed).map(|missed| Mistakes { missed: missed.min(1.0 - mistakes.alarmed), ..mistakes });
    let alarmed = ends(mistakes.alarmed).map(|alarmed| Mistakes { alarmed: alarmed.min(1.0 - mistakes.missed), ..mistakes });
    let moves = [missed, alarmed].map(|ends| ends.map(|end| of(end).map_or(0.0, |moved| moved - value)));
    let reach = |sign: f64| moves.iter().map(|ends| (sign * ends[0]).max(sign * ends[1]).max(0.0).powi(2)).sum::<f64>().sqrt();
    Some((value - reach(-1.0), value + reach(1.0)))
}
