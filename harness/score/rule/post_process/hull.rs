//! What can be had by drawing between thresholds: the upper hull of the points that thresholds reach (Hardt, Price and Srebro 2016,
//! section 4; fairlearn's `ThresholdOptimizer`).

use crate::score::rule::steps::Operation;

/// A concave line above points, from the least x to the largest.
#[derive(Clone, Debug)]
pub struct Hull {
    corners: Vec<Corner>,
}

/// A point that one operation reaches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Corner {
    /// The rate that groups are to have in common.
    pub x: f64,
    /// What is to be large.
    pub y: f64,
    /// How it is reached.
    pub operation: Operation,
}

impl Hull {
    /// The hull of at least one point, by Andrew's monotone chain.
    pub fn new(mut points: Vec<Corner>) -> Self {
        points.sort_by(|a, b| a.x.total_cmp(&b.x).then(b.y.total_cmp(&a.y)));
        // Of equal x, only the highest can lie on the hull.
        points.dedup_by(|next, kept| next.x == kept.x);
        let mut corners: Vec<Corner> = Vec::new();
        for point in points {
            while let [.., first, middle] = corners.as_slice() {
                // A middle point on the line, but for rounding, is none of the hull.
                if (middle.y - first.y) * (point.x - first.x) > (point.y - first.y) * (middle.x - first.x) + 1e-14 {
                    break;
                }
                corners.pop();
            }
            corners.push(point);
        }
        Self { corners }
    }

    /// The x of every corner.
    pub fn places(&self) -> impl Iterator<Item = f64> {
        self.corners.iter().map(|corner| corner.x)
    }

    /// The height at x.
    pub fn height(&self, x: f64) -> f64 {
        let (first, second, share) = self.between(x);
        (1.0 - share) * first.y + share * second.y
    }

    /// How that is reached: operations with their probabilities.
    pub fn mix(&self, x: f64) -> [(f64, Operation); 2] {
        let (first, second, share) = self.between(x);
        [(1.0 - share, first.operation), (share, second.operation)]
    }

    /// The corners beside x, and how far x is from the first to the second.
    fn between(&self, x: f64) -> (Corner, Corner, f64) {
        let last = self.corners.len() - 1;
        let second = self.corners.partition_point(|corner| corner.x < x).min(last);
        let (first, second) = (self.corners[second.saturating_sub(1)], self.corners[second]);
        let width = second.x - first.x;
        let share = if width > 0.0 { ((x - first.x) / width).clamp(0.0, 1.0) } else { 1.0 };
        (first, second, share)
    }
}

/// All places of some hulls, in order, each once.
pub fn places(hulls: &[Hull]) -> Vec<f64> {
    let mut places: Vec<f64> = hulls.iter().flat_map(Hull::places).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    places
}

/// The first of the places where something is largest, but for rounding.
pub fn best(places: &[f64], of: impl Fn(f64) -> f64) -> f64 {
    let values: Vec<f64> = places.iter().map(|place| of(*place)).collect();
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let first = values.iter().position(|value| *value >= most - 1e-12);
    first.map_or(0.0, |first| places[first])
}
