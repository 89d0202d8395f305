//! `fairgrid run`: from a spec to a leaderboard.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use clap::Args;

use super::progress::{Style, observer};
use super::study::{StudyArgs, cache};
use super::{Color, Exit, Failure};
use crate::run::scheduler::{self, Settings};
use crate::run::store::Store;
use crate::run::{record, scoring};

/// Run a study and print its leaderboard.
#[derive(Debug, Args)]
pub struct Run {
    #[command(flatten)]
    study: StudyArgs,
    #[command(flatten)]
    pub execution: Execution,
    /// Write the results exactly here [default: results/<study>].
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Only show what would run.
    #[arg(long)]
    dry_run: bool,
    /// Do not write predictions/ and decisions/.
    #[arg(long)]
    no_predictions: bool,
}

/// How cells are carried out; nothing here changes a result.
#[derive(Debug, Args)]
pub struct Execution {
    /// Cells at a time [default: as many as the cores allow at 2 threads a cell].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Where results are kept between runs.
    #[arg(long, value_name = "DIR", default_value = ".fairgrid")]
    pub store: PathBuf,
    /// Make every result again, stored or not.
    #[arg(long)]
    force: bool,
    /// Stop at the first cell that fails.
    #[arg(long)]
    fail_fast: bool,
    /// End a worker that gives no sign of life for so long.
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..))]
    stall: u64,
    /// How progress is shown.
    #[arg(long, value_enum, default_value_t = Style::Auto)]
    progress: Style,
    /// Show nothing but errors and the leaderboard.
    #[arg(short, long)]
    quiet: bool,
    /// Show more.
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
}
