//! Printing to standard output, where the reader may be gone or the disk full.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write};

/// Prints, or ends the program: quietly where the reader has seen enough, with a message where nothing can be written.
#[expect(clippy::exit, reason = "there is nobody left to tell, and nothing left to do")]
pub(super) fn say(text: Arguments<'_>, end: &str) {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_fmt(text).and_then(|()| stdout.write_all(end.as_bytes())).and_then(|()| stdout.flush()) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(super::Exit::Ok as i32),
        Err(error) => {
            eprintln!("error: cannot write to standard output: {error}");
            std::process::exit(super::Exit::Unexpected as i32);
        }
    }
}
