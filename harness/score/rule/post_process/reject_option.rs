//! Doubtful cases go to the groups that are worse off (Kamiran, Karim and Zhang 2012, reject option based classification): in a band around
//! the threshold they are positive, and the other groups negative. So each side has a threshold, at either end of the band.
//!
//! Threshold and width are those of AIF360's search: 100 thresholds from 0.01 to 0.99, and 50 widths of each, up to the nearer end of the scale.

use super::curve::Curve;
use super::{Cohorts, Found};
use crate::score::lens::tally::Confusion;
use crate::score::metric::Metric;
use crate::score::rule::labelled::slack;
use crate::score::rule::post_process::curve::tally;
use crate::score::rule::steps::Steps;
use crate::spec::evaluation::Policy;

const THRESHOLDS: usize = 100;
const WIDTHS: usize = 50;

/// The thresholds at which the objective is largest of those that keep the two sides' metrics near enough; `unprivileged` are groups.
///
/// # Errors
/// Where a side has no items, a score is no probability, or no band keeps to the bounds.
pub fn fit(cohorts: &Cohorts<'_>, unprivileged: &[String], bounds: &[(&Metric, f64)]) -> Result<Found, String> {
    if let Some(unknown) = unprivileged.iter().find(|name| !cohorts.groups.iter().any(|cohort| cohort.name == **name)) {
        return Err(format!("the split has no items in {unknown}"));
    }
    let gains = |name: &str| unprivileged.iter().any(|other| other == name);
    let side = |wanted: bool| -> Vec<&Curve> {
        cohorts.groups.iter().filter(|cohort| gains(cohort.name) == wanted).map(|cohort| &cohort.curve).collect()
    };
    let (ours, theirs) = (side(true), side(false));
    if theirs.is_empty() {
        return Err("every group is unprivileged".to_owned());
    }
    let outside = |curve: &Curve| curve.points.iter().any(|point| point.cut.is_finite() && !(0.0..=1.0).contains(&point.cut));
    if cohorts.groups.iter().any(|cohort| outside(&cohort.curve)) {
        return Err("it searches between 0 and 1, and some scores lie outside".to_owned());
    }
    let at = |curves: &[&Curve], cut: f64| {
        let mut sum = Confusion::default();
        curves.iter().for_each(|curve| sum.add(&curve.confusion(&curve.at(cut))));
        sum
    };
    let value = |metric: &Metric, cell: Confusion| {
        let mut values = Vec::new();
        metric.push_values(0, &tally(cell, cohorts.positive), Policy::Propagate, &mut values);
        values.first().and_then(|value| value.ok())
    };
    let mut best: Option<(f64, f64, f64)> = None;
    for step in 0..THRESHOLDS {
        let threshold = 0.01 + 0.98 * step as f64 / (THRESHOLDS - 1) as f64;
        for step in 0..WIDTHS {
            let width = threshold.min(1.0 - threshold) * step as f64 / (WIDTHS - 1) as f64;
            let (our, their) = (at(&ours, threshold - width), at(&theirs, threshold + width));
            let gain = cohorts.gains.true_positive * (our.true_positive + their.true_positive)
                + cohorts.gains.false_positive * (our.false_positive + their.false_positive);
            let near = |(metric, bound): &(&Metric, f64)| {
                value(metric, our).zip(value(metric, their)).is_some_and(|(our, their)| (our - their).abs() <= bound + slack(*bound))
            };
            if best.is_none_or(|(most, ..)| gain > most + slack(most)) && bounds.iter().all(near) {
                best = Some((gain, threshold, width));
            }
        }
    }
    let Some((_, threshold, width)) = best else {
        let asked: Vec<String> = bounds.iter().map(|(metric, bound)| format!("`{}` within {bound}", metric.name)).collect();
        return Err(format!("no band keeps {} of each other", asked.join(" and ")));
    };
    let cut = |name: &str| if gains(name) { threshold - width } else { threshold + width };
    Ok((Steps::from(threshold), cohorts.groups.iter().map(|cohort| Steps::from(cut(cohort.name))).collect()))
}
