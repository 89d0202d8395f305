//! A rate of at least so much in every group, at the least loss (Mittelstadt, Wachter and Russell 2023, "The unfairness of fair machine
//! learning"; OxonFair's minimal rates): nobody is brought down, and each group has the best of the thresholds that reach the bar.

use super::Cohorts;
use super::curve::Point;
use crate::score::metric::Metric;
use crate::score::rule::labelled::slack;
use crate::score::rule::steps::Steps;
use crate::spec::evaluation::Policy;

/// The threshold of each group; of equally good ones the largest.
///
/// # Errors
/// Where no threshold of a group reaches the bar.
pub fn fit(cohorts: &Cohorts<'_>, metric: &Metric, at_least: f64) -> Result<Vec<Steps>, String> {
    let mut values = Vec::new();
    let mut reaches = |cohort: &super::Cohort<'_>, point: &Point| {
        values.clear();
        metric.push_values(0, &cohort.curve.tally(point, cohorts.positive), Policy::Propagate, &mut values);
        matches!(values.first(), Some(Ok(value)) if *value >= at_least - slack(at_least))
    };
    let mut found = Vec::with_capacity(cohorts.groups.len());
    for cohort in &cohorts.groups {
        let mut best: Option<(f64, Point)> = None;
        for point in &cohort.curve.points {
            let gain = cohorts.gains.at(point);
            if best.is_none_or(|(most, _)| gain > most + slack(most)) && reaches(cohort, point) {
                best = Some((gain, *point));
            }
        }
        let Some((_, point)) = best else {
            return Err(format!("no threshold keeps `{}` at least {at_least} in {}", metric.name, cohort.counted));
        };
        found.push(Steps::from(point.cut));
    }
    Ok(found)
}
