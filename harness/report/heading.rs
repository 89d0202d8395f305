//! What a report knows of its study besides the numbers.

use std::cmp::Ordering;

use crate::score::measurement::Status;
use crate::spec::table::{Dimension, Origin, Word};

/// A study as its tables, files and snapshot present it.
#[derive(Clone, Debug, Default)]
pub struct Heading {
    /// The study's name.
    pub study: String,
    /// Its title; may be empty.
    pub title: String,
    /// The axes in file order, without pooled ones.
    pub axes: Vec<Dimension>,
    /// The groupings and the groups of each (`race=Black`), in the order in which they are shown.
    pub groups: Vec<Dimension>,
    /// The models in file order, and where the numbers of each come from.
    pub models: Vec<(String, Origin)>,
    /// The evaluations in file order.
    pub evaluations: Vec<String>,
    /// The decision rules' names in file order.
    pub decisions: Vec<String>,
    /// `--limit`, where it was given: such numbers are a rehearsal.
    pub limit: Option<u64>,
    /// Whether the data are made up.
    pub mock: bool,
}

impl Heading {
    /// The title, or the name of a study that has none.
    pub fn title(&self) -> &str {
        if self.title.is_empty() { &self.study } else { &self.title }
    }

    /// The order of two levels of an axis, a [`Word`] or a grouping: as declared; unknown ones after, by number or text; none last.
    pub fn compare_levels(&self, dimension: &str, a: &str, b: &str) -> Ordering {
        let rank = |level: &str| (level.is_empty(), self.position(dimension, level).unwrap_or(usize::MAX));
        rank(a).cmp(&rank(b)).then_with(|| natural(a, b))
    }

    fn position(&self, dimension: &str, level: &str) -> Option<usize> {
        match Word::of(dimension) {
            Some(Word::Model) => self.models.iter().position(|(name, _)| name == level),
            Some(Word::Evaluation) => self.evaluations.iter().position(|name| name == level),
            Some(Word::Decision) => self.decisions.iter().position(|name| name == level),
            Some(Word::Data) => None,
            None => {
                let known = self.axes.iter().chain(&self.groups).find(|known| known.name == dimension)?;
                known.levels.iter().position(|name| name == level)
            }
        }
    }

    /// Where a model's numbers come from; a model that nobody declared counts as imported, which allows no drift. Numbers between models, which
    /// have no name, may move as those of any.
    pub fn origin(&self, model: &str) -> Origin {
        if model.is_empty() {
            return self.models.iter().map(|(_, origin)| *origin).max().unwrap_or(Origin::Imported);
        }
        self.models.iter().find(|(name, _)| name == model).map_or(Origin::Imported, |(_, origin)| *origin)
    }
}

/// Numbers by value, other text by character; numbers first.
fn natural(a: &str, b: &str) -> Ordering {
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a_number), Ok(b_number)) => a_number.total_cmp(&b_number).then_with(|| a.cmp(b)),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Err(_), Err(_)) => a.cmp(b),
    }
}

/// A cell that has no numbers. It still is a row of the leaderboard.
#[derive(Clone, Debug, PartialEq)]
pub struct FailedCell {
    /// The model.
    pub model: String,
    /// The cell's coordinates, as in [`super::row::Row::axes`].
    pub axes: Vec<(String, String)>,
    /// The evaluations that wait for it; empty where not known.
    pub evaluations: Vec<String>,
    /// The columns that they would have filled.
    pub metrics: Vec<String>,
    /// [`Status::Failed`] or [`Status::Infeasible`].
    pub status: Status,
    /// What happened.
    pub reason: String,
}

impl FailedCell {
    /// Whether a column would have had a number of it; where that is not known, it would.
    pub fn fills(&self, column: &str) -> bool {
        let metric = column.rsplit('.').next().unwrap_or(column);
        self.metrics.is_empty() || self.metrics.iter().any(|own| own == column || own == metric)
    }
}
