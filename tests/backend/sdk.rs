//! A backend made with the SDK: panics stay inside, and nothing else is exported.

use std::process::Command;
use std::time::Duration;

use fairgrid::backend::check::{Outcome, Report, exercise};
use fairgrid::backend::error::Status;
use fairgrid::backend::host::LogLevel;
use fairgrid::backend::plugin::{Instance, Plugin};
use serde_json::json;

use super::fixture::{self, Keeper, folder, job};

fn wild() -> Instance {
    Plugin::load(&fixture::wild(), &[]).unwrap().open(&json!({"threads": 3})).unwrap()
}

#[test]
fn a_backend_on_the_sdk_predicts() {
    let mut host = Keeper::default();
    let mut job = job("predict", "mean");
    job["architecture"]["mean"]["bias"] = json!(1.5);
    wild().run(&job, &mut host).unwrap();
    assert_eq!(host.column, "scores");
    assert_eq!(host.rows.len(), 6);
    let wanted = (203.0 - 127.5) / 51.0 + 1.5;
    assert!((host.rows[3].1[1] - wanted).abs() < 1e-5, "{:?}", host.rows[3]);
    assert_eq!(host.log, [(LogLevel::Info, "3 threads".to_owned())]);
    assert_eq!(host.progress, [(1, 2, "predict".to_owned()), (2, 2, "predict".to_owned())]);
}

#[test]
fn a_panic_becomes_an_error_and_the_instance_takes_no_further_job() {
    let mut instance = wild();
    let mut panics = job("predict", "panics");
    panics["architecture"]["panics"]["times"] = json!(2);
    let error = instance.run(&panics, &mut Keeper::default()).unwrap_err();
    assert_eq!((error.status, error.message.as_str()), (Status::Internal, "panicked: as ordered, 2 times"));
    let error = instance.run(&job("predict", "mean"), &mut Keeper::default()).unwrap_err();
    assert_eq!(error.message, "the instance panicked in an earlier job");
    let error = wild().run(&job("predict", "bursts"), &mut Keeper::default()).unwrap_err();
    assert_eq!(error.message, "panicked: without a message");
}

#[test]
fn options_are_refused_where_they_stand() {
    let refusal = |architecture| {
        let mut job = job("predict", "mean");
        job["architecture"] = architecture;
        let error = wild().run(&job, &mut Keeper::default()).unwrap_err();
        assert_eq!(error.status, Status::Invalid);
        (error.message, error.pointer.unwrap())
    };
    let found = refusal(json!({"mean": {"bias": 300}}));
    assert_eq!(found, ("`bias` (300) must be from -255 to 255".to_owned(), "/architecture/mean/bias".to_owned()));
    let found = refusal(json!({"mean": {"biass": 1}}));
    assert_eq!(found, ("`biass` is not an option here".to_owned(), "/architecture/mean/biass".to_owned()));
    let found = refusal(json!({"panics": {}}));
    assert_eq!(found, ("`times` is missing".to_owned(), "/architecture/panics/times".to_owned()));
    let found = refusal(json!({"mean/x": {}}));
    assert_eq!(found, ("there is no architecture `mean/x`".to_owned(), "/architecture/mean~1x".to_owned()));
}

#[test]
fn a_wrong_config_is_an_error() {
    let plugin = Plugin::load(&fixture::wild(), &[]).unwrap();
    let error = plugin.open(&json!({"threads": "many"})).unwrap_err();
    assert_eq!((error.status, error.pointer.as_deref()), (Status::Invalid, Some("/threads")));
}

#[test]
fn cancel_sets_the_flag_of_a_running_job() {
    let mut instance = wild();
    let canceller = instance.canceller();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        canceller.cancel();
    });
    let error = instance.run(&job("predict", "waits"), &mut Keeper::default()).unwrap_err();
    assert_eq!(error.status, Status::Cancelled);
    thread.join().unwrap();
    // The flag does not outlive its job.
    instance.run(&job("predict", "mean"), &mut Keeper::default()).unwrap();
}

#[test]
fn one_symbol_is_exported() {
    let output = Command::new("nm").args(["-D", "--defined-only"]).arg(fixture::wild()).output().unwrap();
    let symbols = String::from_utf8(output.stdout).unwrap();
    let names: Vec<&str> = symbols.lines().filter_map(|line| line.split_whitespace().last()).collect();
    assert_eq!(names, ["fairgrid_backend"]);
}

#[test]
fn the_description_has_a_fingerprint_of_the_code() {
    let description = Plugin::load(&fixture::wild(), &[]).unwrap().describe().unwrap();
    assert_eq!((description.name.as_str(), description.version.as_str()), ("wild", "0.1.0"));
    assert_eq!(description.fingerprint.map(|digest| digest.len()), Some(64));
    let mean = &description.kinds["architectures"][0];
    assert_eq!(
        mean.options["properties"]["bias"],
        json!({"type": "number", "description": "added to every mean", "default": 0.0, "minimum": -255.0, "maximum": 255.0})
    );
}

#[test]
fn a_backend_on_the_sdk_keeps_every_promise() {
    let scratch = tempfile::tempdir_in(folder("check")).unwrap();
    let mut events = Vec::new();
    exercise(&fixture::wild(), &[], scratch.path(), &mut |event| events.push(event));
    let report = Report::of(events, None);
    assert!(report.passed(), "{report}");
    assert!(report.checks.iter().any(|check| matches!(check.outcome, Outcome::Skipped(_))));
}
