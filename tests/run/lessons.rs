//! What a training learns from: draws with a target distribution, weights, and draws that cannot be made.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{DATA, EVALUATE, call, learner, study, table};
use crate::command::Folder;

/// A study whose training has further keys.
fn taught(name: &str, grid: &str, more: &str) -> Folder {
    let model = learner("0").replace("epochs: 2", &format!("epochs: 2, {more}"));
    study(name, &format!("{DATA}grid: {grid}\nmodels: {{net: {model}}}\n{EVALUATE}"))
}

fn training_items(folder: &Folder, output: &str) -> Value {
    let record: Value = serde_json::from_str(&folder.read(&format!("{output}/run.json"))).unwrap();
    record["training_items"].clone()
}

#[test]
fn a_draw_that_cannot_be_made_is_a_result_beside_the_others() {
    let sample = "sample: {size: 10, target: {side: {values: {left: $share}, remaining: equal}}}";
    let folder = taught("shares", "{share: [0.2, 1.0]}", sample);
    let outcome = call(&folder, &["run", "shares.yaml"]).run();
    insta::assert_snapshot!(outcome);
    let results = folder.read("results/shares/results.csv");
    assert!(results.lines().any(|line| line.contains(",infeasible,a draw of 10 is not possible: 10 of side=left are asked")), "{results}");
    insta::assert_snapshot!(serde_json::to_string_pretty(&training_items(&folder, "results/shares")).unwrap());
    // A stored result stays one, and another draw is another result.
    let again = call(&folder, &["run", "shares.yaml"]).run();
    assert!(again.stderr.contains("0 cells to run"), "{again}");
    let other = call(&folder, &["run", "shares.yaml", "--set", "models.net.train.sample.seed=1"]).run();
    assert!(other.stderr.contains("1 cell to run"), "{other}");
}

#[test]
fn a_draw_of_nothing_is_infeasible_too() {
    let folder = taught("few", "{size: [1, 4]}", "sample: {size: $size, target: {side: equal}, round: down}");
    insta::assert_snapshot!(call(&folder, &["run", "few.yaml"]).run());
    let valid = call(&folder, &["validate", "few.yaml"]).run();
    assert_eq!((valid.code, valid.stdout.lines().filter(|line| line.contains("infeasible")).count()), (Some(0), 1), "{valid}");
    // Nobody has the field that is to be drawn by.
    let card = super::CARD.replace("label:", "  hue: {from: shade, map: {gray: gray}, outside: missing}\nlabel:");
    let folder = folder.file("squares.yaml", card);
    for size in ["4", "largest"] {
        let sample = format!("models.net.train.sample={{size: {size}, target: {{hue: equal}}}}");
        let outcome = call(&folder, &["run", "few.yaml", "--set", "grid={}", "--set", &sample]).run();
        assert!(outcome.code == Some(0) && outcome.stdout.contains(": no item has `hue`"), "{outcome}");
    }
}

#[test]
fn the_common_size_is_that_of_the_whole_grid_whatever_is_run() {
    let sample = "sample: {size: largest_common, target: {side: {values: {left: $share}, remaining: equal}}}";
    let folder = taught("common", "{share: [0.25, 0.75]}", sample);
    let size = |output: &str, share: &str| training_items(&folder, output)[format!("net,share={share}")]["draw"]["size"].as_u64().unwrap();
    call(&folder, &["run", "common.yaml", "--output", "whole"]).run().ok();
    call(&folder, &["run", "common.yaml", "--only", "share=0.25", "--output", "part"]).run().ok();
    assert_eq!(size("whole", "0.25"), size("whole", "0.75"));
    assert_eq!(size("part", "0.25"), size("whole", "0.25"));
    call(&folder, &["run", "common.yaml", "--set", "models.net.train.sample.size=largest", "--output", "largest"]).run().ok();
    assert!(size("largest", "0.25") > size("largest", "0.75"));
    assert_eq!(size("largest", "0.25").min(size("largest", "0.75")), size("whole", "0.25"));
}

#[test]
fn weights_reach_the_backend_and_their_evenness_is_recorded() {
    let folder = taught("weighed", "{clip: [1.0, 9.0]}", "weights: {inverse_frequency: [side], clip: $clip}");
    call(&folder, &["run", "weighed.yaml"]).run().ok();
    let items = training_items(&folder, "results/weighed");
    let weights = |clip: &str| items[format!("net,clip={clip}")]["weights"].clone();
    assert_eq!(weights("9")["clipped"], 0, "{items}");
    assert!(weights("1")["clipped"].as_u64().unwrap() > 0, "{items}");
    assert!(weights("1")["effective_sample_size"].as_f64() > weights("9")["effective_sample_size"].as_f64(), "{items}");
    // Means of other weights are other means, and so other distances.
    let losses: Vec<String> = walkdir(&folder.path(".fairgrid/results"))
        .into_iter()
        .filter(|path| path.ends_with("epochs.json"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    assert_eq!(losses.len(), 2);
    assert_ne!(losses[0], losses[1]);
}

fn walkdir(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walkdir(&path) } else { vec![path] }).collect()
}

#[test]
fn draws_and_weights_of_what_is_not_there_are_refused_where_they_are_written() {
    let more = "sample: {size: 4, target: {sied: equal}, nested_over: shade}, weights: {inverse_frequency: [size]}";
    let folder = taught("wrong", "{}", more);
    insta::assert_snapshot!(call(&folder, &["run", "wrong.yaml"]).run());
}

#[test]
fn draws_differ_along_an_axis_unless_they_are_nested_over_it() {
    // Both levels ask for the same: only the axis can tell the two draws apart. Equal trainings are one task.
    let grid = "{want: {first: {left: 0.5, right: 0.5}, second: {right: 0.5, left: 0.5}}}";
    let trainings = |name: &str, nested: &str| {
        let folder = taught(name, grid, &format!("sample: {{size: 8, target: {{side: $want}}{nested}}}"));
        call(&folder, &["run", &format!("{name}.yaml")]).run().ok();
        let record: Value = serde_json::from_str(&folder.read(&format!("results/{name}/run.json"))).unwrap();
        record["tasks"].as_array().unwrap().iter().filter(|task| task["kind"] == "train").count()
    };
    assert_eq!(trainings("apart", ""), 2);
    assert_eq!(trainings("nested", ", nested_over: want"), 1);
}

/// By largest remainders the draw of 7 had one of dark and left, and that of 8 none: the Alabama paradox.
#[test]
fn a_larger_draw_holds_a_smaller_one_that_it_is_nested_over() {
    let target = "[{side: left, shade: light, share: 0.02}, {side: left, shade: dark, share: 0.05}, \
                  {side: right, shade: light, share: 0.46}, {side: right, shade: dark, share: 0.47}]";
    for (nested, holding) in [("", false), (", nested_over: size", true)] {
        let folder = taught("sizes", "{size: [7, 8]}", &format!("sample: {{size: $size, target: {target}{nested}}}"));
        call(&folder, &["run", "sizes.yaml"]).run().ok();
        let ids = |size: u64| -> BTreeSet<String> {
            let rows = table(&folder, &format!("results/sizes/training_items/net,size={size}/squares-train.csv"));
            rows.into_iter().map(|row| row["id"].clone()).collect()
        };
        assert_eq!((ids(7).len(), ids(8).len(), ids(7).is_subset(&ids(8))), (7, 8, holding), "{nested}");
    }
}

/// What nobody knows the group of is no group of its own, as heavy as any.
#[test]
fn items_without_a_group_weigh_like_the_mean_and_that_is_told() {
    let folder = taught("heavy", "{}", "weights: {inverse_frequency: [hand, shade]}");
    let card = super::CARD.replace("label:", "  hand: {from: side, map: {left: left}, outside: missing}\nlabel:");
    let folder = folder.file("squares.yaml", card);
    let outcome = call(&folder, &["run", "heavy.yaml"]).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let notes: Vec<&str> = outcome.stderr.lines().filter(|line| line.contains("note")).collect();
    insta::assert_snapshot!(notes.join("\n"));
    let rows = table(&folder, "results/heavy/training_items/net/squares-train.csv");
    let weights = |side: &str, shade: &str| -> Vec<f64> {
        let of = rows.iter().filter(|row| row["id"].contains(side) && row["id"].contains(shade));
        of.map(|row| row["weight"].parse().unwrap()).collect()
    };
    let (dark, light) = (weights("left", "dark"), weights("left", "light"));
    assert!(weights("right", "").iter().all(|weight| (weight - 1.0).abs() < 1e-6) && dark.len() != light.len(), "{rows:?}");
    let half = (dark.len() + light.len()) as f64 / 2.0;
    assert!([dark, light].iter().all(|weights| (weights.iter().sum::<f64>() - half).abs() < 1e-4), "{rows:?}");
}

#[test]
fn of_many_levels_those_are_validated_that_are_most_frequent() {
    let card = super::CARD.replace("(?<side>[a-z]+)-\\d+", "(?<side>[a-z]+)-(?<own>\\d+)").replace("label:", "  own: {}\nlabel:");
    let folder = study("many", &format!("{DATA}models: {{net: {}}}\n{EVALUATE}", learner("0"))).file("squares.yaml", card);
    let outcome = call(&folder, &["validate", "many.yaml"]).run().ok();
    let own: Vec<&str> = outcome.lines().filter(|line| line.trim_start().starts_with("own: ")).collect();
    assert!(!own.is_empty() && own.iter().all(|line| line.matches(", ").count() == 20 && line.ends_with(", and 20 more")), "{outcome}");
    assert!(!own.concat().contains(" 0,"), "those of the split come first: {own:?}");
}

/// The reference's own example, and what it is short for.
#[test]
fn the_epoch_that_is_kept_may_be_the_best_for_the_worst_group() {
    let called = |command: &str, select: &str| {
        let folder = taught("watched", "{}", &format!("validate: {{data: squares/train, select: {select}}}"));
        call(&folder, &[command, "watched.yaml"]).run()
    };
    let page = std::fs::read_to_string(crate::command::root().join("specs/README.md")).unwrap();
    let example = page.split("validate: {data: faces/validation, select: ").nth(1).unwrap().split_inclusive('}').next().unwrap();
    let example = example.replace("[race]", "[side]");
    assert_eq!(example, "{maximize: accuracy_score_group_min, by: [side]}");
    for select in
        [&example, "{maximize: {accuracy_score_group_min: {by: side}}}", "{maximize: accuracy_score_group_min, by: [side, shade]}"]
    {
        let outcome = called("run", select);
        assert!(outcome.code == Some(0) && !outcome.stdout.contains("failed"), "{select}: {outcome}");
    }
    insta::assert_snapshot!(called("validate", "{maximize: accuracy_score_group_min}"));
    insta::assert_snapshot!(called("validate", "{maximize: {accuracy_score_group_min: {by: side}}, by: shade}"));
    insta::assert_snapshot!(called("validate", "{maximize: accuracy_score_group_min, by: [sied]}"));
}

#[test]
fn the_items_of_a_training_are_listed() {
    let sample = "sample: {size: 8, target: {side: {values: {left: $share}, remaining: equal}}, nested_over: share}";
    let folder = taught("listed", "{share: [0.25, 0.5]}", &format!("{sample}, weights: {{inverse_frequency: [side]}}"));
    call(&folder, &["run", "listed.yaml", "--no-predictions"]).run().ok();
    assert!(!folder.path("results/listed/training_items").exists());
    // All is stored now.
    let said = call(&folder, &["run", "listed.yaml"]).run().ok();
    assert!(said.contains("wrote results/listed/training_items"), "{said}");
    let items = |share: &str| table(&folder, &format!("results/listed/training_items/net,share={share}/squares-train.csv"));
    let ids = |share: &str, side: &str| -> BTreeSet<String> {
        items(share).into_iter().map(|row| row["id"].clone()).filter(|id| id.contains(side)).collect()
    };
    assert_eq!((items("0.25").len(), ids("0.25", "left").len(), ids("0.5", "left").len()), (8, 2, 4));
    assert!(ids("0.25", "left").is_subset(&ids("0.5", "left")) && ids("0.5", "right").is_subset(&ids("0.25", "right")));
    assert!(
        items("0.25").iter().all(|row| row["copies"] == "1" && row["weight"] == if row["id"].contains("left") { "2" } else { "0.6666667" })
    );

    let again = folder.read("listed.yaml").replace("size: 8", "size: 60, replace: true");
    let folder = folder.file("listed.yaml", again);
    call(&folder, &["run", "listed.yaml"]).run().ok();
    let copies = table(&folder, "results/listed/training_items/net,share=0.5/squares-train.csv");
    assert_eq!(copies.iter().map(|row| row["copies"].parse::<u64>().unwrap()).sum::<u64>(), 60);
    assert!(copies.len() <= 20, "each item once");
}

#[test]
fn items_that_no_draw_can_hold_are_told() {
    let folder = taught("partly", "{draw: [0, 1]}", "sample: {size: 4, target: {side: equal}, seed: $draw}");
    let card = folder.read("squares.yaml").replace("side: {from: side,", "side: {from: side, map: {left: left, right: null},");
    let folder = folder.file("squares.yaml", card);
    let said = call(&folder, &["run", "partly.yaml"]).run().stderr;
    assert_eq!(said.matches("of 20 items have no `side`; they are in no draw by it").count(), 1, "{said}");
    let items = training_items(&folder, "results/partly");
    assert!(items["net,draw=0"]["draw"]["left_out"].as_u64().is_some_and(|items| items > 4), "{items}");
}

#[test]
fn a_model_is_not_scored_on_other_classes_than_it_learned() {
    let evaluate = EVALUATE.replace("squares/test", "sides/test").replace("groups: [side]", "groups: [shade]");
    let data = "data: {squares: {card: squares.yaml}, sides: {card: squares.yaml, label: side}}\n";
    let folder = study("vocabulary", &format!("{data}models: {{net: {}}}\n{evaluate}", learner("0")));
    insta::assert_snapshot!(call(&folder, &["validate", "vocabulary.yaml"]).run());
}
