//! `fairgrid backend check FILE`: a library against the contract.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Exit, Failure};

/// Check a backend against the contract.
#[derive(Debug, Args)]
pub struct Backend {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Exercise a library: describe, open, train, predict, wrong options, cancel.
    Check {
        /// The library.
        library: PathBuf,
    },
}

impl Backend {
    pub fn run(self) -> Result<Exit, Failure> {
        let What::Check { library } = self.what;
        let report = crate::backend::check::check(&library).map_err(Failure::unavailable)?;
        println!("{report}");
        Ok(if report.passed() { Exit::Ok } else { Exit::CellFailed })
    }
}
