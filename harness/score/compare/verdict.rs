//! Whether two numbers count as equal.

use serde::{Deserialize, Serialize};

use crate::score::interval::excludes_zero;

/// Whether two numbers count as equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The interval of level 1 − 2 α lies within the margin: two one-sided tests of level α (Schuirmann 1987).
    Equivalent,
    /// Not equivalent, and the interval of level 1 − α leaves 0 out.
    Different,
    /// Neither.
    Inconclusive,
}

impl Verdict {
    /// The word in results.
    pub fn word(self) -> &'static str {
        match self {
            Self::Equivalent => "equivalent",
            Self::Different => "different",
            Self::Inconclusive => "inconclusive",
        }
    }

    /// From the intervals of level 1 − α and 1 − 2 α.
    pub fn of(wide: (f64, f64), narrow: (f64, f64), within: f64) -> Self {
        if -within < narrow.0 && narrow.1 < within {
            Self::Equivalent
        } else if excludes_zero(wide) {
            Self::Different
        } else {
            Self::Inconclusive
        }
    }
}
