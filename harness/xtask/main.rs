//! `cargo xtask`: the set-up that a study or the tests need, then the study or the tests.
//!
//! - `run SPEC [ARGUMENT…]`: fetches and builds what this study's backends need, then becomes `fairgrid run SPEC ARGUMENT…`;
//! - `test [ARGUMENT…]`: sets everything up, then becomes `cargo test --release --workspace ARGUMENT…`;
//! - `setup`: fetches every runtime and builds everything;
//! - `install [--root DIR]`: puts `fairgrid` and its plugins where a shell finds them.
//!
//! Every step looks first whether it is done, so that a second call starts at once. `FAIRGRID_FEATURES=turbojpeg` builds the harness with that
//! feature.

mod checkout;
mod install;
mod plugin;
mod setup;
mod step;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use checkout::Checkout;
use plugin::Plugin;

const USAGE: &str = "usage: cargo xtask run SPEC [ARGUMENT…]   set up what a study needs and run it
       cargo xtask test [ARGUMENT…]       set everything up and run every test
       cargo xtask setup                  set everything up
       cargo xtask install [--root DIR]   install fairgrid and its plugins (default: cargo's own directory)";

#[expect(clippy::print_stderr, reason = "an error has nowhere else to go")]
fn main() -> ExitCode {
    match perform(std::env::args_os().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            // 3 is what fairgrid itself answers when a runtime or a backend is not available.
            ExitCode::from(if error.downcast_ref::<fairgrid_runtime::RuntimeError>().is_some() { 3 } else { 1 })
        }
    }
}

fn perform(mut arguments: Vec<OsString>) -> Result<()> {
    if arguments.is_empty() {
        bail!("a verb is missing\n{USAGE}");
    }
    let verb = arguments.remove(0);
    let checkout = Checkout::here()?;
    match (verb.to_str(), arguments.as_slice()) {
        (Some("run"), [spec, rest @ ..]) => run(&checkout, spec, rest),
        (Some("test"), rest) => test(&checkout, rest),
        (Some("setup"), []) => setup::everything(&checkout),
        (Some("install"), []) => install::install(&checkout, None),
        (Some("install"), [flag, root]) if flag == "--root" => install::install(&checkout, Some(PathBuf::from(root))),
        _ => bail!("not a call of xtask: `{}`\n{USAGE}", verb.to_string_lossy()),
    }
}

/// Runs a study after setting up what its backends need, and nothing else.
fn run(checkout: &Checkout, spec: &OsString, rest: &[OsString]) -> Result<()> {
    setup::harness(checkout)?;
    let needed = Plugin::needed_by(checkout, spec)?;
    setup::plugins(checkout, &needed)?;
    let mut command = checkout.fairgrid();
    command.arg("run").arg(spec).args(rest);
    step::become_(command).context("cannot start fairgrid")
}

/// Runs every test after setting everything up.
fn test(checkout: &Checkout, rest: &[OsString]) -> Result<()> {
    setup::everything(checkout)?;
    let mut command = checkout.cargo();
    command.args(["test", "--release", "--workspace"]).args(checkout::features());
    // With a name, cargo would run the plugins' own test binaries too, which are empty and find no runtime.
    if rest.first().is_some_and(|first| !first.to_string_lossy().starts_with('-')) {
        command.arg("--tests");
    }
    command.args(rest);
    step::become_(command).context("cannot start cargo test")
}
