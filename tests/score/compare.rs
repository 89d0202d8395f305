//! Comparisons: the same items, the same resamples.

use fairgrid::score::compare::contrast::Contrast;
use fairgrid::score::compare::exact::mcnemar;
use fairgrid::score::compare::finding::Finding;
use fairgrid::score::compare::{Request, Side};
use fairgrid::score::interval::share;
use fairgrid::score::measurement::Status;
use fairgrid::score::predictions::Predictions;
use fairgrid::score::rule::FittedRules;
use fairgrid::score::{ScoreError, compare};
use fairgrid::spec::compare::{Adjust, Comparison, Over, Sides, Test};
use fairgrid::spec::evaluation::Evaluation;
use fairgrid::spec::uncertainty::Uncertainty;

use super::{import, spec};

const EVALUATION: &str = "{groups: [g], metrics: [accuracy_score, accuracy_score_difference]}";

/// 300 items of three groups; every `wrong`-th decision is wrong.
fn model(wrong: usize, reversed: bool) -> Predictions {
    let row = |row: usize| format!("i{row},1,{},{}\n", u8::from(!row.is_multiple_of(wrong)), ["a", "b", "c"][row % 3]);
    let mut rows: Vec<String> = (0..300).map(row).collect();
    if reversed {
        rows.reverse();
    }
    import(&format!("id,y,p,g\n{}", rows.concat()), "{id: id, label: y, decision: p, classes: [0, 1]}", &["g"]).unwrap()
}

/// What comes of some contrasts in the accuracy.
fn accuracy_of(sides: &[Predictions], contrasts: &[Contrast], test: Test) -> Vec<Finding> {
    let evaluation = spec::<Evaluation>(EVALUATION);
    let fitted = FittedRules::new();
    let sides: Vec<Side<'_>> =
        sides.iter().map(|predictions| Side { predictions, evaluation: &evaluation, fitted: &fitted, rule: None }).collect();
    let metrics = ["accuracy_score".to_owned(), "accuracy_score_difference".to_owned()];
    let request = Request { contrasts, metrics: &metrics, test, within: None, adjust: Adjust::None, seeds: &[] };
    compare(&sides, &request, &Uncertainty::default().with_draws(1000, 1000)).unwrap()
}

fn differences(sides: &[Predictions], adjust: Adjust) -> Result<Vec<Finding>, ScoreError> {
    let evaluation = spec::<Evaluation>(EVALUATION);
    let fitted = FittedRules::new();
    let sides: Vec<Side<'_>> =
        sides.iter().map(|predictions| Side { predictions, evaluation: &evaluation, fitted: &fitted, rule: None }).collect();
    let contrasts: Vec<Contrast> = (1..sides.len()).map(|to| Contrast::Difference { from: vec![0], to: vec![to] }).collect();
    let metrics = ["accuracy_score".to_owned(), "accuracy_score_difference".to_owned()];
    let request = Request { contrasts: &contrasts, metrics: &metrics, test: Test::Bootstrap, within: None, adjust, seeds: &[] };
    compare(&sides, &request, &Uncertainty::default().with_draws(400, 0))
}

/// How two sides differ in some metrics, under some rules on groups.
fn of_two(rules: &str, metrics: &str, sides: &[Predictions; 2]) -> Vec<Finding> {
    let positive = if sides[0].classes().len() == 2 { "positive: 1, " } else { "" };
    let evaluation = spec::<Evaluation>(&format!("{{groups: [g], {positive}{rules}, metrics: {metrics}}}"));
    let fitted = FittedRules::new();
    let names: Vec<String> = evaluation.metrics.iter().map(|call| call.name.as_ref().unwrap_or(&call.choice.name).clone()).collect();
    let sides = sides.each_ref().map(|predictions| Side { predictions, evaluation: &evaluation, fitted: &fitted, rule: None });
    let contrasts = [Contrast::Difference { from: vec![0], to: vec![1] }];
    let request = Request { contrasts: &contrasts, metrics: &names, test: Test::Bootstrap, within: None, adjust: Adjust::None, seeds: &[] };
    compare(&sides, &request, &Uncertainty::default().with_draws(100, 0)).unwrap()
}

fn overall(all: &[Finding]) -> &Finding {
    all.iter().find(|d| d.metric == "accuracy_score" && d.by.is_empty()).unwrap()
}

#[test]
fn a_difference_is_paired_and_signed() {
    // Every fourth and every fifth decision are wrong: 75 and 60 of 300, 15 of them the same items.
    let all = differences(&[model(4, false), model(5, true)], Adjust::None).unwrap();
    let accuracy = overall(&all);
    assert_eq!((accuracy.value_from, accuracy.value_to, accuracy.n), (Some(0.75), Some(0.8), 300));
    assert!((accuracy.estimate.unwrap() - 0.05).abs() < 1e-12);
    // The paired standard error: sqrt((60 + 45) / 300 - 0.05^2) / sqrt(300).
    let half = 1.96 * (105.0_f64 / 300.0 - 0.0025).sqrt() / 300.0_f64.sqrt();
    let width = accuracy.upper.unwrap() - accuracy.lower.unwrap();
    assert!((width - 2.0 * half).abs() < 0.2 * half, "{width} against {}", 2.0 * half);
    assert!(accuracy.p.unwrap() > 0.05 && accuracy.p.unwrap() < 0.4, "{accuracy:?}");
    let turned = differences(&[model(5, false), model(4, false)], Adjust::None).unwrap();
    assert!((overall(&turned).estimate.unwrap() + 0.05).abs() < 1e-12);
    let gap = all.iter().find(|d| d.metric == "accuracy_score_difference").unwrap();
    assert_eq!((gap.status, gap.by.as_str(), gap.group.as_str()), (Status::Ok, "g", ""));
}

#[test]
fn a_model_does_not_differ_from_itself() {
    let all = differences(&[model(4, false), model(4, true)], Adjust::None).unwrap();
    let accuracy = overall(&all);
    assert_eq!((accuracy.estimate, accuracy.p), (Some(0.0), Some(1.0)));
    assert!(accuracy.lower.unwrap() < 0.0 && accuracy.upper.unwrap() > 0.0 && accuracy.upper.unwrap() < 0.02, "{accuracy:?}");
}

#[test]
fn many_comparisons_are_adjusted_together() {
    let sides = [model(4, false), model(5, false), model(40, false)];
    let holm = differences(&sides, Adjust::Holm).unwrap();
    let bh = differences(&sides, Adjust::BenjaminiHochberg).unwrap();
    for (holm, bh) in holm.iter().zip(&bh) {
        let (p, holm, bh) = (holm.p.unwrap(), holm.p_adjusted.unwrap(), bh.p_adjusted.unwrap());
        assert!(p <= bh && bh <= holm && holm <= 1.0, "{p} {bh} {holm}");
    }
    let smallest = holm.iter().min_by(|a, b| a.p.unwrap().total_cmp(&b.p.unwrap())).unwrap();
    assert!((smallest.p_adjusted.unwrap() - (smallest.p.unwrap() * holm.len() as f64).min(1.0)).abs() < 1e-12);
}

/// The standard error of a weighted sum of accuracies: that of the mean over items of the weights of the sides that are right.
fn standard_error(wrong: &[usize], weights: &[f64]) -> f64 {
    let of = |item: usize| -> f64 {
        wrong.iter().zip(weights).filter(|(wrong, _)| !item.is_multiple_of(**wrong)).map(|(_, weight)| weight).sum()
    };
    let values: Vec<f64> = (0..300).map(of).collect();
    let mean = values.iter().sum::<f64>() / 300.0;
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 300.0 / 300.0).sqrt()
}

#[test]
fn what_is_drawn_for_sides_hangs_on_them_alone() {
    let sides = [model(4, false), model(5, true), model(7, false)];
    let difference = |from: usize, to: usize| Contrast::Difference { from: vec![from], to: vec![to] };
    let gaps = |sides: &[Predictions], contrasts: &[Contrast], place: usize| -> Vec<Finding> {
        let all = accuracy_of(sides, contrasts, Test::Bootstrap).into_iter().filter(|finding| finding.contrast == place);
        all.map(|finding| Finding { contrast: 0, ..finding }).filter(|finding| finding.metric == "accuracy_score_difference").collect()
    };
    let alone = gaps(&sides[..2], &[difference(0, 1)], 0);
    assert!(alone.len() == 1 && alone[0].p.is_some(), "{alone:?}");
    assert_eq!(alone, gaps(&sides, &[difference(0, 2), difference(0, 1), difference(1, 2)], 1));
    let [first, second, third] = sides;
    assert_eq!(alone, gaps(&[third, first, second], &[difference(0, 1), difference(1, 2)], 1));
}

#[test]
fn the_reference_is_not_compared_with_itself() {
    let evaluation = spec::<Evaluation>("{groups: [g], positive: 1, metrics: [{accuracy_score_difference: {reference: a, as: against}}]}");
    let (fitted, uncertainty) = (FittedRules::new(), Uncertainty::default().with_draws(100, 0));
    let models = [model(4, false), model(5, false)];
    let sides = models.each_ref().map(|predictions| Side { predictions, evaluation: &evaluation, fitted: &fitted, rule: None });
    let contrasts = [Contrast::Difference { from: vec![0], to: vec![1] }];
    let metrics = ["against".to_owned()];
    let request =
        Request { contrasts: &contrasts, metrics: &metrics, test: Test::Bootstrap, within: None, adjust: Adjust::None, seeds: &[] };
    let found = compare(&sides, &request, &uncertainty).unwrap();
    let groups: Vec<&str> = found.iter().map(|finding| finding.group.as_str()).collect();
    assert_eq!(groups, ["g=b", "g=c"]);
}

#[test]
fn p_is_where_the_interval_of_a_share_reaches_0() {
    let all = differences(&[model(4, false), model(5, true)], Adjust::None).unwrap();
    let found = overall(&all);
    // The interval of level 1 - p touches 0: Tango's, which McNemar's statistic turns to 0 at its own z (60 and 45 items that differ).
    let z = 15.0 / 105.0_f64.sqrt();
    assert!((found.p.unwrap() - 2.0 * share::normal_cdf(-z)).abs() < 1e-9, "{found:?}");
}

#[test]
fn means_over_sides_are_drawn_together() {
    let wrong = [4, 5, 7, 10];
    let sides = wrong.map(|wrong| model(wrong, wrong == 5));
    let contrast = Contrast::Difference { from: vec![0, 1], to: vec![2, 3] };
    let found = accuracy_of(&sides, &[contrast], Test::Bootstrap);
    let mean = overall(&found);
    // 75, 60, 43 and 30 of 300 are wrong.
    let (from, to) = (1.0 - 67.5 / 300.0, 1.0 - 36.5 / 300.0);
    assert!((mean.value_from.unwrap() - from).abs() < 1e-12 && (mean.value_to.unwrap() - to).abs() < 1e-12, "{mean:?}");
    assert!((mean.estimate.unwrap() - (to - from)).abs() < 1e-12);
    let width = mean.upper.unwrap() - mean.lower.unwrap();
    let wanted = 2.0 * 1.96 * standard_error(&wrong, &[-0.5, -0.5, 0.5, 0.5]);
    assert!((width - wanted).abs() < 0.12 * wanted, "{width} against {wanted}");
}

#[test]
fn a_slope_is_that_of_least_squares_and_drawn_together() {
    let wrong = [10, 7, 5, 4];
    let sides = wrong.map(|wrong| model(wrong, false));
    let levels = [0.0, 1.0, 2.0, 5.0];
    let contrast = Contrast::Slope(levels.iter().zip(0..).map(|(level, side)| (*level, vec![side])).collect());
    let found = accuracy_of(&sides, &[contrast], Test::Bootstrap);
    let slope = overall(&found);
    // Levels minus their mean, 2, over the sum of their squares, 14; 30, 43, 60 and 75 of 300 are wrong.
    let weights = [-2.0, -1.0, 0.0, 3.0].map(|level| level / 14.0);
    let wanted = weights.iter().zip([270.0, 257.0, 240.0, 225.0]).map(|(weight, right)| weight * right / 300.0).sum::<f64>();
    assert!((slope.estimate.unwrap() - wanted).abs() < 1e-12, "{slope:?} against {wanted}");
    assert_eq!((slope.statistic.word(), slope.value_from, slope.value_to), ("slope", Some(0.9), Some(0.75)));
    let (width, expected) = (slope.upper.unwrap() - slope.lower.unwrap(), 2.0 * 1.96 * standard_error(&wrong, &weights));
    assert!((width - expected).abs() < 0.12 * expected, "{width} against {expected}");
    assert!(slope.p.unwrap() < 0.01);
}

#[test]
fn mcnemar_counts_the_items_that_one_side_alone_has_right() {
    let contrast = [Contrast::Difference { from: vec![0], to: vec![1] }];
    let p = |test: Test, group: &str| {
        let found = accuracy_of(&[model(4, false), model(5, true)], &contrast, test);
        found.iter().find(|finding| finding.metric == "accuracy_score" && finding.group == group).unwrap().p.unwrap()
    };
    // Of 75 and 60 errors, 15 are of the same items; a third of each in every group.
    assert!((p(Test::McNemar, "") - mcnemar(45, 60, true)).abs() < 1e-12);
    assert!((p(Test::McNemarExact, "") - mcnemar(45, 60, false)).abs() < 1e-12);
    assert!((p(Test::McNemar, "g=a") - mcnemar(15, 20, true)).abs() < 1e-12);
    // Exchanging sides at random is the same test but for the draw.
    assert!((p(Test::Permutation, "") - mcnemar(45, 60, false)).abs() < 0.04);
    let gaps = accuracy_of(&[model(4, false), model(5, true)], &contrast, Test::Permutation);
    let gap = gaps.iter().find(|finding| finding.metric == "accuracy_score_difference").unwrap();
    assert!(gap.p.unwrap() > 0.1, "{gap:?}");
}

#[test]
fn a_group_has_the_items_that_every_side_decided() {
    // One decides all 30 items of `c`, the other 10 of them.
    let said = |decided: usize| {
        let row = |row: usize| {
            let group = ["a", "b", "c"][row % 3];
            let abstains = group == "c" && row / 3 >= decided;
            let decision = if abstains { "" } else { ["1", "0"][usize::from(row.is_multiple_of(4))] };
            format!("i{row},1,{decision},{group}\n")
        };
        import(&format!("id,y,p,g\n{}", (0..90).map(row).collect::<String>()), "{id: id, label: y, decision: p, classes: [0, 1]}", &["g"])
            .unwrap()
    };
    let small = "10 items in g=c, fewer than `min_count` (20)";
    for order in [[30, 10], [10, 30]] {
        let found = of_two(
            "abstained: exclude, min_count: 20, undefined: exclude",
            "[accuracy_score, {accuracy_score_difference: {as: gap}}]",
            &order.map(said),
        );
        let group = found.iter().find(|finding| finding.group == "g=c").unwrap();
        assert_eq!((group.n, group.status, group.reason.as_str()), (10, Status::Small, small));
        let gap = found.iter().find(|finding| finding.metric == "gap").unwrap();
        assert_eq!((gap.n, gap.status, gap.reason.clone()), (60, Status::Ok, format!("left out: {small}")));
    }
}

#[test]
fn a_gap_of_too_few_groups_has_too_little_evidence_in_comparisons_too() {
    let metrics = "[{accuracy_score_difference: {as: gap}}, {accuracy_score_group_min: {as: worst}}, \
                   {directional_bias_amplification: {direction: attribute_to_task, as: amplified}}]";
    let sides = [model(4, false), model(5, false)];
    assert_eq!(of_two("min_count: 101", metrics, &sides).len(), 3);
    let few = ["a", "b", "c"].map(|group| format!("100 items in g={group}, fewer than `min_count` (101)"));
    for finding in of_two("min_count: 101, undefined: exclude", metrics, &sides) {
        assert_eq!((finding.status, finding.estimate, &finding.reason), (Status::InsufficientEvidence, None, &few.join("; ")));
    }
    for finding in of_two("min_count: 101, undefined: propagate", metrics, &sides) {
        assert_eq!((finding.status, &finding.reason), (Status::Small, &few[0]));
        assert!(finding.estimate.is_some());
    }
}

#[test]
fn gaps_are_compared_over_the_groups_that_all_sides_have_numbers_of() {
    // Both decide alike in `a` and `b`, of which 8 and 6 in 10 positive decisions are right; in `c` one is right in 1 of 10, the other decides
    // nobody.
    let said = |decides: bool| {
        let row = |row: usize| {
            let (group, item) = (row / 20, row % 20);
            let decided = item < 10 && (group < 2 || decides);
            let right = item < [8, 6, 1][group];
            format!("i{row},{},{},{}\n", u8::from(right || item >= 10), u8::from(decided), ["a", "b", "c"][group])
        };
        import(&format!("id,y,p,g\n{}", (0..60).map(row).collect::<String>()), "{id: id, label: y, decision: p, classes: [0, 1]}", &["g"])
            .unwrap()
    };
    for order in [[true, false], [false, true]] {
        let metrics = "[precision_score, {precision_score_difference: {as: gap}}]";
        let found = of_two("undefined: exclude", metrics, &order.map(said));
        let gap = found.iter().find(|finding| finding.metric == "gap").unwrap();
        let told = [gap.value_from, gap.value_to, gap.estimate].map(|value| (value.unwrap() * 1e9).round() / 1e9);
        assert_eq!((told, gap.status), ([0.2, 0.2, 0.0], Status::Ok));
        assert_eq!(gap.reason, "left out: nothing decided positive in g=c");
        // Of the group itself nothing is left out.
        let group = found.iter().find(|finding| finding.group == "g=c").unwrap();
        assert_eq!((group.status, group.value_from.or(group.value_to)), (Status::Undefined, Some(0.1)));
        let found = of_two("undefined: propagate", metrics, &order.map(said));
        assert_eq!(found.iter().find(|finding| finding.metric == "gap").unwrap().status, Status::Undefined);
    }
}

#[test]
fn means_of_gaps_are_compared_over_the_classes_that_all_sides_have_numbers_of() {
    // Of three classes, one model never says `z`: there is no largest share to divide by.
    let said = |says: bool| {
        let row = |row: usize| {
            let decision = match (row % 4, row / 4 % 5) {
                (0, 0) => "z",
                (0, _) if row.is_multiple_of(8) => "z",
                (1, _) => "x",
                _ => "y",
            };
            let decision = if decision == "z" && !says { "y" } else { decision };
            format!("i{row},{},{decision},{}\n", ["x", "y", "z"][row % 3], ["a", "b"][usize::from(row.is_multiple_of(3))])
        };
        import(
            &format!("id,y,p,g\n{}", (0..240).map(row).collect::<String>()),
            "{id: id, label: y, decision: p, classes: [x, y, z]}",
            &["g"],
        )
        .unwrap()
    };
    let ratios = "[{demographic_parity_ratio: {classes: mean, as: ratio}}, {demographic_parity_ratio: {classes: per_class, as: each}}]";
    for order in [[true, false], [false, true]] {
        let found = of_two("undefined: exclude", ratios, &order.map(said));
        let (mean, each) = found.split_first().unwrap();
        assert_eq!((mean.status, mean.reason.as_str()), (Status::Ok, "left out: 1 of 3 classes"));
        let defined: Vec<f64> = each.iter().filter_map(|finding| finding.estimate).collect();
        assert_eq!(defined.len(), 2, "{each:?}");
        assert!((mean.estimate.unwrap() - defined.iter().sum::<f64>() / 2.0).abs() < 1e-12, "{mean:?} {each:?}");
    }
}

#[test]
fn a_ratio_of_groups_without_effect_is_1_and_a_sum_of_two_is_2() {
    let metrics = "[accuracy_score_difference, accuracy_score_ratio, {accuracy_score_ratio: {method: to_overall, as: to_all}}, \
                   {equalized_odds_ratio: {agg: sum, as: sum}}, {equalized_odds_ratio: {agg: mean, as: mean}}, accuracy_score_skewness]";
    let found = of_two("undefined: exclude", metrics, &[model(4, false), model(5, false)]);
    assert_eq!(found.iter().map(|finding| finding.no_effect).collect::<Vec<f64>>(), [0.0, 1.0, 1.0, 2.0, 1.0, 1.0]);
}

#[test]
fn what_is_not_the_same_is_refused() {
    let refused = |sides: [Predictions; 2]| {
        let error = differences(&sides, Adjust::None).unwrap_err().to_string();
        error.strip_prefix("the sides cannot be compared: ").unwrap().to_owned()
    };
    let fewer = import("id,y,p,g\ni0,1,1,a\ni1,1,1,b\n", "{id: id, label: y, decision: p, classes: [0, 1]}", &["g"]).unwrap();
    assert_eq!(refused([model(4, false), fewer]), "2 of 300 and 2 items are the same: both sides need the same items");
    // What counts an item more than once, or with others, is no model's to say.
    let with = |rows: &str, more: &str| {
        let columns = format!("{{id: id, label: y, decision: p, classes: [0, 1]{more}}}");
        import(&format!("id,y,p,g,n\n{rows}"), &columns, &["g"]).unwrap()
    };
    let (one, turned, other) = ("a,1,1,x,1\nb,1,0,y,2\n", "b,1,0,y,2\na,1,1,x,1\n", "a,1,1,x,1\nb,1,0,y,1\n");
    for (what, more, apart) in [
        ("weights", ", weight: n", "`b` weighs `2` on one side and `1` on the other"),
        ("subjects", ", subject: n", "of `b`, `subject` is `2` on one side and `1` on the other"),
    ] {
        assert_eq!(refused([with(one, more), with(other, more)]), format!("the sides do not agree on {what}: {apart}"));
        for lacking in [[with(one, more), with(one, "")], [with(one, ""), with(one, more)]] {
            let told = refused(lacking);
            assert!(told.starts_with(&format!("the sides do not agree on {what}: one has none")), "{told}");
        }
        differences(&[with(one, more), with(turned, more)], Adjust::None).unwrap();
    }
}

#[test]
fn comparisons_are_written_as_people_say_them() {
    let losses = spec::<Comparison>("{loss: {baseline: bce}, metrics: [gap]}");
    let Over::Axis { name, sides: Sides::Baseline(level) } = losses.over else { panic!("{losses:?}") };
    assert_eq!((name.value.as_str(), level.value.as_str(), losses.adjust), ("loss", "bce", Adjust::None));
    let vendors = spec::<Comparison>("{model: all_pairs, metrics: [gap], adjust: holm}");
    assert!(matches!(vendors.over, Over::Axis { sides: Sides::AllPairs, .. }) && vendors.adjust == Adjust::Holm);
    let change = spec::<Comparison>("{models: [before, after], metrics: [gap]}");
    assert!(matches!(change.over, Over::Models(..)));
    let gain = spec::<Comparison>("{share: {from: 0.0, to: 0.2}, metrics: [macro_f1]}");
    let Over::Axis { sides: Sides::FromTo(from, to), .. } = gain.over else { panic!("{gain:?}") };
    assert_eq!((from.value.as_str(), to.value.as_str()), ("0", "0.2"));
}
