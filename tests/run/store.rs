//! Results are made once: what a second run does, and what an option changes.

use super::{DATA, EVALUATE, call, learner, study};
use crate::command::Folder;

fn seeds() -> Folder {
    study("seeds", &format!("{DATA}grid: {{seed: [0, 1]}}\nmodels: {{net: {}}}\n{EVALUATE}", learner("$seed")))
}

#[test]
fn a_second_run_makes_nothing_again_and_says_the_same() {
    let folder = seeds();
    let first = call(&folder, &["run", "seeds.yaml"]).run();
    assert_eq!(first.code, Some(0), "{first}");
    assert!(first.stderr.contains("6 tasks, 0 of them stored; 2 cells to run"), "{first}");
    let results = folder.read("results/seeds/results.csv");
    let second = call(&folder, &["run", "seeds.yaml"]).run();
    assert!(second.stderr.contains("6 tasks, 6 of them stored; 0 cells to run"), "{second}");
    assert_eq!((first.stdout, results), (second.stdout, folder.read("results/seeds/results.csv")));
    let forced = call(&folder, &["run", "seeds.yaml", "--force"]).run();
    assert!(forced.stderr.contains("0 of them stored; 2 cells to run"), "{forced}");
}

#[test]
fn a_limit_that_there_is_none_of_is_stored_as_such() {
    let rows = |group: &str, missed: usize, alarmed: usize| -> String {
        let row = |row: usize| {
            format!("{},{},{group}\n", u8::from(row < 8), u8::from(row >= 8 - missed && row < 8) ^ u8::from(row < 8 || row < 8 + alarmed))
        };
        (0..20).map(row).collect()
    };
    let study = "fairgrid: 1\nstudy: s\nmodels: {m: {predictions: p.csv, columns: {label: y, decision: p}}}\n\
                 evaluate: {e: {groups: [g], positive: 1, metrics: [{error_ratio_disparity: {reference: a, as: ratio}}]}}\n\
                 tables: {t: {rows: [model], columns: [{g: ratio}]}}\nuncertainty: {bootstrap: 200}\n";
    let csv = format!("y,p,g\n{}{}", rows("a", 4, 3), rows("b", 1, 3));
    let folder = Folder::new().file("p.csv", csv).file("s.yaml", study);
    let first = call(&folder, &["run", "s.yaml"]).run();
    assert!(first.stdout.contains(", ∞)") && first.stdout.contains("∞ an end that the items set no limit to"), "{first}");
    let results = folder.read("results/s/results.csv");
    assert!(results.contains(",inf,"), "{results}");
    let second = call(&folder, &["run", "s.yaml"]).run();
    assert_eq!((first.stdout, results), (second.stdout, folder.read("results/s/results.csv")));
}

#[test]
fn only_runs_the_cells_that_were_asked_for() {
    let folder = seeds();
    let outcome = call(&folder, &["run", "seeds.yaml", "--only", "seed=1", "--output", "here"]).run();
    assert!(outcome.stderr.contains("1 cell to run"), "{outcome}");
    assert!(!folder.read("here/results.csv").contains(",0,"), "{}", folder.read("here/results.csv"));
    let wrong = call(&folder, &["run", "seeds.yaml", "--only", "seed=7", "--only", "sede=1"]).run();
    insta::assert_snapshot!(wrong);
}

#[test]
fn set_overrides_a_key_and_is_another_result() {
    let folder = seeds();
    call(&folder, &["run", "seeds.yaml", "--only", "seed=0"]).run().ok();
    let other = call(&folder, &["run", "seeds.yaml", "--only", "seed=0", "--set", "models.net.train.epochs=1"]).run();
    assert!(other.stderr.contains("1 cell to run"), "{other}");
    assert!(folder.read("results/seeds/run.json").contains("models.net.train.epochs=1"));
    let resized = call(&folder, &["run", "seeds.yaml", "--only", "seed=0", "--set", "models.net.input.filter=nearest"]).run();
    assert!(resized.stderr.contains("1 cell to run"), "what decides the pixels decides the result: {resized}");
    let wrong = call(&folder, &["run", "seeds.yaml", "--set", "models.net.train.epochs=few", "--set", "models.net.trian.epochs=1"]).run();
    insta::assert_snapshot!(wrong);
}

#[test]
fn a_limited_run_is_marked_and_is_no_snapshot() {
    let folder = seeds();
    let limited = call(&folder, &["run", "seeds.yaml", "--limit", "8"]).run().ok();
    assert!(limited.contains("limit"), "{limited}");
    let refused = call(&folder, &["snapshot", "accept", "seeds.yaml", "--limit", "8"]).run();
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(!folder.path("snapshots").exists());
}

#[test]
fn a_dry_run_leaves_nothing_behind() {
    let folder = seeds();
    let outcome = call(&folder, &["run", "seeds.yaml", "--dry-run"]).run();
    insta::assert_snapshot!(outcome);
    assert!(!folder.path("results").exists() && !folder.path(".fairgrid").exists());
}

#[test]
fn a_damaged_result_is_made_again() {
    let folder = seeds();
    call(&folder, &["run", "seeds.yaml"]).run().ok();
    let sound = folder.read("results/seeds/results.csv");
    let mut damaged = 0;
    for file in files(&folder.path(".fairgrid")) {
        if file.file_name().is_some_and(|name| name != "done.json") && file.metadata().unwrap().len() > 8 {
            let bytes = std::fs::read(&file).unwrap();
            std::fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
            damaged += 1;
        }
    }
    assert!(damaged > 0);
    let healed = call(&folder, &["run", "seeds.yaml"]).run();
    assert_eq!(healed.code, Some(0), "{healed}");
    assert_eq!(folder.read("results/seeds/results.csv"), sound);
}

fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn a_cluster_is_a_field_of_the_dataset() {
    let folder = seeds();
    insta::assert_snapshot!(call(&folder, &["validate", "seeds.yaml", "--set", "uncertainty.cluster=doctor"]).run());
}
