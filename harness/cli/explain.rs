//! `fairgrid explain NAME`: one exact definition.

use clap::Args;

use super::{Exit, Failure};

/// Tell what a metric is (formula, range, direction, source), a decision rule, or a word of `compare:`.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The name of a metric, a decision rule, a calibration, or a word of `compare:`.
    name: String,
}

impl Explain {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        println!("{}", crate::score::explain(&self.name).map_err(Failure::usage)?);
        Ok(Exit::Ok)
    }
}
