//! A card opened on its files: items, targets, fields and splits.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::aside::Aside;
use super::error::DataError;
use super::frame::{Factor, Provenance, Targets};
use super::items::Items;
use super::rejections::Rejected;
use crate::spec::card::Name;
use crate::spec::input::{Input, Resolved};
use crate::spec::node::Node;
use crate::spec::problem::{Problem, SpecError, did_you_mean};

/// Tells how many images of how many are done.
pub type Progress<'p> = &'p (dyn Fn(u64, u64) + Sync);

/// A dataset, ready to be drawn from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Dataset {
    /// The name on its card.
    pub name: String,
    /// The licence on its card.
    pub license: Option<String>,
    /// The classes, in the order of the model's outputs.
    pub classes: Vec<String>,
    /// One name an item, unique.
    pub ids: Vec<String>,
    /// What is true of each item.
    pub targets: Targets,
    /// The demographic and other fields; the label is one of them where items have one class.
    pub fields: IndexMap<String, Factor>,
    /// Who says so, where the card tells.
    pub provenance: IndexMap<String, Provenance>,
    /// The field whose groups matter most.
    pub attribute: Option<String>,
    /// The field that is the label, where items have one class.
    pub label: Option<String>,
    /// Which items show the same person.
    pub subject: Option<Factor>,
    /// What the card calls the subject.
    pub subject_name: Option<String>,
    /// The items of each split, in the order of the files.
    pub splits: IndexMap<String, Vec<u32>>,
    /// Where the images are.
    pub items: Items,
    /// Height, width and channels of the first item, before any fitting.
    pub native: (u32, u32, u32),
    /// The first rows and files that were rejected, and of each reason some.
    pub rejected: Vec<Rejected>,
    /// How many were rejected.
    pub rejections: u64,
    /// How many for which reason, the most frequent first, without what differs from row to row.
    pub reasons: Vec<(String, u64)>,
    /// What is not used though nothing is wrong with it.
    pub aside: Aside,
    /// Of the card, of the tables and of all images.
    pub digest: String,
}

impl Dataset {
    /// The rows of a split.
    ///
    /// # Errors
    /// When there is no such split: the error names those that there are.
    pub fn split(&self, name: &str) -> Result<&[u32], DataError> {
        self.splits.get(name).map(Vec::as_slice).ok_or_else(|| {
            let help = did_you_mean(name, self.splits.keys().map(String::as_str));
            DataError::dataset(&self.name, format!("has no split `{name}` ({help})"))
        })
    }

    /// A field, or the subject, by the name that a spec gives.
    ///
    /// # Errors
    /// When there is none: the error names those that there are.
    pub fn factor(&self, name: &Name) -> Result<&Factor, DataError> {
        self.factor_at(&name.text, &name.node)
    }

    pub(super) fn factor_at(&self, name: &str, node: &Node) -> Result<&Factor, DataError> {
        let subject = self.subject.as_ref().filter(|_| self.subject_name.as_deref() == Some(name));
        self.fields.get(name).or(subject).ok_or_else(|| {
            let known = self.fields.keys().chain(&self.subject_name).map(String::as_str);
            let problem = Problem::at(node, format!("the dataset `{}` has no field `{name}`", self.name));
            SpecError::from(problem.help(did_you_mean(name, known))).into()
        })
    }

    /// Rows that belong together, by name: those of one level, or each row alone where there is no factor or no level.
    pub(super) fn units(&self, rows: &[u32], by: Option<&Factor>) -> IndexMap<String, Vec<u32>> {
        let mut units: IndexMap<String, Vec<u32>> = IndexMap::new();
        for row in rows {
            let unit = match by.and_then(|factor| factor.level(*row as usize)) {
                Some(level) => format!("s{level}"),
                None => format!("i{}", self.ids[*row as usize]),
            };
            units.entry(unit).or_default().push(*row);
        }
        units
    }

    /// Settles an input's size and channels for these images.
    ///
    /// # Errors
    /// When the input has another number of channels, or mosaics do not divide its size.
    pub fn resolve(&self, input: &Input) -> Result<Resolved, DataError> {
        let resolved =
            input.resolve(self.native).map_err(|reason| DataError::dataset(&self.name, format!("does not fit the input: {reason}")))?;
        match &self.items.mosaic {
            Some(grid) if resolved.height % grid.rows != 0 || resolved.width % grid.columns != 0 => Err(DataError::dataset(
                &self.name,
                format!(
                    "has mosaics of {} x {} parts, which do not divide {} x {} pixels",
                    grid.rows, grid.columns, resolved.height, resolved.width
                ),
            )),
            _ => Ok(resolved),
        }
    }
}
