//! What rules are fitted to: items with scores and known labels.

/// An item and one of its known labels.
#[derive(Clone, Copy, Debug)]
pub struct Labelled {
    /// The item.
    pub row: u32,
    /// Its score for the class.
    pub score: f64,
    /// The class.
    pub class: usize,
    /// Whether the item is of it.
    pub positive: bool,
    /// How much it counts.
    pub weight: f64,
}

/// What to do where a rate has nothing to be a share of.
pub(super) const BOTH: &str = "take a split with positives and negatives in every group, or coarser groups";

/// A group and what it has: `race=Black (0 positives, 30 negatives)`.
pub(super) fn counted(group: &str, items: &[Labelled]) -> String {
    let positives = items.iter().filter(|item| item.positive).count();
    format!("{group} ({positives} positives, {} negatives)", items.len() - positives)
}

/// The number between two scores; one of them, where there is none between.
pub(super) fn halfway(above: f64, below: f64) -> f64 {
    let cut = below + (above - below) / 2.0;
    if cut > below && cut.is_finite() { cut } else { above }
}
