//! Numbers and differences that rest on few subjects.

use std::collections::HashMap;

use crate::command::{Folder, fairgrid};

/// 400 items of so many subjects; the first model is wrong about every `wrong[0]`-th item of a subject with an even number, and so on.
fn predictions(subjects: usize, wrong: [usize; 2]) -> String {
    let row = |item: usize| {
        let subject = item % subjects;
        let (label, wrong) = (item / subjects % 2, (item / subjects).is_multiple_of(wrong[subject % 2]));
        format!("i{item},{label},{},s{subject},{}\n", label ^ usize::from(wrong), ["x", "y"][item / 7 % 2])
    };
    format!("id,y,d,who,g\n{}", (0..400).map(row).collect::<String>())
}

/// What a study of two such models says: its rows of results and of comparisons.
fn said(subjects: usize, test: &str) -> [Vec<HashMap<String, String>>; 2] {
    let columns = "{id: id, label: y, decision: d, subject: who}";
    let study = format!(
        "fairgrid: 1\nstudy: few\nmodels:\n  a: {{predictions: a.csv, columns: {columns}}}\n  b: {{predictions: b.csv, columns: {columns}}}\n\
         evaluate:\n  e: {{groups: [g], positive: 1, metrics: [accuracy_score, f1_score, matthews_corrcoef]}}\n\
         compare:\n  c: {{models: [a, b], metrics: [accuracy_score, f1_score], equivalence: {{within: 0.1}}, test: {test}}}\n\
         uncertainty: {{bootstrap: 400, null: {{permutations: 100}}}}\ntables: {{main: {{rows: [model], columns: [f1_score]}}}}\n"
    );
    let folder =
        Folder::new().file("few.yaml", study).file("a.csv", predictions(subjects, [4, 6])).file("b.csv", predictions(subjects, [3, 6]));
    let outcome = fairgrid(["run", "few.yaml", "--quiet"]).within(&folder).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    ["results", "comparisons"].map(|file| {
        let mut reader = csv::Reader::from_path(folder.path(&format!("results/few/{file}.csv"))).unwrap();
        reader.deserialize().map(Result::unwrap).collect()
    })
}

fn width(row: &HashMap<String, String>) -> f64 {
    let end = |name: &str| row[name].parse::<f64>().unwrap();
    end("upper") - end("lower")
}

#[test]
fn one_subject_says_nothing_of_others() {
    let [results, comparisons] = said(1, "bootstrap");
    for row in results.iter().filter(|row| row["metric"] == "f1_score") {
        assert!(width(row) > 0.9, "{row:?}");
    }
    for row in results.iter().filter(|row| row["metric"] == "matthews_corrcoef") {
        assert_eq!((row["lower"].as_str(), row["reason"].as_str()), ("", "no interval: all resamples have the same number"), "{row:?}");
    }
    assert!(!comparisons.is_empty());
    for row in &comparisons {
        assert!(width(row) > 0.9 && row["verdict"] == "inconclusive", "{row:?}");
        assert!(row["p"].parse::<f64>().unwrap() > 0.5, "{row:?}");
    }
    let [_, exchanged] = said(1, "permutation");
    for row in &exchanged {
        let why = "no p: all that counts is one item, or one subject's, so that nothing can be exchanged";
        assert_eq!((row["p"].as_str(), row["reason"].as_str()), ("", why), "{row:?}");
    }
}

#[test]
fn few_subjects_reach_as_far_as_students_t() {
    let [results, comparisons] = said(2, "bootstrap");
    let f1 = results.iter().find(|row| row["metric"] == "f1_score" && row["model"] == "a" && row["group"].is_empty()).unwrap();
    // F1 is 0.8 of one and 0.855 of the other: one degree of freedom reaches 12.7 times a standard error of 0.027, as far as 1.
    assert!((0.45..0.75).contains(&width(f1)), "{f1:?}");
    assert!(comparisons.iter().all(|row| row["p"].parse::<f64>().unwrap() > 0.02), "{comparisons:?}");
}

/// What is compared of two models, of items with a label, what each model decided, and a probability of each; all count in both groups.
fn compared(items: &[(u8, [u8; 2], [f64; 2])], metric: &str, method: &str) -> HashMap<String, String> {
    let model = |side: usize| {
        let row = |(item, (label, decided, score)): (usize, &(u8, [u8; 2], [f64; 2]))| {
            format!("i{item},{label},{},{},{}\n", decided[side], score[side], ["x", "y"][item % 2])
        };
        format!("id,y,d,s,g\n{}", items.iter().enumerate().map(row).collect::<String>())
    };
    let columns = "{id: id, label: y, decision: d, probabilities: s}";
    let study = format!(
        "fairgrid: 1\nstudy: few\nmodels:\n  a: {{predictions: a.csv, columns: {columns}}}\n  b: {{predictions: b.csv, columns: {columns}}}\n\
         evaluate:\n  e: {{groups: [g], positive: 1, decide: given, metrics: [{metric}]}}\n\
         compare:\n  c: {{models: [a, b], metrics: [{metric}]}}\n\
         uncertainty: {{method: {method}, null: {{permutations: 0}}}}\ntables: {{main: {{rows: [model], columns: [{metric}]}}}}\n"
    );
    let folder = Folder::new().file("few.yaml", study).file("a.csv", model(0)).file("b.csv", model(1));
    let outcome = fairgrid(["run", "few.yaml", "--quiet"]).within(&folder).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let mut reader = csv::Reader::from_path(folder.path("results/few/comparisons.csv")).unwrap();
    let rows: Vec<HashMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    rows.into_iter().find(|row| row["metric"] == metric && ["", "over g"].contains(&row["group"].as_str())).unwrap()
}

fn p(row: &HashMap<String, String>) -> f64 {
    row["p"].parse().unwrap()
}

#[test]
fn classes_that_a_number_is_not_of_do_not_widen_it() {
    // Of 100 positives a group, the first model finds 90 of the one and 50 of the other, the second 80 of both.
    let found = |item: usize| {
        let (half, turn) = (item % 2, item / 2 % 10);
        (1, [u8::from(turn < [9, 5][half]), u8::from(turn < 8)], [0.3 + 0.001 * (item % 50) as f64, 0.4 + 0.0013 * (item % 70) as f64])
    };
    let positives: Vec<_> = (0..200).map(found).collect();
    let with =
        |negatives: usize| [positives.clone(), (0..negatives).map(|item| (0, [u8::from(item % 3 == 0); 2], [0.3, 0.4])).collect()].concat();
    let many = compared(&with(200), "recall_score_difference", "standard");
    assert!(p(&many) < 0.01, "{many:?}");
    for negatives in [0, 2, 6] {
        let few = compared(&with(negatives), "recall_score_difference", "standard");
        assert!((width(&few) / width(&many) - 1.0).abs() < 0.1 && p(&few) < 0.01, "{negatives}: {few:?}, {many:?}");
        for metric in ["mean_prediction", "demographic_parity_difference", "accuracy_score_difference"] {
            let of_all = compared(&with(negatives), metric, "standard");
            assert!(p(&of_all) < 0.02, "{negatives}: {of_all:?}");
        }
    }
}

#[test]
fn three_items_of_a_class_reach_as_far_as_students_t() {
    let negatives = [(0, [0; 2], [0.5, 0.29]), (0, [0; 2], [0.6, 0.251]), (0, [0; 2], [0.7, 0.464])];
    let all: Vec<_> = negatives.into_iter().chain((0..60).map(|_| (1, [1; 2], [0.8, 0.7]))).collect();
    let row = compared(&all, "balance_for_negative_class", "standard");
    // Differences of -0.21, -0.349 and -0.236: Student's t with two degrees of freedom, and a little more, since resamples have two to four of them.
    let [lower, upper] = ["lower", "upper"].map(|end| row[end].parse::<f64>().unwrap());
    assert!((lower + 0.449).abs() < 0.04 && (upper + 0.081).abs() < 0.04, "{row:?}");
}

#[test]
fn p_says_what_the_interval_does_where_no_resample_differs() {
    let alone: Vec<_> = (0..40).map(|item| (u8::from(item > 0), [1; 2], [0.7, if item > 0 { 0.7 } else { 0.2 }])).collect();
    let row = compared(&alone, "balance_for_negative_class", "percentile");
    assert!(width(&row) > 0.9 && p(&row) >= 0.5, "{row:?}");
}

#[test]
fn weights_of_two_hands_agree_but_for_rounding_and_a_mean_of_one_disparity_is_that_one() {
    let model = |rounding: f64| {
        let row = |item: usize| {
            let (label, weight) = (item % 2, (0.5 + 0.37 * (item % 7) as f64) * rounding);
            format!("i{item},{label},{},{},{weight}\n", label ^ usize::from(item.is_multiple_of(5 + item % 3)), ["x", "y"][item / 2 % 2])
        };
        format!("id,y,d,g,w\n{}", (0..120).map(row).collect::<String>())
    };
    let columns = "{id: id, label: y, decision: d, weight: w}";
    let against = |groups: &str| format!("{{accuracy_score_difference: {{reference: x, groups: {groups}, as: {groups}}}}}");
    let study = format!(
        "fairgrid: 1\nstudy: few\nmodels:\n  a: {{predictions: a.csv, columns: {columns}}}\n  b: {{predictions: b.csv, columns: {columns}}}\n\
         evaluate:\n  e: {{groups: [g], positive: 1, decide: given, metrics: [accuracy_score, {}, {}]}}\n\
         compare:\n  c: {{models: [a, b], metrics: [accuracy_score]}}\ntables: {{main: {{rows: [model], columns: [mean, max]}}}}\n",
        against("mean"),
        against("max"),
    );
    let folder = Folder::new().file("few.yaml", study).file("a.csv", model(1.0)).file("b.csv", model(1.0 + 1e-13));
    let outcome = fairgrid(["run", "few.yaml", "--quiet"]).within(&folder).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let mut reader = csv::Reader::from_path(folder.path("results/few/results.csv")).unwrap();
    let rows: Vec<HashMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    let of =
        |metric: &str| rows.iter().find(|row| row["metric"] == metric && row["model"] == "a").map(|row| (&row["lower"], &row["upper"]));
    assert!(of("mean").is_some_and(|ends| !ends.0.is_empty()) && of("mean") == of("max"), "{rows:?}");
}
