//! Tables as a terminal shows them.

use tabled::builder::Builder;
use tabled::grid::util::string::get_text_width as string_width;
use tabled::settings::formatting::AlignmentStrategy;
use tabled::settings::object::{Cell as At, Columns};
use tabled::settings::peaker::Priority;
use tabled::settings::{Alignment, Color, Style, Width};

use crate::score::measurement::Status;

use super::escape;
use super::number::raised;
use super::sheet::{Entry, Head, Sheet};
use super::table::Table;

/// Where a table is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Screen {
    /// Characters a line; `None`: as many as it takes, for files and pipes.
    pub width: Option<usize>,
    /// Whether colors and bold are understood.
    pub color: bool,
}

/// One table with its footnotes. Where the screen is narrow, intervals move below their values, then columns below each other.
pub fn table(table: &Table, screen: Screen) -> String {
    let sheet = Sheet::new(table, quoted);
    let all: Vec<usize> = (0..sheet.heads.len()).collect();
    let fits = |grid: &tabled::Table| screen.width.is_none_or(|width| grid.total_width() <= width);
    let wide = grid(&sheet, &all, Form::OneLine, screen);
    let mut text = if fits(&wide) { wide.to_string() } else { blocks(&sheet, screen, fits).join("\n") };
    for (index, note) in sheet.footnotes.iter().enumerate() {
        text.push_str(&format!("\n{}", wrapped(&format!("{} {}", raised(index + 1), escape::plain(note)), screen)));
    }
    text
}

/// A name in a sentence.
pub fn quoted(name: &str) -> String {
    format!("`{}`", escape::plain(name))
}

/// How a cell is laid out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Value and interval side by side.
    OneLine,
    /// The interval below the value.
    Stacked,
}

/// The table in as few blocks of columns as fit, each with the keys.
fn blocks(sheet: &Sheet, screen: Screen, fits: impl Fn(&tabled::Table) -> bool) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut columns: Vec<usize> = Vec::new();
    for next in 0..sheet.heads.len() {
        columns.push(next);
        if columns.len() > 1 && !fits(&grid(sheet, &columns, Form::Stacked, screen)) {
            columns.pop();
            blocks.push(columns);
            columns = vec![next];
        }
    }
    blocks.push(columns);
    let squeezed = |columns: &Vec<usize>| {
        let mut grid = grid(sheet, columns, Form::Stacked, screen);
        if let (false, Some(width)) = (fits(&grid), screen.width) {
            grid.with(Width::wrap(width).priority(Priority::max(true)));
        }
        grid.to_string()
    };
    blocks.iter().map(squeezed).collect()
}

fn grid(sheet: &Sheet, columns: &[usize], form: Form, screen: Screen) -> tabled::Table {
    let keys = sheet.keys.len();
    let mut builder = Builder::default();
    builder.push_record(sheet.keys.iter().map(|key| escape::plain(key)).chain(columns.iter().map(|index| head(&sheet.heads[*index]))));
    for (key, entries) in &sheet.lines {
        let cells = columns.iter().map(|index| cell(&entries[*index], form));
        builder.push_record(key.iter().map(|level| escape::plain(level)).chain(cells));
    }
    let mut grid = builder.build();
    grid.with(Style::rounded()).modify(Columns::new(keys..), Alignment::right()).modify(Columns::new(keys..), AlignmentStrategy::PerLine);
    if let (Some(width), 1..) = (screen.width, keys) {
        let limit = (width / (2 * keys)).max(12);
        grid.modify(Columns::new(..keys), Width::wrap(limit).keep_words(true));
    }
    if screen.color {
        for (line, (_, entries)) in sheet.lines.iter().enumerate() {
            for (column, index) in columns.iter().enumerate() {
                if let Some(color) = color(&entries[*index]) {
                    grid.modify(At::new(line + 1, keys + column), color);
                }
            }
        }
    }
    grid
}

fn head(head: &Head) -> String {
    let name = format!("{} {}", escape::plain(&head.name), head.arrow);
    let subtitle = escape::plain(&head.subtitle);
    if subtitle.is_empty() { name.trim_end().to_owned() } else { format!("{}\n{subtitle}", name.trim_end()) }
}

fn cell(entry: &Entry, form: Form) -> String {
    match form {
        Form::Stacked if !entry.spread.is_empty() => format!("{}{}\n{}", entry.value, entry.mark, entry.spread),
        _ => entry.line(),
    }
}

fn color(entry: &Entry) -> Option<Color> {
    match entry.status? {
        Status::Ok => entry.best.then_some(Color::BOLD),
        Status::Failed | Status::Infeasible => Some(Color::FG_RED),
        Status::Small | Status::Undefined | Status::InsufficientEvidence => Some(Color::FG_YELLOW),
    }
}

/// A sentence in lines that fit.
pub fn wrapped(text: &str, screen: Screen) -> String {
    hanging("", text, screen)
}

/// A sentence in lines that fit, after a head below which all lines but the first are indented.
pub fn hanging(head: &str, text: &str, screen: Screen) -> String {
    let indent = string_width(head);
    let width = screen.width.map_or(usize::MAX, |width| width.saturating_sub(indent).max(20));
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.len() - 1;
        let together = string_width(&lines[last]) + 1 + string_width(word);
        if lines[last].is_empty() {
            lines[last].push_str(word);
        } else if together <= width {
            lines[last].push(' ');
            lines[last].push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    format!("{head}{}", lines.join(&format!("\n{}", " ".repeat(indent))))
}
