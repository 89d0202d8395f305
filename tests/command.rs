//! The binary as its users meet it: run it, then snapshot exit code, standard output and standard error.
//!
//! ```ignore
//! let study = Folder::new().file("study.yaml", "…");
//! insta::assert_snapshot!(fairgrid(["validate", "study.yaml"]).within(&study).run());
//! ```
#![allow(dead_code, reason = "not every room needs every part")]

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use regex::Regex;

/// The repository's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A temporary folder with files.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Adds a file, and the folders above it.
    pub(crate) fn file(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }
}

/// A call of the binary.
pub(crate) struct Call {
    command: Command,
    input: Vec<u8>,
    filters: Vec<(Regex, String)>,
}

/// Prepares `fairgrid ARGUMENTS`, in the repository's root, without colors, with none of the caller's own settings.
pub(crate) fn fairgrid<A: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = A>) -> Call {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fairgrid"));
    command.args(arguments).current_dir(root()).env("NO_COLOR", "1").env("COLUMNS", "140");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("FAIRGRID_")) {
        command.env_remove(name);
    }
    Call { command, input: Vec::new(), filters: Vec::new() }
        .hide(root().to_str().unwrap(), "[ROOT]")
        .hide(Path::new(env!("CARGO_BIN_EXE_fairgrid")).parent().unwrap().to_str().unwrap(), "[BIN]")
        .filter(r"\b\d+(\.\d+)?\s?(ns|µs|ms|s|min)\b", "[TIME]")
}

impl Call {
    /// Runs in a folder, which shows as `[FOLDER]`.
    pub(crate) fn within(mut self, folder: &Folder) -> Self {
        self.command.current_dir(folder.0.path());
        self.hide(folder.0.path().to_str().unwrap(), "[FOLDER]")
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// What standard input says.
    pub(crate) fn input(mut self, text: &str) -> Self {
        self.input = text.into();
        self
    }

    /// Shows a text as another.
    pub(crate) fn hide(self, text: &str, shown: &str) -> Self {
        self.filter(&regex::escape(text), shown)
    }

    /// Shows what a pattern matches as something else; earlier filters come later.
    pub(crate) fn filter(mut self, pattern: &str, shown: &str) -> Self {
        self.filters.insert(0, (Regex::new(pattern).unwrap(), shown.to_owned()));
        self
    }

    pub(crate) fn run(mut self) -> Outcome {
        let mut child = self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A command that does not read its input may be gone before all is written.
        let _ = child.stdin.take().unwrap().write_all(&self.input);
        let output = child.wait_with_output().unwrap();
        let text = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            self.filters.iter().fold(text, |text, (pattern, shown)| pattern.replace_all(&text, shown.as_str()).into_owned())
        };
        Outcome { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }
}

/// What came of a call; displayed whole, for snapshots.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The exit code; `None` after a signal.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome {
    /// Standard output of a call that must succeed.
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{self}");
        self.stdout
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => writeln!(f, "exit code: {code}")?,
            None => writeln!(f, "ended by a signal")?,
        }
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                writeln!(f, "----- {name} -----\n{}", text.trim_end())?;
            }
        }
        Ok(())
    }
}
