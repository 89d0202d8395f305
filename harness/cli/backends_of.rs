//! `fairgrid backends-of SPEC`: the backends that a study names, a line each; for set-up tools.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;

use super::{Exit, Failure};
use crate::spec::model::Model;
use crate::spec::study::Study;

/// Print the backends that a study names.
#[derive(Debug, Args)]
pub(super) struct BackendsOf {
    /// The spec file.
    spec: PathBuf,
}

impl BackendsOf {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let study = Study::read(&self.spec, &[])?;
        let names: BTreeSet<&str> = study
            .cells
            .iter()
            .filter_map(|cell| match &cell.spec {
                Model::Backend(model) => Some(model.backend.as_str()),
                Model::Predictions(_) => None,
            })
            .collect();
        names.into_iter().for_each(|name| println!("{name}"));
        Ok(Exit::Ok)
    }
}
