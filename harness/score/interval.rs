//! From replicates to intervals.

/// The middle `level` of the replicates, by linear interpolation between order statistics; those that are NaN (undefined) are left out.
/// `None` where fewer than half are left: what is undefined more often than not has no interval.
pub fn percentile(replicates: impl Iterator<Item = f64>, level: f64) -> Option<(f64, f64)> {
    let (sorted, all) = defined(replicates);
    if sorted.is_empty() || 2 * sorted.len() < all {
        return None;
    }
    let tail = (1.0 - level) / 2.0;
    Some((quantile(&sorted, tail), quantile(&sorted, 1.0 - tail)))
}

/// What chance alone gives: the median of the gaps under permuted labels, and the share of them that are at least as far out as the
/// observed one, which counts as one of them.
pub fn null(permuted: impl Iterator<Item = f64>, observed: f64, grows: bool) -> Option<(f64, f64)> {
    let (sorted, _) = defined(permuted);
    if sorted.is_empty() {
        return None;
    }
    // Sums in another order may differ in the last bits.
    let slack = 1e-12;
    let hits = sorted.iter().filter(|gap| if grows { **gap >= observed - slack } else { **gap <= observed + slack }).count();
    Some((quantile(&sorted, 0.5), (hits + 1) as f64 / (sorted.len() + 1) as f64))
}

fn defined(replicates: impl Iterator<Item = f64>) -> (Vec<f64>, usize) {
    let mut all = 0;
    let mut sorted: Vec<f64> = replicates.inspect(|_| all += 1).filter(|value| !value.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    (sorted, all)
}

/// The quantile of sorted numbers, by linear interpolation (Hyndman and Fan's type 7, as numpy's default).
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (low, high) = (place.floor() as usize, place.ceil() as usize);
    sorted[low] + (sorted[high] - sorted[low]) * (place - place.floor())
}
