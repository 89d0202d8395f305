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
