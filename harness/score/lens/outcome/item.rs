//! What items with several labels have by themselves: few distinct numbers, however many patterns there are.

use std::collections::HashMap;

use super::pattern::Patterns;
use crate::score::lens::tally::Samples;

/// The own numbers of the items of each pattern.
#[derive(Clone, Debug)]
pub(super) struct Items {
    kind: Vec<u32>,
    kinds: Vec<Samples>,
}

impl Items {
    /// Of patterns; in an item's F score recall counts `beta` times as much as precision.
    pub(super) fn new(patterns: &Patterns, beta: f64) -> Self {
        let (mut seen, mut kinds) = (HashMap::new(), Vec::new());
        let kind = |marks| {
            let [hits, false_hits, misses, _] = Patterns::counts(marks);
            *seen.entry([hits, false_hits, misses]).or_insert_with_key(|counts| {
                kinds.push(samples(*counts, beta));
                kinds.len() as u32 - 1
            })
        };
        Self { kind: patterns.iter().map(kind).collect(), kinds }
    }

    /// Those of another after these.
    pub(super) fn chain(&self, other: &Self) -> Self {
        let first = self.kinds.len() as u32;
        Self {
            kind: self.kind.iter().copied().chain(other.kind.iter().map(|kind| first + kind)).collect(),
            kinds: [self.kinds.as_slice(), &other.kinds].concat(),
        }
    }

    /// The numbers of one.
    pub(super) fn of(&self, pattern: usize) -> &Samples {
        &self.kinds[self.kind[pattern] as usize]
    }
}

fn samples(counts: [u32; 3], beta: f64) -> Samples {
    let [hits, false_hits, misses] = counts.map(f64::from);
    let mut samples = Samples { items: 1.0, ..Samples::default() };
    let share = |numerator: f64, denominator: f64| (denominator > 0.0).then(|| numerator / denominator);
    samples.recall.add(share(hits, hits + misses), 1.0);
    samples.precision.add(share(hits, hits + false_hits), 1.0);
    samples.f1.add(share(2.0 * hits, 2.0 * hits + false_hits + misses), 1.0);
    let recall = beta * beta;
    samples.fbeta.add(share((1.0 + recall) * hits, (1.0 + recall) * hits + recall * misses + false_hits), 1.0);
    samples.jaccard.add(share(hits, hits + false_hits + misses), 1.0);
    samples.hit.add(share(hits.min(1.0), (hits + misses).min(1.0)), 1.0);
    samples
}
