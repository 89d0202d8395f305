//! The predictions of a run, one Parquet file a cell and split, for people's own notebooks.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::scoring::predictions;
use super::store::file_name;
use crate::plan::key::Key;
use crate::plan::planned::Plan;

/// Writes `predictions/<cell>/<split>.parquet` for every evaluation that has predictions; answers the folder, if there is one.
pub fn predictions_of(plan: &Plan, results: &HashMap<Key, PathBuf>, folder: &Path) -> anyhow::Result<Option<PathBuf>> {
    let root = folder.join("predictions");
    let mut done = BTreeSet::new();
    for score in &plan.scores {
        let evaluation = &plan.study.evaluations[score.evaluation];
        let split = evaluation.spec.data.as_ref().map(|split| split.value.as_str());
        if !done.insert((score.cell, split)) {
            continue;
        }
        let Some(Ok(found)) = predictions(plan, results, score.cell, split) else { continue };
        let cell = file_name(&plan.study.cells[evaluation.cell].name);
        let name = file_name(&split.unwrap_or("all").replace('/', "-"));
        let path = root.join(cell).join(format!("{name}.parquet"));
        std::fs::create_dir_all(path.parent().unwrap_or(&root))
            .with_context(|| format!("cannot make the folder of `{}`", path.display()))?;
        let aside = path.with_extension("parquet.new");
        found.write(&aside)?;
        std::fs::rename(&aside, &path).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    Ok((!done.is_empty()).then_some(root))
}
