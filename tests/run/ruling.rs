//! `compare: {decision: …}`: decision rules of one model, on the same people.

use std::collections::HashMap;

use super::table;
use crate::command::{Folder, fairgrid};

/// 240 people of two groups, of whom the light ones get higher scores.
fn scored() -> String {
    let row = |row: usize| {
        let (truth, light) = (row % 5 < 2, row % 2 == 1);
        let score = (row * 37 % 100) as f64 / 200.0 + if truth { 0.3 } else { 0.0 } + if light { 0.15 } else { 0.0 };
        format!("p{row},{},{score:.3},{}\n", u8::from(truth), if light { "light" } else { "dark" })
    };
    format!("id,truth,score,tone\n{}", (0..240).map(row).collect::<String>())
}

fn study(compare: &str) -> Folder {
    let text = format!(
        "fairgrid: 1\nstudy: rules\ngrid: {{seed: {{0: one.csv, 1: two.csv}}}}\nmodels:\n  net: {{predictions: $seed, columns: {{id: id, label: truth, \
         scores: score}}}}\nevaluate:\n  audit: {{groups: [tone], positive: 1, decide: [{{threshold: 0.5, as: half}}, {{threshold: 0.7, as: strict}}, \
         {{threshold: 0.3, as: mild}}], metrics: [accuracy_score, {{recall_score_difference: {{as: gap}}}}, roc_auc_score]}}\nuncertainty: {{bootstrap: 300, \
         null: {{permutations: 100}}}}\naverage: [seed]\n{compare}\n"
    );
    Folder::new().file("one.csv", scored()).file("two.csv", scored()).file("rules.yaml", text)
}

#[test]
fn rules_are_compared_within_each_cell() {
    let folder = study(
        "compare: {rules: {decision: {baseline: half}, metrics: [gap], report: [difference, transition]}}\n\
         tables: {main: {rows: [decision], columns: [gap, accuracy_score]}}",
    );
    fairgrid(["run", "rules.yaml", "--quiet"]).within(&folder).run().ok();
    let rows = table(&folder, "results/rules/comparisons.csv");
    let gaps: Vec<[&str; 5]> = rows
        .iter()
        .filter(|row| row["metric"] == "gap")
        .map(|row| ["model", "seed", "from", "to", "decision"].map(|column| row[column].as_str()))
        .collect();
    assert_eq!(
        gaps,
        [
            ["net", "0", "half", "strict", ""],
            ["net", "0", "half", "mild", ""],
            ["net", "1", "half", "strict", ""],
            ["net", "1", "half", "mild", ""]
        ]
    );
    // Each side's number is that which the rule has by itself.
    let results = table(&folder, "results/rules/results.csv");
    for row in &rows {
        let of = |rule: &str| {
            let same = |other: &&HashMap<String, String>| {
                other["decision"] == rule && ["metric", "by", "group", "seed"].iter().all(|column| other[*column] == row[*column])
            };
            results.iter().find(same).unwrap()["value"].clone()
        };
        assert_eq!((&row["value_from"], &row["value_to"]), (&of(&row["from"]), &of(&row["to"])), "{row:?}");
        assert!(!row["lower"].is_empty() && !row["p"].is_empty(), "{row:?}");
        assert!(row["metric"] != "gap" || !row["transition"].is_empty(), "{row:?}");
    }
}

#[test]
fn a_difference_between_rules_stands_beside_its_rule_in_tables() {
    let folder = study(
        "compare: {rules: {decision: {baseline: half}, average: [seed], metrics: [gap]}}\n\
         tables: {main: {rows: [decision], columns: [gap, rules.gap]}}",
    );
    fairgrid(["run", "rules.yaml", "--quiet"]).within(&folder).run().ok();
    insta::assert_snapshot!(folder.read("results/rules/leaderboard.md"));
}

#[test]
fn what_is_the_same_under_every_rule_is_not_compared() {
    let folder = study("compare: {rules: {decision: {from: half, to: loose}, metrics: [roc_auc_score]}}");
    insta::assert_snapshot!("unknown_rule", fairgrid(["validate", "rules.yaml"]).within(&folder).run());
    let folder = study("compare: {rules: {decision: {from: half, to: mild}, metrics: [roc_auc_score]}}");
    insta::assert_snapshot!("undecided", fairgrid(["validate", "rules.yaml"]).within(&folder).run());
}

#[test]
fn levels_that_hold_files_are_numbers_by_their_names() {
    let folder = study("compare: {slope: {trend: seed, metrics: [gap]}}");
    let text = folder.read("rules.yaml").replace("average: [seed]\n", "");
    std::fs::write(folder.path("rules.yaml"), text).unwrap();
    let page = fairgrid(["run", "rules.yaml", "--quiet"]).within(&folder).run().ok();
    assert!(page.contains("Comparison: slope"), "{page}");
    assert!(folder.read("results/rules/comparisons.csv").contains(",slope,"));
}
