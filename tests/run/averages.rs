//! Means over seeds through the binary: the table's interval, and `averages.csv`.

use std::collections::HashMap;

use super::table;
use crate::command::{Folder, fairgrid};

const SPEC: &str = r"
fairgrid: 1
study: seeds
grid:
  seed:
    first: {bce: bce-0.csv, focal: focal-0.csv}
    second: {bce: bce-1.csv, focal: focal-1.csv}
    third: {bce: bce-2.csv, focal: focal-2.csv}
models:
  bce: {predictions: $seed.bce, columns: {id: id, label: y, decision: d}}
  focal: {predictions: $seed.focal, columns: {id: id, label: y, decision: d}}
evaluate:
  audit:
    groups: [tone]
    positive: coat
    metrics: [accuracy_score, {recall_score_difference: {as: gap}}, {accuracy_score_group_min: {as: worst}}]
average: [seed]
uncertainty: {bootstrap: 400, include: [seed], null: {permutations: 0}}
tables:
  main: {rows: [model], columns: [accuracy_score, gap, {tone: accuracy_score}], sort: accuracy_score}
";

/// Every model errs on each eighth item, and on some more of each thirteen.
fn claims(misses: usize) -> String {
    let mut text = "id,y,d,tone\n".to_owned();
    for item in 0..100 {
        let missed = item % 8 == 0 || item % 13 < misses;
        let truth = if item % 3 == 0 { "coat" } else { "shirt" };
        let other = if truth == "coat" { "shirt" } else { "coat" };
        text.push_str(&format!("i{item},{truth},{},{}\n", if missed { other } else { truth }, ["light", "dark"][item % 2]));
    }
    text
}

fn folder(spec: &str) -> Folder {
    let files = [("bce", [0, 1, 3]), ("focal", [2, 2, 2])];
    let named = files.iter().flat_map(|(loss, misses)| misses.iter().zip(0..).map(move |(misses, seed)| (loss, seed, *misses)));
    let folder = Folder::new().file("seeds.yaml", spec.trim_start());
    named.fold(folder, |folder, (loss, seed, misses)| folder.file(&format!("{loss}-{seed}.csv"), claims(misses)))
}

#[test]
fn a_table_of_means_tells_how_far_another_seed_would_move_them() {
    let folder = folder(SPEC);
    let outcome = fairgrid(["run", "seeds.yaml", "--output", "out", "--quiet"]).within(&folder).run();
    insta::assert_snapshot!(outcome);
    insta::assert_snapshot!(folder.read("out/averages.csv"));
    let bytes = folder.read("out/averages.csv");
    fairgrid(["run", "seeds.yaml", "--output", "out", "--quiet", "--force"]).within(&folder).run().ok();
    assert_eq!(folder.read("out/averages.csv"), bytes);
}

#[test]
fn a_table_of_one_level_or_rule_has_the_interval_of_its_means() {
    // The levels of `gone` differ in their numbers, and so do the rules.
    let axis = "  gone: {some: {by: 0.4}, all: {by: 0.6}}\nmodels:";
    let spec = SPEC
        .replace("models:", axis)
        .replace("decision: d}", "scores: s}")
        .replace("    positive: coat\n", "    positive: coat\n    decide: [{threshold: $gone.by, as: own}, {threshold: 0.5, as: half}]\n");
    let pinned = "  pinned: {rows: [model], columns: [accuracy_score], where: {gone: all, decision: own}, sort: accuracy_score}\n";
    let spec = spec.replace("rows: [model]", "rows: [model, gone, decision]") + pinned;
    let folder = ["bce-0", "bce-1", "bce-2", "focal-0", "focal-1", "focal-2"].iter().enumerate().fold(
        Folder::new().file("seeds.yaml", spec.trim_start()),
        |folder, (place, name)| {
            let row = |item: usize| {
                let score = ((item * 37 + place * 11) % 50 + item % 2 * (50 - place % 3 * 9)) as f64 / 100.0;
                format!("i{item},{},{score},{}\n", ["shirt", "coat"][item % 2], ["light", "dark"][item / 2 % 2])
            };
            let rows: String = (0..100).map(row).collect();
            folder.file(&format!("{name}.csv"), format!("id,y,s,tone\n{rows}"))
        },
    );
    fairgrid(["run", "seeds.yaml", "--output", "out", "--quiet"]).within(&folder).run().ok();
    let lines = table(&folder, "out/leaderboard.csv");
    let ends = |row: &HashMap<String, String>| ["value", "lower", "upper"].map(|column| row[column].clone());
    let of = |name: &'static str| lines.iter().filter(move |row| row["table"] == name);
    let pinned: Vec<_> = of("pinned").map(ends).collect();
    let main: Vec<_> = of("main")
        .filter(|row| row["gone"] == "all" && row["decision"] == "own" && row["metric"] == "accuracy_score" && row["by"].is_empty())
        .map(ends)
        .collect();
    assert_eq!(pinned, main);
    assert_eq!(pinned.len(), 2);
}

#[test]
fn without_include_a_mean_says_that_its_interval_knows_of_no_seeds() {
    let folder = folder(&SPEC.replace("include: [seed], ", ""));
    let outcome = fairgrid(["run", "seeds.yaml", "--output", "out", "--quiet"]).within(&folder).run();
    assert!(outcome.to_string().contains("variation between the averaged cells is not in it"), "{outcome}");
    assert!(!folder.path("out/averages.csv").exists());
}

#[test]
fn differences_of_means_know_of_the_seeds_that_are_included() {
    let compared = format!("{}compare: {{losses: {{model: {{baseline: bce}}, average: [seed], metrics: [accuracy_score]}}}}\n", SPEC);
    let row = |spec: &str| -> std::collections::HashMap<String, String> {
        let folder = folder(spec);
        fairgrid(["run", "seeds.yaml", "--output", "out", "--quiet"]).within(&folder).run().ok();
        let mut reader = csv::Reader::from_path(folder.path("out/comparisons.csv")).unwrap();
        reader.deserialize().map(Result::unwrap).find(|row: &std::collections::HashMap<String, String>| row["by"].is_empty()).unwrap()
    };
    let (told, untold) = (row(&compared), row(&compared.replace("include: [seed], ", "")));
    let number = |row: &std::collections::HashMap<String, String>, column: &str| row[column].parse::<f64>().unwrap();
    let width = |row| number(row, "upper") - number(row, "lower");
    // The seeds of one model err in 0 to 3 items of 13 beyond the eighths, those of the other in 2.
    assert_eq!(told["estimate"], untold["estimate"]);
    assert!(width(&told) > 2.0 * width(&untold), "{told:?} {untold:?}");
    assert!(number(&told, "p") > number(&untold, "p"), "{told:?} {untold:?}");
}

#[test]
fn two_seeds_are_said_to_tell_little() {
    let folder = folder(&SPEC.replace("    third: {bce: bce-2.csv, focal: focal-2.csv}\n", ""));
    let outcome = fairgrid(["run", "seeds.yaml", "--output", "out", "--quiet"]).within(&folder).run();
    assert!(outcome.to_string().contains("two cells tell little: take three or more"), "{outcome}");
}
