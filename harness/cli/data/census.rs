//! What is counted of a dataset: items, classes and levels of each split.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use crate::data::dataset::Dataset;
use crate::data::frame::{Factor, Targets};

/// How levels that nobody wrote are shown.
pub(super) const MISSING: &str = "(missing)";

/// Names with a count each; the last one [`MISSING`], where there is any.
pub(super) type Counts = Vec<(String, usize)>;

/// All that is counted of one split.
pub(super) struct Census {
    pub(super) split: String,
    pub(super) items: usize,
    /// Whose items are in it, where a card tells.
    pub(super) subjects: Option<usize>,
    pub(super) classes: Classes,
    /// The counts of each field but the label.
    pub(super) fields: Vec<(String, Counts)>,
    /// For each class, how many of the items that have it are of each level of the attribute.
    pub(super) by_attribute: Vec<(String, Counts)>,
}

/// How many items have which class.
pub(super) enum Classes {
    /// One class an item.
    Single(Counts),
    /// Several, each present, absent or unknown.
    Several(Vec<(String, [usize; 3])>),
}

impl Census {
    /// Counts a split.
    pub(super) fn of(dataset: &Dataset, split: &str, rows: &[u32]) -> Self {
        let classes = dataset.classes.iter().cloned();
        let classes = match dataset.targets.take(rows) {
            Targets::Single(targets) => {
                let counts = counted(targets.iter().map(|target| target.map(|class| class as usize)), dataset.classes.len());
                Classes::Single(named(classes, counts))
            }
            Targets::Multi { present, absent } => {
                let of = |side: &[Vec<u32>]| {
                    let mut counts = vec![0; dataset.classes.len()];
                    side.iter().flatten().for_each(|class| counts[*class as usize] += 1);
                    counts
                };
                let (yes, no) = (of(&present), of(&absent));
                let sides = yes.into_iter().zip(no).map(|(yes, no)| [yes, no, rows.len() - yes - no]);
                Classes::Several(classes.zip(sides).collect())
            }
        };
        let others = dataset.fields.iter().filter(|(name, _)| dataset.label.as_ref() != Some(name));
        let attribute = dataset.attribute.as_ref().filter(|name| dataset.label.as_ref() != Some(name));
        let subjects = dataset.subject.as_ref().map(|subject| {
            // An item of which nobody knows whom it shows is somebody of its own, as where it is split and scored.
            let shown: HashSet<Result<u32, u32>> = rows.iter().map(|row| subject.codes[*row as usize].ok_or(*row)).collect();
            shown.len()
        });
        Self {
            split: split.to_owned(),
            items: rows.len(),
            subjects,
            classes,
            fields: others.map(|(name, factor)| (name.clone(), levels(&factor.take(rows)))).collect(),
            by_attribute: attribute.and_then(|name| dataset.fields.get(name)).map_or_else(Vec::new, |factor| joint(dataset, factor, rows)),
        }
    }

    /// The same for programs.
    pub(super) fn json(&self) -> Value {
        let classes: Value = match &self.classes {
            Classes::Single(counts) => map(counts),
            Classes::Several(sides) => {
                let one = |(class, [present, absent, unknown]): &(String, [usize; 3])| {
                    (class.clone(), json!({"present": present, "absent": absent, "unknown": unknown}))
                };
                sides.iter().map(one).collect::<Map<_, _>>().into()
            }
        };
        let each = |counts: &[(String, Counts)]| counts.iter().map(|(name, counts)| (name.clone(), map(counts))).collect::<Map<_, _>>();
        json!({
            "items": self.items,
            "subjects": self.subjects,
            "label": classes,
            "fields": each(&self.fields),
            "label_by_attribute": each(&self.by_attribute),
        })
    }
}

fn map(counts: &Counts) -> Value {
    counts.iter().map(|(name, count)| (name.clone(), json!(count))).collect::<Map<_, _>>().into()
}

/// How often each code occurs, and at the end how often there is none.
fn counted(codes: impl Iterator<Item = Option<usize>>, levels: usize) -> Vec<usize> {
    let mut counts = vec![0; levels + 1];
    codes.for_each(|code| counts[code.unwrap_or(levels)] += 1);
    counts
}

fn named(names: impl Iterator<Item = String>, counts: Vec<usize>) -> Counts {
    let names = names.chain([MISSING.to_owned()]);
    names.zip(counts).filter(|(name, count)| *count > 0 || name != MISSING).collect()
}

/// How many items have each level.
fn levels(factor: &Factor) -> Counts {
    named(factor.levels.iter().cloned(), counted(factor.codes.iter().map(|code| code.map(|code| code as usize)), factor.levels.len()))
}

fn joint(dataset: &Dataset, factor: &Factor, rows: &[u32]) -> Vec<(String, Counts)> {
    let mut having: Vec<Vec<u32>> = vec![Vec::new(); dataset.classes.len()];
    for row in rows {
        match &dataset.targets {
            Targets::Single(targets) => targets[*row as usize].iter().for_each(|class| having[*class as usize].push(*row)),
            Targets::Multi { present, .. } => present[*row as usize].iter().for_each(|class| having[*class as usize].push(*row)),
        }
    }
    dataset.classes.iter().cloned().zip(having.iter().map(|rows| levels(&factor.take(rows)))).collect()
}
