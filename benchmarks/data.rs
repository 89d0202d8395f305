//! Opening a dataset, decoding its images, and reading them again from the cache.

#![allow(missing_docs, reason = "criterion's macros make undocumented items")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on says so by panicking")]

use std::path::Path;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use fairgrid::data::dataset::Dataset;
use fairgrid::data::images::Images;
use fairgrid::spec::card::Card;
use fairgrid::spec::input::Input;

fn decode(criterion: &mut Criterion) {
    let card = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/cards/fashion-mnist-sample.yaml");
    let card = Card::read(&card).unwrap();
    let cache = tempfile::tempdir().unwrap();
    let dataset = Dataset::open(&card, cache.path()).unwrap();
    let rows = dataset.split("train").unwrap().to_vec();
    let input = Input { size: Some((28, 28)), ..Input::default() };
    let input = dataset.resolve(&input).unwrap();

    let mut group = criterion.benchmark_group("data");
    group.sample_size(10).throughput(Throughput::Elements(rows.len() as u64));
    group.bench_function("open 6,000 photographs", |bencher| bencher.iter(|| Dataset::open(&card, cache.path()).unwrap()));
    group.bench_function("decode 4,000 photographs", |bencher| {
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
    group.bench_function("read 4,000 decoded photographs", |bencher| {
        bencher.iter(|| {
            for row in &rows {
                images.read(*row, &mut pixels).unwrap();
            }
        });
    });
    group.finish();
}

criterion_group!(benches, decode);
criterion_main!(benches);
