//! Predictions to measurements, from the store where they are known.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::event::{Event, Observer};
use super::rows;
use super::store::{Found, Store, StoreError};
use crate::data::frame::Targets;
use crate::plan::job::Ability;
use crate::plan::key::Key;
use crate::plan::planned::{Plan, PlannedScore, Source};
use crate::score::compare::Side;
use crate::score::joint::metric::references;
use crate::score::measurement::Measurement;
use crate::score::predictions::pool::pooled;
use crate::score::predictions::{Parts, Predictions};
use crate::score::rule::FittedRules;
use crate::score::{ScoreError, Splits};
use crate::spec::cell::{CellEvaluation, Part};
use crate::spec::distort::Distort;
use crate::spec::evaluation::Evaluation;
use crate::spec::uncertainty::Uncertainty;

/// How scores are kept in the store.
const KEPT: Kept = Kept { kind: "score", file: "measurements.json" };

/// The numbers of one evaluation of one cell, or why there are none.
pub type Scored = Result<Vec<Measurement>, String>;

/// How the rules of an evaluation are kept there.
const RULES: Kept = Kept { kind: "fit_rule", file: "rules.json" };

/// What scores are made from, and where they are kept.
#[derive(Clone, Copy)]
pub struct Scoring<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Where results are kept.
    pub store: &'a Store,
    /// Whether all are made again.
    pub force: bool,
    /// Where the results of backends lie.
    pub results: &'a HashMap<Key, PathBuf>,
    /// Who hears of what happens.
    pub observer: &'a dyn Observer,
}

impl Scoring<'_> {
    /// Scores every evaluation whose predictions are there; `None` for those whose cell failed. In the order of [`Plan::scores`].
    ///
    /// # Errors
    /// The store cannot be read or written.
    pub fn all(self) -> Result<Vec<Option<Scored>>, StoreError> {
        let total = self.plan.scores.len();
        let done = AtomicUsize::new(0);
        let score = |planned: &PlannedScore| {
            if self.force {
                self.store.forget(&rules_key(planned))?;
            }
            let scored = self.kept(&planned.key, KEPT, || self.measure(planned))?;
            if let Some(Err(reason)) = &scored {
                let evaluation = &self.plan.study.evaluations[planned.evaluation];
                let cell = self.plan.study.name_of(evaluation);
                self.observer.event(&Event::NotScored { cell, evaluation: evaluation.name.clone(), reason: reason.clone() });
            }
            self.observer.event(&Event::Scored { done: done.fetch_add(1, Ordering::Relaxed) + 1, total });
            Ok(scored)
        };
        self.plan.scores.par_iter().map(score).collect()
    }

    fn measure(self, planned: &PlannedScore) -> Option<Scored> {
        let evaluation = &self.plan.study.evaluations[planned.evaluation].spec;
        let scored = self.scored(planned)?;
        Some(scored.and_then(|scored| {
            let uncertainty = evaluation.uncertainty.over(&self.plan.study.uncertainty);
            let mut fitted = self.fitted(planned)?;
            fitted.references = self.references(planned)?;
            crate::score::score(&scored, evaluation, &uncertainty, &fitted).map_err(|error| error.to_string())
        }))
    }

    /// The predictions that an evaluation scores, those of its cells one after another; `None` where one of them failed.
    pub fn scored(self, planned: &PlannedScore) -> Option<Result<Arc<Predictions>, String>> {
        let evaluation = &self.plan.study.evaluations[planned.evaluation];
        let parts = evaluation.parts.iter().zip(&planned.cells).map(|(part, cell)| {
            let split = part.split.as_ref().map(|split| split.value.as_str());
            let found = predictions(self.plan, self.results, *cell, split, evaluation.spec.distorted())?;
            Some(found.map(|found| (part.fold.clone(), found)))
        });
        let parts: Result<Vec<_>, String> = parts.collect::<Option<_>>()?;
        Some(parts.and_then(|parts| pooled(parts).map_err(|error| error.to_string())))
    }

    /// What the rules of an evaluation are found to be for its cell, or for each of those that are scored as one; found once.
    ///
    /// # Errors
    /// Where there are no predictions to find them on, or these do not tell.
    pub fn fitted(self, planned: &PlannedScore) -> Result<FittedRules, String> {
        let CellEvaluation { spec, parts, .. } = &self.plan.study.evaluations[planned.evaluation];
        if spec.fitting_splits().next().is_none() {
            return Ok(FittedRules::new());
        }
        let parts = || parts.iter().zip(&planned.cells);
        let one = |(part, cell): (&Part, &usize)| {
            let fitted = crate::score::fit(spec, &self.fitting(spec, part, *cell)?);
            Ok((part.fold.clone(), fitted.map_err(|error| error.in_fold(&part.fold).to_string())?))
        };
        let fit = || Ok(FittedRules::of_folds(parts().map(one).collect::<Result<_, String>>()?));
        // Where all is made again, they were forgotten before the score that found them.
        let found = Self { force: false, ..self }.kept(&rules_key(planned), RULES, || Some(fit()));
        let mut fitted = found.map_err(|error| error.to_string())?.unwrap_or_else(|| Ok(FittedRules::new()))?;
        if spec.uncertainty.over(&self.plan.study.uncertainty).refit() {
            for (part, cell) in parts() {
                let splits = self.fitting(spec, part, *cell)?;
                match fitted.folds.get_mut(&part.fold) {
                    Some(fold) => fold.splits = splits,
                    None => fitted.splits = splits,
                }
            }
        }
        Ok(fitted)
    }

    /// What the store holds under a key, or what `make` makes, which is kept unless it went wrong.
    ///
    /// # Errors
    /// The store cannot be read or written.
    pub fn kept<T: Serialize + DeserializeOwned>(
        self,
        key: &Key,
        Kept { kind, file }: Kept,
        make: impl FnOnce() -> Option<Result<T, String>>,
    ) -> Result<Option<Result<T, String>>, StoreError> {
        let Self { store, force, observer, .. } = self;
        if force {
            store.forget(key)?;
        }
        match store.find(key)? {
            Found::Whole(folder) => {
                if let Some(known) = std::fs::read(folder.join(file)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
                    return Ok(Some(Ok(known)));
                }
                store.forget(key)?;
            }
            Found::Damaged(message) => observer.event(&Event::Note { message }),
            Found::Nothing => {}
        }
        let made = match make() {
            None => return Ok(None),
            Some(Err(reason)) => return Ok(Some(Err(reason))),
            Some(Ok(made)) => made,
        };
        let lease = store.lease(key)?;
        if lease.draft.target.exists() {
            lease.abandon()?;
        } else {
            let path = lease.draft.folder.join(file);
            let text =
                serde_json::to_vec(&made).map_err(|error| StoreError::Io { action: "write", path: path.clone(), source: error.into() })?;
            std::fs::write(&path, text).map_err(|source| StoreError::Io { action: "write", path, source })?;
            lease.draft.finish(kind, &[file])?;
            lease.release()?;
        }
        Ok(Some(Ok(made)))
    }

    /// What is made of several scores together: of their predictions, rules and uncertainty, which is the first one's.
    ///
    /// # Errors
    /// A score has no predictions or no rules, or nothing can be made of them.
    pub fn together<T>(
        self,
        scores: &[&PlannedScore],
        make: impl FnOnce(&[Side<'_>], &Uncertainty) -> Result<T, ScoreError>,
    ) -> Result<T, String> {
        let study = &self.plan.study;
        let evaluation = |score: &PlannedScore| &study.evaluations[score.evaluation].spec;
        let said = scores
            .iter()
            .map(|score| {
                let fitted = FittedRules { references: self.references(score)?, ..self.fitted(score)? };
                Ok((self.scored(score).ok_or("there are no predictions")??, fitted))
            })
            .collect::<Result<Vec<_>, String>>()?;
        let sides: Vec<Side<'_>> = (said.iter().zip(scores))
            .map(|((predictions, fitted), score)| Side { predictions, evaluation: evaluation(score), fitted, rule: None })
            .collect();
        let uncertainty = scores.first().map(|score| evaluation(score).uncertainty.over(&study.uncertainty)).unwrap_or_default();
        make(&sides, &uncertainty).map_err(|error| error.to_string())
    }

    /// The labels of the splits that an evaluation's metrics look up: of datasets, or of the file that is scored.
    fn references(self, planned: &PlannedScore) -> Result<Splits, String> {
        let mut found = Splits::new();
        for reference in references(&self.plan.study.evaluations[planned.evaluation].spec) {
            let (dataset, split) = reference.value.split_once('/').unwrap_or_default();
            let rows = self.plan.datasets.get(dataset).and_then(|data| Some((&data.dataset, data.splits.get(split)?)));
            let labels = match (rows, planned.cells.first().map(|cell| &self.plan.cells[*cell].source)) {
                (Some((dataset, rows)), _) => {
                    let labels = Parts::labels_of_rows(dataset, rows);
                    Predictions::check(labels, |row| row as u64 + 1).map(Arc::new).map_err(|error| error.to_string())
                }
                (None, Some(Source::Imported { predictions, .. })) => self.plan.imported(predictions, Some(&reference.value)),
                (None, _) => Err(format!("there are no labels for `{}`", reference.value)),
            };
            found.insert(reference.value, labels?);
        }
        Ok(found)
    }

    /// The predictions of a part's cell for the splits that the evaluation's rules are fitted on, by the names that the evaluation has for
    /// them.
    fn fitting(self, evaluation: &Evaluation, part: &Part, cell: usize) -> Result<Splits, String> {
        let mut splits = Splits::new();
        for (name, split) in evaluation.fitting_splits().zip(&part.fitting) {
            if !splits.contains_key(&name.value) {
                let found = predictions(self.plan, self.results, cell, Some(&split.value), None);
                splits.insert(name.value.clone(), found.ok_or_else(|| format!("there are no predictions for `{}`", split.value))??);
            }
        }
        Ok(splits)
    }
}

/// The name of an evaluation's rules.
fn rules_key(planned: &PlannedScore) -> Key {
    Key::of(RULES.kind, 1, &serde_json::json!({}), &[&planned.key])
}

/// What is made from results is kept beside them: under which kind, in which file.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    /// The kind of the task.
    pub kind: &'static str,
    /// The file's name.
    pub file: &'static str,
}

/// The predictions of a cell for a split (or all of them, where they were imported), made on images as they are or distorted; `None`
/// where the cell failed.
pub fn predictions(
    plan: &Plan,
    results: &HashMap<Key, PathBuf>,
    cell: usize,
    split: Option<&str>,
    distort: Option<Distort>,
) -> Option<Result<Arc<Predictions>, String>> {
    match &plan.cells[cell].source {
        Source::Imported { predictions, .. } => Some(plan.imported(predictions, split)),
        Source::Backend(work) => {
            let step = work.steps.iter().find(|step| {
                step.ability == Ability::Predict
                    && step.distort == distort
                    && split.is_some_and(|split| split.split_once('/') == Some((&step.dataset, &step.split)))
            })?;
            let folder = results.get(&step.key)?;
            let dataset = &plan.datasets.get(&step.dataset)?.dataset;
            let ids: Vec<String> = step.rows.iter().map(|row| dataset.ids[*row as usize].clone()).collect();
            let scores = match rows::read(folder, &ids, step.classes.names.len()) {
                Ok(scores) => scores,
                Err(error) => return Some(Err(error.to_string())),
            };
            let mut parts = Parts::of_rows(dataset, &step.rows, scores);
            if !step.classes.labelled {
                parts.targets = Targets::unknown(step.rows.len());
                parts.classes.clone_from(&step.classes.names);
            }
            Some(Predictions::check(parts, |row| row as u64 + 1).map(Arc::new).map_err(|error| error.to_string()))
        }
    }
}
