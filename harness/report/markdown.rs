//! Tables as Markdown that can be pasted into a README.

use tabled::builder::Builder;
use tabled::settings::{Alignment, Style, object::Columns};

use super::escape;
use super::sheet::{Entry, Sheet};
use super::table::Table;

/// One table with its footnotes, without a heading.
pub fn table(table: &Table) -> String {
    let sheet = Sheet::new(table, escape::code);
    let mut builder = Builder::default();
    let keys = sheet.keys.iter().map(|key| escape::markdown(key));
    let heads = sheet.heads.iter().map(|head| {
        let name = format!("{} {}", escape::markdown(&head.name), head.arrow);
        let subtitle = if head.subtitle.is_empty() { String::new() } else { format!("<br>{}", escape::markdown(&head.subtitle)) };
        format!("{}{subtitle}", name.trim_end())
    });
    builder.push_record(keys.chain(heads));
    for (key, entries) in &sheet.lines {
        let levels = key.iter().map(|level| escape::markdown(level));
        builder.push_record(levels.chain(entries.iter().map(cell)));
    }
    let mut grid = builder.build();
    grid.with(Style::markdown()).modify(Columns::new(sheet.keys.len()..), Alignment::right());
    let mut text = align(&grid.to_string(), sheet.keys.len());
    for (index, note) in sheet.footnotes.iter().enumerate() {
        let end = if index + 1 < sheet.footnotes.len() { "<br>" } else { "" };
        let gap = if index == 0 { "\n\n" } else { "\n" };
        text.push_str(&format!("{gap}{} {}{end}", super::number::raised(index + 1), escape::markdown(note)));
    }
    text
}

fn cell(entry: &Entry) -> String {
    if !entry.best {
        return entry.line();
    }
    let plain = Entry { value: format!("**{}**", entry.value), ..entry.clone() };
    plain.line()
}

/// Marks the columns from `first` on as right-aligned for whoever renders the page.
pub(super) fn align(grid: &str, first: usize) -> String {
    let mut lines: Vec<String> = grid.lines().map(str::to_owned).collect();
    if let Some(rule) = lines.get_mut(1) {
        let cells: Vec<String> = rule
            .trim_matches('|')
            .split('|')
            .enumerate()
            .map(|(index, dashes)| if index < first { dashes.to_owned() } else { format!("{}:", &dashes[1..]) })
            .collect();
        *rule = format!("|{}|", cells.join("|"));
    }
    lines.join("\n")
}
