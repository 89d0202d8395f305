//! Training that is interrupted and goes on to the same bytes.

use fairgrid_sdk::{Status, Verdict};
use serde_json::json;

use crate::job::{Files, Record, bytes, run};

/// Steps in an epoch of the test's pictures.
const STEPS: u64 = 6;

#[test]
fn a_resumed_training_ends_in_the_same_bytes() {
    // The network has dropout and batch normalization, the optimizer two memories, the schedule looks at the step.
    let train = |files: &Files, resume: bool, patience: u64| {
        let checkpoint = json!({"save": files.path("checkpoint"), "resume": resume});
        let mut host = Record { patience, ..Record::default() };
        let answer = run(&files.train(4, json!({"checkpoint": checkpoint, "train": {"schedule": {"cosine": {}}}})), &mut host);
        (answer, host)
    };
    let whole = Files::new();
    let (answer, reference) = train(&whole, false, u64::MAX);
    answer.unwrap();
    // In the first epoch, before there is a checkpoint; within an epoch; at an epoch's very end; twice.
    for stops in [vec![5], vec![STEPS + 5], vec![2 * STEPS], vec![3, STEPS + 1, STEPS + 5]] {
        let files = Files::new();
        for patience in &stops {
            let (answer, _) = train(&files, true, *patience);
            assert_eq!(answer.unwrap_err().status, Status::Cancelled);
            assert!(!files.path("weights").exists());
        }
        let (answer, host) = train(&files, true, u64::MAX);
        answer.unwrap();
        assert!(bytes(&files.path("weights")) == bytes(&whole.path("weights")), "stopped after {stops:?}");
        assert!(bytes(&files.path("checkpoint")) == bytes(&whole.path("checkpoint")), "stopped after {stops:?}");
        // The epochs of this call alone, as they would have been.
        for column in ["loss", "learning_rate"] {
            let emitted = host.epochs(column);
            assert!(!emitted.is_empty() && reference.epochs(column).ends_with(&emitted), "stopped after {stops:?}: {emitted:?}");
        }
    }
}

#[test]
fn what_was_kept_survives() {
    let files = Files::new();
    let checkpoint = json!({"save": files.path("checkpoint"), "resume": true});
    let job = files.train(3, json!({"checkpoint": checkpoint}));
    let verdict = |epoch| if epoch == 0 { Verdict::Keep } else { Verdict::Continue };
    run(&job, &mut Record { verdict, patience: STEPS + 2, ..Record::default() }).unwrap_err();
    let kept = bytes(&files.path("weights"));
    run(&job, &mut Record { verdict, ..Record::default() }).unwrap();
    assert!(bytes(&files.path("weights")) == kept);
}

#[test]
fn another_jobs_checkpoint_is_refused() {
    let files = Files::new();
    let checkpoint = json!({"save": files.path("checkpoint"), "resume": true});
    run(&files.train(1, json!({"checkpoint": checkpoint})), &mut Record::default()).unwrap();
    let failure = run(&files.train(1, json!({"checkpoint": checkpoint, "train": {"seed": 5}})), &mut Record::default()).unwrap_err();
    assert_eq!(failure.status, Status::File);
    assert!(failure.message.ends_with("is no checkpoint of this job: its `train` block is another one"), "{}", failure.message);
    let cut = &bytes(&files.path("checkpoint"))[..100];
    std::fs::write(files.path("checkpoint"), cut).unwrap();
    let failure = run(&files.train(1, json!({"checkpoint": checkpoint})), &mut Record::default()).unwrap_err();
    assert!(failure.message.contains("is no safetensors file"), "{}", failure.message);
}
