//! The points of a breakdown in one draw: as observed, resampled, or with group labels dealt out anew.

use super::neighbours::Neighbours;
use super::points::{Points, dot};
use super::silhouette::Distances;
use crate::score::OUTSIDE;
use crate::score::units::clusters::Clusters;

/// Rows in hand: whose they are, and how much each counts.
#[derive(Clone, Copy, Debug)]
pub struct Hand<'a> {
    /// The rows.
    pub rows: &'a [u32],
    /// The group of each.
    pub labels: &'a [u32],
    /// How much each counts; 0 for one that was not drawn.
    pub weights: &'a [f64],
}

/// What most numbers of a group are functions of.
#[derive(Clone, Debug, Default)]
pub struct Sums {
    /// Of the weights.
    pub weight: f64,
    /// Of the squared weights.
    pub squares: f64,
    /// Of the vectors of length 1.
    pub unit: Vec<f64>,
    /// Of the centred vectors.
    pub centred: Vec<f64>,
    /// Of the centred vectors' squared lengths.
    pub lengths: f64,
}

/// Everything that a number can be read from.
#[derive(Clone, Copy, Debug)]
pub struct Draw<'a> {
    /// The vectors.
    pub points: &'a Points,
    /// The rows drawn.
    pub hand: Hand<'a>,
    /// Group by group.
    pub sums: &'a [Sums],
    /// The groups that are compared, in an order that knows no names.
    pub members: &'a [usize],
    /// The group of each row, drawn or not.
    pub of_row: &'a [u32],
    /// Each item's nearest ones, where a metric asks.
    pub neighbours: Option<&'a Neighbours>,
    /// The distances between items, where a metric asks.
    pub distances: Option<&'a Distances>,
    /// What goes together, where items are of subjects.
    pub clusters: Option<&'a Clusters>,
}

impl Draw<'_> {
    /// The rows of a group that were drawn, with their weights.
    pub fn of_group(&self, group: usize) -> impl Iterator<Item = (u32, f64)> {
        let hand = self.hand;
        let drawn = hand.rows.iter().zip(hand.labels).zip(hand.weights);
        drawn.filter(move |((_, label), weight)| **label as usize == group && **weight > 0.0).map(|((row, _), weight)| (*row, *weight))
    }

    /// The subject of a row, where items are of subjects.
    pub fn subject(&self, row: u32) -> Option<u32> {
        self.clusters?.of(row as usize).next()
    }
}

impl Sums {
    /// Sums a hand, group by group.
    pub fn of(points: &Points, hand: &Hand<'_>, sums: &mut [Self]) {
        sums.iter_mut().for_each(Self::clear);
        for ((row, label), weight) in hand.rows.iter().zip(hand.labels).zip(hand.weights) {
            if *label != OUTSIDE && *weight > 0.0 {
                sums[*label as usize].add(points.unit(*row), points.centred(*row), *weight);
            }
        }
    }

    fn clear(&mut self) {
        (self.weight, self.squares, self.lengths) = (0.0, 0.0, 0.0);
        self.unit.fill(0.0);
        self.centred.fill(0.0);
    }

    fn add(&mut self, unit: &[f64], centred: &[f64], weight: f64) {
        self.weight += weight;
        self.squares += weight * weight;
        self.lengths += weight * dot(centred, centred);
        for (sum, vector) in [(&mut self.unit, unit), (&mut self.centred, centred)] {
            sum.resize(vector.len(), 0.0);
            sum.iter_mut().zip(vector).for_each(|(sum, number)| *sum += weight * number);
        }
    }

    /// Whether there are two items to compare.
    pub fn has_pairs(&self) -> bool {
        self.weight * self.weight - self.squares > 1e-12 * self.weight * self.weight
    }

    /// The sum of squared distances to the mean.
    pub fn scatter(&self) -> f64 {
        (self.lengths - dot(&self.centred, &self.centred) / self.weight).max(0.0)
    }
}
