//! Pairs of one person or of two: what they are, and how far their numbers can be trusted.

use arrow::array::AsArray;
use arrow::datatypes::{DataType, Float64Type};
use fairgrid::score::embedding::Embeddings;
use fairgrid::score::measurement::Measurement;
use fairgrid::score::predictions::Predictions;
use fairgrid::score::rule::FittedRules;
use fairgrid::score::score;
use fairgrid::spec::evaluation::Evaluation;
use fairgrid::spec::uncertainty::Uncertainty;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use super::images;
use crate::command::{Folder, Outcome, fairgrid, root};
use crate::score::spec;

fn faces() -> String {
    std::fs::read_to_string(root().join("tests/pairs/faces.csv")).unwrap()
}

/// A study of the faces; `pairs` is what is asked, and `rest` are further keys of the evaluation.
fn study(table: &str, pairs: &str, rest: &str) -> Folder {
    let text = format!(
        "fairgrid: 1\nstudy: faces\nmodels:\n  net: {{embeddings: faces.csv, columns: {{id: id, embedding: [e0, e1, e2, e3, e4, e5], \
         subject: person, split: part}}}}\nevaluate:\n  pairs:\n    data: faces/test\n    pairs: {pairs}\n    groups: [race]\n    decide: \
         {{threshold: 0.5}}\n    metrics: [false_match_rate, false_non_match_rate, equal_error_rate, {{false_match_rate_ratio: {{by: \
         race}}}}]\n{rest}uncertainty: {{bootstrap: 200}}\n"
    );
    Folder::new().file("faces.csv", table).file("faces.yaml", text)
}

fn run(folder: &Folder) -> Outcome {
    fairgrid(["run", "faces.yaml", "--output", "out", "--quiet"]).env("XDG_CACHE_HOME", folder.path("cache")).within(folder).run()
}

fn results(folder: &Folder) -> String {
    run(folder).ok();
    folder.read("out/results.csv")
}

#[test]
fn neither_the_order_of_rows_nor_the_names_of_groups_matter() {
    let text = faces();
    let (header, rows) = text.split_once('\n').unwrap();
    let mut turned: Vec<&str> = rows.lines().collect();
    turned.sort_unstable_by_key(|row| row.chars().rev().collect::<String>());
    let first = results(&study(&text, "{score: cosine, groups: same}", ""));
    assert_eq!(first, results(&study(&format!("{header}\n{}\n", turned.join("\n")), "{score: cosine, groups: same}", "")));
    let named = results(&study(&text.replace(",White,", ",Aaron,"), "{score: cosine, groups: same}", ""));
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort_unstable();
        lines
    };
    assert_eq!(sorted(&first), sorted(&named.replace("Aaron", "White")));
}

#[test]
fn drawn_impostors_are_some_of_all_and_the_same_for_every_model() {
    let count = |pairs: &str, rest: &str| {
        let text = results(&study(&faces(), pairs, rest));
        let line = text.lines().find(|line| line.contains(",false_match_rate,false_match_rate,,,")).unwrap().to_owned();
        let field: Vec<&str> = line.split(',').collect();
        (field[16].parse::<u64>().unwrap(), field[17].parse::<u64>().unwrap(), field[11].to_owned())
    };
    let (genuine, impostors, _) = count("{score: cosine}", "");
    assert!(impostors > 500, "{impostors}");
    let (same, drawn, rate) = count("{score: cosine, impostors: 500}", "");
    assert_eq!((same, drawn), (genuine, 500));
    // A model that says the same about the same images meets the same impostors, however its file is ordered.
    assert_eq!(count("{score: cosine, impostors: 500}", "    min_count: 2\n").2, rate);
    assert_eq!(count("{score: cosine, impostors: 100000}", ""), count("{score: cosine}", ""));
}

#[test]
fn decisions_about_pairs_are_left_with_their_scores() {
    let folder = study(&faces(), "{score: cosine, groups: same}", "");
    run(&folder).ok();
    let path = folder.path("out/decisions/net/pairs.parquet");
    let reader = ParquetRecordBatchReaderBuilder::try_new(std::fs::File::open(&path).unwrap()).unwrap().build().unwrap();
    let batches: Vec<_> = reader.map(Result::unwrap).collect();
    let batch = arrow::compute::concat_batches(&batches[0].schema(), &batches).unwrap();
    let names: Vec<String> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
    assert_eq!(names, ["first", "second", "target", "score", "decision.threshold(0.5)"]);
    let text = |place: usize| -> Vec<String> {
        match batch.column(place).data_type() {
            DataType::LargeUtf8 => batch.column(place).as_string::<i64>().iter().map(|text| text.unwrap().to_owned()).collect(),
            _ => batch.column(place).as_string::<i32>().iter().map(|text| text.unwrap().to_owned()).collect(),
        }
    };
    let (first, second, truth, decided) = (text(0), text(1), text(2), text(4));
    let scores = batch.column(3).as_primitive::<Float64Type>().values();
    let pairs: Vec<(&String, &String)> = first.iter().zip(&second).collect();
    assert!(pairs.is_sorted() && pairs.iter().all(|(first, second)| first < second));
    let genuine = |is: bool| if is { "genuine" } else { "impostor" };
    assert!(scores.iter().zip(&decided).all(|(score, decided)| decided == genuine(*score >= 0.5)));
    // They are those that the rates are of.
    let impostors = || truth.iter().zip(&decided).filter(|(truth, _)| *truth == "impostor");
    let rate = impostors().filter(|(_, decided)| *decided == "genuine").count() as f64 / impostors().count() as f64;
    let mut table = csv::Reader::from_path(folder.path("out/results.csv")).unwrap();
    let rows: Vec<std::collections::HashMap<String, String>> = table.deserialize().map(Result::unwrap).collect();
    let told = rows.iter().find(|row| row["metric"] == "false_match_rate" && row["by"].is_empty()).unwrap();
    assert!((told["value"].parse::<f64>().unwrap() - rate).abs() < 1e-6, "{told:?} {rate}");
    assert_eq!(told["n"], truth.len().to_string());
    let bytes = std::fs::read(&path).unwrap();
    fairgrid(["run", "faces.yaml", "--output", "out", "--quiet", "--force"])
        .env("XDG_CACHE_HOME", folder.path("cache"))
        .within(&folder)
        .run()
        .ok();
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[test]
fn numbers_have_intervals_and_subjects() {
    insta::assert_snapshot!(run(&study(&faces(), "{score: cosine}", "    min_count: {subjects: 9}\n")));
}

/// Images of people, some of whom look like many others: `shots` each. Scores are cosines, labels are who they are.
fn world(people: usize, shots: usize, generator: &mut ChaCha8Rng) -> Predictions {
    const WIDTH: usize = 8;
    let mut normal = || -> f64 { StandardNormal.sample(generator) };
    let mut values = Vec::new();
    for _ in 0..people {
        let centre: Vec<f64> = (0..WIDTH).map(|_| normal()).collect();
        for _ in 0..shots {
            values.extend(centre.iter().map(|number| number + 0.6 * normal()));
        }
    }
    let of = |person: usize| format!("p{person:04}");
    let subject: Vec<Option<String>> = (0..people * shots).map(|row| Some(of(row / shots))).collect();
    images(|row| format!("i{row:06}"), Embeddings::new(WIDTH, values), &subject, &[])
}

const METRICS: [&str; 3] = ["false_match_rate", "false_non_match_rate", "equal_error_rate"];

fn measured(images: &Predictions, uncertainty: &Uncertainty) -> Vec<Measurement> {
    let evaluation: Evaluation =
        spec(&format!("{{pairs: {{score: cosine}}, decide: {{threshold: 0.75}}, metrics: [{}]}}", METRICS.join(", ")));
    score(images, &evaluation, uncertainty, &FittedRules::new()).unwrap()
}

/// What a large population has at the threshold (of 20 draws of 800 people, by numpy and scikit-learn).
const TRUTH: [f64; 3] = [0.009_96, 0.478, 0.1049];

/// How often intervals hold the numbers of a large population, and how wide they are in standard deviations of what they are about.
fn coverage(files: u64, people: usize, draws: u32) -> Vec<(f64, f64)> {
    let uncertainty = Uncertainty::default().with_draws(draws, 0);
    let drawn: Vec<Vec<Measurement>> =
        (0..files).into_par_iter().map(|file| measured(&world(people, 2, &mut ChaCha8Rng::seed_from_u64(file)), &uncertainty)).collect();
    let of_metric = |place: usize| {
        let all = || drawn.iter().map(|file| &file[place]);
        let holds = all().filter(|one| (one.lower.unwrap()..=one.upper.unwrap()).contains(&TRUTH[place])).count();
        let mean = all().map(|one| one.value.unwrap()).sum::<f64>() / files as f64;
        let spread = (all().map(|one| (one.value.unwrap() - mean).powi(2)).sum::<f64>() / files as f64).sqrt();
        let width = all().map(|one| one.upper.unwrap() - one.lower.unwrap()).sum::<f64>() / files as f64;
        (holds as f64 / files as f64, width / spread)
    };
    (0..METRICS.len()).map(of_metric).collect()
}

#[test]
fn intervals_respect_that_pairs_share_people() {
    for (metric, (held, width)) in METRICS.iter().zip(coverage(40, 25, 100)) {
        // Of 40 intervals at 95%, fewer than 34 hold once in 1,000.
        assert!(held >= 0.85, "{metric}: {held}");
        // Twice 1.96 standard deviations, and room for what 40 files say of those. Of subjects drawn alone it would be 6 and more.
        assert!((3.0..=5.5).contains(&width), "{metric}: {width}");
    }
}

#[test]
#[ignore = "minutes: a coverage that can be told from 95%"]
fn coverage_of_verification() {
    for people in [25, 60] {
        for (metric, (held, width)) in METRICS.iter().zip(coverage(1000, people, 400)) {
            println!("{people} people, {metric}: {:.1}% held, {width:.2} standard deviations wide", 100.0 * held);
            assert!((0.92..=0.99).contains(&held), "{metric}: {held}");
        }
    }
}

#[test]
fn cosines_know_no_scale_and_distances_have_the_vectors_own() {
    let table = |scale: f64| -> String {
        let text = faces();
        let header: Vec<&str> = text.lines().next().unwrap().split(',').collect();
        let cell = |(name, cell): (&&str, &str)| match name.strip_prefix('e').is_some_and(|rest| rest.parse::<u8>().is_ok()) {
            true => format!("{:e}", cell.parse::<f64>().unwrap() * scale),
            false => cell.to_owned(),
        };
        let line = |line: &str| header.iter().zip(line.split(',')).map(cell).collect::<Vec<_>>().join(",");
        std::iter::once(header.join(",")).chain(text.lines().skip(1).map(line)).map(|line| line + "\n").collect()
    };
    // Powers of two, so that nothing is rounded otherwise; squares of these numbers lie beyond what there is.
    let (huge, tiny) = (2_f64.powi(660), 2_f64.powi(-660));
    for scale in [huge, tiny] {
        assert_eq!(results(&study(&table(scale), "{score: cosine}", "")), results(&study(&table(1.0), "{score: cosine}", "")), "{scale}");
        let of = |scale: f64| results(&study(&table(scale), "{score: euclidean}", "    abstained: wrong\n"));
        let rate = |text: &str| text.lines().filter(|line| line.contains("equal_error_rate")).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(rate(&of(scale)), rate(&of(1.0)), "{scale}");
    }
}
