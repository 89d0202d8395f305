//! What becomes of a job when a backend does wrong: the message that the user reads.

use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use arrow::array::AsArray;
use arrow::datatypes::Float64Type;
use fairgrid::backend::error::{BackendError, Status};
use fairgrid::backend::host::LogLevel;
use fairgrid::backend::plugin::Plugin;
use serde_json::json;

use super::fixture::{Keeper, child, faulty, folder, job, ordered};

fn predict(mode: &str, host: &mut Keeper) -> Result<(), BackendError> {
    let mut instance = Plugin::load(&faulty(), &[]).unwrap().open(&json!({})).unwrap();
    instance.run(&job("predict", mode), host)
}

#[test]
fn one_that_does_nothing_wrong_is_believed() {
    let mut host = Keeper::default();
    predict("fair", &mut host).unwrap();
    let ids: Vec<&str> = host.rows.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["a", "bb", "ccc", "dddd", "é", ""]);
    assert_eq!((host.column.as_str(), &host.rows[4].1), ("logits", &vec![0.0, 1.0]));
    assert_eq!(host.progress, [(1, 0, String::new()), (2, 0, String::new())]);
    assert_eq!(host.log, []);
}

#[test]
fn outputs_that_break_the_contract_are_refused_and_named() {
    for (mode, complaint) in [
        ("nan", "the item `bb` has NaN in `logits`"),
        ("infinite", "the item `a` has inf in `logits`"),
        ("wrong_width", "the column `logits` has 3 numbers a row for 2 classes"),
        ("wrong_type", "the column `logits` is FixedSizeList(2 x non-null Int32), not fixed_size_list<float32>"),
        ("wrong_name", "one of the columns logits, probabilities, scores is needed"),
        ("no_id", "the column `id` is missing"),
        ("improbable", "the item `a` has 3 in `probabilities`"),
        ("negative_length", "the length of the table is -4"),
        ("huge_length", "the length of the table is 9223372036854775807"),
        ("short_column", "the column `logits` has 5 values, 6 are needed"),
        ("falling_offsets", "the column `id` has the offset 3 after 1073741824"),
        ("negative_offsets", "the column `id` has the offset -5 after 0"),
        ("no_buffer", "buffer 1 of the values of the column `logits` is null"),
        ("few_buffers", "the column `id` has 1 buffers, its format `u` has 3"),
        ("no_child", "child 0 of the column `logits` is null"),
        ("no_format", "the column `logits` has no format"),
        ("odd_format", "the column `logits` has the format `+w:minus one`, which no output has"),
        ("nulls", "the column `logits` has nulls and does not say where"),
        ("released", "the schema or the array is already released"),
    ] {
        let mut host = Keeper::default();
        let error = predict(mode, &mut host).unwrap_err();
        assert_eq!(error.message, format!("the backend broke the contract: it emitted a wrong `rows`: {complaint}"), "{mode}");
        assert_eq!(error.status, Status::Contract);
        assert_eq!(host.rows, [], "{mode}");
    }
    let error = predict("not_utf8", &mut Keeper::default()).unwrap_err();
    assert!(error.message.contains("it emitted a wrong `rows`: ") && error.message.contains("UTF8"), "{}", error.message);
    let error = predict("wrong_output", &mut Keeper::default()).unwrap_err();
    assert_eq!(error.message, "the backend broke the contract: it emitted a wrong `epochs`: this job has the outputs rows");
    let error = predict("null_table", &mut Keeper::default()).unwrap_err();
    assert_eq!(error.message, "the backend broke the contract: it emitted a null `rows`");
}

#[test]
fn errors_arrive_with_status_help_and_pointer() {
    let mut instance = Plugin::load(&faulty(), &[]).unwrap().open(&json!({})).unwrap();
    let mut focal = job("train", "fair");
    focal["train"]["loss"] = json!({"focal": {"gamma": 7.5}});
    let error = instance.run(&focal, &mut Keeper::default()).unwrap_err();
    assert_eq!(error.status, Status::Invalid);
    assert_eq!(error.message, "`gamma` (7.5) is not to the taste of this backend");
    assert_eq!(error.help.as_deref(), Some("try 2"));
    assert_eq!(error.pointer.as_deref(), Some("/train/loss/focal/gamma"));

    let error = predict("memory", &mut Keeper::default()).unwrap_err();
    assert_eq!((error.status, error.message.as_str()), (Status::Memory, "cannot allocate 1 TB"));
    let error = predict("unknown_status", &mut Keeper::default()).unwrap_err();
    assert_eq!(error.message, "the backend broke the contract: it returned the unknown status 77, saying: status 77");
    let error = predict("mute", &mut Keeper::default()).unwrap_err();
    assert_eq!(error.message, "the backend failed with status 7 and did not say why");
    let error = predict("garbled", &mut Keeper::default()).unwrap_err();
    assert_eq!(error.message, "bytes \u{fffd}\u{fffd}");
}

#[test]
fn the_hosts_own_cause_is_reported() {
    let cause = || Some("`a.jpg` is truncated".to_owned());
    let error = predict("fair", &mut Keeper { refuse_input: cause(), ..Keeper::default() }).unwrap_err();
    assert_eq!((error.status, error.message.as_str()), (Status::Input, "`a.jpg` is truncated"));
    let error = predict("fair", &mut Keeper { break_input: cause(), ..Keeper::default() }).unwrap_err();
    assert_eq!((error.status, error.message.as_str()), (Status::Input, "`a.jpg` is truncated"));
    let full = || Some("the disk is full".to_owned());
    let error = predict("fair", &mut Keeper { refuse_output: full(), ..Keeper::default() }).unwrap_err();
    assert_eq!((error.status, error.message.as_str()), (Status::Host, "the disk is full"));
    let mut instance = Plugin::load(&faulty(), &[]).unwrap().open(&json!({})).unwrap();
    let mut host = Keeper { refuse_epoch: full(), ..Keeper::default() };
    let mut train = job("train", "fair");
    train["train"]["loss"] = json!({"cross_entropy": {}});
    let error = instance.run(&train, &mut host).unwrap_err();
    assert_eq!((error.status, error.message.as_str()), (Status::Host, "the disk is full"));
}

#[test]
fn a_backend_that_claims_success_after_a_failure_is_not_believed() {
    let mut host = Keeper { break_input: Some("`a.jpg` is truncated".to_owned()), ..Keeper::default() };
    assert_eq!(predict("liar", &mut host).unwrap_err().message, "`a.jpg` is truncated");
    let mut host = Keeper { refuse_output: Some("the disk is full".to_owned()), ..Keeper::default() };
    assert_eq!(predict("liar", &mut host).unwrap_err().message, "the disk is full");
}

#[test]
fn a_panic_of_the_host_does_not_cross_the_boundary() {
    let mut host = Keeper { panic_in_emit: true, ..Keeper::default() };
    let error = predict("fair", &mut host).unwrap_err();
    assert_eq!((error.status, error.message.as_str()), (Status::Host, "fairgrid itself failed in `emit`; its log says where"));
}

#[test]
fn stopping_is_no_failure_of_the_backend() {
    let error = predict("fair", &mut Keeper { stop: true, ..Keeper::default() }).unwrap_err();
    assert_eq!(error.status, Status::Cancelled);
}

#[test]
fn cancel_reaches_a_running_job_from_another_thread() {
    let mut instance = Plugin::load(&faulty(), &[]).unwrap().open(&json!({})).unwrap();
    let canceller = instance.canceller();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        canceller.cancel();
        canceller
    });
    let error = instance.run(&job("predict", "patient"), &mut Keeper::default()).unwrap_err();
    assert_eq!(error.status, Status::Cancelled);
    drop(instance);
    // Harmless once the instance is gone.
    thread.join().unwrap().cancel();
}

#[test]
fn other_threads_may_log_and_nothing_else() {
    let mut host = Keeper::default();
    predict("log_elsewhere", &mut host).unwrap();
    assert_eq!(host.log, [(LogLevel::Warn, "from another thread".to_owned())]);
    let error = predict("ask_elsewhere", &mut Keeper::default()).unwrap_err();
    assert_eq!(error.message, "the backend broke the contract: it called `open_input` on another thread than that of `run`");
    // A line after the end goes nowhere, and crashes nothing.
    predict("log_late", &mut Keeper::default()).unwrap();
    std::thread::sleep(Duration::from_millis(60));
}

#[test]
fn a_stream_left_open_is_warned_about() {
    let mut host = Keeper::default();
    predict("open_stream", &mut host).unwrap();
    assert_eq!(host.log, [(LogLevel::Warn, "the backend left 1 input(s) open; the header asks it to release them".to_owned())]);
}

#[test]
fn a_training_that_diverges_is_a_result() {
    let mut instance = Plugin::load(&faulty(), &[]).unwrap().open(&json!({})).unwrap();
    let mut train = job("train", "diverges");
    train["train"]["loss"] = json!({"cross_entropy": {}});
    train["save_weights"] = json!(folder("faults").join("weights"));
    let mut host = Keeper::default();
    instance.run(&train, &mut host).unwrap();
    assert_eq!(host.epochs.len(), 2);
    assert!(host.epochs[1].column_by_name("loss").unwrap().as_primitive::<Float64Type>().value(0).is_nan());
    train["architecture"] = json!({"wrong_epochs": {}});
    let error = instance.run(&train, &mut Keeper::default()).unwrap_err();
    assert_eq!(error.message, "the backend broke the contract: it emitted a wrong `epochs`: the column `loss` is missing");
}

/// The child of the tests below: does one job and says how it went.
#[test]
fn job_in_a_child() {
    if let Some(mode) = ordered() {
        let outcome = predict(&mode, &mut Keeper::default());
        println!("survived: {outcome:?}");
    }
}

#[test]
fn crashes_and_hangs_cost_one_process() {
    let end = |mode| child("backend::faults::job_in_a_child", mode, Duration::from_secs(20)).unwrap();
    let aborted = end("abort");
    assert_eq!(aborted.status.signal(), Some(6));
    assert!(String::from_utf8_lossy(&aborted.stderr).contains("the backend's last words"));
    assert_eq!(end("segfault").status.signal(), Some(11));
    let left = end("leave");
    assert!(left.status.success() && !String::from_utf8_lossy(&left.stdout).contains("survived"));
    assert!(String::from_utf8_lossy(&end("fair").stdout).contains("survived: Ok(())"));
    assert!(child("backend::faults::job_in_a_child", "hang", Duration::from_millis(700)).is_none());
}
