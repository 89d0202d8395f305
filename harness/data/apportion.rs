//! Shares to whole numbers.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use super::random::rank;

/// What is less than this apart is equal: shares such as 0.29 have no exact binary form, and ties must not hang on that.
const GRAIN: f64 = 1e-9;

/// The whole number below, where 2.9999999999 is 3.
pub(super) fn down(exact: f64) -> u64 {
    (exact + GRAIN).floor() as u64
}

/// Whole numbers that add up to the rounded sum, halves up: each rounded down, and what is then missing goes one by one to those of the largest
/// fractions (Hamilton's method). `deal` brings those in order that are equal, where not all of them get one.
pub(super) fn largest_remainder(exact: &[f64], deal: impl FnOnce(Vec<usize>) -> Vec<usize>) -> Vec<u64> {
    let mut quotas: Vec<u64> = exact.iter().map(|exact| down(*exact)).collect();
    let total = down(exact.iter().sum::<f64>() + 0.5);
    let missing = total.saturating_sub(quotas.iter().sum()) as usize;
    let fraction = |at: usize| ((exact[at] - quotas[at] as f64) / GRAIN).round() as i64;
    let mut order: Vec<usize> = (0..exact.len()).collect();
    order.sort_by_key(|at| Reverse(fraction(*at)));
    let Some(last) = missing.checked_sub(1).and_then(|last| order.get(last)).map(|at| fraction(*at)) else { return quotas };
    let (larger, tied): (Vec<usize>, Vec<usize>) =
        order.into_iter().filter(|at| fraction(*at) >= last).partition(|at| fraction(*at) > last);
    larger.into_iter().chain(deal(tied)).take(missing).for_each(|at| quotas[at] += 1);
    quotas
}

/// Whole numbers that add up to `size` and, as it grows, only ever grow, which largest remainders do not (the Alabama paradox): units are dealt
/// one by one, each to where the share over twice what is there and one is largest (Webster's method). Of equal ones come those first that are
/// `able` to take one more, and then those whose turn is sooner.
pub(super) fn one_by_one(shares: &[f64], size: u64, turns: &[usize], able: impl Fn(usize, u64) -> bool) -> Vec<u64> {
    let mut quotas = dealt(shares, size);
    let quotient = |at: usize, quota: u64| shares[at] / (2 * quota + 1) as f64;
    for _ in quotas.iter().sum::<u64>()..size {
        let most = (0..shares.len()).map(|at| quotient(at, quotas[at])).fold(0.0, f64::max);
        let equal = (0..shares.len()).filter(|at| most > 0.0 && quotient(*at, quotas[*at]) >= most * (1.0 - GRAIN));
        let Some(next) = equal.min_by_key(|at| (!able(*at, quotas[*at]), turns[*at])) else { break };
        quotas[next] += 1;
    }
    quotas
}

/// What everybody has by Webster's method a little before so many are dealt, so that the first need not be dealt one by one; never amid equal
/// ones.
fn dealt(shares: &[f64], size: u64) -> Vec<u64> {
    let amid = |exact: &f64| (exact - exact.round()).abs() <= 10.0 * GRAIN * exact.max(1.0);
    let mut before = size as f64 - shares.len() as f64 / 2.0;
    for _ in 0..64 {
        before -= 0.617;
        let exact: Vec<f64> = shares.iter().map(|share| share * before + 0.5).collect();
        let quotas: Vec<u64> = exact.iter().map(|exact| exact.floor() as u64).collect();
        if before > 0.0 && !exact.iter().any(amid) && quotas.iter().sum::<u64>() <= size {
            return quotas;
        }
    }
    vec![0; shares.len()]
}

/// Cells of crossed fields in an order in which the levels of each field take turns: however many come first, every level has as many of them
/// as any other, or one more, where all levels are crossed with all. The seed says which begins.
pub(super) fn by_turns(cells: &[Vec<&str>], mut tied: Vec<usize>, seed: u64) -> Vec<usize> {
    let fields = cells.first().map_or(0, Vec::len);
    let places: Vec<HashMap<&str, u128>> = (0..fields)
        .map(|field| {
            let levels: BTreeSet<&str> = tied.iter().map(|at| cells[*at][field]).collect();
            let mut levels: Vec<&str> = levels.into_iter().collect();
            levels.sort_by_cached_key(|level| rank(seed, "turns", field as u64, level));
            levels.into_iter().zip(0..).collect()
        })
        .collect();
    // In a block all fields go on by one level from cell to cell, each starting again after its last, until they meet where they began. How far the
    // fields are apart tells blocks apart.
    tied.sort_by_cached_key(|at| {
        let (mut turn, mut period, mut apart) = (0, 1, Vec::with_capacity(fields));
        for (level, places) in cells[*at].iter().zip(&places) {
            let (place, count) = (places[level], places.len() as u128);
            let common = greatest_common_divisor(period, count);
            let ahead = (place + count - turn % count) % common;
            while (turn + ahead) % count != place {
                turn += period;
            }
            period = period / common * count;
            apart.push(ahead);
        }
        (apart, turn)
    });
    tied
}

fn greatest_common_divisor(one: u128, other: u128) -> u128 {
    if other == 0 { one } else { greatest_common_divisor(other, one % other) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_come(exact: &[f64]) -> Vec<u64> {
        largest_remainder(exact, |tied| tied)
    }

    #[test]
    fn halves_are_equal_whatever_their_binary_form() {
        assert_eq!(first_come(&[0.29 * 50.0, 0.71 * 50.0]), [15, 35], "14.5 and 35.5: the first comes first");
        assert_eq!(largest_remainder(&[0.29 * 50.0, 0.71 * 50.0], |tied| tied.into_iter().rev().collect()), [14, 36]);
        assert_eq!(first_come(&[0.29 * 100.0, 0.29 * 50.0]), [29, 15], "43.5 are 44");
        assert_eq!(first_come(&[2.7, 1.6, 1.6, 3.1]), [3, 2, 1, 3], "who has more comes before all that are equal");
        assert_eq!(first_come(&[]), [0; 0]);
    }

    #[test]
    fn what_is_dealt_one_by_one_only_grows() {
        // CAFE's races: by largest remainders somebody has fewer of 40 than of 35.
        let shares = [0.1753246, 0.1038961, 0.5, 0.1493506, 0.0714287, 0.0];
        let turns = [3, 0, 5, 1, 4, 2];
        let deal = |size| one_by_one(&shares, size, &turns, |_, _| true);
        let mut slowly = vec![0; shares.len()];
        for size in 0..5000 {
            let quotas = deal(size);
            assert_eq!(quotas.iter().sum::<u64>(), size);
            let grown: Vec<usize> = (0..shares.len()).filter(|at| quotas[*at] != slowly[*at]).collect();
            assert!(grown.len() <= 1 && grown.iter().all(|at| quotas[*at] == slowly[*at] + 1), "{size}: {slowly:?} {quotas:?}");
            assert!(shares.iter().zip(&quotas).all(|(share, quota)| (share * size as f64 - *quota as f64).abs() < 1.0));
            slowly = quotas;
        }
        let million = deal(1_000_000);
        assert_eq!((million.iter().sum::<u64>(), million[2]), (1_000_000, 500_000));
        // Of equal ones the turns decide, and those who have nothing left come last.
        let third = [1.0 / 3.0; 3];
        assert_eq!(one_by_one(&third, 100, &[2, 0, 1], |_, _| true), [33, 34, 33]);
        assert_eq!(one_by_one(&third, 101, &[2, 0, 1], |at, quota| at != 1 || quota < 33), [34, 33, 34]);
        assert_eq!(one_by_one(&[], 7, &[], |_, _| true), [0; 0]);
    }

    #[test]
    fn the_levels_of_crossed_fields_take_turns() {
        const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
        for sizes in [vec![3, 3], vec![2, 3], vec![6, 4], vec![2, 3, 4], vec![5], vec![2, 2, 2]] {
            let mut cells: Vec<Vec<&str>> = vec![Vec::new()];
            for size in &sizes {
                cells = cells.iter().flat_map(|cell| NAMES[..*size].iter().map(move |name| [cell.as_slice(), &[name]].concat())).collect();
            }
            let order = |seed| by_turns(&cells, (0..cells.len()).collect(), seed);
            let whole = order(7);
            assert_eq!(whole.iter().collect::<BTreeSet<_>>().len(), cells.len(), "each once");
            for first in 1..=cells.len() {
                for (field, size) in sizes.iter().enumerate() {
                    let count = |name| whole[..first].iter().filter(|at| cells[**at][field] == name).count();
                    let counts: Vec<usize> = NAMES[..*size].iter().map(|name| count(*name)).collect();
                    let apart = counts.iter().max().unwrap() - counts.iter().min().unwrap();
                    assert!(apart <= 1, "{sizes:?}: {counts:?} of field {field} among the first {first}");
                }
            }
            assert!((0..20).any(|seed| order(seed)[0] != whole[0]), "{sizes:?}: the seed says which begins");
        }
    }
}
