//! Who is shown: the people of a mock, and the splits that these are in.

use crate::data::random::uniform;
use crate::spec::card::Card;

/// Items that show the same person.
pub(super) const PER_SUBJECT: u64 = 4;

/// The columns that say who is shown.
pub(super) fn whose_columns<'c>(card: &'c Card, subject: &'c str) -> Vec<&'c str> {
    card.whose.as_ref().map_or_else(|| vec![subject], |whose| whose.columns().collect())
}

/// The levels that an item may have, with what they weigh.
pub(super) type Weighed = Vec<(String, f64)>;

/// Which of some levels a lot from [0, 1) falls on.
pub(super) fn choose(weighed: &Weighed, at: f64) -> usize {
    let total: f64 = weighed.iter().map(|(_, weight)| weight).sum();
    let mut left = at * total;
    weighed
        .iter()
        .position(|(_, weight)| {
            left -= weight;
            left < 0.0
        })
        .unwrap_or(weighed.len().saturating_sub(1))
}

/// The splits of a mock: most items are in the first, the others share the rest.
pub(super) fn in_split(names: &[String], seed: u64, unit: u64) -> Option<String> {
    let weighed: Weighed = names.iter().enumerate().map(|(at, name)| (name.clone(), if at == 0 { 2.0 } else { 1.0 })).collect();
    (!weighed.is_empty()).then(|| weighed[choose(&weighed, uniform(seed, "mock split", 0, &unit.to_string()))].0.clone())
}
