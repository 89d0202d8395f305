//! `fairgrid mock CARD`: a made-up dataset in a card's own layout.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Exit, Failure};
use crate::data::dataset::Dataset;
use crate::data::mock::{Existing, place};
use crate::spec::card::{Card, ImageAt, Layout};

/// Write a made-up dataset in a card's layout.
#[derive(Debug, Args)]
pub(super) struct Mock {
    /// The card.
    card: PathBuf,
    /// How many items [default: what the card's `mock` says].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    rows: Option<u32>,
    /// Where to write it [default: mock/<dataset>].
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Write into a folder that has other files too.
    #[arg(long)]
    force: bool,
}

impl Mock {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let card = Card::read(&self.card)?;
        let folder = self.output.unwrap_or_else(|| Path::new("mock").join(&card.dataset));
        let existing = if self.force { Existing::Overwrite } else { Existing::Refuse };
        let written = place(&card, self.rows, &folder, existing)?;
        let cache = tempfile::tempdir()?;
        let read = Dataset::open(&card.clone().at(&folder), cache.path());
        let dataset = read.map_err(|error| {
            Failure::usage(format!("the card cannot read the mock that it asks for, in `{}`: {error}", folder.display()))
        })?;
        println!("wrote {} made-up items as {} to {} ({} files)", written.items, layout(&card), folder.display(), written.files.len());
        for line in planted(&card) {
            println!("planted: {line}");
        }
        if let Some(first) = dataset.rejected.first() {
            println!("of these, {} are rejected when they are read, the first of them {first}", dataset.rejections);
        }
        println!("look at it with: fairgrid data {} --root {}", self.card.display(), folder.display());
        Ok(Exit::Ok)
    }
}

/// How the items lie on disk.
fn layout(card: &Card) -> &'static str {
    match &card.layout {
        Layout::Files(files) if files.archive.is_some() => "images in an archive",
        Layout::Files(_) => "image files",
        Layout::Rows(rows) => match &rows.image {
            ImageAt::Bytes(_) | ImageAt::Pixels(_) => "a table that holds its images",
            ImageAt::Path(_) if rows.archive.is_some() => "a table and images in an archive",
            ImageAt::Path(_) => "a table and image files",
        },
        Layout::Arrays(_) => "arrays",
        Layout::Records(_) => "binary records",
        Layout::Coco(_) => "COCO annotations and image files",
    }
}

/// What was made harder on purpose, so that one knows what an audit should find.
fn planted(card: &Card) -> Vec<String> {
    let mock = card.mock.clone().unwrap_or_default();
    let contrast = mock.contrast.iter().flat_map(|(field, levels)| {
        levels.iter().map(move |(level, lit)| {
            format!("a share of {lit} of the images with {field}={level} is lit like all others; in the rest the label can hardly be seen")
        })
    });
    let share = mock.label_noise;
    let noise = (share > 0.0).then(|| match &card.labels {
        None => format!("a share of {share} of the labels is wrong"),
        Some(_) => {
            format!("with the probability {share} each label of an item is wrong: a class that is shown is not said to be there, one that is not is")
        }
    });
    let planted: Vec<String> = contrast.chain(noise).collect();
    if planted.is_empty() {
        vec!["nothing; `planted: {contrast: …}` in the card's `mock` makes a group harder to see".to_owned()]
    } else {
        planted
    }
}
