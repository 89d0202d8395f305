//! Exact tests of shares, for tables that may be small.

use statrs::distribution::{Binomial, Discrete, DiscreteCDF};
use statrs::function::factorial::ln_factorial;

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
