//! `fairgrid new`: a commented study to start from.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Exit, Failure};

/// What stands for the study's name in the starters.
const NAME: &str = "STUDY";

/// Write a commented study to start from.
#[derive(Debug, Args)]
pub(super) struct New {
    /// The file to write; its stem is the study's name.
    file: PathBuf,
    /// What the study does.
    #[arg(long, value_enum, default_value_t = Kind::Audit)]
    kind: Kind,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// Scores predictions that were made elsewhere.
    Audit,
    /// Trains models and compares them.
    Train,
}

impl Kind {
    fn starter(self) -> &'static str {
        match self {
            Self::Audit => include_str!("starter/audit.yaml"),
            Self::Train => include_str!("starter/train.yaml"),
        }
    }
}

impl New {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let shown = self.file.display();
        if self.file.extension().is_none_or(|extension| extension != "yaml") {
            return Err(Failure::usage(format!("`{shown}` does not end in `.yaml`, as a study does")));
        }
        let Some(name) = self.file.file_stem().and_then(|stem| stem.to_str()).filter(|stem| is_name(stem)) else {
            return Err(Failure::usage(format!(
                "`{shown}` gives no name to the study: letters, digits, `_`, `-` and `.`, a letter or digit first"
            )));
        };
        let mut file = match File::create_new(&self.file) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                return Err(Failure::usage(format!("`{shown}` exists already and is left as it is")));
            }
            Err(error) => return Err(Failure::usage(format!("cannot write `{shown}`: {error}"))),
        };
        file.write_all(self.kind.starter().replace(NAME, name).as_bytes())?;
        println!("wrote {shown}; adjust the names in it, then `fairgrid validate {shown}` says what is still wrong");
        Ok(Exit::Ok)
    }
}

fn is_name(stem: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    stem.starts_with(|first: char| first.is_ascii_alphanumeric()) && stem.chars().all(fits)
}
