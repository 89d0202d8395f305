//! The rows of a split.

use std::sync::Arc;

use crate::data::dataset::Dataset;

/// Some rows of a dataset, in their order.
pub type Rows = Arc<[u32]>;

/// The rows of a split, at most `limit` of them: evenly spaced, so that a limited run still sees every part.
pub fn rows(dataset: &Dataset, split: &str, limit: Option<u32>) -> Option<Rows> {
    dataset.splits.get(split).map(|all| limited(all, limit))
}

/// At most `limit` of some rows.
pub fn limited(all: &[u32], limit: Option<u32>) -> Rows {
    let keep = limit.map_or(all.len(), |limit| (limit as usize).min(all.len()));
    (0..keep).map(|index| all[index * all.len() / keep]).collect()
}
