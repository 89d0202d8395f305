//! Pairs of images, checked against the data before anything runs.

use std::collections::HashSet;
use std::sync::Arc;

use super::imported::Taken;
use super::key::Key;
use super::make::Planner;
use super::planned::Source;
use crate::data::frame::Factor;
use crate::score::ScoreError;
use crate::score::pairs::counterfactual::Links;
use crate::score::pairs::list::Listed;
use crate::score::pairs::verification::Comparisons;
use crate::score::predictions::Predictions;
use crate::score::predictions::ids::Ids;
use crate::spec::cell::CellEvaluation;
use crate::spec::evaluation::Written;
use crate::spec::pairs::{Counterfactual, Pairs, Verification};
use crate::spec::problem::Problem;
use crate::spec::study::Study;

impl Planner<'_> {
    /// Refuses pairs that the data do not make. `taken` are the predictions that are read, where they are imported, and `sources` where those
    /// are taken from; files that pairs are read from become `inputs`.
    pub(super) fn check_pairs(
        &mut self,
        study: &Study,
        evaluation: &CellEvaluation,
        taken: &[Taken],
        sources: &[&Source],
        inputs: &mut Vec<Key>,
    ) {
        match evaluation.spec.pairs.as_ref().map(|pairs| &pairs.value) {
            None => {}
            Some(Pairs::Counterfactual(pairs)) => {
                // What is lacking here was told already.
                self.check_counterfactuals(study, evaluation, pairs, taken);
            }
            Some(Pairs::Verification(pairs)) => {
                let all = sources.iter().filter_map(|source| match source {
                    Source::Imported { predictions, .. } => Some(&**predictions),
                    Source::Backend(_) => None,
                });
                if let Some(listed) = self.check_listed(pairs, all, inputs) {
                    self.check_verification(evaluation, pairs, listed.as_ref(), taken);
                }
            }
        }
    }

    /// Refuses a split whose images make no pairs: the one that is scored, and those that rules are fitted on.
    fn check_verification(
        &mut self,
        evaluation: &CellEvaluation,
        pairs: &Verification,
        listed: Option<&Listed>,
        taken: &[Taken],
    ) -> Option<()> {
        let written = &evaluation.spec.pairs.as_ref()?.node;
        let splits = || taken.iter().flat_map(Taken::splits);
        for (split, images) in splits() {
            let Err(error) = Comparisons::of(images, pairs, &evaluation.spec) else { continue };
            let fitted = split.filter(|split| evaluation.parts.iter().any(|part| part.fitting.contains(split)));
            let problem = match (fitted, error) {
                (Some(split), ScoreError::Pairs { reason }) => {
                    let message = format!("the images of `{}`, which a rule is fitted on, make no pairs: {reason}", split.value);
                    Problem::at(&split.node, message)
                }
                (_, error) => Problem::at(written, error.to_string()),
            };
            let unlisted = listed.filter(|listed| listed.among(images.ids()).is_empty());
            let counted = unlisted.map(|listed| {
                let count = |(split, images): (Option<&Written<String>>, &Arc<Predictions>)| {
                    let name = split.map_or_else(|| "what is scored".to_owned(), |split| format!("`{}`", split.value));
                    format!("{} of {name}", listed.among(images.ids()).len())
                };
                let counts = splits().map(count).collect::<Vec<_>>().join(" and ");
                format!("both images of a pair are to be of one split: the list has {counts}; list more, or name another split")
            });
            self.problems.push(match counted {
                Some(help) => problem.help(help),
                None => problem,
            });
            return None;
        }
        Some(())
    }

    /// Refuses a list of pairs that names images that nobody has seen; answers what it lists.
    fn check_listed<'p>(
        &mut self,
        pairs: &Verification,
        all: impl Iterator<Item = &'p Predictions>,
        inputs: &mut Vec<Key>,
    ) -> Option<Option<Listed>> {
        let Some(list) = &pairs.list else { return Some(None) };
        let known: HashSet<&str> = all.flat_map(|predictions| predictions.ids().iter()).collect();
        let read = Listed::read(list, |name| known.contains(name)).map_err(|error| error.to_string());
        let key = || Key::of_file(&list.file).map_err(|error| format!("cannot read `{}`: {error}", list.file.display()));
        match read.and_then(|listed| Ok((listed, key()?))) {
            Ok((listed, key)) => {
                inputs.push(key);
                Some(Some(listed))
            }
            Err(reason) => {
                self.problems.push(Problem::at(&list.node, reason));
                None
            }
        }
    }

    /// Refuses counterfactuals whose originals are not scored beside them. Of a dataset the whole split is looked at, also where only a
    /// part of it is to be run.
    fn check_counterfactuals(&mut self, study: &Study, evaluation: &CellEvaluation, pairs: &Counterfactual, taken: &[Taken]) -> Option<()> {
        let field = &pairs.original.value;
        let mut ids: Vec<String> = Vec::new();
        let mut originals: Vec<Option<String>> = Vec::new();
        for split in evaluation.parts.iter().filter_map(|part| part.split.as_ref()).filter(|split| study.is_of_dataset(&split.value)) {
            let (dataset, split) = split.value.split_once('/')?;
            let dataset = &self.data(study, dataset)?.dataset;
            let (rows, original) = (dataset.splits.get(split)?, dataset.fields.get(field)?);
            ids.extend(rows.iter().map(|row| dataset.ids[*row as usize].clone()));
            originals.extend(rows.iter().map(|row| original.level(*row as usize).map(str::to_owned)));
        }
        if ids.is_empty() {
            for predictions in taken.iter().map(|taken| &taken.scored) {
                let original = predictions.fields().get(field)?;
                ids.extend(predictions.ids().iter().map(str::to_owned));
                originals.extend((0..predictions.len()).map(|row| original.level(row).map(str::to_owned)));
            }
        }
        let ids = Ids::from(ids);
        let checked = Links::of(&ids, &Factor::of(&originals)).check(&ids, field);
        let problem = |reason: String| {
            Problem::at(&pairs.original.node, reason).help("every original must be in the split that is scored, and have none itself")
        };
        checked.map_err(|faults| self.problems.push(problem(faults.to_string()))).ok()
    }
}
