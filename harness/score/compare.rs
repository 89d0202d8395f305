//! The sides of a comparison on the same items, in the same resamples.
//!
//! Rows are grouped into tuples of what each side made of them, so that one draw gives every side's numbers and all that is made of them at
//! once. A difference of gaps (a difference of differences) is one like any other.
//!
//! - [`mod@align`]: what sides must agree on, and their items in one order.
//! - [`contrast`]: what is made of the sides; [`finding`]: what came of it, `sums`: how; [`verdict`]: whether they count as equal.
//! - [`change`]: what became of effects between before and after, each a [`transition`].
//! - [`exact`]: tests of shares; [`mod@adjust`]: many tests at once. [`terms`]: all of it in words.
//! - [`mean`]: means over seeds; `seeds`: how far another seed would move them; `resampled`: how far resamples move sums of numbers.

pub mod adjust;
pub mod align;
pub mod change;
pub mod contrast;
pub mod exact;
pub mod finding;
pub mod mean;
pub(super) mod resampled;
mod seeds;
mod sums;
pub mod terms;
pub mod transition;
pub mod verdict;

use std::collections::BTreeMap;

use super::audit::Audit;
use super::breakdown::Breakdown;
use super::embedding;
use super::joint;
use super::lens::Lens;
use super::metric::Metric;
use super::predictions::Predictions;
use super::rule::FittedRules;
use super::schema::Schema;
use super::scheme::Scheme;
use super::{OUTSIDE, ScoreError};
use crate::score::rule::refit::{self, Refit};
use crate::spec::compare::{Adjust, Test};
use crate::spec::evaluation::Evaluation;
use crate::spec::problem::Problems;
use crate::spec::uncertainty::Uncertainty;
use adjust::adjust;
use align::align;
use contrast::Contrast;
use finding::Finding;
use sums::Paired;

/// One model's part in a comparison.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// What it said.
    pub predictions: &'a Predictions,
    /// How that is scored.
    pub evaluation: &'a Evaluation,
    /// What was found for its rules.
    pub fitted: &'a FittedRules,
    /// The rule whose decisions are looked at; `None` for each in turn that all sides have.
    pub rule: Option<&'a str>,
}

impl Side<'_> {
    /// The rule that is looked at, where it is the turn of another.
    pub(super) fn rule_or<'r>(&'r self, rule: &'r str) -> &'r str {
        self.rule.unwrap_or(rule)
    }
}

/// The rules that are looked at in turn: those that all sides have, or the sides' own at once, under no name.
pub(super) fn turns(sides: &[Side<'_>], schemes: &[&Scheme], decided: bool) -> Vec<String> {
    let named = |scheme: &Scheme, rule: &str| scheme.decide.iter().any(|decide| decide.name == rule);
    let own = sides.iter().any(|side| side.rule.is_some());
    match (schemes.first(), own, decided) {
        (None, ..) | (_, true, false) => Vec::new(),
        (_, true, true) if sides.iter().zip(schemes).all(|(side, scheme)| side.rule.is_some_and(|rule| named(scheme, rule))) => {
            vec![String::new()]
        }
        (_, true, true) => Vec::new(),
        (_, false, false) => vec![String::new()],
        (Some(first), false, true) => {
            let rules = first.decide.iter().map(|rule| rule.name.clone());
            rules.filter(|rule| schemes.iter().all(|scheme| named(scheme, rule))).collect()
        }
    }
}

/// What is asked of the sides.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// What is made of them.
    pub contrasts: &'a [Contrast],
    /// In which columns.
    pub metrics: &'a [String],
    /// Where p comes from.
    pub test: Test,
    /// How far apart two numbers may be and still count as equal.
    pub within: Option<f64>,
    /// What many of them do to p.
    pub adjust: Adjust,
    /// The seed of each side, where intervals are to know that means over seeds would be others with other seeds; else empty.
    pub seeds: &'a [Option<usize>],
}

/// How the decisions of every side are made anew, where some side's rule was fitted and is to be found in every resample.
fn refits(
    audits: &[Audit<'_>],
    sides: &[Side<'_>],
    metric: &Metric,
    rule: &str,
    breakdown: &Breakdown,
    uncertainty: &Uncertainty,
) -> Result<Vec<Option<Refit>>, ScoreError> {
    if !uncertainty.refit() || !refit::concerns(metric) || !sides.iter().any(|side| side.fitted.has(side.rule_or(rule))) {
        return Ok(Vec::new());
    }
    // A rule that stays is drawn the same way, so that all sides have the same items in a draw.
    audits.iter().zip(sides).map(|(audit, side)| audit.redrawn(metric, side.rule_or(rule), breakdown, side.fitted)).collect()
}

/// Makes what is asked of the sides, for every rule, breakdown, group and class that those of a contrast have. What is drawn hangs on these
/// sides alone, and not on what else is asked.
///
/// # Errors
/// Where an evaluation does not fit its predictions, or the sides of a contrast are not about the same items, labels and groups.
pub fn compare(sides: &[Side<'_>], request: &Request<'_>, uncertainty: &Uncertainty) -> Result<Vec<Finding>, ScoreError> {
    // The contrasts of the same sides, by these.
    let mut alike: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
    for (place, contrast) in request.contrasts.iter().enumerate() {
        let mut of = contrast.sides();
        of.sort_unstable();
        of.dedup();
        alike.entry(of).or_default().push(place);
    }
    let mut findings = Vec::new();
    for (of, places) in alike {
        let at = |side: usize| of.iter().position(|known| *known == side).unwrap_or_default();
        let contrasts: Vec<Contrast> = places.iter().map(|place| request.contrasts[*place].moved(at)).collect();
        let seeds: Vec<Option<usize>> = of.iter().filter_map(|side| request.seeds.get(*side).copied()).collect();
        let sides: Vec<Side<'_>> = of.iter().map(|side| sides[*side]).collect();
        let found = of_all(&sides, &Request { contrasts: &contrasts, seeds: &seeds, ..*request }, uncertainty)?;
        findings.extend(found.into_iter().map(|finding| Finding { contrast: places[finding.contrast], ..finding }));
    }
    adjust(findings.iter_mut(), request.adjust);
    Ok(findings)
}

/// Makes what is asked of sides that are all in every contrast.
fn of_all(sides: &[Side<'_>], request: &Request<'_>, uncertainty: &Uncertainty) -> Result<Vec<Finding>, ScoreError> {
    let mut findings = Vec::new();
    pairing(
        sides,
        |metric| request.metrics.contains(&metric.name),
        uncertainty,
        |paired, rule| {
            let found = paired.findings(request);
            findings.extend(found.into_iter().map(|finding| Finding { decision: rule.to_owned(), ..finding }));
        },
    )?;
    let embedded = sides.iter().all(|side| side.predictions.embeddings().is_some() && side.rule.is_none());
    audited(sides, uncertainty, |audits, _| {
        findings.extend(embedded.then(|| embedding::contrasts(audits, request, uncertainty)).into_iter().flatten());
        findings.extend(joint::contrasts(audits, sides, request)?);
        Ok(())
    })?;
    Ok(findings)
}

/// Does something with the sides' items, all in one order.
fn audited<R>(
    sides: &[Side<'_>],
    uncertainty: &Uncertainty,
    of: impl FnOnce(&[Audit<'_>], &[Scheme]) -> Result<R, ScoreError>,
) -> Result<R, ScoreError> {
    let aligned = align(&sides.iter().map(|side| side.predictions).collect::<Vec<_>>())?;
    let aligned = (sides.iter().zip(&aligned))
        .map(|(side, predictions)| side.fitted.calibrated(predictions, side.evaluation))
        .collect::<Result<Vec<_>, ScoreError>>()?;
    let schemes = (sides.iter().zip(&aligned))
        .map(|(side, predictions)| {
            let mut problems = Problems::default();
            let scheme = Scheme::of(side.evaluation, &Schema::of(predictions), &mut problems);
            Ok(problems.check(scheme)?)
        })
        .collect::<Result<Vec<Scheme>, ScoreError>>()?;
    let audits = (sides.iter().zip(&aligned).zip(&schemes))
        .map(|((side, predictions), scheme)| Audit::new(predictions, side.evaluation, uncertainty, scheme))
        .collect::<Result<Vec<Audit<'_>>, _>>()?;
    of(&audits, &schemes)
}

/// Sets the sides beside each other in every metric that is wanted, rule and breakdown that all have.
fn pairing(
    sides: &[Side<'_>],
    wanted: impl Fn(&Metric) -> bool,
    uncertainty: &Uncertainty,
    mut each: impl FnMut(&Paired<'_>, &str),
) -> Result<(), ScoreError> {
    audited(sides, uncertainty, |audits, schemes| {
        let (Some(first), Some(scheme)) = (audits.first(), schemes.first()) else { return Ok(()) };
        for (metric, breakdowns) in scheme.metrics.iter().filter(|(metric, _)| wanted(metric)) {
            // The other sides' metric of the same name, where all have it.
            let same = |scheme: &Scheme| {
                scheme.metrics.iter().position(|(other, _)| other.name == metric.name && other.parameters == metric.parameters)
            };
            let Some(places) = schemes.iter().map(same).collect::<Option<Vec<usize>>>() else { continue };
            for rule in turns(sides, &schemes.iter().collect::<Vec<_>>(), metric.input.of_rule()) {
                let called: Vec<&Metric> = schemes.iter().zip(&places).map(|(scheme, place)| &scheme.metrics[*place].0).collect();
                let lenses = (audits.iter().zip(sides).zip(&called))
                    .map(|((audit, side), metric)| audit.lens(metric, side.rule_or(&rule), side.fitted))
                    .collect::<Result<Vec<Lens>, _>>()?;
                let (joint, tuples) = join(&lenses.iter().map(Lens::of_row).collect::<Vec<_>>());
                for by in breakdowns.iter().copied() {
                    let breakdown = &first.breakdowns[by];
                    let anchors = [first.anchors(metric, by, &first.sizes(&joint, breakdown))?];
                    let refits = refits(audits, sides, metric, &rule, breakdown, uncertainty)?;
                    let paired = Paired {
                        sides,
                        rule: &rule,
                        audits,
                        lenses: &lenses,
                        metrics: &called,
                        breakdown,
                        anchors: &anchors,
                        joint: &joint,
                        tuples: &tuples,
                        refits: &refits,
                        uncertainty,
                    };
                    each(&paired, &rule);
                }
            }
        }
        Ok(())
    })
}

/// Numbers the distinct tuples of patterns, in their order; a row that some side leaves out is left out.
pub(super) fn join(columns: &[&[u32]]) -> (Vec<u32>, Vec<Vec<u32>>) {
    let rows = columns.first().map_or(0, |of_row| of_row.len());
    let tuple = |row: usize| columns.iter().map(move |of_row| of_row[row]);
    let mut order: Vec<u32> = (0..rows as u32).filter(|row| tuple(*row as usize).all(|pattern| pattern != OUTSIDE)).collect();
    order.sort_unstable_by(|a, b| tuple(*a as usize).cmp(tuple(*b as usize)));
    let mut joint = vec![OUTSIDE; rows];
    let mut tuples: Vec<Vec<u32>> = Vec::new();
    for row in order.into_iter().map(|row| row as usize) {
        if tuples.last().is_none_or(|last| !tuple(row).eq(last.iter().copied())) {
            tuples.push(tuple(row).collect());
        }
        joint[row] = tuples.len() as u32 - 1;
    }
    (joint, tuples)
}
