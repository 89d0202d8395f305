//! `fairgrid logs CELL`: what the last worker of a cell printed.

use std::path::PathBuf;

use clap::Args;

use super::{Exit, Failure};
use crate::run::store;
use crate::spec::problem::did_you_mean;

/// Show the log of a cell's last worker.
#[derive(Debug, Args)]
pub(super) struct Logs {
    /// The cell, as `plan` and `run` name it; without it, all that have a log.
    cell: Option<String>,
    /// Where results are kept between runs.
    #[arg(long, value_name = "DIR", default_value = ".fairgrid")]
    store: PathBuf,
}

impl Logs {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let folder = self.store.join("logs");
        let entries = std::fs::read_dir(&folder)
            .map_err(|error| Failure::usage(format!("there are no logs in `{}`: {error}; run a study first", folder.display())))?;
        let mut known: Vec<String> = entries.filter_map(|entry| entry.ok()?.path().file_stem()?.to_str().map(str::to_owned)).collect();
        known.sort();
        let Some(cell) = self.cell else {
            known.iter().for_each(|name| println!("{name}"));
            return Ok(Exit::Ok);
        };
        let name = store::file_name(&cell);
        match std::fs::read(folder.join(format!("{name}.log"))) {
            Ok(bytes) => print!("{}", String::from_utf8_lossy(&bytes)),
            Err(_) => return Err(Failure::usage(format!("no log of `{cell}`; {}", did_you_mean(&name, known.iter().map(String::as_str))))),
        }
        Ok(Exit::Ok)
    }
}
