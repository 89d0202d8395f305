//! Differences between models in numbers of embeddings, on the same items in the same resamples.

use super::measure::{ground, items, sets_of};
use super::metric::Metric;
use super::scene::{Replay, Scene};
use crate::score::audit::Audit;
use crate::score::breakdown::Breakdown;
use crate::score::compare::{Difference, limits, two_sided};
use crate::score::measurement::Status;
use crate::spec::evaluation::Policy;
use crate::spec::uncertainty::Uncertainty;

/// Compares pairs of sides (from, to), whose items are in one order, in the columns that are named, where all sides have them.
pub(in crate::score) fn contrasts(
    audits: &[Audit<'_>],
    pairs: &[(usize, usize)],
    columns: &[String],
    uncertainty: &Uncertainty,
) -> Vec<Difference> {
    let Some(first) = audits.first() else { return Vec::new() };
    let same = |audit: &Audit<'_>, metric: &Metric| {
        audit.scheme.embedding.iter().position(|(other, _)| other.name == metric.name && other.parameters == metric.parameters)
    };
    let mut found = Vec::new();
    // Place by place, the metric on every side.
    let shared: Vec<(usize, Vec<usize>)> = (first.scheme.embedding.iter().enumerate())
        .filter(|(_, (metric, _))| columns.contains(&metric.name))
        .filter_map(|(place, (metric, _))| Some((place, audits.iter().map(|audit| same(audit, metric)).collect::<Option<_>>()?)))
        .collect();
    let mut compare = |breakdown: &Breakdown, here: &dyn Fn(usize) -> bool| {
        let chosen: Vec<&Vec<usize>> = shared.iter().filter(|(place, _)| here(*place)).map(|(_, places)| places).collect();
        let of_side = |side: usize| chosen.iter().map(|places| &audits[side].scheme.embedding[places[side]].0).collect::<Vec<&Metric>>();
        if !chosen.is_empty() {
            let metrics: Vec<Vec<&Metric>> = (0..audits.len()).map(of_side).collect();
            found.extend(Sides { audits, metrics: &metrics, breakdown }.differences(pairs, uncertainty));
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
}

impl Sides<'_> {
    fn differences(&self, pairs: &[(usize, usize)], uncertainty: &Uncertainty) -> Vec<Difference> {
        let first = &self.audits[0];
        let sizes = first.sizes(&self.breakdown.of_row, self.breakdown);
        let exclude = first.evaluation.undefined == Policy::Exclude;
        let kept: Vec<bool> = sizes.small.iter().map(|small| !(exclude && small.is_some())).collect();
        let mut scenes: Vec<Scene<'_>> = Vec::new();
        for (audit, metrics) in self.audits.iter().zip(self.metrics) {
            let Some(scene) = Scene::new(ground(audit, self.breakdown, metrics, &kept)) else { return Vec::new() };
            scenes.push(match scenes.first() {
                Some(first) => scene.drawn_as(first),
                None => scene,
            });
        }
        let replays: Vec<Replay> = scenes.iter().map(|scene| scene.replay(uncertainty)).collect();
        let spots = replays.first().map_or(&[][..], |replay| &replay.spots);
        let one = |(from, to): (usize, usize), number: usize| {
            let (a, b, spot) = (&replays[from], &replays[to], &spots[number]);
            let metric = self.metrics[0][spot.metric];
            let undefined = a.values[number].err().or(b.values[number].err());
            let small = spot.rests.iter().find_map(|group| sizes.small[*group].clone());
            let (status, reason) = match (undefined, small) {
                (Some(undefined), _) => (Status::Undefined, first.reason(undefined, spot.group, self.breakdown)),
                (None, Some(small)) => (Status::Small, small),
                (None, None) => (Status::Ok, String::new()),
            };
            let values = a.values[number].ok().zip(b.values[number].ok());
            let difference = values.map(|(a, b)| b - a);
            let drawn: Vec<f64> = a.told(number).zip(b.told(number)).map(|(a, b)| b - a).collect();
            let n = items(self.breakdown, &spot.rests);
            let interval = difference.and_then(|_| limits(&drawn, n as f64, uncertainty));
            Difference {
                from,
                to,
                decision: String::new(),
                metric: metric.name.clone(),
                parameters: metric.parameters.clone(),
                by: self.breakdown.by.clone(),
                group: spot.group.map(|group| self.breakdown.groups[group].clone()).unwrap_or_default(),
                label: spot.label.clone(),
                value_from: a.values[number].ok(),
                value_to: b.values[number].ok(),
                difference,
                lower: interval.map(|(lower, _)| lower),
                upper: interval.map(|(_, upper)| upper),
                level: interval.map(|_| uncertainty.level()),
                n,
                p: interval.and_then(|_| two_sided(&drawn)),
                p_adjusted: None,
                status,
                reason,
                direction: metric.direction,
            }
        };
        pairs.iter().flat_map(|pair| (0..spots.len()).map(|number| one(*pair, number)).collect::<Vec<_>>()).collect()
    }
}
