//! `backend check`: what it finds in good and bad backends.

use std::path::{Path, PathBuf};
use std::time::Duration;

use fairgrid::backend::check::{Check, Event, Outcome, Report, exercise};

use super::fixture::{broken, child, compile, faulty, folder, ordered, plain};

fn check(library: &Path) -> Report {
    let scratch = tempfile::tempdir_in(folder("check")).unwrap();
    let mut events = Vec::new();
    exercise(library, &[], scratch.path(), &mut |event| events.push(event));
    Report::of(events, None)
}

fn failures(report: &Report) -> Vec<String> {
    let failed = report.checks.iter().filter_map(|check| match &check.outcome {
        Outcome::Failed(how) => Some(format!("{}: {how}", check.name)),
        _ => None,
    });
    failed.collect()
}

#[test]
fn the_plain_backend_keeps_every_promise() {
    let report = check(&plain());
    assert!(report.passed(), "{report}");
    assert!(report.checks.len() >= 25, "{report}");
    assert!(report.to_string().ends_with(" passed, 0 failed, 1 skipped"), "{report}");
}

#[test]
fn a_library_that_is_no_backend_fails_at_once() {
    let report = check(&broken("NOTHING"));
    assert!(!report.passed());
    assert_eq!(report.checks.len(), 1);
    let report = check(&broken("VAGUE"));
    assert!(failures(&report)[0].starts_with("describe: the backend broke the contract"), "{report}");
}

#[test]
fn a_wrong_file_name_is_told() {
    let report = check(&compile("plain.c", "check", "libfairgrid_fancy.so", &[]));
    assert_eq!(failures(&report), ["name the library after the backend: the backend `plain` must lie in `libfairgrid_plain.so`"]);
}

/// The child of the test below: checks a library and prints the events.
#[test]
fn check_in_a_child() {
    if let Some(library) = ordered() {
        let scratch = tempfile::tempdir_in(folder("check")).unwrap();
        exercise(&PathBuf::from(library), &[], scratch.path(), &mut |event| println!("event {}", serde_json::to_string(&event).unwrap()));
    }
}

#[test]
fn a_crash_fails_the_check_that_was_running() {
    let output = child("backend::checked::check_in_a_child", faulty().to_str().unwrap(), Duration::from_secs(60)).unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let events = lines.lines().filter_map(|line| serde_json::from_str::<Event>(line.split_once("event ")?.1).ok());
    let report = Report::of(events, Some("the process was killed by signal 6"));
    let last = Check {
        name: "train `abort` with `cross_entropy` on single labels".to_owned(),
        outcome: Outcome::Failed("the process was killed by signal 6".to_owned()),
    };
    assert_eq!(report.checks.last(), Some(&last), "{report}");
    let failed = failures(&report);
    // `fair` does what it is asked, and forgets about checkpoints and devices.
    assert!(failed.iter().any(|failure| failure == "refuse an unknown device: it succeeded"), "{failed:#?}");
    assert!(failed.iter().any(|failure| failure.starts_with("stop `fair` when asked, and resume to the same bytes: ")), "{failed:#?}");
}
