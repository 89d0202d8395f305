//! Two names for the same files: what is learned under one is not scored under the other.

use super::{call, learner, study};
use crate::command::{Folder, Outcome};

/// What `validate` says to a model that learns from `squares/train` and is scored on `again/test`, where this is what they are.
fn scored(data: &str, more: &str) -> Outcome {
    let text = format!(
        "data: {data}\nmodels: {{net: {}}}\nevaluate: {{test: {{data: again/test, metrics: [accuracy_score]{more}}}}}\n\
         uncertainty: {{bootstrap: 0}}\n",
        learner("0")
    );
    call(&with_tens(study("twice", &text)), &["validate", "twice.yaml"]).run()
}

/// A second card, which also says of the squares from 10 on whose they are, and the same files in another place.
fn with_tens(folder: Folder) -> Folder {
    let card = folder.read("squares.yaml").replace(r"-\d+\.png", r"-(?<ten>\d)\d\.png") + "subject: ten\n";
    let images: Vec<_> = std::fs::read_dir(folder.path("images")).unwrap().map(|entry| entry.unwrap().path()).collect();
    images.into_iter().fold(folder.file("tens.yaml", card), |folder, image| {
        let name = format!("copy/images/{}", image.file_name().unwrap().to_str().unwrap());
        folder.file(&name, std::fs::read(image).unwrap())
    })
}

#[test]
fn items_that_a_model_learned_from_are_not_scored_under_another_name() {
    insta::assert_snapshot!(scored(
        "{squares: {card: squares.yaml}, again: {card: squares.yaml, splits: {test: {fraction: 0.5, seed: 1}}}}",
        ""
    ));
    let folds = scored("{squares: {card: squares.yaml, folds: {k: 4}}, again: {card: squares.yaml}}", "");
    assert!(folds.stderr.contains("items of `again/test`, as `images/"), "{folds}");
    let rule =
        "{squares: {card: squares.yaml}, again: {card: squares.yaml}, more: {card: squares.yaml, splits: {test: {where: {side: left}}}}}";
    let rule = scored(rule, ", positive: dark, decide: [{threshold: {maximize: accuracy_score, split: more/train, of: softmax}}]");
    assert!(rule.stderr.contains("are in `more/train` too, which a rule is fitted"), "{rule}");
}

#[test]
fn subjects_that_a_model_learned_from_are_not_scored_under_another_name() {
    let part =
        |side: &str, ten: u8| format!("{{card: tens.yaml, where: {{side: [{side}]}}, splits: {{test: {{where: {{ten: [{ten}]}}}}}}}}");
    let people = |ten: u8| scored(&format!("{{squares: {}, again: {}}}", part("left", 1), part("right", ten)), "");
    insta::assert_snapshot!(people(2));
    people(1).ok();
}

#[test]
fn the_same_division_and_files_that_only_look_alike_are_no_matter() {
    scored("{squares: {card: squares.yaml}, again: {card: squares.yaml, label: shade}}", "").ok();
    scored("{squares: {card: squares.yaml}, again: {card: squares.yaml, root: copy, splits: {test: {fraction: 0.5, seed: 1}}}}", "").ok();
}
