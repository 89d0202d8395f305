//! `fairgrid store gc|verify`: the results that are kept between runs.

use std::collections::HashSet;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::progress::{Style, observer};
use super::study::{BackendArgs, StudyArgs};
use super::{Exit, Failure};

/// Look after the store of results.
#[derive(Debug, Args)]
pub(super) struct Store {
    #[command(subcommand)]
    what: What,
    /// Where results are kept between runs.
    #[arg(long, global = true, value_name = "DIR", default_value = ".fairgrid")]
    store: PathBuf,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Check every stored result; damaged ones are removed.
    Verify,
    /// Remove every result that none of these studies needs, and what killed runs left.
    Gc {
        /// The studies whose results stay.
        #[arg(required = true)]
        keep: Vec<PathBuf>,
        #[command(flatten)]
        backends: BackendArgs,
    },
}

impl Store {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let store = crate::run::store::Store::open(&self.store).map_err(anyhow::Error::from)?;
        match self.what {
            What::Verify => {
                let (whole, damaged) = store.verify().map_err(anyhow::Error::from)?;
                damaged.iter().for_each(|line| println!("damaged and removed: {line}"));
                println!("{whole} results are whole, {} were damaged", damaged.len());
            }
            What::Gc { keep, backends } => {
                let mut keys = HashSet::new();
                let silent = observer(Style::None, true, 0);
                let mut dirs = backends.dirs;
                for spec in keep {
                    let study = StudyArgs {
                        spec,
                        only: Vec::new(),
                        set: Vec::new(),
                        limit: None,
                        mock: false,
                        backends: BackendArgs { dirs: std::mem::take(&mut dirs) },
                    };
                    let plan = study.plan(&*silent, false)?;
                    keys.extend(crate::plan::task::tasks(&plan).into_iter().map(|task| task.key.to_string()));
                    dirs = study.backends.dirs;
                }
                let removed = store.collect(&|key| keys.contains(key)).map_err(anyhow::Error::from)?;
                println!("{removed} results removed");
            }
        }
        Ok(Exit::Ok)
    }
}
