//! `fairgrid worker`: does one cell's work; started by `run`, never by hand.

use std::path::PathBuf;

use clap::Args;

use super::{Exit, Failure};

/// Do one cell's work; the order comes on standard input.
#[derive(Debug, Args)]
pub struct Worker {
    /// Load a library and print what it describes of itself, then end.
    #[arg(long, value_name = "LIBRARY")]
    describe: Option<PathBuf>,
}

impl Worker {
    pub fn run(self) -> Result<Exit, Failure> {
        match self.describe {
            Some(library) => {
                let description = crate::run::describe::load(&library).map_err(Failure::unavailable)?;
                println!("{description}");
            }
            None => crate::run::worker::serve()?,
        }
        Ok(Exit::Ok)
    }
}
