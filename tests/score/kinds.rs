//! A file of which only kinds of items are kept gives the numbers, and the complaints, of one whose items are all kept.

use fairgrid::score::measurement::Measurement;
use fairgrid::score::predictions::kinds::Keep;
use proptest::prelude::*;

use super::{import_keeping, measure};
use crate::command::{Folder, fairgrid};

const EVALUATION: &str = "{groups: [g, [g, h]], positive: 1, decide: given, undefined: exclude, metrics: [accuracy_score, \
     accuracy_score_difference, f1_score_ratio, selection_rate, {equalized_odds_difference: {agg: mean}}, matthews_corrcoef]}";
const COLUMNS: [&str; 3] = [
    "{id: id, label: y, decision: p, probabilities: s}",
    "{label: y, decision: p, classes: [0, 1]}",
    "{id: id, label: y, decision: p, weight: w}",
];

/// Label, decision, group, other group and weight; what is 2 is missing.
type Row = (u8, u8, u8, u8, u8);

fn csv(rows: &[Row], shift: usize) -> String {
    let named = |value: u8, names: [&str; 3]| names[usize::from(value)].to_owned();
    let mut csv = String::from("id,y,p,s,g,h,w\n0,0,1,0.5,a,x,1\n1,1,0,0.5,b,y,1\n");
    for (index, (label, decision, group, other, weight)) in rows.iter().enumerate() {
        // Names that do not rise.
        let id = 10 + (index + shift) % rows.len();
        let (label, decision) = (named(*label, ["0", "1", ""]), named(*decision, ["0", "1", ""]));
        let (group, other) = (named(*group, ["a", "b", ""]), named(*other, ["x", "y", ""]));
        csv.push_str(&format!("{id},{label},{decision},0.{id},{group},{other},{weight}.5\n"));
    }
    csv
}

fn numbers(csv: &str, columns: &str, keep: Keep) -> Vec<Measurement> {
    measure(&import_keeping(csv, columns, &["g", "h"], keep).unwrap(), EVALUATION).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn kinds_have_the_numbers_of_their_items(rows in proptest::collection::vec((0..3u8, 0..3u8, 0..3u8, 0..3u8, 1..3u8), 2..60), shift in 0..9usize) {
        let csv = csv(&rows, shift);
        for columns in COLUMNS {
            prop_assert_eq!(numbers(&csv, columns, Keep::Kinds), numbers(&csv, columns, Keep::Items));
        }
    }
}

/// More rows than are read at a time.
fn long() -> Vec<Row> {
    (0..70_000_u32)
        .map(|row| row.wrapping_mul(2_654_435_761) >> 16)
        .map(|row| [row, row / 3, row / 9, row / 27].map(|cell| (cell % 3) as u8))
        .map(|[a, b, c, d]| (a, b, c, d, 1))
        .collect()
}

#[test]
fn pieces_of_a_long_file_are_put_together() {
    let csv = csv(&long(), 7);
    let kinds = import_keeping(&csv, COLUMNS[0], &["g", "h"], Keep::Kinds).unwrap();
    assert!(kinds.len() <= 81 && kinds.copies().unwrap().iter().sum::<u64>() == 70_002, "{} kinds", kinds.len());
    assert_eq!(measure(&kinds, EVALUATION).unwrap(), numbers(&csv, COLUMNS[0], Keep::Items));
}

#[test]
fn the_same_rows_are_refused() {
    let mut csv = csv(&long(), 0);
    let refused = |csv: &str, columns: &str| {
        let of = |keep: Keep| import_keeping(csv, columns, &["g", "h"], keep).unwrap_err();
        assert_eq!(of(Keep::Kinds), of(Keep::Items));
        of(Keep::Kinds)
    };
    let holes = format!("{csv}70000,1,1,,a,x,1\n,1,0,0.5,b,y,1\n70001,1,0,,b,y,1\n");
    let message = refused(&holes, "{id: id, label: y, decision: p, probabilities: s}");
    assert_eq!(message, "`predictions.csv` cannot be scored: `id` is empty (line 70005); `s` is empty (lines 70004, 70006)");
    csv.push_str("70000,1,1,NaN,a,x,-1\n12,1,0,1.5,b,y,1\n70001,1,0,NaN,b,y,1\n12,1,0,0.5,a,y,inf\n");
    insta::assert_snapshot!(refused(&csv, "{id: id, label: y, decision: p, probabilities: s, weight: w}"));
    csv.push_str("70002,cat,0,0.1,b,y,1\n70003,1,dog,0.1,b,y,1\n70004,cat,0,0.1,b,y,1\n");
    insta::assert_snapshot!(refused(&csv, "{id: id, label: y, decision: p, classes: [0, 1]}"));
}

#[test]
fn where_all_items_differ_they_are_all_kept() {
    let csv: String = std::iter::once("y,p,g,h\n".to_owned())
        .chain((0..6000).map(|row| format!("{},{},g{row},h{row}\n", row % 2, row % 3 % 2)))
        .collect();
    let all = import_keeping(&csv, "{label: y, decision: p}", &["g", "h"], Keep::Kinds).unwrap();
    assert_eq!((all.len(), all.copies()), (6000, None));
}

const STUDY: &str = "
fairgrid: 1
study: audit
models: {claimed: {predictions: claims.csv, columns: {id: id, label: y, decision: p, probabilities: s}}}
evaluate: {test: {groups: [g, [g, h]], positive: 1, undefined: exclude, metrics: [accuracy_score, accuracy_score_difference]}}
uncertainty: {bootstrap: 100, null: {permutations: 100}}
";

#[test]
fn results_are_the_same_whether_predictions_are_written_or_not() {
    let rows: Vec<Row> = (0..200_u8).map(|row| (row % 2, row / 3 % 3, row / 5 % 3, row % 3, 1)).collect();
    let folder = Folder::new().file("audit.yaml", STUDY).file("claims.csv", csv(&rows, 3));
    let results = |output: &str, more: &[&str]| {
        let arguments = ["run", "audit.yaml", "--quiet", "--store", output, "--output", output];
        let outcome = fairgrid(arguments.iter().chain(more)).within(&folder).run();
        assert_eq!(outcome.code, Some(0), "{outcome}");
        std::fs::read_to_string(folder.path(&format!("{output}/results.csv"))).unwrap()
    };
    assert_eq!(results("kinds", &["--no-predictions"]), results("items", &[]));
    assert!(folder.path("items/predictions").is_dir() && !folder.path("kinds/predictions").exists());
}

#[test]
fn what_another_seed_made_of_an_item_needs_the_item() {
    let rows: Vec<Row> = (0..60_u8).map(|row| (row % 2, row / 3 % 2, row / 5 % 3, row % 3, 1)).collect();
    let study = STUDY
        .replace("decision: p", "decision: $seed.says")
        .replace("evaluate:", "grid: {seed: {a: {says: p}, b: {says: y}}}\nevaluate:")
        .replace("bootstrap: 100,", "bootstrap: 100, include: [seed],");
    let folder = Folder::new().file("audit.yaml", study).file("claims.csv", csv(&rows, 3));
    let averages = |output: &str, more: &[&str]| {
        let arguments = ["run", "audit.yaml", "--quiet", "--store", output, "--output", output];
        fairgrid(arguments.iter().chain(more)).within(&folder).run().ok();
        std::fs::read_to_string(folder.path(&format!("{output}/averages.csv"))).unwrap()
    };
    assert_eq!(averages("kinds", &["--no-predictions"]), averages("items", &[]));
}
