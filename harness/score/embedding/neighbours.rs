//! Each item's nearest ones by cosine.

use std::cmp::Ordering;

use rayon::prelude::*;

use super::draw::Draw;
use super::metric::Options;
use super::points::{Points, dot};
use crate::score::value::{Cause, Value, ratio};

/// The nearest other items of every row, nearest first; of equally near ones those that come first in the order of the points.
#[derive(Clone, Debug)]
pub struct Neighbours {
    nearest: Vec<Vec<u32>>,
}

impl Neighbours {
    /// Looks for the `k` nearest of every point among all points, out of so many rows.
    pub fn new(points: &Points, rows: usize, k: usize) -> Self {
        let places = points.places(rows);
        let mut nearest = vec![Vec::new(); rows];
        let found: Vec<(u32, Vec<u32>)> = (points.order().par_iter())
            .map(|row| {
                let others = points.order().iter().filter(|other| *other != row);
                let mut near: Vec<(f64, u32)> = others.map(|other| (dot(points.unit(*row), points.unit(*other)), *other)).collect();
                let nearer = |a: &(f64, u32), b: &(f64, u32)| -> Ordering {
                    b.0.total_cmp(&a.0).then_with(|| places[a.1 as usize].cmp(&places[b.1 as usize]))
                };
                if k < near.len() {
                    near.select_nth_unstable_by(k, nearer);
                    near.truncate(k);
                }
                near.sort_unstable_by(nearer);
                (*row, near.into_iter().map(|(_, other)| other).collect())
            })
            .collect();
        found.into_iter().for_each(|(row, near)| nearest[row as usize] = near);
        Self { nearest }
    }
}

/// The mean share of a group's items among the k nearest of each of them (Goyal et al. 2022). Resamples draw the items that look for
/// neighbours, not those that are found.
pub fn same_attribute_precision_at_k(draw: &Draw<'_>, group: usize, options: &Options) -> Value {
    let Some(neighbours) = draw.neighbours else { return Err(Cause::NoItems.into()) };
    let (mut sum, mut all) = (0.0, 0.0);
    for (row, weight) in draw.of_group(group) {
        let Some(nearest) = neighbours.nearest[row as usize].get(..options.k) else { return Err(Cause::FewNeighbours.into()) };
        let same = nearest.iter().filter(|other| draw.of_row[**other as usize] as usize == group).count();
        sum += weight * same as f64 / options.k as f64;
        all += weight;
    }
    ratio(sum, all, Cause::NoItems)
}
