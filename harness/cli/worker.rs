//! `fairgrid worker`: does one cell's work; started by `run`, never by hand.

use std::path::{Path, PathBuf};

use clap::Args;

use fairgrid_runtime::Native;

use super::{Exit, Failure};
use crate::backend::check;
use crate::backend::descriptor::Descriptor;
use crate::run::describe::load;

/// Do one cell's work; the order comes on standard input.
#[derive(Debug, Args)]
pub(super) struct Worker {
    /// Load a library and print what it describes of itself, as JSON.
    #[arg(long, value_name = "LIBRARY")]
    describe: Option<PathBuf>,
    /// Write the descriptor beside the library in place of printing.
    #[arg(long, requires = "describe")]
    write: bool,
    /// Load a library, exercise it, and print what happens, a JSON line each.
    #[arg(long, value_name = "LIBRARY")]
    exercise: Option<PathBuf>,
}

impl Worker {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        match (self.describe, self.exercise) {
            (Some(library), _) => describe(&library, self.write)?,
            (_, Some(library)) => exercise(&library)?,
            _ => crate::run::worker::serve()?,
        }
        Ok(Exit::Ok)
    }
}

fn describe(library: &Path, write: bool) -> Result<(), Failure> {
    let (plugin, _) = load(library).map_err(Failure::unavailable)?;
    if !write {
        println!("{}", plugin.describe_json().map_err(Failure::unavailable)?);
    } else {
        let description = plugin.describe().map_err(Failure::unavailable)?;
        let descriptor = Descriptor::of(library, description).map_err(Failure::unavailable)?;
        descriptor.write_beside(library).map_err(Failure::unavailable)?;
    }
    Ok(())
}

fn exercise(library: &Path) -> Result<(), Failure> {
    // What cannot be described is told by the exercise itself.
    let described = load(library).ok().and_then(|(plugin, preloaded)| Some((plugin.describe().ok()?, preloaded)));
    let preload = described.and_then(|(description, preloaded)| {
        let native = Native::named(&description.runtime?.name)?;
        Some(native.find().map_or(preloaded, |runtime| runtime.preload))
    });
    let scratch = tempfile::tempdir()?;
    check::exercise(library, &preload.unwrap_or_default(), scratch.path(), &mut |event| {
        if let Ok(line) = serde_json::to_string(&event) {
            println!("{line}");
        }
    });
    Ok(())
}
