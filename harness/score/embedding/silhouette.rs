//! The silhouette: how much nearer items are to their own group than to the nearest other one (Rousseeuw 1987).

use rayon::prelude::*;

use super::draw::Draw;
use super::options::{Distance, Options};
use super::points::{Points, dot};
use crate::score::value::{Cause, Value};

/// Up to so many items, distances are kept, so that resamples need not measure them anew.
const KEPT: usize = 2048;

/// Less is what rounding makes of vectors that are equal.
const NOTHING: f64 = 1e-12;

/// Distances between items, by their places in an order of the points.
#[derive(Clone, Debug)]
pub struct Distances {
    places: Vec<u32>,
    items: usize,
    /// Row by row; empty where items are many.
    kept: Vec<f64>,
}

impl Distances {
    /// Measures the distances between all points, out of so many rows.
    pub fn new(points: &Points, rows: usize) -> Self {
        let order = points.order();
        let items = order.len();
        let mut kept = vec![0.0; if items <= KEPT { items * items } else { 0 }];
        kept.par_chunks_mut(items.max(1)).enumerate().for_each(|(place, distances)| {
            distances.iter_mut().zip(order).for_each(|(distance, other)| *distance = points.distance(order[place], *other));
        });
        Self { places: points.places(rows), items, kept }
    }

    /// Whether resamples can read them.
    pub fn is_kept(&self) -> bool {
        !self.kept.is_empty()
    }

    /// The distances of one row to all points, in their order.
    fn of<'d>(&'d self, points: &Points, row: u32, measured: &'d mut Vec<f64>) -> &'d [f64] {
        if self.is_kept() {
            return &self.kept[self.places[row as usize] as usize * self.items..][..self.items];
        }
        measured.clear();
        measured.extend(points.order().iter().map(|other| points.distance(row, *other)));
        measured
    }
}

/// The mean silhouette of all items, each alone in its group counting 0, as in scikit-learn.
pub fn silhouette_score(draw: &Draw<'_>, options: &Options) -> Value {
    let mean = match (options.distance, draw.distances) {
        (Distance::Euclidean, Some(distances)) => euclidean(draw, distances),
        _ => cosine(draw),
    };
    mean.ok_or_else(|| Cause::NoItems.into())
}

fn cosine(draw: &Draw<'_>) -> Option<f64> {
    mean(draw, |row, group| {
        let sums = &draw.sums[group];
        (sums.weight - dot(draw.points.unit(row), &sums.unit)).max(0.0)
    })
}

fn euclidean(draw: &Draw<'_>, distances: &Distances) -> Option<f64> {
    // One column of weights a group, in the order of the points.
    let mut weights = vec![vec![0.0; distances.items]; draw.sums.len()];
    for group in draw.members {
        draw.of_group(*group).for_each(|(row, weight)| weights[*group][distances.places[row as usize] as usize] = weight);
    }
    let rows: Vec<(usize, u32, f64)> =
        draw.members.iter().flat_map(|group| draw.of_group(*group).map(|(row, weight)| (*group, row, weight))).collect();
    let one = |measured: &mut Vec<f64>, (group, row, weight): &(usize, u32, f64)| {
        let far = distances.of(draw.points, *row, measured);
        (weight * silhouette(draw, *group, *weight, |other| dot(&weights[other], far)), *weight)
    };
    // Where distances are kept this is one resample of many, which run side by side already.
    let scored: Vec<(f64, f64)> = if distances.is_kept() {
        rows.iter().map(|row| one(&mut Vec::new(), row)).collect()
    } else {
        rows.par_iter().map_init(Vec::new, one).collect()
    };
    let (sum, all) = scored.into_iter().fold((0.0, 0.0), |(sum, all), (score, weight)| (sum + score, all + weight));
    (all > 0.0).then(|| sum / all)
}

/// The mean over items; `far` is the summed distance of a row to a group.
fn mean(draw: &Draw<'_>, far: impl Fn(u32, usize) -> f64) -> Option<f64> {
    let (mut sum, mut all) = (0.0, 0.0);
    for group in draw.members {
        for (row, weight) in draw.of_group(*group) {
            sum += weight * silhouette(draw, *group, weight, |other| far(row, other));
            all += weight;
        }
    }
    (all > 0.0).then(|| sum / all)
}

/// One item's silhouette. Its own copies in a resample are no neighbours of it.
fn silhouette(draw: &Draw<'_>, group: usize, weight: f64, far: impl Fn(usize) -> f64) -> f64 {
    let others = draw.sums[group].weight - weight;
    if others <= NOTHING * weight {
        return 0.0;
    }
    let settled = |distance: f64| if distance < NOTHING { 0.0 } else { distance };
    let own = settled(far(group) / others);
    let away = draw.members.iter().filter(|other| **other != group);
    let nearest = settled(away.map(|other| far(*other) / draw.sums[*other].weight).fold(f64::INFINITY, f64::min));
    let larger = own.max(nearest);
    if larger > 0.0 { (nearest - own) / larger } else { 0.0 }
}
