//! The rising line nearest to the labels (Zadrozny and Elkan 2002), as scikit-learn's `IsotonicRegression(out_of_bounds="clip")`: equal scores
//! are averaged, neighbours that fall are pooled, and between pools the line is straight.

use super::{Item, Map};

/// A pool of neighbouring scores.
struct Pool {
    first: f64,
    last: f64,
    positive: f64,
    weight: f64,
}

impl Pool {
    fn mean(&self) -> f64 {
        self.positive / self.weight
    }
}

/// The line through items in the order of rising scores.
pub fn fit(items: &[Item]) -> Map {
    let mut pools: Vec<Pool> = Vec::new();
    for run in items.chunk_by(|a, b| a.score == b.score) {
        let weight = run.iter().map(|item| item.weight).sum();
        let positive = run.iter().filter(|item| item.positive).map(|item| item.weight).sum();
        let mut next = Pool { first: run[0].score, last: run[0].score, positive, weight };
        while let Some(before) = pools.pop_if(|before| before.mean() >= next.mean()) {
            next.first = before.first;
            next.positive += before.positive;
            next.weight += before.weight;
        }
        pools.push(next);
    }
    let ends = |pool: &Pool| {
        let mean = pool.mean();
        let last = (pool.last > pool.first).then_some((pool.last, mean));
        std::iter::once((pool.first, mean)).chain(last)
    };
    Map::Line(pools.iter().flat_map(ends).collect())
}

/// The line at a score.
pub fn at(points: &[(f64, f64)], score: f64) -> f64 {
    let place = points.partition_point(|(x, _)| *x < score);
    match (place.checked_sub(1).map(|before| points[before]), points.get(place)) {
        // Scores of one step stay equal: a line may end a rounding beside it.
        (Some(_), Some((right, high))) if score == *right => *high,
        (Some((left, low)), Some((right, high))) => low + (high - low) * (score - left) / (right - left),
        (None, Some((_, edge))) => *edge,
        (Some((_, edge)), None) => edge,
        (None, None) => f64::NAN,
    }
}
