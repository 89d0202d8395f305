//! Reading and planning a study of 10,000 cells.

#![allow(missing_docs, reason = "criterion's macros make undocumented items")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on says so by panicking")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use fairgrid::backend::catalogue::Catalogue;
use fairgrid::backend::descriptor::Description;
use fairgrid::plan::make::{Request, make};
use fairgrid::spec::problem::Problems;
use fairgrid::spec::study::Study;

const CELLS: usize = 10_000;

fn spec(folder: &Path) -> PathBuf {
    let cards = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/cards/fashion-mnist-sample.yaml");
    let seeds: Vec<String> = (0..CELLS / 10).map(|seed| seed.to_string()).collect();
    let text = format!(
        "fairgrid: 1\nstudy: large\ndata: {{fashion: {{card: {}}}}}\n\
         grid:\n  gamma: [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 5]\n  seed: [{}]\n\
         models:\n  net:\n    backend: listed\n    architecture: linear\n    train: {{data: fashion/train, loss: {{focal: {{gamma: $gamma}}}}, \
         seed: $seed, epochs: 1, batch_size: 64, optimizer: {{sgd: {{learning_rate: 0.1}}}}}}\n\
         evaluate:\n  test: {{data: fashion/test, groups: [tone], metrics: [accuracy_score]}}\naverage: [seed]\n",
        cards.display(),
        seeds.join(", ")
    );
    let path = folder.join("large.yaml");
    std::fs::write(&path, text).unwrap();
    path
}

/// A catalogue of one backend that is described and never loaded.
fn catalogue(folder: &Path) -> Catalogue {
    std::fs::write(folder.join("libfairgrid_listed.so"), "never loaded").unwrap();
    let number =
        |name: &str| serde_json::json!({"type": "object", "properties": {name: {"type": "number"}}, "additionalProperties": false});
    let thing = |name: &str, options: serde_json::Value| serde_json::json!({"name": name, "summary": name, "options": options});
    let description = serde_json::json!({
        "name": "listed", "version": "1.0.0", "devices": ["cpu"], "abilities": ["train", "predict"],
        "kinds": {
            "architectures": [thing("linear", number("width"))],
            "losses": [thing("focal", number("gamma"))],
            "optimizers": [thing("sgd", number("learning_rate"))],
            "schedules": [thing("constant", number("unused"))],
        },
    });
    let description = Description::read(&description).unwrap();
    Catalogue::of(&[folder.to_owned()], &|_| Ok(description.clone()))
}

fn plan(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let path = spec(folder.path());
    let catalogue = catalogue(folder.path());
    let request = Request { cache: folder.path().join("cache"), ..Request::default() };
    let mut group = criterion.benchmark_group("plan");
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    group.bench_function("read 10,000 cells", |bencher| {
        bencher.iter(|| {
            let study = Study::read(&path, &[]).unwrap();
            assert_eq!(study.cells.len(), CELLS);
            study
        });
    });
    group.bench_function("read and plan 10,000 cells", |bencher| {
        bencher.iter(|| {
            let study = Study::read(&path, &[]).unwrap();
            let plan = make(study, Problems::default(), &catalogue, &request, &|_| ()).unwrap();
            assert_eq!(plan.scores.len(), CELLS);
            plan
        });
    });
    group.finish();
}

criterion_group!(benches, plan);
criterion_main!(benches);
