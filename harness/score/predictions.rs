//! What a model said about the items of a split, beside what is true of them.
//!
//! - [`ids`]: the items' names; [`import`]: predictions from tables made elsewhere; [`kinds`]: what is kept of long ones. `fault`: why they are
//!   refused.
//! - [`archive`]: from and to the store's Parquet files; [`pool`]: predictions of several models as one.

pub mod archive;
mod fault;
pub mod ids;
pub mod import;
pub mod kinds;
pub mod pool;

pub(super) use fault::REPEATED;
pub use fault::{Fault, PredictionsError};

use indexmap::IndexMap;

use super::embedding::Embeddings;
use crate::data::dataset::Dataset;
use crate::data::frame::{Factor, Targets};
use crate::data::table::Sightings;
use crate::score::predictions::ids::Ids;
use crate::spec::predictions::Kind;

/// Predictions that have been checked: every column has one entry an item, ids are distinct, class indices exist, scores and
/// vectors are finite.
#[derive(Clone, Debug, PartialEq)]
pub struct Predictions {
    parts: Parts,
}

/// The columns of predictions, before they are checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    /// The items' names, distinct.
    pub ids: Ids,
    /// The classes' names, distinct; everything else speaks of them by index.
    pub classes: Vec<String>,
    /// What is true.
    pub targets: Targets,
    /// What the model said, in numbers.
    pub scores: Option<Scores>,
    /// What was decided elsewhere.
    pub decisions: Option<Decisions>,
    /// Where the model placed the items.
    pub embeddings: Option<Embeddings>,
    /// The columns that groups are made of, by name.
    pub fields: IndexMap<String, Factor>,
    /// Which items are of one person.
    pub subject: Option<Factor>,
    /// How much each item counts: finite, not negative.
    pub weight: Option<Vec<f64>>,
    /// The split of each item, where a table holds several.
    pub split: Option<Factor>,
    /// How many items each stands for, where items that are alike are kept once, under the least of their names.
    pub copies: Option<Vec<u64>>,
    /// Which of several models said it, where what they said is scored as one.
    pub fold: Option<Factor>,
}

/// One number an item and class, or one an item.
#[derive(Clone, Debug, PartialEq)]
pub struct Scores {
    /// What the numbers are.
    pub kind: Kind,
    /// Numbers an item: as many as there are classes, or 1 for the score of the positive of two classes.
    pub width: usize,
    /// Item by item.
    pub values: Vec<f64>,
}

/// What an item's numbers must not be.
pub(super) struct Refused {
    /// What is said of them.
    what: &'static str,
    /// What stands before the number that is found, where that says more.
    number: &'static str,
    /// What to do.
    help: &'static str,
    /// The number of an item that is wrong, if one is.
    pub(super) find: fn(&[f64]) -> Option<f64>,
}

const NAN: Refused = Refused {
    what: "a score that is not a number (NaN)",
    number: "",
    help: "",
    find: |scores| scores.iter().copied().find(|score| score.is_nan()),
};

const INFINITE: Refused = Refused {
    what: "an infinite score",
    number: "",
    help: " (write a large finite number in its place)",
    find: |scores| scores.iter().copied().find(|score| score.is_infinite()),
};

const OUTSIDE: Refused = Refused {
    what: "a probability outside 0 to 1",
    number: ", as ",
    help: " (name the column `scores` or `logits` if it holds those)",
    find: |scores| scores.iter().copied().find(|score| score.is_finite() && !(-1e-6..=1.0 + 1e-6).contains(score)),
};

/// Numbers written with two decimals sum to 1 but for half a hundredth each, of which many are off to either side.
const UNEVEN: Refused = Refused {
    what: "probabilities of one label that do not sum to 1",
    number: ", but to ",
    help: " (name the columns `scores` if they need not)",
    find: |scores| {
        let slack = (0.005 * scores.len() as f64).min(0.05) + 1e-6;
        let sum: f64 = scores.iter().sum();
        (scores.len() > 1 && sum.is_finite() && (sum - 1.0).abs() > slack).then_some(sum)
    },
};

impl Refused {
    /// What is said where `first` is the first number that is found.
    pub(super) fn told(&self, first: f64) -> String {
        let number = if self.number.is_empty() { String::new() } else { format!("{}`{}`", self.number, (first * 1e6).round() / 1e6) };
        format!("{}{number}{}", self.what, self.help)
    }

    /// Whether this was said.
    pub(super) fn is_told(&self, fault: &str) -> bool {
        fault.starts_with(self.what)
    }
}

impl Scores {
    /// The numbers of one item.
    pub fn of(&self, row: usize) -> &[f64] {
        &self.values[row * self.width..(row + 1) * self.width]
    }

    /// What no scores of a kind may be; `exclusive` are those of classes of which an item has just one.
    pub(super) fn refused(kind: Kind, exclusive: bool) -> &'static [Refused] {
        const REFUSED: [Refused; 4] = [NAN, INFINITE, OUTSIDE, UNEVEN];
        match (kind, exclusive) {
            (Kind::Probabilities, true) => &REFUSED,
            (Kind::Probabilities, false) => &REFUSED[..3],
            (Kind::Scores | Kind::Logits, _) => &REFUSED[..2],
        }
    }

    /// What is wrong with so many scores an item.
    pub(super) fn misfit(width: usize, classes: &[String]) -> Option<Fault> {
        const SHOWN: usize = 6;
        let fits = width == classes.len() || (width == 1 && classes.len() == 2);
        let shown: Vec<String> = classes.iter().take(SHOWN).map(|class| format!("`{class}`")).collect();
        let more = if classes.len() > SHOWN { ", …" } else { "" };
        let (scores, many) = (if width == 1 { "score" } else { "scores" }, if classes.len() == 1 { "class" } else { "classes" });
        (!fits).then(|| Fault::new(format!("{width} {scores} an item for {} {many} ({}{more})", classes.len(), shown.join(", "))))
    }
}

/// What was decided about each item, as class indices.
#[derive(Clone, Debug, PartialEq)]
pub enum Decisions {
    /// One class an item; `None` where nothing was decided, which is never right.
    Single(Vec<Option<u32>>),
    /// Any number of classes an item, sorted, without repetition; `None` where nothing was decided, which is not to decide that it has none.
    Sets(Vec<Option<Vec<u32>>>),
}

impl Decisions {
    /// How many items there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Single(decisions) => decisions.len(),
            Self::Sets(decisions) => decisions.len(),
        }
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether anything was decided about an item.
    pub fn answers(&self, row: usize) -> bool {
        match self {
            Self::Single(decisions) => decisions[row].is_some(),
            Self::Sets(decisions) => decisions[row].is_some(),
        }
    }

    /// The classes that were decided about an item, in ascending order.
    pub fn classes(&self, row: usize) -> &[u32] {
        match self {
            Self::Single(decisions) => decisions[row].as_slice(),
            Self::Sets(decisions) => decisions[row].as_deref().unwrap_or_default(),
        }
    }

    /// The decisions about some items, in that order.
    #[must_use]
    pub fn take(&self, rows: &[u32]) -> Self {
        match self {
            Self::Single(decisions) => Self::Single(rows.iter().map(|row| decisions[*row as usize]).collect()),
            Self::Sets(decisions) => Self::Sets(rows.iter().map(|row| decisions[*row as usize].clone()).collect()),
        }
    }
}

impl Predictions {
    /// Checks the columns; `rows` says which rows an entry is, for messages (`|row| row as u64 + 1`, or lines of a file).
    ///
    /// # Errors
    /// Columns of different lengths, duplicate ids or classes, class indices outside the list, probabilities outside [0, 1], scores,
    /// vectors or weights that are not finite, negative weights.
    pub fn check<R: Into<Sightings>>(parts: Parts, rows: impl Fn(usize) -> R) -> Result<Self, PredictionsError> {
        let lengths = parts.length_faults(&rows);
        if !lengths.is_empty() {
            return Err(PredictionsError { faults: lengths });
        }
        let faults = parts.row_faults(&rows);
        if faults.is_empty() { Ok(Self { parts }) } else { Err(PredictionsError { faults }) }
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.parts.ids.len()
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.parts.ids.is_empty()
    }

    /// The items' names.
    pub fn ids(&self) -> &Ids {
        &self.parts.ids
    }

    /// The classes' names.
    pub fn classes(&self) -> &[String] {
        &self.parts.classes
    }

    /// What is true.
    pub fn targets(&self) -> &Targets {
        &self.parts.targets
    }

    /// What the model said, in numbers.
    pub fn scores(&self) -> Option<&Scores> {
        self.parts.scores.as_ref()
    }

    /// What was decided elsewhere.
    pub fn decisions(&self) -> Option<&Decisions> {
        self.parts.decisions.as_ref()
    }

    /// Where the model placed the items.
    pub fn embeddings(&self) -> Option<&Embeddings> {
        self.parts.embeddings.as_ref()
    }

    /// The columns that groups are made of.
    pub fn fields(&self) -> &IndexMap<String, Factor> {
        &self.parts.fields
    }

    /// Which items are of one person.
    pub fn subject(&self) -> Option<&Factor> {
        self.parts.subject.as_ref()
    }

    /// How much each item counts.
    pub fn weight(&self) -> Option<&[f64]> {
        self.parts.weight.as_deref()
    }

    /// How much the items count on average, those aside that count nothing; 1 where all do.
    pub fn mean_weight(&self) -> f64 {
        let Some(weights) = self.weight() else { return 1.0 };
        let copies = |row: usize| self.copies().map_or(1.0, |copies| copies[row] as f64);
        let counted = || (0..weights.len()).filter(|row| weights[*row] > 0.0);
        let items: f64 = counted().map(copies).sum();
        if items > 0.0 { super::value::sum(counted().map(|row| copies(row) * weights[row])) / items } else { 1.0 }
    }

    /// How many items each entry stands for, where items that are alike are kept once.
    pub fn copies(&self) -> Option<&[u64]> {
        self.parts.copies.as_deref()
    }

    /// Which of several models said it, where what they said is scored as one.
    pub fn fold(&self) -> Option<&Factor> {
        self.parts.fold.as_ref()
    }

    /// The split of each item, where a table holds several.
    pub fn split(&self) -> Option<&Factor> {
        self.parts.split.as_ref()
    }

    /// The same items with other scores, one run of the same width an item.
    pub(super) fn with_scores(&self, scores: Scores) -> Self {
        Self { parts: Parts { scores: Some(scores), ..self.parts.clone() } }
    }

    /// The same items, each of one label that is not known, where no label is and what is said of them does not speak of several: no sets of
    /// decisions, and no probabilities that do not sum to 1.
    #[must_use]
    pub fn of_one_label(self) -> Self {
        let Parts { targets, scores, decisions, .. } = &self.parts;
        let uneven =
            |scores: &Scores| scores.kind == Kind::Probabilities && (0..self.len()).any(|row| (UNEVEN.find)(scores.of(row)).is_some());
        let one = match (decisions, scores) {
            (Some(Decisions::Single(_)), _) => true,
            (None, Some(scores)) => !uneven(scores),
            (Some(Decisions::Sets(_)), _) | (None, None) => false,
        };
        if !one || !targets.are_unknown() {
            return self;
        }
        let targets = Targets::Single(vec![None; self.len()]);
        Self { parts: Parts { targets, ..self.parts } }
    }

    /// All columns, to be changed and checked again.
    pub fn into_parts(self) -> Parts {
        self.parts
    }

    /// Some of the items, in that order; each at most once.
    #[must_use]
    pub fn take(&self, rows: &[u32]) -> Self {
        let parts = &self.parts;
        Self {
            parts: Parts {
                ids: parts.ids.take(rows),
                classes: parts.classes.clone(),
                targets: parts.targets.take(rows),
                scores: parts.scores.as_ref().map(|scores| Scores {
                    kind: scores.kind,
                    width: scores.width,
                    values: rows.iter().flat_map(|row| scores.of(*row as usize)).copied().collect(),
                }),
                decisions: parts.decisions.as_ref().map(|decisions| decisions.take(rows)),
                embeddings: parts.embeddings.as_ref().map(|embeddings| embeddings.take(rows)),
                fields: parts.fields.iter().map(|(name, field)| (name.clone(), field.take(rows))).collect(),
                subject: parts.subject.as_ref().map(|subject| subject.take(rows)),
                weight: parts.weight.as_ref().map(|weight| rows.iter().map(|row| weight[*row as usize]).collect()),
                split: parts.split.as_ref().map(|split| split.take(rows)),
                copies: parts.copies.as_ref().map(|copies| rows.iter().map(|row| copies[*row as usize]).collect()),
                fold: parts.fold.as_ref().map(|fold| fold.take(rows)),
            },
        }
    }

    /// The items of one split; all items where no split is known.
    #[must_use]
    pub fn of_split(&self, name: &str) -> Self {
        let Some(split) = &self.parts.split else { return self.clone() };
        let rows: Vec<u32> = (0..self.len()).filter(|row| split.level(*row) == Some(name)).map(|row| row as u32).collect();
        self.take(&rows)
    }
}

impl Parts {
    /// What a model said about some rows of a dataset, beside what the dataset knows of them.
    pub fn of_rows(dataset: &Dataset, rows: &[u32], scores: Scores) -> Self {
        Self { scores: Some(scores), ..Self::labels_of_rows(dataset, rows) }
    }

    /// What a dataset knows of some of its rows.
    pub fn labels_of_rows(dataset: &Dataset, rows: &[u32]) -> Self {
        Self {
            ids: rows.iter().map(|row| dataset.ids[*row as usize].as_str()).collect(),
            classes: dataset.classes.clone(),
            targets: dataset.targets.take(rows),
            scores: None,
            decisions: None,
            embeddings: None,
            fields: dataset.fields.iter().map(|(name, field)| (name.clone(), field.take(rows))).collect(),
            subject: dataset.subject.as_ref().map(|subject| subject.take(rows)),
            weight: None,
            split: None,
            copies: None,
            fold: None,
        }
    }
}
