//! The arguments that every verb about a study shares.

use std::path::{Path, PathBuf};

use clap::Args;

use super::Failure;
use crate::backend::catalogue::Catalogue;
use crate::plan::make::{Request, make};
use crate::plan::news::News;
use crate::plan::planned::Plan;
use crate::run::event::Observer;
use crate::spec::file::Setting;
use crate::spec::problem::{Problems, SpecError};
use crate::spec::study::Study;

/// Which study, and which part of it.
#[derive(Debug, Args)]
pub(super) struct StudyArgs {
    /// The spec file.
    pub spec: PathBuf,
    /// Only the cells with this level of an axis (or `model=NAME`, `evaluation=NAME`); may be repeated.
    #[arg(long, value_name = "AXIS=LEVEL", value_parser = pair)]
    pub only: Vec<(String, String)>,
    /// Override a key of the spec, as `models.net.train.epochs=1`; may be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// At most this many items of each split: a quick try, marked in every table and never a snapshot.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
    /// Replace every dataset by a made-up one with a known disparity: no data are needed, and every table is marked.
    #[arg(long)]
    pub mock: bool,
    #[command(flatten)]
    pub backends: BackendArgs,
}

/// Where backends are.
#[derive(Debug, Args)]
pub(super) struct BackendArgs {
    /// A folder of backends, looked at before `FAIRGRID_BACKEND_PATH` and the folder of this program; may be repeated.
    #[arg(long = "backend-dir", value_name = "DIR")]
    pub dirs: Vec<PathBuf>,
}

impl BackendArgs {
    /// The backends that can be had. A descriptor that is missing or stale is made anew by a worker.
    pub(super) fn catalogue(&self) -> Catalogue {
        Catalogue::scan(&self.dirs, &crate::run::describe::describe)
    }
}

impl StudyArgs {
    /// Reads the spec and plans it; `predictions` says whether those are to be written, so that every item must be kept.
    pub(super) fn plan(&self, observer: &dyn Observer, predictions: bool) -> Result<Plan, Failure> {
        let settings = self.set.iter().map(|text| text.parse::<Setting>()).collect::<Result<Vec<_>, _>>()?;
        let mut problems = Problems::default();
        let Some(study) = Study::read_with(&self.spec, &settings, &mut problems) else {
            return Err(SpecError::from(problems).into());
        };
        let request = Request { only: self.only.clone(), limit: self.limit, mock: self.mock, predictions, cache: cache() };
        let hear = |news: News| observer.event(&news.into());
        if self.mock && study.data.is_empty() {
            hear(News::Note("`--mock` replaces nothing: the study declares no dataset".to_owned()));
        }
        Ok(make(study, problems, &self.backends.catalogue(), &request, &hear)?)
    }

    /// The folder for results: `results/<study>/`, or the one given. Made-up ones never replace real ones unasked.
    pub(super) fn output(&self, given: Option<&Path>, study: &str) -> PathBuf {
        let name = if self.mock { format!("{study}-mock") } else { study.to_owned() };
        given.map_or_else(|| Path::new("results").join(name), Path::to_owned)
    }
}

/// Where what can be made again at any time is kept: `$XDG_CACHE_HOME/fairgrid`, else `~/.cache/fairgrid`.
pub(super) fn cache() -> PathBuf {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_CACHE_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".cache")))
        .unwrap_or_else(std::env::temp_dir)
        .join("fairgrid")
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((axis, level)) if !axis.is_empty() => Ok((axis.to_owned(), level.to_owned())),
        _ => Err(format!("`{text}` is not of the form `axis=level`")),
    }
}
