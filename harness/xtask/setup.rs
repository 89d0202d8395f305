//! Fetching and building what is missing.

use std::cell::Cell;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use fairgrid_runtime::{Native, Places, Progress, Runtime};

use crate::checkout::Checkout;
use crate::plugin::{PLUGINS, Plugin};
use crate::step;

/// Builds the harness.
pub(crate) fn harness(checkout: &Checkout) -> Result<()> {
    let mut build = checkout.build();
    build.arg("--bins");
    build_step(build, "building the harness", &checkout.program())
}

/// Fetches the runtimes of these plugins, builds them and writes their descriptions.
pub(crate) fn plugins(checkout: &Checkout, needed: &[Plugin]) -> Result<()> {
    for plugin in needed {
        let runtime = fetch(checkout, plugin.runtime)?;
        if plugin.runtime == Native::Libtorch {
            link(&runtime.root, &checkout.libtorch())?;
        }
    }
    for plugin in needed {
        let library = checkout.products().join(plugin.library());
        if plugin.compiles_cpp && !library.exists() {
            require_cpp_compiler(plugin)?;
        }
        let mut build = checkout.build();
        // Together with the harness, so that they have its features and share its dependencies.
        build.args(["--package", plugin.package]);
        build_step(build, &format!("building the plugin {}", plugin.name), &library)?;
        plugin.describe(checkout.fairgrid(), &checkout.products())?;
    }
    Ok(())
}

/// Fetches every runtime and builds everything.
pub(crate) fn everything(checkout: &Checkout) -> Result<()> {
    harness(checkout)?;
    plugins(checkout, &PLUGINS)
}

/// Builds, and shows how far it is where that takes minutes: for the first time.
fn build_step(mut build: Command, what: &str, product: &Path) -> Result<()> {
    if product.exists() {
        build.arg("--quiet");
    } else {
        say(&format!("{what} (once, a few minutes)"));
    }
    step::finish(build)
}

/// The runtime, with a progress line while it is fetched.
fn fetch(checkout: &Checkout, native: Native) -> Result<Runtime> {
    let line = Line::default();
    let runtime = Places::from_environment().without(&checkout.libtorch()).install(native, &|progress| line.show(progress));
    line.end();
    // The error itself is kept in the chain, for the exit code.
    Ok(runtime?)
}

/// One line of the terminal, rewritten as things go on; elsewhere one line a stage.
#[derive(Default)]
struct Line {
    shown: Cell<bool>,
    stage: Cell<Option<std::mem::Discriminant<Progress>>>,
}

impl Line {
    fn show(&self, progress: &Progress) {
        let mut out = io::stderr();
        if out.is_terminal() {
            // A progress line that can't be written is no reason to stop.
            let _ = write!(out, "\r\x1b[K{progress}").and_then(|()| out.flush());
            self.shown.set(true);
        } else if self.stage.replace(Some(std::mem::discriminant(progress))) != Some(std::mem::discriminant(progress)) {
            say(&progress.to_string());
        }
    }

    fn end(&self) {
        if self.shown.get() {
            say("");
        }
    }
}

/// Makes `link` lead to `target`, whatever it led to before.
fn link(target: &Path, link: &Path) -> Result<()> {
    if fs::read_link(link).is_ok_and(|present| present == target) {
        return Ok(());
    }
    let doing = || format!("cannot make the link `{}`", link.display());
    if let Some(folder) = link.parent() {
        fs::create_dir_all(folder).with_context(doing)?;
    }
    // Made aside and renamed, so that a build that goes on at the same time never sees it missing.
    let aside = link.with_added_extension(std::process::id().to_string());
    #[cfg(unix)]
    std::os::unix::fs::symlink(target, &aside).with_context(doing)?;
    #[cfg(windows)]
    std::os::windows::fs::symlink_dir(target, &aside).with_context(doing)?;
    fs::rename(&aside, link).with_context(doing)
}

fn require_cpp_compiler(plugin: &Plugin) -> Result<()> {
    let wanted = std::env::var("CXX").unwrap_or_else(|_| "c++".to_owned());
    let answers = Command::new(&wanted).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if answers.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    bail!(
        "the plugin `{}` needs a C++ compiler and `{wanted}` does not run: install one (Debian and Ubuntu: `apt install g++`; Fedora: `dnf install gcc-c++`), \
         or name yours with `CXX`",
        plugin.name
    )
}

#[expect(clippy::print_stderr, reason = "progress belongs to the terminal")]
fn say(line: &str) {
    eprintln!("{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_follows_its_target() {
        let folder = tempfile::tempdir().unwrap();
        let checkout = Checkout::at(folder.path());
        for target in ["one", "two", "two"] {
            link(&folder.path().join(target), &checkout.libtorch()).unwrap();
            assert_eq!(fs::read_link(checkout.libtorch()).unwrap(), folder.path().join(target));
        }
        assert_eq!(fs::read_dir(folder.path().join("target")).unwrap().count(), 1);
    }
}
