//! What is rejected: counted by reasons, and kept with its place where that helps somebody.
//!
//! A table may have more rows that are refused than memory has room for, so that none is kept beyond what anybody reads.

use std::collections::HashSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::printable::printable;
use super::reason::Reasons;

/// A row or file that is not an item, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// The file, below the root.
    pub what: String,
    /// Its line, or its row where it has no lines.
    pub line: Option<u64>,
    /// Why.
    pub reason: String,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "`{}` {line}: {}", printable(&self.what), printable(&self.reason)),
            None => write!(f, "`{}`: {}", printable(&self.what), printable(&self.reason)),
        }
    }
}

/// Rejections that are kept, whatever their reasons.
const LISTED: usize = 10_000;
/// Of each reason, so many are kept after these.
const EXAMPLES: u64 = 10;

/// Rejections, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Rejections {
    listed: Vec<Rejected>,
    reasons: Reasons,
    count: u64,
}

impl Rejections {
    /// None yet, of items with columns of these names.
    pub(super) fn speaking_of(names: HashSet<String>) -> Self {
        Self { reasons: Reasons::speaking_of(names), ..Self::default() }
    }

    /// Counts one more.
    pub(super) fn push(&mut self, rejected: Rejected) {
        let alike = self.reasons.add(&rejected.reason);
        self.count += 1;
        if self.listed.len() < LISTED || alike <= EXAMPLES {
            self.listed.push(rejected);
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Those that are kept.
    pub(super) fn listed(&self) -> &[Rejected] {
        &self.listed
    }

    /// Those that are kept, and how many there are for which reason, the most frequent first.
    pub(super) fn into_parts(self) -> (Vec<Rejected>, Vec<(String, u64)>) {
        (self.listed, self.reasons.counted())
    }
}

impl Extend<Rejected> for Rejections {
    fn extend<I: IntoIterator<Item = Rejected>>(&mut self, more: I) {
        more.into_iter().for_each(|rejected| self.push(rejected));
    }
}
