//! What is refused, and in which words.

use fairgrid::spec::problem::Problem;

use super::{import, measure};

#[test]
fn bad_rows_are_named() {
    let refused = |csv: &str, columns: &str, fields: &[&str]| import(csv, columns, fields).unwrap_err();
    let columns = "{id: id, label: y, scores: s}";
    let message = refused("id,y,s\na,1,0.2\nb,0,nan\nc,0,NaN\n", columns, &[]);
    assert_eq!(message, "`predictions.csv` cannot be scored: `s` has a score that is not a number (NaN) (lines 3, 4)");
    let message = refused("id,y,s\na,1,0.2\nb,0,abc\nc,0,x\nd,0,\n", columns, &[]);
    assert_eq!(message, "`predictions.csv` cannot be scored: `s` is empty (line 5); `s` is no number, as `abc` (lines 3, 4)");
    let message = refused("id,y,s\na,1,0.2\nb,0,1.2\nc,0,1.3\n", "{id: id, label: y, probabilities: s}", &[]);
    let help = "(name the column `scores` or `logits` if it holds those)";
    let told = format!("`predictions.csv` cannot be scored: `s` has a probability outside 0 to 1, as `1.2` {help} (lines 3, 4)");
    assert_eq!(message, told);
    let message = refused("id,y,s\na,1,0.2\na,0,0.1\n", columns, &[]);
    assert_eq!(message, "`predictions.csv` cannot be scored: duplicate ids: every item may occur once, as `a` (lines 2, 3)");
    let message = refused("id,y,s\na,1,0.2\nb,2,0.1\n", "{id: id, label: y, scores: s, classes: [0, 1]}", &[]);
    assert_eq!(message, "`predictions.csv` cannot be scored: the label `2` is not in the list of 2 classes (line 3)");
    let message = refused("id,y,s,race\na,1,0.2,x\n", columns, &["rcae"]);
    assert!(message.contains("`rcae`") && message.contains("`race`"), "{message}");
    let message = refused("id,y,s\na,1,0.2\nb,0,\n", columns, &[]);
    assert_eq!(message, "`predictions.csv` cannot be scored: `s` is empty (line 3)");
    let message = refused("id,a,b,s,t\n1,1,0,0.2,0.1\n2,-1,,0.1,0.3\n", "{id: id, label: {a: a, b: b}, scores: {a: s, b: t}}", &[]);
    let told = "`a` holds `-1`: must be 1 (present), 0 (absent) or empty (unknown); some write -1 for the one, others for the other";
    assert!(message.ends_with(&format!("line 3: {told}")), "{message}");
    for nested in [r#"{"a":1}"#, r#"["a"]"#] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.jsonl");
        std::fs::write(&path, format!("{{\"y\": 1, \"p\": 1, \"g\": \"b\"}}\n{{\"y\": 0, \"p\": 1, \"g\": {nested}}}\n")).unwrap();
        let message = super::import_file(&path, "{label: y, decision: p}", &["g"]).unwrap_err();
        let told = format!("line 2: `g` holds `{nested}`, which is no single value: name the one that is meant, as `COLUMN.KEY`");
        assert!(message.ends_with(&told), "{message}");
    }
    let message = refused("id,y,s\n,1,0.2\nb,0,\nc,1,0.1\nd,1,\n", columns, &[]);
    assert_eq!(message, "`predictions.csv` cannot be scored: `id` is empty (line 2); `s` is empty (lines 3, 5)");
}

#[test]
fn ambiguous_readings_are_listed() {
    let predictions = import("y,p,g\na,a,x\nb,c,x\nc,c,y\n", "{label: y, decision: p}", &["g"]).unwrap();
    let refused = |metrics: &str| {
        let error = measure(&predictions, &format!("{{groups: [g], metrics: [{metrics}]}}")).unwrap_err();
        let fairgrid::score::ScoreError::Spec(error) = error else { panic!("{error}") };
        let line = |problem: &Problem| format!("{}\n    {}", problem.message, problem.help.clone().unwrap_or_default());
        let shown: Vec<String> = error.problems.iter().map(line).collect();
        shown.join("\n")
    };
    insta::assert_snapshot!(refused(
        "recall_score, recall_score_difference, equalized_odds_difference, {acuracy_score: {}}, {accuracy_score: {avrage: macro}}, \
         {recall_at_k: {k: 9, average: micro}}, {precision_score: {average: samples}}, roc_auc_score"
    ));
}

#[test]
fn references_are_groups_and_options_belong_to_their_names() {
    let predictions = import("y,p,g,h\na,a,x,u\na,b,x,u\nb,b,y,u\nb,a,y,v\n", "{label: y, decision: p}", &["g", "h"]).unwrap();
    let refused = |metrics: &str| {
        let error = measure(&predictions, &format!("{{groups: [g, [g, h]], positive: a, metrics: [{metrics}]}}")).unwrap_err();
        let fairgrid::score::ScoreError::Spec(error) = error else { panic!("{error}") };
        let line = |problem: &Problem| format!("{}\n    {}", problem.message, problem.help.clone().unwrap_or_default());
        error.problems.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    let shown = [
        refused("{accuracy_score_difference: {reference: z, by: g}}"),
        refused("{accuracy_score_difference: {reference: x}}, {recall_score_disparity: {reference: {g: x}}}"),
        refused("{accuracy_score_difference: {reference: {g: x, i: u}, by: [g, h]}}"),
        refused(
            "accuracy_score_disparity, {accuracy_score_difference: {groups: min, as: b}}, {accuracy_score_difference: {reference: [x], as: c}}",
        ),
        refused("{accuracy_score_ratio: {reference: x}}, {accuracy_score_difference: {reference: x, method: to_overall, by: g}}"),
        refused("average_odds_difference, {average_predictive_value_difference: {reference: x, agg: sum, by: g}}"),
        refused(
            "{equalized_odds_difference: {reference: x, agg: worst_case, by: g}}, {error_ratio_skewness: {by: g}}, accuracy_score_levelled",
        ),
    ];
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn every_name_is_explained() {
    for name in fairgrid::score::metric::list() {
        assert!(fairgrid::score::explain(&name).unwrap().contains("formula"), "{name}");
    }
    assert_eq!(
        fairgrid::score::explain("acuracy_score").unwrap_err(),
        "unknown metric or rule `acuracy_score`: did you mean `accuracy_score`?"
    );
    insta::assert_snapshot!(fairgrid::score::explain("equalized_odds_difference").unwrap());
}

#[test]
fn probabilities_are_not_made_up() {
    let csv = "y,s,t\n0,0.2,0.1\n1,0.7,0.4\n";
    let refused = |columns: &str, evaluation: &str| {
        let error = measure(&import(csv, columns, &[]).unwrap(), evaluation).unwrap_err();
        let fairgrid::score::ScoreError::Spec(error) = error else { panic!("{error}") };
        let problem = &error.problems[0];
        format!("{}: {}", problem.message, problem.help.clone().unwrap_or_default())
    };
    let one = |kind: &str| format!("{{label: y, {kind}: s}}");
    let each = |kind: &str| format!("{{label: y, {kind}: {{\"0\": t, \"1\": s}}}}");
    let shown = [
        refused(&one("scores"), "{positive: 1, metrics: [log_loss]}"),
        refused(&one("probabilities"), "{metrics: [log_loss]}"),
        refused(&one("probabilities"), "{positive: 1, metrics: [{log_loss: {of: sigmoid}}]}"),
        refused(&one("logits"), "{positive: 1, metrics: [mean_prediction]}"),
        refused(&one("logits"), "{positive: 1, metrics: [{mean_prediction: {of: softmax}}]}"),
        refused(&each("logits"), "{positive: 1, metrics: [{brier_score_loss: {of: sigmoid}}]}"),
        refused(&one("probabilities"), "{positive: 1, metrics: [{expected_calibration_error: {bins: 2.5}}]}"),
        refused(&one("probabilities"), "{positive: 1, decide: {threshold: 0.5}, metrics: [fbeta_score]}"),
    ];
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn names_of_others_are_explained_by_ours() {
    let explained = |name: &str| fairgrid::score::explain(name).unwrap();
    assert!(explained("generalized_false_positive_rate").contains("balance_for_negative_class"));
    assert!(explained("average_abs_odds_difference").contains("equalized_odds_difference"));
    assert!(explained("disparate_impact").contains("demographic_parity"));
    insta::assert_snapshot!(explained("statistical_parity_difference"));
    // What others call by one name may be here, and not.
    let told = explained("bias_amplification");
    let absent =
        "bias_amplification (OxonFair)\nis not here\n\n  why        it is how far a group's `selection_rate` is from its `base_rate`";
    assert!(told.starts_with("bias_amplification (reducingbias: bias amplification)\nis here\n") && told.contains(absent), "{told}");
    assert!(explained("bias_amplification.diff").starts_with("bias_amplification.diff (OxonFair)\nis not here\n"));
}

#[test]
fn names_of_others_are_known() {
    let explain = fairgrid::score::explain;
    // All that fairlearn 0.15 generates is taken as it is, but for what is about regression.
    let rates = ["true_positive_rate", "true_negative_rate", "false_positive_rate", "false_negative_rate", "selection_rate"];
    let both = rates.iter().chain(&["accuracy_score", "zero_one_loss", "demographic_parity", "equalized_odds", "equal_opportunity"]);
    let gaps = both.flat_map(|name| ["difference", "ratio"].map(|suffix| format!("{name}_{suffix}")));
    let least = ["accuracy_score", "balanced_accuracy_score", "precision_score", "recall_score", "roc_auc_score", "f1_score"];
    let least = least.map(|name| format!("{name}_group_min"));
    let most = ["zero_one_loss", "log_loss"].map(|name| format!("{name}_group_max"));
    for name in gaps.chain(least).chain(most).chain(["count", "mean_prediction"].map(str::to_owned)) {
        assert!(fairgrid::score::metric::meaning(&name).is_some(), "{name}");
    }
    for name in ["r2_score_group_min", "mean_absolute_error_group_max", "mean_squared_error_group_max"] {
        let told = explain(name).unwrap();
        let why = format!("{name} (fairlearn)\nis not here\n\n  why        it is about predicted numbers (regression)");
        assert!(told.starts_with(&why), "{told}");
    }
    for (theirs, ours) in [
        ("pos_pred_rate", "selection_rate"),
        ("acceptance_rate", "precision_score"),
        ("cond_use_accuracy", "conditional_use_accuracy_equality_difference"),
        ("gen_entropy", "generalized_entropy_index"),
        ("average_abs_odds_difference", "equalized_odds_difference"),
        ("num_instances", "count"),
        ("wasserstein", "abcc"),
        ("sensitivity_at_specificity_difference", "tpr_at_tnr_difference"),
        ("geographic_hit_rate_difference", "hit_rate_at_k_difference"),
        ("EqOpp1", "predictive_equality_difference"),
        ("consistency", "consistency_score"),
        ("FPR", "false_positive_rate"),
        ("TPR", "true_positive_rate"),
        ("sensitivity", "recall_score"),
        ("tnr", "true_negative_rate"),
        ("PPV", "precision_score"),
        ("auc", "roc_auc_score"),
        ("AP", "average_precision_score"),
        ("mAP", "mean_average_precision"),
        ("TMR", "true_match_rate"),
        ("weat", "ieat_effect_size"),
        ("iEAT", "ieat_effect_size"),
        ("cka", "linear_cka"),
        ("specificity_score", "true_negative_rate"),
        ("sensitivity_score", "true_positive_rate"),
        ("generalized_fpr", "balance_for_negative_class"),
        ("generalized_fnr", "balance_for_positive_class"),
        ("false_positive_rate_error", "false_positive_rate"),
        ("false_negative_rate_error", "false_negative_rate"),
        ("false_omission_rate_error", "false_omission_rate"),
        ("generalized_entropy_error", "generalized_entropy_index"),
    ] {
        let told = explain(theirs).unwrap();
        assert!(told.contains(&format!("\n{ours}\n")) && told.contains("formula"), "{told}");
    }
    insta::assert_snapshot!(explain("predictive_equality").unwrap());
    for name in ["num_generalized_true_positives", "smoothed_base_rate", "num_pos_neg"] {
        assert!(explain(name).unwrap().starts_with(&format!("{name} (AIF360)\nis not here\n")), "{name}");
    }
    assert_eq!(explain("Accuracy_Score").unwrap(), explain("accuracy_score").unwrap());
}

#[test]
fn what_has_exactly_a_name_comes_first() {
    let headings = |name: &str| {
        let told = fairgrid::score::explain(name).unwrap_or_else(|error| format!("{error}\n"));
        told.lines().filter(|line| !line.is_empty() && !line.starts_with("  ")).collect::<Vec<_>>().join(" | ")
    };
    // Words of the peers' notes are no names; FairBench has `mean` for any metric.
    let names = [
        "threshold",
        "equalized_odds",
        "sum",
        "mean",
        "half",
        "signed",
        "uniform",
        "tpr",
        "fpr",
        "TPR",
        "demographic_parity",
        "ThresholdOptimizer",
        "EqOddsPostprocessing",
        "rejection rate",
        "CalibrationError",
        "bca",
        "worst_class",
        "xyz_disparity",
        "m_median_disparity",
        "true_posit_rate",
        "recall_score_diference",
    ];
    insta::assert_snapshot!(names.map(|name| format!("{name}: {}", headings(name))).join("\n"));
}

#[test]
fn names_of_others_with_reductions_of_theirs_are_known() {
    let aequitas = ["pprev", "precision", "fdr", "for", "fpr", "fnr", "tpr", "tnr", "npv"];
    let aequitas = aequitas.iter().flat_map(|name| [format!("{name}_disparity"), format!("{} Parity", name.to_uppercase())]);
    let oxonfair = ["recall.diff", "accuracy.max_diff", "precision.min", "f1.max", "true_pos_rate.average", "miss_rate.min_ratio"];
    let oxonfair = oxonfair.into_iter().chain(["specificity.ratio", "balanced_accuracy.overall", "roc_auc.per_group", "neg_pred_rate.min"]);
    let holisticai =
        ["four_fifths", "statistical_parity", "accuracy_diff", "equal_opportunity_diff", "average_odds_diff", "false_positive_rate_diff"];
    let holisticai = holisticai.into_iter().chain(["success_rate", "abroca", "cohen_d", "z_test_diff", "multiclass_true_rates"]);
    let holisticai = holisticai.chain(["multiclass_average_odds", "recall_matrix", "max_statistical_parity", "jain_index", "gini_index"]);
    let oxonfair = oxonfair.chain(["neg_pred_rate.overall", "neg_pred_rate.diff", "neg_data_rate.ratio"]);
    let others = ["equal_parity", "underdiagnosis_gap", "overdiagnosis", "tpr_gap"].into_iter().chain([
        "hit_rate",
        "BiasAmp",
        "ppr",
        "ppr_disparity",
        "pprev",
        "prev_disparity",
        "auc_group_min",
        "sensitivity_gap",
        "f_measure",
    ]);
    let all = aequitas.chain(oxonfair.chain(holisticai).chain(others).map(str::to_owned));
    let heading = |name: String| match fairgrid::score::explain(&name) {
        Ok(told) => told.lines().filter(|line| !line.is_empty()).take(3).map(str::trim).collect::<Vec<_>>().join(" | "),
        Err(error) => error,
    };
    insta::assert_snapshot!(all.map(heading).collect::<Vec<_>>().join("\n"));
}

#[test]
fn what_begins_alike_is_nearest() {
    let explain = |name: &str| fairgrid::score::explain(name).unwrap_err();
    assert_eq!(explain("").split_once(" of ").map(|(start, _)| start), Some("unknown metric or rule ``:"));
    assert_eq!(explain("max_skew"), "unknown metric or rule `max_skew`: did you mean `max_skew_at_k`?");
    let told = explain("silhouet");
    assert_eq!(told, "unknown metric or rule `silhouet`: did you mean `silhouette_score`?");
    assert!(explain("false_match_r").contains("`false_match_rate`"), "{}", explain("false_match_r"));
}

#[test]
fn an_abstention_is_no_positive_decision() {
    for name in ["true_negative_rate", "false_positive_rate", "negative_predictive_value", "false_omission_rate"] {
        assert!(fairgrid::score::explain(name).unwrap().contains("  abstained  an item without a decision"), "{name}");
    }
}

#[test]
fn no_more_groups_are_compared_than_memory_holds() {
    let of = |groups: usize, metric: &str| {
        let rows: String = (0..groups).map(|row| format!("i{row},g{row},a,a\n")).collect();
        let predictions = import(&format!("id,g,y,d\n{rows}"), "{id: id, label: y, decision: d}", &["g"]).unwrap();
        measure(&predictions, &format!("{{groups: [g], metrics: [{metric}]}}")).map_err(|error| error.to_string())
    };
    assert_eq!(of(2001, "accuracy_score").unwrap().len(), 2002);
    let error = of(2001, "accuracy_score_difference").unwrap_err();
    assert!(error.contains("`accuracy_score_difference` compares 2001 groups with each other, and at most 2000 can be"), "{error}");
}
