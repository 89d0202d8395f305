//! Starting a worker: the process, the library, what it describes.

#![allow(missing_docs, reason = "criterion's macros make undocumented items")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on says so by panicking")]

use std::path::Path;
use std::process::{Command, Stdio};

use criterion::{Criterion, criterion_group, criterion_main};

fn describe(library: &Path) {
    let mut worker = Command::new(env!("CARGO_BIN_EXE_fairgrid"));
    worker.args(["worker", "--describe"]).arg(library).stdin(Stdio::null()).stdout(Stdio::null());
    assert!(worker.status().unwrap().success(), "`{}` does not describe itself", library.display());
}

fn start(criterion: &mut Criterion) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    let plain = folder.path().join("libfairgrid_plain.so");
    let mut compiler = Command::new("cc");
    compiler.args(["-std=c11", "-O2", "-shared", "-fPIC", "-fvisibility=hidden", "-I"]).arg(root.join("backends/abi"));
    compiler.arg(root.join("tests/backends/plain.c")).args(["-lm", "-o"]).arg(&plain);
    assert!(compiler.status().unwrap().success(), "`plain.c` does not compile");
    let mut group = criterion.benchmark_group("worker");
    group.sample_size(20);
    group.bench_function("start, plain C backend", |bencher| bencher.iter(|| describe(&plain)));
    // Where the plugins are built, what their runtimes add.
    let products = Path::new(env!("CARGO_BIN_EXE_fairgrid")).parent().unwrap();
    for name in ["torch", "onnx"] {
        let library = products.join(format!("libfairgrid_{name}.so"));
        if library.is_file() {
            group.bench_function(format!("start, {name}"), |bencher| bencher.iter(|| describe(&library)));
        }
    }
    group.finish();
}

criterion_group!(benches, start);
criterion_main!(benches);
