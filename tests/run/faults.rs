//! A worker that crashes, hangs or says nonsense costs its own cell, and the leaderboard says so.

use super::{DATA, EVALUATE, call, faulty_model, learner, study};

/// A good cell beside one whose backend does wrong.
fn beside(architecture: &str) -> crate::command::Folder {
    study("beside", &format!("{DATA}models:\n  good: {}\n  bad: {}\n{EVALUATE}", learner("0"), faulty_model(architecture)))
}

#[test]
fn one_failed_cell_does_not_sink_the_others() {
    for (architecture, told) in [
        ("abort", "the backend's last words"),
        ("segfault", "SIGSEGV"),
        ("leave", ""),
        ("nan", "NaN"),
        ("too_few", ""),
        ("twice", ""),
        ("wrong_id", ""),
        ("wrong_width", "numbers a row"),
        ("memory", "cannot allocate 1 TB"),
        ("mute", ""),
    ] {
        let folder = beside(architecture);
        let outcome = call(&folder, &["run", "beside.yaml"]).run();
        assert_eq!(outcome.code, Some(4), "{architecture}: {outcome}");
        assert!(outcome.stderr.contains("bad") && outcome.stderr.contains(told), "{architecture}: {outcome}");
        assert!(outcome.stdout.contains("│ good"), "{architecture}: {outcome}");
        assert!(folder.read("results/beside/leaderboard.md").contains("bad"), "{architecture}: {outcome}");
        assert!(folder.read("results/beside/results.csv").contains("failed"), "{architecture}: {outcome}");
        let again = call(&folder, &["run", "beside.yaml", "--only", "model=good"]).run();
        assert!(again.stderr.contains("0 cells to run"), "{architecture}: {again}");
    }
}

#[test]
fn a_crash_is_told_with_its_last_words() {
    insta::assert_snapshot!(
        call(&beside("abort"), &["run", "beside.yaml", "--progress", "plain", "--jobs", "1"]).filter(r"\d+ ?MiB", "[MEMORY]").run()
    );
}

#[test]
fn a_broken_image_is_told_by_name() {
    let folder = study("broken", &format!("{DATA}models: {{net: {}}}\n{EVALUATE}", learner("0")));
    let path = "images/light-right-25.png";
    let mut png = std::fs::read(folder.path(path)).unwrap();
    let middle = png.len() - 20;
    png[middle..middle + 3].fill(0);
    let folder = folder.file(path, png);
    let outcome = call(&folder, &["plan", "broken.yaml"]).run();
    assert!(outcome.stderr.contains("note: `squares`: 1 row is rejected; `fairgrid data` says why"), "{outcome}");
    let outcome = call(&folder, &["run", "broken.yaml", "--progress", "plain", "--set", "data.squares.verify=structure"]).run();
    assert_eq!(outcome.code, Some(4), "{outcome}");
    for told in [
        "an image of the dataset `squares` cannot be decoded: mend the files, or let the card reject them with `verify: pixels`",
        "`images/light-right-25.png`: a broken PNG",
    ] {
        assert!(outcome.stderr.contains(told), "{outcome}");
    }
}

#[test]
fn a_worker_without_a_sign_of_life_is_ended() {
    for architecture in ["hang", "stubborn"] {
        let outcome = call(&beside(architecture), &["run", "beside.yaml", "--stall", "1"]).run();
        assert_eq!(outcome.code, Some(4), "{architecture}: {outcome}");
        assert!(outcome.stderr.contains("no sign of life"), "{architecture}: {outcome}");
    }
}

#[test]
fn a_complaint_about_the_job_is_underlined_in_the_spec() {
    let text = format!(
        "{DATA}grid: {{loss: [cross_entropy, {{focal: {{gamma: 7.5}}}}]}}\nmodels:\n  net:\n    backend: faulty\n    architecture: fair\n    \
         input: {{size: [4, 4], channels: gray}}\n    train: {{data: squares/train, loss: $loss, epochs: 1, batch_size: 8, optimizer: sgd}}\n{EVALUATE}"
    );
    let folder = study("complaint", &text);
    insta::assert_snapshot!(call(&folder, &["run", "complaint.yaml", "--progress", "plain", "--jobs", "1"]).run());
}

#[test]
fn options_that_a_backend_does_not_know_are_refused_before_anything_runs() {
    let text = format!(
        "{DATA}models:\n  net:\n    backend: plain\n    architecture: {{nearest_mean: {{temprature: 2.0}}}}\n    input: {{size: [4, 4], channels: gray}}\n    \
         train: {{data: squares/train, loss: squared_distnce, epochs: 1, batch_size: 8, optimizer: {{running_mean: {{momentum: 2.0}}}}}}\n{EVALUATE}"
    );
    insta::assert_snapshot!(call(&study("options", &text), &["run", "options.yaml"]).run());
}
