//! One item of a mock: what is said of it, and what can be seen.

use std::collections::BTreeMap;

use super::scene::Scene;

/// The cell that holds an item's id; no column can be called so.
pub(super) const ID: &str = "\0id";

/// One item of a mock.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) number: u64,
    /// The number of its row in the file that it is written to.
    pub(super) row: u64,
    /// Cells by column, as the card names them.
    pub(super) cells: BTreeMap<String, String>,
    /// The split that it is in, where tables make the splits.
    pub(super) split: Option<String>,
    /// The classes that are present, absent, and the rest unknown; as codes.
    pub(super) labels: Vec<(String, bool)>,
    /// The classes that are said to be there, by number: those that can be seen, but for noise.
    pub(super) said: Vec<u32>,
    pub(super) scene: Scene,
}
