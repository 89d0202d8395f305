//! What the split of a rule tells nothing of, as the numbers that hang on it say: groups without items there, which are decided like all, and
//! classes without a threshold, which are never decided.

use std::collections::{BTreeMap, BTreeSet};

use super::FittedRules;
use crate::score::breakdown::Breakdown;
use crate::score::measurement::{Measurement, shortened, told};
use crate::score::predictions::Predictions;
use crate::spec::decide::{Decide, Rule};
use crate::spec::evaluation::{Evaluation, Written};

/// Says it beside each number of such a group or class, or over the groups or classes that it is one of.
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
        let Some(split) = rule.rule.split() else { continue };
        let knows = |fitted: &FittedRules, own: &str| fitted.rules.get(&rule.name).is_some_and(|found| found.own.contains_key(own));
        let of_rule = measurements.iter_mut().filter(|measurement| measurement.decision == rule.name);
        match (&rule.rule, rule.rule.by()) {
            (Rule::Thresholds { .. }, _) => {
                let undecided = Undecided::of(items.classes(), fitted, &knows);
                of_rule.for_each(|measurement| undecided.tell(measurement, &split.value));
            }
            (_, Some(by)) => {
                let unseen = Unseen::of(items, by, fitted, &knows);
                of_rule.for_each(|measurement| unseen.tell(measurement, &split.value, "decided"));
            }
            (_, None) => {}
        }
    }
}

/// Classes without a threshold, each with the models that have none where several are scored as one.
struct Undecided<'a>(Vec<(&'a str, Vec<&'a str>)>);

impl<'a> Undecided<'a> {
    fn of(classes: &'a [String], fitted: &'a FittedRules, knows: &dyn Fn(&FittedRules, &str) -> bool) -> Self {
        let folds: Vec<(&str, &FittedRules)> = match fitted.folds.is_empty() {
            true => vec![("", fitted)],
            false => fitted.folds.iter().map(|(name, fitted)| (name.as_str(), fitted)).collect(),
        };
        let lacking = |class: &str| folds.iter().filter(|(_, fitted)| !knows(fitted, class)).map(|(fold, _)| *fold).collect::<Vec<_>>();
        Self(classes.iter().map(|class| (class.as_str(), lacking(class))).filter(|(_, folds)| !folds.is_empty()).collect())
    }

    fn tell(&self, measurement: &mut Measurement, split: &str) {
        let over = measurement.label.is_empty();
        let concerned = self.0.iter().filter(|(class, _)| over || *class == measurement.label);
        let classes = shortened(concerned.map(|(class, folds)| format!("{class}{}", of_models(folds))));
        if !classes.is_empty() {
            let said = format!("`{split}` tells no threshold of {}: never decided", classes.join(", "));
            (_, measurement.reason) = told(None, [std::mem::take(&mut measurement.reason), said]);
        }
    }
}

/// ` (fold=1; fold=2)`; nothing where there is but one model, without a name.
fn of_models(names: &[&str]) -> String {
    if names.iter().all(|name| name.is_empty()) { String::new() } else { format!(" ({})", names.join("; ")) }
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
            let models = of_models(&folds.iter().copied().collect::<Vec<_>>());
            let said = format!("`{split}` has no labelled items in {group}{models}: {how} like all");
            (_, measurement.reason) = told(None, [std::mem::take(&mut measurement.reason), said]);
        }
    }
}
