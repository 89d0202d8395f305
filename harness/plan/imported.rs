//! The part of imported predictions that an evaluation is about.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use super::join::join;
use super::planned::{Plan, PlannedData};
use crate::data::frame::Targets;
use crate::data::table::{Format, Options, Table};
use crate::score::metric::meaning;
use crate::score::predictions::Predictions;
use crate::score::predictions::kinds::Keep;
use crate::spec::cell::CellEvaluation;
use crate::spec::decide::{Link, Rule};
use crate::spec::decode::canonical;
use crate::spec::evaluation::{Evaluation, MetricCall, Written};
use crate::spec::model::ImportedModel;
use crate::spec::node::{Node, Value};
use crate::spec::pairs::Pairs;
use crate::spec::post_process::{Method, PostProcess};
use crate::spec::predictions::{Columns, Kind, Shape};
use crate::spec::problem::{Problem, Problems, did_you_mean};
use crate::spec::sets::Sets;
use crate::spec::study::Study;

/// What an evaluation takes of a file of predictions.
pub(super) struct Taken {
    /// The split that is scored; without one, it is every row.
    pub split: Option<Written<String>>,
    /// What is scored.
    pub scored: Arc<Predictions>,
    /// What rules are fitted on.
    pub fitting: Vec<(Written<String>, Arc<Predictions>)>,
}

impl Taken {
    /// All of it, by split.
    pub(super) fn splits(&self) -> impl Iterator<Item = (Option<&Written<String>>, &Arc<Predictions>)> {
        let fitting = self.fitting.iter().map(|(split, predictions)| (Some(split), predictions));
        std::iter::once((self.split.as_ref(), &self.scored)).chain(fitting)
    }
}

impl Plan {
    /// Imported predictions for a split: all of them without one; beside their dataset where the split is of a declared one.
    pub fn imported(&self, predictions: &Arc<Predictions>, split: Option<&str>) -> Result<Arc<Predictions>, String> {
        let dataset = split.and_then(|split| split.split_once('/')).map_or("", |(dataset, _)| dataset);
        select(predictions, split, self.datasets.get(dataset))
    }
}

/// The predictions for a split: all of them without one; beside their dataset where the split is of a declared one.
///
/// # Errors
/// A split that neither the dataset nor the predictions know, or predictions that do not fit the dataset.
pub(super) fn select(predictions: &Arc<Predictions>, split: Option<&str>, data: Option<&PlannedData>) -> Result<Arc<Predictions>, String> {
    let Some(name) = split else { return Ok(Arc::clone(predictions)) };
    let (dataset, split) = name.split_once('/').unwrap_or(("", name));
    if let Some(data) = data {
        let rows = data.splits.get(split).ok_or_else(|| format!("`{dataset}` has no split `{split}`"))?;
        return join(&predictions.of_split(split), &data.dataset, rows).map(Arc::new);
    }
    let Some(known) = predictions.split() else {
        return Err("the predictions do not say which split a row is of: name the column as `split` in `columns`".to_owned());
    };
    let chosen = predictions.of_split(split);
    if chosen.is_empty() {
        let help = did_you_mean(split, known.levels.iter().map(String::as_str));
        return Err(format!("the predictions have no row of the split `{split}`; {help}"));
    }
    Ok(Arc::new(chosen))
}

/// What there is to know of predictions before they are scored: items that count nowhere, are in no group or of no subject, and columns that
/// make no groups. `evaluations` are those that score them by their own columns.
pub(super) fn remarks<'e>(
    predictions: &Predictions,
    columns: &Columns,
    evaluations: impl Iterator<Item = &'e Evaluation> + Clone,
) -> Vec<String> {
    let copies = |row: usize| predictions.copies().map_or(1, |copies| copies[row]);
    let count = |counts: &dyn Fn(usize) -> bool| (0..predictions.len()).filter(|row| counts(*row)).map(copies).sum::<u64>();
    let all = count(&|_| true);
    let said = |lacking: u64, what: &str, one: &str, several: &str| {
        let (have, become_of_them) = if lacking == 1 { ("has", one) } else { ("have", several) };
        format!("{lacking} of {all} items {have} no {what} and {become_of_them}")
    };
    let mut remarks = Vec::new();
    let unlabelled = match predictions.targets() {
        Targets::Single(targets) => count(&|row| targets[row].is_none()),
        Targets::Multi { present, absent } => count(&|row| present[row].is_empty() && absent[row].is_empty()),
    };
    if (1..all).contains(&unlabelled) {
        remarks.push(said(unlabelled, "label", "counts nowhere", "count nowhere"));
    }
    // Originals have no original, and nothing was changed of them; an item of a concept need not show an attribute.
    let partial = |evaluation: &Evaluation, name: &str| {
        let mut links = evaluation.pairs.iter().flat_map(|pairs| pairs.value.fields()).map(|field| &field.value);
        let mut of_sets = evaluation.sets.iter().flat_map(Sets::fields).flat_map(|entry| &entry.value);
        links.any(|field| field == name) || of_sets.any(|field| field == name)
    };
    let groups = |name: &str| {
        let of_groups = |evaluation: &Evaluation| evaluation.breakdowns().any(|entry| entry.value.iter().any(|field| field == name));
        evaluations.clone().any(|evaluation| of_groups(evaluation) && !partial(evaluation, name))
    };
    for (name, field) in predictions.fields() {
        match count(&|row| field.codes[row].is_none()) {
            lacking if lacking == all => remarks.push(format!("the column `{name}` is empty: there are no groups by it")),
            0 => {}
            lacking if groups(name) => {
                remarks.push(said(lacking, &format!("`{name}`"), "is in no group by it", "are in no group by it"));
            }
            _ => {}
        }
    }
    let alone = predictions.subject().map_or(0, |subject| count(&|row| subject.codes[row].is_none()));
    if let (Some(column), 1..) = (&columns.subject, alone) {
        let what = format!("`{column}`");
        let of_verification =
            |evaluation: &Evaluation| matches!(evaluation.pairs.as_ref().map(|pairs| &pairs.value), Some(Pairs::Verification(_)));
        let (paired, single): (Vec<&Evaluation>, Vec<&Evaluation>) = evaluations.partition(|evaluation| of_verification(evaluation));
        if !paired.is_empty() {
            remarks.push(said(alone, &what, "is in no pair", "are in no pair"));
        }
        if !single.is_empty() {
            remarks.push(said(alone, &what, "counts as a subject of its own", "count as a subject each"));
        }
    }
    remarks
}

/// The columns of a table, if it can be read at all.
pub(super) fn header(path: &Path) -> Option<Vec<String>> {
    // JSON lines have no header: a column may begin anywhere.
    if Format::of(path) == Some(Format::JsonLines) {
        return None;
    }
    let options = Options { columns: Some(Vec::new()), ..Options::default() };
    Some(Table::chunks(path, &options).ok()?.next()?.ok()?.header().to_vec())
}

/// What must be kept of imported predictions: kinds of items are enough where only given decisions are counted, and nobody asks for one
/// item, to join, pool, cluster or compare it, or to draw it together with what another seed made of it. `written` says whether the items themselves
/// are to be written.
pub(super) fn keep(study: &Study, cell: usize, model: &ImportedModel, written: bool) -> Keep {
    let columns = &model.columns;
    let of_items = written
        || !study.compare.is_empty()
        || !study.uncertainty.include().is_empty()
        || columns.decision.is_none()
        || columns.subject.is_some()
        || columns.embedding.is_some();
    let counts = |call: &MetricCall| meaning(&call.choice.name).is_some_and(|meaning| meaning.counts());
    let of_kinds = |evaluation: &CellEvaluation| {
        let spec = &evaluation.spec;
        let alone =
            evaluation.parts.len() == 1 && !evaluation.parts[0].split.as_ref().is_some_and(|split| study.is_of_dataset(&split.value));
        let given = spec.decide.iter().all(|decide| decide.rule == Rule::Given);
        let clustered = spec.uncertainty.clustered(&study.uncertainty).is_some();
        alone && given && !clustered && spec.pairs.is_none() && spec.calibrate.is_none() && spec.metrics.iter().all(counts)
    };
    let mut of_cell = study.evaluations.iter().filter(|evaluation| evaluation.parts.iter().any(|part| part.cell == cell));
    if !of_items && of_cell.all(of_kinds) { Keep::Kinds } else { Keep::Items }
}

/// Whether an evaluation takes items without labels to have several: it says itself what is correct, or decides class by class. One score an
/// item is that of the positive of two classes.
pub(super) fn takes_several(evaluation: &Evaluation, columns: &Columns, classes: usize) -> bool {
    let one = matches!(columns.scores.as_ref().map(|scores| &scores.shape), None | Some(Shape::Positive(_)));
    let of_two = evaluation.positive.is_some() && classes == 2;
    let by_class = |rule: &Rule| match rule {
        Rule::Thresholds { .. } => true,
        Rule::Threshold { of, .. } => !of_two || *of == Link::Sigmoid,
        _ => false,
    };
    let sigmoid = |call: &MetricCall| call.choice.options.get("of").is_some_and(|of| canonical(of) == "sigmoid");
    let rules = || evaluation.decide.iter().any(|decide| by_class(&decide.rule));
    !evaluation.target.is_empty() || (!one && (rules() || evaluation.metrics.iter().any(sigmoid)))
}

/// Refuses every name that is no column of the table, where it is written; `None` where the predictions cannot be read then, as they can without a
/// field.
pub(super) fn check_columns<'a>(
    model: &ImportedModel,
    header: &[String],
    fields: impl Iterator<Item = (&'a str, &'a Node)>,
    problems: &mut Problems,
) -> Option<()> {
    if let [whole] = header
        && let Some(separator) = [";", "\t", "|"].into_iter().find(|separator| whole.contains(separator))
    {
        let message = format!("`{}` has one column, `{whole}`", model.file.display());
        let help = match separator {
            "\t" => "its cells are separated by tabs: give the file the ending `.tsv`".to_owned(),
            _ => format!("its cells are separated by `{separator}`: save it with commas, as `.csv`, or with tabs, as `.tsv`"),
        };
        problems.push(Problem::at(&model.file_node, message.replace('\t', " ")).help(help));
        return None;
    }
    let mut check = |name: &str, within: &Node| {
        let is_there = header.iter().any(|column| column == name);
        if !is_there {
            let parts: Vec<String> = header
                .iter()
                .filter(|column| column.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
                .map(|column| format!("`{column}`"))
                .collect();
            let (message, help) = if parts.is_empty() {
                let known = did_you_mean(name, header.iter().map(String::as_str));
                (format!("`{}` has no column `{name}`", model.file.display()), known)
            } else {
                (format!("`{name}` of `{}` has fields of its own", model.file.display()), format!("name one of them: {}", parts.join(", ")))
            };
            problems.push(Problem::at(written(within, name).unwrap_or(within), message).help(help));
        }
        is_there
    };
    // All are told, and not the first alone.
    let found: Vec<bool> = model.columns.names().map(|name| check(name, &model.columns.node)).collect();
    fields.for_each(|(name, node)| {
        check(name, node);
    });
    found.iter().all(|found| *found).then_some(())
}

/// The scalar that says a text.
fn written<'n>(node: &'n Node, text: &str) -> Option<&'n Node> {
    match &node.value {
        Value::List(items) => items.iter().find_map(|item| written(item, text)),
        Value::Map(entries) => entries.iter().find_map(|(_, value)| written(value, text)),
        _ => (canonical(node) == text).then_some(node),
    }
}

/// Refuses an evaluation of imported predictions whose rules would be fitted on what it scores, or on the same people.
pub(super) fn check_fitting(
    evaluation: &Evaluation,
    scored: &Predictions,
    fitted_on: &[(Written<String>, Arc<Predictions>)],
    problems: &mut Problems,
) {
    for (split, fitting) in fitted_on {
        if evaluation.data.is_none() {
            problems.push(
                Problem::at(
                    &split.node,
                    format!("the evaluation scores every row, also those of `{}` that this rule is fitted on", split.value),
                )
                .help("say which split is scored: `data: NAME/test`"),
            );
            continue;
        }
        let people = |predictions: &Predictions| -> HashSet<String> {
            let subjects = predictions.subject();
            let names =
                subjects.into_iter().flat_map(|subjects| (0..predictions.len()).filter_map(|row| subjects.level(row).map(str::to_owned)));
            names.collect()
        };
        let here = people(scored);
        if let Some(both) = people(fitting).into_iter().filter(|subject| here.contains(subject)).min() {
            let message = format!("the subject `{both}` is both in what is scored and in `{}`, which this rule is fitted on", split.value);
            problems.push(Problem::at(&split.node, message).help("split by subject, so that nobody is on both sides"));
        }
    }
}

/// Refuses a rule that looks for thresholds between 0 and 1 where what it is fitted on has scores outside.
pub(super) fn check_scale(evaluation: &Evaluation, fitted_on: &[(Written<String>, Arc<Predictions>)], problems: &mut Problems) {
    let searches = |process: &PostProcess| matches!(process.method, Method::RejectOption { .. }) && process.of == Link::Score;
    for decide in evaluation.decide.iter().filter(|_| evaluation.calibrate.is_none()) {
        let Rule::PostProcess(process) = &decide.rule else { continue };
        let of_split = |(split, _): &&(Written<String>, Arc<Predictions>)| split.value == process.split.value;
        let Some((split, fitting)) = fitted_on.iter().find(of_split).filter(|_| searches(process)) else { continue };
        let Some(scores) = fitting.scores().filter(|scores| scores.kind == Kind::Scores) else { continue };
        let positive = evaluation.positive.as_ref().and_then(|class| fitting.classes().iter().position(|known| *known == class.value));
        let place = if scores.width == 1 { Some(0) } else { positive };
        let mut numbers = (0..fitting.len()).filter_map(|row| scores.of(row).get(place?).copied());
        if let Some(outside) = numbers.find(|score| !(0.0..=1.0).contains(score)) {
            let message = format!("`reject_option` searches between 0 and 1, and a score of `{}` is `{outside}`", split.value);
            let help = "write `of: sigmoid` beside it where scores are logits, or make probabilities of them with `calibrate`";
            problems.push(Problem::at(&process.split.node, message).help(help));
        }
    }
}
