//! A study of embeddings made elsewhere, from the files to the leaderboard.

use crate::command::{Folder, fairgrid};

const SPEC: &str = "
fairgrid: 1
study: concepts
models:
  before: {embeddings: before.jsonl, columns: {id: id, embedding: vector, label: shown, split: split}}
  after: {embeddings: after.csv, columns: {id: id, embedding: [e0, e1, e2], label: shown, split: split}}
evaluate:
  association:
    sets: {data: photos/test, attribute: [male, female], concepts: [surfboard, car]}
    embed: {normalize: l2}
    metrics: [single_category_association, {ieat_effect_size: {permutations: 1000, as: effect}}]
  geometry:
    data: photos/test
    groups: [gender]
    metrics: [intra_group_cosine, {silhouette_score: {metric: cosine, as: silhouette}}]
compare:
  genders: {gender: all_pairs, metrics: [intra_group_cosine], each: [model], test: permutation}
  change: {models: [before, after], report: [difference, transition], metrics: [effect, single_category_association, intra_group_cosine, silhouette]}
tables:
  association: {rows: [model], columns: [single_category_association, effect]}
  geometry: {rows: [model], columns: [{gender: intra_group_cosine}, silhouette]}
";

/// Vectors of four kinds of photographs; `lean` brings objects nearer to one gender.
fn vectors(lean: f64) -> Vec<(String, &'static str, &'static str, &'static str, [f64; 3])> {
    let kinds = [("male", 1.0, "m"), ("female", -1.0, "f"), ("surfboard", lean, ""), ("car", -lean, "")];
    let of = |item: usize| {
        let (shown, gender, field) = kinds[item % 4];
        let wave = |step: usize| (item as f64 * step as f64).sin() * 0.4;
        // The other split is not to be seen.
        let split = if item < 24 { "test" } else { "train" };
        (format!("p{item}"), shown, field, split, [gender + wave(3), 0.5 + wave(5), wave(7)])
    };
    (0..30).map(of).collect()
}

#[test]
fn associations_and_geometry_reach_the_leaderboard() {
    let lines = |(id, shown, gender, split, [x, y, z]): (String, &str, &str, &str, [f64; 3])| {
        format!(
            "{{\"id\": \"{id}\", \"shown\": \"{shown}\", \"gender\": \"{gender}\", \"split\": \"{split}\", \"vector\": [{x}, {y}, {z}]}}\n"
        )
    };
    let rows = |(id, shown, gender, split, [x, y, z]): (String, &str, &str, &str, [f64; 3])| {
        format!("{id},{shown},{gender},{split},{x},{y},{z}\n")
    };
    let before: String = vectors(0.2).into_iter().map(lines).collect();
    let after: String = vectors(0.6).into_iter().map(rows).collect();
    let folder = Folder::new()
        .file("concepts.yaml", SPEC.trim_start())
        .file("before.jsonl", before)
        .file("after.csv", format!("id,shown,gender,split,e0,e1,e2\n{after}"));
    let ran = fairgrid(["run", "concepts.yaml", "--output", "out", "--quiet"]).within(&folder).run();
    insta::assert_snapshot!(format!("{ran}\n{}\n{}", folder.read("out/results.csv"), folder.read("out/comparisons.csv")));
    // The same again, from the store and anew.
    let results = std::fs::read(folder.path("out/results.csv")).unwrap();
    for more in [&[][..], &["--force"]] {
        let run = ["run", "concepts.yaml", "--output", "out", "--quiet"].iter().chain(more).copied().collect::<Vec<_>>();
        fairgrid(run).within(&folder).run().ok();
        assert_eq!(std::fs::read(folder.path("out/results.csv")).unwrap(), results);
    }
}

/// Two models of different widths, alike in one group more than in the other; the evaluation and the comparison follow.
const ALIKE: &str = "
fairgrid: 1
study: alike
models:
  before: {embeddings: before.csv, columns: {id: id, embedding: [e0, e1, e2, e3, e4]WEIGHT}}
  after: {embeddings: after.csv, columns: {id: id, embedding: [e0, e1, e2, e3, e4, e5, e6, e7]WEIGHT}}
evaluate:
  places: {groups: [tone], metrics: [linear_cka, {linear_cka: {DEBIASEDas: other}}]}
compare:
  change: {models: [before, after], metrics: [linear_cka, other]}
tables:
  alike: {rows: [data], columns: [change.linear_cka, {tone: change.linear_cka}, change.other]}
";

#[test]
fn models_are_as_alike_as_their_gram_matrices_say() {
    let golden: serde_json::Value = serde_json::from_str(include_str!("../oracles/similarity.json")).unwrap();
    let text = |key: &str| golden[key].as_str().unwrap().to_owned();
    for (weight, debiased, plain, other) in [("", "debiased: true, ", "plain", "debiased"), (", weight: w", "", "weighted", "weighted")] {
        let spec = ALIKE.trim_start().replace("WEIGHT", weight).replace("DEBIASED", debiased);
        let folder = Folder::new().file("alike.yaml", spec).file("before.csv", text("before")).file("after.csv", text("after"));
        let ran = fairgrid(["run", "alike.yaml", "--output", "out", "--quiet"]).within(&folder).run();
        if weight.is_empty() {
            insta::assert_snapshot!(format!("{ran}\n{}", folder.read("out/comparisons.csv")));
        }
        let mut seen = 0;
        let comparisons = folder.read("out/comparisons.csv");
        let mut lines = csv::Reader::from_reader(comparisons.as_bytes());
        for line in lines.deserialize::<std::collections::HashMap<String, String>>().map(Result::unwrap) {
            let expected = &golden["expected"][line["group"].trim_start_matches("tone=")];
            let expected = expected[if line["metric"] == "linear_cka" { plain } else { other }].as_f64().unwrap();
            let number = |column: &str| line[column].parse::<f64>().unwrap();
            assert!((number("estimate") - expected).abs() < 1e-9, "{line:?}: {expected}");
            assert!(number("lower") < expected && expected < number("upper"), "{line:?}");
            seen += 1;
        }
        assert_eq!(seen, 6);
    }
}
