//! Why predictions are refused, in rows.

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
