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

/// A group and what it has that counts: `race=Black (0 positives, 30 negatives)`.
pub(super) fn counted(group: &str, items: &[Labelled]) -> String {
    let of = |positive: bool| items.iter().filter(|item| item.positive == positive && item.weight > 0.0).count();
    format!("{group} ({} positives, {} negatives)", of(true), of(false))
}

/// By how much numbers may differ from this one that equal it, but for the rounding of sums of weights.
pub(super) fn slack(number: f64) -> f64 {
    1e-12 * number.abs().max(1.0)
}

/// The number between two scores; one of them, where there is none between.
pub(super) fn halfway(above: f64, below: f64) -> f64 {
    let cut = below + (above - below) / 2.0;
    if cut > below && cut.is_finite() { cut } else { above }
}
