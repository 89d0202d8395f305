//! Items as points: their vectors as cosines and as distances want them.

use rayon::prelude::*;

use super::Embeddings;
use super::vectors::scale;
use crate::score::OUTSIDE;
use crate::score::predictions::ids::Ids;
use crate::spec::embed::Normalize;

/// The vectors of some items, found by row.
#[derive(Clone, Debug)]
pub struct Points {
    width: usize,
    /// Of length 1; empty where nothing reads cosines.
    unit: Vec<f64>,
    /// Less the mean of all; empty where nothing reads distances.
    centred: Vec<f64>,
    /// The rows in an order that knows only vectors, and ids where those are equal.
    order: Vec<u32>,
}

/// What is read of the points.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Cosines between vectors.
    pub cosines: bool,
    /// Distances between vectors.
    pub distances: bool,
}

impl Points {
    /// The items that are in some group. No vector among them is zero, where cosines are wanted or lengths are normalized.
    pub fn new(embeddings: &Embeddings, ids: &Ids, groups: &[u32], normalize: Normalize, wanted: Wanted) -> Self {
        let width = embeddings.width();
        let mut order: Vec<u32> = (0..ids.len() as u32).filter(|row| groups[*row as usize] != OUTSIDE).collect();
        order.par_sort_unstable_by(|a, b| {
            let (first, second) = (embeddings.of(*a as usize), embeddings.of(*b as usize));
            let differing = first.iter().zip(second).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne());
            differing.unwrap_or_else(|| ids.get(*a as usize).cmp(ids.get(*b as usize)))
        });
        let unit = || {
            let mut unit = embeddings.values().to_vec();
            unit.par_chunks_exact_mut(width).for_each(|vector| {
                let scale = scale(vector);
                vector.iter_mut().for_each(|number| *number *= scale);
                let length = dot(vector, vector).sqrt();
                vector.iter_mut().for_each(|number| *number /= length);
            });
            unit
        };
        let centred = || {
            let mut centred = if normalize == Normalize::L2 { unit() } else { embeddings.values().to_vec() };
            let mut mean = vec![0.0; width];
            for row in &order {
                let vector = &centred[*row as usize * width..][..width];
                mean.iter_mut().zip(vector).for_each(|(mean, number)| *mean += number);
            }
            mean.iter_mut().for_each(|number| *number /= order.len().max(1) as f64);
            centred.par_chunks_exact_mut(width).for_each(|vector| vector.iter_mut().zip(&mean).for_each(|(number, mean)| *number -= mean));
            centred
        };
        Self {
            width,
            unit: if wanted.cosines { unit() } else { Vec::new() },
            centred: if wanted.distances { centred() } else { Vec::new() },
            order,
        }
    }

    /// The rows, in an order that does not depend on theirs.
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// The place of each of `rows` rows in that order; `OUTSIDE` for those that are no points.
    pub fn places(&self, rows: usize) -> Vec<u32> {
        let mut places = vec![OUTSIDE; rows];
        self.order.iter().zip(0..).for_each(|(row, place)| places[*row as usize] = place);
        places
    }

    /// A row's vector, of length 1; empty where nothing reads cosines.
    pub fn unit(&self, row: u32) -> &[f64] {
        slice(&self.unit, row, self.width)
    }

    /// A row's vector, less the mean of all; empty where nothing reads distances.
    pub fn centred(&self, row: u32) -> &[f64] {
        slice(&self.centred, row, self.width)
    }

    /// The Euclidean distance between two rows.
    pub fn distance(&self, a: u32, b: u32) -> f64 {
        squared_distance(self.centred(a), self.centred(b)).sqrt()
    }
}

fn slice(values: &[f64], row: u32, width: usize) -> &[f64] {
    values.get(row as usize * width..(row as usize + 1) * width).unwrap_or_default()
}

/// The square of the Euclidean distance.
pub fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    sum(a, b, |a, b| (a - b) * (a - b))
}

/// The inner product.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    sum(a, b, |a, b| a * b)
}

/// The sum of what comes of the numbers in each place, in eight sums side by side, which need not wait for each other.
fn sum(a: &[f64], b: &[f64], term: impl Fn(f64, f64) -> f64) -> f64 {
    let ((a, rest), (b, behind)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (a, b) in a.iter().zip(b) {
        sums.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (a, b))| *sum += term(*a, *b));
    }
    sums.into_iter().chain(rest.iter().zip(behind).map(|(a, b)| term(*a, *b))).sum()
}
