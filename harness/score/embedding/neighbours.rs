//! Each item's nearest ones.

use std::cmp::Ordering;

use rayon::prelude::*;

use super::draw::Draw;
use super::options::Options;
use super::points::{Points, dot};
use crate::score::units::draw::mixed;
use crate::score::value::{Cause, Value, ratio};

/// The nearest other items of every row, nearest first.
#[derive(Clone, Debug)]
pub struct Neighbours {
    nearest: Vec<Vec<u32>>,
}

/// Which of equally near items are the nearest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ties {
    /// Those that come first in the order of the points: by their vectors, then by their ids.
    First,
    /// A lot decides, for each item that looks its own: of vectors that are alike, no group is found more because its ids come first.
    Lot,
}

/// So many rows look at once, so that the vector of each other one is fetched from memory once for all of them.
const TOGETHER: usize = 16;

impl Neighbours {
    /// Looks for the `k` nearest of every point by cosine among all points, out of so many rows.
    pub fn new(points: &Points, rows: usize, k: usize, ties: Ties) -> Self {
        Self::by(points, rows, k, ties, |a, b| dot(points.unit(a), points.unit(b)))
    }

    /// The same by another measure of two rows, which is larger where they are nearer. Every two points are held against each other.
    pub fn by(points: &Points, rows: usize, k: usize, ties: Ties, nearness: impl Fn(u32, u32) -> f64 + Sync) -> Self {
        let (order, places) = (points.order(), points.places(rows));
        let nearest_of = |looking: u32, mut near: Vec<(f64, u32)>| -> (u32, Vec<u32>) {
            let turn = |other: u32| match ties {
                Ties::First => (0, places[other as usize]),
                Ties::Lot => lot(places[looking as usize], places[other as usize]),
            };
            let nearer = |a: &(f64, u32), b: &(f64, u32)| -> Ordering { b.0.total_cmp(&a.0).then_with(|| turn(a.1).cmp(&turn(b.1))) };
            if k < near.len() {
                near.select_nth_unstable_by(k, nearer);
                near.truncate(k);
            }
            near.sort_unstable_by(nearer);
            (looking, near.into_iter().map(|(_, other)| other).collect())
        };
        let look = |looking: &[u32]| -> Vec<(u32, Vec<u32>)> {
            let mut near: Vec<Vec<(f64, u32)>> = looking.iter().map(|_| Vec::with_capacity(order.len())).collect();
            for other in order {
                let others = looking.iter().zip(&mut near).filter(|(row, _)| *row != other);
                others.for_each(|(row, near)| near.push((nearness(*row, *other), *other)));
            }
            looking.iter().zip(near).map(|(row, near)| nearest_of(*row, near)).collect()
        };
        let found: Vec<Vec<(u32, Vec<u32>)>> = order.par_chunks(TOGETHER).map(look).collect();
        let mut nearest = vec![Vec::new(); rows];
        found.into_iter().flatten().for_each(|(row, near)| nearest[row as usize] = near);
        Self { nearest }
    }

    /// Those of one row; fewer than were looked for where there are no more.
    pub fn of(&self, row: usize) -> &[u32] {
        &self.nearest[row]
    }
}

/// The lot of an item for one that looks, by their places in the order of the points, and among equal lots the place.
fn lot(looking: u32, other: u32) -> (u64, u32) {
    (mixed((u64::from(looking) << 32 | u64::from(other)).wrapping_add(0x9e37_79b9_7f4a_7c15)), other)
}

/// The mean share of a group's items among the k nearest of each of them (Goyal et al. 2022). Resamples draw the items that look for
/// neighbours, not those that are found.
pub fn same_attribute_precision_at_k(draw: &Draw<'_>, group: usize, options: &Options) -> Value {
    let Some(neighbours) = draw.neighbours else { return Err(Cause::NoItems.into()) };
    let (mut sum, mut all) = (0.0, 0.0);
    for (row, weight) in draw.of_group(group) {
        let Some(nearest) = neighbours.of(row as usize).get(..options.k) else { return Err(Cause::FewNeighbours.into()) };
        let same = nearest.iter().filter(|other| draw.of_row[**other as usize] as usize == group).count();
        sum += weight * same as f64 / options.k as f64;
        all += weight;
    }
    ratio(sum, all, Cause::NoItems)
}
