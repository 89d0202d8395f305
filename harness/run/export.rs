//! The predictions and decisions of a run as Parquet, and what its models were trained on as CSV, for people's own notebooks.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::scoring::{Scoring, predictions};
use super::store::file_name;
use crate::plan::planned::{Plan, Source};
use crate::score::decisions;
use crate::score::predictions::pool::pooled;
use crate::spec::cell::cell_name;
use crate::spec::folds::as_written;

/// Writes `training_items/<cell>/<split>.csv` for every training of a draw or with weights, `predictions/<cell>/<split>.parquet` for every evaluation
/// that has predictions, `decisions/<cell>/<evaluation>.parquet` for every one with decision rules, and `….json` beside it with what was found for
/// those that were fitted; answers the folders that there are.
pub fn export(scoring: Scoring<'_>, folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let plan = scoring.plan;
    let (predicted, root) = (folder.join("predictions"), folder.join("decisions"));
    let mut done = BTreeSet::new();
    let mut any = false;
    let taught = training_items(plan, &folder.join("training_items"))?;
    for score in &plan.scores {
        let evaluation = &plan.study.evaluations[score.evaluation];
        let distort = evaluation.spec.distorted();
        let mut parts = Vec::with_capacity(score.cells.len());
        for (part, &cell) in evaluation.parts.iter().zip(&score.cells) {
            let split = part.split.as_ref().map(|split| split.value.as_str());
            let fresh = done.insert((cell, split, distort));
            let Some(Ok(found)) = predictions(plan, scoring.results, cell, split, distort) else { continue };
            if fresh {
                let suffix = distort.map(|distort| format!("-{distort}")).unwrap_or_default();
                let name = format!("{}{suffix}", split.map_or_else(|| "all".to_owned(), file_of));
                write(&predicted, &plan.study.cells[part.cell].name, &name, "parquet", |path| Ok(found.write(path)?))?;
            }
            parts.push((part.fold.clone(), found));
        }
        if parts.len() < score.cells.len() {
            continue;
        }
        let Ok(found) = pooled(parts) else { continue };
        // What cannot be decided has failed, and was told.
        let Ok(fitted) = scoring.fitted(score) else { continue };
        let Ok(decided) = decisions(&found, &evaluation.spec, &fitted) else { continue };
        if decided.rules.is_empty() && fitted.is_empty() {
            continue;
        }
        // Axes that the cell's own name has need no second mention.
        let own: Vec<usize> = plan.study.cells[evaluation.cell()].point.axes().collect();
        let further: Vec<usize> = evaluation.point.axes().filter(|axis| !own.contains(axis)).collect();
        let name = cell_name(&plan.study.grid, &evaluation.name, &evaluation.point.onto(&further));
        let cell = plan.study.name_of(evaluation);
        if !decided.rules.is_empty() {
            let writing = |path: &Path| Ok(decided.items.write_decisions(decided.ends.as_ref(), &decided.rules, path)?);
            write(&root, &cell, &name, "parquet", writing)?;
        }
        if !fitted.is_empty() {
            let text = serde_json::to_string_pretty(&fitted)?;
            write(&root, &cell, &name, "json", |path| Ok(std::fs::write(path, text)?))?;
        }
        any = true;
    }
    Ok([taught, (!done.is_empty()).then_some(predicted), any.then_some(root)].into_iter().flatten().collect())
}

/// Writes which items each training was given, in the order of the data: how often, and how much each of them counted.
fn training_items(plan: &Plan, root: &Path) -> anyhow::Result<Option<PathBuf>> {
    let mut any = false;
    for cell in &plan.cells {
        let Source::Backend(work) = &cell.source else { continue };
        for step in work.steps.iter().filter(|step| step.draw.is_some() || step.weighing.is_some()) {
            let Some(data) = plan.datasets.get(&step.dataset) else { continue };
            let weight = |row: u32| step.weighing.as_ref().map_or(1.0, |weighing| weighing.weights[row as usize]);
            let writing = |path: &Path| {
                let mut writer = csv::Writer::from_path(path)?;
                writer.write_record(["id", "copies", "weight"])?;
                for copies in step.rows.chunk_by(|row, next| row == next) {
                    let row = copies[0];
                    writer.write_record([&data.dataset.ids[row as usize], &copies.len().to_string(), &weight(row).to_string()])?;
                }
                Ok(writer.flush()?)
            };
            let split = file_of(&format!("{}/{}", step.dataset, step.split));
            write(root, &plan.study.cells[cell.cell].name, &split, "csv", writing)?;
            any = true;
        }
    }
    Ok(any.then(|| root.to_owned()))
}

/// The name of a split in a file's.
fn file_of(split: &str) -> String {
    as_written(split).replace('/', "-")
}

/// Writes one file of a cell, aside and renamed.
fn write(root: &Path, cell: &str, name: &str, format: &str, writing: impl FnOnce(&Path) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let path = root.join(file_name(cell)).join(format!("{}.{format}", file_name(name)));
    std::fs::create_dir_all(path.parent().unwrap_or(root)).with_context(|| format!("cannot make the folder of `{}`", path.display()))?;
    let aside = path.with_extension(format!("{format}.new"));
    writing(&aside)?;
    std::fs::rename(&aside, &path).with_context(|| format!("cannot write `{}`", path.display()))
}
