//! `fairgrid run`: from a spec to a leaderboard.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use clap::Args;

use super::progress::{Style, observer};
use super::study::{StudyArgs, cache};
use super::{Color, Exit, Failure};
use crate::report::comparison::Comparison;
use crate::report::number::counted;
use crate::report::row::Row;
use crate::report::terminal::Screen;
use crate::report::{csv, leaderboard, output};
use crate::run::averaging::averages;
use crate::run::comparing::Comparing;
use crate::run::event::Observer;
use crate::run::results::Results;
use crate::run::scheduler::{self, Settings};
use crate::run::scoring::Scoring;
use crate::run::store::Store;
use crate::run::{export, record};
use crate::score::measurement::Status;
use crate::spec::evaluation::Evidence;
use crate::spec::model::DEFAULT_THREADS;

/// Run a study and print its leaderboard.
#[derive(Debug, Args)]
pub(super) struct Run {
    #[command(flatten)]
    study: StudyArgs,
    #[command(flatten)]
    pub execution: Execution,
    /// Write the results exactly here [default: results/<study>, with `-mock` after it for `--mock`].
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Only show what would run.
    #[arg(long)]
    dry_run: bool,
    /// Do not write training_items/, predictions/ and decisions/.
    #[arg(long)]
    no_predictions: bool,
}

/// How cells are carried out; nothing here changes a result.
#[derive(Debug, Args)]
pub(super) struct Execution {
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
    /// Show nothing but errors, the leaderboard, and what was written.
    #[arg(short, long)]
    quiet: bool,
    /// Show more.
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
}

/// A run of a study from plan to results, without any output: `snapshot check` uses it too.
pub(super) struct Ran {
    /// What was planned.
    pub plan: crate::plan::planned::Plan,
    /// What came of the cells.
    pub outcome: scheduler::Outcome,
    /// The numbers.
    pub results: Results,
    /// When it started.
    pub started: SystemTime,
    store: Store,
    observer: Box<dyn Observer>,
}

impl Execution {
    /// Plans a study and carries it out; `predictions` says whether those are to be written too.
    pub(super) fn carry_out(&self, study: &StudyArgs, predictions: bool) -> Result<Ran, Failure> {
        let started = SystemTime::now();
        let observer = observer(self.progress, self.quiet, self.verbose);
        let plan = study.plan(&*observer, predictions)?;
        let store = Store::open(&self.store).map_err(anyhow::Error::from)?;
        let (interrupted, alone) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
            // Without workers nobody has to be told, and what is stored is whole: the process just ends.
            signal_hook::flag::register_conditional_shutdown(signal, Exit::Interrupted as i32, Arc::clone(&alone))?;
            signal_hook::flag::register(signal, Arc::clone(&interrupted))?;
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let settings = Settings {
            jobs: self.jobs.map_or((cores / DEFAULT_THREADS as usize).max(1), usize::from),
            stall: Duration::from_secs(self.stall),
            fail_fast: self.fail_fast,
            force: self.force,
            cache: cache(),
        };
        let outcome = scheduler::run(&plan, &store, &settings, &*observer, &interrupted).map_err(anyhow::Error::from)?;
        if interrupted.load(Ordering::Relaxed) {
            return Err(Failure::Other {
                exit: Exit::Interrupted,
                error: anyhow::anyhow!("stopped; what is done is kept: run the same command to go on"),
            });
        }
        alone.store(true, Ordering::Relaxed);
        let scoring = Scoring { plan: &plan, store: &store, force: self.force, results: &outcome.results, observer: &*observer };
        let scored = scoring.all().map_err(anyhow::Error::from)?;
        let comparisons = Comparing { scoring, scored: &scored }.all().map_err(anyhow::Error::from)?;
        let averages = averages(scoring, &scored).map_err(anyhow::Error::from)?;
        let results = Results::of(&plan, &outcome, &scored, comparisons, averages);
        Ok(Ran { plan, outcome, results, started, store, observer })
    }
}

impl Ran {
    /// Whether a number has too little evidence in an evaluation that asks for enough.
    fn lacks_evidence(&self, row: &Row) -> bool {
        let mut evaluations = self.plan.study.evaluations.iter();
        row.measurement.status == Status::InsufficientEvidence
            && evaluations.any(|evaluation| evaluation.name == row.evaluation && evaluation.spec.insufficient_evidence == Evidence::Fail)
    }

    /// The exit code that failed cells and numbers without evidence ask for. Complaints about the job are shown where they are written in the spec.
    pub(super) fn verdict(&self) -> Exit {
        for failure in self.outcome.failures.iter().filter_map(|failure| failure.problem.clone()) {
            for diagnostic in failure.diagnostics() {
                eprintln!("{:?}", miette::Report::new(diagnostic));
            }
        }
        // What cannot be drawn is a result.
        let whole = self.results.failed.iter().all(|cell| cell.status != Status::Failed)
            && !self.results.comparisons.iter().any(Comparison::failed);
        let lacking: Vec<&Row> = self.results.rows.iter().filter(|row| self.lacks_evidence(row)).collect();
        for row in &lacking {
            eprintln!("too little evidence for `{}` of `{}`: {}", row.measurement.metric, row.evaluation, row.measurement.reason);
        }
        match (whole, self.outcome.failures.iter().any(|failure| failure.unavailable)) {
            (true, _) if lacking.is_empty() => Exit::Ok,
            (true, _) => Exit::InsufficientEvidence,
            (false, true) => Exit::Unavailable,
            (false, false) => Exit::CellFailed,
        }
    }
}

impl Run {
    pub(super) fn run(self, color: Color) -> Result<Exit, Failure> {
        if self.dry_run {
            let plan = self.study.plan(&*observer(Style::Auto, self.execution.quiet, 0), false)?;
            let (cells, scores) = (counted(plan.cells.len(), "cell"), counted(plan.scores.len(), "evaluation"));
            println!("{}: {cells}, {scores}; nothing was run", plan.study.name);
            for cell in &plan.cells {
                println!("  {}", plan.study.cells[cell.cell].name);
            }
            return Ok(Exit::Ok);
        }
        let ran = self.execution.carry_out(&self.study, !self.no_predictions)?;
        let Ran { plan, results, .. } = &ran;
        let tables = results.tables(&plan.study.layout);
        let folder = self.study.output(self.output.as_deref(), &plan.study.name);
        let mut files =
            output::files(&results.heading, &tables, &results.rows, &results.failed, &results.comparisons).map_err(anyhow::Error::from)?;
        if !results.averages.is_empty() {
            files.push(("averages.csv", csv::averages(&results.heading, &results.averages).map_err(anyhow::Error::from)?));
        }
        let record = record::record(plan, ran.started, &ran.outcome.records);
        files.push(("run.json", serde_json::to_vec_pretty(&record)?));
        let mut written = output::write(&folder, &files).map_err(anyhow::Error::from)?;
        if !self.no_predictions {
            let Ran { store, observer, .. } = &ran;
            let scoring = Scoring { plan, store, force: false, results: &ran.outcome.results, observer: &**observer };
            written.extend(export::export(scoring, &folder)?);
        }
        println!("{}", leaderboard::terminal(&results.heading, &tables, &results.comparisons, screen(color)));
        for path in written {
            println!("wrote {}", path.display());
        }
        Ok(ran.verdict())
    }
}

/// What standard output can show.
pub(super) fn screen(color: Color) -> Screen {
    let stdout = std::io::stdout();
    let terminal = stdout.is_terminal();
    let width = terminal.then(|| rustix::termios::tcgetwinsize(&stdout).ok()).flatten();
    Screen { width: width.map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0), color: color.on(terminal) }
}
