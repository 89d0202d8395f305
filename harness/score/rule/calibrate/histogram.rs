//! The share of positives in each of some bins of equal weight (Zadrozny and Elkan 2001); equal scores share a bin.

use super::{Item, Map};
use crate::score::rule::labelled::halfway;

/// The bins of items in the order of rising scores.
pub fn fit(items: &[Item], bins: usize) -> Map {
    let total: f64 = items.iter().map(|item| item.weight).sum();
    // Of each bin: its least and largest score, its positives, its weight.
    let mut found: Vec<(usize, f64, f64, f64, f64)> = Vec::new();
    let mut before = 0.0;
    for run in items.chunk_by(|a, b| a.score == b.score) {
        let weight: f64 = run.iter().map(|item| item.weight).sum();
        let positive: f64 = run.iter().filter(|item| item.positive).map(|item| item.weight).sum();
        let bin = ((before / total * bins as f64) as usize).min(bins - 1);
        match found.last_mut() {
            Some(last) if last.0 == bin => {
                last.2 = run[0].score;
                last.3 += positive;
                last.4 += weight;
            }
            _ => found.push((bin, run[0].score, run[0].score, positive, weight)),
        }
        before += weight;
    }
    let share = |bin: &(usize, f64, f64, f64, f64)| bin.3 / bin.4;
    let mut falling: Vec<(Option<f64>, f64)> =
        found.windows(2).rev().map(|pair| (Some(halfway(pair[1].1, pair[0].2)), share(&pair[1]))).collect();
    falling.extend(found.first().map(|lowest| (None, share(lowest))));
    Map::Bins(falling)
}
