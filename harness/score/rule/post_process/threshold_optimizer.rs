//! Thresholds by group, or draws between two, with one rate in common (fairlearn's `ThresholdOptimizer`).
//!
//! Fairlearn looks at a grid of rates (1,001 by default); the best rate of all is a corner of some group's hull, and is found exactly here.
//! The objective is that of all items: fairlearn weighs each group's own balanced accuracy by the group's size instead, which is another
//! number (for accuracy both are one).

use super::curve::{Curve, Point};
use super::hull::{Corner, Hull, best, places};
use super::{Cohort, Cohorts};
use crate::score::rule::labelled::BOTH;
use crate::score::rule::steps::{Operation, Steps};
use crate::spec::post_process::Constraint;

/// The decision a group.
///
/// # Errors
/// Where a group lacks what the rate is a share of.
pub fn fit(cohorts: &Cohorts<'_>, constraint: Constraint) -> Result<Vec<Steps>, String> {
    let hulls = cohorts
        .groups
        .iter()
        .map(|cohort| {
            let whole = whole(cohort, constraint)?;
            let corner = |point: &Point| Corner {
                x: selected(point, constraint) / whole,
                y: cohorts.gains.at(point),
                operation: Operation::From(point.cut),
            };
            Ok(Hull::new(cohort.curve.points.iter().map(corner).collect()))
        })
        .collect::<Result<Vec<Hull>, String>>()?;
    let rate = best(&places(&hulls), |rate| hulls.iter().map(|hull| hull.height(rate)).sum());
    Ok(hulls.iter().map(|hull| Steps::mix(&hull.mix(rate))).collect())
}

fn selected(point: &Point, constraint: Constraint) -> f64 {
    match constraint {
        Constraint::TruePositiveRate => point.true_positive,
        Constraint::FalsePositiveRate => point.false_positive,
        Constraint::SelectionRate | Constraint::EqualizedOdds => point.true_positive + point.false_positive,
    }
}

fn whole(cohort: &Cohort<'_>, constraint: Constraint) -> Result<f64, String> {
    let Curve { positives, negatives, .. } = cohort.curve;
    let (whole, what) = match constraint {
        Constraint::TruePositiveRate => (positives, "positives"),
        Constraint::FalsePositiveRate => (negatives, "negatives"),
        Constraint::SelectionRate | Constraint::EqualizedOdds => (positives + negatives, "items"),
    };
    if whole > 0.0 { Ok(whole) } else { Err(format!("no {what} in {}; {BOTH}", cohort.counted)) }
}
