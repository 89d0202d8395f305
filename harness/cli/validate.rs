//! `fairgrid validate`: everything that can be wrong with a study, found without running it.

use std::cmp::Reverse;

use clap::Args;

use super::data::SHOWN;
use super::progress::{Style, observer};
use super::study::StudyArgs;
use super::{Exit, Failure};
use crate::data::frame::Factor;
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
                    println!("    {field}: {}", counts(factor, rows));
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

/// How many items have which level; of many levels, those that are most frequent.
fn counts(factor: &Factor, rows: &[u32]) -> String {
    let mut counts: Vec<(&str, usize)> = factor.levels.iter().map(|level| (level.as_str(), 0)).collect();
    rows.iter().filter_map(|row| factor.codes[*row as usize]).for_each(|code| counts[code as usize].1 += 1);
    let more = counts.len().saturating_sub(SHOWN);
    if more > 0 {
        counts.sort_by_key(|(_, count)| Reverse(*count));
        counts.truncate(SHOWN);
    }
    let mut texts: Vec<String> = counts.iter().map(|(level, count)| format!("{level} {count}")).collect();
    texts.extend((more > 0).then(|| format!("and {more} more")));
    texts.join(", ")
}
