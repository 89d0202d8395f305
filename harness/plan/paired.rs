//! Pairs of images, checked against the data before anything runs.

use std::sync::Arc;

use super::make::Planner;
use crate::data::frame::Factor;
use crate::score::ids::Ids;
use crate::score::pairs::counterfactual::Links;
use crate::score::predictions::Predictions;
use crate::spec::pairs::Pairs;
use crate::spec::problem::Problem;
use crate::spec::study::{CellEvaluation, Study};

impl Planner<'_> {
    /// Refuses counterfactuals whose originals are not scored beside them. `imported` are the predictions, where they are imported; of a
    /// dataset the whole split is looked at, also where only a part of it is to be run.
    pub(super) fn check_pairs(&mut self, study: &Study, evaluation: &CellEvaluation, imported: &[Arc<Predictions>]) -> Option<()> {
        let Some(Pairs::Counterfactual(pairs)) = evaluation.spec.pairs.as_ref().map(|pairs| &pairs.value) else { return Some(()) };
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
