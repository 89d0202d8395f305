//! Runs that are cut off: by Ctrl-C, by a full disk, by a reader that went away.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{DATA, EVALUATE, call, faulty_model, folder_of, learner, study};
use crate::backend::fixture::{faulty, plain};
use crate::command::root;

#[test]
fn ctrl_c_ends_the_workers_and_keeps_what_is_done() {
    for architecture in ["patient", "hang", "stubborn"] {
        let text = format!("{DATA}models:\n  good: {}\n  slow: {}\n{EVALUATE}", learner("0"), faulty_model(architecture));
        let folder = study("slow", &text);
        call(&folder, &["run", "slow.yaml", "--only", "model=good"]).run().ok();
        let path = std::env::join_paths([folder_of(plain()), folder_of(faulty())]).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_fairgrid"))
            .args(["run", "slow.yaml"])
            .current_dir(folder.path("."))
            .env("FAIRGRID_BACKEND_PATH", path)
            .env("XDG_CACHE_HOME", folder.path("cache"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let workers = || children(child.id());
        wait(|| !workers().is_empty());
        let born = workers();
        std::thread::sleep(Duration::from_millis(300));
        rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT).unwrap();
        let ended = Instant::now();
        assert_eq!(child.wait().unwrap().code(), Some(130), "{architecture}");
        assert!(ended.elapsed() < Duration::from_secs(20), "{architecture}: {:?}", ended.elapsed());
        wait(|| born.iter().all(|worker| !std::path::Path::new(&format!("/proc/{worker}/exe")).exists()));
        let again = call(&folder, &["run", "slow.yaml", "--only", "model=good"]).run();
        assert_eq!(again.code, Some(0), "{architecture}: {again}");
        assert!(again.stderr.contains("0 cells to run"), "{architecture}: {again}");
    }
}

fn wait(until: impl Fn() -> bool) {
    let begun = Instant::now();
    while !until() {
        assert!(begun.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn children(of: u32) -> Vec<u32> {
    let parent = |process: u32| -> Option<u32> {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse().ok()
    };
    let processes = std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    processes.filter(|process: &u32| parent(*process) == Some(of)).collect()
}

/// No file may grow beyond a few kilobytes: what a full disk does, without one.
#[test]
fn a_full_disk_is_told_and_leaves_nothing_half_written() {
    let folder = crate::command::Folder::new();
    let spec = root().join("tests/imports/binary.yaml");
    let run = |shell: &str| {
        let text = format!("{shell} exec {} run {} --output out --quiet", env!("CARGO_BIN_EXE_fairgrid"), spec.display());
        Command::new("sh").args(["-c", &text]).current_dir(folder.path(".")).env("NO_COLOR", "1").output().unwrap()
    };
    let full = run("trap '' XFSZ; ulimit -f 8;");
    let told = String::from_utf8_lossy(&full.stderr);
    assert_eq!(full.status.code(), Some(1), "{told}");
    assert!(told.contains("cannot write") && told.contains("File too large"), "{told}");
    assert!(!folder.path("out/results.csv").exists());
    let free = run("");
    assert_eq!(free.status.code(), Some(0), "{}", String::from_utf8_lossy(&free.stderr));
    assert!(folder.read("out/results.csv").lines().count() > 100);
}

#[test]
fn a_reader_that_went_away_is_no_crash() {
    for arguments in ["ls metrics", "explain recall_score", "plan tests/imports/binary.yaml --json"] {
        let piped = format!("exec 3>&1; {{ {} {arguments} 2>&3; echo \"code $?\" >&3; }} | :", env!("CARGO_BIN_EXE_fairgrid"));
        let output = Command::new("sh").args(["-c", &piped]).current_dir(root()).output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(!told.contains("panicked"), "{arguments}: {told}");
    }
    let text = format!("exec {} ls metrics > /dev/full", env!("CARGO_BIN_EXE_fairgrid"));
    let full = Command::new("sh").args(["-c", &text]).output().unwrap();
    assert_eq!(full.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&full.stderr).starts_with("error: cannot write to standard output: No space left"));
}

#[test]
fn ctrl_c_ends_the_making_of_numbers() {
    let rows: String =
        (0..4000).map(|row| format!("i{row},{},0.{:05},{}\n", row % 2, row * 7919 % 100_000, ["a", "b"][row % 3 / 2])).collect();
    let spec = "fairgrid: 1\nstudy: long\nmodels:\n  m: {predictions: p.csv, columns: {id: id, label: y, scores: s}}\nevaluate:\n  e: \
                {groups: [g], positive: 1, metrics: [roc_auc_score]}\nuncertainty: {bootstrap: 100000}\n";
    let folder = crate::command::Folder::new().file("long.yaml", spec).file("p.csv", format!("id,y,s,g\n{rows}"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_fairgrid"))
        .args(["run", "long.yaml"])
        .current_dir(folder.path("."))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait(|| folder.path(".fairgrid").exists());
    std::thread::sleep(Duration::from_millis(500));
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT).unwrap();
    let ended = Instant::now();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(ended.elapsed() < Duration::from_secs(2), "{:?}", ended.elapsed());
    assert!(!folder.path("results").exists());
}
