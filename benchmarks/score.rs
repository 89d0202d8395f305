//! Scoring a million predictions of 14 intersectional groups (reading, counting, ranking), and a million pairs of the images of 700 people.
//!
//! A benchmark is also a test: it stops where a number is missing.

#![allow(missing_docs, reason = "criterion's macros make undocumented items")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on says so by panicking")]

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use criterion::{Criterion, criterion_group, criterion_main};
use fairgrid::data::frame::{Factor, Targets};
use fairgrid::score::embedding::Embeddings;
use fairgrid::score::predictions::kinds::Keep;
use fairgrid::score::predictions::{Parts, Predictions};
use fairgrid::score::rule::FittedRules;
use fairgrid::score::score;
use fairgrid::spec::decode::Decode;
use fairgrid::spec::evaluation::Evaluation;
use fairgrid::spec::node::Node;
use fairgrid::spec::predictions::Columns;
use fairgrid::spec::problem::Problems;
use fairgrid::spec::source::Source;
use fairgrid::spec::uncertainty::Uncertainty;
use parquet::arrow::ArrowWriter;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const ROWS: usize = 1_000_000;
const RACES: [&str; 7] = ["Black", "East Asian", "Indian", "Latino", "Middle Eastern", "Southeast Asian", "White"];
const COLUMNS: &str = "{id: id, label: y_true, decision: y_pred, scores: score}";
const COUNTS: &str = "{groups: [[gender, race]], positive: 1, decide: given, metrics: [accuracy_score, accuracy_score_difference, \
     balanced_accuracy_score, precision_score, recall_score, selection_rate, demographic_parity_difference, f1_score, \
     {equalized_odds_difference: {agg: worst_case}}]}";
const RANKS: &str = "{groups: [[gender, race]], positive: 1, metrics: [roc_auc_score, average_precision_score]}";

fn spec<T: Decode>(text: &str) -> T {
    let node = Node::parse(&Source::new("bench.yaml", text)).unwrap();
    let mut problems = Problems::default();
    let value = T::decode(&node, &mut problems);
    problems.check(value).unwrap()
}

fn write(path: &Path) {
    let mut random = ChaCha8Rng::seed_from_u64(0);
    let race: Vec<usize> = (0..ROWS).map(|_| random.random_range(0..RACES.len())).collect();
    let label: Vec<i64> = race.iter().map(|race| i64::from(random.random_bool(0.3 + 0.03 * *race as f64))).collect();
    let noise = |random: &mut ChaCha8Rng| (0..4).map(|_| random.random_range(-1.0..1.0)).sum::<f64>();
    let score: Vec<f64> = label.iter().map(|label| 1.0 / (1.0 + (-(2.0 * *label as f64 - 1.0) - noise(&mut random)).exp())).collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("id", Arc::new(StringArray::from_iter_values((0..ROWS).map(|row| format!("img{row:08}"))))),
        ("y_true", Arc::new(Int64Array::from(label))),
        ("y_pred", Arc::new(score.iter().map(|score| i64::from(*score >= 0.5)).collect::<Int64Array>())),
        ("race", Arc::new(race.iter().map(|race| Some(RACES[*race])).collect::<StringArray>())),
        ("gender", Arc::new((0..ROWS).map(|_| Some(if random.random_bool(0.5) { "female" } else { "male" })).collect::<StringArray>())),
        ("score", Arc::new(Float64Array::from(score))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = ArrowWriter::try_new(std::fs::File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

fn million(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("million.parquet");
    write(&path);
    let columns = spec::<Columns>(COLUMNS);
    let fields = ["race".to_owned(), "gender".to_owned()];
    let read = |keep: Keep| Predictions::import(&path, &columns, &fields, None, keep).unwrap();
    let (items, kinds) = (read(Keep::Items), read(Keep::Kinds));
    let scored = |predictions: &Predictions, evaluation: &str, replicates: u32| {
        let evaluation = spec::<Evaluation>(evaluation);
        let uncertainty = Uncertainty::default().with_draws(replicates, replicates);
        let measured = score(predictions, &evaluation, &uncertainty, &FittedRules::new()).unwrap();
        assert!(measured.iter().all(|number| number.lower.is_some()), "a number without an interval");
        measured
    };
    let mut group = criterion.benchmark_group("million");
    group.sample_size(10);
    group.bench_function("read_items", |bencher| bencher.iter(|| black_box(read(Keep::Items))));
    group.bench_function("read_kinds", |bencher| bencher.iter(|| black_box(read(Keep::Kinds))));
    group.bench_function("counts_1000_replicates_and_nulls", |bencher| bencher.iter(|| black_box(scored(&kinds, COUNTS, 1000))));
    group.bench_function("ranks_200_replicates", |bencher| bencher.iter(|| black_box(scored(&items, RANKS, 200))));
    group.finish();
}

/// Two images each of people of four races.
fn people() -> Predictions {
    const PEOPLE: usize = 700;
    const WIDTH: usize = 64;
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut values = Vec::with_capacity(2 * PEOPLE * WIDTH);
    for _ in 0..PEOPLE {
        let centre: Vec<f64> = (0..WIDTH).map(|_| random.random_range(-1.0..1.0)).collect();
        (0..2).for_each(|_| values.extend(centre.iter().map(|number| number + random.random_range(-0.8..0.8))));
    }
    let of = |name: &dyn Fn(usize) -> String| Factor::of(&(0..2 * PEOPLE).map(|row| Some(name(row / 2))).collect::<Vec<_>>());
    let parts = Parts {
        ids: (0..2 * PEOPLE).map(|row| format!("i{row:05}")).collect(),
        classes: Vec::new(),
        targets: Targets::Single(vec![None; 2 * PEOPLE]),
        scores: None,
        decisions: None,
        embeddings: Embeddings::new(WIDTH, values),
        fields: [("race".to_owned(), of(&|person| RACES[person % 4].to_owned()))].into_iter().collect(),
        subject: Some(of(&|person| format!("p{person}"))),
        weight: None,
        split: None,
        copies: None,
        fold: None,
    };
    Predictions::check(parts, |row| row as u64 + 1).unwrap()
}

fn pairs(criterion: &mut Criterion) {
    let images = people();
    let scored = |metrics: &str, replicates: u32, permutations: u32| {
        let text = format!("{{pairs: {{score: cosine}}, groups: [race], decide: {{threshold: 0.25}}, metrics: [{metrics}]}}");
        let uncertainty = Uncertainty::default().with_draws(replicates, permutations);
        let measured = score(&images, &spec::<Evaluation>(&text), &uncertainty, &FittedRules::new()).unwrap();
        assert!(measured.iter().all(|number| number.value.is_some()), "a number without a value");
        measured
    };
    let mut group = criterion.benchmark_group("pairs");
    group.sample_size(10);
    group.bench_function("none", |bencher| bencher.iter(|| black_box(scored("roc_auc_score", 0, 0))));
    group.bench_function("auc_200_replicates", |bencher| bencher.iter(|| black_box(scored("roc_auc_score", 200, 0))));
    let gaps = "false_match_rate_difference, false_non_match_rate_difference";
    group.bench_function("rates_200_nulls", |bencher| bencher.iter(|| black_box(scored(gaps, 0, 200))));
    group.finish();
}

criterion_group!(benches, million, pairs);
criterion_main!(benches);
