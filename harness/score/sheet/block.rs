//! Where a sheet's numbers lie, and how they vary.

use crate::score::Value;

/// Where the numbers of a metric lie among those of a draw: part by part, group by group (for a reduction, after the groups all items of
/// each panel), class by class. Several reductions of one metric read the same block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    pub(super) start: usize,
    pub(super) parts: usize,
    pub(super) groups: usize,
    pub(super) classes: usize,
}

impl Block {
    pub(super) fn at(&self, part: usize, group: usize, class: usize) -> usize {
        self.start + (part * self.groups + group) * self.classes + class
    }

    pub(super) fn len(&self) -> usize {
        self.parts * self.groups * self.classes
    }
}

/// Each block once, with the first metric whose numbers it holds; blocks come in the order of these.
pub(super) fn distinct(blocks: &[Block]) -> impl Iterator<Item = (usize, &Block)> {
    let mut end = 0;
    blocks.iter().enumerate().filter(move |(_, block)| {
        let is_new = block.start >= end;
        end = end.max(block.start + block.len());
        is_new
    })
}

/// The groups of each panel, as reductions go through them.
pub(super) struct Roster {
    /// Their places, panel by panel, in an order that knows no names.
    pub(super) groups: Vec<Vec<usize>>,
    /// Weight of the items of each group.
    pub(super) sizes: Vec<f64>,
}

/// Every number of a group, with its interval and how it varies.
pub(super) struct Drawn {
    pub(super) blocks: Vec<Block>,
    pub(super) values: Vec<Value>,
    pub(super) intervals: Vec<Option<(f64, f64)>>,
    /// How many units each number rests on, of what the smallest part of it is of.
    pub(super) units: Vec<f64>,
    /// Draw by draw.
    pub(super) resampled: Vec<Vec<f64>>,
    /// The same of distances where there is none, draw by draw; empty where no number is such a distance.
    pub(super) chance: Vec<Vec<f64>>,
    /// The numbers of groups that are the same in every draw, such as a share that is perfect, and how they may vary as their intervals say.
    pub(super) still: Vec<(usize, Vec<f64>)>,
    /// The seed of errors that no draw shows.
    pub(super) seed: u64,
    pub(super) items: f64,
    pub(super) roster: Roster,
    pub(super) related: bool,
    /// Whether items are pairs that are drawn by their subjects.
    pub(super) of_pairs: bool,
    /// The groups' places in an order that knows no names.
    pub(super) ranks: Vec<u32>,
}

impl Drawn {
    pub(super) fn replicates(&self, index: usize) -> Vec<f64> {
        self.resampled.iter().map(|replicate| replicate[index]).collect()
    }

    /// Whether most draws have numbers: those have none in which a rule cannot be found.
    pub(super) fn tells(&self) -> bool {
        let with_numbers = self.resampled.iter().filter(|draw| draw.iter().any(|number| !number.is_nan())).count();
        2 * with_numbers >= self.resampled.len()
    }

    /// A group's place in an order that knows no names; all items together come after the groups.
    pub(super) fn rank(&self, group: usize) -> u32 {
        self.ranks.get(group).copied().unwrap_or(u32::MAX)
    }
}
