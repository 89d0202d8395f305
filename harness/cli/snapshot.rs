//! `fairgrid snapshot check|review|accept`: is this noise, or did the results drift?

use clap::{Args, Subcommand};

use super::run::{Execution, Ran, screen};
use super::study::StudyArgs;
use super::{Color, Exit, Failure};
use crate::report::gate::{self, Review};
use crate::report::snapshot::Snapshot as Leaderboard;

/// Compare a study's results with its accepted snapshot.
#[derive(Debug, Args)]
pub(super) struct Snapshot {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Run the study (stored results are not made again) and say what drifted; exit code 5 if anything did, or if there is no snapshot.
    Check(Study),
    /// The same, and ask what to do.
    Review(Study),
    /// Run the study and make its leaderboard the snapshot.
    Accept(Study),
}

#[derive(Debug, Args)]
struct Study {
    #[command(flatten)]
    study: StudyArgs,
    #[command(flatten)]
    execution: Execution,
}

impl Snapshot {
    pub(super) fn run(self, color: Color) -> Result<Exit, Failure> {
        let (What::Check(study) | What::Review(study) | What::Accept(study)) = &self.what;
        if study.study.limit.is_some() || !study.study.only.is_empty() {
            return Err(Failure::usage("a part of a study is no snapshot: leave `--limit` and `--only` away"));
        }
        if study.study.mock {
            return Err(Failure::usage("made-up data are no snapshot nor held against one: leave `--mock` away"));
        }
        let ran = study.execution.carry_out(&study.study)?;
        let found = leaderboard(&ran)?;
        let path = gate::path(&study.study.spec);
        let screen = screen(color);
        let failed = ran.verdict();
        let verdict = match &self.what {
            What::Accept(_) => {
                gate::accept(&path, &found).map_err(anyhow::Error::from)?;
                println!("accepted {}", path.display());
                Exit::Ok
            }
            What::Check(_) => {
                let verdict = gate::check(&path, &found, true).map_err(anyhow::Error::from)?;
                print!("{}", verdict.render(&path, screen));
                if verdict.agrees() { Exit::Ok } else { Exit::Drift }
            }
            What::Review(_) => {
                let mut answers = std::io::stdin().lock();
                match gate::review(&path, &found, screen, &mut answers, &mut std::io::stdout()).map_err(anyhow::Error::from)? {
                    Review::Agrees | Review::Accepted => Exit::Ok,
                    Review::Rejected | Review::Skipped => Exit::Drift,
                }
            }
        };
        Ok(if failed == Exit::Ok { verdict } else { failed })
    }
}

fn leaderboard(ran: &Ran) -> Result<Leaderboard, Failure> {
    let results = &ran.results;
    let layout = &ran.plan.study.layout;
    let tables = results.tables(layout);
    Ok(Leaderboard::new(&results.heading, &layout.tolerances, &tables, &results.comparisons).map_err(anyhow::Error::from)?)
}
