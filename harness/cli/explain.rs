//! `fairgrid explain NAME`: one exact definition.

use clap::Args;

use super::{Exit, Failure};

/// Tell what a metric is (formula, range, direction, source), or a decision rule.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The name of a metric, a decision rule or a calibration.
    name: String,
}

impl Explain {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        println!("{}", crate::score::explain(&self.name).map_err(Failure::usage)?);
        Ok(Exit::Ok)
    }
}
