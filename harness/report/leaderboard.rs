//! `leaderboard.md`: all tables of a study on one page.

use super::comparison::Comparison;
use super::contrast;
use super::escape;
use super::heading::Heading;
use super::markdown;
use super::sheet::legends;
use super::table::Table;
use super::terminal::{self, Screen};

/// The page. It holds no clock, host or path, so equal results give equal bytes.
pub fn markdown(heading: &Heading, tables: &[Table], comparisons: &[Comparison]) -> String {
    let mut page = format!("# {}\n", escape::markdown(heading.title()));
    for warning in warnings(heading) {
        page.push_str(&format!("\n> **{warning}**\n"));
    }
    for table in tables {
        if table.name != "main" {
            page.push_str(&format!("\n## {}\n", escape::markdown(&table.name)));
        }
        page.push_str(&format!("\n{}\n", markdown::table(table)));
    }
    for comparison in comparisons {
        page.push_str(&format!("\n## Comparison: {}\n", escape::markdown(&comparison.name)));
        page.push_str(&format!("\n{}\n", contrast::markdown(comparison)));
    }
    let mut legend = legends(tables, escape::code);
    legend.extend(contrast::legend(comparisons));
    if !legend.is_empty() {
        page.push_str("\n**How to read**\n\n");
        for sentence in legend {
            page.push_str(&format!("- {sentence}\n"));
        }
    }
    page
}

/// The same for a terminal.
pub fn terminal(heading: &Heading, tables: &[Table], comparisons: &[Comparison], screen: Screen) -> String {
    let mut page = format!("{}\n", escape::plain(heading.title()));
    for warning in warnings(heading) {
        page.push_str(&format!("{}\n", terminal::wrapped(&warning, screen)));
    }
    for table in tables {
        if table.name != "main" {
            page.push_str(&format!("\n{}\n", escape::plain(&table.name)));
        }
        page.push_str(&format!("{}\n", terminal::table(table, screen)));
    }
    for comparison in comparisons {
        page.push_str(&format!("\nComparison: {}\n{}\n", escape::plain(&comparison.name), contrast::terminal(comparison, screen)));
    }
    for sentence in legends(tables, terminal::quoted).into_iter().chain(contrast::legend(comparisons)) {
        page.push_str(&format!("{}\n", terminal::wrapped(&sentence, screen)));
    }
    page
}

/// What keeps these numbers from being results.
fn warnings(heading: &Heading) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(limit) = heading.limit {
        warnings.push(format!("Rehearsal: made with --limit {limit}, from a part of the data. These are no results."));
    }
    if heading.mock {
        warnings.push("Made-up data (--mock): these numbers say nothing about any real model or person.".to_owned());
    }
    warnings
}
