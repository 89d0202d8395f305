//! Whether two sets of numbers differ more than the same numbers dealt out to two such sets anew.

use rand::RngExt;

use crate::score::interval::quantile;
use crate::score::units::draw::{Purpose, generator};

/// Which differences count against chance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Alternative {
    /// Those at least as large.
    #[default]
    Greater,
    /// Those at most as large.
    Less,
    /// Those at least as far from 0.
    TwoSided,
}

/// What chance alone gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chance {
    /// The observed difference of the means.
    pub observed: f64,
    /// The median difference of the means.
    pub median: f64,
    /// The share of partitions that are at least as far out as the observed one, which is one of them.
    pub p: f64,
}

/// The difference of the means of `first` and `second`, against that of partitions of both into two such sets: of all of them where those
/// are at most `permutations`, else of the observed one and `permutations - 1` at random. Differences that only rounding tells apart are
/// equal, and equal ones count as further out. `None` where a set is empty.
pub fn test(first: &[f64], second: &[f64], permutations: u32, alternative: Alternative, key: (u64, u64)) -> Option<Chance> {
    if first.is_empty() || second.is_empty() {
        return None;
    }
    let pool = [first, second].concat();
    let (size, total) = (first.len(), pool.iter().sum::<f64>());
    let difference = |sum: f64| sum / size as f64 - (total - sum) / second.len() as f64;
    let observed = difference(first.iter().sum());
    let slack = 1e-12 * pool.iter().map(|number| number.abs()).sum::<f64>();
    let mut drawn = match partitions(pool.len(), size, u64::from(permutations)) {
        Some(_) => all(&pool, size),
        None => (1..permutations).map(|replicate| one(&pool, size, key, u64::from(replicate))).chain([first.iter().sum()]).collect(),
    };
    drawn.iter_mut().for_each(|sum| *sum = difference(*sum));
    let further = |drawn: &f64| match alternative {
        Alternative::Greater => *drawn >= observed - slack,
        Alternative::Less => *drawn <= observed + slack,
        Alternative::TwoSided => drawn.abs() >= observed.abs() - slack,
    };
    let p = drawn.iter().filter(|drawn| further(drawn)).count() as f64 / drawn.len() as f64;
    drawn.sort_unstable_by(f64::total_cmp);
    Some(Chance { observed, median: quantile(&drawn, 0.5), p })
}

/// How many subsets of `size` of `items` things there are; `None` where more than `most`.
fn partitions(items: usize, size: usize, most: u64) -> Option<u64> {
    let size = size.min(items - size) as u64;
    // Each product is a binomial coefficient times the next factor, so that the division leaves nothing.
    (1..=size).try_fold(1u64, |count, taken| {
        let next = count.checked_mul(items as u64 - size + taken)? / taken;
        (next <= most).then_some(next)
    })
}

/// The sum of every subset of `size` numbers, in lexicographic order.
fn all(pool: &[f64], size: usize) -> Vec<f64> {
    let mut chosen: Vec<usize> = (0..size).collect();
    let mut sums = Vec::new();
    loop {
        sums.push(chosen.iter().map(|place| pool[*place]).sum());
        // The last place that can move on, and all after it right behind.
        let Some(last) = (0..size).rfind(|place| chosen[*place] < pool.len() - size + place) else { return sums };
        let next = chosen[last] + 1;
        chosen[last..].iter_mut().zip(next..).for_each(|(place, next)| *place = next);
    }
}

/// The sum of `size` numbers at random.
fn one(pool: &[f64], size: usize, (seed, index): (u64, u64), replicate: u64) -> f64 {
    let mut generator = generator(seed, Purpose::Permutation, replicate, index);
    let mut left = pool.to_vec();
    for place in 0..size {
        let other = generator.random_range(place..left.len());
        left.swap(place, other);
    }
    left[..size].iter().sum()
}
