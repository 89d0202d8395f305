//! Metrics that scikit-learn and fairlearn do not have, through the binary, on files that `tests/oracles/catalogue.py` made.

use std::collections::HashMap;

use serde::Deserialize;

use crate::command::{Folder, fairgrid};

#[derive(Deserialize)]
struct Case {
    name: String,
    rows: String,
    study: serde_json::Value,
    expected: Vec<Expected>,
}

#[derive(Debug, Deserialize)]
struct Expected {
    metric: String,
    by: String,
    group: String,
    label: String,
    decision: String,
    value: Option<f64>,
}

#[test]
fn numbers_are_those_of_their_definitions() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("oracles/catalogue.json")).unwrap();
    let mut wrong = Vec::new();
    for case in cases {
        let folder = Folder::new().file("rows.csv", &case.rows).file("golden.yaml", case.study.to_string());
        let outcome = fairgrid(["run", "golden.yaml", "--quiet"]).within(&folder).run();
        assert_eq!(outcome.code, Some(0), "{}: {outcome}", case.name);
        let mut reader = csv::Reader::from_path(folder.path("results/golden/results.csv")).unwrap();
        let rows: Vec<HashMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
        for expected in case.expected {
            let names = ["metric", "by", "group", "label", "decision"];
            let wanted = [&expected.metric, &expected.by, &expected.group, &expected.label, &expected.decision];
            let mut found = rows.iter().filter(|row| names.iter().zip(wanted).all(|(name, wanted)| row[*name] == *wanted));
            let row = found.next().unwrap_or_else(|| panic!("{}: no row for {expected:?}", case.name));
            assert!(found.next().is_none(), "{}: several rows for {expected:?}", case.name);
            let value: Option<f64> = row["value"].parse().ok();
            let agrees = match (value, expected.value) {
                (Some(value), Some(wanted)) => (value - wanted).abs() < 1e-9,
                (value, wanted) => value.is_none() && wanted.is_none(),
            };
            if !agrees {
                wrong.push(format!("{}: {expected:?}: {value:?} {}", case.name, row["reason"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn endings_are_explained_by_the_names_that_are_listed() {
    let listed = fairgrid(["ls", "metrics"]).run().ok();
    let endings: Vec<&str> =
        listed.lines().filter_map(|line| line.split_whitespace().next()).filter(|name| name.starts_with('_')).collect();
    assert!(endings.contains(&"_difference"), "{listed}");
    for ending in endings {
        let told = fairgrid(["explain", ending]).run().ok();
        assert!(told.contains("formula") && told.lines().next().unwrap().ends_with(ending), "{told}");
    }
}

#[test]
fn all_that_is_listed_tells_what_it_reads_its_range_its_direction_and_where_it_comes_from() {
    let listed = fairgrid(["ls", "metrics"]).run().ok();
    let names: Vec<&str> = listed.lines().filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next()).collect();
    assert!(names.len() > 100 && names.contains(&"recall_score"), "{listed}");
    let mut lacking = Vec::new();
    for name in names {
        let told = fairgrid(["explain", name]).run().ok();
        let says = |what: &str| told.lines().any(|line| line.starts_with(&format!("  {what} ")));
        let reads = name.starts_with('_') || says("inputs");
        if !(reads && ["range", "better", "undefined", "source"].into_iter().all(says) && (says("formula") || says("is"))) {
            lacking.push(told);
        }
    }
    assert!(lacking.is_empty(), "{} lack something:\n{}", lacking.len(), lacking.join("\n"));
}

#[test]
fn names_of_others_are_told_what_they_are_here() {
    assert!(fairgrid(["explain", "kappa"]).run().ok().contains("cohen_kappa_score"));
    for (theirs, ours) in [
        ("CohenKappa", "cohen_kappa_score"),
        ("MatthewsCorrCoef", "matthews_corrcoef"),
        ("HammingDistance", "hamming_loss"),
        ("AveragePrecision", "average_precision_score"),
        ("F1Score", "f1_score"),
        ("FBetaScore", "fbeta_score"),
        ("JaccardIndex", "jaccard_score"),
        ("NegativePredictiveValue", "negative_predictive_value"),
        ("BinaryFairness", "demographic_parity_ratio"),
    ] {
        let told = fairgrid(["explain", theirs]).run().ok();
        assert!(told.starts_with(&format!("{theirs} (torchmetrics")) && told.contains(&format!("\n{ours}\n")), "{told}");
    }
    for (theirs, ours) in [
        ("MulticlassAccuracy", "accuracy_score"),
        ("BinaryAUROC", "roc_auc_score"),
        ("ExactMatch", "accuracy_score"),
        ("f1_macro", "f1_score"),
        ("roc_auc_ovr", "roc_auc_score"),
        ("false_omission", "false_omission_rate"),
    ] {
        let told = fairgrid(["explain", theirs]).run().ok();
        assert!(told.starts_with(&format!("{theirs} (")) && told.contains(&format!("\n{ours}\n")), "{told}");
    }
    for (slip, meant) in [("acuracy", "accuracy"), ("demographic_partiy", "demographic_parity")] {
        let told = fairgrid(["explain", slip]).run();
        assert!(told.stderr.ends_with(&format!("did you mean `{meant}`?\n")), "{told}");
    }
    // Of three groups the mean over pairs is another number than the gap.
    for (theirs, ours) in [
        ("equal_opportunity", "true_positive_rate_mean_abs_difference"),
        ("predictive_parity", "precision_score_mean_abs_difference"),
        ("treatment_equality", "error_ratio_mean_abs_difference"),
        ("disparate_impact", "mean over pairs of groups"),
    ] {
        let told = fairgrid(["explain", theirs]).run().ok();
        assert!(told.contains(&format!("OxonFair: {theirs} (")) && told.contains(ours), "{told}");
    }
    for distortion in ["euclidean_distance", "total_manhattan_distance", "mean_mahalanobis_distance_ratio"] {
        let told = fairgrid(["explain", distortion]).run().ok();
        assert!(told.starts_with(&format!("{distortion} (AIF360)\nis not here")), "{told}");
    }
    let power = fairgrid(["explain", "power"]).run().ok();
    assert!(power.starts_with("power (AIF360)\nis not here") && power.contains("`n_positive`"), "{power}");
}

#[test]
fn what_no_study_may_write_is_neither_listed_nor_given_a_formula() {
    let listed = fairgrid(["ls", "metrics", "--names"]).run().ok();
    let skewed: Vec<&str> = listed.lines().filter(|name| name.ends_with("_skewness")).collect();
    assert!(skewed.len() > 50 && skewed.contains(&"accuracy_score_skewness"), "{skewed:?}");
    for unbounded in ["log_loss", "count", "error_ratio", "theil_index"] {
        let name = format!("{unbounded}_skewness");
        assert!(!skewed.contains(&name.as_str()));
        let told = fairgrid(["explain", &name]).run().ok();
        assert!(told.starts_with(&format!("{name}\nis not here")) && !told.contains("formula"), "{told}");
    }
}
