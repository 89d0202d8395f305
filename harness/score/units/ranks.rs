//! Groups in an order that knows neither names nor rows.

use std::cell::LazyCell;
use std::cmp::Ordering;

use super::slot::Single;
use crate::score::OUTSIDE;
use crate::score::predictions::ids::{Ids, order};

/// The places of groups in an order that does not know their names; last that of no group.
#[derive(Clone, Debug)]
pub(super) struct Ranks(Vec<u32>);

impl Ranks {
    /// Orders groups by what is in them, and those of equal content by their least id; `rows` holds the group of each row.
    pub(super) fn new(singles: &[Single], rows: &[u32], ids: &Ids) -> Self {
        let chunks = || singles.chunk_by(|a, b| a.slot.group == b.slot.group).filter(|chunk| chunk[0].slot.group != OUTSIDE);
        let groups = chunks().next_back().map_or(0, |chunk| chunk[0].slot.group + 1);
        let mut contents: Vec<&[Single]> = vec![&[]; groups as usize];
        chunks().for_each(|chunk| contents[chunk[0].slot.group as usize] = chunk);
        // Few groups have the same content, and none but those need names.
        let least = LazyCell::new(|| {
            let mut least: Vec<Option<&str>> = vec![None; groups as usize];
            for (row, group) in rows.iter().enumerate() {
                let Some(least) = least.get_mut(*group as usize) else { continue };
                let id = ids.get(row);
                if least.is_none_or(|least| order(id, least) == Ordering::Less) {
                    *least = Some(id);
                }
            }
            least
        });
        let mut ordered: Vec<u32> = (0..groups).collect();
        let content = |group: u32| {
            let content = contents[group as usize];
            let keys = content.iter().map(|single| (single.slot.pattern, single.slot.amount.to_bits(), single.copies));
            // Groups without items come last, so that they take no other group's place.
            (content.is_empty(), keys)
        };
        ordered.sort_by(|a, b| {
            let ((no_a, a_holds), (no_b, b_holds)) = (content(*a), content(*b));
            no_a.cmp(&no_b)
                .then_with(|| a_holds.cmp(b_holds))
                .then_with(|| least[*a as usize].zip(least[*b as usize]).map_or(Ordering::Equal, |(a, b)| order(a, b)))
        });
        let mut ranks = vec![0; groups as usize];
        ordered.into_iter().zip(0..).for_each(|(group, rank)| ranks[group as usize] = rank);
        Self(ranks)
    }

    /// The place of a group.
    pub(super) fn of(&self, group: u32) -> u32 {
        self.0.get(group as usize).copied().unwrap_or(OUTSIDE)
    }
}
