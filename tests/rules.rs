//! Rules that make groups fare alike, and calibration, through the binary: what they are found to be against fairlearn, AIF360 and scikit-learn.

use std::collections::HashMap;

use fairgrid::score::rule::calibrate::{Item, Map, platt};
use serde_json::Value;

use crate::command::{Folder, fairgrid, root};

/// Scores between those of the data, at which the rules are compared; as in tests/oracles/rules.py.
const PROBES: [f64; 10] = [0.0305, 0.1505, 0.2505, 0.3505, 0.4505, 0.5505, 0.6505, 0.7505, 0.8505, 0.9505];

fn run() -> Folder {
    let folder = Folder::new();
    let spec = format!("{}/tests/imports/rules.yaml", root().display());
    let outcome = fairgrid(["run", spec.as_str(), "--output", "out", "--quiet"]).within(&folder).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    folder
}

fn rows(folder: &Folder) -> Vec<HashMap<String, String>> {
    csv::Reader::from_path(folder.path("out/results.csv")).unwrap().deserialize().map(Result::unwrap).collect()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

/// The chance that a rule, as it is written beside the decisions, gives to a score.
fn chance(steps: &Value, score: f64) -> f64 {
    let step = steps["steps"].as_array().unwrap().iter().find(|step| score >= number(&step["from"]));
    step.map_or_else(|| number(&steps["otherwise"]), |step| number(&step["chance"]))
}

#[test]
fn rules_are_found_where_fairlearn_and_aif360_find_them() {
    let folder = run();
    let expected: Value = serde_json::from_str(include_str!("imports/rules.json")).unwrap();
    let written = ["three/all", "two/pair"].map(|name| folder.read(&format!("out/decisions/{name}.json")));
    let written = written.map(|text| serde_json::from_str::<Value>(&text).unwrap());
    for (rule, groups) in expected["chances"].as_object().unwrap() {
        let found = written.iter().find_map(|file| file["rules"].get(rule)).unwrap_or_else(|| panic!("no {rule}"));
        for (group, wanted) in groups.as_object().unwrap() {
            for (probe, wanted) in PROBES.iter().zip(wanted.as_array().unwrap()) {
                let chance = chance(&found["own"][group], *probe);
                // Fairlearn looks at a grid, and AIF360's programme is solved by iteration.
                assert!((chance - number(wanted)).abs() < 2e-5, "{rule} in {group} at {probe}: {chance}, not {wanted}");
            }
        }
    }
}

#[test]
fn calibration_is_that_of_scikit_learn() {
    let folder = run();
    let rows = rows(&folder);
    let expected: Value = serde_json::from_str(include_str!("imports/rules.json")).unwrap();
    for (method, groups) in expected["calibrated"].as_object().unwrap() {
        for (group, wanted) in groups.as_object().unwrap().iter().filter(|(group, _)| !group.is_empty()) {
            let of_group = |row: &&HashMap<String, String>| row["group"] == *group || (group == "whole" && row["group"].is_empty());
            let row = rows.iter().find(|row| row["evaluation"] == *method && of_group(row)).unwrap();
            let found: f64 = row["value"].parse().unwrap();
            assert!((found - number(wanted)).abs() < 1e-5, "{method} in {group}: {found}, not {wanted}");
        }
    }
}

#[test]
fn a_curve_of_equal_scores_is_level() {
    // Their mean is not 0.3, but for the last bit.
    let items = [1, 0, 0, 1, 0, 0, 0, 1, 0, 0].map(|label| Item { score: 0.3, positive: label == 1, weight: 1.0 });
    let Map::Logistic { slope, intercept } = platt::fit(&items).unwrap() else { panic!("no curve") };
    // The mean of the targets, drawn in by one item each.
    let mean = (3.0 * 4.0 / 5.0 + 7.0 / 9.0) / 10.0_f64;
    assert!(slope.abs() < 1e-12 && (intercept - (mean / (1.0 - mean)).ln()).abs() < 1e-9, "{slope}, {intercept}");
}

#[test]
fn rules_keep_what_they_promise_on_other_items() {
    let folder = run();
    let rows = rows(&folder);
    let rates = |rule: &str, metric: &str| -> Vec<f64> {
        let of_rule = rows.iter().filter(|row| row["decision"] == rule && row["metric"] == metric && !row["group"].is_empty());
        of_rule.map(|row| row["value"].parse().unwrap()).collect()
    };
    let spread = |rates: Vec<f64>| {
        assert!(rates.len() >= 2);
        rates.iter().copied().fold(f64::MIN, f64::max) - rates.iter().copied().fold(f64::MAX, f64::min)
    };
    // 60 to 130 items in each group's share: within three standard errors of a difference.
    for (rule, metric) in [
        ("demographic_parity", "selection_rate"),
        ("true_positive_rate_parity", "recall_score"),
        ("equalized_odds", "recall_score"),
        ("equalized_odds", "false_positive_rate"),
        ("equalized_odds_of_decisions", "selection_rate"),
    ] {
        let spread = spread(rates(rule, metric));
        assert!(spread < 0.2, "{rule}: {metric} differs by {spread}");
    }
    assert!(rates("levelling_up", "recall_score").into_iter().all(|rate| rate > 0.7));
}

#[test]
fn what_is_drawn_hangs_on_the_item_alone() {
    let text = std::fs::read_to_string(root().join("tests/imports/rules_two.csv")).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let mut backwards: Vec<&str> = rows.lines().collect();
    backwards.reverse();
    let spec = r"
fairgrid: 1
study: drawn
models:
  forth: {predictions: forth.csv, columns: {id: id, label: y, scores: score, split: split}}
  back: {predictions: back.csv, columns: {id: id, label: y, scores: score, split: split}}
evaluate:
  audit:
    data: d/test
    groups: [race]
    positive: ill
    decide: {equalized_odds: {by: race, split: d/validation, seed: 3}}
    metrics: [accuracy_score, selection_rate, equal_opportunity_difference]
";
    let folder = Folder::new()
        .file("drawn.yaml", spec.trim_start())
        .file("forth.csv", &text)
        .file("back.csv", format!("{header}\n{}\n", backwards.join("\n")));
    fairgrid(["run", "drawn.yaml", "--output", "out", "--quiet"]).within(&folder).run().ok();
    let all = self::rows(&folder);
    let of = |model: &str| -> Vec<String> {
        let mut values: Vec<String> = all
            .iter()
            .filter(|row| row["model"] == model)
            .map(|row| format!("{} {} {}", row["metric"], row["group"], row["value"]))
            .collect();
        values.sort();
        values
    };
    assert!(!of("forth").is_empty());
    assert_eq!(of("forth"), of("back"));
}

/// 60 people of each group in `groups`, by split; of the group `one` all are negatives in the validation split.
fn people(name: &str, groups: [&str; 2], one: &str) -> String {
    let mut text = "id,truth,score,tone,part\n".to_owned();
    for (part, tones) in ["validation", "test"].into_iter().zip(groups) {
        for (tone, row) in tones.chars().flat_map(|tone| (0..60).map(move |row| (tone, row))) {
            let positive = row % 5 < 2 && !(part == "validation" && one.contains(tone));
            let score = (row * 37 % 100) as f64 / 200.0 + if positive { 0.4 } else { 0.1 };
            text += &format!("{name}{part}{tone}{row},{},{score:.3},{tone},{part}\n", u8::from(positive));
        }
    }
    text
}

fn by_tone(evaluation: &str, pooled: bool) -> String {
    format!(
        "fairgrid: 1\nstudy: tones\n{}models: {{net: {{predictions: {}, columns: {{id: id, label: truth, scores: score, split: part}}}}}}\nevaluate:\n  \
         audit: {{data: net/test, groups: [tone], positive: 1, {evaluation}, metrics: [recall_score, recall_score_difference]}}\nuncertainty: \
         {{bootstrap: 100, null: {{permutations: 100}}}}\n{}",
        if pooled { "grid: {fold: {one: one.csv, two: two.csv}}\n" } else { "" },
        if pooled { "$fold" } else { "one.csv" },
        if pooled { "pool: [fold]\n" } else { "" },
    )
}

/// The kinds of rules that have a number a group, and calibration.
const BY_TONE: [&str; 5] = [
    "decide: {threshold: 0.5}, calibrate: {method: platt, by: tone, split: net/validation}",
    "decide: {threshold: {maximize: balanced_accuracy_score, by: tone, split: net/validation}}",
    "decide: {equalized_odds: {by: tone, split: net/validation}}",
    "decide: {threshold_optimizer: {constraint: equal_opportunity, by: tone, split: net/validation}}",
    "decide: {levelling_up: {metric: true_positive_rate, at_least: 0.5, by: tone, split: net/validation}}",
];

#[test]
fn numbers_of_a_group_that_a_rule_has_not_met_say_so() {
    let mut told = String::new();
    for evaluation in BY_TONE {
        let folder = Folder::new().file("one.csv", people("a", ["ab", "abc"], "")).file("tones.yaml", by_tone(evaluation, false));
        fairgrid(["run", "tones.yaml", "--output", "out", "--quiet"]).within(&folder).run().ok();
        for row in rows(&folder).iter().filter(|row| !row["reason"].is_empty()) {
            told += &format!("{} {} [{}]: {}\n", row["metric"], row["by"], row["group"], row["reason"]);
        }
    }
    let folder = Folder::new()
        .file("one.csv", people("a", ["ab", "abc"], ""))
        .file("two.csv", people("b", ["abc", "abc"], ""))
        .file("tones.yaml", by_tone(BY_TONE[0], true));
    fairgrid(["run", "tones.yaml", "--output", "out", "--quiet"]).within(&folder).run().ok();
    for row in rows(&folder).iter().filter(|row| !row["reason"].is_empty()) {
        told += &format!("pooled {} {} [{}]: {}\n", row["metric"], row["by"], row["group"], row["reason"]);
    }
    insta::assert_snapshot!("unseen_groups", told);
}

#[test]
fn a_group_of_one_class_is_told_with_its_counts() {
    let mut told = String::new();
    for evaluation in BY_TONE {
        let folder = Folder::new().file("one.csv", people("a", ["abc", "abc"], "c")).file("tones.yaml", by_tone(evaluation, false));
        let outcome = fairgrid(["run", "tones.yaml", "--output", "out"]).within(&folder).run();
        assert_eq!(outcome.code, Some(4), "{outcome}");
        told += outcome.stderr.lines().find(|line| line.contains("FAILED")).unwrap();
        told += "\n";
    }
    insta::assert_snapshot!("groups_of_one_class", told);
}
