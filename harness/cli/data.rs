//! `fairgrid data CARD`: what a card makes of a dataset.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::study::cache;
use super::{Exit, Failure};
use crate::data::dataset::Dataset;
use crate::data::frame::{Factor, Targets};
use crate::data::printable::printable;
use crate::spec::card::Card;

/// How many rejected rows are listed.
const LISTED: usize = 20;

/// Show what a card makes of a dataset: counts, groups, rejected rows.
#[derive(Debug, Args)]
pub(super) struct Data {
    /// The card.
    card: PathBuf,
    /// Where the data lie, whatever the card says: a mock, or another copy.
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

impl Data {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let card = Card::read(&self.card)?;
        let card = match &self.root {
            Some(root) => card.at(root),
            None => card,
        };
        let dataset = Dataset::open(&card, &cache())?;
        if self.json {
            println!("{}", serde_json::to_string_pretty(&summary(&card, &dataset))?);
            return Ok(Exit::Ok);
        }
        println!("{}: {} items, {} classes", dataset.name, dataset.ids.len(), dataset.classes.len());
        println!("license: {}", card.license.as_deref().unwrap_or("not said: find out before you publish anything"));
        for (split, rows) in &dataset.splits {
            println!("{}: {} items", printable(split), rows.len());
            if !dataset.classes.is_empty() {
                println!("  label: {}", line(&labels(&dataset, rows)));
            }
            for (field, factor) in &dataset.fields {
                println!("  {field}: {}", line(&levels(&factor.take(rows))));
            }
            if let Some((attribute, factor)) = attribute(&dataset)
                && !dataset.classes.is_empty()
            {
                println!("  label by {attribute}:");
                let counts = joint(&dataset, factor, rows);
                for (class, counts) in dataset.classes.iter().zip(counts).take(LISTED) {
                    println!("    {class}: {}", line(&counts));
                }
                if dataset.classes.len() > LISTED {
                    println!("    and {} more classes; `--json` lists all", dataset.classes.len() - LISTED);
                }
            }
        }
        println!("{} {} rejected", dataset.rejections, if dataset.rejections == 1 { "row" } else { "rows" });
        for rejected in dataset.rejected.iter().take(LISTED) {
            println!("  {rejected}");
        }
        if dataset.rejections > LISTED as u64 {
            println!("  and {} more; `--json` lists more of them", dataset.rejections - LISTED as u64);
        }
        Ok(Exit::Ok)
    }
}

/// How many items have each level; the missing ones last, if there are any.
fn levels(factor: &Factor) -> Vec<(String, usize)> {
    let mut counts = vec![0; factor.levels.len() + 1];
    for code in &factor.codes {
        counts[code.map_or(factor.levels.len(), |code| code as usize)] += 1;
    }
    let names = factor.levels.iter().cloned().chain(["(missing)".to_owned()]);
    names.zip(counts).filter(|(name, count)| *count > 0 || name != "(missing)").collect()
}

/// The field that the card's groups come from.
fn attribute(dataset: &Dataset) -> Option<(&str, &Factor)> {
    let attribute = dataset.attribute.as_deref()?;
    Some((attribute, dataset.fields.get(attribute)?))
}

/// For each class, how many of the items that have it are of each level.
fn joint(dataset: &Dataset, factor: &Factor, rows: &[u32]) -> Vec<Vec<(String, usize)>> {
    let mut having: Vec<Vec<u32>> = vec![Vec::new(); dataset.classes.len()];
    for row in rows {
        match &dataset.targets {
            Targets::Single(targets) => targets[*row as usize].iter().for_each(|class| having[*class as usize].push(*row)),
            Targets::Multi { present, .. } => present[*row as usize].iter().for_each(|class| having[*class as usize].push(*row)),
        }
    }
    having.iter().map(|rows| levels(&factor.take(rows))).collect()
}

/// How many items have each class.
fn labels(dataset: &Dataset, rows: &[u32]) -> Vec<(String, usize)> {
    let mut counts = vec![0; dataset.classes.len()];
    match dataset.targets.take(rows) {
        Targets::Single(targets) => targets.into_iter().flatten().for_each(|class| counts[class as usize] += 1),
        Targets::Multi { present, .. } => present.into_iter().flatten().for_each(|class| counts[class as usize] += 1),
    }
    dataset.classes.iter().cloned().zip(counts).collect()
}

fn line(counts: &[(String, usize)]) -> String {
    counts.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
}

fn summary(card: &Card, dataset: &Dataset) -> serde_json::Value {
    let counts =
        |counts: Vec<(String, usize)>| counts.into_iter().map(|(name, count)| (name, json!(count))).collect::<serde_json::Map<_, _>>();
    let splits: serde_json::Map<_, _> = dataset
        .splits
        .iter()
        .map(|(split, rows)| {
            let fields: serde_json::Map<_, _> =
                dataset.fields.iter().map(|(field, factor)| (field.clone(), json!(counts(levels(&factor.take(rows)))))).collect();
            let mut split_summary = json!({"items": rows.len(), "label": counts(labels(dataset, rows)), "fields": fields});
            if let Some((_, factor)) = attribute(dataset) {
                let joint = dataset.classes.iter().cloned().zip(joint(dataset, factor, rows));
                let joint: serde_json::Map<_, _> = joint.map(|(class, levels)| (class, json!(counts(levels)))).collect();
                split_summary["label_by_attribute"] = json!(joint);
            }
            (split.clone(), split_summary)
        })
        .collect();
    json!({
        "dataset": dataset.name,
        "license": card.license,
        "attribute": dataset.attribute,
        "items": dataset.ids.len(),
        "classes": dataset.classes,
        "splits": splits,
        "rejections": dataset.rejections,
        "rejected": dataset.rejected.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
