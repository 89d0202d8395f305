//! A folder that a test lays out by hand, with a card in it.

use std::path::Path;

use fairgrid::data::dataset::Dataset;
use fairgrid::data::frame::Targets;
use fairgrid::spec::card::Card;
use tempfile::TempDir;

/// Images of every kind, made with Pillow.
pub(crate) const IMAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/images");

/// A folder that goes away with the test.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Self {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
        self
    }

    pub(crate) fn image(&self, name: &str, from: &str) -> &Self {
        self.write(name, std::fs::read(format!("{IMAGES}/{from}")).unwrap())
    }

    /// The same photograph under several names.
    pub(crate) fn images(&self, names: &[&str]) -> &Self {
        for name in names {
            self.image(name, if name.ends_with(".png") { "rgb.png" } else { "full.jpg" });
        }
        self
    }

    pub(crate) fn open(&self, card: &str) -> Result<Dataset, String> {
        self.write("card.yaml", format!("fairgrid_card: 1\ndataset: d\n{card}"));
        let shown = |error: &dyn std::fmt::Display| error.to_string().replace(&format!("{}/", self.path().display()), "");
        let card = Card::read(&self.path().join("card.yaml")).map_err(|error| shown(&error))?;
        Dataset::open(&card, &self.path().join("cache")).map_err(|error| shown(&error))
    }

    pub(crate) fn rejected(&self, card: &str) -> Vec<String> {
        self.open(card).unwrap().rejected.iter().map(ToString::to_string).collect()
    }
}

/// The level of each item.
pub(crate) fn levels<'d>(dataset: &'d Dataset, field: &str) -> Vec<&'d str> {
    (0..dataset.ids.len()).map(|row| dataset.fields[field].level(row).unwrap_or("-")).collect()
}

/// The classes of each item, those that are absent after a `!`.
pub(crate) fn labels(dataset: &Dataset) -> Vec<String> {
    let Targets::Multi { present, absent } = &dataset.targets else { panic!("several labels an item") };
    let names = |classes: &[u32], mark: &str| -> Vec<String> {
        classes.iter().map(|class| format!("{mark}{}", dataset.classes[*class as usize])).collect()
    };
    present.iter().zip(absent).map(|(yes, no)| [names(yes, ""), names(no, "!")].concat().join(" ")).collect()
}

/// The ids of a split.
pub(crate) fn split<'d>(dataset: &'d Dataset, name: &str) -> Vec<&'d str> {
    dataset.split(name).unwrap().iter().map(|row| dataset.ids[*row as usize].as_str()).collect()
}

/// The header of a member of a tar archive.
pub(crate) fn tar_header(name: &str, size: usize, kind: u8) -> Vec<u8> {
    let mut header = vec![0_u8; 512];
    header[..name.len().min(100)].copy_from_slice(&name.as_bytes()[..name.len().min(100)]);
    header[124..135].copy_from_slice(format!("{size:011o}").as_bytes());
    header[148..156].copy_from_slice(b"        ");
    header[156] = kind;
    header[257..262].copy_from_slice(b"ustar");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header
}
