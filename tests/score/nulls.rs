//! What chance alone gives a gap, against every way to deal labels out that keeps what a number is of.

use std::collections::BTreeMap;

use fairgrid::score::rule::FittedRules;
use fairgrid::score::score;
use fairgrid::spec::evaluation::Evaluation;
use fairgrid::spec::uncertainty::Uncertainty;
use serde::Deserialize;

use super::{find, import, spec};

#[derive(Deserialize)]
struct Golden {
    rows: Vec<Row>,
    cases: BTreeMap<String, Case>,
}

#[derive(Deserialize)]
struct Row {
    y: u8,
    p: u8,
    s: u8,
    g: u8,
}

#[derive(Deserialize)]
struct Case {
    value: f64,
    p: f64,
    median: f64,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../oracles/nulls.json")).unwrap()
}

#[test]
fn labels_are_exchanged_among_what_a_number_is_of() {
    let Golden { rows, cases } = golden();
    let csv: String = rows.iter().map(|Row { y, p, s, g }| format!("{y},{p},{s},{g}\n")).collect();
    let columns = "{label: y, decision: p, scores: s, classes: [0, 1]}";
    let predictions = import(&format!("y,p,s,g\n{csv}"), columns, &["g"]).unwrap();
    let named: Vec<String> = cases.keys().enumerate().map(|(place, call)| named(call, place)).collect();
    let evaluation = format!("{{groups: [g], positive: 1, decide: given, metrics: [{}]}}", named.join(", "));
    let uncertainty = spec::<Uncertainty>("{bootstrap: 0, null: {permutations: 20000}}");
    let all = score(&predictions, &spec::<Evaluation>(&evaluation), &uncertainty, &FittedRules::new()).unwrap();
    for (place, (call, case)) in cases.iter().enumerate() {
        let gap = find(&all, &format!("n{place}"), "g", "", "");
        assert!((gap.value.unwrap() - case.value).abs() < 1e-9, "{call}: {gap:?}");
        // Five standard errors of so many draws, at most.
        assert!((gap.null_p.unwrap() - case.p).abs() < 0.018, "{call}: {} in place of {}", gap.null_p.unwrap(), case.p);
        assert!((gap.null_median.unwrap() - case.median).abs() < 1e-9, "{call}: {} in place of {}", gap.null_median.unwrap(), case.median);
    }
}

/// A call whose column is `n` and its place.
fn named(call: &str, place: usize) -> String {
    match call.split_once(": {") {
        Some((name, options)) => format!("{{{name}: {{as: n{place}, {options}}}"),
        None => format!("{{{call}: {{as: n{place}}}}}"),
    }
}

#[test]
fn persons_exchange_labels_with_persons_of_whom_as_much_is_known() {
    // Of 40 persons of `a` 30 are positive, of 40 of `b` 4, and of either every other one is found: all the same, and b's four make gaps of
    // as much every other time.
    let person = |row: usize| {
        let (group, of_group) = (if row < 40 { "a" } else { "b" }, row % 40);
        let positive = of_group < if row < 40 { 30 } else { 4 };
        (0..3)
            .map(move |_| format!("{},{},{group},s{row}\n", u8::from(positive), u8::from(positive && of_group % 4 != 3)))
            .collect::<String>()
    };
    let csv: String = (0..80).map(person).collect();
    let predictions = import(&format!("y,p,g,who\n{csv}"), "{label: y, decision: p, subject: who}", &["g"]).unwrap();
    let uncertainty = spec::<Uncertainty>("{bootstrap: 0, null: {permutations: 4000}}");
    let evaluation = spec::<Evaluation>("{groups: [g], positive: 1, metrics: [recall_score_difference]}");
    let all = score(&predictions, &evaluation, &uncertainty, &FittedRules::new()).unwrap();
    let gap = find(&all, "recall_score_difference", "g", "", "");
    // 23 of 30 and 3 of 4 are found: of 34 persons, 26; the four are found 2 to 4 times, and 3 is the likeliest.
    assert!((gap.value.unwrap() - (23.0 / 30.0 - 0.75)).abs() < 1e-9 && gap.null_p.unwrap() > 0.95, "{gap:?}");
    assert!(gap.null_median.unwrap() > 0.15, "{gap:?}");
}
