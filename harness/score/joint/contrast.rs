//! Contrasts between models (or groups) in numbers of all groups at once, on the same items in the same resamples.

use super::metric::Metric;
use super::panel::panels;
use super::view::{Replay, Statistic, View};
use crate::score::ScoreError;
use crate::score::audit::{self, Audit, Sizes};
use crate::score::compare::contrast::{Contrast, Terms};
use crate::score::compare::finding::Finding;
use crate::score::compare::resampled::{Resampled, Term};
use crate::score::compare::verdict::Verdict;
use crate::score::compare::{Request, Side, join, turns};
use crate::score::measurement::{Direction, told};
use crate::score::sheet::NoInterval;
use crate::score::units::Units;
use crate::spec::compare::Test;

/// What is asked of sides whose items are in one order, in the columns of all groups at once that all of them have.
pub(in crate::score) fn contrasts(audits: &[Audit<'_>], sides: &[Side<'_>], request: &Request<'_>) -> Result<Vec<Finding>, ScoreError> {
    let Some(first) = audits.first() else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for (metric, breakdowns) in first.scheme.joint.iter().filter(|(metric, _)| request.metrics.contains(&metric.name)) {
        let same = |audit: &Audit<'_>| {
            audit.scheme.joint.iter().position(|(other, _)| other.name == metric.name && other.parameters == metric.parameters)
        };
        let Some(places) = audits.iter().map(same).collect::<Option<Vec<usize>>>() else { continue };
        let metrics: Vec<&Metric> = audits.iter().zip(places).map(|(audit, place)| &audit.scheme.joint[place].0).collect();
        let rules = turns(sides, &audits.iter().map(|audit| audit.scheme).collect::<Vec<_>>(), metric.decided());
        for (by, rule) in breakdowns.iter().flat_map(|by| rules.iter().map(move |rule| (*by, rule.as_str()))) {
            for (breakdown, without) in panels(first, metric, &first.breakdowns[by]) {
                let grouping = &first.scheme.breakdowns[by];
                let view = |(audit, metric)| View { audit, metric, breakdown: &breakdown, grouping, without: &without };
                let views: Vec<View<'_>> = audits.iter().zip(metrics.iter().copied()).map(view).collect();
                let statistics = views.iter().zip(sides).map(|(view, side)| view.statistic(side.rule_or(rule), side.fitted));
                let statistics = statistics.collect::<Result<Vec<_>, _>>()?;
                found.extend(Sides { views, statistics, rule, request }.findings());
            }
        }
    }
    Ok(found)
}

/// One metric in one breakdown on every side.
struct Sides<'a> {
    views: Vec<View<'a>>,
    statistics: Vec<Statistic>,
    rule: &'a str,
    request: &'a Request<'a>,
}

/// A contrast of numbers that stand at one place on every side, or of those of two groups.
struct Sum {
    /// The group and the class that it is about.
    spot: (Option<usize>, String),
    terms: Terms,
    /// The groups that are compared, where groups are.
    groups: Option<(usize, usize)>,
}

impl Sides<'_> {
    fn findings(&self) -> Vec<Finding> {
        let first = &self.views[0];
        let columns: Vec<&[u32]> = self.statistics.iter().map(Statistic::of_row).collect();
        let (joint, tuples) = join(&columns);
        let units = first.units(&joint);
        let replay = |(side, (view, statistic)): (usize, (&View<'_>, &Statistic))| {
            let patterns: Vec<u32> = units.slots().iter().map(|slot| tuples[slot.pattern as usize][side]).collect();
            view.replay(statistic, &units, &patterns)
        };
        let replays: Vec<Replay> = self.views.iter().zip(&self.statistics).enumerate().map(replay).collect();
        let sizes = first.audit.sizes(&joint, first.breakdown);
        let spots = first.spots(&self.statistics[0]);
        let mut found = Vec::new();
        for (place, contrast) in self.request.contrasts.iter().enumerate() {
            for sum in self.sums(contrast, &spots) {
                let finding = self.finding(&sum, contrast, &replays, &units, &sizes);
                found.push(Finding { contrast: place, ..finding });
            }
        }
        found
    }

    fn sums(&self, contrast: &Contrast, spots: &[(Option<usize>, String)]) -> Vec<Sum> {
        let breakdown = self.views[0].breakdown;
        let Contrast::Groups { side, by, pairs } = contrast else {
            let sum = |(number, spot): (usize, &(Option<usize>, String))| {
                Some(Sum { spot: spot.clone(), terms: contrast.terms(number)?, groups: None })
            };
            return spots.iter().enumerate().filter_map(sum).collect();
        };
        if *by != breakdown.by {
            return Vec::new();
        }
        let between = |(from, to): (usize, usize)| {
            let of_from = spots.iter().enumerate().filter(move |(_, (group, _))| *group == Some(from));
            of_from.filter_map(move |(low, (_, label))| {
                let high = spots.iter().position(|(group, other)| *group == Some(to) && other == label)?;
                let (low, high) = ((*side, low), (*side, high));
                let terms = (vec![(-1.0, low), (1.0, high)], vec![low], vec![high]);
                Some(Sum { spot: (None, label.clone()), terms, groups: Some((from, to)) })
            })
        };
        pairs.of(&breakdown.groups).into_iter().flat_map(between).collect()
    }

    fn finding(&self, sum: &Sum, contrast: &Contrast, replays: &[Replay], units: &Units, sizes: &Sizes) -> Finding {
        let first = &self.views[0];
        let (audit, metric, breakdown) = (first.audit, first.metric, first.breakdown);
        let (uncertainty, (terms, low, high)) = (audit.uncertainty, &sum.terms);
        let value = |(side, number): (usize, usize)| replays[side].observed[number];
        let mean = |numbers: &[(usize, usize)]| -> Option<f64> {
            let values = numbers.iter().map(|at| value(*at).ok()).collect::<Option<Vec<f64>>>()?;
            Some(values.iter().sum::<f64>() / values.len() as f64)
        };
        // Numbers over groups rest on all of them.
        let rests: Vec<usize> = match (sum.spot.0, sum.groups) {
            (Some(group), _) => vec![group],
            (None, Some((from, to))) => vec![from, to],
            (None, None) => (0..breakdown.groups.len()).collect(),
        };
        let undefined = terms.iter().find_map(|(_, at)| value(*at).err());
        let over_groups = sum.spot.0.is_none() && sum.groups.is_none();
        let left_out = if over_groups { first.without.reasons.as_slice() } else { &[] };
        let small = rests.iter().find_map(|group| sizes.small[*group].clone()).filter(|_| left_out.is_empty());
        let term = |(weight, (side, number)): &(f64, (usize, usize))| {
            let replicates = replays[*side].resampled.iter().map(|draw| draw[*number]).collect();
            Some(Term { weight: *weight, value: value((*side, *number)).ok()?, replicates })
        };
        let terms: Option<Vec<Term>> = terms.iter().map(term).collect();
        let counted = units.slots().iter().zip(units.counted());
        let n: f64 = counted.filter(|(slot, _)| rests.contains(&(slot.group as usize))).map(|(_, rows)| rows).sum();
        let (worth, errs) = (first.worth(units, &rests), first.errs(&self.statistics[0]));
        let resampled = terms.map(|terms| Resampled::new(&terms, errs, worth, metric.definition.range, uncertainty));
        let level = uncertainty.level();
        let limits = |level: f64| resampled.as_ref()?.interval(level);
        let ends = limits(level);
        let no_interval =
            resampled.as_ref().filter(|_| ends.is_none()).and_then(|resampled| NoInterval::of(resampled.drawn().iter().copied()));
        let (status, reason) = match (undefined, small) {
            (Some(undefined), _) => audit.absent((undefined, sum.spot.0), None, left_out, std::iter::empty(), breakdown),
            (None, small) => {
                let no_interval = no_interval.map(|why| why.words().to_owned());
                told(small, [audit::without(left_out.iter().cloned())].into_iter().chain(no_interval))
            }
        };
        let group = |group: usize| breakdown.groups[group].clone();
        let (from, to) = sum.groups.map(|(from, to)| (group(from), group(to))).unwrap_or_default();
        Finding {
            from,
            to,
            decision: self.rule.to_owned(),
            metric: metric.name.clone(),
            parameters: metric.parameters.clone(),
            by: breakdown.by.clone(),
            group: if sum.groups.is_some() { String::new() } else { first.named(sum.spot.0) },
            label: sum.spot.1.clone(),
            value_from: mean(low),
            value_to: mean(high),
            estimate: resampled.as_ref().map(Resampled::estimate),
            lower: ends.map(|(lower, _)| lower),
            upper: ends.map(|(_, upper)| upper),
            level: ends.map(|_| level),
            p: resampled.as_ref().and_then(|resampled| match self.request.test {
                Test::Bootstrap => resampled.p(limits),
                Test::Permutation => self.relabelled(sum, resampled.estimate()),
                // These are of shares.
                Test::McNemar | Test::McNemarExact | Test::Fisher => None,
            }),
            n: n.round() as u64,
            verdict: self.request.within.and_then(|within| Some(Verdict::of(ends?, limits(2.0 * level - 1.0)?, within))),
            // Between groups, no difference is the best.
            direction: if sum.groups.is_some() { Direction::Neutral } else { metric.direction },
            ..Finding::without(0, contrast.statistic(), status, reason)
        }
    }

    /// The share of the permutations of all groups' labels in which two groups are as far apart.
    fn relabelled(&self, sum: &Sum, estimate: f64) -> Option<f64> {
        sum.groups?;
        let (_, low, high) = &sum.terms;
        let ((side, low), (_, high)) = (*low.first()?, *high.first()?);
        let (view, statistic) = (&self.views[side], &self.statistics[side]);
        let drawn = view.permuted(statistic, &view.units(statistic.of_row()));
        let far = drawn.iter().filter(|numbers| (numbers[high] - numbers[low]).abs() >= estimate.abs() - 1e-12).count();
        (!drawn.is_empty()).then(|| (far + 1) as f64 / (drawn.len() + 1) as f64)
    }
}
