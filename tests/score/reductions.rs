//! Reductions over groups against numbers worked out by hand.

use super::{find, import, measure};

/// Accuracies 1, 1/2 and 1/4.
const CSV: &str = "y,p,g\n1,1,a\n0,0,a\n1,1,b\n1,0,b\n1,1,c\n1,0,c\n0,1,c\n0,1,c\n";

#[test]
fn groups_count_the_same_whatever_their_size() {
    let metrics = "[accuracy_score_mean_abs_difference, accuracy_score_group_std, accuracy_score_mean_over_groups, accuracy_score_group_cv, accuracy_score_gini, accuracy_score_equity_scaled, \
                   accuracy_parity_difference, treatment_equality_difference]";
    let predictions = import(CSV, "{label: y, decision: p}", &["g"]).unwrap();
    let all = measure(&predictions, &format!("{{groups: [g], positive: 1, undefined: exclude, metrics: {metrics}}}")).unwrap();
    let expected = [
        ("accuracy_score_mean_abs_difference", (0.5 + 0.75 + 0.25) / 3.0),
        ("accuracy_score_group_std", ((1.0 + 0.25 + 0.0625) / 3.0 - (1.75_f64 / 3.0).powi(2)).sqrt()),
        ("accuracy_score_mean_over_groups", 1.75 / 3.0),
        ("accuracy_score_group_cv", ((1.0 + 0.25 + 0.0625) / 3.0 - (1.75_f64 / 3.0).powi(2)).sqrt() / (1.75 / 3.0)),
        ("accuracy_score_gini", 2.0 * (0.5 + 0.75 + 0.25) / (2.0 * 9.0 * (1.75 / 3.0))),
        ("accuracy_score_equity_scaled", 0.5 / (1.0 + ((1.0 + 0.25 + 0.0625) / 3.0 - (1.75_f64 / 3.0).powi(2)).sqrt())),
        ("accuracy_parity_difference", 0.75),
        // No positive of `a` is decided wrongly; `b` has 0 false alarms to 1 miss, `c` 2 to 1.
        ("treatment_equality_difference", 2.0),
    ];
    for (metric, value) in expected {
        let found = find(&all, metric, "g", "", "");
        assert!((found.value.unwrap() - value).abs() < 1e-12, "{metric}: {found:?}");
        assert!(found.lower.is_none_or(|lower| lower <= value) && found.upper.is_none_or(|upper| upper >= value), "{found:?}");
    }
}

#[test]
fn the_reference_is_exactly_itself_and_others_have_intervals_around_no_difference_where_there_is_none() {
    let mut csv = String::from("y,p,g\n");
    for (group, wrong) in [("a", 10), ("b", 10), ("c", 40)] {
        (0..100).for_each(|row| csv.push_str(&format!("1,{},{group}\n", u8::from(row >= wrong))));
    }
    let predictions = import(&csv, "{label: y, decision: p}", &["g"]).unwrap();
    let all = measure(
        &predictions,
        "{groups: [g], metrics: [{accuracy_score_difference: {reference: a, as: d}}, {accuracy_score_disparity: {reference: {g: a}, as: q}}, \
         {accuracy_score_difference: {reference: largest, as: tied}}]}",
    )
    .unwrap();
    for (metric, unit) in [("d", 0.0), ("q", 1.0)] {
        let of = |group: &str| find(&all, metric, "g", group, "");
        let a = of("g=a");
        assert_eq!((a.value, a.lower, a.upper, a.n), (Some(unit), Some(unit), Some(unit), 100));
        let (b, c) = (of("g=b"), of("g=c"));
        assert!(b.lower.unwrap() < unit && b.upper.unwrap() > unit, "{b:?}");
        assert!(c.upper.unwrap() < unit, "{c:?}");
        assert_eq!(c.null_p, None);
    }
    // Newcombe (1998), Interval estimation for the difference between independent proportions: method 10, for 60 and 90 of 100.
    let c = find(&all, "d", "g", "g=c", "");
    assert!((c.lower.unwrap() + 0.407).abs() < 5e-3 && (c.upper.unwrap() + 0.184).abs() < 5e-3, "{c:?}");
    assert_eq!(find(&all, "tied", "g", "g=b", "").reason, "several groups are as large as the reference: name one in g=b");
}

#[test]
fn what_is_held_fixed_is_no_gap() {
    // The young are recognized worse, and more of them are in group b; within an age, groups do not differ.
    let mut csv = String::from("y,p,g,age\n");
    for (group, age, items) in [("a", "old", 90), ("a", "young", 10), ("b", "old", 10), ("b", "young", 90)] {
        let wrong = if age == "old" { items / 10 } else { items / 2 };
        (0..items).for_each(|row| csv.push_str(&format!("1,{},{group},{age}\n", u8::from(row >= wrong))));
    }
    let predictions = import(&csv, "{label: y, decision: p}", &["g", "age"]).unwrap();
    let free = measure(&predictions, "{groups: [g], metrics: [accuracy_score_difference]}").unwrap();
    let gap = find(&free, "accuracy_score_difference", "g", "", "");
    assert!((gap.value.unwrap() - 0.32).abs() < 1e-12 && gap.null_p.unwrap() < 0.02, "{gap:?}");
    let held = "{groups: [g], control: age, metrics: [accuracy_score, accuracy_score_difference, {accuracy_score_difference: {reference: b, as: to_b}}]}";
    let held = measure(&predictions, held).unwrap();
    for age in ["age=old", "age=young"] {
        let gap = find(&held, "accuracy_score_difference", "age*g", age, "");
        assert!(gap.value.unwrap().abs() < 1e-12 && gap.n == 100, "{gap:?}");
        // Labels are exchanged within an age alone, where chance leaves a gap too.
        assert!(gap.null_p.unwrap() > 0.9 && gap.null_median.unwrap() > 0.0, "{gap:?}");
        assert!(find(&held, "to_b", "age*g", &format!("{age}*g=a"), "").value.unwrap().abs() < 1e-12);
        assert_eq!(find(&held, "accuracy_score", "age", age, "").n, 100);
    }
}

#[test]
fn all_items_within_a_level_are_also_those_of_no_compared_group() {
    // Of the old a right 1 of 2, b 2 of 2, and nobody 0 of 2: 3 of 6 in all. Who has no age is in no level.
    let groups = [
        ("old", "a", 1, 2),
        ("old", "b", 2, 2),
        ("old", "", 0, 2),
        ("young", "a", 1, 2),
        ("young", "b", 0, 2),
        ("young", "", 2, 2),
        ("", "a", 0, 9),
    ];
    let mut csv = String::from("y,p,s,age,race\n");
    for (age, race, right, items) in groups {
        (0..items).for_each(|row| csv.push_str(&format!("1,{0},0.{row}{0},{age},{race}\n", u8::from(row < right))));
    }
    let metrics =
        "[recall_score, {recall_score_difference: {method: to_overall}}, recall_score_subgroup_unfairness, recall_score_equity_scaled]";
    let expected =
        [("recall_score_difference", 0.5), ("recall_score_subgroup_unfairness", 0.25), ("recall_score_equity_scaled", 0.5 / 1.25)];
    for columns in ["{label: y, decision: p, classes: [0, 1]}", "{label: y, decision: p, classes: [0, 1], subject: s}"] {
        let predictions = import(&csv, columns, &["age", "race"]).unwrap();
        let all =
            measure(&predictions, &format!("{{groups: [race], control: [age], positive: 1, undefined: exclude, metrics: {metrics}}}"))
                .unwrap();
        assert_eq!(find(&all, "recall_score", "age", "age=old", "").value, Some(0.5));
        for (metric, value) in expected {
            let found = find(&all, metric, "age*race", "age=old", "");
            assert!((found.value.unwrap() - value).abs() < 1e-12, "{found:?}");
        }
    }
}

#[test]
fn inequality_of_numbers_below_zero_may_be_above_one_and_lies_in_its_interval() {
    // Better than chance in a, worse in b.
    let rows = |group: &str, right: usize| -> String {
        (0..40).map(|row| format!("{},{},{group}\n", row % 2, if row / 2 < right { row % 2 } else { 1 - row % 2 })).collect()
    };
    let predictions = import(&format!("y,p,g\n{}{}", rows("a", 15), rows("b", 6)), "{label: y, decision: p}", &["g"]).unwrap();
    let metrics = "[matthews_corrcoef_gini, matthews_corrcoef_corrected_gini, matthews_corrcoef_shortfall]";
    let all = measure(&predictions, &format!("{{groups: [g], positive: 1, metrics: {metrics}}}")).unwrap();
    for metric in ["matthews_corrcoef_gini", "matthews_corrcoef_corrected_gini", "matthews_corrcoef_shortfall"] {
        let found = find(&all, metric, "g", "", "");
        let value = found.value.unwrap();
        assert!(value > 1.0, "{found:?}");
        assert!(found.lower.is_none_or(|lower| lower <= value) && found.upper.is_none_or(|upper| upper >= value), "{found:?}");
    }
}

#[test]
fn subjects_of_groups_that_are_left_out_do_not_count() {
    let csv: String = (0..24).map(|row| format!("1,1,{},s{row}\n", if row < 3 { "few" } else { ["a", "b"][row % 2] })).collect();
    let predictions = import(&format!("y,p,g,who\n{csv}"), "{label: y, decision: p, subject: who, classes: [0, 1]}", &["g"]).unwrap();
    let all =
        measure(&predictions, "{groups: [g], undefined: exclude, min_count: {subjects: 4}, metrics: [accuracy_score_difference]}").unwrap();
    let gap = find(&all, "accuracy_score_difference", "g", "", "");
    assert_eq!((gap.n, gap.n_clusters), (21, Some(21)), "{gap:?}");
}

#[test]
fn the_largest_group_is_that_of_most_weight() {
    let mut csv = String::from("y,p,g,w\n");
    (0..30).for_each(|row| csv.push_str(&format!("1,{},{},{}\n", u8::from(row % 4 > 0), ["a", "b"][row / 20], [1, 10][row / 20])));
    let predictions = import(&csv, "{label: y, decision: p, weight: w}", &["g"]).unwrap();
    let metrics =
        "[{accuracy_score_difference: {reference: largest, as: most}}, {accuracy_score_difference: {reference: smallest, as: least}}]";
    let all = measure(&predictions, &format!("{{groups: [g], metrics: {metrics}}}")).unwrap();
    let exactly = |metric: &str, group: &str| find(&all, metric, "g", group, "").value == Some(0.0);
    assert!(exactly("most", "g=b") && !exactly("most", "g=a") && exactly("least", "g=a") && !exactly("least", "g=b"), "{all:?}");
}

/// Hits, misses, false alarms and correct rejections of each group.
fn counts(groups: &[(&str, [usize; 4])]) -> String {
    let of = |(group, [tp, fn_, fp, tn]): &(&str, [usize; 4])| {
        let rows = [("1,1", *tp), ("1,0", *fn_), ("0,1", *fp), ("0,0", *tn)];
        rows.map(|(row, times)| format!("{row},{group}\n").repeat(times)).concat()
    };
    format!("y,p,g\n{}", groups.iter().map(of).collect::<String>())
}

#[test]
fn the_parts_of_a_criterion_against_a_reference_are_put_together_within_each_group() {
    // Against r, a has a TPR 0.2 higher and an FPR 0.4 lower, b a TPR 0.2 lower and an FPR 0.3 higher.
    let csv = counts(&[("r", [50, 50, 50, 50]), ("a", [70, 30, 10, 90]), ("b", [30, 70, 80, 20])]);
    let predictions = import(&csv, "{label: y, decision: p}", &["g"]).unwrap();
    let difference = [("max", 0.05), ("min", -0.1), ("mean", -0.025), ("farthest", 0.1)];
    // Quotients of 1.4 and 0.2 are 0.8 on average, of 0.6 and 1.6 they are 1.1.
    let disparity = [("max", 1.1), ("min", 0.8), ("mean", 0.95), ("farthest", 0.8)];
    for (name, expected) in [("difference", difference), ("disparity", disparity)] {
        for (groups, value) in expected {
            let call = |agg: &str| format!("{{equalized_odds_{name}: {{agg: {agg}, reference: r, groups: {groups}, as: {agg}}}}}");
            let mut calls = vec![call("mean"), call("sum")];
            if name == "difference" {
                calls.push(format!("{{average_odds_difference: {{reference: r, groups: {groups}, as: odds}}}}"));
            }
            let all = measure(&predictions, &format!("{{groups: [g], positive: 1, metrics: [{}]}}", calls.join(", "))).unwrap();
            for (called, times) in [("mean", 1.0), ("sum", 2.0), ("odds", 1.0)].iter().take(calls.len()) {
                let found = find(&all, called, "g", "", "");
                let (lower, upper) = (found.lower.unwrap(), found.upper.unwrap());
                assert!((found.value.unwrap() - times * value).abs() < 1e-12, "{groups}: {found:?}");
                assert!(lower < times * value && upper > times * value && upper - lower < *times, "{groups}: {found:?}");
            }
        }
    }
    // What is worst is so of parts and groups alike.
    let worst = |name: &str| format!("{{equalized_odds_{name}: {{agg: worst_case, reference: r, groups: farthest, as: {name}}}}}");
    let calls = format!("{{groups: [g], positive: 1, metrics: [{}, {}]}}", worst("difference"), worst("disparity"));
    let all = measure(&predictions, &calls).unwrap();
    for (name, value) in [("difference", 0.4), ("disparity", 0.2)] {
        assert!((find(&all, name, "g", "", "").value.unwrap() - value).abs() < 1e-12, "{name}");
    }
}

#[test]
fn what_two_parts_make_of_one_group_varies_as_both_do() {
    let csv = counts(&[("r", [120, 80, 60, 140]), ("a", [150, 50, 90, 110])]);
    let predictions = import(&csv, "{label: y, decision: p}", &["g"]).unwrap();
    let calls = "{groups: [g], positive: 1, metrics: [{average_odds_difference: {reference: r, groups: max, as: most}}, \
                 {average_odds_difference: {reference: r, groups: min, as: least}}, {equalized_odds_sum: {as: sum}}]}";
    let all = measure(&predictions, calls).unwrap();
    // Four shares of 200 items each, every one with a weight of a half.
    let spread = 1.96 * [0.6, 0.3, 0.75, 0.45].iter().map(|share: &f64| share * (1.0 - share) / 200.0 / 4.0).sum::<f64>().sqrt();
    for name in ["most", "least"] {
        let found = find(&all, name, "g", "", "");
        let (lower, upper) = (found.lower.unwrap(), found.upper.unwrap());
        assert!((lower - (0.15 - spread)).abs() < 0.15 * spread && (upper - (0.15 + spread)).abs() < 0.15 * spread, "{found:?} {spread}");
    }
}

#[test]
fn a_sum_of_two_gaps_may_be_above_1_and_so_may_its_interval() {
    let csv = counts(&[("a", [48, 2, 24, 26]), ("b", [2, 48, 2, 48])]);
    let predictions = import(&csv, "{label: y, decision: p}", &["g"]).unwrap();
    let all = measure(&predictions, "{groups: [g], positive: 1, metrics: [equalized_odds_sum]}").unwrap();
    let found = find(&all, "equalized_odds_sum", "g", "", "");
    assert!((found.value.unwrap() - 1.36).abs() < 1e-12 && found.upper.unwrap() > 1.45, "{found:?}");
}

#[test]
fn nothing_is_divided_by_a_mean_that_is_0_but_for_rounding() {
    // What is decided of a group less its share of what is not adds up to 0 over groups.
    let row = |item: usize| {
        format!("{},{},{}\n", ["p", "n"][item % 2], ["n", "p"][usize::from(item * item % 11 < 5)], ["A", "B", "C"][item % 7 % 3])
    };
    let csv = format!("y,p,g\n{}", (0..99).map(row).collect::<String>());
    let predictions = import(&csv, "{label: y, decision: p}", &["g"]).unwrap();
    let endings = ["gini", "corrected_gini", "group_cv"].map(|ending| format!("demographic_disparity_{ending}"));
    let calls = format!("{{groups: [g], positive: p, metrics: [demographic_disparity, {}]}}", endings.join(", "));
    let all = measure(&predictions, &calls).unwrap();
    let groups = ["g=A", "g=B", "g=C"].map(|group| find(&all, "demographic_disparity", "g", group, "").value.unwrap());
    assert!(groups.iter().all(|value| value.abs() > 1e-3) && groups.iter().sum::<f64>() != 0.0, "{groups:?}");
    for name in &endings {
        let found = find(&all, name, "g", "", "");
        assert_eq!((found.value, found.reason.as_str()), (None, "the groups' mean is not above 0"), "{found:?}");
    }
}

#[test]
fn one_group_is_set_against_all_items_by_no_gap() {
    let calls = "{groups: [g], metrics: [{accuracy_score_difference: {method: to_overall, as: d}}, {accuracy_score_ratio: {method: to_overall, as: q}}]}";
    // Of somebody the group is not known.
    let one = import("y,p,g\n1,1,a\n0,1,a\n1,1,a\n0,1,\n", "{label: y, decision: p}", &["g"]).unwrap();
    let all = measure(&one, calls).unwrap();
    for name in ["d", "q"] {
        let found = find(&all, name, "g", "", "");
        assert_eq!((found.value, found.reason.as_str()), (None, "fewer than two groups to compare"), "{found:?}");
    }
    // With b, which is all wrong, 2 of 5 are right: a is farther up than b is down, and b's share is 0 of that.
    let two = import("y,p,g\n1,1,a\n0,1,a\n1,1,a\n0,1,b\n0,1,\n", "{label: y, decision: p}", &["g"]).unwrap();
    let all = measure(&two, calls).unwrap();
    assert!((find(&all, "d", "g", "", "").value.unwrap() - 0.4).abs() < 1e-12);
    assert_eq!(find(&all, "q", "g", "", "").value, Some(0.0));
}
