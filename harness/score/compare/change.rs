//! What became of effects between before and after: of each by itself, and of all together.
//!
//! An effect is how far a number is from what it is without one: 0, as a difference between groups or an association, or 1, as a ratio of
//! groups. It is there where the number's interval leaves that out; a gap, which chance alone keeps away from it, is there where its null is as
//! far out in no more than α of the permutations.

use super::finding::{Finding, Statistic};
use super::transition::Transition;
use crate::score::interval::excludes_zero;
use crate::score::interval::share::{self, normal_quantile};
use crate::score::measurement::{Measurement, Status};
use crate::spec::uncertainty::Shares;

/// What became of one effect, whose change is significant where its (adjusted) p is at most α, which is 1 minus the level of intervals.
///
/// # Errors
/// Why that is not known.
pub fn transition(before: &Measurement, after: &Measurement, change: &Finding, level: f64) -> Result<Transition, &'static str> {
    let (alpha, none) = (1.0 - level, change.no_effect);
    let there = |number: &Measurement| match (number.null_p, number.lower.zip(number.upper)) {
        (Some(p), _) if !number.by.is_empty() => Ok(p <= alpha),
        // The p of an association may be of one side alone.
        (_, interval) => interval.map(|(lower, upper)| excludes_zero((lower - none, upper - none))).ok_or("a number has no interval"),
    };
    let (Some(from), Some(to)) = (change.value_from, change.value_to) else { return Err("a number is undefined") };
    let own = |number: &Measurement, value: f64| number.value.is_some_and(|own| (own - value).abs() <= 1e-6 * own.abs().max(1.0));
    if !own(before, from) || !own(after, to) {
        return Err("what is there is known of the sides' own numbers, and these are of other items or groups");
    }
    let (from, to) = (from - none, to - none);
    Ok(match (there(before)?, there(after)?) {
        (false, false) => Transition::None,
        (true, false) => Transition::Removed,
        (false, true) => Transition::Introduced,
        (true, true) if from * to < 0.0 => Transition::Flipped,
        (true, true) => match change.p_adjusted.or(change.p).ok_or("its change has no p")? <= alpha {
            false => Transition::Retained,
            true if to.abs() > from.abs() => Transition::Amplified,
            true => Transition::Attenuated,
        },
    })
}

/// The share of the effects before that are there after with the same sign, with Wilson's interval.
pub fn retention_rate(entries: &[&Finding], level: f64) -> Finding {
    let known: Vec<Transition> = entries.iter().filter_map(|entry| entry.transition).collect();
    let before = known.iter().filter(|transition| transition.was_there()).count() as f64;
    let stay = known.iter().filter(|transition| transition.stays()).count() as f64;
    if before == 0.0 {
        return of_all(entries, Statistic::RetentionRate, Err("no effect was there before"));
    }
    let interval = share::interval(stay, before, level, Shares::Wilson);
    let mut finding = of_all(entries, Statistic::RetentionRate, Ok((stay / before, Some(interval), None)));
    finding.level = Some(level);
    finding.n = before as u64;
    finding
}

/// So many entries have few enough orders to look at all of them.
const FEW: usize = 8;

/// How the numbers before and after correlate over the entries that have both, with the interval of Fisher's transformation (for ranks with
/// the variance of Bonett and Wright 2000) and p of the t approximation, or of few entries that of all their orders; entries are taken to be
/// independent.
pub fn correlation(entries: &[&Finding], statistic: Statistic, level: f64) -> Finding {
    let pairs: Vec<(f64, f64)> = entries.iter().filter_map(|entry| entry.value_from.zip(entry.value_to)).collect();
    let (mut before, mut after): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
    if statistic == Statistic::Spearman {
        (before, after) = (ranks(&before), ranks(&after));
    }
    let n = before.len() as f64;
    let made = match pearson(&before, &after) {
        _ if n < 3.0 => Err("fewer than three entries to correlate"),
        None => Err("numbers that are all the same"),
        Some(r) => {
            let spread = if statistic == Statistic::Spearman { 1.0 + r * r / 2.0 } else { 1.0 };
            let reach = normal_quantile(f64::midpoint(1.0, level)) * (spread / (n - 3.0)).sqrt();
            let ends = ((r.atanh() - reach).tanh(), (r.atanh() + reach).tanh());
            // Of three entries nothing can be said; of entries on a line, everything.
            let interval = if n > 3.0 { if r.abs() < 1.0 { ends } else { (r, r) } } else { (-1.0, 1.0) };
            let t = r * ((n - 2.0) / (1.0 - r * r)).sqrt();
            let p = match before.len() {
                ..=FEW => of_orders(&before, &mut after, r),
                _ if t.is_finite() => share::student_two_sided(t, n - 2.0),
                _ => 0.0,
            };
            Ok((r, Some(interval), Some(p)))
        }
    };
    let mut finding = of_all(entries, statistic, made);
    finding.level = finding.lower.map(|_| level);
    finding.n = n as u64;
    finding
}

/// A number, its interval and its p; or why there is none.
type Made = Result<(f64, Option<(f64, f64)>, Option<f64>), &'static str>;

/// A finding about entries that share decision and metric.
fn of_all(entries: &[&Finding], statistic: Statistic, made: Made) -> Finding {
    let (status, reason) = made.err().map_or((Status::Ok, ""), |reason| (Status::Undefined, reason));
    let mut finding = Finding::without(0, statistic, status, reason.to_owned());
    if let Some(first) = entries.first() {
        finding.decision.clone_from(&first.decision);
        finding.metric.clone_from(&first.metric);
        finding.parameters.clone_from(&first.parameters);
        if entries.iter().all(|entry| entry.by == first.by) {
            finding.by.clone_from(&first.by);
        }
    }
    if let Ok((estimate, interval, p)) = made {
        finding.estimate = Some(estimate);
        (finding.lower, finding.upper) = interval.unzip();
        finding.p = p;
    }
    finding
}

/// The share of all orders of the second numbers in which they correlate at least as strongly (Heap 1963 goes through them by exchanges).
fn of_orders(first: &[f64], second: &mut [f64], r: f64) -> f64 {
    let (mut as_far, mut orders) = (0.0, 0.0);
    let mut count = |second: &[f64]| {
        orders += 1.0;
        as_far += f64::from(u8::from(pearson(first, second).is_some_and(|other| other.abs() >= r.abs() - 1e-12)));
    };
    let mut turns = vec![0; second.len()];
    count(second);
    let mut place = 1;
    while place < second.len() {
        if turns[place] < place {
            second.swap(place, if place % 2 == 0 { 0 } else { turns[place] });
            count(second);
            turns[place] += 1;
            place = 1;
        } else {
            turns[place] = 0;
            place += 1;
        }
    }
    as_far / orders
}

fn pearson(a: &[f64], b: &[f64]) -> Option<f64> {
    let n = a.len() as f64;
    let (mean_a, mean_b) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    let sum = |of: &dyn Fn(f64, f64) -> f64| a.iter().zip(b).map(|(a, b)| of(a - mean_a, b - mean_b)).sum::<f64>();
    let (both, of_a, of_b) = (sum(&|a, b| a * b), sum(&|a, _| a * a), sum(&|_, b| b * b));
    (of_a > 1e-20 && of_b > 1e-20).then(|| (both / (of_a * of_b).sqrt()).clamp(-1.0, 1.0))
}

/// Ranks from 1; equal numbers share the mean of theirs.
fn ranks(numbers: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_by(|a, b| numbers[*a].total_cmp(&numbers[*b]));
    let mut ranks = vec![0.0; numbers.len()];
    let mut start = 0;
    for tied in order.chunk_by(|a, b| numbers[*a] == numbers[*b]) {
        tied.iter().for_each(|place| ranks[*place] = f64::midpoint((start + 1) as f64, (start + tied.len()) as f64));
        start += tied.len();
    }
    ranks
}
