//! Equal true and false positive rates (Hardt, Price and Srebro 2016): the best point that all groups can reach.
//!
//! Every group reaches what lies below its hull of (false positive rate, true positive rate) and above the diagonal; on the lowest of the
//! hulls the objective is largest at a corner, or where two hulls cross. A group that could do better is held back by draws that ignore
//! its scores. From decisions alone, a hull is that of the decision and its reverse, which is AIF360's `EqOddsPostprocessing` for any number of
//! groups.

use super::Cohorts;
use super::curve::{Curve, Gains, Point};
use super::hull::{Corner, Hull, best, places};
use crate::score::rule::labelled::BOTH;
use crate::score::rule::steps::{Operation, Steps};

/// From scores: a threshold a group, or draws.
///
/// # Errors
/// Where a group has no positives or no negatives.
pub fn of_scores(cohorts: &Cohorts<'_>) -> Result<Vec<Steps>, String> {
    let corners = |curve: &Curve| curve.points.iter().map(|point| corner(curve, point, Operation::From(point.cut))).collect();
    meet(cohorts, corners)
}

/// From the decisions that a threshold makes: draws that keep or reverse them.
///
/// # Errors
/// Where a group has no positives or no negatives.
pub fn of_decisions(cohorts: &Cohorts<'_>, cut: f64) -> Result<Vec<Steps>, String> {
    let corners = |curve: &Curve| {
        let point = curve.at(cut);
        let decided = corner(curve, &point, Operation::From(cut));
        let reversed = Corner { x: 1.0 - decided.x, y: 1.0 - decided.y, operation: Operation::Below(cut) };
        let never = Corner { x: 0.0, y: 0.0, operation: Operation::From(f64::INFINITY) };
        let always = Corner { x: 1.0, y: 1.0, operation: Operation::From(f64::NEG_INFINITY) };
        vec![never, decided, reversed, always]
    };
    meet(cohorts, corners)
}

fn corner(curve: &Curve, point: &Point, operation: Operation) -> Corner {
    Corner { x: point.false_positive / curve.negatives, y: point.true_positive / curve.positives, operation }
}

fn meet(cohorts: &Cohorts<'_>, corners: impl Fn(&Curve) -> Vec<Corner>) -> Result<Vec<Steps>, String> {
    let mut hulls = Vec::with_capacity(cohorts.groups.len());
    let (mut positives, mut negatives) = (0.0, 0.0);
    for cohort in &cohorts.groups {
        let lacking = [(cohort.curve.positives, "positives"), (cohort.curve.negatives, "negatives")];
        if let Some((_, what)) = lacking.iter().find(|(weight, _)| *weight <= 0.0) {
            return Err(format!("no {what} in {}; {BOTH}", cohort.counted));
        }
        positives += cohort.curve.positives;
        negatives += cohort.curve.negatives;
        hulls.push(Hull::new(corners(&cohort.curve)));
    }
    let Gains { true_positive, false_positive } = cohorts.gains;
    let common = |x: f64| hulls.iter().map(|hull| hull.height(x)).fold(f64::INFINITY, f64::min);
    let x = best(&meetings(&hulls), |x| true_positive * positives * common(x) + false_positive * negatives * x);
    let y = common(x);
    let of_group = |hull: &Hull| {
        let height = hull.height(x);
        let excess = if height > x { ((height - y) / (height - x)).clamp(0.0, 1.0) } else { 0.0 };
        // What is left of a rounding is no draw.
        Steps::mix(&hull.mix(x)).or_else(if excess < 1e-12 { 0.0 } else { excess }, x)
    };
    Ok(hulls.iter().map(of_group).collect())
}

/// The corners of all hulls, and where two hulls cross between them.
fn meetings(hulls: &[Hull]) -> Vec<f64> {
    let corners = places(hulls);
    let mut all = corners.clone();
    for pair in corners.windows(2) {
        let [left, right] = [pair[0], pair[1]].map(|x| hulls.iter().map(|hull| hull.height(x)).collect::<Vec<f64>>());
        for one in 0..hulls.len() {
            for other in one + 1..hulls.len() {
                let (before, after) = (left[one] - left[other], right[one] - right[other]);
                if before * after < 0.0 {
                    all.push(pair[0] + (pair[1] - pair[0]) * before / (before - after));
                }
            }
        }
    }
    all.sort_by(f64::total_cmp);
    all
}
