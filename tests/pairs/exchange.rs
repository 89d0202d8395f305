//! Models that exchange what they said: p of differences between them, of pairs too.

use std::collections::HashMap;
use std::path::Path;

use fairgrid::score::compare;
use fairgrid::score::compare::contrast::{Contrast, Pairs};
use fairgrid::score::compare::finding::Finding;
use fairgrid::score::compare::{Request, Side};
use fairgrid::score::embedding::Embeddings;
use fairgrid::score::predictions::Predictions;
use fairgrid::score::rule::FittedRules;
use fairgrid::spec::compare::{Adjust, Test};
use fairgrid::spec::evaluation::Evaluation;
use fairgrid::spec::uncertainty::Uncertainty;
use serde_json::Value;

use super::images;
use crate::command::{Folder, fairgrid};
use crate::score::{import, spec};

/// What comes of a contrast in some metrics, by permutation.
fn found(models: &[Predictions], contrast: Contrast, evaluation: &str, metrics: &[&str]) -> Vec<Finding> {
    let evaluation = spec::<Evaluation>(evaluation);
    let fitted = FittedRules::new();
    let sides: Vec<Side<'_>> =
        models.iter().map(|predictions| Side { predictions, evaluation: &evaluation, fitted: &fitted, rule: None }).collect();
    let metrics: Vec<String> = metrics.iter().map(|metric| (*metric).to_owned()).collect();
    let request =
        Request { contrasts: &[contrast], metrics: &metrics, test: Test::Permutation, within: None, adjust: Adjust::None, seeds: &[] };
    compare(&sides, &request, &Uncertainty::default().with_draws(20, 4000)).unwrap()
}

fn two() -> Contrast {
    Contrast::Difference { from: vec![0], to: vec![1] }
}

fn oracle(case: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("../oracles/exchanges.json")).unwrap();
    all[case].clone()
}

fn numbers(of: &Value) -> Vec<f64> {
    of.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn texts(of: &Value) -> Vec<&str> {
    of.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

/// Of 4,000 exchanges, p is within 0.02 of that of all of them.
fn agree(found: &[Finding], case: &Value) {
    for (metric, p) in case["p"].as_object().unwrap() {
        let p = p.as_f64().unwrap();
        let finding = found.iter().find(|finding| finding.metric == *metric && finding.by.is_empty()).unwrap();
        assert!((finding.p.unwrap() - p).abs() < 0.02, "{metric}: {:?} in place of {p}", finding.p);
    }
}

/// The table of predictions of a model of the single items.
fn said(case: &Value, place: usize) -> String {
    let row = |row: usize| format!("i{row:02},{},{},{}\n", case["truth"][row], case["scores"][place][row], case["subject"][row]);
    format!("id,y,s,who\n{}", (0..texts(&case["subject"]).len()).map(row).collect::<String>())
}

#[test]
fn scores_of_single_items_are_exchanged_by_their_ranks_and_probabilities_as_they_are() {
    let case = oracle("single");
    let columns = "{id: id, label: y, probabilities: s, subject: who, classes: [0, 1]}";
    let metrics: Vec<&str> = case["p"].as_object().unwrap().keys().map(String::as_str).collect();
    let model = |place: usize| import(&said(&case, place), columns, &[]).unwrap();
    let evaluation = format!("{{positive: 1, metrics: [{}]}}", metrics.join(", "));
    agree(&found(&[model(0), model(1)], two(), &evaluation, &metrics), &case);

    let study = format!(
        "fairgrid: 1\nstudy: exchange\nmodels:\n  a: {{predictions: a.csv, columns: {columns}}}\n  b: {{predictions: b.csv, columns: {columns}}}\n\
         evaluate: {{audit: {evaluation}}}\nuncertainty: {{bootstrap: 100, null: {{permutations: 4000}}}}\n\
         compare: {{c: {{model: all_pairs, metrics: [{}], test: permutation}}}}\n",
        metrics.join(", ")
    );
    let folder = Folder::new().file("a.csv", said(&case, 0)).file("b.csv", said(&case, 1)).file("exchange.yaml", study);
    fairgrid(["run", "exchange.yaml", "--quiet"]).within(&folder).run().ok();
    let mut reader = csv::Reader::from_path(folder.path("results/exchange/comparisons.csv")).unwrap();
    let rows: Vec<HashMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    assert_eq!(rows.len(), metrics.len());
    for row in rows {
        let p = case["p"][&row["metric"]].as_f64().unwrap();
        assert!((row["p"].parse::<f64>().unwrap() - p).abs() < 0.02, "{row:?} in place of {p}");
    }
}

/// The images of one encoder.
fn encoder(case: &Value, place: usize) -> Predictions {
    let vectors: Vec<f64> = case["vectors"][place].as_array().unwrap().iter().flat_map(numbers).collect();
    let person: Vec<Option<String>> = texts(&case["person"]).into_iter().map(|person| Some(person.to_owned())).collect();
    let half: Vec<Option<String>> = (0..person.len()).map(|row| Some(if row < 12 { "first" } else { "second" }.to_owned())).collect();
    images(|row| format!("i{row:02}"), Embeddings::new(vectors.len() / person.len(), vectors), &person, &[("half", &half)])
}

/// A list of the pairs of a case.
fn listed(case: &Value, folder: &Path) -> String {
    let pairs: String = case["pairs"].as_array().unwrap().iter().map(|pair| texts(pair).join(",") + "\n").collect();
    let path = folder.join("pairs.csv");
    std::fs::write(&path, format!("first,second\n{pairs}")).unwrap();
    path.display().to_string()
}

const RATES: [&str; 3] = ["false_non_match_rate", "false_match_rate", "roc_auc_score"];

#[test]
fn pairs_that_subjects_link_are_exchanged_as_one() {
    let case = oracle("verification");
    let folder = tempfile::tempdir().unwrap();
    let models = [encoder(&case, 0), encoder(&case, 1)];
    let evaluation = |pairs: &str| {
        let threshold = case["threshold"].as_f64().unwrap();
        format!("{{pairs: {pairs}, groups: [half], decide: {{threshold: {threshold}}}, metrics: [{}]}}", RATES.join(", "))
    };
    let listed = format!("{{score: cosine, list: {}}}", listed(&case, folder.path()));
    agree(&found(&models, two(), &evaluation(&listed), &RATES), &case);

    // Of all pairs, impostors are linked; genuine pairs are of one subject each.
    let all = found(&models, two(), &evaluation("{score: cosine}"), &RATES);
    let of = |metric: &str| all.iter().find(|finding| finding.metric == metric && finding.by.is_empty()).unwrap();
    assert!((of(RATES[0]).p.unwrap() - case["p"][RATES[0]].as_f64().unwrap()).abs() < 0.02);
    let linked = "no p: the pairs that count are all linked by their subjects, so that none can be exchanged without the others";
    assert_eq!((of(RATES[1]).p, of(RATES[1]).reason.as_str()), (None, linked));
}

#[test]
fn two_groups_of_subjects_exchange_their_labels() {
    let case = oracle("verification");
    let models = [encoder(&case, 0)];
    let evaluation = format!("{{pairs: {{score: cosine}}, groups: [half], decide: {{threshold: 0.7}}, metrics: [{}]}}", RATES.join(", "));
    let contrast = Contrast::Groups { side: 0, by: "half".to_owned(), pairs: Pairs::All };
    let all = found(&models, contrast, &evaluation, &RATES);
    assert_eq!(all.len(), 3);
    // The null of the gap is that of the two groups' difference.
    let gaps = RATES.map(|metric| format!("{metric}_difference"));
    let spec_of_gaps = spec::<Evaluation>(&evaluation.replace(&RATES.join(", "), &gaps.join(", ")));
    let uncertainty = Uncertainty::default().with_draws(20, 4000);
    let measured = fairgrid::score::score(&models[0], &spec_of_gaps, &uncertainty, &FittedRules::new()).unwrap();
    for (finding, gap) in all.iter().zip(&gaps) {
        let of_gap = measured.iter().find(|one| one.metric == *gap && one.by == "half").unwrap();
        assert!((finding.p.unwrap() - of_gap.null_p.unwrap()).abs() < 0.02, "{gap}: {:?} and {:?}", finding.p, of_gap.null_p);
    }
}

#[test]
fn models_exchange_what_they_said_of_an_original_and_its_copies() {
    let case = oracle("counterfactual");
    let model = |place: usize| {
        let (before, after) = (numbers(&case["models"][place]["before"]), numbers(&case["models"][place]["after"]));
        let originals = before.iter().enumerate().map(|(row, p)| format!("o{row},yes,{p},,\n"));
        let copies = after.iter().enumerate().map(|(row, p)| format!("c{row:02},yes,{p},o{},hair\n", row / 2));
        let rows: String = originals.chain(copies).collect();
        let columns = "{id: id, label: y, probabilities: s, classes: [no, yes]}";
        import(&format!("id,y,s,made_from,changed\n{rows}"), columns, &["made_from", "changed"]).unwrap()
    };
    let evaluation = "{pairs: {original: made_from, factor: changed}, positive: yes, metrics: [confidence_shift]}";
    agree(&found(&[model(0), model(1)], two(), evaluation, &["confidence_shift"]), &case);
}

#[test]
fn a_gap_without_a_null_says_why() {
    let case = oracle("verification");
    let person: Vec<Option<String>> = texts(&case["person"]).into_iter().map(|person| Some(person.to_owned())).collect();
    let mixed: Vec<Option<String>> = (0..person.len()).map(|row| Some(format!("g{}", row % 2))).collect();
    let vectors: Vec<f64> = case["vectors"][0].as_array().unwrap().iter().flat_map(numbers).collect();
    let images = images(|row| format!("i{row:02}"), Embeddings::new(vectors.len() / person.len(), vectors), &person, &[("g", &mixed)]);
    let evaluation = "{pairs: {score: cosine}, groups: [g], decide: {threshold: 0.7}, metrics: [false_match_rate_difference]}";
    let measured = crate::score::measure(&images, evaluation).unwrap();
    let gap = crate::score::find(&measured, "false_match_rate_difference", "g", "", "");
    let why = "no null: a subject lies in several groups, or other labels would do no more than to rename them";
    assert_eq!((gap.null_p, gap.reason.as_str()), (None, why));
}
