//! Installing the built programs where a shell finds them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::checkout::Checkout;
use crate::plugin::PLUGINS;
use crate::setup;

/// Copies the harness to `ROOT/bin` and the plugins to `ROOT/lib/fairgrid`, where it looks for them. `root` defaults to cargo's own directory.
#[expect(clippy::print_stderr, reason = "the verb ends by saying what it did")]
pub(crate) fn install(checkout: &Checkout, root: Option<PathBuf>) -> Result<()> {
    let root = match root {
        Some(root) => std::path::absolute(root)?,
        None => cargo_home()?,
    };
    setup::everything(checkout)?;
    let (bin, lib) = (root.join("bin"), root.join("lib/fairgrid"));
    for plugin in PLUGINS {
        copy(&checkout.products().join(plugin.library()), &lib.join(plugin.library()))?;
    }
    let program = bin.join(checkout.program().file_name().context("the harness has no name")?);
    copy(&checkout.program(), &program)?;
    for plugin in PLUGINS {
        plugin.describe(checkout.command(&program), &lib)?;
    }
    eprintln!("installed `{}` and the plugins in `{}`", program.display(), lib.display());
    let on_path = std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| folder == bin));
    if !on_path {
        eprintln!("`{}` is not in PATH: add it to call `fairgrid` by its name", bin.display());
    }
    Ok(())
}

fn cargo_home() -> Result<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo"))).context("no home directory: say where with `--root DIR`")
}

/// Copies aside and renames, for a program that runs can't be written to.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let doing = || format!("cannot install `{}`", to.display());
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).with_context(doing)?;
    }
    let aside = to.with_added_extension(std::process::id().to_string());
    fs::copy(from, &aside).with_context(doing)?;
    fs::rename(&aside, to).with_context(doing)
}
