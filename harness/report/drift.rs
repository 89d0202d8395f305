//! How two leaderboards differ, and how that is told.

use crate::score::measurement::{Direction, Status};

use super::escape::plain;
use super::sheet::short;
use super::snapshot::{Key, named};
use super::terminal::{Screen, wrapped};

/// A cell of a snapshot.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The table.
    pub table: String,
    /// The row's axis values.
    pub row: Key,
    /// The column.
    pub column: String,
}

/// One difference that counts.
#[derive(Clone, Debug, PartialEq)]
pub enum Drift {
    /// Made-up data on one side, real data on the other; nothing else is compared then.
    Mock {
        /// Whether the accepted data were made up.
        accepted: bool,
    },
    /// Another study's snapshot; nothing else is compared then.
    Study {
        /// The study that was accepted.
        accepted: String,
        /// The study that ran.
        found: String,
    },
    /// A table is gone.
    MissingTable(String),
    /// A table is new.
    ExtraTable(String),
    /// A table's rows are keyed by something else; its cells are not compared then.
    Keys {
        /// The table.
        table: String,
        /// The accepted axes and words.
        accepted: Vec<String>,
        /// The new ones.
        found: Vec<String>,
    },
    /// A column is gone: table and column.
    MissingColumn(String, String),
    /// A column is new: table and column.
    ExtraColumn(String, String),
    /// A row is gone: loss of coverage is never silent.
    MissingRow(String, Key),
    /// A row is new.
    ExtraRow(String, Key),
    /// Something is measured in one of the two only.
    Presence(Place, Presence),
    /// A value became usable, or unusable.
    Status {
        /// Where.
        place: Place,
        /// The accepted status.
        accepted: Status,
        /// The new one.
        found: Status,
        /// The new one's reason.
        reason: String,
    },
    /// Another number of items or averaged cells, or another level of intervals.
    Basis {
        /// Where.
        place: Place,
        /// What differs: `n`, `cells`, `level`.
        what: &'static str,
        /// The accepted one.
        accepted: f64,
        /// The new one.
        found: f64,
    },
    /// The spec's tolerance changed: table, column, accepted and new.
    Tolerance(String, String, f64, f64),
    /// A number moved too far.
    Moved(Move),
}

/// Which of the two has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The cell was accepted and is gone.
    MissingCell,
    /// The cell is new.
    ExtraCell,
    /// The interval was accepted and is gone.
    MissingInterval,
    /// The interval is new.
    ExtraInterval,
}

/// A number of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The value.
    Value,
    /// The interval's lower end.
    Lower,
    /// The interval's upper end.
    Upper,
}

/// A number that is not what it was.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    /// Where.
    pub place: Place,
    /// Which of the cell's numbers.
    pub part: Part,
    /// The accepted number.
    pub accepted: f64,
    /// The new one.
    pub found: f64,
    /// How far it may move.
    pub allowed: f64,
    /// The accepted interval around the value.
    pub interval: Option<(f64, f64)>,
    /// Which way is better.
    pub direction: Direction,
}

impl Move {
    /// Whether a value lies in the accepted interval, that is, in what the accepted run itself left open. `None` for ends of intervals.
    pub fn within_noise(&self) -> Option<bool> {
        let (lower, upper) = self.interval.filter(|_| self.part == Part::Value)?;
        Some((lower..=upper).contains(&self.found))
    }

    /// The distance as a share of what is allowed; infinite where nothing is.
    pub fn share(&self) -> f64 {
        (self.found - self.accepted).abs() / self.allowed
    }

    fn judged(&self) -> &'static str {
        let better = match self.direction {
            Direction::Higher => self.found > self.accepted,
            Direction::Lower => self.found < self.accepted,
            Direction::Neutral => return "",
        };
        match self.part {
            Part::Value if better => ", better",
            Part::Value => ", worse",
            Part::Lower | Part::Upper => "",
        }
    }

    fn told(&self) -> String {
        let change = self.found - self.accepted;
        let sign = if change < 0.0 { "−" } else { "+" };
        let part = match self.part {
            Part::Value => "",
            Part::Lower => " lower end",
            Part::Upper => " upper end",
        };
        let far = if self.allowed == 0.0 {
            "nothing is allowed".to_owned()
        } else {
            format!("{:.2} × the {} allowed", self.share(), short(self.allowed))
        };
        let noise = match (self.within_noise(), self.interval) {
            (Some(true), Some((lower, upper))) => {
                format!("; within noise: inside the accepted interval [{}, {}]", short(lower), short(upper))
            }
            (Some(false), Some((lower, upper))) => format!("; outside the accepted interval [{}, {}]", short(lower), short(upper)),
            _ => String::new(),
        };
        let (from, to) = (short(self.accepted), short(self.found));
        format!("{}{part}: {from} → {to} ({sign}{}{}), {far}{noise}", plain(&self.place.column), short(change.abs()), self.judged())
    }
}

/// The outcome of a comparison.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// What counts as drift; none: the two agree.
    pub drifts: Vec<Drift>,
    /// Values that moved, but no farther than they may.
    pub inside: Vec<Move>,
    /// How many cells were compared.
    pub cells: usize,
}

impl Report {
    /// Whether the two agree.
    pub fn agrees(&self) -> bool {
        self.drifts.is_empty()
    }

    /// The report for a terminal, cell by cell, ending in a newline; drift first, then what moved inside its tolerance.
    pub fn render(&self, screen: Screen) -> String {
        let mut text = String::new();
        let mut row = String::new();
        let mut push = |heading: String, line: String| {
            if heading != row {
                text.push_str(&format!("{}\n", wrapped(&heading, screen)));
                row = heading;
            }
            text.push_str(&format!("  {}\n", wrapped(&line, screen).replace('\n', "\n    ")));
        };
        for drift in &self.drifts {
            let (heading, line) = told(drift);
            push(heading, line);
        }
        for moved in &self.inside {
            push(format!("inside the tolerance, {}", plain(&named(&moved.place.table, &moved.place.row))), moved.told());
        }
        let cells = if self.cells == 1 { "1 cell".to_owned() } else { format!("{} cells", self.cells) };
        let verdict = match (self.drifts.len(), self.inside.len()) {
            (0, 0) => format!("{cells} agree with the snapshot"),
            (0, moved) => format!("{cells} agree with the snapshot; {moved} moved inside the tolerance"),
            (1, _) => format!("1 difference from the snapshot; {cells} compared"),
            (drifts, _) => format!("{drifts} differences from the snapshot; {cells} compared"),
        };
        text.push_str(&format!("{verdict}\n"));
        text
    }
}

/// The row or table that a drift is about, and what happened there.
fn told(drift: &Drift) -> (String, String) {
    let row = |place: &Place| plain(&named(&place.table, &place.row));
    let data = |mock: bool| if mock { "made-up data (--mock)" } else { "real data" };
    match drift {
        Drift::Mock { accepted } => ("data".to_owned(), format!("the snapshot is of {}, this run of {}", data(*accepted), data(!accepted))),
        Drift::Study { accepted, found } => {
            ("study".to_owned(), format!("the snapshot is of `{}`, this run of `{}`", plain(accepted), plain(found)))
        }
        Drift::MissingTable(table) => (plain(table), "the table is gone".to_owned()),
        Drift::ExtraTable(table) => (plain(table), "the table is new".to_owned()),
        Drift::Keys { table, accepted, found } => {
            (plain(table), format!("rows were keyed by {}, now by {}", plain(&accepted.join(", ")), plain(&found.join(", "))))
        }
        Drift::MissingColumn(table, column) => (plain(table), format!("the column {} is gone", plain(column))),
        Drift::ExtraColumn(table, column) => (plain(table), format!("the column {} is new", plain(column))),
        Drift::MissingRow(table, key) => (plain(&named(table, key)), "the row is gone".to_owned()),
        Drift::ExtraRow(table, key) => (plain(&named(table, key)), "the row is new".to_owned()),
        Drift::Presence(place, presence) => {
            let what = match presence {
                Presence::MissingCell => "was measured and is not any more",
                Presence::ExtraCell => "is measured and was not before",
                Presence::MissingInterval => "has lost its interval",
                Presence::ExtraInterval => "has an interval and had none before",
            };
            (row(place), format!("{} {what}", plain(&place.column)))
        }
        Drift::Status { place, accepted, found, reason } => {
            let reason = if reason.is_empty() { String::new() } else { format!(" ({})", plain(reason)) };
            (row(place), format!("{}: {} → {}{reason}", plain(&place.column), accepted.word(), found.word()))
        }
        Drift::Basis { place, what, accepted, found } => {
            (row(place), format!("{}: {what} was {}, is {}", plain(&place.column), short(*accepted), short(*found)))
        }
        Drift::Tolerance(table, column, accepted, found) => {
            let line = format!("the tolerance of {} was {}, the spec now says {}", plain(column), short(*accepted), short(*found));
            (plain(table), line)
        }
        Drift::Moved(moved) => (row(&moved.place), moved.told()),
    }
}
