//! Running other programs.

use std::convert::Infallible;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Runs a program to its end; any other exit than 0 is an error that names it.
pub(crate) fn finish(mut command: Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start `{}`", shown(&command)))?;
    if !status.success() {
        bail!("`{}` failed ({status})", shown(&command));
    }
    Ok(())
}

/// Goes on as another program, so that its exit code, its terminal and its signals are the caller's own. Returns only on failure.
pub(crate) fn become_(mut command: Command) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        let never: Result<Infallible, _> = Err(command.exec());
        never.with_context(|| format!("cannot start `{}`", shown(&command))).map(|_| ())
    }
    #[cfg(not(unix))]
    {
        finish(command)
    }
}

/// A command as a person would type it, without its directories.
fn shown(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_stem().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
    command.get_args().fold(name, |text, argument| format!("{text} {}", argument.to_string_lossy()))
}
