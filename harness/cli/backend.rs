//! `fairgrid backend check FILE`: a library against the contract.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

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
        /// Give up on a check after this many seconds.
        #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..))]
        patience: u64,
    },
}

impl Backend {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let What::Check { library, patience } = self.what;
        let report = check(&library, Duration::from_secs(patience))?;
        println!("{report}");
        Ok(if report.passed() { Exit::Ok } else { Exit::CellFailed })
    }
}

/// Exercises a library in a process of its own, since it may die of it, or never end.
fn check(library: &Path, patience: Duration) -> Result<Report, Failure> {
    let library = std::path::absolute(library)?;
    let mut child = Command::new(std::env::current_exe()?)
        .args(["worker", "--exercise"])
        .arg(library)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let (sender, heard) = mpsc::channel::<Event>();
    if let Some(stdout) = child.stdout.take() {
        std::thread::spawn(move || {
            let events = BufReader::new(stdout).lines().map_while(Result::ok).filter_map(|line| serde_json::from_str(&line).ok());
            // A listener that lost its patience no longer cares.
            events.for_each(|event| drop(sender.send(event)));
        });
    }
    let words = child.stderr.take().map(|stderr| std::thread::spawn(move || last_words(BufReader::new(stderr))));
    let mut events = Vec::new();
    let hung = loop {
        match heard.recv_timeout(patience) {
            Ok(event) => events.push(event),
            Err(RecvTimeoutError::Timeout) => break true,
            Err(RecvTimeoutError::Disconnected) => break false,
        }
    };
    if hung {
        child.kill()?;
    }
    let status = child.wait()?;
    let death = match status.success() {
        _ if hung => Some(format!("it did not end within {} seconds", patience.as_secs())),
        true => None,
        false => {
            let words = words.and_then(|words| words.join().ok()).filter(|words| !words.is_empty());
            let how = crate::run::child::death(status);
            Some(words.map_or(how.clone(), |words| format!("{how}, saying: {words}")))
        }
    };
    Ok(Report::of(events, death.as_deref()))
}

/// The last line that a process wrote to its standard error.
fn last_words(stderr: impl BufRead) -> String {
    stderr
        .split(b'\n')
        .map_while(Result::ok)
        .filter(|line| !line.is_empty())
        .last()
        .map_or_else(String::new, |line| String::from_utf8_lossy(&line).into_owned())
}
