//! Every metric against scikit-learn and fairlearn, on files that `tests/oracles/metrics.py` made.

use serde::Deserialize;

use super::{find, import, measure};

#[derive(Deserialize)]
struct Case {
    name: String,
    csv: String,
    columns: serde_json::Value,
    evaluation: serde_json::Value,
    expected: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    metric: String,
    by: String,
    group: String,
    label: String,
    value: f64,
}

#[test]
fn values_are_those_of_scikit_learn_and_fairlearn() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../oracles/metrics.json")).unwrap();
    let mut checked = 0;
    for case in cases {
        let fields: &[&str] = match case.name.as_str() {
            "binary" | "weighted" => &["race", "gender"],
            "tiny" => &["s"],
            _ => &["tone"],
        };
        let predictions = import(&case.csv, &case.columns.to_string(), fields).unwrap();
        let measured = measure(&predictions, &case.evaluation.to_string()).unwrap_or_else(|error| panic!("{}: {error}", case.name));
        for expected in case.expected {
            let found = find(&measured, &expected.metric, &expected.by, &expected.group, &expected.label);
            let value = found.value.unwrap_or_else(|| panic!("{}: {found:?}", case.name));
            assert!((value - expected.value).abs() < 1e-12, "{}: {} in place of {}: {found:?}", case.name, value, expected.value);
            // Groups of three items are undefined in most resamples, and have no interval.
            assert!(case.name == "tiny" || (found.lower.is_some() && found.upper.is_some()), "no interval: {found:?}");
            checked += 1;
        }
    }
    assert!(checked > 600, "{checked} values");
}
