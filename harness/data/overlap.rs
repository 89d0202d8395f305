//! What two datasets have in common that read the same files: items and subjects that would be on both sides of a study.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use super::dataset::Dataset;
use super::digest::Digest;
use super::items::{Container, Place};

/// What rows of one dataset share with rows of another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overlap {
    /// Those of the first whose images are among the others'.
    pub items: Vec<u32>,
    /// The subjects of both.
    pub subjects: BTreeSet<String>,
}

impl Overlap {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.subjects.is_empty()
    }
}

impl Dataset {
    /// What some rows share with rows of another dataset. Images are the same where they lie at the same place, whatever their ids are;
    /// subjects where they have the same name in datasets of one name and root. Elsewhere the same name means something else.
    pub fn overlap(&self, rows: &[u32], other: &Self, others: &[u32]) -> Overlap {
        let Some([below, other_below]) = common(&self.items.root, &other.items.root) else { return Overlap::default() };
        let alike = below == other_below && self.name == other.name && self.subject_name == other.subject_name;
        let subjects = if alike { &self.subjects(rows) & &other.subjects(others) } else { BTreeSet::new() };
        let parted = !self.items.windows.is_empty() && !other.items.windows.is_empty();
        let (here, there) = (Spots { of: self, below, parted }, Spots { of: other, below: other_below, parted });
        let all: HashSet<Spot> = rows.iter().flat_map(|row| here.at(*row)).collect();
        let shared: HashSet<Spot> = others.iter().flat_map(|row| there.at(*row)).filter(|spot| all.contains(spot)).collect();
        let items = rows.iter().copied().filter(|row| here.at(*row).any(|spot| shared.contains(&spot))).collect();
        Overlap { items, subjects: subjects.into_iter().map(str::to_owned).collect() }
    }

    /// The subjects of some rows.
    pub fn subjects(&self, rows: &[u32]) -> BTreeSet<&str> {
        self.subject.iter().flat_map(|subject| rows.iter().filter_map(|row| subject.level(*row as usize))).collect()
    }
}

/// What the names of files below each of two roots begin with, if they lie below both: nothing, where the roots are the same. `None` where
/// neither root holds the other.
fn common(one: &Path, other: &Path) -> Option<[PathBuf; 2]> {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let (one, other) = (real(one), real(other));
    let inner = other.strip_prefix(&one).map(|way| [way.to_owned(), PathBuf::new()]);
    inner.or_else(|_| one.strip_prefix(&other).map(|way| [PathBuf::new(), way.to_owned()])).ok()
}

/// Where an image lies: the file, where in it, and which part of an image it is, if all are parts.
type Spot<'d> = (&'d Path, Within<'d>, Option<Digest>);

#[derive(PartialEq, Eq, Hash)]
enum Within<'d> {
    Whole,
    Member(&'d str),
    Record(String, u64),
}

/// Where the images of a dataset lie below a root that it has in common with another.
struct Spots<'d> {
    of: &'d Dataset,
    below: PathBuf,
    parted: bool,
}

impl<'d> Spots<'d> {
    /// Where the images of an item lie, those that the other dataset cannot reach left out.
    fn at(&self, item: u32) -> impl Iterator<Item = Spot<'d>> {
        let items = &self.of.items;
        items.parts(item).into_iter().filter_map(move |image| {
            let (file, within) = match &items.places[image as usize] {
                Place::File(file) => (file.as_str(), Within::Whole),
                Place::Record(container, record) => {
                    let container = &items.containers[*container as usize];
                    let within = match container {
                        Container::Archive { members, .. } => Within::Member(&members.get(*record as usize)?.path),
                        _ => Within::Record(container.way(), *record),
                    };
                    (container.file(), within)
                }
            };
            let part = self.parted.then(|| items.digests[image as usize]);
            Some((Path::new(file).strip_prefix(&self.below).ok()?, within, part))
        })
    }
}
