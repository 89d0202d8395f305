//! The `fairgrid` command: parse, run, exit code.

use std::process::ExitCode;

use clap::Parser;
use fairgrid::cli::Command;

fn main() -> ExitCode {
    Command::parse().run().into()
}
