//! The command line: one file a verb.
//!
//! A verb is a struct of arguments with a `run` that answers the exit code; `Verb` lists them all.
//!
//! - `exit`: the documented exit codes.
//! - `failure`: how an error is shown, and which exit code it gives.
//! - `study`: the arguments that every verb about a study shares.
//! - `progress`: bars, plain lines or JSON lines from events.

#![expect(clippy::print_stderr, reason = "this room speaks to people")]

/// In this room: the standard library's would panic where the reader went away.
macro_rules! print {
    ($($text:tt)*) => { $crate::cli::say::say(format_args!($($text)*), "") };
}

/// As `print!`, with the end of the line.
macro_rules! println {
    ($($text:tt)*) => { $crate::cli::say::say(format_args!($($text)*), "\n") };
}

mod backend;
mod backends_of;
mod data;
mod doctor;
mod exit;
mod explain;
mod failure;
mod logs;
mod ls;
mod mock;
mod new;
mod plan;
mod progress;
mod run;
mod runtime;
mod say;
mod snapshot;
mod store;
mod study;
mod validate;
mod worker;

use clap::{Parser, Subcommand, ValueEnum};

pub use exit::Exit;
use failure::Failure;

/// A declarative fairness benchmark harness for image recognition models.
#[derive(Debug, Parser)]
#[command(name = "fairgrid", version, max_term_width = 120, arg_required_else_help = true)]
#[command(after_help = "Exit codes: 0 ok, 1 unexpected, 2 wrong spec or usage, 3 backend or runtime not available, 4 a cell failed, \
5 drift from the snapshot, 6 insufficient evidence.")]
pub struct Command {
    /// Whether to use colours.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    color: Color,
    #[command(subcommand)]
    verb: Verb,
}

/// Whether to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Color {
    /// On a terminal that wants them.
    Auto,
    /// Yes.
    Always,
    /// No.
    Never,
}

impl Color {
    /// Whether text to a stream that is (not) a terminal is coloured.
    fn on(self, terminal: bool) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run a study and print its leaderboard.
    Run(run::Run),
    /// Show the cells and tasks of a study without running it.
    Plan(plan::Plan),
    /// Check a study: read its data, count every cell, check every metric.
    Validate(validate::Validate),
    /// Write a commented study to start from.
    New(new::New),
    /// List studies, datasets, metrics, backends and what they offer.
    Ls(ls::Ls),
    /// Tell what a metric is: formula, range, direction, source.
    Explain(explain::Explain),
    /// Show what a card makes of a dataset: counts, groups, rejected rows.
    Data(data::Data),
    /// Write a made-up dataset in a card's layout, with a known disparity.
    Mock(mock::Mock),
    /// Compare a study's results with its accepted snapshot.
    Snapshot(snapshot::Snapshot),
    /// Say what is installed and what is missing.
    Doctor(doctor::Doctor),
    /// Show the log of a cell's last worker.
    Logs(logs::Logs),
    /// Check a backend against the contract.
    Backend(backend::Backend),
    /// Install or find the native runtimes.
    Runtime(runtime::Runtime),
    /// Look after the store of results.
    Store(store::Store),
    /// Print the backends that a study names; for set-up tools.
    #[command(hide = true)]
    BackendsOf(backends_of::BackendsOf),
    /// Do one cell's work; started by `run`.
    #[command(hide = true)]
    Worker(worker::Worker),
}

impl Command {
    /// Runs the verb; errors are shown on standard error.
    pub fn run(self) -> Exit {
        let color = self.color;
        failure::install(color);
        let result = match self.verb {
            Verb::Run(verb) => verb.run(color),
            Verb::Plan(verb) => verb.run(),
            Verb::Validate(verb) => verb.run(),
            Verb::New(verb) => verb.run(),
            Verb::Ls(verb) => verb.run(color),
            Verb::Explain(verb) => verb.run(color),
            Verb::Data(verb) => verb.run(),
            Verb::Mock(verb) => verb.run(),
            Verb::Snapshot(verb) => verb.run(color),
            Verb::Doctor(verb) => verb.run(),
            Verb::Logs(verb) => verb.run(),
            Verb::Backend(verb) => verb.run(),
            Verb::Runtime(verb) => verb.run(),
            Verb::Store(verb) => verb.run(),
            Verb::BackendsOf(verb) => verb.run(),
            Verb::Worker(verb) => verb.run(),
        };
        result.unwrap_or_else(|failure| failure.show())
    }
}
