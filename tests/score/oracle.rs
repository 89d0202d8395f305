//! Metrics and reductions against other programs, on files that the scripts under `tests/oracles/` made.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use super::{find, import, measure};

#[derive(Deserialize)]
struct Case {
    name: String,
    csv: String,
    columns: Value,
    evaluation: Value,
    expected: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    metric: String,
    by: String,
    group: String,
    label: String,
    /// `None` where there is none.
    value: Option<f64>,
}

/// The fields that an evaluation names.
fn fields(evaluation: &Value) -> BTreeSet<&str> {
    let lists = ["groups", "control"].iter().filter_map(|key| evaluation[*key].as_array()).flatten();
    lists.flat_map(|entry| entry.as_array().map_or_else(|| vec![entry], |list| list.iter().collect())).filter_map(Value::as_str).collect()
}

/// How many values there are, all of which are as expected.
fn check(json: &str) -> usize {
    let cases: Vec<Case> = serde_json::from_str(json).unwrap();
    let mut checked = 0;
    for case in cases {
        let fields: Vec<&str> = fields(&case.evaluation).into_iter().collect();
        let predictions = import(&case.csv, &case.columns.to_string(), &fields).unwrap();
        let measured = measure(&predictions, &case.evaluation.to_string()).unwrap_or_else(|error| panic!("{}: {error}", case.name));
        for expected in case.expected {
            let found = find(&measured, &expected.metric, &expected.by, &expected.group, &expected.label);
            checked += 1;
            let (Some(value), Some(wanted)) = (found.value, expected.value) else {
                assert!(found.value.is_none() && expected.value.is_none(), "{}: {:?} expected: {found:?}", case.name, expected.value);
                assert!(!found.reason.is_empty(), "{found:?}");
                continue;
            };
            assert!((value - wanted).abs() < 1e-12 * wanted.abs().max(1.0), "{}: {value} in place of {wanted}: {found:?}", case.name);
            // Groups of three items are undefined in most resamples, and have no interval.
            assert!(case.name.starts_with("tiny") || (found.lower.is_some() && found.upper.is_some()), "no interval: {found:?}");
            assert!(found.lower.is_none_or(|lower| lower <= value) && found.upper.is_none_or(|upper| upper >= value), "{found:?}");
        }
    }
    checked
}

#[test]
fn values_are_those_of_scikit_learn_and_fairlearn() {
    let checked = check(include_str!("../oracles/metrics.json"));
    assert!(checked > 600, "{checked} values");
}

#[test]
fn reductions_are_those_of_aif360_holisticai_and_numpy() {
    let checked = check(include_str!("../oracles/reductions.json"));
    assert!(checked > 100, "{checked} values");
}

#[test]
fn consistency_is_that_of_aif360_over_scikit_learns_neighbours() {
    let checked = check(include_str!("../oracles/consistency.json"));
    assert!(checked > 100, "{checked} values");
}
