//! Snapshots on disk: where they lie, and the verbs check, accept and review.

use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

use super::compare::compare;
use super::drift::Report;
use super::output;
use super::snapshot::{Snapshot, SnapshotError};
use super::terminal::Screen;

/// The snapshot of the study in a spec file: `snapshots/<stem>.snap` beside it.
pub fn path(spec: &Path) -> PathBuf {
    let name = spec.file_stem().unwrap_or_default().to_string_lossy();
    spec.with_file_name("snapshots").join(format!("{name}.snap"))
}

/// Where a leaderboard waits to be accepted: `<study>.snap.new` beside the snapshot, as insta does.
pub fn pending(path: &Path) -> PathBuf {
    path.with_extension("snap.new")
}

/// What a check found.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Nothing was accepted yet, which is a failure: a gate without a snapshot guards nothing.
    Missing,
    /// How the run differs from the snapshot; it may agree.
    Compared(Report),
}

impl Verdict {
    /// Whether there is a snapshot and the run agrees with it.
    pub fn agrees(&self) -> bool {
        matches!(self, Self::Compared(report) if report.agrees())
    }

    /// The verdict for a terminal, ending in a newline.
    pub fn render(&self, path: &Path, screen: Screen) -> String {
        match self {
            Self::Missing => format!("no snapshot at `{}`; look at the leaderboard, then `fairgrid snapshot accept`\n", path.display()),
            Self::Compared(report) => report.render(screen),
        }
    }
}

/// Holds a run against its snapshot. Where they differ and `keep` is set, the run waits as a pending file; where they agree, a pending file goes.
pub fn check(path: &Path, found: &Snapshot, keep: bool) -> Result<Verdict, SnapshotError> {
    let verdict = match read(path)? {
        Some(accepted) => Verdict::Compared(compare(&accepted, found)),
        None => Verdict::Missing,
    };
    let waiting = pending(path);
    if verdict.agrees() {
        remove(&waiting)?;
    } else if keep {
        write(&waiting, &found.file(&source(path)))?;
    }
    Ok(verdict)
}

/// Makes a run the snapshot; refused for one with a failed cell.
pub fn accept(path: &Path, found: &Snapshot) -> Result<(), SnapshotError> {
    if let Some(cell) = found.failed() {
        return Err(SnapshotError::Failed(cell));
    }
    write(path, &found.file(&source(path)))?;
    remove(&pending(path))
}

/// What somebody said to a run that differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Review {
    /// There was nothing to say: the run agrees.
    Agrees,
    /// It is the snapshot now.
    Accepted,
    /// The snapshot stays, the pending file is gone.
    Rejected,
    /// Nothing was decided; the pending file stays.
    Skipped,
}

/// Shows how a run differs from its snapshot and asks what to do; the end of the input means skip.
pub fn review(
    path: &Path,
    found: &Snapshot,
    screen: Screen,
    answers: &mut dyn BufRead,
    shown: &mut dyn Write,
) -> Result<Review, SnapshotError> {
    let verdict = check(path, found, true)?;
    let failure = |source: io::Error| SnapshotError::File { path: path.to_owned(), source };
    let page = if verdict == Verdict::Missing { format!("{}\n", found.page) } else { String::new() };
    write!(shown, "{page}{}", verdict.render(path, screen)).map_err(failure)?;
    if verdict.agrees() {
        return Ok(Review::Agrees);
    }
    loop {
        write!(shown, "a(ccept), r(eject) or s(kip)? ").and_then(|()| shown.flush()).map_err(failure)?;
        let mut answer = String::new();
        if answers.read_line(&mut answer).map_err(failure)? == 0 {
            return Ok(Review::Skipped);
        }
        match answer.trim() {
            "a" | "accept" => return accept(path, found).map(|()| Review::Accepted),
            "r" | "reject" => return remove(&pending(path)).map(|()| Review::Rejected),
            "s" | "skip" => return Ok(Review::Skipped),
            _ => {}
        }
    }
}

/// Reads a snapshot; `None` where there is no such file.
pub fn read(path: &Path) -> Result<Option<Snapshot>, SnapshotError> {
    match std::fs::read_to_string(path) {
        Ok(text) => {
            Snapshot::parse(&text).map(Some).map_err(|source| SnapshotError::Unreadable { path: path.to_owned(), source: Box::new(source) })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(SnapshotError::File { path: path.to_owned(), source }),
    }
}

/// The spec's file name, from the snapshot's.
fn source(path: &Path) -> String {
    path.with_extension("yaml").file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn write(path: &Path, text: &str) -> Result<(), SnapshotError> {
    output::replace(path, text.as_bytes()).map_err(|source| SnapshotError::File { path: path.to_owned(), source })
}

fn remove(path: &Path) -> Result<(), SnapshotError> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(SnapshotError::File { path: path.to_owned(), source }),
        _ => Ok(()),
    }
}
