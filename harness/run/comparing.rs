//! Pairs of scores to differences, from the store where they are known.

use rayon::prelude::*;
use serde_json::json;

use super::scoring::{Kept, Scored, Scoring, kept};
use super::store::StoreError;
use crate::plan::compare::{Family, PlannedComparison};
use crate::plan::key::Key;
use crate::plan::planned::PlannedScore;
use crate::report::comparison::{Comparison, Contrast};
use crate::score::compare::{Difference, Side, adjusted};
use crate::score::measurement::Status;
use crate::spec::compare::Adjust;

/// How differences are kept in the store.
const KEPT: Kept = Kept { kind: "compare", file: "differences.json" };

/// What a run compares with.
#[derive(Clone, Copy)]
pub struct Comparing<'a> {
    /// What the sides are made from, and where differences are kept.
    pub scoring: Scoring<'a>,
    /// The scores, in the order of the plan.
    pub scored: &'a [Option<Scored>],
}

impl Comparing<'_> {
    /// Every comparison of the plan, p adjusted over each.
    ///
    /// # Errors
    /// The store cannot be read or written.
    pub fn all(self) -> Result<Vec<Comparison>, StoreError> {
        self.scoring.plan.comparisons.iter().map(|planned| self.comparison(planned)).collect()
    }

    fn comparison(self, planned: &PlannedComparison) -> Result<Comparison, StoreError> {
        let found: Vec<Vec<Contrast>> =
            planned.families.par_iter().map(|family| self.family(planned, family)).collect::<Result<_, StoreError>>()?;
        let mut contrasts: Vec<Contrast> = found.into_iter().flatten().collect();
        adjusted(contrasts.iter_mut().map(|contrast| &mut contrast.difference), planned.adjust);
        Ok(Comparison { name: planned.name.clone(), over: planned.over.clone(), adjust: planned.adjust, contrasts })
    }

    /// The differences within one family; a pair of which a side has no numbers says why.
    fn family(self, planned: &PlannedComparison, family: &Family) -> Result<Vec<Contrast>, StoreError> {
        let missing = |side: usize| match &self.scored[family.sides[side].0] {
            Some(Ok(_)) => None,
            Some(Err(reason)) => Some(format!("`{}` has no numbers: {reason}", family.sides[side].1)),
            None => Some(format!("`{}` has no numbers", family.sides[side].1)),
        };
        let (whole, broken): (Vec<_>, Vec<_>) =
            family.pairs.iter().copied().partition(|(from, to)| missing(*from).is_none() && missing(*to).is_none());
        let contrast = |(from, to): (usize, usize), difference: Difference| self.contrast(planned, family, from, to, difference);
        let mut contrasts: Vec<Contrast> = broken
            .into_iter()
            .map(|(from, to)| {
                // Whether that is a failure is for the cell to say.
                let reason = missing(from).or(missing(to)).unwrap_or_default();
                contrast((from, to), Difference { status: Status::Undefined, ..Difference::failed(reason) })
            })
            .collect();
        if whole.is_empty() {
            return Ok(contrasts);
        }
        let sides: Vec<usize> = (0..family.sides.len()).filter(|side| whole.iter().any(|(from, to)| from == side || to == side)).collect();
        let scores: Vec<&PlannedScore> = sides.iter().map(|side| &self.scoring.plan.scores[family.sides[*side].0]).collect();
        let at = |side: usize| sides.iter().position(|known| *known == side).unwrap_or_default();
        let pairs: Vec<(usize, usize)> = whole.iter().map(|(from, to)| (at(*from), at(*to))).collect();
        let inputs: Vec<&Key> = scores.iter().map(|score| &score.key).collect();
        let key = Key::of("compare", 1, &json!({"metrics": planned.metrics, "pairs": pairs}), &inputs);
        let Scoring { store, force, observer, .. } = self.scoring;
        let differences = kept(store, force, &key, KEPT, observer, || Some(self.differences(&scores, &pairs, &planned.metrics)))?;
        match differences.unwrap_or_else(|| Ok(Vec::new())) {
            Ok(differences) if differences.is_empty() => {
                let reason = format!("the sides share no decision rule for `{}`", planned.metrics.join("`, `"));
                contrasts.extend(whole.into_iter().map(|pair| contrast(pair, Difference::failed(reason.clone()))));
            }
            Ok(differences) => contrasts
                .extend(differences.into_iter().map(|difference| contrast((sides[difference.from], sides[difference.to]), difference))),
            Err(reason) => contrasts.extend(whole.into_iter().map(|pair| contrast(pair, Difference::failed(reason.clone())))),
        }
        Ok(contrasts)
    }

    fn differences(self, scores: &[&PlannedScore], pairs: &[(usize, usize)], metrics: &[String]) -> Result<Vec<Difference>, String> {
        let study = &self.scoring.plan.study;
        let evaluation = |score: &PlannedScore| &study.evaluations[score.evaluation].spec;
        let said = scores
            .iter()
            .map(|score| {
                let found = self.scoring.scored(score).ok_or("there are no predictions")??;
                Ok((found, self.scoring.fitted(score)?))
            })
            .collect::<Result<Vec<_>, String>>()?;
        let sides: Vec<Side<'_>> = (said.iter().zip(scores))
            .map(|((predictions, fitted), score)| Side { predictions, evaluation: evaluation(score), fitted })
            .collect();
        let uncertainty = scores.first().map(|score| evaluation(score).uncertainty.over(&study.uncertainty)).unwrap_or_default();
        crate::score::compare(&sides, pairs, metrics, Adjust::None, &uncertainty).map_err(|error| error.to_string())
    }

    fn contrast(self, planned: &PlannedComparison, family: &Family, from: usize, to: usize, difference: Difference) -> Contrast {
        let study = &self.scoring.plan.study;
        let of = |side: usize| &study.evaluations[self.scoring.plan.scores[family.sides[side].0].evaluation];
        let (first, second) = (of(from), of(to));
        let mut axes = study.grid.coordinates(&first.point);
        axes.extend(
            study
                .grid
                .coordinates(&second.point)
                .into_iter()
                .filter(|(axis, _)| study.grid.axis(axis).is_some_and(|axis| first.point.level(axis).is_none())),
        );
        axes.retain(|(axis, _)| *axis != planned.over);
        axes.sort_by_key(|(axis, _)| study.grid.axis(axis));
        let model = if planned.over == "model" { String::new() } else { study.cells[first.cell()].model.clone() };
        Contrast {
            study: study.name.clone(),
            model,
            axes,
            evaluation: first.name.clone(),
            data: first.data(),
            from: family.sides[from].1.clone(),
            to: family.sides[to].1.clone(),
            difference,
        }
    }
}
