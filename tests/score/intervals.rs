//! Intervals: of what they are, against their closed forms (`tests/oracles/intervals.py`).

use fairgrid::score::interval::Sample;
use fairgrid::score::interval::errors::Errors;
use fairgrid::score::measurement::Measurement;
use fairgrid::score::rule::FittedRules;
use fairgrid::score::score;
use fairgrid::spec::evaluation::Evaluation;
use fairgrid::spec::uncertainty::Uncertainty;
use serde::Deserialize;

use super::{find, import, spec};

#[derive(Deserialize)]
struct Golden {
    perfect: Vec<Perfect>,
    scales: Vec<Scales>,
    mistakes: Vec<Mistaken>,
    means: Vec<Averaged>,
}

/// How many are right of each class, the limits of the mean of these shares, and the lower one of the least.
#[derive(Deserialize)]
struct Averaged {
    classes: Vec<(usize, usize)>,
    lower: f64,
    upper: f64,
    least: f64,
}

/// How many positives each subject has, all of them found.
#[derive(Deserialize)]
struct Perfect {
    positives: Vec<usize>,
    lower: f64,
}

/// A number, its resamples, how many units there are, and its ends on three scales.
#[derive(Deserialize)]
struct Scales {
    value: f64,
    numbers: Vec<f64>,
    units: f64,
    share: (f64, f64),
    odds: (f64, f64),
    proportional: (f64, f64),
}

/// How many of so many items are missed and falsely alarmed, and the Theil index of that.
#[derive(Deserialize)]
struct Mistaken {
    missed: usize,
    alarmed: usize,
    items: usize,
    value: f64,
    lower: f64,
    upper: f64,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../oracles/intervals.json")).unwrap()
}

fn measured(csv: &str, columns: &str, evaluation: &str, uncertainty: &str) -> Vec<Measurement> {
    let predictions = import(csv, columns, &["g"]).unwrap();
    score(&predictions, &spec::<Evaluation>(evaluation), &spec::<Uncertainty>(uncertainty), &FittedRules::new()).unwrap()
}

fn near(found: Option<f64>, wanted: f64) {
    assert!(found.is_some_and(|found| (found - wanted).abs() < 1e-7), "{found:?} in place of {wanted}");
}

const DECIDED: &str = "{label: y, decision: p, subject: s, classes: [0, 1]}";

#[test]
fn a_subject_counts_for_every_class_that_it_shows() {
    // Of 16 people seven expressions each, of which one in five is taken for the next: both numbers are of the same people and the same size.
    let item = |row: usize| {
        let (subject, class) = (row / 7, row % 7);
        let decided = if (subject * 3 + class * class) % 5 == 0 { (class + 1) % 7 } else { class };
        format!("{class},{decided},s{subject},a\n")
    };
    let csv: String = (0..16 * 7).map(item).collect();
    let columns = "{label: y, decision: p, subject: s}";
    let all = measured(&format!("y,p,s,g\n{csv}"), columns, "{metrics: [accuracy_score, balanced_accuracy_score]}", "{bootstrap: 1000}");
    let of = |metric: &str| find(&all, metric, "", "", "");
    let width = |metric: &str| of(metric).upper.unwrap() - of(metric).lower.unwrap();
    assert!((of("accuracy_score").value.unwrap() - of("balanced_accuracy_score").value.unwrap()).abs() < 1e-12);
    let ratio = width("balanced_accuracy_score") / width("accuracy_score");
    assert!((0.8..1.4).contains(&ratio), "{ratio}: {all:?}");
}

#[test]
fn of_a_share_only_subjects_count_that_hold_some_of_what_it_is_of() {
    for case in golden().perfect {
        let mut csv = "y,p,s,g\n".to_owned();
        for (subject, positives) in case.positives.iter().enumerate() {
            (0..*positives).for_each(|_| csv.push_str(&format!("1,1,s{subject},a\n")));
        }
        // They say nothing of a recall.
        (0..100).for_each(|subject| csv.push_str(&format!("0,{},n{subject},a\n", subject % 2)));
        let all = measured(&csv, DECIDED, "{positive: 1, metrics: [recall_score, false_negative_rate]}", "{bootstrap: 200}");
        near(find(&all, "recall_score", "", "", "").lower, case.lower);
        near(find(&all, "recall_score", "", "", "").upper, 1.0);
        near(find(&all, "false_negative_rate", "", "", "").upper, 1.0 - case.lower);
    }
}

#[test]
fn one_row_a_subject_is_as_good_as_single_items() {
    let mut csv = "y,p,s,g\n".to_owned();
    for row in 0..90 {
        csv.push_str(&format!(
            "{},{},s{row},{}\n",
            u8::from(row % 4 == 0),
            u8::from(row % 4 == 0 || row % 5 == 0),
            ["a", "b", "c"][row % 3]
        ));
        csv.push_str(&format!("{},{},t{row},{}\n", u8::from(row % 7 == 0), u8::from(row % 3 == 0), ["a", "b", "c"][row % 3]));
    }
    let evaluation = "{groups: [g], positive: 1, metrics: [accuracy_score, recall_score, true_negative_rate, precision_score, \
         negative_predictive_value, f1_score, recall_score_difference, recall_score_ratio, recall_score_group_min, \
         precision_score_difference, {accuracy_score_difference: {method: to_overall}}]}";
    let of =
        |cluster: &str| measured(&csv, DECIDED, evaluation, &format!("{{bootstrap: 200, cluster: {cluster}, null: {{permutations: 0}}}}"));
    let (subjects, items) = (of("subject"), of("none"));
    assert_eq!(subjects.len(), items.len());
    for (subject, item) in subjects.iter().zip(&items) {
        assert_eq!((&subject.metric, &subject.group), (&item.metric, &item.group));
        near(subject.lower, item.lower.unwrap());
        near(subject.upper, item.upper.unwrap());
    }
}

#[test]
fn what_rises_with_a_share_is_as_uncertain_as_that() {
    let row = |row: usize| format!("{row},{},{},g{},s{},{}\n", row % 2, (row % 7 > 3) as u8, row % 3, row % 11, 1 + row % 4);
    let csv: String = std::iter::once("id,y,p,g,s,w\n".to_owned()).chain((0..60).map(row)).collect();
    let evaluation =
        "{groups: [g], min_count: 1, metrics: [{f1_score: {average: per_class, as: f1}}, {jaccard_score: {average: per_class, as: iou}}]}";
    for columns in
        ["{id: id, label: y, decision: p}", "{id: id, label: y, decision: p, subject: s}", "{id: id, label: y, decision: p, weight: w}"]
    {
        for draws in ["{bootstrap: 200}", "{bootstrap: 200, shares: wilson, method: percentile}"] {
            let all = measured(&csv, columns, evaluation, draws);
            for f1 in all.iter().filter(|number| number.metric == "f1") {
                let iou = find(&all, "iou", &f1.by, &f1.group, &f1.label);
                let rises = |share: Option<f64>| share.map(|share| 2.0 * share / (1.0 + share)).unwrap();
                for (ours, share) in [(f1.value, iou.value), (f1.lower, iou.lower), (f1.upper, iou.upper)] {
                    assert!((ours.unwrap() - rises(share)).abs() < 1e-9, "{f1:?} {iou:?}");
                }
            }
        }
    }
}

#[test]
fn shares_are_as_uncertain_beside_what_is_resampled_as_alone() {
    let row = |row: usize| format!("{},{},g{}\n", row % 3, (row * row) % 3, row % 2);
    let csv: String = std::iter::once("y,p,g\n".to_owned()).chain((0..50).map(row)).collect();
    let shares = "accuracy_score, {f1_score: {average: per_class, as: f1}}, {recall_score: {average: per_class, as: recall}}";
    let of = |others: &str, uncertainty: &str| {
        let all = measured(&csv, "{label: y, decision: p}", &format!("{{groups: [g], metrics: [{shares}{others}]}}"), uncertainty);
        all.into_iter().filter(|number| ["accuracy_score", "f1", "recall"].contains(&number.metric.as_str())).collect::<Vec<_>>()
    };
    let alone = of("", "{bootstrap: 200}");
    assert!(alone.iter().all(|number| number.lower.is_some() && number.upper.is_some()), "{alone:?}");
    assert_eq!(alone, of(", matthews_corrcoef", "{bootstrap: 200}"));
    assert!(of("", "{bootstrap: 0}").iter().all(|number| number.lower.is_none()));
}

#[test]
fn an_index_of_mistakes_knows_those_that_few_items_do_not_hold() {
    for case in golden().mistakes {
        let rows = |row: &str, times: usize| format!("{row}\n").repeat(times);
        let right = case.items - case.missed - case.alarmed;
        let csv = format!("y,p,s,g\n{}{}{}", rows("1,0,a,a", case.missed), rows("0,1,a,a", case.alarmed), rows("1,1,a,a", right));
        let all = measured(&csv, "{label: y, decision: p, classes: [0, 1]}", "{groups: [g], positive: 1, metrics: [theil_index]}", "{}");
        let index = find(&all, "theil_index", "g", "g=a", "");
        near(index.value, case.value);
        near(index.lower, case.lower);
        near(index.upper, case.upper);
    }
}

#[test]
fn a_mean_of_shares_is_as_uncertain_as_a_share_that_no_resample_varies() {
    for case in golden().means {
        let (mut classes, mut groups) = ("y,p,g\n".to_owned(), "y,p,g\n".to_owned());
        for (class, (right, all)) in case.classes.iter().enumerate() {
            for item in 0..*all {
                let decision = if item < *right { class } else { (class + 1) % case.classes.len() };
                classes.push_str(&format!("{class},{decision},a\n"));
                groups.push_str(&format!("1,{},g{class}\n", u8::from(item < *right)));
            }
        }
        let columns = format!("{{label: y, decision: p, classes: {:?}}}", (0..case.classes.len()).collect::<Vec<_>>());
        let evaluation = "{groups: [g], metrics: [balanced_accuracy_score, {recall_score: {average: macro}}, min_class_accuracy]}";
        let of_classes = measured(&classes, &columns, evaluation, "{bootstrap: 400}");
        let evaluation = "{groups: [g], positive: 1, metrics: [recall_score_mean_over_groups, accuracy_score_mean_over_groups]}";
        let of_groups = measured(&groups, "{label: y, decision: p, classes: [0, 1]}", evaluation, "{bootstrap: 400}");
        let means = ["balanced_accuracy_score", "recall_score"].map(|metric| find(&of_classes, metric, "g", "g=a", ""));
        let over = ["recall_score_mean_over_groups", "accuracy_score_mean_over_groups"].map(|metric| find(&of_groups, metric, "g", "", ""));
        for mean in means.into_iter().chain(over) {
            near(mean.lower, case.lower);
            near(mean.upper, case.upper);
        }
        near(find(&of_classes, "min_class_accuracy", "g", "g=a", "").lower, case.least);
    }
}

#[test]
fn a_mean_over_classes_goes_without_the_bias_that_resamples_show() {
    // They lie 0.02 below it on average.
    let replicates: Vec<f64> = (0..=200).map(|step| 0.53 + 0.0005 * f64::from(step)).collect();
    let number = Sample::new(0.6, &replicates, 500.0, (0.0, 1.0));
    let mean = Sample { of_classes: true, ..number.clone() };
    let [(lower, upper), (least, most)] = [number, mean].map(|sample| sample.interval(&Uncertainty::default()).unwrap());
    near(Some(least), lower + 0.02);
    near(Some(most), upper + 0.04);
}

#[test]
fn a_loss_has_no_limit_beyond_the_largest_that_there_is() {
    let rows = [(0, 0.001), (0, 0.0002), (0, 0.000_001), (1, 0.7), (0, 0.00001)];
    let csv = rows.iter().fold("y,p,g\n".to_owned(), |csv, (y, p)| format!("{csv}{y},{p},a\n"));
    let columns = "{label: y, probabilities: p, classes: [0, 1]}";
    let all = measured(&csv, columns, "{positive: 1, decide: {threshold: 0.5}, metrics: [brier_score_loss, log_loss]}", "{}");
    near(find(&all, "brier_score_loss", "", "", "").upper, 1.0);
    near(find(&all, "log_loss", "", "", "").upper, -(2.0_f64.powi(-52)).ln());
}

#[test]
fn what_errs_to_one_side_has_an_interval_on_a_scale_that_knows_it() {
    for case in golden().scales {
        let (value, units) = (case.value, case.units);
        let sample = |value: f64, replicates: &[f64]| -> [Option<(f64, f64)>; 4] {
            let sample = Sample::new(value, replicates, units, (0.0, f64::INFINITY));
            [Errors::OfShare, Errors::OfOdds, Errors::Proportional, Errors::AsDrawn].map(|errors| errors.interval(&sample, &[], 0.95))
        };
        let [share, odds, proportional, as_drawn] = sample(value, &case.numbers);
        for (found, wanted) in [(share, case.share), (odds, case.odds), (proportional, case.proportional)] {
            near(found.map(|ends| ends.0), wanted.0);
            near(found.map(|ends| ends.1), wanted.1);
        }
        assert_eq!(as_drawn, None);
        // However few they are, no interval leaves the range.
        let of_two = Sample::new(value, &case.numbers, 2.0, (0.0, 1.0));
        let (lower, upper) = Errors::Proportional.interval(&of_two, &[], 0.95).unwrap();
        assert!(0.0 <= lower && lower < value && value < upper && upper <= 1.0, "{lower} {upper}");
        // Nothing is known of how a number varies that does not, or whose resamples mostly have none.
        assert_eq!(sample(1.0, &[1.0; 60]), [None; 4]);
        assert_eq!(sample(value, &[f64::NAN; 60]), [None; 4]);
    }
}

#[test]
fn calibration_errors_begin_at_none_where_chance_explains_them() {
    // Every tenth probability comes true about as often as it says, or all in 0.9.
    let file = |off: bool| {
        let mut csv = "y,q,g\n".to_owned();
        for (tenth, item) in (1..10).flat_map(|tenth| (0..30).map(move |item| (tenth, item))) {
            let positive = if off { item % 10 > 0 } else { 10 * item < 30 * tenth + if item % 2 == 0 { 40 } else { -40 } };
            csv.push_str(&format!("{},0.{tenth},{}\n", u8::from(positive), ["a", "b"][item as usize % 2]));
        }
        csv
    };
    let names =
        ["expected_calibration_error", "adaptive_calibration_error", "maximum_calibration_error", "root_mean_square_calibration_error"];
    let evaluation = format!("{{positive: 1, metrics: [{}]}}", names.join(", "));
    let of = |csv: &str, how: &str| measured(csv, "{label: y, probabilities: q, classes: [0, 1]}", &evaluation, how);
    let (calibrated, off) = (of(&file(false), "{bootstrap: 400}"), of(&file(true), "{bootstrap: 400}"));
    for name in names {
        let (none, some) = (find(&calibrated, name, "", "", ""), find(&off, name, "", "", ""));
        assert!(none.value.unwrap() > 0.0 && none.lower == Some(0.0) && none.upper >= none.value, "{none:?}");
        assert!(some.lower.unwrap() > 0.2 && some.lower < some.value && some.upper >= some.value, "{some:?}");
    }
    // A plain bootstrap is asked for by name, however far off it is.
    let plain = of(&file(false), "{bootstrap: 400, method: percentile}");
    assert!(find(&plain, "expected_calibration_error", "", "", "").lower > Some(0.0));
}

#[test]
fn a_probability_on_the_border_of_two_bins_is_in_the_upper_one() {
    // Of these, 0.29, 0.57 and 0.58 times 100 are a rounding less than whole.
    let csv = "y,q,g\n0,0.28,a\n1,0.29,a\n1,0.56,a\n0,0.57,a\n1,0.58,a\n1,1,a\n";
    let evaluation = "{positive: 1, metrics: [{maximum_calibration_error: {bins: 100}}, {expected_calibration_error: {bins: 100}}]}";
    let all = measured(csv, "{label: y, probabilities: q}", evaluation, "{bootstrap: 0}");
    // One item a bin.
    let off = [0.28, 0.71, 0.44, 0.57, 0.42, 0.0];
    for (metric, value) in [("maximum_calibration_error", 0.71), ("expected_calibration_error", off.iter().sum::<f64>() / 6.0)] {
        assert!((find(&all, metric, "", "", "").value.unwrap() - value).abs() < 1e-12, "{all:?}");
    }
}

#[test]
fn written_intervals_of_shares_hold_beside_any_method() {
    let csv: String = (0..10).map(|row| format!("{row},1,{}\n", u8::from(row < 7))).collect();
    let predictions = import(&format!("id,y,p\n{csv}"), "{id: id, label: y, decision: p, classes: [0, 1]}", &[]).unwrap();
    let evaluation = spec::<Evaluation>("{metrics: [accuracy_score]}");
    let ends = |uncertainty: &str| {
        let all = score(&predictions, &evaluation, &spec::<Uncertainty>(uncertainty), &FittedRules::new()).unwrap();
        (all[0].lower.unwrap(), all[0].upper.unwrap())
    };
    let exact = ends("{bootstrap: 200, shares: clopper_pearson}");
    assert_eq!(ends("{bootstrap: 200, shares: clopper_pearson, method: percentile}"), exact);
    assert_eq!(ends("{bootstrap: 200, shares: clopper_pearson, method: bca}"), exact);
    assert_ne!(ends("{bootstrap: 200, method: percentile}"), exact);
}
