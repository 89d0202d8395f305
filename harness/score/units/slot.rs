//! Rows that are drawn together, before they are units.

use std::cmp::Ordering;

/// Rows of one group, pattern and weight that are drawn together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slot {
    /// The group, or `OUTSIDE`.
    pub group: u32,
    /// The pattern.
    pub pattern: u32,
    /// Summed weight of the rows.
    pub amount: f64,
    /// Number of the rows.
    pub rows: u32,
}

/// Units of one slot that are equal.
#[derive(Clone, Copy)]
pub(super) struct Single {
    pub(super) slot: Slot,
    pub(super) copies: u64,
}

/// A unit before it is put in order: its slots, and how many equal ones there are.
pub(super) struct Loose {
    pub(super) slots: Vec<Slot>,
    pub(super) copies: u64,
}

impl Loose {
    /// The groups that it touches, in order.
    pub(super) fn groups(&self) -> impl Iterator<Item = u32> {
        self.slots.chunk_by(|a, b| a.group == b.group).map(|run| run[0].group)
    }

    /// Orders units by content; `rank` is what it sees of their groups.
    pub(super) fn compare(&self, other: &Self, rank: impl Fn(&Slot) -> u32) -> Ordering {
        let (a, b) = (&self.slots, &other.slots);
        let key = |slot: &Slot| (rank(slot), slot.pattern, slot.rows);
        let slot = |(a, b): (&Slot, &Slot)| key(a).cmp(&key(b)).then_with(|| a.amount.total_cmp(&b.amount));
        a.iter().zip(b).map(slot).find(|order| order.is_ne()).unwrap_or_else(|| a.len().cmp(&b.len()))
    }

    /// Makes copies of neighbours that are equal.
    pub(super) fn merge(loose: &mut Vec<Self>, equal: impl Fn(&Self, &Self) -> bool) {
        loose.dedup_by(|next, kept| {
            let same = equal(next, kept);
            if same {
                kept.copies += next.copies;
            }
            same
        });
    }
}
