//! Draws, splits and weights against tests/oracles/draws.py, which derives them in Python with exact fractions.

use fairgrid::data::dataset::Dataset;
use fairgrid::data::weight::Weighing;
use fairgrid::spec::weights::Weights;
use serde_json::Value;

use super::draw::{decode, urn};
use super::folder::Folder;

fn oracle() -> Value {
    let path = crate::command::root().join("tests/oracles/draws.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn numbers(value: &Value) -> Vec<u64> {
    list(value).iter().map(|number| number.as_u64().unwrap()).collect()
}

/// The items of the oracle as a dataset, split as it says.
fn people(oracle: &Value, subject: Option<&str>, splits: &str) -> (Folder, Dataset) {
    let folder = Folder::new();
    let columns = ["id", "person", "race", "sex", "emotion", "w"];
    let rows = list(&oracle["items"]).iter().map(|item| columns.map(|column| item[column].as_str().unwrap()).join(",") + "\n");
    folder.image("x.png", "rgb.png").write("t.csv", columns.join(",") + "\n" + &rows.collect::<String>());
    let subject = subject.map_or(String::new(), |subject| format!("subject: {subject}\n"));
    let fields = "{race: race, sex: sex, emotion: emotion, w: w, person: person}";
    let card = format!(
        "images: {{table: t.csv, path: x.png, id: '{{id}}'}}\nfields: {fields}\nlabel: emotion\nattribute: race\n{subject}splits: {splits}\n"
    );
    let dataset = folder.open(&card).unwrap();
    (folder, dataset)
}

#[test]
fn draws_are_those_of_exact_fractions() {
    let oracle = oracle();
    let (_folder, dataset) = people(&oracle, None, "{all: {}}");
    let (mut made, mut refused) = (0, 0);
    for case in list(&oracle["cases"]) {
        let sample = case["sample"].as_str().unwrap();
        let urn = urn(&dataset, sample).unwrap();
        if let Some(largest) = case["largest"].as_u64() {
            assert_eq!(urn.largest(), largest, "{sample}");
        }
        for expected in list(&case["draws"]) {
            let (size, key) = (expected["size"].as_u64().unwrap(), expected["key"].as_str().unwrap());
            let drawn = urn.draw(size, key);
            let expected = &expected["drawn"];
            if expected.is_null() {
                refused += 1;
                assert!(drawn.is_err(), "{size} of {sample}");
                continue;
            }
            made += 1;
            let drawn = drawn.unwrap_or_else(|error| panic!("{size} of {sample}: {error}"));
            for (portion, expected) in drawn.portions.iter().zip(list(&expected["portions"])) {
                let levels: Vec<&str> = list(&expected["levels"]).iter().map(|level| level.as_str().unwrap()).collect();
                assert_eq!(portion.levels, levels, "{sample}");
                assert_eq!(
                    (portion.asked, portion.exists),
                    (expected["asked"].as_u64().unwrap(), expected["exists"].as_u64().unwrap()),
                    "{levels:?} of {sample}"
                );
                assert!((portion.share - expected["share"].as_f64().unwrap()).abs() < 1e-12, "{levels:?} of {sample}");
            }
            assert_eq!(drawn.portions.len(), list(&expected["portions"]).len(), "{sample}");
            match expected["rows"].is_null() {
                false => assert_eq!(
                    drawn.rows.iter().map(|row| u64::from(*row)).collect::<Vec<_>>(),
                    numbers(&expected["rows"]),
                    "{size} of {sample}"
                ),
                true => assert_eq!(drawn.rows.len() as u64, drawn.portions.iter().map(|portion| portion.asked).sum::<u64>(), "{sample}"),
            }
        }
    }
    assert!(made > 100 && refused > 30, "{made} {refused}");
}

#[test]
fn splits_are_as_near_to_their_fractions_as_whole_people_allow() {
    let oracle = oracle();
    for case in list(&oracle["splits"]) {
        let (_folder, dataset) = people(&oracle, case["subject"].as_str(), case["splits"].as_str().unwrap());
        let splits = case["rows"].as_object().unwrap();
        assert_eq!(dataset.splits.len(), splits.len());
        for (name, expected) in splits {
            let rows: Vec<u64> = dataset.split(name).unwrap().iter().map(|row| u64::from(*row)).collect();
            assert_eq!(rows, numbers(expected), "{name} of {}", case["splits"]);
        }
    }
}

#[test]
fn weights_their_clipping_and_their_effective_size() {
    let oracle = oracle();
    let (_folder, dataset) = people(&oracle, None, "{all: {}}");
    for case in list(&oracle["weights"]) {
        let weights: Weights = decode(&case["weights"].to_string()).unwrap();
        let weighed = Weighing::of(&dataset, dataset.split("all").unwrap(), &weights).unwrap();
        let expected = &case["expected"];
        for (weight, expected) in weighed.weights.iter().zip(list(&expected["weights"])) {
            assert!((f64::from(*weight) - expected.as_f64().unwrap()).abs() < 1e-6, "{}", case["weights"]);
        }
        assert!((weighed.effective - expected["effective"].as_f64().unwrap()).abs() < 1e-9 * weighed.effective, "{}", case["weights"]);
        assert_eq!(weighed.clipped, expected["clipped"].as_u64().unwrap(), "{}", case["weights"]);
    }
}

#[test]
fn fractions_of_the_same_items_are_at_most_all() {
    let oracle = oracle();
    let folder = people(&oracle, None, "{all: {}}").0;
    let error = folder
        .open("images: {table: t.csv, path: x.png, id: '{id}'}\nsplits:\n  test: {fraction: 0.8}\n  train: {fraction: 0.4, seed: 1}\n")
        .unwrap_err();
    assert!(error.contains("with this, the fractions of the same items add up to 1.2, above 1"), "{error}");
    let apart = "images: {table: t.csv, path: x.png, id: '{id}'}\nfields: {sex: sex}\n\
                 splits: {women: {where: {sex: f}, fraction: 0.8}, men: {where: {sex: m}, fraction: 0.4}}\n";
    assert_eq!(folder.open(apart).unwrap().splits.len(), 2);
}

#[test]
fn a_fraction_beside_other_splits_is_of_all_items_and_drawn_from_the_rest() {
    let oracle = oracle();
    let all = list(&oracle["items"]).len();
    let sizes: Vec<usize> = ["[]", "[race]", "[sex]", "[emotion, race, sex]"]
        .into_iter()
        .map(|fields| {
            let splits = format!("{{a: {{fraction: 0.25, stratify: {fields}}}, c: {{rest: true}}, women: {{where: {{sex: f}}}}}}");
            let (_folder, dataset) = people(&oracle, None, &splits);
            let (a, c) = (dataset.split("a").unwrap(), dataset.split("c").unwrap());
            let happy = |rows: &[u32]| rows.iter().filter(|row| dataset.fields["emotion"].level(**row as usize) == Some("happy")).count();
            if fields.contains("emotion") {
                let (of_a, of_c) = (happy(a) as f64 / a.len() as f64, happy(c) as f64 / c.len() as f64);
                assert!((of_a - of_c).abs() < 0.1, "{of_a} {of_c}");
            }
            a.len()
        })
        .collect();
    assert_eq!(sizes, [(all as f64 * 0.25).round() as usize; 4]);

    let folder = people(&oracle, None, "{all: {}}").0;
    let card =
        "images: {table: t.csv, path: x.png, id: '{id}'}\nfields: {sex: sex}\nsplits: {women: {where: {sex: f}}, a: {fraction: 0.9}}\n";
    let men = list(&oracle["items"]).iter().filter(|item| item["sex"] == "m").count();
    let error = folder.open(card).unwrap_err();
    let expected = format!("0.9 of {all} items is {}, and {men} are in no other split", (all as f64 * 0.9).round());
    assert!(error.contains(&expected), "{error}");
}
