//! The numbers of all groups at once of an evaluation, as measurements.

use super::exposure::Top;
use super::panel::panels;
use super::registry::{Compute, Pick};
use super::view::{Replay, Statistic, View};
use crate::score::audit::{self, Audit, Place};
use crate::score::compare::resampled::{Resampled, Term};
use crate::score::interval::{self, Sample};
use crate::score::measurement::{Measurement, told};
use crate::score::rule::FittedRules;
use crate::score::sheet::NoInterval;
use crate::score::value::Value;
use crate::score::{OUTSIDE, ScoreError};
use crate::spec::uncertainty::Method;

/// Measures everything that an evaluation asks of all groups at once. What reads no decisions is the same under every rule, and stands
/// beside each of `rules`.
pub(in crate::score) fn measure(
    audit: &Audit<'_>,
    rules: &[(usize, &str)],
    fitted: &FittedRules,
    measured: &mut Vec<(Place, Measurement)>,
) -> Result<(), ScoreError> {
    let first = audit.scheme.metrics.len() + audit.scheme.embedding.len();
    for (place, (metric, breakdowns)) in audit.scheme.joint.iter().enumerate() {
        for (by, grouping) in breakdowns.iter().map(|by| (*by, &audit.scheme.breakdowns[*by])) {
            let mut told = 0;
            for (breakdown, without) in panels(audit, metric, &audit.breakdowns[by]) {
                let view = View { audit, metric, breakdown: &breakdown, grouping, without: &without };
                let mut tell = |rule: usize, name: &str, numbers: &[Measurement]| {
                    let named = numbers.iter().map(|number| Measurement { decision: name.to_owned(), ..number.clone() });
                    measured.extend((told..).zip(named).map(|(number, named)| ((rule, first + place, by, number), named)));
                };
                let mut count = 0;
                if metric.decided() {
                    for (index, rule) in audit.scheme.decide.iter().enumerate() {
                        let numbers = view.numbers(&view.statistic(&rule.name, fitted)?);
                        tell(index, &rule.name, &numbers);
                        count = numbers.len();
                    }
                } else {
                    let numbers = view.numbers(&view.statistic("", fitted)?);
                    rules.iter().for_each(|(index, name)| tell(*index, name, &numbers));
                    count = numbers.len();
                }
                told += count;
            }
        }
    }
    Ok(())
}

impl View<'_> {
    /// The numbers, as observed, with what resamples and chance say.
    fn numbers(&self, statistic: &Statistic) -> Vec<Measurement> {
        let uncertainty = self.audit.uncertainty;
        let units = self.units(statistic.of_row());
        let patterns: Vec<u32> = units.slots().iter().map(|slot| slot.pattern).collect();
        let Replay { observed, resampled } = self.replay(statistic, &units, &patterns);
        let resampled = self.refitted(statistic).unwrap_or(resampled);
        let grows = match self.metric.definition.compute {
            Compute::Ndkl | Compute::Skew(Pick::Max) | Compute::Leakage(_) => Some(true),
            Compute::Skew(Pick::Min) => Some(false),
            _ => None,
        };
        let permuted = match (grows, statistic) {
            (None, _) => Vec::new(),
            (_, Statistic::Leakage(_)) => self.exposed(statistic),
            _ => self.permuted(statistic, &units),
        };
        let mut sizes = vec![0.0; self.breakdown.groups.len()];
        let counted = units.slots().iter().zip(units.counted()).filter(|(slot, _)| slot.group != OUTSIDE);
        counted.for_each(|(slot, rows)| sizes[slot.group as usize] += rows);
        let (worth, range) = (self.worth(&units, &(0..sizes.len()).collect::<Vec<_>>()), self.metric.definition.range);
        let (spots, tops) = (self.spots(statistic), self.tops(statistic, &units, &patterns));
        let read = |place: usize| {
            let value = observed[place];
            let at = |draws: &[Vec<f64>]| draws.iter().map(|draw| draw[place]).collect::<Vec<f64>>();
            let interval = value.ok().and_then(|value| {
                if let Statistic::Leakage(leaks) = statistic {
                    let given = !uncertainty.refit() && uncertainty.method() != Method::Percentile;
                    let replicates = at(&resampled);
                    let replicates = if given { interval::stretched(&replicates, value, leaks.probe.further()) } else { replicates };
                    return self.of_shares(value, &replicates, &units.effective(self.breakdown.groups.len()));
                }
                if let (Some(top), Method::Standard) = (tops.get(place), uncertainty.method()) {
                    return self.of_top(*top, &at(&resampled));
                }
                let term = Term { weight: 1.0, value, replicates: at(&resampled) };
                let (lower, upper) =
                    Resampled::new(&[term], self.errs(statistic), worth, range, uncertainty).interval(uncertainty.level())?;
                Some((lower.min(value).max(range.0), upper.max(value).min(range.1)))
            });
            let null = value.ok().zip(grows).and_then(|(value, grows)| interval::null(at(&permuted).into_iter(), value, grows));
            let no_interval = if interval.is_none() { NoInterval::of(at(&resampled).into_iter()) } else { None };
            self.measurement(&spots[place], value, (interval, no_interval), null, &sizes)
        };
        (0..spots.len()).map(read).collect()
    }

    /// The interval of a mean of the groups' shares, which may all be perfect; `effective` is how many units each group is worth.
    fn of_shares(&self, value: f64, replicates: &[f64], effective: &[f64]) -> Option<(f64, f64)> {
        let there = || effective[..self.breakdown.groups.len()].iter().copied().filter(|units| *units > 0.0);
        let smaller = there().fold(f64::INFINITY, f64::min);
        let sample = Sample { smaller, ..Sample::new(value, replicates, there().sum(), self.metric.definition.range) };
        sample.interval(self.audit.uncertainty)
    }

    /// The interval of a skew, which is that of a share of the first items: chance may leave nobody of a group among them, and in no resample.
    fn of_top(&self, top: Top, replicates: &[f64]) -> Option<(f64, f64)> {
        let predictions = &*self.audit.predictions;
        if replicates.is_empty() {
            return None;
        }
        let shares: Vec<f64> = replicates.iter().map(|skew| skew.exp() * top.wanted).collect();
        let alike = self.audit.clusters.is_none() && predictions.weight().is_none() && predictions.copies().is_none();
        let sample = Sample {
            share: Some((top.there, top.of)),
            // Where nobody is there, resamples do not tell how clusters err.
            plain: alike || top.there <= 0.0,
            ..Sample::new(top.there / top.of, &shares, top.of, (0.0, 1.0))
        };
        sample
            .interval(self.audit.uncertainty)
            .map(|(lower, upper)| (top.of_share(lower.max(1.0 / top.of)), top.of_share(upper.max(1.0 / top.of))))
    }

    fn measurement(
        &self,
        (group, label): &(Option<usize>, String),
        value: Value,
        (interval, no_interval): (Option<(f64, f64)>, Option<NoInterval>),
        null: Option<(f64, f64)>,
        items: &[f64],
    ) -> Measurement {
        let sizes = self.audit.sizes(&self.breakdown.of_row, self.breakdown);
        let small = match group {
            Some(group) => sizes.small[*group].clone(),
            None => sizes.small.iter().flatten().next().cloned().filter(|_| self.without.groups.is_empty()),
        };
        let left_out = if group.is_some() { &[][..] } else { &self.without.reasons };
        let (status, reason) = match (value, small) {
            (Err(undefined), _) => self.audit.absent((undefined, *group), None, left_out, std::iter::empty(), self.breakdown),
            (Ok(_), small) => {
                let no_interval = no_interval.map(|why| why.words().to_owned());
                told(small, no_interval.into_iter().chain([audit::without(left_out.iter().cloned())]))
            }
        };
        let n = group.map_or_else(|| items.iter().sum(), |group| items[group]);
        Measurement {
            decision: String::new(),
            metric: self.metric.name.clone(),
            parameters: self.metric.parameters.clone(),
            by: self.breakdown.by.clone(),
            group: self.named(*group),
            label: label.clone(),
            item: String::new(),
            value: value.ok(),
            lower: interval.map(|(lower, _)| lower),
            upper: interval.map(|(_, upper)| upper),
            level: interval.map(|_| self.audit.uncertainty.level()),
            n: n as u64,
            n_positive: None,
            n_negative: None,
            n_clusters: sizes.clusters(&group.map_or_else(|| (0..items.len()).collect(), |group| vec![group])),
            null_median: null.map(|(median, _)| median),
            null_p: null.map(|(_, p)| p),
            status,
            reason,
            direction: self.metric.direction,
        }
    }
}
