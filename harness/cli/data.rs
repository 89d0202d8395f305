//! `fairgrid data CARD`: what a card makes of a dataset. `census` counts, `page` lays it out.

mod census;
mod page;

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use self::census::Census;
pub(super) use self::page::SHOWN;
use super::progress::{Style, observer};
use super::run::screen;
use super::study::cache;
use super::{Color, Exit, Failure};
use crate::data::aside::{Kind, overlooked};
use crate::data::dataset::Dataset;
use crate::data::printable::printable;
use crate::run::event::Event;
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
        let observer = observer(Style::Auto, false, 0);
        let verifying = |done, total| observer.event(&Event::Verifying { dataset: card.dataset.clone(), done, total });
        let dataset = Dataset::open_with(&card, &cache(), &verifying)?;
        let census: Vec<Census> = dataset.splits.iter().map(|(split, rows)| Census::of(&dataset, split, rows)).collect();
        let overlooked = overlooked(&card)?;
        if self.json {
            println!("{}", serde_json::to_string_pretty(&summary(&card, &dataset, &census, &overlooked))?);
            return Ok(Exit::Ok);
        }
        let (height, width, channels) = dataset.native;
        let title = card.title.as_deref().map_or(String::new(), |title| format!(": {}", printable(title)));
        println!("{}{title}", printable(&dataset.name));
        let classes = match dataset.classes.len() {
            0 => "no label".to_owned(),
            1 => "1 class".to_owned(),
            classes => format!("{classes} classes"),
        };
        let items = dataset.ids.len();
        let items = if items == 1 { "1 item".to_owned() } else { format!("{items} items") };
        println!("{items}, {classes}; the first image has {width} x {height} pixels, {}", colors(channels));
        println!("license: {}", card.license.as_deref().unwrap_or("not said: find out before you publish anything"));
        println!("{}", page::page(&dataset, &census, columns()));
        for line in dataset.aside.lines().into_iter().chain(overlooked.overlooked()) {
            println!("{line}");
        }
        println!("{} {} rejected", dataset.rejections, if dataset.rejections == 1 { "row" } else { "rows" });
        if dataset.rejections > LISTED as u64 {
            for (reason, count) in dataset.reasons.iter().take(LISTED) {
                println!("  {}: {}", if *count == 1 { "once".to_owned() } else { format!("{count} times") }, printable(reason));
            }
            println!("the first of them");
        }
        for rejected in dataset.rejected.iter().take(LISTED) {
            println!("  {rejected}");
        }
        if dataset.rejections > LISTED as u64 {
            println!("  and {} more; `--json` lists more of them", dataset.rejections - LISTED as u64);
        }
        Ok(Exit::Ok)
    }
}

fn colors(channels: u32) -> &'static str {
    if channels == 1 { "grey" } else { "in color" }
}

/// Letters that fit on a line: those of the terminal, or what `COLUMNS` says.
fn columns() -> Option<usize> {
    let said = || std::env::var("COLUMNS").ok()?.parse().ok();
    screen(Color::Never).width.or_else(said)
}

fn summary(card: &Card, dataset: &Dataset, census: &[Census], overlooked: &Kind) -> serde_json::Value {
    let (height, width, channels) = dataset.native;
    let splits: serde_json::Map<_, _> = census.iter().map(|census| (census.split.clone(), census.json())).collect();
    let provenance: serde_json::Map<_, _> = dataset.provenance.iter().map(|(field, said)| (field.clone(), json!(said.word()))).collect();
    json!({
        "dataset": dataset.name,
        "title": card.title,
        "license": card.license,
        "source": card.source,
        "items": dataset.ids.len(),
        "first_image": {"height": height, "width": width, "channels": channels},
        "label": dataset.label,
        "attribute": dataset.attribute,
        "subject": dataset.subject_name,
        "provenance": provenance,
        "classes": dataset.classes,
        "splits": splits,
        "aside": dataset.aside,
        "overlooked": overlooked,
        "rejections": dataset.rejections,
        "reasons": dataset.reasons.iter().map(|(reason, count)| json!({"reason": printable(reason), "rows": count})).collect::<Vec<_>>(),
        "rejected": dataset.rejected.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
