//! Scores to what comparisons say of them, from the store where it is known.

use indexmap::IndexMap;
use rayon::prelude::*;
use serde_json::json;

use super::scoring::{Kept, Scored, Scoring};
use super::store::StoreError;
use crate::plan::comparison::{Family, PlannedComparison, PlannedContrast, PlannedSide};
use crate::plan::key::Key;
use crate::plan::planned::PlannedScore;
use crate::report::comparison::{Comparison, Contrast};
use crate::score::compare::adjust::adjust;
use crate::score::compare::change::{correlation, retention_rate, transition};
use crate::score::compare::contrast;
use crate::score::compare::finding::{Finding, Statistic};
use crate::score::compare::transition::Transition;
use crate::score::compare::{Request, Side};
use crate::score::measurement::{Measurement, Status, told};
use crate::spec::cell::CellEvaluation;
use crate::spec::compare::{Adjust, Report, Test};
use crate::spec::grid::Point;

/// How findings are kept in the store.
const KEPT: Kept = Kept { kind: "compare", file: "findings.json" };

/// What a run compares with.
#[derive(Clone, Copy)]
pub struct Comparing<'a> {
    /// What the sides are made from, and where findings are kept.
    pub scoring: Scoring<'a>,
    /// The scores, in the order of the plan.
    pub scored: &'a [Option<Scored>],
}

/// A finding, and the two scores that it is between, where it is of single cells.
struct Found {
    contrast: Contrast,
    between: Option<(PlannedSide, PlannedSide)>,
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
        let found: Vec<Vec<Found>> =
            planned.families.par_iter().map(|family| self.family(planned, family)).collect::<Result<_, StoreError>>()?;
        let mut found: Vec<Found> = found.into_iter().flatten().collect();
        adjust(found.iter_mut().map(|found| &mut found.contrast.finding), planned.adjust);
        if planned.report.iter().any(|report| matches!(report, Report::Transition | Report::RetentionRate)) {
            found.iter_mut().for_each(|found| self.tell_transition(found));
        }
        let of_all = self.of_all(planned, &found);
        let mut contrasts: Vec<Contrast> = found.into_iter().map(|found| found.contrast).collect();
        if !planned.report.contains(&Report::Transition) {
            contrasts.iter_mut().for_each(|contrast| contrast.finding.transition = None);
        }
        contrasts.extend(of_all);
        Ok(Comparison {
            name: planned.name.clone(),
            over: planned.over.clone(),
            apart: planned.apart,
            averaged: planned.averaged.clone(),
            test: planned.test,
            within: planned.within,
            adjust: planned.adjust,
            least: self.least(planned),
            contrasts,
        })
    }

    /// How small a p can be, of the draws that it is counted from: of several evaluations, that of the fewest.
    fn least(self, planned: &PlannedComparison) -> f64 {
        let plan = self.scoring.plan;
        let of_seeds = |family: &Family| {
            let scores: Vec<&PlannedScore> = family.sides.iter().map(|side| &plan.scores[side.score]).collect();
            let means = family.contrasts.iter().any(|contrast| contrast.contrast.sides().len() > 2);
            means && self.seeds(&scores).iter().any(Option::is_some)
        };
        if planned.families.iter().any(of_seeds) {
            // Their p is of Student's t.
            return 0.0;
        }
        let sides = planned.families.iter().flat_map(|family| &family.sides);
        let settings =
            sides.map(|side| plan.study.evaluations[plan.scores[side.score].evaluation].spec.uncertainty.over(&plan.study.uncertainty));
        let each = settings.map(|uncertainty| match planned.test {
            Test::Bootstrap => 2.0 / f64::from(uncertainty.bootstrap() + 1),
            Test::Permutation => 1.0 / f64::from(uncertainty.permutations() + 1),
            Test::McNemar | Test::McNemarExact | Test::Fisher => 0.0,
        });
        each.fold(0.0, f64::max)
    }

    /// What comes of one family; a contrast of which a side has no numbers says why.
    fn family(self, planned: &PlannedComparison, family: &Family) -> Result<Vec<Found>, StoreError> {
        let missing = |side: usize| match &self.scored[family.sides[side].score] {
            Some(Ok(_)) => None,
            Some(Err(reason)) => Some(format!("`{}` has no numbers: {reason}", self.named(family.sides[side].score))),
            None => Some(format!("`{}` has no numbers", self.named(family.sides[side].score))),
        };
        let found = |contrast: &PlannedContrast, finding: Finding| self.found(family, contrast, finding);
        let without = |contrast: &PlannedContrast, status: Status, reason: &str| -> Vec<Found> {
            let one = |metric: &String| Finding {
                metric: metric.clone(),
                ..Finding::without(0, contrast.contrast.statistic(), status, reason.to_owned())
            };
            planned.metrics.iter().map(|metric| found(contrast, one(metric))).collect()
        };
        let mut whole: Vec<&PlannedContrast> = Vec::new();
        let mut all: Vec<Found> = Vec::new();
        for contrast in &family.contrasts {
            match contrast.contrast.sides().into_iter().find_map(missing) {
                None => whole.push(contrast),
                // Whether that is a failure is for the cell to say.
                Some(reason) => all.extend(without(contrast, Status::Undefined, &reason)),
            }
        }
        if whole.is_empty() {
            return Ok(all);
        }
        let sides: Vec<usize> =
            (0..family.sides.len()).filter(|side| whole.iter().any(|contrast| contrast.contrast.sides().contains(side))).collect();
        let scores: Vec<&PlannedScore> = sides.iter().map(|side| &self.scoring.plan.scores[family.sides[*side].score]).collect();
        let rules: Vec<Option<&str>> = sides.iter().map(|side| family.sides[*side].rule.as_deref()).collect();
        let at = |side: usize| sides.iter().position(|known| *known == side).unwrap_or_default();
        let contrasts: Vec<contrast::Contrast> = whole.iter().map(|contrast| contrast.contrast.moved(at)).collect();
        let request = Request {
            contrasts: &contrasts,
            metrics: &planned.metrics,
            test: planned.test,
            within: planned.within,
            // Over all families together.
            adjust: Adjust::None,
            seeds: &self.seeds(&scores),
        };
        let asked = json!({
            "metrics": request.metrics,
            "contrasts": request.contrasts,
            "test": request.test.word(),
            "within": request.within,
            "seeds": request.seeds,
            "rules": rules,
        });
        let inputs: Vec<&Key> = scores.iter().map(|score| &score.key).collect();
        let key = Key::of("compare", 5, &asked, &inputs);
        let compare = || {
            self.scoring.together(&scores, |sides, uncertainty| {
                let sides: Vec<Side<'_>> = sides.iter().zip(&rules).map(|(side, rule)| Side { rule: *rule, ..*side }).collect();
                crate::score::compare(&sides, &request, uncertainty)
            })
        };
        let findings = self.scoring.kept(&key, KEPT, || Some(compare()))?;
        match findings.unwrap_or_else(|| Ok(Vec::new())) {
            Ok(findings) => {
                let columns = planned.metrics.join("`, `");
                let reason = format!("the sides share no decision rule for `{columns}`: name their rules alike with `as`");
                let nothing = |place: usize| findings.iter().all(|finding| finding.contrast != place);
                let several = |contrast: &PlannedContrast| contrast.contrast.sides().len() > 1;
                let lacking =
                    whole.iter().enumerate().filter(|(place, contrast)| nothing(*place) && (findings.is_empty() || several(contrast)));
                all.extend(lacking.flat_map(|(_, contrast)| without(contrast, Status::Failed, &reason)));
                all.extend(findings.into_iter().map(|finding| found(whole[finding.contrast], finding)));
            }
            Err(reason) => all.extend(whole.iter().flat_map(|contrast| without(contrast, Status::Failed, &reason))),
        }
        Ok(all)
    }

    /// The seed of each score: its levels of the axes that the study's uncertainty includes. Empty without such axes.
    fn seeds(self, scores: &[&PlannedScore]) -> Vec<Option<usize>> {
        let study = &self.scoring.plan.study;
        let over: Vec<usize> = study.uncertainty.include().iter().filter_map(|name| study.grid.axis(name)).collect();
        if over.is_empty() {
            return Vec::new();
        }
        let mut known: Vec<Point> = Vec::new();
        let seed = |score: &&PlannedScore| {
            let point = study.evaluations[score.evaluation].point.onto(&over);
            (point != Point::default()).then(|| {
                known.iter().position(|other| *other == point).unwrap_or_else(|| {
                    known.push(point);
                    known.len() - 1
                })
            })
        };
        scores.iter().map(seed).collect()
    }

    fn found(self, family: &Family, planned: &PlannedContrast, finding: Finding) -> Found {
        let sides = planned.contrast.sides();
        let study = &self.scoring.plan.study;
        let first = sides.first().map(|side| &study.evaluations[self.scoring.plan.scores[family.sides[*side].score].evaluation]);
        let or = |group: &String, level: &String| if group.is_empty() { level.clone() } else { group.clone() };
        let between = match &planned.contrast {
            contrast::Contrast::Difference { from, to } => match (from.as_slice(), to.as_slice()) {
                ([from], [to]) => Some((family.sides[*from].clone(), family.sides[*to].clone())),
                _ => None,
            },
            _ => None,
        };
        let contrast = Contrast {
            study: study.name.clone(),
            model: planned.model.clone(),
            axes: planned.axes.clone(),
            evaluation: first.map(|first| first.name.clone()).unwrap_or_default(),
            data: first.map(CellEvaluation::data).unwrap_or_default(),
            from: or(&finding.from, &planned.from),
            to: or(&finding.to, &planned.to),
            finding,
        };
        Found { contrast, between }
    }

    /// How a score is called in messages: by its cell.
    fn named(&self, score: usize) -> String {
        let study = &self.scoring.plan.study;
        study.name_of(&study.evaluations[self.scoring.plan.scores[score].evaluation])
    }

    /// Tells what became of the effect whose change was found, or why that is not known.
    fn tell_transition(self, found: &mut Found) {
        match self.transition(found) {
            Some(Ok(transition)) => found.contrast.finding.transition = Some(transition),
            Some(Err(why)) => {
                let reason = &mut found.contrast.finding.reason;
                (_, *reason) = told(None, [std::mem::take(reason), format!("no transition: {why}")]);
            }
            None => {}
        }
    }

    /// What became of the effect whose change was found; `None` where no change was.
    fn transition(self, found: &Found) -> Option<Result<Transition, &'static str>> {
        let (from, to) = found.between.as_ref()?;
        let finding = &found.contrast.finding;
        finding.estimate?;
        let same = |number: &Measurement, rule: &str| {
            // A number that reads no decisions stands beside each rule.
            (number.decision == rule || rule.is_empty())
                && number.metric == finding.metric
                && number.parameters == finding.parameters
                && number.by == finding.by
                && number.group == finding.group
                && number.label == finding.label
        };
        let number = |side: &PlannedSide| match &self.scored[side.score] {
            Some(Ok(measurements)) => {
                let rule = side.rule.as_ref().unwrap_or(&finding.decision);
                measurements.iter().find(|number| same(number, rule))
            }
            _ => None,
        };
        let (before, after) = (number(from)?, number(to)?);
        Some(finding.level.ok_or("its change has no interval").and_then(|level| transition(before, after, finding, level)))
    }

    /// What is reported of all entries of a comparison that share everything but the axes that match them, group and class.
    fn of_all(self, planned: &PlannedComparison, found: &[Found]) -> Vec<Contrast> {
        let mut alike: IndexMap<Vec<String>, Vec<&Contrast>> = IndexMap::new();
        for found in found.iter().filter(|found| found.contrast.finding.estimate.is_some()) {
            let Contrast { model, axes, evaluation, data, from, to, finding, .. } = &found.contrast;
            let mut key: Vec<String> = [model, evaluation, data, from, to].map(String::clone).to_vec();
            key.extend([&finding.decision, &finding.metric, &finding.parameters].map(String::clone));
            // Numbers over the groups of several breakdowns are entries alike; those of the groups of two tell of the same items twice.
            key.push(if finding.group.is_empty() && !finding.by.is_empty() { "over groups".to_owned() } else { finding.by.clone() });
            key.extend(axes.iter().filter(|(axis, _)| !planned.matched.contains(axis)).map(|(axis, level)| format!("{axis}={level}")));
            alike.entry(key).or_default().push(&found.contrast);
        }
        let of = |entries: Vec<&Contrast>| -> Vec<Contrast> {
            let Some(first) = entries.first() else { return Vec::new() };
            let findings: Vec<&Finding> = entries.iter().map(|entry| &entry.finding).collect();
            let level = self.scoring.plan.study.uncertainty.level();
            let mut made = Vec::new();
            if planned.report.contains(&Report::RetentionRate) {
                made.push(retention_rate(&findings, level));
            }
            if planned.report.contains(&Report::Correlation) {
                made.extend([Statistic::Pearson, Statistic::Spearman].map(|statistic| correlation(&findings, statistic, level)));
            }
            let axes: Vec<(String, String)> = first.axes.iter().filter(|(axis, _)| !planned.matched.contains(axis)).cloned().collect();
            made.into_iter().map(|finding| Contrast { axes: axes.clone(), finding, ..(*first).clone() }).collect()
        };
        alike.into_values().flat_map(of).collect()
    }
}
