//! Pairs of images, checked against the data before anything runs.

use std::collections::HashSet;
use std::sync::Arc;

use super::key::Key;
use super::make::Planner;
use super::planned::Source;
use crate::data::frame::Factor;
use crate::score::pairs::counterfactual::Links;
use crate::score::pairs::list::Listed;
use crate::score::pairs::verification::Comparisons;
use crate::score::predictions::Predictions;
use crate::score::predictions::ids::Ids;
use crate::spec::cell::CellEvaluation;
use crate::spec::pairs::{Counterfactual, Pairs, Verification};
use crate::spec::problem::Problem;
use crate::spec::study::Study;

impl Planner<'_> {
    /// Refuses pairs that the data do not make. `imported` are the predictions that are scored, where they are imported, and `sources`
    /// where those are taken from; files that pairs are read from become `inputs`.
    pub(super) fn check_pairs(
        &mut self,
        study: &Study,
        evaluation: &CellEvaluation,
        imported: &[Arc<Predictions>],
        sources: &[&Source],
        inputs: &mut Vec<Key>,
    ) -> Option<()> {
        match evaluation.spec.pairs.as_ref().map(|pairs| &pairs.value) {
            None => Some(()),
            Some(Pairs::Counterfactual(pairs)) => self.check_counterfactuals(study, evaluation, pairs, imported),
            Some(Pairs::Verification(pairs)) => {
                let all = sources.iter().filter_map(|source| match source {
                    Source::Imported { predictions, .. } => Some(&**predictions),
                    Source::Backend(_) => None,
                });
                self.check_listed(pairs, all, inputs)?;
                let node = &evaluation.spec.pairs.as_ref()?.node;
                for images in imported {
                    if let Err(error) = Comparisons::of(images, pairs, &evaluation.spec) {
                        self.problems.push(Problem::at(node, error.to_string()));
                        return None;
                    }
                }
                Some(())
            }
        }
    }

    /// Refuses a list of pairs that names images that nobody has seen.
    fn check_listed<'p>(&mut self, pairs: &Verification, all: impl Iterator<Item = &'p Predictions>, inputs: &mut Vec<Key>) -> Option<()> {
        let Some(list) = &pairs.list else { return Some(()) };
        let known: HashSet<&str> = all.flat_map(|predictions| predictions.ids().iter()).collect();
        let read = Listed::read(list, |name| known.contains(name)).map_err(|error| error.to_string());
        match read.and_then(|_| Key::of_file(&list.file).map_err(|error| format!("cannot read `{}`: {error}", list.file.display()))) {
            Ok(key) => inputs.push(key),
            Err(reason) => {
                self.problems.push(Problem::at(&list.node, reason));
                return None;
            }
        }
        Some(())
    }

    /// Refuses counterfactuals whose originals are not scored beside them. Of a dataset the whole split is looked at, also where only a
    /// part of it is to be run.
    fn check_counterfactuals(
        &mut self,
        study: &Study,
        evaluation: &CellEvaluation,
        pairs: &Counterfactual,
        imported: &[Arc<Predictions>],
    ) -> Option<()> {
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
            for predictions in imported {
                let original = predictions.fields().get(field)?;
                ids.extend(predictions.ids().iter().map(str::to_owned));
                originals.extend((0..predictions.len()).map(|row| original.level(row).map(str::to_owned)));
            }
        }
        let ids = Ids::from(ids);
        let checked = Links::of(&ids, &Factor::of(&originals)).check(&ids, field);
        let problem = |reason: String| Problem::at(&pairs.original.node, reason).help("every original must be in the split that is scored");
        checked.map_err(|faults| self.problems.push(problem(faults.to_string()))).ok()
    }
}
