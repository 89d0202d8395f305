//! Groups that are scored, and that the split had no items of which a rule was fitted on: they are decided like all, and their numbers say so.

use std::collections::{BTreeMap, BTreeSet};

use super::FittedRules;
use crate::score::breakdown::Breakdown;
use crate::score::measurement::{Measurement, told};
use crate::score::predictions::Predictions;
use crate::spec::decide::Decide;
use crate::spec::evaluation::{Evaluation, Written};

/// Says it beside each number of such a group, or over the groups that it is one of.
pub(in crate::score) fn tell(
    measurements: &mut [Measurement],
    items: &Predictions,
    evaluation: &Evaluation,
    rules: &[Decide],
    fitted: &FittedRules,
) {
    if let Some((by, calibrate)) = evaluation.calibrate.as_ref().and_then(|calibrate| Some((calibrate.by.as_ref()?, calibrate))) {
        let knows = |fitted: &FittedRules, group: &str| fitted.calibration.as_ref().is_some_and(|found| found.own.contains_key(group));
        let unseen = Unseen::of(items, by, fitted, &knows);
        measurements.iter_mut().for_each(|measurement| unseen.tell(measurement, &calibrate.split.value, "calibrated"));
    }
    for rule in rules {
        let (Some(by), Some(split)) = (rule.rule.by(), rule.rule.split()) else { continue };
        let knows = |fitted: &FittedRules, group: &str| fitted.rules.get(&rule.name).is_some_and(|found| found.own.contains_key(group));
        let unseen = Unseen::of(items, by, fitted, &knows);
        let of_rule = measurements.iter_mut().filter(|measurement| measurement.decision == rule.name);
        of_rule.for_each(|measurement| unseen.tell(measurement, &split.value, "decided"));
    }
}

/// What was found says nothing of these.
struct Unseen<'a> {
    by: &'a [String],
    /// Each group, with the models that met none of it where several are scored as one.
    groups: BTreeMap<String, BTreeSet<&'a str>>,
}

impl<'a> Unseen<'a> {
    fn of(items: &'a Predictions, by: &'a Written<Vec<String>>, fitted: &FittedRules, knows: &dyn Fn(&FittedRules, &str) -> bool) -> Self {
        let breakdown = Breakdown::new(items, &by.value);
        let folds = items.fold().filter(|_| !fitted.folds.is_empty());
        let mut met = BTreeSet::new();
        for (row, group) in breakdown.of_row.iter().enumerate() {
            met.insert((*group as usize, folds.and_then(|folds| folds.codes[row])));
        }
        let mut groups: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for (group, fold) in met {
            let Some(name) = breakdown.groups.get(group) else { continue };
            let fold = folds.zip(fold).map_or("", |(folds, fold)| folds.levels[fold as usize].as_str());
            if !knows(fitted.folds.get(fold).unwrap_or(fitted), name) {
                groups.entry(name.clone()).or_default().insert(fold);
            }
        }
        Self { by: &by.value, groups }
    }

    fn tell(&self, measurement: &mut Measurement, split: &str, how: &str) {
        let parts = |name: &'_ str| -> Vec<String> { name.split('*').map(str::to_owned).collect() };
        let (own, mut by) = (parts(&measurement.group), parts(&measurement.by));
        let mut fields = self.by.to_vec();
        by.sort_unstable();
        fields.sort_unstable();
        let over = measurement.group.is_empty() && by == fields;
        for (group, folds) in self.groups.iter().filter(|(group, _)| over || parts(group).iter().all(|part| own.contains(part))) {
            let folds: Vec<&str> = folds.iter().copied().filter(|fold| !fold.is_empty()).collect();
            let folds = if folds.is_empty() { String::new() } else { format!(" ({})", folds.join("; ")) };
            let said = format!("`{split}` has no labelled items in {group}{folds}: {how} like all");
            (_, measurement.reason) = told(None, [std::mem::take(&mut measurement.reason), said]);
        }
    }
}
