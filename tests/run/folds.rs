//! Cross-validation: an axis of folds, each with a model of its own, averaged or pooled.

use super::{EVALUATE, call, learner, study};
use crate::command::{Folder, fairgrid};

/// Which side a square is on says nothing of its gray: some are right by chance, some are not.
const DATA: &str = "data: {squares: {card: squares.yaml, label: side, folds: {k: 4, stratify: [side], seed: 1}}}\n";

fn folded(name: &str, more: &str) -> Folder {
    let evaluate = EVALUATE.replace("groups: [side]", "groups: [shade]");
    study(name, &format!("{DATA}models: {{net: {}}}\n{evaluate}{more}", learner("0")))
}

/// `(fold, group, value, n)` of every number of a run.
fn numbers(folder: &Folder, name: &str) -> Vec<(String, String, f64, u64)> {
    let text = folder.read(&format!("results/{name}/results.csv"));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let (fold, group, value, n) = (column("fold"), column("group"), column("value"), column("n"));
    let row = |row: csv::StringRecord| (row[fold].to_owned(), row[group].to_owned(), row[value].parse().unwrap(), row[n].parse().unwrap());
    reader.records().map(|record| row(record.unwrap())).collect()
}

#[test]
fn what_is_pooled_is_scored_as_one_and_every_item_once() {
    let each = folded("each", "average: [fold]");
    insta::assert_snapshot!(call(&each, &["run", "each.yaml"]).run());
    let pooled = folded("pooled", "pool: [fold]");
    insta::assert_snapshot!(call(&pooled, &["run", "pooled.yaml"]).run());
    let each = numbers(&each, "each");
    let pooled = numbers(&pooled, "pooled");
    for (fold, group, value, n) in &pooled {
        assert_eq!(fold, "");
        let parts: Vec<_> = each.iter().filter(|part| part.1 == *group).collect();
        assert_eq!(parts.len(), 4);
        assert_eq!(parts.iter().map(|part| part.3).sum::<u64>(), *n);
        let right: f64 = parts.iter().map(|part| part.2 * part.3 as f64).sum();
        assert!((right - value * *n as f64).abs() < 1e-6, "{group}: {right} of {n}, {value}");
    }
    assert!(pooled.iter().any(|(_, _, value, _)| *value > 0.0 && *value < 1.0), "{pooled:?}");
    assert_eq!(pooled.iter().filter(|number| number.1.is_empty()).map(|number| number.3).collect::<Vec<_>>(), [40]);
}

#[test]
fn a_fold_is_run_alone_and_its_images_are_those_of_its_part() {
    let folder = folded("alone", "average: [fold]");
    let outcome = call(&folder, &["run", "alone.yaml", "--only", "fold=2"]).run();
    assert!(outcome.stderr.contains("1 cell to run"), "{outcome}");
    let numbers = numbers(&folder, "alone");
    assert!(numbers.iter().all(|number| number.0 == "2"), "{numbers:?}");
    let whole = call(&folder, &["run", "alone.yaml"]).run();
    assert!(whole.stderr.contains("3 cells to run"), "{whole}");
    let pooled = folded("pooled", "pool: [fold]");
    let refused = call(&pooled, &["run", "pooled.yaml", "--only", "fold=2"]).run();
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(refused.stderr.contains("the levels of `fold` are pooled"), "{refused}");
}

#[test]
fn files_of_folds_made_elsewhere_are_pooled() {
    let file = |first: u32| {
        (first..first + 3).map(|id| format!("i{id},yes,{},{}\n", if id % 2 == 0 { "yes" } else { "no" }, id % 3)).collect::<String>()
    };
    let folder = Folder::new()
        .file("f0.csv", format!("id,truth,guess,tone\n{}", file(0)))
        .file("f1.csv", format!("id,truth,guess,tone\n{}x,no,no,3\n", file(3)))
        .file(
            "files.yaml",
            "fairgrid: 1\nstudy: files\ngrid: {part: [f0.csv, f1.csv]}\nmodels: {claims: {predictions: $part, columns: {id: id, label: truth, \
             decision: guess}}}\nevaluate: {all: {groups: [tone], positive: 'yes', metrics: [accuracy_score, true_positive_rate]}}\npool: \
             [part]\nuncertainty: {bootstrap: 0}\n",
        );
    insta::assert_snapshot!(call(&folder, &["run", "files.yaml"]).run());
}

#[test]
fn vectors_that_no_metric_reads_are_not_pooled_and_hinder_nothing() {
    let file = |first: u32| (first..first + 4).map(|id| format!("i{id},{},yes,\"[{id}, 1]\"\n", if id % 2 == 0 { "yes" } else { "no" }));
    let study = |metrics: &str| {
        let text = format!(
            "fairgrid: 1\nstudy: vectors\ngrid: {{part: [f0.csv, f1.csv]}}\nmodels: {{claims: {{predictions: $part, columns: {{id: id, label: \
             truth, decision: guess, embedding: vector}}}}}}\nevaluate: {{all: {{positive: 'yes', metrics: [{metrics}]}}}}\npool: \
             [part]\nuncertainty: {{bootstrap: 0}}\n"
        );
        [("f0.csv", 0), ("f1.csv", 4)].into_iter().fold(Folder::new().file("vectors.yaml", text), |folder, (name, first)| {
            folder.file(name, format!("id,truth,guess,vector\n{}", file(first).collect::<String>()))
        })
    };
    let folder = study("accuracy_score");
    call(&folder, &["run", "vectors.yaml"]).run().ok();
    let results = folder.read("results/vectors/results.csv");
    let mut table = csv::Reader::from_reader(results.as_bytes());
    let rows: Vec<std::collections::HashMap<String, String>> = table.deserialize().map(Result::unwrap).collect();
    assert_eq!(rows.iter().map(|row| (row["value"].as_str(), row["n"].as_str())).collect::<Vec<_>>(), [("0.5", "8")]);
    let refused = call(&study("accuracy_score, {consistency_score: {k: 2}}"), &["validate", "vectors.yaml"]).run();
    assert_eq!(refused.code, Some(2), "{refused}");
    let reason = "`part` cannot be pooled: the vectors of one encoder say nothing beside those of another";
    assert!(refused.stderr.contains(reason), "{refused}");
}

#[test]
fn a_fold_that_fails_leaves_nothing_to_pool() {
    let evaluate = EVALUATE.replace("groups: [side]", "groups: [shade]");
    let model = super::faulty_model("$kind");
    let folder = study("broken", &format!("{DATA}grid: {{kind: [fair, abort]}}\nmodels: {{net: {model}}}\n{evaluate}pool: [fold]\n"));
    insta::assert_snapshot!(call(&folder, &["run", "broken.yaml"]).run());
}

/// Two vendors' claims about people of their own, each beside a validation split: the second one's scores are 10 higher, so that a
/// threshold of one is right about nobody of the other.
fn claims() -> Folder {
    let rows = |fold: u32| {
        let mut text = "id,y,s,split,skin\n".to_owned();
        for (split, items) in [("validation", 0..40), ("test", 40..60)] {
            for item in items {
                let (truth, score) = if item % 2 == 0 { ("yes", 0.6) } else { ("no", 0.4) };
                // Of the second, every tenth is on the wrong side.
                let score =
                    if fold == 1 && item % 10 == 9 { 1.0 - score } else { score } + 0.001 * f64::from(item) + 10.0 * f64::from(fold);
                let skin = if item % 3 == 0 { "dark" } else { "light" };
                text.push_str(&format!("{fold}-{item},{truth},{score:.3},{split},{skin}\n"));
            }
        }
        text
    };
    Folder::new().file("f0.csv", rows(0)).file("f1.csv", rows(1))
}

const RULES: &str = "fairgrid: 1
study: rules
grid: {part: [f0.csv, f1.csv]}
models:
  claims: {predictions: $part, columns: {id: id, label: y, scores: s, split: split}}
evaluate:
  audit:
    data: d/test
    groups: [skin]
    positive: 'yes'
    decide: {threshold: {maximize: accuracy_score, split: d/validation}, as: tuned}
    metrics: [accuracy_score, recall_score_difference]
";

/// `(value, n)` of a metric of all items, fold by fold.
fn overall(folder: &Folder, metric: &str) -> Vec<(f64, f64)> {
    let text = folder.read("out/results.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let (of, by, value, n) = (column("metric"), column("by"), column("value"), column("n"));
    let rows = reader.records().map(Result::unwrap).filter(|row| &row[of] == metric && row[by].is_empty());
    rows.map(|row| (row[value].parse().unwrap(), row[n].parse().unwrap())).collect()
}

#[test]
fn each_fold_decides_with_the_rule_that_it_was_fitted() {
    let spec = |more: &str| format!("{RULES}{more}");
    let run = |more: &str| {
        let folder = claims().file("rules.yaml", spec(more));
        (fairgrid(["run", "rules.yaml", "--output", "out", "--quiet"]).within(&folder).run(), folder)
    };
    let (shown, pooled) = run("pool: [part]\nuncertainty: {bootstrap: 0}\n");
    insta::assert_snapshot!(shown);
    insta::assert_snapshot!(pooled.read("out/decisions/claims/audit.json"));
    // As many are right as in each fold by itself.
    let (_, each) = run("average: [part]\nuncertainty: {bootstrap: 0}\n");
    let each = overall(&each, "accuracy_score");
    assert_eq!(each.len(), 2);
    let right: f64 = each.iter().map(|(share, n)| share * n).sum();
    assert_eq!(overall(&pooled, "accuracy_score"), [(right / 40.0, 40.0)]);
    // The same command again, from the store and anew, writes the same bytes.
    let results = pooled.read("out/results.csv");
    fairgrid(["run", "rules.yaml", "--output", "out", "--quiet", "--force"]).within(&pooled).run().ok();
    assert_eq!(pooled.read("out/results.csv"), results);
}

#[test]
fn a_rule_of_folds_is_fitted_on_the_validation_of_each() {
    let evaluate = EVALUATE.replace(
        "metrics:",
        "positive: left, decide: {threshold: {maximize: accuracy_score, split: squares/validation, of: softmax}, as: tuned}, metrics:",
    );
    let folder = study(
        "taught",
        &format!(
            "{}models: {{net: {}}}\n{}pool: [fold]\n",
            DATA.replace("k: 4", "k: 4, validation: 1"),
            learner("0"),
            evaluate.replace("[side]", "[shade]")
        ),
    );
    insta::assert_snapshot!(call(&folder, &["run", "taught.yaml"]).run());
    let found: serde_json::Value = serde_json::from_str(&folder.read("results/taught/decisions/net/test.json")).unwrap();
    let folds = found["folds"].as_object().unwrap();
    assert_eq!(folds.keys().collect::<Vec<_>>(), ["fold=0", "fold=1", "fold=2", "fold=3"]);
    for fold in folds.values() {
        assert_eq!(fold["rules"]["tuned"]["items"], 10);
    }
}

#[test]
fn each_fold_has_a_map_of_its_own() {
    let evaluate = "decide: {threshold: {maximize: accuracy_score, split: d/validation}, as: tuned}\n    metrics: [accuracy_score, \
                    recall_score_difference]";
    let run = |merged: &str| {
        let spec = RULES.replace(evaluate, "calibrate: {method: isotonic, split: d/validation}\n    metrics: [brier_score_loss]");
        let folder = claims().file("rules.yaml", format!("{spec}{merged}: [part]\nuncertainty: {{bootstrap: 0}}\n"));
        fairgrid(["run", "rules.yaml", "--output", "out", "--quiet"]).within(&folder).run().ok();
        overall(&folder, "brier_score_loss")
    };
    let (pooled, each) = (run("pool"), run("average"));
    let mean = |numbers: &[(f64, f64)]| numbers.iter().map(|(value, n)| value * n).sum::<f64>() / 40.0;
    assert_eq!((pooled.len(), each.len()), (1, 2));
    assert!((mean(&pooled) - mean(&each)).abs() < 1e-12 && each[0].0 < each[1].0, "{pooled:?} {each:?}");
}

#[test]
fn a_fold_that_tells_no_rule_is_named() {
    let folder =
        claims().file("rules.yaml", format!("{RULES}pool: [part]\n").replace("maximize: accuracy_score", "at: {precision_score: 0.99}"));
    insta::assert_snapshot!(fairgrid(["run", "rules.yaml", "--output", "out", "--quiet"]).within(&folder).run());
}
