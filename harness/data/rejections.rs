//! What is rejected: counted by reasons, and kept with its place where that helps somebody.
//!
//! A table may have more rows that are refused than memory has room for, so that none is kept beyond what anybody reads.

use indexmap::IndexMap;

use super::dataset::Rejected;

/// Rejections that are kept, whatever their reasons.
const LISTED: usize = 10_000;
/// Of each reason, so many are kept after these.
const EXAMPLES: u64 = 10;
/// Reasons that are told apart.
const REASONS: usize = 1000;
/// What all others count as.
const OTHERS: &str = "other reasons";

/// Rejections, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Rejections {
    listed: Vec<Rejected>,
    reasons: IndexMap<String, u64>,
    count: u64,
}

impl Rejections {
    /// Counts one more.
    pub(super) fn push(&mut self, rejected: Rejected) {
        let kind = rejected.kind();
        let known = self.reasons.len() < REASONS || self.reasons.contains_key(&kind);
        let count = self.reasons.entry(if known { kind } else { OTHERS.to_owned() }).or_default();
        *count += 1;
        self.count += 1;
        if self.listed.len() < LISTED || *count <= EXAMPLES {
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
    pub(super) fn into_parts(mut self) -> (Vec<Rejected>, Vec<(String, u64)>) {
        self.reasons.sort_by(|_, a, _, b| b.cmp(a));
        (self.listed, self.reasons.into_iter().collect())
    }
}

impl Extend<Rejected> for Rejections {
    fn extend<I: IntoIterator<Item = Rejected>>(&mut self, more: I) {
        more.into_iter().for_each(|rejected| self.push(rejected));
    }
}
