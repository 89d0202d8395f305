//! Exact tests of shares, for tables that may be small.

use statrs::distribution::{Binomial, Discrete, DiscreteCDF};
use statrs::function::factorial::ln_factorial;

use crate::score::interval::share::normal_quantile;

/// McNemar's test of two shares of the same items: of `first` and `second` items only one of the two sides is right. Two-sided.
///
/// Exact (the binomial test of the items that differ), it is never too small and often much too large; its mid-P value, with the observed
/// split itself counted half, is hardly ever too small (Fagerland, Lydersen and Laake 2013, "The McNemar test for binary matched-pairs data").
pub fn mcnemar(first: u64, second: u64, mid_p: bool) -> f64 {
    let less = first.min(second);
    // A share of one half always makes a distribution.
    let Ok(split) = Binomial::new(0.5, first + second) else { return 1.0 };
    let tail = 2.0 * split.cdf(less);
    (if mid_p { tail - split.pmf(less) } else { tail }).min(1.0)
}

/// Fisher's exact test of a share in two groups, each so many of so many: the probability of all tables with the same sums that are no more
/// probable than this one. Two-sided, as in R and SciPy.
pub fn fisher((first, of_first): (u64, u64), (second, of_second): (u64, u64)) -> f64 {
    let (hits, all) = (first + second, of_first + of_second);
    let choose = |n: u64, k: u64| ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k);
    let ln = |in_first: u64| choose(of_first, in_first) + choose(of_second, hits - in_first) - choose(all, hits);
    let observed = ln(first);
    // Tables of equal probability differ in the last bits of its logarithm.
    let tables = hits.saturating_sub(of_second)..=hits.min(of_first);
    tables.map(ln).filter(|table| *table <= observed + 1e-7).map(f64::exp).sum::<f64>().min(1.0)
}

/// The interval of the difference of two shares of the same items, of which `first` and `second` count on one side alone: the differences
/// that a score test does not reject (Tango 1998, Statistics in Medicine 17, 891). Unlike the bootstrap's it also holds in small samples,
/// where resamples know few differences.
pub fn paired_difference(first: u64, second: u64, items: u64, level: f64) -> (f64, f64) {
    let (b, c, n) = (first as f64, second as f64, items as f64);
    let z = normal_quantile(f64::midpoint(1.0, level));
    // How many standard errors the observed difference lies above a true one of `delta`, given which the discordant shares are fitted.
    let score = |delta: f64| {
        let linear = (2.0 * n - c + b) * delta - b - c;
        let constant = -b * delta * (1.0 - delta);
        let share = ((linear * linear - 8.0 * n * constant).max(0.0).sqrt() - linear) / (4.0 * n);
        let variance = n * (2.0 * share + delta * (1.0 - delta));
        (c - b - n * delta) / variance.max(1e-12).sqrt()
    };
    let root = |wanted: f64| {
        let (mut low, mut high) = (-1.0, 1.0);
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if score(middle) > wanted { low = middle } else { high = middle }
        }
        f64::midpoint(low, high)
    };
    (root(z), root(-z))
}
