//! Scoring: golden values, honesty rules, invariances.

mod calibration;
mod change;
mod compare;
mod consistency;
mod coverage;
mod decisions;
mod differences;
mod draws;
pub(crate) mod embeddings;
mod few;
mod honesty;
mod intervals;
mod joint;
mod kinds;
mod means;
mod names;
mod nulls;
mod oracle;
mod places;
mod properties;
mod reductions;
mod refit;
mod refusals;
pub(crate) mod scenario;
mod scores;
mod sides;
mod weights;

use std::path::Path;
use std::sync::Arc;

use fairgrid::score::measurement::Measurement;
use fairgrid::score::predictions::Predictions;
use fairgrid::score::predictions::kinds::Keep;
use fairgrid::score::rule::FittedRules;
use fairgrid::score::{ScoreError, Splits, score};
use fairgrid::spec::decode::Decode;
use fairgrid::spec::evaluation::Evaluation;
use fairgrid::spec::node::Node;
use fairgrid::spec::predictions::Columns;
use fairgrid::spec::problem::Problems;
use fairgrid::spec::source::Source;
use fairgrid::spec::uncertainty::Uncertainty;

/// Decodes a piece of a spec.
pub(crate) fn spec<T: Decode>(text: &str) -> T {
    let node = Node::parse(&Source::new("test.yaml", text)).unwrap();
    let mut problems = Problems::default();
    let value = T::decode(&node, &mut problems);
    problems.check(value).unwrap()
}

/// Imports a CSV text; group columns are those that the evaluation names.
pub(crate) fn import(csv: &str, columns: &str, fields: &[&str]) -> Result<Predictions, String> {
    import_keeping(csv, columns, fields, Keep::Items)
}

fn import_keeping(csv: &str, columns: &str, fields: &[&str], keep: Keep) -> Result<Predictions, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("predictions.csv");
    std::fs::write(&path, csv).unwrap();
    read(&path, columns, fields, keep)
}

/// Imports a file; what is in the message of an error is shown without the folder.
pub(crate) fn import_file(path: &Path, columns: &str, fields: &[&str]) -> Result<Predictions, String> {
    read(path, columns, fields, Keep::Items)
}

fn read(path: &Path, columns: &str, fields: &[&str], keep: Keep) -> Result<Predictions, String> {
    let fields: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
    let folder = format!("{}/", path.parent().unwrap().display());
    Predictions::import(path, &spec::<Columns>(columns), &fields, None, keep).map_err(|error| error.to_string().replace(&folder, ""))
}

/// Finds the rules of an evaluation on the predictions of one split.
pub(crate) fn fit(predictions: &Predictions, evaluation: &Evaluation, split: &str) -> Result<FittedRules, ScoreError> {
    let splits = Splits::from([(split.to_owned(), Arc::new(predictions.clone()))]);
    fairgrid::score::fit(evaluation, &splits)
}

/// Scores with a few draws.
pub(crate) fn measure(predictions: &Predictions, evaluation: &str) -> Result<Vec<Measurement>, ScoreError> {
    let uncertainty = Uncertainty::default().with_draws(100, 100);
    score(predictions, &spec::<Evaluation>(evaluation), &uncertainty, &FittedRules::new())
}

/// The one measurement of a metric, breakdown, group and label.
pub(crate) fn find<'m>(all: &'m [Measurement], metric: &str, by: &str, group: &str, label: &str) -> &'m Measurement {
    let mut found = all.iter().filter(|m| m.metric == metric && m.by == by && m.group == group && m.label == label);
    let first = found.next().unwrap_or_else(|| panic!("no {metric} by `{by}` of `{group}` `{label}`"));
    assert!(found.next().is_none(), "several {metric} by `{by}` of `{group}` `{label}`");
    first
}

/// A reason in an order that knows no names: what is left out is told in that of the names.
pub(crate) fn sorted(reason: &str) -> String {
    let reason = reason.replace("left out: ", "");
    let mut told: Vec<&str> = reason.split("; ").collect();
    told.sort_unstable();
    told.join("; ")
}
