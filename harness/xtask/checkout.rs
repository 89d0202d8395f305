//! This checkout: where things lie in it and the programs that work on it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// The source tree that xtask was built from.
pub(crate) struct Checkout {
    root: PathBuf,
}

impl Checkout {
    /// The checkout that this xtask belongs to.
    pub(crate) fn here() -> Result<Self> {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = manifest.ancestors().nth(2).context("xtask lies outside a checkout")?.to_owned();
        Ok(Self { root })
    }

    /// A checkout at another place.
    #[cfg(test)]
    pub(crate) fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The link to libtorch to which `.cargo/config.toml` points `LIBTORCH`.
    pub(crate) fn libtorch(&self) -> PathBuf {
        self.root.join("target/libtorch")
    }

    /// The folder of the release build's products.
    pub(crate) fn products(&self) -> PathBuf {
        // The link above is below `target/` whatever CARGO_TARGET_DIR says, since the configuration can't follow that variable.
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.root.join("target"), |target| self.root.join(target));
        target.join("release")
    }

    /// The built harness's file.
    pub(crate) fn program(&self) -> PathBuf {
        self.products().join(format!("fairgrid{}", std::env::consts::EXE_SUFFIX))
    }

    /// The built harness, called in the directory where the user stands, so that relative paths mean what they say.
    pub(crate) fn fairgrid(&self) -> Command {
        self.command(&self.program())
    }

    /// A program that finds the runtimes by itself: cargo has set `LIBTORCH` from the configuration, which is no wish of the user's.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        if std::env::var_os("LIBTORCH").is_some_and(|path| self.libtorch() == path) {
            command.env_remove("LIBTORCH");
        }
        command
    }

    /// Cargo, working on this checkout.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(&self.root);
        command
    }

    /// A release build of the harness, with the features that are asked for.
    pub(crate) fn build(&self) -> Command {
        let mut command = self.cargo();
        command.args(["build", "--release", "--package", "fairgrid"]).args(features());
        command
    }
}

/// What tells cargo of the harness's features that `FAIRGRID_FEATURES` names.
pub(crate) fn features() -> Vec<String> {
    let named = std::env::var("FAIRGRID_FEATURES").unwrap_or_default();
    let features = named.split([',', ' ']).filter(|name| !name.is_empty()).map(|name| format!("--features=fairgrid/{name}"));
    features.collect()
}
