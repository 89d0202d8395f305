//! What is drawn together when items are resampled.

use crate::score::ScoreError;
use crate::score::predictions::Predictions;
use crate::spec::uncertainty::{Cluster, Uncertainty};

/// The clusters of every item.
#[derive(Clone, Debug)]
pub enum Clusters {
    /// The one that it is in.
    One(Vec<u32>),
    /// Those of the two images that it is a pair of; the same one twice for a pair within a cluster.
    Two(Vec<u32>, Vec<u32>),
}

impl Clusters {
    /// The cluster of each row, if `uncertainty` clusters them; a row without one is a cluster of its own.
    pub(in crate::score) fn codes(predictions: &Predictions, uncertainty: &Uncertainty) -> Result<Option<Vec<u32>>, ScoreError> {
        let factor = match uncertainty.cluster() {
            Cluster::Items => None,
            Cluster::Subject => predictions.subject(),
            Cluster::Field(name) => {
                Some(predictions.fields().get(&name.value).ok_or_else(|| ScoreError::Cluster { field: name.value.clone() })?)
            }
        };
        Ok(factor.map(|factor| {
            let alone = factor.levels.len() as u32..;
            factor.codes.iter().zip(alone).map(|(code, alone)| code.unwrap_or(alone)).collect()
        }))
    }

    /// The clusters that a row is in.
    pub fn of(&self, row: usize) -> impl Iterator<Item = u32> {
        match self {
            Self::One(clusters) => [Some(clusters[row]), None],
            Self::Two(first, second) => [Some(first[row]), Some(second[row]).filter(|other| *other != first[row])],
        }
        .into_iter()
        .flatten()
    }
}
