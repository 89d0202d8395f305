//! Invariances: neither the order of rows, nor the names of groups, nor the number of threads changes a number, of one model or of two.

use fairgrid::score::compare::contrast::Contrast;
use fairgrid::score::compare::finding::Finding;
use fairgrid::score::compare::mean::means;
use fairgrid::score::compare::{Request, Side, compare};
use fairgrid::score::measurement::Measurement;
use fairgrid::score::rule::FittedRules;
use fairgrid::score::score;
use fairgrid::spec::compare::{Adjust, Test};
use fairgrid::spec::evaluation::Evaluation;
use fairgrid::spec::uncertainty::Uncertainty;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use super::{import, measure, sorted, spec};

const EVALUATION: &str = "{groups: [g, [g, h]], positive: 1, decide: {threshold: 0.5}, undefined: exclude, metrics: [accuracy_score, \
     accuracy_score_difference, f1_score, roc_auc_score, roc_auc_score_difference, {equalized_odds_difference: {agg: mean}}, \
     {accuracy_score_difference: {reference: lowest, as: to_lowest}}, {f1_score_disparity: {reference: highest, groups: farthest}}, \
     accuracy_score_weighted_mean, accuracy_score_skewness, {recall_score_shortfall: {by: g}}, \
     sp_tv_mean, sp_js_max, term_by_term_equalized_odds, dp_cm, smoothed_empirical_differential_fairness, between_group_theil_index, \
     abcc, ks_difference, bpsn_auc, bnsp_auc, conditional_demographic_disparity, class_imbalance, {symmetric_distance_error: {by: g}}, {accuracy_score_levelled: {at: 0.5}}, \
     log_loss, expected_calibration_error, {adaptive_calibration_error: {bins: 4}}, classwise_adaptive_calibration_error_difference, \
     mean_prediction_difference, balance_for_positive_class]}";

#[derive(Clone, Debug)]
struct Row {
    id: usize,
    label: bool,
    score: u8,
    group: usize,
    other: usize,
    subject: u8,
    weight: u8,
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (any::<bool>(), 0..20u8, 0..3usize, 0..2usize, 0..9u8, 1..4u8)
        .prop_map(|(label, score, group, other, subject, weight)| Row { id: 0, label, score, group, other, subject, weight });
    let named = |rows: Vec<Row>| rows.into_iter().enumerate().map(|(id, row)| Row { id, ..row }).collect();
    proptest::collection::vec(row, 4..60).prop_map(named)
}

fn csv(rows: &[Row], names: [&str; 3]) -> String {
    let mut csv = String::from("id,y,s,g,h,who,w\n1000,0,0.1,n0,x,z1,1\n1001,1,0.1,n0,x,z2,1\n").replace("n0", names[0]);
    for row in rows {
        let Row { id, score, group, other, subject, weight, .. } = row;
        let label = u8::from(row.label);
        csv.push_str(&format!(
            "{id},{label},{},{},{},p{subject},{weight}.5\n",
            f64::from(*score) / 20.0,
            names[*group],
            ["x", "y"][*other]
        ));
    }
    csv
}

const COLUMNS: [&str; 3] = [
    "{id: id, label: y, probabilities: s}",
    "{id: id, label: y, probabilities: s, subject: who}",
    "{id: id, label: y, probabilities: s, weight: w}",
];

fn numbers(csv: &str, columns: &str) -> Vec<Measurement> {
    measure(&import(csv, columns, &["g", "h"]).unwrap(), EVALUATION).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        // Cases that failed once, tried first ever after.
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("tests/score/properties.regressions"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn order_of_rows_changes_nothing(rows in rows(), shift in 0..50usize, kind in 0..3usize) {
        let mut turned = rows.clone();
        turned.reverse();
        turned.rotate_left(shift % rows.len());
        let names = ["a", "b", "c"];
        prop_assert_eq!(numbers(&csv(&rows, names), COLUMNS[kind]), numbers(&csv(&turned, names), COLUMNS[kind]));
    }

    #[test]
    fn names_of_groups_change_nothing_but_names(rows in rows(), kind in 0..3usize) {
        // The second naming turns the groups' order round.
        let (plain, renamed) = (numbers(&csv(&rows, ["a", "b", "c"]), COLUMNS[kind]), numbers(&csv(&rows, ["z", "y", "x"]), COLUMNS[kind]));
        let strip = |mut all: Vec<Measurement>, names: [&str; 3]| {
            for m in &mut all {
                for (name, place) in names.iter().zip(["0", "1", "2"]) {
                    m.group = m.group.replace(&format!("g={name}"), &format!("g={place}"));
                    m.reason = m.reason.replace(&format!("g={name}"), &format!("g={place}"));
                }
                m.reason = sorted(&m.reason);
            }
            all.sort_by(|a, b| (&a.metric, &a.by, &a.group).cmp(&(&b.metric, &b.by, &b.group)));
            all
        };
        prop_assert_eq!(strip(plain, ["a", "b", "c"]), strip(renamed, ["z", "y", "x"]));
    }

    #[test]
    fn threads_change_nothing(rows in rows(), kind in 0..3usize) {
        let text = csv(&rows, ["a", "b", "c"]);
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| numbers(&text, COLUMNS[kind]))
        };
        prop_assert_eq!(on(1), on(3));
    }

    #[test]
    fn keys_are_distinct_and_intervals_are_intervals(rows in rows(), kind in 0..3usize) {
        let all = numbers(&csv(&rows, ["a", "b", "c"]), COLUMNS[kind]);
        let mut keys: Vec<_> = all.iter().map(|m| (&m.decision, &m.metric, &m.parameters, &m.by, &m.group, &m.label, &m.item)).collect();
        keys.sort_unstable();
        keys.dedup();
        prop_assert_eq!(keys.len(), all.len());
        for m in &all {
            prop_assert!(m.lower.zip(m.upper).is_none_or(|(lower, upper)| lower <= upper), "{:?}", m);
            prop_assert!(m.value.is_some() || (m.lower.is_none() && !m.reason.is_empty()), "{:?}", m);
        }
    }

    #[test]
    fn neither_order_nor_threads_change_what_is_said_of_two_models(rows in rows(), shift in 0..50usize, kind in 0..3usize) {
        let mut turned = rows.clone();
        turned.reverse();
        turned.rotate_left(shift % rows.len());
        let names = ["a", "b", "c"];
        let plain = together(&rows, names, kind);
        prop_assert!(!plain.0.is_empty() && !plain.1.is_empty());
        prop_assert_eq!(&plain, &together(&turned, names, kind));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        prop_assert_eq!(&plain, &pool.install(|| together(&rows, names, kind)));
    }

    #[test]
    fn names_of_groups_change_nothing_of_two_models_but_names(rows in rows(), kind in 0..3usize) {
        let strip = |(findings, means): (Vec<Finding>, Vec<Measurement>), names: [&str; 3]| {
            let plain = |text: &str| {
                names.iter().zip(["0", "1", "2"]).fold(text.to_owned(), |text, (name, place)| text.replace(&format!("g={name}"), &format!("g={place}")))
            };
            let finding = |one: Finding| Finding { group: plain(&one.group), reason: sorted(&plain(&one.reason)), ..one };
            let mean = |one: Measurement| Measurement { group: plain(&one.group), reason: sorted(&plain(&one.reason)), ..one };
            let (mut findings, mut means): (Vec<_>, Vec<_>) = (findings.into_iter().map(finding).collect(), means.into_iter().map(mean).collect());
            findings.sort_by(|a, b| (&a.metric, &a.by, &a.group).cmp(&(&b.metric, &b.by, &b.group)));
            means.sort_by(|a, b| (&a.metric, &a.by, &a.group).cmp(&(&b.metric, &b.by, &b.group)));
            (findings, means)
        };
        let (first, second) = (["a", "b", "c"], ["z", "y", "x"]);
        prop_assert_eq!(strip(together(&rows, first, kind), first), strip(together(&rows, second, kind), second));
    }
}

/// What is found between two models about the same items, and the means of their numbers. The second model scores each item half as high.
fn together(rows: &[Row], names: [&str; 3], kind: usize) -> (Vec<Finding>, Vec<Measurement>) {
    let half: Vec<Row> = rows.iter().map(|row| Row { score: row.score / 2 + u8::from(row.label), ..row.clone() }).collect();
    let models = [rows, &half].map(|rows| import(&csv(rows, names), COLUMNS[kind], &["g", "h"]).unwrap());
    let evaluation = spec::<Evaluation>(
        "{groups: [g, [g, h]], positive: 1, decide: {threshold: 0.3}, undefined: exclude, metrics: [accuracy_score, recall_score, f1_score, \
         roc_auc_score, accuracy_score_difference, sp_tv_mean, {equalized_odds_difference: {agg: mean}}]}",
    );
    let (fitted, uncertainty) = (FittedRules::new(), Uncertainty::default().with_draws(100, 100));
    let sides = models.each_ref().map(|predictions| Side { predictions, evaluation: &evaluation, fitted: &fitted, rule: None });
    let metrics: Vec<String> = ["accuracy_score", "recall_score", "roc_auc_score", "accuracy_score_difference"].map(str::to_owned).to_vec();
    let contrasts = [Contrast::Difference { from: vec![0], to: vec![1] }];
    let request =
        Request { contrasts: &contrasts, metrics: &metrics, test: Test::Bootstrap, within: Some(0.1), adjust: Adjust::Holm, seeds: &[] };
    let findings = compare(&sides, &request, &uncertainty).unwrap();
    let measured = models.each_ref().map(|model| score(model, &evaluation, &uncertainty, &fitted).unwrap());
    let means = means(&sides, &measured.each_ref().map(Vec::as_slice), &uncertainty).unwrap();
    (findings, means.into_iter().map(|mean| mean.measurement).collect())
}
