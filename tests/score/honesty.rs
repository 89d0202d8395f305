//! The rules of honesty: undefined is typed, gaps have nulls, small groups are flagged.

use fairgrid::score::measurement::{Measurement, Status};

use super::{find, import, measure};

const PERFECT: &str = "y,p,g\n1,1,a\n1,1,a\n0,0,b\n0,0,b\n";
const COLUMNS: &str = "{label: y, decision: p}";

#[test]
fn a_group_without_positives_has_no_true_positive_rate() {
    let predictions = import(PERFECT, COLUMNS, &["g"]).unwrap();
    let all = measure(&predictions, "{groups: [g], positive: 1, metrics: [true_positive_rate, equal_opportunity_difference]}").unwrap();
    let b = find(&all, "true_positive_rate", "g", "g=b", "");
    assert_eq!((b.status, b.value, b.n, b.n_positive, b.n_negative), (Status::Undefined, None, 2, Some(0), Some(2)));
    assert_eq!(b.reason, "no positives in g=b");
    let gap = find(&all, "equal_opportunity_difference", "g", "", "");
    assert_eq!((gap.status, gap.value, gap.reason.as_str()), (Status::Undefined, None, "no positives in g=b"));
}

#[test]
fn what_is_undefined_may_be_left_out_where_the_spec_says_so() {
    let predictions = import("y,p,g\n1,1,a\n0,1,a\n1,0,b\n0,0,c\n", COLUMNS, &["g"]).unwrap();
    let all = measure(&predictions, "{groups: [g], positive: 1, undefined: exclude, metrics: [true_positive_rate_difference]}").unwrap();
    let gap = find(&all, "true_positive_rate_difference", "g", "", "");
    assert_eq!((gap.status, gap.value, gap.reason.as_str()), (Status::Ok, Some(1.0), "left out: no positives in g=c"));
}

#[test]
fn levels_that_look_like_several_give_no_two_groups_one_name() {
    let csv = "y,p,g,h\n1,1,x,y*h=z\n1,0,x*h=y,z\n1,1,5*,a=b\n";
    let all = measure(&import(csv, COLUMNS, &["g", "h"]).unwrap(), "{groups: [[g, h], g], metrics: [count]}").unwrap();
    let counted =
        |by: &str| -> Vec<&str> { all.iter().filter(|one| one.by == by && one.value == Some(1.0)).map(|one| one.group.as_str()).collect() };
    assert_eq!(counted("g*h"), ["g=5**h=a=b", r"g=x*h=y\*h=z", r"g=x\*h=y*h=z"]);
    assert_eq!(counted("g"), ["g=5*", "g=x", r"g=x\*h=y"]);
}

#[test]
fn a_mean_of_how_classes_change_leaves_out_those_that_a_group_lacks() {
    // Group b has no item of class z. Of classes x and y its rates of mistakes are those of the others but for x taken for y.
    let rows = |group: &str, pairs: &[(&str, usize)]| -> String {
        let row = |pair: &str| format!("{},{},{group}\n", &pair[..1], &pair[1..]);
        pairs.iter().map(|(pair, count)| row(pair).repeat(*count)).collect()
    };
    let mistaken = [("xx", 6), ("xz", 2), ("yy", 6), ("yx", 2), ("zz", 6), ("zy", 2)];
    let csv = format!("y,p,g\n{}{}", rows("a", &mistaken), rows("b", &[("xx", 3), ("xy", 3), ("yy", 5), ("yx", 1)]));
    let predictions = import(&csv, COLUMNS, &["g"]).unwrap();
    let of_b = |undefined: &str| {
        let metrics = "[combined_error_variance, symmetric_distance_error]";
        let all = measure(&predictions, &format!("{{groups: [g], undefined: {undefined}, metrics: {metrics}}}")).unwrap();
        ["combined_error_variance", "symmetric_distance_error"].map(|metric| {
            let found = find(&all, metric, "g", "g=b", "");
            (found.value.map(|value| (value * 1e6).round() / 1e6), found.reason.clone())
        })
    };
    assert_eq!(of_b("propagate"), [(); 2].map(|()| (None, "no positives of class=z in g=b".to_owned())));
    // False negatives of x: 5 of 14 items, in b 3 of 6; of y: 3 of 14 and 1 of 6. False positives of x: 3 of 22 and 1 of 6; of y: 5 of 22 and 3 of 6.
    let changes = [(1.0 / 6.0 * 22.0 / 3.0 - 1.0, 0.5 * 14.0 / 5.0 - 1.0), (0.5 * 22.0 / 5.0 - 1.0, 1.0 / 6.0 * 14.0 / 3.0 - 1.0_f64)];
    let half = |a: f64, b: f64| ((a - b) / 2.0).powi(2);
    let variance = half(changes[0].0, changes[1].0) + half(changes[0].1, changes[1].1);
    let distance = changes.iter().map(|(positive, negative)| (negative - positive).abs()).sum::<f64>() / 2.0;
    let left_out = "left out: no positives of class=z".to_owned();
    let expected = [variance, distance].map(|value| (Some((value * 1e6).round() / 1e6), left_out.clone()));
    assert_eq!(of_b("exclude"), expected);
    // One class that is left does not vary.
    let two = import("y,p,g\nx,x,a\nx,y,a\ny,y,a\ny,x,a\nx,x,b\nx,y,b\n", COLUMNS, &["g"]).unwrap();
    let all = measure(&two, "{groups: [g], undefined: exclude, metrics: [combined_error_variance]}").unwrap();
    assert_eq!(find(&all, "combined_error_variance", "g", "g=b", "").value, None);
}

#[test]
fn a_count_is_of_items_with_a_known_label() {
    let csv = "a,b,s,t,g\n1,0,0.3,0.4,m\n0,,0.3,0.4,m\n,,0.3,0.4,m\n";
    let predictions = import(csv, "{label: {a: a, b: b}, scores: {a: s, b: t}}", &["g"]).unwrap();
    let all = measure(&predictions, "{groups: [g], decide: {threshold: 0.5}, metrics: [count]}").unwrap();
    assert_eq!(find(&all, "count", "g", "g=m", "").value, Some(2.0));
}

#[test]
fn an_empty_intersection_is_shown_as_undefined() {
    let predictions = import("y,p,g,h\n1,1,a,x\n0,0,a,y\n1,0,b,x\n", COLUMNS, &["g", "h"]).unwrap();
    let all = measure(&predictions, "{groups: [[g, h]], metrics: [accuracy_score, accuracy_score_difference]}").unwrap();
    let empty = find(&all, "accuracy_score", "g*h", "g=b*h=y", "");
    assert_eq!((empty.status, empty.n, empty.reason.as_str()), (Status::Undefined, 0, "no items in g=b*h=y"));
    assert_eq!(find(&all, "accuracy_score_difference", "g*h", "", "").reason, "no items in g=b*h=y");
}

#[test]
fn small_groups_are_flagged_and_may_be_insufficient_evidence() {
    let predictions = import("y,p,g\n1,1,a\n0,1,a\n1,0,b\n", COLUMNS, &["g"]).unwrap();
    let spec = |undefined: &str| {
        format!("{{groups: [g], min_count: 2, undefined: {undefined}, metrics: [accuracy_score, accuracy_score_difference]}}")
    };
    let all = measure(&predictions, &spec("propagate")).unwrap();
    let b = find(&all, "accuracy_score", "g", "g=b", "");
    assert_eq!((b.status, b.value, b.reason.as_str()), (Status::Small, Some(0.0), "1 item in g=b, fewer than `min_count` (2)"));
    assert_eq!(find(&all, "accuracy_score_difference", "g", "", "").status, Status::Small);
    let all = measure(&predictions, &spec("exclude")).unwrap();
    let gap = find(&all, "accuracy_score_difference", "g", "", "");
    assert_eq!((gap.status, gap.value), (Status::InsufficientEvidence, None));
}

#[test]
fn one_group_that_is_left_says_nothing_of_groups() {
    let rows =
        |group: &str, hits: usize, all: usize| (0..all).map(|row| format!("1,{},{group}\n", u8::from(row < hits))).collect::<String>();
    let suffixes = ["group_min", "group_max", "group_std", "mean_over_groups", "weighted_mean", "subgroup_unfairness", "equity_scaled"];
    let metrics: Vec<String> = suffixes.iter().map(|suffix| format!("accuracy_score_{suffix}")).collect();
    let spec = format!("{{groups: [g], min_count: 5, undefined: exclude, metrics: [{}]}}", metrics.join(", "));
    let csv = format!("y,p,g\n{}{}", rows("a", 9, 10), rows("b", 0, 3));
    let all = measure(&import(&csv, COLUMNS, &["g"]).unwrap(), &spec).unwrap();
    for metric in &metrics {
        let one = find(&all, metric, "g", "", "");
        let few = "3 items in g=b, fewer than `min_count` (5)";
        assert_eq!((one.status, one.value, one.lower, one.reason.as_str()), (Status::InsufficientEvidence, None, None, few), "{metric}");
    }
    // Two that are left do, and so does the only one that there is.
    let all = measure(&import(&format!("{csv}{}", rows("c", 8, 10)), COLUMNS, &["g"]).unwrap(), &spec).unwrap();
    assert_eq!(find(&all, "accuracy_score_group_min", "g", "", "").value, Some(0.8));
    let all = measure(&import(&format!("y,p,g\n{}", rows("a", 9, 10)), COLUMNS, &["g"]).unwrap(), &spec).unwrap();
    assert_eq!(find(&all, "accuracy_score_group_min", "g", "", "").value, Some(0.9));
    // Of groups without a number the others' stays, as fairlearn has it, and the reason says so.
    let predictions = import("y,p,g\n1,1,a\n0,1,a\n1,0,a\n0,0,b\n", COLUMNS, &["g"]).unwrap();
    let all = measure(&predictions, "{groups: [g], positive: 1, undefined: exclude, metrics: [recall_score_group_min]}").unwrap();
    let one = find(&all, "recall_score_group_min", "g", "", "");
    assert_eq!((one.status, one.value, one.reason.as_str()), (Status::Ok, Some(0.5), "left out: no positives in g=b"));
}

#[test]
fn a_small_number_without_an_interval_says_why_too() {
    let csv = "y,p,g\n1,0.5,a\n0,0.5,a\n1,0.1,b\n0,0.2,b\n1,0.8,b\n";
    let predictions = import(csv, "{label: y, probabilities: p}", &["g"]).unwrap();
    let all = measure(&predictions, "{groups: [g], positive: 1, min_count: 3, metrics: [log_loss]}").unwrap();
    let small = find(&all, "log_loss", "g", "g=a", "");
    assert_eq!((small.status, small.value, small.lower), (Status::Small, Some(std::f64::consts::LN_2), None));
    assert_eq!(small.reason, "2 items in g=a, fewer than `min_count` (3); no interval: all resamples have the same number");
}

#[test]
fn what_a_gap_leaves_out_is_told_beside_it() {
    let rows =
        |group: &str, hits: usize, all: usize| (0..all).map(|row| format!("1,{},{group}\n", u8::from(row < hits))).collect::<String>();
    let csv = format!("y,p,g\n{}{}{}", rows("a", 9, 10), rows("b", 8, 10), rows("c", 0, 3));
    let predictions = import(&csv, COLUMNS, &["g"]).unwrap();
    let spec = |undefined: &str| {
        format!(
            "{{groups: [g], min_count: 5, undefined: {undefined}, metrics: [accuracy_score_difference, {{accuracy_score_difference: {{reference: c, \
             as: against}}}}]}}"
        )
    };
    let few = "3 items in g=c, fewer than `min_count` (5)";
    let all = measure(&predictions, &spec("exclude")).unwrap();
    let gap = find(&all, "accuracy_score_difference", "g", "", "");
    assert_eq!((gap.status, gap.reason.clone()), (Status::Ok, format!("left out: {few}")));
    assert!((gap.value.unwrap() - 0.1).abs() < 1e-12);
    let against = find(&all, "against", "g", "g=a", "");
    assert_eq!((against.status, against.value, against.reason.as_str()), (Status::InsufficientEvidence, None, few));
    let all = measure(&predictions, &spec("propagate")).unwrap();
    for (metric, group, value) in [("accuracy_score_difference", "", 0.9), ("against", "g=a", 0.9)] {
        let number = find(&all, metric, "g", group, "");
        assert_eq!((number.status, number.value, number.reason.as_str()), (Status::Small, Some(value), few));
    }
}

#[test]
fn groups_that_are_perfect_have_no_point_for_an_interval() {
    let csv: String = (0..12).map(|row| format!("{0},{0},{1}\n", row % 2, ["a", "b", "c"][row / 4])).collect();
    let predictions = import(&format!("y,p,g\n{csv}"), COLUMNS, &["g"]).unwrap();
    let suffixes =
        ["group_std", "group_cv", "gini", "corrected_gini", "inequity", "equity_scaled", "mean_over_groups", "weighted_mean", "shortfall"];
    let metrics: Vec<String> = suffixes.iter().map(|suffix| format!("accuracy_score_{suffix}")).collect();
    let all = measure(&predictions, &format!("{{groups: [g], positive: 1, metrics: [{}]}}", metrics.join(", "))).unwrap();
    for metric in &metrics {
        let number = find(&all, metric, "g", "", "");
        let (value, lower, upper) = (number.value.unwrap(), number.lower.unwrap(), number.upper.unwrap());
        assert!(lower <= value && value <= upper && upper - lower > 0.05, "{number:?}");
    }
}

#[test]
fn subjects_in_several_groups_exchange_labels_within_themselves() {
    // 40 subjects of four items, of which two are `a`: those of `b` are always right, those of `a` for every other subject.
    let item = |row: usize, differs: bool| {
        let (subject, group) = (row / 4, ["a", "a", "b", "b"][row % 4]);
        let right = if differs { group == "b" || subject % 2 == 0 } else { subject % 2 == 0 };
        format!("1,{},{group},s{subject}\n", u8::from(right))
    };
    for (differs, value, chance) in [(true, 0.5, 0.0..0.02), (false, 0.0, 0.9..1.01)] {
        let csv: String = (0..160).map(|row| item(row, differs)).collect();
        let predictions = import(&format!("y,p,g,who\n{csv}"), "{label: y, decision: p, subject: who}", &["g"]).unwrap();
        let all = measure(&predictions, "{groups: [g], positive: 1, metrics: [accuracy_score_difference]}").unwrap();
        let gap = find(&all, "accuracy_score_difference", "g", "", "");
        assert_eq!((gap.value, gap.n_clusters), (Some(value), Some(40)));
        assert!(chance.contains(&gap.null_p.unwrap()), "{gap:?}");
    }
}

#[test]
fn every_gap_stands_beside_its_null() {
    let mut same = String::from("y,p,g\n");
    let mut apart = same.clone();
    for row in 0..300 {
        let group = ["a", "b", "c"][row % 3];
        same.push_str(&format!("1,{},{group}\n", u8::from(row % 10 < 7)));
        apart.push_str(&format!("1,{},{group}\n", u8::from(group != "b" || row % 2 == 0)));
    }
    let gap = |csv: &str| {
        let all = measure(&import(csv, COLUMNS, &["g"]).unwrap(), "{groups: [g], metrics: [accuracy_score_difference]}").unwrap();
        find(&all, "accuracy_score_difference", "g", "", "").clone()
    };
    let (same, apart) = (gap(&same), gap(&apart));
    assert!(same.null_median.unwrap() > 0.02 && same.null_p.unwrap() > 0.5, "{same:?}");
    assert!(apart.null_p.unwrap() < 0.02 && apart.null_median.unwrap() < 0.2, "{apart:?}");
}

#[test]
fn unknown_labels_count_nowhere_but_keep_their_rank() {
    // `b` is unknown for the first item; it takes one of the two places.
    let csv = "present,absent,a,b,c\n\"[\"\"a\"\"]\",\"[\"\"c\"\"]\",0.5,0.9,0.7\n\"[\"\"a\"\",\"\"b\"\"]\",\"[\"\"c\"\"]\",0.9,0.8,0.1\n";
    let columns = "{label: {present: present, absent: absent}, probabilities: {a: a, b: b, c: c}}";
    let predictions = import(csv, columns, &[]).unwrap();
    let all =
        measure(&predictions, "{metrics: [{recall_at_k: {k: 2, average: micro}}, {precision_at_k: {k: 2, average: micro}}]}").unwrap();
    let recall = find(&all, "recall_at_k", "", "", "");
    assert_eq!((recall.value, recall.n_positive, recall.n_negative), (Some(2.0 / 3.0), Some(3), Some(2)));
    assert_eq!(find(&all, "precision_at_k", "", "", "").value, Some(2.0 / 3.0));
}

#[test]
fn subjects_are_drawn_whole() {
    let mut csv = String::from("y,p,who\n");
    for row in 0..400 {
        csv.push_str(&format!("1,{},s{}\n", u8::from((row / 20) % 2 == 0), row / 20));
    }
    let width = |columns: &str| {
        let all = measure(&import(&csv, columns, &[]).unwrap(), "{metrics: [accuracy_score]}").unwrap();
        let m = find(&all, "accuracy_score", "", "", "").clone();
        (m.upper.unwrap() - m.lower.unwrap(), m.n_clusters)
    };
    let (items, none) = width(COLUMNS);
    let (subjects, twenty) = width("{label: y, decision: p, subject: who}");
    assert_eq!((none, twenty), (None, Some(20)));
    // 20 photographs of one person say what one does: the interval is about the square root of 20 times as wide.
    assert!(subjects > 3.5 * items && subjects < 5.5 * items, "{subjects} against {items}");
}

#[test]
fn a_class_without_a_number_is_left_out_of_a_weighted_mean_where_the_spec_says_so() {
    // Nothing is decided `c`, so that it has no precision; of what is decided `a`, 2 of 3 are, of `b` 1 of 2.
    let predictions = import("y,p\na,a\na,a\na,b\nb,b\nc,a\n", "{label: y, decision: p, classes: [a, b, c]}", &[]).unwrap();
    let weighted = |policy: &str| {
        let call = "{precision_score: {average: weighted, as: weighted}}";
        let all = measure(&predictions, &format!("{{undefined: {policy}, metrics: [{call}]}}")).unwrap();
        let found = find(&all, "weighted", "", "", "");
        (found.value, found.reason.clone())
    };
    assert_eq!(weighted("propagate"), (None, "nothing decided positive of class=c".to_owned()));
    assert_eq!(weighted("exclude"), (Some((3.0 * (2.0 / 3.0) + 0.5) / 4.0), "left out: nothing decided positive of class=c".to_owned()));
}

#[test]
fn a_number_without_an_interval_says_why() {
    let row = |truth: &str, score: &str, group: &str, times: usize| format!("{truth},{score},{group}\n").repeat(times);
    let csv = ["y,s,g\n".to_owned(), row("1", "0.9", "a", 12), row("1", "0.2", "a", 4), row("0", "0.3", "a", 9), row("0", "0.8", "a", 3)]
        .into_iter()
        .chain([
            row("1", "0.8", "b", 7),
            row("1", "0.4", "b", 5),
            row("0", "0.1", "b", 8),
            row("0", "0.6", "b", 2),
            row("0", "0.2", "c", 20),
        ])
        .collect::<String>();
    let predictions = import(&csv, "{label: y, probabilities: s}", &["g"]).unwrap();
    let metrics =
        "cohen_kappa_score, theil_index, {recall_score_levelled: {at: 0.6}}, {roc_auc_score_levelled: {at: 0.7}}, class_imbalance";
    let evaluation = format!("{{groups: [g], positive: 1, decide: {{threshold: 0.5}}, undefined: exclude, metrics: [{metrics}]}}");
    let all = measure(&predictions, &evaluation).unwrap();
    let line = |one: &Measurement| {
        let number = |number: Option<f64>| number.map_or_else(|| "-".to_owned(), |number| format!("{number:.3}"));
        let (value, lower, upper) = (number(one.value), number(one.lower), number(one.upper));
        format!("{} {} {} [{}, {}] {} {}", one.metric, one.by, one.group, lower, upper, value, one.reason)
    };
    insta::assert_snapshot!(all.iter().map(line).collect::<Vec<_>>().join("\n"));
}

#[test]
fn what_too_few_groups_are_left_by_is_told_of_classes_too() {
    let csv = "y,p,g\nx,x,a\ny,y,a\nz,x,a\nx,y,b\ny,y,b\n";
    let predictions = import(csv, COLUMNS, &["g"]).unwrap();
    let all =
        measure(&predictions, "{groups: [g], undefined: exclude, metrics: [dp_cm, {recall_score_difference: {classes: mean}}]}").unwrap();
    let (mass, recall) = (find(&all, "dp_cm", "g", "", ""), find(&all, "recall_score_difference", "g", "", ""));
    assert_eq!(mass.reason, "fewer than two groups to compare of class=x; left out: no positives of class=z in g=b");
    assert_eq!((recall.status, recall.reason.as_str()), (Status::Ok, "left out: 1 of 3 classes"));
}

#[test]
fn what_a_mean_over_classes_leaves_out_is_named() {
    // Nobody of b is x; of a 1 of 2 x are found, 2 of 2 y and 1 of 2 z, of b 1 of 2 y and 2 of 2 z.
    let csv = "y,p,g\nx,x,a\nx,y,a\ny,y,a\ny,y,a\nz,z,a\nz,x,a\ny,y,b\ny,z,b\nz,z,b\nz,z,b\n";
    let predictions = import(csv, COLUMNS, &["g"]).unwrap();
    let calls = "{recall_score: {average: macro, as: recall}}, balanced_accuracy_score, min_class_accuracy, \
                 {recall_score_difference: {average: macro, as: gap}}, {balanced_accuracy_score_difference: {reference: a, as: signed}}, \
                 {recall_score_difference: {classes: mean, as: mean_gap}}, {recall_score_group_min: {classes: min, as: least}}, \
                 term_by_term_equalized_odds";
    let all = measure(&predictions, &format!("{{groups: [g], undefined: exclude, metrics: [{calls}]}}")).unwrap();
    let of = |metric: &str, by: &str, group: &str| {
        let found = find(&all, metric, by, group, "");
        (found.value.map(|value| (value * 1e9).round() / 1e9), found.reason.clone())
    };
    let own = "left out: no positives of class=x".to_owned();
    let of_b = "left out: no positives of class=x in g=b".to_owned();
    for (metric, least) in [("recall", 0.75), ("balanced_accuracy_score", 0.75), ("min_class_accuracy", 0.5)] {
        assert_eq!(of(metric, "g", "g=b"), (Some(least), own.clone()), "{metric}");
        assert_eq!(of(metric, "g", "g=a").1, "", "{metric}");
        assert_eq!(of(metric, "", "").1, "", "{metric}");
    }
    // Of a the mean is (1/2 + 1 + 1/2) / 3; gaps of classes are 1/2 of y and 1/2 of z, and of x there is none.
    assert_eq!(of("gap", "g", ""), (Some(0.083333333), of_b.clone()));
    assert_eq!(of("signed", "g", "g=b"), (Some(0.083333333), of_b.clone()));
    assert_eq!(of("mean_gap", "g", ""), (Some(0.5), "left out: 1 of 3 classes".to_owned()));
    assert_eq!(of("least", "g", ""), (Some(0.5), of_b.clone()));
    assert_eq!(of("term_by_term_equalized_odds", "g", "").1, of_b);
}

#[test]
fn a_mean_of_rankings_names_the_classes_that_it_leaves_out() {
    let csv = "y,s0,s1,s2,g\nx,0.8,0.1,0.1,a\ny,0.1,0.8,0.1,a\nz,0.2,0.2,0.6,a\ny,0.1,0.7,0.2,b\nz,0.1,0.2,0.7,b\n";
    let predictions = import(csv, "{label: y, probabilities: {x: s0, y: s1, z: s2}}", &["g"]).unwrap();
    let calls = "mean_average_precision, {roc_auc_score: {average: macro, as: auc}}, {roc_auc_score: {average: weighted, as: weighted}}";
    let all = measure(&predictions, &format!("{{groups: [g], undefined: exclude, metrics: [{calls}]}}")).unwrap();
    let of = |metric: &str| find(&all, metric, "g", "g=b", "").reason.clone();
    for metric in ["mean_average_precision", "auc"] {
        let reason = of(metric);
        assert!(reason.contains("left out: no positives of class=x"), "{metric}: {reason}");
    }
    // Classes without positives weigh nothing: none is left out.
    assert!(!of("weighted").contains("left out"), "{}", of("weighted"));
}

#[test]
fn a_count_has_no_interval_whatever_is_drawn() {
    let row = |item: usize| {
        format!("{},{},s{},{},{}\n", item % 2, usize::from(!item.is_multiple_of(3)), item * item % 37, 1 + item % 2, ["A", "B"][item % 2])
    };
    let csv = format!("y,p,s,w,g\n{}", (0..100).map(row).collect::<String>());
    for columns in ["{label: y, decision: p}", "{label: y, decision: p, subject: s}", "{label: y, decision: p, weight: w}"] {
        let all = measure(&import(&csv, columns, &["g"]).unwrap(), "{groups: [g], metrics: [count, accuracy_score]}").unwrap();
        for one in &all {
            assert_eq!(one.lower.is_some(), one.metric == "accuracy_score", "{one:?}");
            assert_eq!((one.status, one.reason.as_str()), (Status::Ok, ""), "{one:?}");
        }
    }
}
