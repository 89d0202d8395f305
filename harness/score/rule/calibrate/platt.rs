//! A logistic curve of the score (Platt 1999), as scikit-learn's `CalibratedClassifierCV(method="sigmoid")`: targets are drawn in from 0 and
//! 1 by one item each, so that the curve stays finite where scores tell the classes apart.

use super::{Item, Map};

/// Steps of Newton's method; a few suffice.
const STEPS: usize = 100;

/// The curve of largest likelihood; both classes have items.
///
/// # Errors
/// Where a score is infinite.
pub fn fit(items: &[Item]) -> Result<Map, String> {
    let sum = |of: &dyn Fn(&Item) -> f64| items.iter().map(|item| item.weight * of(item)).sum::<f64>();
    let total = sum(&|_| 1.0);
    let positives = sum(&|item| if item.positive { 1.0 } else { 0.0 });
    let (high, low) = ((positives + 1.0) / (positives + 2.0), 1.0 / (total - positives + 2.0));
    // Centred and scaled, so that slope and intercept are of one size.
    let centre = sum(&|item| item.score) / total;
    let spread = (sum(&|item| (item.score - centre).powi(2)) / total).sqrt();
    if !spread.is_finite() {
        return Err("a score is infinite".to_owned());
    }
    // Scores that are equal, but for rounding, say nothing of a slope.
    let scale = if spread > 1e-12 * centre.abs() { spread } else { f64::INFINITY };
    let at = |item: &Item| (item.score - centre) / scale;
    let target = |item: &Item| if item.positive { high } else { low };
    let loss = |slope: f64, intercept: f64| {
        sum(&|item| {
            let logit = slope * at(item) + intercept;
            // ln(1 + exp(logit)) − target·logit, without overflow.
            logit.max(0.0) + (-logit.abs()).exp().ln_1p() - target(item) * logit
        })
    };
    let (mut slope, mut intercept) = (0.0, (positives / (total - positives)).ln());
    let mut now = loss(slope, intercept);
    for _ in 0..STEPS {
        let (mut gradient, mut curvature) = ([0.0; 2], [0.0; 3]);
        for item in items {
            let (x, weight) = (at(item), item.weight);
            let p = 1.0 / (1.0 + (-(slope * x + intercept)).exp());
            let (off, steep) = (weight * (p - target(item)), weight * p * (1.0 - p));
            gradient = [gradient[0] + off * x, gradient[1] + off];
            curvature = [curvature[0] + steep * x * x, curvature[1] + steep * x, curvature[2] + steep];
        }
        // Kept off a curvature of 0, where scores are equal.
        let [a, b, c] = [curvature[0] + 1e-12 * total, curvature[1], curvature[2] + 1e-12 * total];
        let determinant = a * c - b * b;
        let step = [(c * gradient[0] - b * gradient[1]) / determinant, (a * gradient[1] - b * gradient[0]) / determinant];
        let mut length = 1.0;
        let (next, value) = loop {
            let next = (slope - length * step[0], intercept - length * step[1]);
            let value = loss(next.0, next.1);
            if value <= now || length < 1e-10 {
                break (next, value);
            }
            length /= 2.0;
        };
        let moved = (next.0 - slope).abs().max((next.1 - intercept).abs());
        (slope, intercept, now) = (next.0, next.1, value);
        if moved < 1e-12 {
            break;
        }
    }
    Ok(Map::Logistic { slope: slope / scale, intercept: intercept - slope * centre / scale })
}
