//! Why predictions are refused, in rows.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use rayon::prelude::*;

use super::{Decisions, Parts, Scores};
use crate::data::frame::Targets;
use crate::data::table::Sightings;

/// Why predictions are refused: every kind of fault, each with the rows that have it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}", faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("; "))]
pub struct PredictionsError {
    /// At least one.
    pub faults: Vec<Fault>,
}

/// What is said of ids that an earlier item has.
pub(in crate::score) const REPEATED: &str = "duplicate ids: every item may occur once";

/// One kind of fault and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong and what to do about it.
    pub what: String,
    /// What rows are called: `row`, or `line` where they are lines of a file.
    pub unit: &'static str,
    /// The first rows that have it, counted from 1 (as the file counts them, where there is one); empty where it is not about rows.
    pub rows: Vec<u64>,
    /// How many rows have it.
    pub total: usize,
}

impl Fault {
    /// A fault that is not about rows.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), unit: "row", rows: Vec::new(), total: 0 }
    }

    /// A fault of some rows, or nothing where there are none.
    pub fn of_rows<R: Into<Sightings>>(what: impl Into<String>, rows: impl IntoIterator<Item = R>) -> Option<Self> {
        let mut all = Sightings::default();
        rows.into_iter().for_each(|rows| all.join(rows.into()));
        (all.total > 0).then(|| Self { what: what.into(), unit: "row", rows: all.first, total: all.total as usize })
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.what)?;
        if self.rows.is_empty() {
            return Ok(());
        }
        let rows: Vec<String> = self.rows.iter().map(u64::to_string).collect();
        write!(f, " ({}{} {}", self.unit, if self.total == 1 { "" } else { "s" }, rows.join(", "))?;
        match self.total - self.rows.len() {
            0 => f.write_str(")"),
            more => write!(f, " and {more} more)"),
        }
    }
}

impl From<Fault> for PredictionsError {
    fn from(fault: Fault) -> Self {
        Self { faults: vec![fault] }
    }
}

/// Weights whose squares can be summed up.
const SUMMED: RangeInclusive<f64> = 1e-100..=1e100;

impl Parts {
    /// Columns of different lengths, which have no rows to speak of.
    pub(super) fn length_faults<R: Into<Sightings>>(&self, rows_of: &impl Fn(usize) -> R) -> Vec<Fault> {
        let items = self.ids.len();
        let mut lengths = vec![("targets".to_owned(), self.targets.len())];
        if let Targets::Multi { absent, .. } = &self.targets {
            lengths.push(("absent labels".to_owned(), absent.len()));
        }
        lengths.extend(self.decisions.iter().map(|decisions| ("decisions".to_owned(), decisions.len())));
        lengths.extend(self.embeddings.iter().map(|embeddings| ("vectors".to_owned(), embeddings.len())));
        lengths.extend(self.fields.iter().map(|(name, field)| (format!("values of `{name}`"), field.codes.len())));
        lengths.extend(self.subject.iter().map(|subject| ("subjects".to_owned(), subject.codes.len())));
        lengths.extend(self.weight.iter().map(|weight| ("weights".to_owned(), weight.len())));
        lengths.extend(self.copies.iter().map(|copies| ("numbers of copies".to_owned(), copies.len())));
        lengths.extend(self.split.iter().map(|split| ("splits".to_owned(), split.codes.len())));
        lengths.extend(self.fold.iter().map(|fold| ("folds".to_owned(), fold.codes.len())));
        let mut faults: Vec<Fault> = lengths
            .into_iter()
            .filter(|(_, length)| *length != items)
            .map(|(what, length)| Fault::new(format!("{length} {what} for {items} items")))
            .collect();
        if let Some(scores) = &self.scores {
            if let Some(fault) = Scores::misfit(scores.width, &self.classes) {
                faults.push(fault);
                faults.extend(self.stray(rows_of).filter(|_| scores.width == 1));
            } else if scores.values.len() != items * scores.width {
                faults.push(Fault::new(format!("{} scores for {items} items of {} scores each", scores.values.len(), scores.width)));
            }
        }
        faults
    }

    /// The class that the fewest items are of, and which: the one that is not meant, where there are too many.
    fn stray<R: Into<Sightings>>(&self, rows_of: &impl Fn(usize) -> R) -> Option<Fault> {
        let Targets::Single(targets) = &self.targets else { return None };
        let of = |class: u32| (0..targets.len()).filter(move |row| targets[*row] == Some(class));
        let (_, class) = (0..self.classes.len() as u32).map(|class| (of(class).count(), class)).filter(|(items, _)| *items > 0).min()?;
        Fault::of_rows(format!("the label of the fewest items is `{}`", self.classes[class as usize]), of(class).map(rows_of))
    }

    /// What is wrong in rows.
    pub(super) fn row_faults<R: Into<Sightings>>(&self, rows_of: &impl Fn(usize) -> R) -> Vec<Fault> {
        let mut faults = Vec::new();
        if let Some(first) = self.ids.repeated().first() {
            let twice: HashSet<&str> = self.ids.repeated().iter().map(|row| self.ids.get(*row as usize)).collect();
            let all = (0..self.ids.len()).filter(|row| twice.contains(self.ids.get(*row)));
            faults.extend(Fault::of_rows(format!("{REPEATED}, as `{}`", self.ids.get(*first as usize)), all.map(rows_of)));
        }
        let mut note = |what: String, bad: &(dyn Fn(usize) -> bool + Sync)| {
            let rows = 0..self.ids.len();
            if rows.clone().into_par_iter().any(bad) {
                faults.extend(Fault::of_rows(what, rows.filter(|row| bad(*row)).map(rows_of)));
            }
        };
        let unknown = |class: &u32| *class as usize >= self.classes.len();
        note(format!("a label outside the list of {} classes", self.classes.len()), &|row| match &self.targets {
            Targets::Single(targets) => targets[row].as_ref().is_some_and(unknown),
            Targets::Multi { present, absent } => present[row].iter().chain(&absent[row]).any(unknown),
        });
        if let Targets::Multi { present, absent } = &self.targets {
            let unsorted = |classes: &[u32]| classes.windows(2).any(|pair| pair[0] >= pair[1]);
            note("labels that are repeated or not sorted".to_owned(), &|row| unsorted(&present[row]) || unsorted(&absent[row]));
            note("a label that is both present and absent".to_owned(), &|row| present[row].iter().any(|class| absent[row].contains(class)));
        }
        match &self.decisions {
            Some(Decisions::Single(decisions)) => note(format!("a decision outside the list of {} classes", self.classes.len()), &|row| {
                decisions[row].as_ref().is_some_and(unknown)
            }),
            Some(Decisions::Sets(decisions)) => note(format!("a decision outside the list of {} classes", self.classes.len()), &|row| {
                decisions[row].iter().flatten().any(unknown)
            }),
            None => {}
        }
        if let Some(scores) = &self.scores {
            // Of a model's outputs a study may take some alone, which need not sum to 1; of a file, `import` knows.
            for refused in Scores::refused(scores.kind, false) {
                let find = |row: usize| (refused.find)(scores.of(row));
                if let Some(first) = (0..self.ids.len()).into_par_iter().find_map_first(find) {
                    note(refused.told(first), &|row| find(row).is_some());
                }
            }
        }
        if let Some(embeddings) = &self.embeddings {
            note("a vector that is not finite".to_owned(), &|row| embeddings.of(row).iter().any(|number| !number.is_finite()));
        }
        if let Some(weight) = &self.weight {
            let wrong = |weight: f64| !(weight >= 0.0 && weight.is_finite());
            if let Some(first) = weight.iter().find(|weight| wrong(**weight)) {
                note(format!("a weight that is negative or not finite, as `{first}`"), &|row| wrong(weight[row]));
            }
            let unsummed = |weight: f64| weight.is_finite() && weight > 0.0 && !SUMMED.contains(&weight);
            note("a weight above 1e100, or below 1e-100 and not 0 (scale all weights by one factor)".to_owned(), &|row| {
                unsummed(weight[row])
            });
        }
        let mut listed = HashSet::new();
        let twice = self.classes.iter().find(|class| !listed.insert(class.as_str()));
        faults.extend(twice.map(|class| Fault::new(format!("the class `{class}` is listed twice"))));
        faults
    }
}
