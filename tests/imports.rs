//! Predictions made elsewhere, in every format and of every task, through the binary: `results.csv` against scikit-learn and fairlearn.

use std::collections::HashMap;

use crate::command::{Folder, fairgrid, root};

/// Single precision in a score column moves nothing by more; decisions and counts are exact.
const TOLERANCE: f64 = 1e-7;

/// The columns that name a number in `expected.json`; those that an entry leaves out may hold anything.
const NAMES: [&str; 7] = ["metric", "by", "group", "label", "model", "decision", "evaluation"];

fn rows_of(place: &str, study: &str) -> Vec<HashMap<String, String>> {
    let folder = Folder::new();
    let spec = format!("{}/tests/{place}/{study}.yaml", root().display());
    let outcome = fairgrid(["run", spec.as_str(), "--output", "out", "--quiet"]).within(&folder).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let mut reader = csv::Reader::from_path(folder.path("out/results.csv")).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

#[test]
fn numbers_are_those_of_scikit_learn_and_fairlearn() {
    agree("imports");
}

/// Runs every study of `tests/<place>` that its `expected.json` names, and compares the numbers.
pub(crate) fn agree(place: &str) {
    let text = std::fs::read_to_string(root().join(format!("tests/{place}/expected.json"))).unwrap();
    let expected: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert!(!expected.is_empty());
    let mut tables: HashMap<&str, Vec<HashMap<String, String>>> = HashMap::new();
    let mut wrong = Vec::new();
    for entry in &expected {
        let study = entry["study"].as_str().unwrap();
        let rows = tables.entry(study).or_insert_with(|| rows_of(place, study));
        let same = |row: &&HashMap<String, String>| {
            NAMES.iter().all(|name| match entry.get(*name).and_then(serde_json::Value::as_str) {
                // An axis of that study says which vendor a row is of.
                Some(model) if *name == "model" => row["model"] == model || row.get("vendor").is_some_and(|vendor| vendor == model),
                Some(wanted) => row[*name] == wanted,
                None => true,
            })
        };
        let found: Vec<_> = rows.iter().filter(same).collect();
        assert_eq!(found.len(), 1, "{entry}: {} rows", found.len());
        let value: Option<f64> = found[0]["value"].parse().ok();
        let agrees = match (value, entry["value"].as_f64()) {
            (Some(found), Some(wanted)) => (found - wanted).abs() <= TOLERANCE,
            (found, wanted) => found.is_none() == wanted.is_none(),
        };
        if !agrees {
            wrong.push(format!("{entry}: {value:?} ({})", found[0]["reason"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {} numbers:\n{}", wrong.len(), expected.len(), wrong.join("\n"));
}

#[test]
fn items_without_group_or_subject_are_counted() {
    let table = "id,g,person,truth,guess,v,u,w\n1,a,p,y,y,[1 0],1,0\n2,,p,n,n,[0 1],0,0\n3,b,q,y,n,[1 1],1,\n4,b,,y,y,[1 2],,0\n5,,,n,y,[2 1],1,1\n6,a,q,,y,[3 1],,\n";
    let table = table.replace(" ", ";").replace("[", "\"[").replace("]", "]\"").replace(";", ", ");
    let study = |columns: &str, evaluation: &str| {
        let text = format!(
            "fairgrid: 1\nstudy: gaps\nmodels:\n  m: {{{columns}}}\nevaluate:\n  e: {{groups: [g], {evaluation}}}\nuncertainty: {{bootstrap: 0}}\n"
        );
        let folder = Folder::new().file("p.csv", &table).file("gaps.yaml", text);
        let outcome = fairgrid(["validate", "gaps.yaml"]).within(&folder).run();
        assert_eq!(outcome.code, Some(0), "{outcome}");
        format!("{outcome}")
    };
    let decided = "predictions: p.csv, columns: {id: id, label: truth, decision: guess, subject: person}";
    insta::assert_snapshot!(study(decided, "positive: y, metrics: [accuracy_score]"));
    let several = "predictions: p.csv, columns: {id: id, label: {u: u, w: w}, scores: {u: id, w: id}}";
    let told = study(several, "decide: {threshold: 0.5}, metrics: [count]");
    assert!(told.contains("1 of 6 items has no label and counts nowhere"), "{told}");
    let count = fairgrid(["explain", "count"]).run().ok();
    assert!(count.contains("items with a known label"), "{count}");
    let vectors = "embeddings: p.csv, columns: {id: id, embedding: v, subject: person}";
    insta::assert_snapshot!(study(vectors, "pairs: {score: cosine, groups: any}, decide: {threshold: 0.5}, metrics: [false_match_rate]"));
}
