//! What a run leaves of its decisions.

use std::fs::File;

use arrow::array::{AsArray, RecordBatch};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::command::{Folder, fairgrid};

const SPEC: &str = r"
fairgrid: 1
study: rules
models:
  claimed: {predictions: claims.csv, columns: {id: id, label: y, scores: s, split: split}}
evaluate:
  audit:
    data: d/test
    groups: [skin]
    positive: refer
    decide:
      - {threshold: {maximize: accuracy_score, split: d/validation}, as: one}
      - {threshold: {at: {recall_score: 1.0}, split: d/validation, by: skin}, as: own}
    metrics: [recall_score, recall_score_difference]
tables:
  main: {rows: [decision], columns: [recall_score, recall_score_difference]}
";

/// In the skin `dark`, every score is 0.5 lower.
fn claims() -> String {
    let mut text = "id,y,s,split,skin\n".to_owned();
    for (split, first) in [("validation", 0), ("test", 100)] {
        for item in 0..20 {
            let (skin, lower) = if item % 2 == 0 { ("light", 0.0) } else { ("dark", 0.5) };
            let (truth, score) =
                if item % 4 < 2 { ("refer", 0.8 + 0.001 * f64::from(item)) } else { ("stay", 0.55 + 0.001 * f64::from(item)) };
            text.push_str(&format!("p{},{truth},{},{split},{skin}\n", first + item, score - lower));
        }
    }
    text
}

fn decided(folder: &Folder) -> RecordBatch {
    let file = File::open(folder.path("out/decisions/claimed/audit.parquet")).unwrap();
    ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap().next().unwrap().unwrap()
}

#[test]
fn decisions_of_every_rule_are_written_beside_the_truth() {
    let folder = Folder::new().file("rules.yaml", SPEC.trim_start()).file("claims.csv", claims());
    insta::assert_snapshot!(fairgrid(["run", "rules.yaml", "--output", "out", "--quiet"]).within(&folder).run());
    let batch = decided(&folder);
    let names: Vec<String> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
    assert_eq!(names, ["id", "target", "decision.one", "decision.own"]);
    let column = |name: &str| -> Vec<String> {
        batch.column_by_name(name).unwrap().as_string::<i32>().iter().map(|text| text.unwrap().to_owned()).collect()
    };
    assert_eq!(column("decision.own"), column("target"));
    assert_ne!(column("decision.one"), column("target"));
    let bytes = std::fs::read(folder.path("out/decisions/claimed/audit.parquet")).unwrap();
    fairgrid(["run", "rules.yaml", "--output", "out", "--quiet", "--force"]).within(&folder).run().ok();
    assert_eq!(std::fs::read(folder.path("out/decisions/claimed/audit.parquet")).unwrap(), bytes);
}

#[test]
fn no_decisions_are_written_where_none_are_wanted() {
    let folder = Folder::new().file("rules.yaml", SPEC.trim_start()).file("claims.csv", claims());
    fairgrid(["run", "rules.yaml", "--output", "out", "--quiet", "--no-predictions"]).within(&folder).run().ok();
    assert!(!folder.path("out/decisions").exists() && !folder.path("out/predictions").exists());
}

#[test]
fn an_evaluation_that_cannot_be_scored_is_told_on_the_terminal_and_in_the_table() {
    let spec = SPEC.replace("rows: [decision]", "rows: [evaluation, decision]").replace(
        "\ntables:",
        "
  beside:
    data: d/none
    groups: [skin]
    positive: refer
    decide: {threshold: {maximize: recall_score, split: d/nobody}}
    metrics: [recall_score]
tables:",
    );
    let nobody: String = (200..210).map(|item| format!("p{item},stay,0.{item},nobody,dark\nq{item},refer,0.{item},none,light\n")).collect();
    let folder = Folder::new().file("rules.yaml", spec.trim_start()).file("claims.csv", claims() + &nobody);
    insta::assert_snapshot!(fairgrid(["run", "rules.yaml", "--output", "out", "--quiet"]).within(&folder).run());
    let results = folder.read("out/results.csv");
    let failed: Vec<&str> = results.lines().filter(|line| line.contains(",failed,")).collect();
    assert!(matches!(failed.as_slice(), [one] if one.starts_with("rules,claimed,beside,")), "{failed:?}");
}
