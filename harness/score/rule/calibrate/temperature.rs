//! Logits over one number (Guo, Pleiss, Sun and Weinberger 2017): no decision changes, and probabilities become as sure as they are right.

/// An item of the fitting split.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// One number a class.
    pub logits: Vec<f64>,
    /// The class that is true.
    pub target: usize,
    /// How much it counts.
    pub weight: f64,
}

/// The bounds of the inverse temperature's logarithm; scikit-learn's.
const BOUND: f64 = 10.0;

/// Halvings of the interval in which the temperature lies.
const HALVINGS: usize = 60;

/// The temperature of largest likelihood, between exp(−10) and exp(10).
///
/// # Errors
/// Where there is no item, or a logit is infinite.
pub fn fit(items: &[Item]) -> Result<f64, String> {
    if items.iter().all(|item| item.weight <= 0.0) {
        return Err("no items".to_owned());
    }
    if items.iter().any(|item| item.logits.iter().any(|logit| !logit.is_finite())) {
        return Err("a logit is infinite".to_owned());
    }
    // The loss is convex in 1/T; its slope there is the mean logit under the softmax, less the target's.
    let rises = |inverse: f64| {
        let slope = |item: &Item| {
            let mean: f64 = softmax(&item.logits, 1.0 / inverse).iter().zip(&item.logits).map(|(share, logit)| share * logit).sum();
            item.weight * (mean - item.logits[item.target])
        };
        items.iter().map(slope).sum::<f64>() > 0.0
    };
    let (mut low, mut high) = (-BOUND, BOUND);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        *(if rises(middle.exp()) { &mut high } else { &mut low }) = middle;
    }
    Ok((-f64::midpoint(low, high)).exp())
}

/// The softmax of logits over a temperature.
pub fn softmax(logits: &[f64], temperature: f64) -> Vec<f64> {
    let cooled: Vec<f64> = logits.iter().map(|logit| logit / temperature).collect();
    crate::score::rule::softmax(&cooled)
}
