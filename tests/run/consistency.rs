//! Decisions beside vectors, from a file to the leaderboard.

use crate::command::{Folder, fairgrid};

const SPEC: &str = "
fairgrid: 1
study: alike
models:
  vendor: {predictions: vendor.jsonl, columns: {id: id, label: truth, decision: said, embedding: vector}}
evaluate:
  audit:
    groups: [side]
    positive: approved
    metrics: [accuracy_score, {consistency_score: {k: 2}}, {consistency_score_difference: {k: 2, as: gap}}, {consistency_score: {metric: cosine, k: 8, as: all}}]
tables:
  main: {rows: [model], columns: [accuracy_score, consistency_score, {side: consistency_score}, gap, all]}
";

#[test]
fn near_items_that_are_decided_alike_reach_the_leaderboard() {
    // On a line: everybody looks to the left, but for the first of either side.
    let places = [(0, "left", "approved"), (1, "left", "approved"), (2, "left", "approved"), (3, "left", "refused")];
    let others = [(10, "right", "refused"), (11, "right", "approved"), (12, "right", "approved"), (13, "right", "approved")];
    let line = |(place, side, said): (u32, &str, &str)| {
        format!(
            "{{\"id\": \"p{place}\", \"side\": \"{side}\", \"truth\": \"approved\", \"said\": \"{said}\", \"vector\": [{place}, 1.5]}}\n"
        )
    };
    let rows: String = places.into_iter().chain(others).map(line).collect();
    let folder = Folder::new().file("alike.yaml", SPEC.trim_start()).file("vendor.jsonl", rows);
    let ran = fairgrid(["run", "alike.yaml", "--output", "out", "--quiet"]).within(&folder).run();
    let results = folder.read("out/results.csv");
    insta::assert_snapshot!(format!("{ran}\n{results}"));
    let mut lines = csv::Reader::from_reader(results.as_bytes());
    let rows: Vec<std::collections::HashMap<String, String>> = lines.deserialize().map(Result::unwrap).collect();
    let value = |metric: &str, group: &str| {
        let mut found = rows.iter().filter(|row| row["metric"] == metric && row["group"] == group);
        let value: f64 = found.next().unwrap()["value"].parse().unwrap();
        assert!(found.next().is_none());
        value
    };
    // Three of eight items have a neighbour that is decided otherwise, which is one of two: `p3`, `p10` and `p11`.
    assert_eq!(value("consistency_score", ""), 1.0 - 1.5 / 8.0);
    assert_eq!((value("consistency_score", "side=left"), value("consistency_score", "side=right")), (0.875, 0.75));
    assert_eq!(value("gap", ""), 0.125);
    // All eight see all: six see two of eight, two see six.
    assert_eq!(value("all", ""), 1.0 - (6.0 * 0.25 + 2.0 * 0.75) / 8.0);
    // What was said lies beside the vectors in what the run leaves.
    assert!(folder.path("out/predictions/vendor/all.parquet").is_file());
}
