//! Made-up data through the binary: written for people, and in the place of data that are not there.

use super::call;
use crate::command::{Folder, root};

/// A card whose data nobody has, and a study on it.
fn restricted(card: &str) -> Folder {
    let study = "fairgrid: 1\nstudy: restricted\ndata: {faces: {card: faces.yaml}}\nmodels:\n  net: {backend: plain, architecture: \
                 nearest_mean, threads: 1, input: {size: [16, 16], channels: rgb}, train: {data: faces/train, loss: squared_distance, seed: 0, \
                 epochs: 30, batch_size: 16, optimizer: running_mean}}\nevaluate: {test: {data: faces/test, groups: [race], metrics: \
                 [accuracy_score]}}\nuncertainty: {bootstrap: 0}\n";
    Folder::new().file("faces.yaml", card).file("restricted.yaml", study)
}

const CARD: &str = r"
fairgrid_card: 1
dataset: faces
license: nobody may have them
root: ${FACES_THAT_NOBODY_HAS}
images: {glob: '*.jpg', name: '(?<race>[AB])_(?<mark>[0-5])_(?<number>\d+)\.jpg'}
fields:
  race: {from: race, provenance: self_identified, levels: [A, B]}
  mark: {from: mark, map: {0: disc, 1: square, 2: triangle, 3: cross, 4: diamond, 5: bar}}
label: mark
attribute: race
splits: {test: {fraction: 0.5, seed: 0}, train: {rest: true}}
mock: {rows: 400, render: object, side: 24, rates: {mark: {disc: 1, bar: 1}}, planted: {contrast: {race: {B: 0}}}}
";

#[test]
fn a_study_of_restricted_data_runs_on_mocks_and_finds_what_was_planted() {
    let folder = restricted(CARD);
    let without = call(&folder, &["validate", "restricted.yaml"]).run();
    assert_eq!(without.code, Some(2), "{without}");
    assert!(without.stderr.contains("FACES_THAT_NOBODY_HAS"), "{without}");

    let page = call(&folder, &["run", "restricted.yaml", "--mock", "--quiet"]).run().ok();
    assert!(page.contains("Made-up data (--mock)") && page.contains("results/restricted-mock/"), "{page}");
    for file in ["leaderboard.md", "run.json"] {
        assert!(folder.read(&format!("results/restricted-mock/{file}")).contains("mock"), "{file}");
    }
    // Nothing at all can be seen of B, and half of what is learnt is of A.
    let results = folder.read("results/restricted-mock/results.csv");
    let mut lines = csv::Reader::from_reader(results.as_bytes());
    let header = lines.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|column| column == name).unwrap();
    let accuracy = |group: &str, lines: &[csv::StringRecord]| -> f64 {
        lines.iter().find(|line| &line[at("group")] == group).unwrap_or_else(|| panic!("{results}"))[at("value")].parse().unwrap()
    };
    let lines: Vec<csv::StringRecord> = lines.records().map(Result::unwrap).collect();
    let (a, b) = (accuracy("race=A", &lines), accuracy("race=B", &lines));
    assert!(a > b + 0.15, "A {a}, B {b}");
}

#[test]
fn results_of_a_mock_are_not_those_of_equal_real_data() {
    let folder = restricted(CARD);
    call(&folder, &["mock", "faces.yaml"]).run().ok();
    let real = folder.path("mock/faces");
    let keys = |arguments: &[&str]| {
        let plan = call(&folder, arguments).env("FACES_THAT_NOBODY_HAS", &real).run().ok();
        let plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
        plan["tasks"].as_array().unwrap().iter().map(|task| task["key"].to_string()).collect::<Vec<_>>()
    };
    let (real, mock) = (keys(&["plan", "restricted.yaml", "--json"]), keys(&["plan", "restricted.yaml", "--json", "--mock"]));
    assert_eq!(real.len(), mock.len());
    assert!(!real.is_empty() && real.iter().all(|key| !mock.contains(key)), "{real:?} {mock:?}");
}

#[test]
fn a_plan_says_what_can_be_drawn_before_anything_is_trained() {
    let folder = restricted(CARD);
    let drawn = |verb: &str, size: u32| {
        let sample = format!("models.net.train.sample={{size: {size}, target: {{race: equal}}, seed: 0}}");
        let shown = call(&folder, &[verb, "restricted.yaml", "--mock", "--set", &sample]).run().ok();
        shown.lines().filter(|line| line.contains("draw")).map(|line| line.trim().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(drawn("plan", 60), ["draw     net: 60 items"]);
    let [plan, valid] = ["plan", "validate"].map(|verb| drawn(verb, 100_000).join("\n"));
    assert!(plan.starts_with("draw     net: infeasible, a draw of 100000 is not possible: 50000 of race=A are asked and "), "{plan}");
    assert!(valid.starts_with("net: infeasible, a draw of 100000 is not possible: "), "{valid}");
}

#[test]
fn a_mock_says_what_it_is_and_replaces_nothing_but_an_earlier_one() {
    let folder = restricted(CARD);
    insta::assert_snapshot!(call(&folder, &["mock", "faces.yaml"]).run());
    insta::assert_snapshot!(call(&folder, &["data", "faces.yaml", "--root", "mock/faces"]).run());
    // Fewer items: none of the earlier ones is left over.
    call(&folder, &["mock", "faces.yaml", "--rows", "30"]).run().ok();
    let shown = call(&folder, &["data", "faces.yaml", "--root", "mock/faces"]).run().ok();
    assert!(shown.starts_with("faces\n30 items"), "{shown}");

    let folder = folder.file("mock/faces/diary.txt", "mine");
    insta::assert_snapshot!(call(&folder, &["mock", "faces.yaml"]).run());
    call(&folder, &["mock", "faces.yaml", "--force"]).run().ok();
    assert_eq!(folder.read("mock/faces/diary.txt"), "mine");
    let other = folder.file("other.yaml", CARD.replace("dataset: faces", "dataset: other"));
    let refused = call(&other, &["mock", "other.yaml", "--output", "mock/faces"]).run();
    assert_eq!(refused.code, Some(2), "{refused}");
}

#[test]
fn a_mock_says_what_of_its_labels_is_wrong() {
    let planted = |card: &str| {
        let folder = restricted(&card.replace("planted: {contrast: {race: {B: 0}}}", "label_noise: 0.2"));
        let page = call(&folder, &["mock", "faces.yaml"]).run().ok();
        page.lines().filter(|line| line.starts_with("planted: ")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(planted(CARD), ["planted: a share of 0.2 of the labels is wrong"]);
    let several = CARD.replace("label: mark", "labels: {file: l.csv, id: image, class: mark, value: there}");
    assert_eq!(
        planted(&several.replace("rates: {mark: {disc: 1, bar: 1}}", "classes: [cat, dog]")),
        [
            "planted: with the probability 0.2 each label of an item is wrong: a class that is shown is not said to be there, one that is not is"
        ]
    );
}

#[test]
fn made_up_data_are_no_snapshot() {
    let folder = restricted(CARD);
    for verb in ["accept", "check", "review"] {
        let refused = call(&folder, &["snapshot", verb, "restricted.yaml", "--mock"]).run();
        assert_eq!(refused.code, Some(2), "{refused}");
        assert!(refused.stderr.contains("leave `--mock` away"), "{refused}");
    }
    assert!(!folder.path("snapshots").exists());
}

#[test]
fn a_study_of_files_is_not_called_made_up() {
    let folder = Folder::new();
    let spec = root().join("specs/claims-audit.yaml");
    let run = call(&folder, &["run", spec.to_str().unwrap(), "--mock", "--no-predictions"]).run();
    assert!(run.stderr.contains("replaces nothing") && !run.stdout.contains("Made-up"), "{run}");
    assert_eq!(run.code, Some(0), "{run}");
}
