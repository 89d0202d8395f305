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
            Cluster::Subject(_) => predictions.subject(),
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

/// Numbered clusters, some of which are joined.
#[derive(Clone, Debug)]
pub(in crate::score) struct Families {
    /// A cluster that each is joined to, or itself.
    to: Vec<u32>,
}

impl Families {
    /// So many clusters, each a family of its own.
    pub(in crate::score) fn new(clusters: u32) -> Self {
        Self { to: (0..clusters).collect() }
    }

    /// The cluster that stands for a cluster's family.
    pub(in crate::score) fn of(&self, mut cluster: u32) -> u32 {
        while self.to[cluster as usize] != cluster {
            cluster = self.to[cluster as usize];
        }
        cluster
    }

    /// Makes one family of two.
    pub(in crate::score) fn join(&mut self, a: u32, b: u32) {
        let (first, second) = (self.of(a), self.of(b));
        let end = first.min(second);
        // The way of the next is short.
        for cluster in [first, second, a, b] {
            self.to[cluster as usize] = end;
        }
    }
}
