//! An accepted leaderboard: the tables as people see them and, below, the numbers that they were made of.
//!
//! The file is one that insta can hold: a header between two lines of `---`, then the body. The body ends with a fenced block `~~~numbers` of
//! JSON, one thing a line, sorted by axis values and not by rank, so that a change of one number is a change of one line.

use std::borrow::Cow;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::score::measurement::{Direction, Status};
use crate::spec::table::{Origin, Tolerances};

use super::cell::Cell;
use super::comparison::{Comparison, Contrast};
use super::heading::Heading;
use super::leaderboard;
use super::table::Table;

/// The version of the fenced block.
const FORMAT: u32 = 1;
const OPENING: &str = "~~~numbers";
const CLOSING: &str = "~~~";

/// A leaderboard as it is kept and compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The study's name.
    pub study: String,
    /// Whether the data were made up.
    pub mock: bool,
    /// The tables.
    pub tables: Vec<Grid>,
    /// The page that people see; not compared.
    pub page: String,
}

/// The numbers of one table.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// The table's name.
    pub name: String,
    /// What its rows are keyed by.
    pub rows: Vec<String>,
    /// Its columns and which way is better in each.
    pub columns: IndexMap<String, Direction>,
    /// The keys of its rows and the numbers in them by column, sorted by key.
    pub lines: Vec<(Key, IndexMap<String, Number>)>,
}

/// A row's axis values.
pub type Key = IndexMap<String, String>;

/// One cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Number {
    /// Whether the value may be used.
    pub status: Status,
    /// The value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The interval's lower end.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::score::unbounded")]
    pub lower: Option<f64>,
    /// The interval's upper end.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::score::unbounded")]
    pub upper: Option<f64>,
    /// The interval's level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<f64>,
    /// The items behind it; of a mean, the fewest in one cell.
    pub n: u64,
    /// How many cells it is the mean of.
    pub cells: usize,
    /// How far the value may move.
    pub tolerance: f64,
    /// Why so far.
    pub because: Because,
    /// Why there is no value, or why it is not ranked; not compared.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// Where a tolerance comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// The spec says so.
    Spec,
    /// The predictions come from a file, so nothing may change.
    Imported,
    /// A fixed model runs: processors and runtimes differ in the last digits, which flips the odd decision.
    Inferred,
    /// Training amplifies such digits.
    Trained,
}

/// How far a value may move, and why.
fn tolerance(written: Option<f64>, origin: Origin) -> (f64, Because) {
    match (written, origin) {
        (Some(bound), _) => (bound, Because::Spec),
        (None, Origin::Imported) => (0.0, Because::Imported),
        (None, Origin::Inferred) => (0.001, Because::Inferred),
        (None, Origin::Trained) => (0.02, Because::Trained),
    }
}

/// Why there is no snapshot, or none that can be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The results are a rehearsal.
    #[error("results of `--limit {0}` cannot be a snapshot nor be held against one; run the study without `--limit`")]
    Limited(u64),
    /// A cell failed.
    #[error("`{0}` failed, and a failure is no result to keep; run the study again until every cell is done")]
    Failed(String),
    /// The file is not a snapshot.
    #[error("line {line} is not part of a snapshot: {what}; restore the file, or write it anew with `fairgrid snapshot accept`")]
    Malformed {
        /// From 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// It cannot be read or written.
    #[error("cannot use the snapshot `{path}`")]
    File {
        /// Where.
        path: std::path::PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file at this path is not a snapshot.
    #[error("the snapshot `{path}` cannot be read")]
    Unreadable {
        /// Where.
        path: std::path::PathBuf,
        /// What is wrong with it.
        source: Box<Self>,
    },
}

impl Snapshot {
    /// The leaderboard of a run, and what was compared; refused for one with `--limit`.
    pub fn new(heading: &Heading, tolerances: &Tolerances, tables: &[Table], comparisons: &[Comparison]) -> Result<Self, SnapshotError> {
        if let Some(limit) = heading.limit {
            return Err(SnapshotError::Limited(limit));
        }
        let grids = tables.iter().map(|table| {
            let columns = table.columns.iter().map(|column| (column.id(), column.direction));
            let mut lines: Vec<(Key, IndexMap<String, Number>)> = table
                .lines
                .iter()
                .map(|line| {
                    let cells = table.columns.iter().zip(&line.cells);
                    let numbers = cells.filter_map(|(column, cell)| {
                        let (bound, because) = tolerance(tolerances.of(&column.metric), line.origin);
                        cell.as_ref().map(|cell| (column.id(), number(cell, bound, because)))
                    });
                    (table.coordinates(line).into_iter().collect(), numbers.collect())
                })
                .collect();
            lines.sort_by(|(a, _), (b, _)| a.iter().cmp(b.iter()));
            Grid { name: table.name.clone(), rows: table.rows.clone(), columns: columns.collect(), lines }
        });
        Ok(Self {
            study: heading.study.clone(),
            mock: heading.mock,
            tables: grids.chain(comparisons.iter().map(|comparison| Grid::of(comparison, heading, tolerances))).collect(),
            page: leaderboard::markdown(heading, tables, comparisons),
        })
    }

    /// The first cell that failed, named for messages.
    pub fn failed(&self) -> Option<String> {
        let lines = self.tables.iter().flat_map(|table| table.lines.iter().map(move |line| (table, line)));
        lines
            .filter(|(_, (_, numbers))| numbers.values().any(|number| number.status == Status::Failed))
            .map(|(table, (key, _))| named(&table.name, key))
            .next()
    }

    /// The file; `source` is the spec's file name.
    pub fn file(&self, source: &str) -> String {
        let text = |text: &str| serde_json::Value::from(text).to_string();
        format!("---\nsource: {}\nexpression: {}\n---\n{}\n", text(source), text(&self.study), self.body())
    }

    /// The file without its header: what insta compares.
    pub fn body(&self) -> String {
        let mut body = format!("{}\n{OPENING}\n", self.page);
        let mut push = |line: &Line<'_>| {
            // Maps with text keys and finite numbers always are JSON.
            body.push_str(&serde_json::to_string(line).unwrap_or_default());
            body.push('\n');
        };
        push(&Line::Snapshot { format: FORMAT, study: self.study.as_str().into(), mock: self.mock });
        for table in &self.tables {
            push(&Line::Table { name: table.name.as_str().into(), rows: table.rows.clone(), columns: table.columns.clone() });
            for (key, numbers) in &table.lines {
                for (column, number) in numbers {
                    push(&Line::Cell(key.clone(), column.as_str().into(), number.clone()));
                }
            }
        }
        body.push_str(CLOSING);
        body
    }

    /// Reads a file or a body.
    pub fn parse(text: &str) -> Result<Self, SnapshotError> {
        let lines: Vec<&str> = text.lines().collect();
        let start = match lines.first() {
            Some(&"---") => lines.iter().skip(1).position(|line| *line == "---").map_or(0, |end| end + 2),
            _ => 0,
        };
        let malformed = |line: usize, what: &str| SnapshotError::Malformed { line, what: what.to_owned() };
        let last = lines.iter().rposition(|line| !line.trim().is_empty()).unwrap_or(0);
        let opening =
            lines.iter().rposition(|line| *line == OPENING).ok_or_else(|| malformed(last + 1, "no block `~~~numbers` follows"))?;
        if lines.get(last) != Some(&CLOSING) {
            return Err(malformed(last + 1, "the block `~~~numbers` must end with `~~~`"));
        }
        let mut snapshot: Option<Self> = None;
        for (index, text) in lines.iter().enumerate().take(last).skip(opening + 1) {
            let line: Line<'_> = serde_json::from_str(text)
                .map_err(|error| malformed(index + 1, &error.to_string().replace(" at line 1 column", " at column")))?;
            match (line, &mut snapshot) {
                (Line::Snapshot { format: FORMAT, study, mock }, None) => {
                    let page = lines[start.min(opening)..opening].join("\n");
                    snapshot = Some(Self { study: study.into_owned(), mock, tables: Vec::new(), page });
                }
                (Line::Snapshot { format, .. }, None) => {
                    return Err(malformed(index + 1, &format!("format {format}, but this version reads format {FORMAT}")));
                }
                (Line::Table { name, rows, columns }, Some(snapshot)) => {
                    snapshot.tables.push(Grid { name: name.into_owned(), rows, columns, lines: Vec::new() });
                }
                (Line::Cell(row, column, number), Some(snapshot)) => {
                    let table = snapshot.tables.last_mut().ok_or_else(|| malformed(index + 1, "a cell before the first table"))?;
                    table.insert(row, column.into_owned(), number).map_err(|what| malformed(index + 1, &what))?;
                }
                (Line::Snapshot { .. }, Some(_)) => return Err(malformed(index + 1, "a second head")),
                (_, None) => return Err(malformed(index + 1, "the head comes first")),
            }
        }
        snapshot.ok_or_else(|| malformed(opening + 1, "the block is empty"))
    }
}

impl Grid {
    /// The findings of a comparison: a line for each cell and pair, a column a metric.
    fn of(comparison: &Comparison, heading: &Heading, tolerances: &Tolerances) -> Self {
        let mut columns: IndexMap<String, Direction> = IndexMap::new();
        let mut lines: Vec<(Key, IndexMap<String, Number>)> = Vec::new();
        for contrast in &comparison.contrasts {
            let found = &contrast.finding;
            let (key, column) = (key(contrast), contrast.column());
            // What a spec says of the column of tables, else of the metric itself.
            let written = tolerances.written(&format!("{}.{}", comparison.name, found.metric)).or_else(|| tolerances.of(&found.metric));
            let (bound, because) = tolerance(written, heading.origin(&contrast.model));
            let number = Number {
                status: found.status,
                value: found.estimate,
                lower: found.lower,
                upper: found.upper,
                level: found.level,
                n: found.n,
                cells: 1,
                tolerance: bound,
                because,
                reason: found.reason.clone(),
            };
            columns.entry(column.clone()).or_insert(found.direction);
            match lines.iter_mut().find(|(known, _)| *known == key) {
                Some((_, numbers)) => numbers.insert(column, number),
                None => {
                    lines.push((key, IndexMap::from([(column, number)])));
                    None
                }
            };
        }
        lines.sort_by(|(a, _), (b, _)| a.iter().cmp(b.iter()));
        let mut rows: Vec<String> = Vec::new();
        for name in lines.iter().flat_map(|(key, _)| key.keys()) {
            if !rows.contains(name) {
                rows.push(name.clone());
            }
        }
        Self { name: format!("compare.{}", comparison.name), rows, columns, lines }
    }

    fn insert(&mut self, row: Key, column: String, number: Number) -> Result<(), String> {
        if !self.columns.contains_key(&column) {
            return Err(format!("`{}` has no column `{column}`", self.name));
        }
        if self.lines.last().is_none_or(|(last, _)| *last != row) {
            if self.lines.iter().any(|(known, _)| *known == row) {
                return Err(format!("the row `{}` is there twice", named(&self.name, &row)));
            }
            self.lines.push((row, IndexMap::new()));
        }
        match self.lines.last_mut().map(|(_, numbers)| numbers.insert(column, number)) {
            Some(Some(_)) => Err("the cell is there twice".to_owned()),
            _ => Ok(()),
        }
    }
}

/// A line of the fenced block.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Line<'a> {
    Snapshot { format: u32, study: Cow<'a, str>, mock: bool },
    Table { name: Cow<'a, str>, rows: Vec<String>, columns: IndexMap<String, Direction> },
    Cell(Key, Cow<'a, str>, Number),
}

/// Where a finding stands, in words.
fn key(contrast: &Contrast) -> Key {
    let found = &contrast.finding;
    let own = |name: &str, level: String| (name.to_owned(), level);
    let before = [own("model", contrast.model.clone())].into_iter().chain(contrast.axes.iter().cloned());
    let after = [
        own("evaluation", contrast.evaluation.clone()),
        own("decision", found.decision.clone()),
        own("from", contrast.from.clone()),
        own("to", contrast.to.clone()),
        own("group", contrast.group()),
        own("class", found.label.clone()),
    ];
    before.chain(after).filter(|(_, level)| !level.is_empty()).collect()
}

fn number(cell: &Cell, tolerance: f64, because: Because) -> Number {
    Number {
        status: cell.status,
        value: cell.value,
        lower: cell.lower,
        upper: cell.upper,
        level: cell.level,
        n: cell.n,
        cells: cell.cells,
        tolerance,
        because,
        reason: cell.reason.clone(),
    }
}

/// A row in words: `main: loss=focal, seed=0`.
pub fn named(table: &str, key: &Key) -> String {
    let levels: Vec<String> = key.iter().map(|(axis, level)| format!("{axis}={level}")).collect();
    format!("{table}: {}", levels.join(", "))
}
