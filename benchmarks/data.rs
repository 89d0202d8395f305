//! Opening a dataset, decoding its images, and reading them again from the cache. With `FAIRGRID_IMAGES=FOLDER`, so too with the JPEGs of a
//! folder, at 224 × 224 as ImageNet's models want them.

#![allow(missing_docs, reason = "criterion's macros make undocumented items")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on says so by panicking")]

use std::path::Path;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use fairgrid::data::dataset::Dataset;
use fairgrid::data::images::Images;
use fairgrid::spec::card::Card;
use fairgrid::spec::input::{Fit, Input};

fn garments(criterion: &mut Criterion) {
    let card = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/cards/fashion-mnist-sample.yaml");
    again(criterion, "garments", &Card::read(&card).unwrap(), "train", &Input { size: Some((28, 28)), ..Input::default() });
}

fn photographs(criterion: &mut Criterion) {
    let Some(folder) = std::env::var_os("FAIRGRID_IMAGES") else { return };
    let written = tempfile::tempdir().unwrap();
    let card = written.path().join("card.yaml");
    std::fs::write(&card, "fairgrid_card: 1\ndataset: photographs\nimages: {glob: '*.jpg'}\n").unwrap();
    let card = Card::read(&card).unwrap().at(Path::new(&folder));
    let input = Input { size: Some((224, 224)), fit: Fit::CropFraction(0.875), ..Input::default() };
    again(criterion, "photographs", &card, "test", &input);
}

fn again(criterion: &mut Criterion, what: &str, card: &Card, split: &str, input: &Input) {
    let cache = tempfile::tempdir().unwrap();
    let dataset = Dataset::open(card, cache.path()).unwrap();
    let rows = dataset.split(split).unwrap().to_vec();
    let input = dataset.resolve(input).unwrap();

    let mut group = criterion.benchmark_group(what);
    group.sample_size(10).throughput(Throughput::Elements(rows.len() as u64));
    group.bench_function("open", |bencher| bencher.iter(|| Dataset::open(card, cache.path()).unwrap()));
    group.bench_function("decode", |bencher| {
        bencher.iter_batched(
            || tempfile::tempdir().unwrap(),
            |fresh| {
                Images::decode(&dataset, &rows, &input, fresh.path(), &|_, _| ()).unwrap();
                fresh
            },
            BatchSize::PerIteration,
        );
    });
    let images = Images::decode(&dataset, &rows, &input, cache.path(), &|_, _| ()).unwrap();
    let mut pixels = vec![0; images.size()];
    group.bench_function("read what was decoded", |bencher| {
        bencher.iter(|| {
            for row in &rows {
                images.read(*row, &mut pixels).unwrap();
            }
        });
    });
    group.finish();
}

criterion_group!(benches, garments, photographs);
criterion_main!(benches);
