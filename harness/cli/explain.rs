//! `fairgrid explain NAME`: one exact definition.

use clap::Args;

use super::run::screen;
use super::{Color, Exit, Failure};
use crate::report::terminal::hanging;
use crate::score::explain::{LABEL, explain};

/// Tell what a metric is (formula, range, direction, source), a decision rule, or a word of `compare:`.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The name of a metric, a decision rule, a calibration, or a word of `compare:`.
    name: String,
}

impl Explain {
    pub(super) fn run(self, color: Color) -> Result<Exit, Failure> {
        let screen = screen(color);
        for line in explain(&self.name).map_err(Failure::usage)?.trim_end().lines() {
            let (label, words) = line.split_at_checked(LABEL).filter(|(label, _)| label.starts_with("  ")).unwrap_or(("", line));
            println!("{}", hanging(label, words, screen));
        }
        Ok(Exit::Ok)
    }
}
