//! Pairs of images, checked against the data before anything runs.

use super::make::Planner;
use crate::score::ids::Ids;
use crate::score::pairs::counterfactual::Links;
use crate::score::predictions::Predictions;
use crate::spec::evaluation::Evaluation;
use crate::spec::pairs::Pairs;
use crate::spec::problem::Problem;
use crate::spec::study::Study;

impl Planner<'_> {
    /// Refuses counterfactuals whose originals are not in the split. `imported` are the predictions for it, where they bring their own
    /// fields; of a dataset the whole split is looked at, also where only a part of it is to be run.
    pub(super) fn check_pairs(&mut self, study: &Study, spec: &Evaluation, imported: Option<&Predictions>) -> Option<()> {
        let Some(Pairs::Counterfactual(pairs)) = spec.pairs.as_ref().map(|pairs| &pairs.value) else { return Some(()) };
        let field = &pairs.original.value;
        let checked = match (spec.data.as_ref().filter(|split| study.is_of_dataset(&split.value)), imported) {
            (Some(split), _) => {
                let (dataset, split) = split.value.split_once('/')?;
                let dataset = &self.data(study, dataset)?.dataset;
                let rows = dataset.splits.get(split)?;
                let ids: Ids = rows.iter().map(|row| dataset.ids[*row as usize].as_str()).collect();
                Links::of(&ids, &dataset.fields.get(field)?.take(rows)).check(&ids, field)
            }
            (None, Some(imported)) => Links::of(imported.ids(), imported.fields().get(field)?).check(imported.ids(), field),
            (None, None) => return Some(()),
        };
        let problem = |reason: String| Problem::at(&pairs.original.node, reason).help("every original must be in the split that is scored");
        checked.map_err(|faults| self.problems.push(problem(faults.to_string()))).ok()
    }
}
