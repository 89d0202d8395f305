//! Shares to whole numbers.

/// What is less than this apart is equal: shares such as 0.29 have no exact binary form, and ties must not hang on that.
const GRAIN: f64 = 1e-9;

/// The whole number below, where 2.9999999999 is 3.
pub(super) fn down(exact: f64) -> u64 {
    (exact + GRAIN).floor() as u64
}

/// Whole numbers that add up to the rounded sum, halves up: each rounded down, and what is then missing goes one by one to those of the largest
/// fractions, the earlier first where they are equal (Hamilton's method).
pub(super) fn largest_remainder(exact: &[f64]) -> Vec<u64> {
    let mut quotas: Vec<u64> = exact.iter().map(|exact| down(*exact)).collect();
    let total = down(exact.iter().sum::<f64>() + 0.5);
    let missing = total.saturating_sub(quotas.iter().sum()) as usize;
    let fraction = |at: usize| ((exact[at] - quotas[at] as f64) / GRAIN).round() as i64;
    let mut order: Vec<usize> = (0..exact.len()).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(fraction(*at)), *at));
    order.into_iter().take(missing).for_each(|at| quotas[at] += 1);
    quotas
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_equal_whatever_their_binary_form() {
        assert_eq!(largest_remainder(&[0.29 * 50.0, 0.71 * 50.0]), [15, 35], "14.5 and 35.5: the first comes first");
        assert_eq!(largest_remainder(&[0.29 * 100.0, 0.29 * 50.0]), [29, 15], "43.5 are 44");
        assert_eq!(largest_remainder(&[]), [0; 0]);
    }
}
