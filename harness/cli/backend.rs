//! `fairgrid backend check FILE`: a library against the contract.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::{Args, Subcommand};

use super::{Exit, Failure};
use crate::backend::check::{Event, Report};

/// Check a backend against the contract.
#[derive(Debug, Args)]
pub(super) struct Backend {
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
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let What::Check { library } = self.what;
        let report = check(&library)?;
        println!("{report}");
        Ok(if report.passed() { Exit::Ok } else { Exit::CellFailed })
    }
}

/// Exercises a library in a process of its own, since it may die of it.
fn check(library: &Path) -> Result<Report, Failure> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(["worker", "--exercise"])
        .arg(library)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let lines = child.stdout.take().map(|stdout| BufReader::new(stdout).lines());
    let events: Vec<Event> =
        lines.into_iter().flatten().map_while(Result::ok).filter_map(|line| serde_json::from_str(&line).ok()).collect();
    let status = child.wait()?;
    let death = (!status.success()).then(|| crate::run::child::death(status));
    Ok(Report::of(events, death.as_deref()))
}
