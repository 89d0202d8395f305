//! What lies there and is not used, though nothing is wrong with it: counted, so that nobody has to guess where it went.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::error::DataError;
use super::printable::printable;
use super::walk;
use crate::spec::card::{Card, Layout};

/// Examples that are kept.
const EXAMPLES: usize = 3;

/// Things of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kind {
    /// How many.
    pub count: u64,
    /// What the first few are called, each name once.
    pub examples: Vec<String>,
}

impl Kind {
    /// Counts one more.
    pub(super) fn add(&mut self, name: &str) {
        self.count += 1;
        if self.examples.len() < EXAMPLES && !self.examples.iter().any(|example| example == name) {
            self.examples.push(name.to_owned());
        }
    }

    /// The names, to be read in a sentence.
    pub(super) fn shown(&self) -> String {
        let examples: Vec<String> = self.examples.iter().map(|example| format!("`{}`", printable(example))).collect();
        examples.join(", ")
    }

    /// The examples as they are, which are no names but say something.
    pub(super) fn plain(&self) -> String {
        self.examples.iter().map(|example| printable(example)).collect::<Vec<_>>().join(", ")
    }

    /// A line for images that a card does not find, where there are any.
    pub fn overlooked(&self) -> Option<String> {
        (self.count > 0).then(|| format!("images that `glob` does not find: {} ({})", self.count, self.shown()))
    }
}

/// What a dataset leaves aside.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aside {
    /// Items that `where` leaves out.
    pub filtered: u64,
    /// Items in no split, and the values of the column of splits that the card does not know.
    pub undivided: Kind,
    /// Rows of tables of labels, by the ids that no item has.
    pub strangers: Kind,
    /// Images of another format than their names say, which are read all the same.
    pub misnamed: Kind,
    /// By field, items whose texts hold words of several of its levels, and so say none.
    pub undecided: IndexMap<String, Kind>,
    /// Rows whose own column `split` says another than the `files` of the table, by what it says.
    pub misfiled: Kind,
    /// Tables that have a row for no item, where items stay without one.
    pub unjoined: Vec<String>,
}

impl Aside {
    /// A line for each kind that there is.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.filtered > 0 {
            lines.push(format!("left out by `where`: {}", self.filtered));
        }
        if self.undivided.count > 0 {
            let values = match self.undivided.examples.is_empty() {
                true => String::new(),
                false => format!(" (`splits` does not know {})", self.undivided.shown()),
            };
            lines.push(format!("in no split: {}{values}", self.undivided.count));
        }
        if self.strangers.count > 0 {
            lines.push(format!("rows of labels without an item: {} (of {})", self.strangers.count, self.strangers.shown()));
        }
        if self.misfiled.count > 0 {
            let told = "rows that `files` puts in another split than their own column `split` says";
            lines.push(format!("{told}: {} ({})", self.misfiled.count, self.misfiled.shown()));
        }
        if self.misnamed.count > 0 {
            lines.push(format!("images of another format than their names say: {} ({})", self.misnamed.count, self.misnamed.plain()));
        }
        for (field, kind) in &self.undecided {
            let told = "with words of several levels, which say none";
            lines.push(format!("texts of `{field}` {told}: {} ({})", kind.count, kind.shown()));
        }
        lines.extend(self.unjoined.iter().map(|line| printable(line).into_owned()));
        lines
    }
}

/// Images beside those that a card finds: below the folder of its pattern, and not found by it.
///
/// # Errors
/// When a folder cannot be read.
pub fn overlooked(card: &Card) -> Result<Kind, DataError> {
    let root = card.root()?;
    let images = match &card.layout {
        Layout::Files(files) if files.archive.is_none() => walk::overlooked(&root, &files.glob)?,
        _ => Vec::new(),
    };
    let mut kind = Kind::default();
    images.iter().for_each(|image| kind.add(image));
    Ok(kind)
}
