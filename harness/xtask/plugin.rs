//! The plugins of this checkout.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use fairgrid_runtime::Native;

use crate::checkout::Checkout;
use crate::step;

/// A backend plugin under `backends/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plugin {
    /// What specs call it.
    pub(crate) name: &'static str,
    /// Its package.
    pub(crate) package: &'static str,
    /// The runtime it stands on.
    pub(crate) runtime: Native,
    /// Whether its build compiles C++.
    pub(crate) compiles_cpp: bool,
}

/// All of them.
pub(crate) const PLUGINS: [Plugin; 2] = [
    Plugin { name: "torch", package: "fairgrid-torch", runtime: Native::Libtorch, compiles_cpp: true },
    Plugin { name: "onnx", package: "fairgrid-onnx", runtime: Native::OnnxRuntime, compiles_cpp: false },
];

impl Plugin {
    /// The plugins that a study's backends need. A study that can't be read needs none: the run that follows says what is wrong with it.
    pub(crate) fn needed_by(checkout: &Checkout, spec: &OsStr) -> Result<Vec<Plugin>> {
        let mut command = checkout.fairgrid();
        command.arg("backends-of").arg(spec).stdin(Stdio::null()).stderr(Stdio::null());
        let answer = command.output().context("cannot start fairgrid")?;
        let names = String::from_utf8_lossy(&answer.stdout).into_owned();
        Ok(PLUGINS.into_iter().filter(|plugin| names.lines().any(|name| name == plugin.name)).collect())
    }

    /// The library, without its directory.
    pub(crate) fn library(self) -> String {
        format!("{}fairgrid_{}{}", std::env::consts::DLL_PREFIX, self.name, std::env::consts::DLL_SUFFIX)
    }

    /// The file that describes the library, without its directory.
    pub(crate) fn descriptor(self) -> String {
        format!("{}.fairgrid.json", self.name)
    }

    /// Has the harness `fairgrid` describe the library in `folder`, unless there is a description that is no older than it.
    pub(crate) fn describe(self, fairgrid: Command, folder: &Path) -> Result<()> {
        let library = folder.join(self.library());
        let written = |path: &Path| path.metadata().and_then(|about| about.modified());
        let built = written(&library).with_context(|| format!("`{}` is missing", library.display()))?;
        if written(&folder.join(self.descriptor())).is_ok_and(|described| described >= built) {
            return Ok(());
        }
        let mut command = fairgrid;
        command.arg("worker").arg("--describe").arg(&library).arg("--write").stdout(Stdio::null());
        step::finish(command)
    }
}
