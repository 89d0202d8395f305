//! `fairgrid validate`: everything that can be wrong with a study, found without running it.

use clap::Args;

use super::progress::{Style, observer};
use super::study::StudyArgs;
use super::{Exit, Failure};
use crate::report::number::counted;

/// Check a study: read its data, count every cell, check every metric.
#[derive(Debug, Args)]
pub(super) struct Validate {
    #[command(flatten)]
    study: StudyArgs,
}

impl Validate {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let plan = self.study.plan(&*observer(Style::Auto, false, 0), false)?;
        for (name, data) in &plan.datasets {
            let rejected = data.dataset.rejections;
            println!("{name}: {} items, {} classes, {rejected} rows rejected", data.dataset.ids.len(), data.dataset.classes.len());
            let mut splits: Vec<_> = data.splits.iter().collect();
            splits.sort();
            for (split, rows) in splits {
                println!("  {split}: {} items", rows.len());
                for (field, factor) in &data.dataset.fields {
                    let factor = factor.take(rows);
                    let counts: Vec<String> = factor
                        .levels
                        .iter()
                        .enumerate()
                        .map(|(code, level)| {
                            format!("{level} {}", factor.codes.iter().filter(|known| **known == Some(code as u32)).count())
                        })
                        .collect();
                    println!("    {field}: {}", counts.join(", "));
                }
            }
        }
        let infeasible: Vec<String> =
            plan.draws().filter_map(|(cell, draw)| Some(format!("{cell}: infeasible, {}", draw.err()?))).collect();
        infeasible.iter().for_each(|line| println!("{line}"));
        let (cells, scores) = (counted(plan.cells.len(), "cell"), counted(plan.scores.len(), "evaluation"));
        println!("{}: valid; {cells}, {scores}", plan.study.name);
        Ok(Exit::Ok)
    }
}
