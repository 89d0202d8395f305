//! A table as text, before it is known whether a terminal or a page will show it.

use crate::score::measurement::{Direction, Status};
use crate::spec::table::Spread;

use super::cell::Cell;
use super::number::{counted, decimals, exact, fixed, interval, percent, raised};
use super::table::{Line, Table};

/// A table's texts; names are as written in the spec, not escaped yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// The table's name.
    pub name: String,
    /// The headings of the key columns.
    pub keys: Vec<String>,
    /// The headings of the other columns.
    pub heads: Vec<Head>,
    /// The lines: the key's levels, then one entry a column.
    pub lines: Vec<(Vec<String>, Vec<Entry>)>,
    /// The texts of the marks, first of mark 1.
    pub footnotes: Vec<String>,
    /// How to read the table, a sentence each; already escaped.
    pub legend: Vec<String>,
}

/// A column's heading.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// The metric.
    pub name: String,
    /// An arrow for which way is better, or nothing.
    pub arrow: &'static str,
    /// The group, level or class; may be empty.
    pub subtitle: String,
}

/// What a cell says.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The value, or the word for why there is none.
    pub value: String,
    /// The interval or deviation; may be empty.
    pub spread: String,
    /// The marks of its footnotes; may be empty.
    pub mark: String,
    /// Whether it is the best of its column.
    pub best: bool,
    /// The status; `None` where nothing was measured.
    pub status: Option<Status>,
}

impl Entry {
    /// Everything on one line.
    pub fn line(&self) -> String {
        let spread = if self.spread.is_empty() { String::new() } else { format!(" {}", self.spread) };
        format!("{}{spread}{}", self.value, self.mark)
    }
}

impl Sheet {
    /// Writes out a table; `quote` puts a name into a sentence of the legend.
    pub fn new(table: &Table, quote: fn(&str) -> String) -> Self {
        let mut footnotes = Footnotes::default();
        let formats: Vec<Format> = (0..table.columns.len()).map(|index| Format::of(table, index)).collect();
        let lines = table
            .lines
            .iter()
            .map(|line| {
                let entries = line.cells.iter().enumerate().map(|(index, cell)| match cell {
                    Some(cell) => entry(cell, line.best[index], formats[index], &mut footnotes),
                    None => Entry { value: "–".to_owned(), spread: String::new(), mark: String::new(), best: false, status: None },
                });
                (line.key.iter().map(|level| if level.is_empty() { "–".to_owned() } else { level.clone() }).collect(), entries.collect())
            })
            .collect();
        let heads = table.columns.iter().map(|column| Head {
            name: column.metric.clone(),
            arrow: column.direction.arrow(),
            subtitle: column.subtitle(),
        });
        Self {
            name: table.name.clone(),
            keys: table.rows.clone(),
            heads: heads.collect(),
            lines,
            footnotes: footnotes.0,
            legend: legend(table, &formats, quote),
        }
    }
}

/// How the cells of a column are written.
#[derive(Clone, Copy)]
struct Format {
    /// Digits after the point.
    decimals: usize,
    /// How many cells its fullest mean is of.
    cells: usize,
    /// What stands behind a value.
    spread: Spread,
}

impl Format {
    fn of(table: &Table, index: usize) -> Self {
        let cells = || table.lines.iter().filter_map(|line| line.cells[index].as_ref());
        let values = || cells().filter_map(|cell| cell.value);
        let mut ends = cells().filter(|cell| cell.value.is_some()).flat_map(|cell| [cell.lower, cell.upper, cell.sd]).flatten();
        // Counts are whole, with all that is said of them; a rate that happens to be 0 or 1 everywhere is still a rate.
        let is_whole = |value: f64| value.fract() == 0.0;
        let whole = table.columns[index].direction == Direction::Neutral && values().all(is_whole) && ends.all(is_whole);
        let fullest = cells().map(|cell| cell.cells).max().unwrap_or(0);
        // What no cell is averaged in, as differences of means, deviates from nothing: it has its intervals.
        let spread = if fullest > 1 { table.spread } else { Spread::Interval };
        Self { decimals: if whole { 0 } else { decimals(values()) }, cells: fullest, spread }
    }
}

/// The texts that marks stand for, each once.
#[derive(Default)]
struct Footnotes(Vec<String>);

impl Footnotes {
    fn mark(&mut self, text: String) -> String {
        let index = self.0.iter().position(|known| *known == text).unwrap_or_else(|| {
            self.0.push(text);
            self.0.len() - 1
        });
        raised(index + 1)
    }
}

fn entry(cell: &Cell, best: bool, format: Format, footnotes: &mut Footnotes) -> Entry {
    let decimals = format.decimals;
    let mut notes = Vec::new();
    let word = cell.status.word().replace('_', " ");
    let value = match cell.value {
        Some(value) if cell.status == Status::Small => format!("{} small", fixed(value, decimals)),
        Some(value) => fixed(value, decimals),
        None => word.clone(),
    };
    if cell.status != Status::Ok {
        let reason = if cell.reason.is_empty() { format!("{} items", cell.n) } else { cell.reason.clone() };
        notes.push(format!("{word}: {reason}"));
    } else if !cell.reason.is_empty() {
        notes.push(cell.reason.clone());
    }
    if cell.value.is_some() && cell.cells < format.cells {
        notes.push(format!("of {}, where others are means of {}", counted(cell.cells, "cell"), format.cells));
    }
    let spread = match (format.spread, cell.sd, cell.lower, cell.upper) {
        (Spread::Sd, Some(sd), _, _) => format!("±{}", fixed(sd, decimals)),
        (Spread::Interval, _, Some(lower), Some(upper)) => interval(lower, upper, decimals),
        _ => String::new(),
    };
    let mark = notes.into_iter().map(|note| footnotes.mark(note)).collect::<Vec<_>>().join("\u{2009}");
    Entry { value, spread, mark, best, status: Some(cell.status) }
}

/// How to read some tables: each sentence once, in the order of the tables.
pub fn legends(tables: &[Table], quote: fn(&str) -> String) -> Vec<String> {
    let mut sentences: Vec<String> = Vec::new();
    for sentence in tables.iter().flat_map(|table| Sheet::new(table, quote).legend) {
        if !sentences.contains(&sentence) {
            sentences.push(sentence);
        }
    }
    sentences
}

/// How to read a table: only what it really shows.
fn legend(table: &Table, formats: &[Format], quote: fn(&str) -> String) -> Vec<String> {
    let cells = || table.lines.iter().flat_map(|line: &Line| &line.cells);
    let is_mean = cells().flatten().any(|cell| cell.cells > 1 && cell.value.is_some());
    let mut legend = Vec::new();
    if !table.pooled.is_empty() {
        let axes: Vec<String> = table.pooled.iter().map(|axis| quote(axis)).collect();
        legend.push(format!("The predictions of all levels of {} are scored as one.", axes.join(" and ")));
    }
    if is_mean {
        let axes: Vec<String> = table.averaged.iter().map(|axis| quote(axis)).collect();
        legend.push(format!("Values are means over {} ({} cells), taken after scoring.", axes.join(" and "), table.cells()));
    }
    let shows = |spread: Spread| {
        let lines = table.lines.iter().flat_map(move |line| line.cells.iter().zip(formats));
        lines.filter(move |(_, format)| format.spread == spread).filter_map(|(cell, _)| cell.as_ref())
    };
    if shows(Spread::Sd).any(|cell| cell.sd.is_some()) {
        legend.push(
            "± is the standard deviation between the averaged cells; how much a finite test set leaves open is not in it.".to_owned(),
        );
    }
    let mut levels: Vec<f64> = shows(Spread::Interval).filter_map(|cell| cell.level).collect();
    levels.sort_by(f64::total_cmp);
    levels.dedup();
    if !levels.is_empty() {
        let levels: Vec<String> = levels.into_iter().map(percent).collect();
        let unbounded = shows(Spread::Interval).any(|cell| [cell.lower, cell.upper].into_iter().flatten().any(f64::is_infinite));
        let open = if unbounded { ", and ∞ an end that the items set no limit to" } else { "" };
        legend.push(format!("[a, b] is the {} interval{}{open}.", levels.join(" or "), of_means(table, formats, quote)));
    }
    for (index, column) in table.columns.iter().enumerate() {
        let mut medians: Vec<f64> = table
            .lines
            .iter()
            .filter_map(|line| line.cells[index].as_ref())
            .filter(|cell| cell.value.is_some())
            .filter_map(|cell| cell.null_median)
            .collect();
        medians.sort_by(f64::total_cmp);
        let text = |value: &f64| fixed(*value, formats[index].decimals);
        if let (Some(low), Some(high)) = (medians.first(), medians.last()) {
            let range = if text(low) == text(high) { text(low) } else { format!("{} to {}", text(low), text(high)) };
            legend.push(format!("Chance alone gives {} a median of {range} (group labels shuffled).", quote(&column.id())));
        }
    }
    if let Some(sorted) = &table.sorted {
        legend.push(format!("Sorted by {}; values that are small, undefined or missing are not ranked.", quote(sorted)));
    }
    if table.lines.iter().any(|line| line.best.contains(&true)) {
        legend.push("Bold is the best value of a column, which alone is no evidence of a difference.".to_owned());
    }
    if cells().any(Option::is_none) || table.lines.iter().any(|line| line.key.iter().any(String::is_empty)) {
        legend.push("– means that there is nothing: not measured, or not on that axis.".to_owned());
    }
    if table.columns.iter().any(|column| !column.direction.arrow().is_empty()) {
        legend.push("↑ larger is better, ↓ smaller is better.".to_owned());
    }
    legend
}

/// What the intervals of means are: whether they know of the cells that are averaged, told of single columns where that differs.
fn of_means(table: &Table, formats: &[Format], quote: fn(&str) -> String) -> String {
    let of_column = |index: usize| {
        let cells = table.lines.iter().filter_map(move |line| line.cells[index].as_ref());
        cells.filter(|cell| cell.cells > 1 && cell.lower.is_some())
    };
    let shown = (0..formats.len()).filter(|index| formats[*index].spread == Spread::Interval && of_column(*index).next().is_some());
    let (knowing, plain): (Vec<usize>, Vec<usize>) = shown.partition(|index| of_column(*index).all(|cell| cell.whole));
    let known = match table.cells() {
        2 => "; of a mean, variation between the averaged cells is in it, of which two cells tell little: take three or more",
        _ => "; of a mean, variation between the averaged cells is in it",
    };
    match (knowing.is_empty(), plain.is_empty()) {
        (true, true) => String::new(),
        (true, false) => "; of a mean, the means of the ends, so variation between the averaged cells is not in it".to_owned(),
        (false, true) => known.to_owned(),
        (false, false) => {
            let columns: Vec<String> = plain.into_iter().map(|index| quote(&table.columns[index].id())).collect();
            format!("{known}; in {} it is not: those are the means of the ends", columns.join(" and "))
        }
    }
}

/// A tolerance or a step as short text.
pub fn short(value: f64) -> String {
    let rounded = (value * 1e6).round() / 1e6;
    if rounded == 0.0 && value != 0.0 { format!("{value:.1e}") } else { exact(rounded).trim_end_matches(".0").to_owned() }
}
