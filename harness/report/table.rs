//! A table: the cells that a spec asks for, averaged, sorted and ranked.

use std::cmp::Ordering;

use indexmap::IndexSet;

use crate::score::measurement::Direction;
use crate::spec::table::{self, Condition, Layout, Order, Origin, Spread, Word};

use super::cell::{Cell, Outcome, Part};
use super::column::{Column, distinct};
use super::heading::{FailedCell, Heading};
use super::row::Row;

/// A table, ready to be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Its name in the spec.
    pub name: String,
    /// What the rows are keyed by: axes and words.
    pub rows: Vec<String>,
    /// The columns.
    pub columns: Vec<Column>,
    /// Which numbers are shown.
    pub conditions: Vec<Condition>,
    /// The lines, in the order in which they are shown.
    pub lines: Vec<Line>,
    /// The axes that were averaged and span some shown cell.
    pub averaged: Vec<String>,
    /// The axes whose predictions were pooled before scoring.
    pub pooled: Vec<String>,
    /// What stands behind a value.
    pub spread: Spread,
    /// The column that the lines are sorted by.
    pub sorted: Option<String>,
}

/// One line of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The levels of [`Table::rows`]; empty where the line has none.
    pub key: Vec<String>,
    /// One a column; `None` where nothing was measured.
    pub cells: Vec<Option<Cell>>,
    /// Which cells are the best of their columns; all false unless the spec asks for it.
    pub best: Vec<bool>,
    /// Where its numbers come from; of several models, the one whose numbers may move most.
    pub origin: Origin,
}

impl Table {
    /// Lays out one table of a study. It never fails: what the spec's checks let through but the results make ambiguous gets its own rows.
    pub fn new(name: &str, spec: &table::Table, layout: &Layout, heading: &Heading, rows: &[Row], failed: &[FailedCell]) -> Self {
        let shown: Vec<&Row> = rows
            .iter()
            .filter(|row| row.measurement.item.is_empty() && !row.measurement.metric.is_empty())
            .filter(|row| spec.conditions.iter().all(|condition| condition.admits(Some(row.coordinate(&condition.of.name)))))
            .collect();
        let columns: Vec<Column> = spec.columns.iter().flat_map(|entry| Column::expand(entry, heading, &shown)).collect();
        let averaged: Vec<&str> = layout.average.iter().chain(&spec.average).map(|mention| mention.name.as_str()).collect();
        let written: Vec<&str> = spec.rows.iter().map(|row| row.name.as_str()).collect();
        let averaged: IndexSet<&str> = averaged.into_iter().filter(|axis| !written.contains(axis)).collect();
        let averaged: Vec<&str> = averaged.into_iter().collect();
        let numbers: Vec<Vec<&Row>> =
            columns.iter().map(|column| shown.iter().filter(|row| column.takes(row)).copied().collect()).collect();
        let keyed_by = dimensions(&written, &averaged, &columns, &numbers, heading);
        let mut draft = Draft { heading, keyed_by, averaged, columns: &columns, numbers: &numbers };
        let failed: Vec<&FailedCell> = failed.iter().filter(|cell| draft.concerns(cell, spec)).collect();
        let mut lines = draft.lines(&failed);
        let spread = spec.spread.or(layout.spread).unwrap_or(Spread::Interval);
        if let Some(sort) = &spec.sort
            && let Some(index) = columns.iter().position(|column| column.metric == sort.metric.name)
        {
            sort_lines(&mut lines, index, sort.order.unwrap_or(best_first(columns[index].direction)));
        }
        if spec.best {
            mark_best(&mut lines, &columns);
        }
        draft.averaged.retain(|axis| numbers.iter().flatten().any(|row| !row.coordinate(axis).is_empty()));
        Self {
            name: name.to_owned(),
            rows: draft.keyed_by,
            averaged: draft.averaged.into_iter().map(str::to_owned).collect(),
            pooled: layout.pool.iter().map(|mention| mention.name.clone()).collect(),
            columns,
            conditions: spec.conditions.clone(),
            lines,
            spread,
            sorted: spec.sort.as_ref().map(|sort| sort.metric.name.clone()),
        }
    }

    /// How many cells the fullest mean is of.
    pub fn cells(&self) -> usize {
        self.lines.iter().flat_map(|line| &line.cells).flatten().map(|cell| cell.cells).max().unwrap_or(0)
    }

    /// A line's key with its dimensions, without the dimensions that it lacks.
    pub fn coordinates(&self, line: &Line) -> Vec<(String, String)> {
        let pairs = self.rows.iter().cloned().zip(line.key.iter().cloned());
        pairs.filter(|(_, level)| !level.is_empty()).collect()
    }
}

/// What rows must be keyed by so that no cell mixes numbers unseen: what the spec says, and each further dimension that two numbers of one cell
/// differ in.
fn dimensions(written: &[&str], averaged: &[&str], columns: &[Column], numbers: &[Vec<&Row>], heading: &Heading) -> Vec<String> {
    let words = Word::ALL.map(Word::text);
    let axes: Vec<&str> = heading.axes.iter().map(|axis| axis.name.as_str()).filter(|axis| !averaged.contains(axis)).collect();
    let mut keyed_by: Vec<&str> = written.to_vec();
    for dimension in words[..1].iter().chain(&axes).chain(&words[1..]) {
        // Numbers without a decision rule join those of every rule.
        let differ = |a: &Row, b: &Row| {
            let (a, b) = (a.coordinate(dimension), b.coordinate(dimension));
            a != b && (*dimension != Word::Decision.text() || (!a.is_empty() && !b.is_empty()))
        };
        let mixed = |(column, rows): (&Column, &Vec<&Row>)| {
            let pinned = column.level.as_ref().is_some_and(|(pinned, _)| pinned == dimension);
            let key = |row: &Row| {
                let others = words.iter().chain(&axes).filter(|other| keyed_by.contains(other));
                others.map(|other| row.coordinate(other).to_owned()).collect::<Vec<_>>()
            };
            let mut first: std::collections::HashMap<Vec<String>, &Row> = std::collections::HashMap::new();
            !pinned && rows.iter().any(|row| differ(row, first.entry(key(row)).or_insert(row)))
        };
        if !keyed_by.contains(dimension) && columns.iter().zip(numbers).any(mixed) {
            keyed_by.push(dimension);
        }
    }
    keyed_by.into_iter().map(str::to_owned).collect()
}

/// A table while its lines are made.
struct Draft<'a> {
    heading: &'a Heading,
    keyed_by: Vec<String>,
    averaged: Vec<&'a str>,
    columns: &'a [Column],
    numbers: &'a [Vec<&'a Row>],
}

impl Draft<'_> {
    fn key(&self, row: &Row) -> Vec<String> {
        self.keyed_by.iter().map(|dimension| row.coordinate(dimension).to_owned()).collect()
    }

    /// Whether a number is part of a line: numbers without a decision rule are part of every rule's line.
    fn belongs(&self, row: &Row, key: &[String]) -> bool {
        let mut pairs = self.keyed_by.iter().zip(key);
        pairs.all(|(dimension, level)| {
            let here = row.coordinate(dimension);
            here == level || (here.is_empty() && dimension == Word::Decision.text())
        })
    }

    /// Whether a cell without numbers would have been part of a line. It does not know the dimensions that only evaluations mention.
    fn would_belong(&self, cell: &FailedCell, key: &[String]) -> bool {
        self.keyed_by.iter().zip(key).all(|(dimension, level)| match Word::of(dimension) {
            Some(Word::Model) => cell.model == *level,
            Some(Word::Evaluation) => cell.evaluations.is_empty() || cell.evaluations.contains(level),
            Some(Word::Data | Word::Decision) => true,
            None => cell.axes.iter().find(|(axis, _)| axis == dimension).is_none_or(|(_, own)| own == level),
        })
    }

    /// Whether the table would have shown numbers of a cell that has none.
    fn concerns(&self, cell: &FailedCell, spec: &table::Table) -> bool {
        let admitted = spec.conditions.iter().all(|condition| match Word::of(&condition.of.name) {
            Some(Word::Model) => condition.admits(Some(&cell.model)),
            Some(Word::Evaluation) => cell.evaluations.is_empty() || cell.evaluations.iter().any(|name| condition.admits(Some(name))),
            Some(Word::Data | Word::Decision) => true,
            None => cell.axes.iter().find(|(axis, _)| *axis == condition.of.name).is_none_or(|(_, level)| condition.admits(Some(level))),
        });
        let evaluations = distinct(self.numbers.iter().flatten().map(|row| row.evaluation.as_str()), str::cmp);
        let scored = evaluations.is_empty()
            || cell.evaluations.is_empty()
            || cell.evaluations.iter().any(|name| evaluations.contains(&name.as_str()))
            // Where an evaluation has no number at all, its columns tell which tables it would have been in.
            || self.columns.iter().any(|column| cell.metrics.contains(&column.metric));
        admitted && scored
    }

    fn lines(&self, failed: &[&FailedCell]) -> Vec<Line> {
        let decided = self.keyed_by.iter().position(|dimension| dimension == Word::Decision.text());
        let mut keys: Vec<Vec<String>> = self.numbers.iter().flatten().map(|row| self.key(row)).collect();
        keys.sort_unstable();
        keys.dedup();
        if let Some(decided) = decided {
            // A line without a decision rule stays only where no line with one takes its numbers.
            let with_rule: Vec<Vec<String>> = keys.iter().filter(|key| !key[decided].is_empty()).cloned().collect();
            let same = |a: &[String], b: &[String]| a.iter().zip(b).enumerate().all(|(index, (a, b))| index == decided || a == b);
            keys.retain(|key| !key[decided].is_empty() || !with_rule.iter().any(|other| same(key, other)));
        }
        for cell in failed {
            if !keys.iter().any(|key| self.would_belong(cell, key)) {
                keys.extend(self.own_keys(cell));
            }
        }
        keys.sort_by(|a, b| self.compare(a, b));
        keys.dedup();
        keys.into_iter().map(|key| self.line(key, failed)).collect()
    }

    /// The lines of a cell that shares none with a number.
    fn own_keys(&self, cell: &FailedCell) -> Vec<Vec<String>> {
        let by_evaluation = self.keyed_by.iter().any(|dimension| dimension == Word::Evaluation.text());
        let evaluations = if by_evaluation && !cell.evaluations.is_empty() { cell.evaluations.clone() } else { vec![String::new()] };
        let level = |dimension: &String, evaluation: &String| match Word::of(dimension) {
            Some(Word::Model) => cell.model.clone(),
            Some(Word::Evaluation) => evaluation.clone(),
            Some(Word::Data | Word::Decision) => String::new(),
            None => cell.axes.iter().find(|(axis, _)| axis == dimension).map(|(_, own)| own.clone()).unwrap_or_default(),
        };
        evaluations.iter().map(|evaluation| self.keyed_by.iter().map(|dimension| level(dimension, evaluation)).collect()).collect()
    }

    fn line(&self, key: Vec<String>, failed: &[&FailedCell]) -> Line {
        let mut origin = Origin::Imported;
        let mut cells = Vec::with_capacity(self.columns.len());
        for (column, numbers) in self.columns.iter().zip(self.numbers) {
            let mut parts = Vec::new();
            for row in numbers.iter().filter(|row| self.belongs(row, &key)) {
                origin = origin.max(self.heading.origin(&row.model));
                parts.push(Part { place: self.place(|axis| row.coordinate(axis)), outcome: Outcome::Measured(&row.measurement) });
            }
            for cell in failed.iter().filter(|cell| self.would_belong(cell, &key) && cell.fills(&column.metric)) {
                let own = |dimension: &str| match Word::of(dimension) {
                    Some(Word::Model) => cell.model.as_str(),
                    Some(_) => "",
                    None => cell.axes.iter().find(|(axis, _)| axis == dimension).map_or("", |(_, level)| level.as_str()),
                };
                let elsewhere =
                    column.level.as_ref().is_some_and(|(dimension, level)| !own(dimension).is_empty() && own(dimension) != level);
                let place = self.place(own);
                // A cell of which one evaluation failed keeps the numbers of the others.
                let has_number = parts.iter().any(|part: &Part<'_>| part.place == place && matches!(part.outcome, Outcome::Measured(_)));
                if !elsewhere && !has_number {
                    origin = origin.max(self.heading.origin(&cell.model));
                    parts.push(Part { place, outcome: Outcome::Missing(cell.status, &cell.reason) });
                }
            }
            cells.push(Cell::mean(parts));
        }
        Line { best: vec![false; cells.len()], key, cells, origin }
    }

    /// Which of the averaged cells a part is.
    fn place<'s>(&self, coordinate: impl Fn(&str) -> &'s str) -> String {
        let levels = self.averaged.iter().map(|axis| (*axis, coordinate(axis))).filter(|(_, level)| !level.is_empty());
        levels.map(|(axis, level)| format!("{axis}={level}")).collect::<Vec<_>>().join(", ")
    }

    fn compare(&self, a: &[String], b: &[String]) -> Ordering {
        let orders = self.keyed_by.iter().zip(a.iter().zip(b)).map(|(dimension, (a, b))| self.heading.compare_levels(dimension, a, b));
        orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }
}

fn best_first(direction: Direction) -> Order {
    match direction {
        Direction::Lower => Order::Ascending,
        Direction::Higher | Direction::Neutral => Order::Descending,
    }
}

/// Ranked values in order, all others after them, equal ones as they were.
fn sort_lines(lines: &mut [Line], column: usize, order: Order) {
    let ranked = |line: &Line| line.cells[column].as_ref().and_then(Cell::ranked);
    lines.sort_by(|a, b| match (ranked(a), ranked(b)) {
        (Some(a), Some(b)) if order == Order::Ascending => a.total_cmp(&b),
        (Some(a), Some(b)) => b.total_cmp(&a),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    });
}

/// Marks the best value of each column that has a direction and at least two values to compare; equal values share the mark.
fn mark_best(lines: &mut [Line], columns: &[Column]) {
    for (index, column) in columns.iter().enumerate() {
        let values: Vec<f64> = lines.iter().filter_map(|line| line.cells[index].as_ref().and_then(Cell::ranked)).collect();
        let best = match column.direction {
            Direction::Higher => values.iter().copied().max_by(f64::total_cmp),
            Direction::Lower => values.iter().copied().min_by(f64::total_cmp),
            Direction::Neutral => None,
        };
        for line in lines.iter_mut().filter(|_| values.len() > 1) {
            line.best[index] = best.is_some() && line.cells[index].as_ref().and_then(Cell::ranked) == best;
        }
    }
}

impl Table {
    /// The order in which a study's tables are shown: the leaderboard `main` first, the others as written.
    pub fn all(layout: &Layout, heading: &Heading, rows: &[Row], failed: &[FailedCell]) -> Vec<Self> {
        let mut tables: Vec<(&String, &table::Table)> = layout.tables.iter().collect();
        tables.sort_by_key(|(name, _)| *name != "main");
        tables.into_iter().map(|(name, spec)| Self::new(name, spec, layout, heading, rows, failed)).collect()
    }
}
