//! Real weights: sums of them are rounded, and nothing may come of what rounding leaves.

use fairgrid::score::measurement::{Measurement, Status};
use proptest::prelude::*;

use super::{find, import, measure};

const EVALUATION: &str = "{groups: [g, [g, h]], positive: 1, undefined: exclude, metrics: [accuracy_score, true_positive_rate, \
     false_positive_rate, true_negative_rate, precision_score, negative_predictive_value, balanced_accuracy_score, f1_score, \
     false_positive_rate_difference, true_negative_rate_ratio, {recall_score_group_std: {by: g}}]}";

fn measured(rows: &[(bool, bool, usize, usize, f64)], weighted: bool) -> Vec<Measurement> {
    let mut csv = String::from("y,p,g,h,w\n");
    for (label, decision, group, other, weight) in rows {
        csv.push_str(&format!("{},{},g{group},h{other},{weight}\n", u8::from(*label), u8::from(*decision)));
    }
    let columns = if weighted { "{label: y, decision: p, weight: w, classes: [0, 1]}" } else { "{label: y, decision: p, classes: [0, 1]}" };
    measure(&import(&csv, columns, &["g", "h"]).unwrap(), EVALUATION).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// Where nobody is there, nobody has a weight: no rate has a value that it would not have if all counted once.
    #[test]
    fn what_is_undefined_is_so_whatever_the_weights(rows in proptest::collection::vec(
        (any::<bool>(), any::<bool>(), 0..4usize, 0..2usize, 0.01..3.0f64), 3..40)
    ) {
        let (weighted, plain) = (measured(&rows, true), measured(&rows, false));
        prop_assert_eq!(weighted.len(), plain.len());
        for (weighted, plain) in weighted.iter().zip(&plain) {
            prop_assert_eq!(weighted.status, plain.status, "{:?}", weighted);
            // Whether a few draws all agree, and leave no interval, is their luck.
            if weighted.status != Status::Ok {
                prop_assert_eq!(&weighted.reason, &plain.reason, "{:?}", weighted);
            }
            prop_assert!(weighted.value.is_none_or(|value| value >= 0.0), "{:?}", weighted);
        }
    }
}

#[test]
fn a_ranking_without_a_fault_is_perfect_and_one_that_is_all_wrong_has_nothing_right() {
    let csv = "y,s,g,w\n0,0.0,a,1.8\n1,0.79,a,2.6\n0,0.08,a,1.1\n1,0.87,a,4.0\n0,0.16,a,0.9\n0,0.82,b,1.7\n1,0.03,b,0.5\n0,0.86,b,1.3\n\
               1,0.42,b,1.5\n0,0.67,b,2.2\n";
    let predictions = import(csv, "{label: y, scores: s, weight: w, classes: [0, 1]}", &["g"]).unwrap();
    let metrics = "[roc_auc_score, average_precision_score, roc_auc_score_skewness, average_precision_score_skewness, {roc_auc_score_levelled: {at: 1}}]";
    let all = measure(&predictions, &format!("{{groups: [g], positive: 1, min_count: 1, metrics: {metrics}}}")).unwrap();
    assert_eq!(find(&all, "roc_auc_score", "g", "g=a", "").value, Some(1.0));
    assert_eq!(find(&all, "roc_auc_score", "g", "g=b", "").value, Some(0.0));
    assert_eq!(find(&all, "average_precision_score", "g", "g=a", "").value, Some(1.0));
    for metric in ["roc_auc_score_skewness", "average_precision_score_skewness"] {
        let found = find(&all, metric, "g", "", "");
        assert_eq!((found.value, found.status), (None, Status::Undefined), "{found:?}");
    }
    assert_eq!(find(&all, "roc_auc_score_levelled", "g", "", "").value, Some(0.5));
}

#[test]
fn a_group_of_one_class_has_no_rate_of_the_other() {
    // 0.1 + 0.2 + 0.3 is not 0.6 in binary, and neither is what is left of it nothing.
    let csv = "y,p,g,w\n1,1,a,0.1\n1,0,a,0.2\n1,1,a,0.3\n1,1,b,0.7\n0,1,b,0.1\n0,0,b,0.2\n";
    let predictions = import(csv, "{label: y, decision: p, weight: w}", &["g"]).unwrap();
    let all = measure(&predictions, "{groups: [g], positive: 1, metrics: [false_positive_rate, false_positive_rate_difference]}").unwrap();
    let a = find(&all, "false_positive_rate", "g", "g=a", "");
    assert_eq!((a.status, a.value, a.reason.as_str()), (Status::Undefined, None, "no negatives in g=a"));
    assert_eq!(find(&all, "false_positive_rate_difference", "g", "", "").status, Status::Undefined);
}

#[test]
fn groups_that_are_equal_do_not_deviate() {
    let mut csv = String::from("y,s,g\n");
    (0..30).for_each(|row| csv.push_str(&format!("{},0.3,g{}\n", row % 2, row / 2 % 3)));
    let predictions = import(&csv, "{label: y, probabilities: s}", &["g"]).unwrap();
    let all = measure(&predictions, "{groups: [g], positive: 1, metrics: [{brier_score_loss_group_std: {by: g}}]}").unwrap();
    let spread = find(&all, "brier_score_loss_group_std", "g", "", "").value.unwrap();
    assert!(spread < 1e-15, "{spread}");
}

#[test]
fn a_ratio_of_numbers_below_zero_is_told_and_has_an_interval_around_it() {
    // Worse than chance in a, better in b: kappa is negative in one and positive in the other.
    let mut csv = String::from("y,p,g\n");
    for row in 0..60 {
        csv.push_str(&format!("{},{},a\n", row % 2, u8::from(row % 2 == 0 || row % 5 == 0)));
        csv.push_str(&format!("{},{},b\n", row % 2, u8::from(row % 2 == 1 || row % 5 == 0)));
    }
    let predictions = import(&csv, "{label: y, decision: p}", &["g"]).unwrap();
    let all = measure(&predictions, "{groups: [g], positive: 1, metrics: [cohen_kappa_score_ratio]}").unwrap();
    let ratio = find(&all, "cohen_kappa_score_ratio", "g", "", "");
    let (lower, upper) = ratio.lower.zip(ratio.upper).unwrap();
    let value = ratio.value.unwrap();
    assert!(value < 0.0 && lower <= value && value <= upper && lower.is_finite() && upper.is_finite(), "{ratio:?}");
}
