//! The classes that a number of one group does without, where undefined parts of a mean are excluded.

use super::{Average, Metric};
use crate::score::lens::roc::Roc;
use crate::score::lens::tally::{Bin, Tally};
use crate::score::registry::{Compute, Reads, changes};
use crate::score::value::{Cause, Undefined, Value};

impl Metric {
    /// Why each class that is left out of a part's number of a group has none; none where it is no mean over classes. `whole` is what the group
    /// is set against, if it is.
    pub fn excluded(&self, part: usize, tally: &Tally, whole: &Tally) -> Vec<Undefined> {
        let all = |_: usize| true;
        let of_class = |classes: usize, counts: &dyn Fn(usize) -> bool, of: &dyn Fn(usize) -> Value| {
            let missing = |class: usize| of(class).err().map(|undefined| undefined.in_class(class));
            (0..classes).filter(|class| counts(*class)).filter_map(missing).collect::<Vec<Undefined>>()
        };
        let of_cells = |of: &dyn Fn(usize) -> Value| match self.average {
            Average::Weighted => of_class(tally.cells.len(), &|class| tally.cells[class].positives() > 0.0, of),
            _ => of_class(tally.cells.len(), &all, of),
        };
        let compute = self.parts[part].compute;
        match (compute, self.average) {
            _ if tally.items <= 0.0 => Vec::new(),
            (Compute::OfClasses(_, of), _) => of_cells(&|class| of.value(&tally.cells[class], self.parameter)),
            (Compute::MeanOfRanks(of, _), _) => of_class(tally.sweeps.len(), &all, &|class| of(&tally.sweeps[class])),
            (Compute::Changes { .. }, _) => changes(tally, whole).into_iter().filter_map(Result::err).collect(),
            // These are of one class, of each, or of all counts together.
            (_, Average::Whole | Average::Positive(_) | Average::PerClass | Average::Micro | Average::Samples) => Vec::new(),
            (Compute::ClassOf(of), _) => of_class(tally.cells.len(), &all, &|class| of(tally, class)),
            (Compute::Class { of, .. }, _) => of_cells(&|class| of.value(&tally.cells[class], self.parameter)),
            (Compute::Rank(of, _), average) => {
                let counts = |class: usize| average != Average::Weighted || tally.sweeps[class].positives > 0.0;
                of_class(tally.sweeps.len(), &counts, &|class| of(&tally.sweeps[class]))
            }
            (Compute::Roc(_), average) => {
                let counts = |class: usize| average != Average::Weighted || tally.rocs[class].positives > 0.0;
                of_class(tally.rocs.len(), &counts, &|class| Roc::found(&tally.rocs[class]))
            }
            (Compute::Belief(of, _), average) => {
                let counts = |class: usize| average != Average::Weighted || tally.beliefs[class].positives > 0.0;
                of_class(tally.beliefs.len(), &counts, &|class| of(&tally.beliefs[class]))
            }
            (Compute::Calibration { of, each: true, .. }, average) => {
                let classes: Vec<&[Bin]> = tally.bins.chunks((tally.bins.len() / tally.beliefs.len().max(1)).max(1)).collect();
                let counts = |class: usize| average != Average::Weighted || classes[class].iter().any(|bin| bin.hits > 0.0);
                of_class(classes.len(), &counts, &|class| of(classes[class]))
            }
            _ => Vec::new(),
        }
    }

    /// The groups that a number of all groups does without, and the classes that it does without in some of them.
    pub fn excluded_together(&self, groups: &[(usize, &Tally)]) -> Vec<Undefined> {
        let mut excluded = Vec::new();
        for (group, tally) in groups {
            if tally.items <= 0.0 {
                excluded.push(Undefined::from(Cause::NoItems).in_group(*group));
            } else if self.parts.iter().any(|part| part.reads == Reads::Confusions) {
                // A mean over true classes, of each of which a group may have no item.
                let without = (0..tally.cells.len()).filter(|class| tally.cells[*class].positives() <= 0.0);
                excluded.extend(without.map(|class| Undefined::from(Cause::NoPositives).in_class(class).in_group(*group)));
            }
        }
        excluded
    }
}
