//! Scores of cells that differ in `uncertainty: {include: […]}` alone to means, from the store where they are known.

use rayon::prelude::*;
use serde_json::json;

use super::event::Event;
use super::scoring::{Kept, Scored, Scoring};
use super::store::StoreError;
use crate::plan::key::Key;
use crate::plan::planned::PlannedScore;
use crate::report::average::Average;
use crate::report::row::Row;
use crate::score::compare::mean::{Mean, means};
use crate::score::measurement::Measurement;
use crate::spec::cell::CellEvaluation;

/// How means are kept in the store.
const KEPT: Kept = Kept { kind: "average", file: "means.json" };

/// A score and its numbers.
type Numbers<'a> = (&'a PlannedScore, &'a [Measurement]);

/// Scores that differ in the included axes alone; a score without numbers is `None`.
struct Family<'a> {
    evaluation: &'a CellEvaluation,
    model: &'a str,
    axes: Vec<(String, String)>,
    scores: Vec<Option<Numbers<'a>>>,
}

/// The means over the axes that the study's uncertainty includes; those of cells without numbers, or about different items, are left out.
///
/// # Errors
/// The store cannot be read or written.
pub fn averages(scoring: Scoring<'_>, scored: &[Option<Scored>]) -> Result<Vec<Average>, StoreError> {
    let study = &scoring.plan.study;
    let over: Vec<usize> = study.uncertainty.include().iter().filter_map(|name| study.grid.axis(name)).collect();
    let names: Vec<String> = over.iter().map(|axis| study.grid.axes[*axis].name.clone()).collect();
    let found: Vec<Vec<Average>> =
        families(scoring, scored, &over).par_iter().map(|family| family.averages(scoring, &names)).collect::<Result<_, StoreError>>()?;
    Ok(found.into_iter().flatten().collect())
}

fn families<'a>(scoring: Scoring<'a>, scored: &'a [Option<Scored>], over: &[usize]) -> Vec<Family<'a>> {
    let study = &scoring.plan.study;
    let mut families: Vec<Family<'a>> = Vec::new();
    for (planned, scored) in scoring.plan.scores.iter().zip(scored) {
        let evaluation = &study.evaluations[planned.evaluation];
        let stays: Vec<usize> = evaluation.point.axes().filter(|axis| !over.contains(axis)).collect();
        if stays.len() == evaluation.point.axes().count() {
            continue;
        }
        let model = study.cells[evaluation.cell()].model.as_str();
        let axes = study.grid.coordinates(&evaluation.point.onto(&stays));
        let same = |family: &&mut Family<'_>| family.evaluation.name == evaluation.name && family.model == model && family.axes == axes;
        let numbers = scored.as_ref().and_then(|scored| scored.as_deref().ok()).map(|numbers| (planned, numbers));
        match families.iter_mut().find(same) {
            Some(family) => family.scores.push(numbers),
            None => families.push(Family { evaluation, model, axes, scores: vec![numbers] }),
        }
    }
    families
}

impl Family<'_> {
    fn averages(&self, scoring: Scoring<'_>, over: &[String]) -> Result<Vec<Average>, StoreError> {
        let all = self.scores.iter().copied().collect::<Option<Vec<_>>>().filter(|scores| scores.len() > 1);
        let Some(scores) = all else { return Ok(Vec::new()) };
        let found = family_means(scoring, &scores)?.unwrap_or_else(|reason| {
            let message = format!("`{}` of `{}` has no interval over {}: {reason}", self.evaluation.name, self.model, over.join(" and "));
            scoring.observer.event(&Event::Note { message });
            Vec::new()
        });
        let row = |measurement: &Measurement| Row {
            study: scoring.plan.study.name.clone(),
            model: self.model.to_owned(),
            axes: self.axes.clone(),
            evaluation: self.evaluation.name.clone(),
            data: self.evaluation.data(),
            measurement: measurement.clone(),
        };
        Ok(found.into_iter().map(|mean| Average { row: row(&mean.measurement), over: over.to_vec(), mean }).collect())
    }
}

fn family_means(scoring: Scoring<'_>, family: &[Numbers<'_>]) -> Result<Result<Vec<Mean>, String>, StoreError> {
    let inputs: Vec<&Key> = family.iter().map(|(planned, _)| &planned.key).collect();
    let key = Key::of(KEPT.kind, 2, &json!({}), &inputs);
    let scores: Vec<&PlannedScore> = family.iter().map(|(planned, _)| *planned).collect();
    let measured: Vec<&[Measurement]> = family.iter().map(|(_, numbers)| *numbers).collect();
    let make = || scoring.together(&scores, |sides, uncertainty| means(sides, &measured, uncertainty));
    let found = scoring.kept(&key, KEPT, || Some(make()))?;
    Ok(found.unwrap_or_else(|| Ok(Vec::new())))
}
