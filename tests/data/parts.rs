//! Splits that a card declares, of all items and of parts.

use super::folder::IMAGES;
use super::refused::shown;
use crate::command::Folder;

/// What is counted of ten images with an official split that is all of them, or of two.
fn parts(official: &str, splits: &str) -> String {
    let png = std::fs::read(format!("{IMAGES}/rgb.png")).unwrap();
    let folder = (0..10).fold(Folder::new(), |folder, at| folder.file(&format!("root/{at}.png"), &png));
    let rows = |file: &str| {
        let numbers = match file {
            "all" => 0..10,
            "train" => 0..6,
            _ => 6..10,
        };
        numbers.map(|at| format!("{at}.png\n")).collect::<String>()
    };
    let folder =
        ["all", "train", "test"].iter().fold(folder, |folder, file| folder.file(&format!("root/{file}.csv"), format!("f\n{}", rows(file))));
    let files: Vec<String> = official.split(' ').map(|file| format!("{file}: {file}.csv")).collect();
    let outcome = shown(&folder, &format!("images: {{table: {{files: {{{}}}}}, path: '{{f}}'}}\nsplits: {splits}\n", files.join(", ")));
    match outcome.code {
        Some(0) => outcome.stdout.lines().filter(|line| line.starts_with(' ') || line.starts_with("items")).collect::<Vec<_>>().join("\n"),
        _ => outcome.to_string(),
    }
}

#[test]
fn what_is_left_is_what_no_other_split_has_whether_or_not_all_are_named() {
    let rest = parts("all", "{test: {of: all, fraction: 0.3, seed: 1}, train: {rest: true}}");
    assert_eq!(rest, "       test  train\nitems     3      7");
    assert_eq!(rest, parts("all", "{test: {fraction: 0.3, seed: 1}, train: {of: all, rest: true}}"));
    // So it is of parts that are drawn, and what is left is so once.
    let three = |test: &str, validation: &str, train: &str| {
        parts(
            "all",
            &format!("{{test: {{{test}fraction: 0.3, seed: 1}}, validation: {{{validation}fraction: 0.6}}, train: {{{train}rest: true}}}}"),
        )
    };
    let drawn = three("", "", "");
    assert_eq!(drawn, "       test  validation  train\nitems     3           6      1");
    assert_eq!((three("of: all, ", "", ""), three("of: all, ", "", "of: all, ")), (drawn.clone(), drawn.clone()));
    assert_eq!(three("", "of: all, ", "of: all, "), drawn);
    let twice = parts("all", "{test: {fraction: 0.3, seed: 1}, more: {of: all, rest: true}, train: {rest: true}}");
    assert!(twice.contains("has nothing in the split `train`"), "{twice}");
    // A part of what is left stays one.
    let parted = "{test: {fraction: 0.3, seed: 1}, more: {rest: true}, fit: {of: more, fraction: 0.5}, train: {of: more, rest: true}}";
    assert_eq!(parts("all", parted), "       test  fit  train\nitems     3    4      3");
}

#[test]
fn a_split_of_all_items_beside_one_of_some_is_told_what_it_lacks() {
    // Here it would take the official test for what is left to learn from.
    insta::assert_snapshot!(parts("train test", "{validation: {of: train, fraction: 0.5}, fit: {rest: true}}"));
}
