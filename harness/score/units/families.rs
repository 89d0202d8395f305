//! Clusters that are taken as one where something links them.

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
