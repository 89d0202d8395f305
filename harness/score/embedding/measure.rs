//! The numbers of embeddings of an evaluation, as measurements.

use super::metric::Metric;
use super::scene::{Ground, Reading, Scene};
use super::sets;
use crate::score::audit::{Audit, Place, Sizes};
use crate::score::breakdown::Breakdown;
use crate::score::measurement::{Measurement, Status, told};
use crate::score::value::{Cause, Undefined};
use crate::spec::problem::Problems;

/// Measures everything that an evaluation asks of embeddings, each number with its place among those of the evaluation.
pub(in crate::score) fn measure(audit: &Audit<'_>, measured: &mut Vec<(Place, Measurement)>) {
    for (by, breakdown) in audit.breakdowns.iter().enumerate() {
        let here = |(metric, breakdowns): &(Metric, Vec<usize>)| !metric.definition.compute.of_sets() && breakdowns.contains(&by);
        of(audit, breakdown, by, here, measured);
    }
    if let Some(breakdown) = sets_of(audit) {
        of(audit, &breakdown, 0, |(metric, _)| metric.definition.compute.of_sets(), measured);
    }
}

/// The sets of an evaluation, where a metric asks for them. What is wrong with them was said before.
pub(super) fn sets_of(audit: &Audit<'_>) -> Option<Breakdown> {
    let asked = audit.scheme.embedding.iter().any(|(metric, _)| metric.definition.compute.of_sets());
    let sets = audit.evaluation.sets.as_ref().filter(|_| asked)?;
    sets::resolve(sets, &audit.predictions, &mut Problems::default())
}

/// What metrics of one breakdown are measured on.
pub(super) fn ground<'a>(audit: &'a Audit<'_>, breakdown: &'a Breakdown, metrics: &'a [&'a Metric], kept: &'a [bool]) -> Ground<'a> {
    Ground {
        predictions: &audit.predictions,
        breakdown,
        clusters: audit.clusters.as_ref(),
        metrics,
        normalize: audit.evaluation.embed.unwrap_or_default().normalize,
        policy: audit.evaluation.undefined,
        kept,
    }
}

/// How many items are in some groups.
pub(super) fn items(breakdown: &Breakdown, groups: &[usize]) -> u64 {
    breakdown.of_row.iter().filter(|group| groups.contains(&(**group as usize))).count() as u64
}

fn of(
    audit: &Audit<'_>,
    breakdown: &Breakdown,
    by: usize,
    here: impl Fn(&(Metric, Vec<usize>)) -> bool,
    measured: &mut Vec<(Place, Measurement)>,
) {
    let (places, metrics): (Vec<usize>, Vec<&Metric>) =
        audit.scheme.embedding.iter().enumerate().filter(|(_, called)| here(called)).map(|(place, (metric, _))| (place, metric)).unzip();
    if metrics.is_empty() {
        return;
    }
    let sizes = audit.sizes(&breakdown.of_row, breakdown);
    let kept = sizes.kept();
    let scene = Scene::new(ground(audit, breakdown, &metrics, &kept));
    for (number, reading) in scene.map_or_else(Vec::new, |scene| scene.read(audit.uncertainty)).iter().enumerate() {
        let metric = reading.spot.metric;
        // After the metrics that read anything else.
        let place = (0, audit.scheme.metrics.len() + places[metric], by, number);
        measured.push((place, measurement(audit, reading, metrics[metric], breakdown, &sizes)));
    }
}

fn measurement(audit: &Audit<'_>, reading: &Reading, metric: &Metric, breakdown: &Breakdown, sizes: &Sizes) -> Measurement {
    let spot = &reading.spot;
    let small = spot.rests.iter().find_map(|group| sizes.small[*group].clone());
    let (status, reason) = match (reading.value, small) {
        (Err(Undefined { cause: Cause::FewGroups, .. }), Some(small)) => (Status::InsufficientEvidence, small),
        (Err(undefined), _) => (Status::Undefined, audit.reason(undefined, spot.group, breakdown)),
        (Ok(_), small) => told(small, reading.no_interval.map(|why| why.words().to_owned())),
    };
    Measurement {
        decision: String::new(),
        metric: metric.name.clone(),
        parameters: metric.parameters.clone(),
        by: breakdown.by.clone(),
        group: spot.group.map(|group| breakdown.groups[group].clone()).unwrap_or_default(),
        label: spot.label.clone(),
        item: String::new(),
        value: reading.value.ok(),
        lower: reading.interval.map(|(lower, _)| lower),
        upper: reading.interval.map(|(_, upper)| upper),
        level: reading.interval.map(|_| audit.uncertainty.level()),
        n: items(breakdown, &spot.rests),
        n_positive: None,
        n_negative: None,
        n_clusters: sizes.clusters(&spot.rests),
        null_median: reading.null.map(|(median, _)| median),
        null_p: reading.null.map(|(_, p)| p),
        status,
        reason,
        direction: metric.direction,
    }
}
