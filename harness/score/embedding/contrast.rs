//! Contrasts between models (or groups) in numbers of embeddings, on the same items in the same resamples.

use super::measure::{ground, items, sets_of};
use super::metric::Metric;
use super::registry::Compute;
use super::scene::{Likeness, Replay, Scene, Spot};
use crate::score::OUTSIDE;
use crate::score::audit::{Audit, Sizes};
use crate::score::breakdown::Breakdown;
use crate::score::compare::Request;
use crate::score::compare::contrast::{At, Contrast};
use crate::score::compare::finding::{Finding, Statistic};
use crate::score::compare::resampled::{Resampled, Term};
use crate::score::compare::verdict::Verdict;
use crate::score::measurement::{Direction, Status, told};
use crate::score::sheet::NoInterval;
use crate::score::value::{Cause, Undefined};
use crate::spec::compare::Test;
use crate::spec::uncertainty::Uncertainty;

/// What is asked of sides whose items are in one order, in the columns of embeddings that all of them have.
pub(in crate::score) fn contrasts(audits: &[Audit<'_>], request: &Request<'_>, uncertainty: &Uncertainty) -> Vec<Finding> {
    let Some(first) = audits.first() else { return Vec::new() };
    let same = |audit: &Audit<'_>, metric: &Metric| {
        audit.scheme.embedding.iter().position(|(other, _)| other.name == metric.name && other.parameters == metric.parameters)
    };
    // Place by place, the metric on every side.
    let shared: Vec<(usize, Vec<usize>)> = (first.scheme.embedding.iter().enumerate())
        .filter(|(_, (metric, _))| request.metrics.contains(&metric.name))
        .filter_map(|(place, (metric, _))| Some((place, audits.iter().map(|audit| same(audit, metric)).collect::<Option<_>>()?)))
        .collect();
    let mut found = Vec::new();
    let mut compare = |breakdown: &Breakdown, here: &dyn Fn(usize) -> bool| {
        let chosen: Vec<&Vec<usize>> = shared.iter().filter(|(place, _)| here(*place)).map(|(_, places)| places).collect();
        let of_side = |side: usize| chosen.iter().map(|places| &audits[side].scheme.embedding[places[side]].0).collect::<Vec<&Metric>>();
        if !chosen.is_empty() {
            let metrics: Vec<Vec<&Metric>> = (0..audits.len()).map(of_side).collect();
            found.extend(Sides { audits, metrics: &metrics, breakdown, request, uncertainty }.findings());
        }
    };
    let embedding = &first.scheme.embedding;
    for (by, breakdown) in first.breakdowns.iter().enumerate() {
        compare(breakdown, &|place| !embedding[place].0.definition.compute.of_sets() && embedding[place].1.contains(&by));
    }
    if let Some(breakdown) = sets_of(first) {
        compare(&breakdown, &|place| embedding[place].0.definition.compute.of_sets());
    }
    found
}

/// Metrics of one breakdown on every side.
struct Sides<'a> {
    audits: &'a [Audit<'a>],
    metrics: &'a [Vec<&'a Metric>],
    breakdown: &'a Breakdown,
    request: &'a Request<'a>,
    uncertainty: &'a Uncertainty,
}

/// A weighted sum of numbers, which is what every contrast is.
struct Sum {
    spot: Spot,
    terms: Vec<(f64, At)>,
    /// The numbers whose mean is told as the value that is subtracted.
    low: Vec<At>,
    /// The numbers whose mean is told as the value that it is subtracted from.
    high: Vec<At>,
    /// The groups that are compared, where groups are.
    groups: Option<(usize, usize)>,
}

impl Sides<'_> {
    fn findings(&self) -> Vec<Finding> {
        let first = &self.audits[0];
        let sizes = first.sizes(&self.breakdown.of_row, self.breakdown);
        let kept = sizes.kept();
        let mut scenes: Vec<Scene<'_>> = Vec::new();
        for (audit, metrics) in self.audits.iter().zip(self.metrics) {
            let Some(scene) = Scene::new(ground(audit, self.breakdown, metrics, &kept)) else { return Vec::new() };
            scenes.push(match scenes.first() {
                Some(first) => scene.drawn_as(first),
                None => scene,
            });
        }
        let replays: Vec<Replay> = scenes.iter().map(|scene| scene.replay(self.uncertainty)).collect();
        let spots = &replays[0].spots;
        let contrasts = self.request.contrasts.iter().enumerate();
        let of_contrast = |(place, contrast): (usize, &Contrast)| {
            let sums = self.sums(contrast, spots).into_iter();
            sums.map(|sum| self.finding(&sum, (place, contrast), &replays, &sizes)).collect::<Vec<Finding>>()
        };
        let mut findings: Vec<Finding> = contrasts.flat_map(of_contrast).collect();
        findings.extend(self.likenesses(&scenes, &sizes));
        findings
    }

    /// The numbers of two models at once.
    fn likenesses(&self, scenes: &[Scene<'_>], sizes: &Sizes) -> Vec<Finding> {
        let two = |(place, contrast): (usize, &Contrast)| match contrast {
            Contrast::Difference { from, to } => Some((place, *from.first()?, *to.first()?)),
            Contrast::Slope(_) | Contrast::Groups { .. } => None,
        };
        let sides: Vec<_> = self.request.contrasts.iter().enumerate().filter_map(two).collect();
        let mut findings = Vec::new();
        for metric in &self.metrics[0] {
            let Compute::Models(of) = metric.definition.compute else { continue };
            for (place, from, to) in &sides {
                let found = scenes[*from].likeness(&scenes[*to], (of, metric), self.uncertainty);
                let of_group = |(group, likeness): (usize, Likeness)| {
                    let (status, reason) =
                        self.status(likeness.value.err().map(|undefined| (undefined, Some(group))), None, &[group], sizes);
                    Finding {
                        metric: metric.name.clone(),
                        parameters: metric.parameters.clone(),
                        by: self.breakdown.by.clone(),
                        group: self.breakdown.groups[group].clone(),
                        estimate: likeness.value.ok(),
                        lower: likeness.interval.map(|(lower, _)| lower),
                        upper: likeness.interval.map(|(_, upper)| upper),
                        level: likeness.interval.map(|_| self.uncertainty.level()),
                        n: items(self.breakdown, &[group]),
                        direction: metric.direction,
                        ..Finding::without(*place, Statistic::Similarity, status, reason)
                    }
                };
                findings.extend(found.into_iter().enumerate().map(of_group));
            }
        }
        findings
    }

    /// Whether a number that rests on some groups may be used, and why not.
    fn status(
        &self,
        undefined: Option<(Undefined, Option<usize>)>,
        no_interval: Option<NoInterval>,
        rests: &[usize],
        sizes: &Sizes,
    ) -> (Status, String) {
        let small = rests.iter().find_map(|group| sizes.small[*group].clone());
        match (undefined, small) {
            (Some((Undefined { cause: Cause::FewGroups, .. }, _)), Some(small)) => (Status::InsufficientEvidence, small),
            (Some((undefined, group)), _) => (Status::Undefined, self.audits[0].reason(undefined, group, self.breakdown)),
            (None, small) => told(small, no_interval.map(|why| why.words().to_owned())),
        }
    }

    /// The sums that a contrast is, of numbers that stand in the same places on every side.
    fn sums(&self, contrast: &Contrast, spots: &[Spot]) -> Vec<Sum> {
        match contrast {
            Contrast::Difference { .. } | Contrast::Slope(_) => {
                let sum = |(number, spot): (usize, &Spot)| {
                    let (terms, low, high) = contrast.terms(number)?;
                    Some(Sum { spot: spot.clone(), terms, low, high, groups: None })
                };
                spots.iter().enumerate().filter_map(sum).collect()
            }
            Contrast::Groups { side, by, pairs } if *by == self.breakdown.by => {
                let number = |metric: usize, group: usize| spots.iter().position(|spot| spot.metric == metric && spot.group == Some(group));
                let of_metric = |metric: usize| {
                    pairs.of(&self.breakdown.groups).into_iter().filter_map(move |(from, to)| {
                        let (low, high) = ((*side, number(metric, from)?), (*side, number(metric, to)?));
                        let spot = Spot { metric, group: None, label: String::new(), rests: vec![from, to] };
                        let terms = vec![(-1.0, low), (1.0, high)];
                        Some(Sum { spot, terms, low: vec![low], high: vec![high], groups: Some((from, to)) })
                    })
                };
                (0..self.metrics[*side].len()).flat_map(of_metric).collect()
            }
            Contrast::Groups { .. } => Vec::new(),
        }
    }

    fn finding(&self, sum: &Sum, (place, contrast): (usize, &Contrast), replays: &[Replay], sizes: &Sizes) -> Finding {
        let spot = &sum.spot;
        let metric = self.metrics[0][spot.metric];
        let value = |(side, number): At| replays[side].values[number];
        let mean = |numbers: &[At]| -> Option<f64> {
            let values = numbers.iter().map(|at| value(*at).ok()).collect::<Option<Vec<f64>>>()?;
            Some(values.iter().sum::<f64>() / values.len() as f64)
        };
        let undefined = sum.terms.iter().find_map(|(_, at)| value(*at).err().map(|undefined| (undefined, replays[at.0].spots[at.1].group)));
        let term = |(weight, (side, number)): &(f64, At)| {
            let value = value((*side, *number)).ok()?;
            Some(Term { weight: *weight, value, replicates: replays[*side].told(*number).collect() })
        };
        let n = items(self.breakdown, &spot.rests);
        let units = spot.rests.iter().filter_map(|group| replays[0].effective.get(*group)).copied().fold(n as f64, f64::min);
        let terms: Option<Vec<Term>> = sum.terms.iter().map(term).collect();
        let resampled = terms.map(|terms| Resampled::new(&terms, metric.errs(), units, metric.range(), self.uncertainty));
        let level = self.uncertainty.level();
        let interval = |level: f64| resampled.as_ref()?.interval(level);
        let ends = interval(level);
        let without = resampled.as_ref().filter(|_| ends.is_none());
        let no_interval = without.and_then(|resampled| NoInterval::of(resampled.drawn().iter().copied()));
        let (status, reason) = self.status(undefined, no_interval, &spot.rests, sizes);
        let group = |group: usize| self.breakdown.groups[group].clone();
        let (from, to) = sum.groups.map(|(from, to)| (group(from), group(to))).unwrap_or_default();
        Finding {
            from,
            to,
            metric: metric.name.clone(),
            parameters: metric.parameters.clone(),
            by: self.breakdown.by.clone(),
            group: spot.group.map(group).unwrap_or_default(),
            label: spot.label.clone(),
            value_from: mean(&sum.low),
            value_to: mean(&sum.high),
            estimate: resampled.as_ref().map(Resampled::estimate),
            lower: ends.map(|(lower, _)| lower),
            upper: ends.map(|(_, upper)| upper),
            level: ends.map(|_| level),
            p: resampled.as_ref().and_then(|resampled| match (self.request.test, sum.groups) {
                (Test::Bootstrap, _) => resampled.p(interval),
                (Test::Permutation, Some(groups)) => self.relabelled(sum, resampled.estimate(), groups),
                // These are of shares, or exchange what two models decided.
                _ => None,
            }),
            n,
            verdict: self.request.within.and_then(|within| Some(Verdict::of(ends?, interval(2.0 * level - 1.0)?, within))),
            // Between groups, no difference is the best.
            direction: if sum.groups.is_some() { Direction::Neutral } else { metric.direction },
            ..Finding::without(place, contrast.statistic(), status, reason)
        }
    }

    /// The share of the permutations of two groups' labels, all other items left out, in which they are as far apart.
    fn relabelled(&self, sum: &Sum, estimate: f64, (from, to): (usize, usize)) -> Option<f64> {
        let (side, _) = *sum.low.first()?;
        let of_two = |group: &u32| if [from, to].contains(&(*group as usize)) { *group } else { OUTSIDE };
        let mut breakdown = self.breakdown.clone();
        breakdown.of_row = self.breakdown.of_row.iter().map(of_two).collect();
        let kept = vec![true; breakdown.groups.len()];
        let scene = Scene::new(ground(&self.audits[side], &breakdown, &self.metrics[side][sum.spot.metric..=sum.spot.metric], &kept))?;
        let drawn = scene.relabelled(self.uncertainty);
        let far = drawn.iter().filter(|numbers| (numbers[to] - numbers[from]).abs() >= estimate.abs() - 1e-12).count();
        (!drawn.is_empty()).then(|| (far + 1) as f64 / (drawn.len() + 1) as f64)
    }
}
