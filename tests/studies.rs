//! Every shipped study, run for real and held against its accepted leaderboard: adding a spec adds its snapshot.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;

use crate::command::{fairgrid, root};

/// Builds the plugins as this binary was built, so that none is stale. What is up to date costs nothing.
pub(crate) fn plugins() -> &'static Path {
    static BUILT: Once = Once::new();
    let folder = Path::new(env!("CARGO_BIN_EXE_fairgrid")).parent().unwrap();
    BUILT.call_once(|| {
        let mut build = Command::new(env!("CARGO"));
        // Together with the harness: so they have its features, and share its build of Arrow.
        build.current_dir(root()).args(["build", "--quiet", "-p", "fairgrid", "-p", "fairgrid-torch", "-p", "fairgrid-onnx"]);
        if folder.ends_with("release") {
            build.arg("--release");
        }
        let status = build.status().unwrap();
        assert!(status.success(), "the plugins do not build; `cargo xtask setup` fetches what they need");
    });
    folder
}

/// Studies of data that cannot be shipped: they have no snapshot here, and must run on made-up data.
const RESTRICTED: [&str; 3] = ["expression-balance", "inclusive-images-mr2", "utkface-gender"];

fn is_restricted(spec: &Path) -> bool {
    RESTRICTED.iter().any(|name| spec.file_stem().is_some_and(|stem| stem == *name))
}

fn specs() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join("specs")).unwrap().map(|entry| entry.unwrap().path());
    let mut specs: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|extension| extension == "yaml")).collect();
    specs.sort();
    specs
}

#[test]
fn every_study_agrees_with_its_snapshot() {
    plugins();
    let store = root().join("target/tmp/studies");
    let specs = specs();
    assert!(specs.len() >= 3, "the shipped studies are not found");
    let drifted: Vec<String> = specs
        .iter()
        .filter(|spec| !is_restricted(spec))
        .filter_map(|spec| {
            let call = ["snapshot", "check"].map(Into::into).into_iter().chain([
                spec.as_os_str().to_owned(),
                "--store".into(),
                store.clone().into(),
            ]);
            let outcome = fairgrid(call).run();
            (outcome.code != Some(0)).then(|| format!("{}\n{outcome}", spec.display()))
        })
        .collect();
    assert!(drifted.is_empty(), "{}", drifted.join("\n"));
}

/// Runs a study of data that cannot be shipped, on made-up ones; answers the folder of its results.
fn run_on_mocks(name: &str, more: &[&str]) -> tempfile::TempDir {
    plugins();
    let folder = tempfile::tempdir().unwrap();
    let spec = root().join("specs").join(name).with_extension("yaml");
    let store = root().join("target/tmp/studies");
    let call = ["run".as_ref(), spec.as_os_str(), "--mock".as_ref(), "--quiet".as_ref(), "--no-predictions".as_ref()];
    let places = ["--store".as_ref(), store.as_os_str(), "--output".as_ref(), folder.path().as_os_str()];
    let page = fairgrid(call.into_iter().chain(places).chain(more.iter().map(AsRef::as_ref))).run().ok();
    assert!(page.contains("Made-up data (--mock)"), "{page}");
    folder
}

#[test]
fn every_study_of_restricted_data_runs_on_mocks() {
    let restricted: Vec<PathBuf> = specs().into_iter().filter(|spec| is_restricted(spec)).collect();
    assert_eq!(restricted.len(), RESTRICTED.len(), "a study is not found");
    for name in RESTRICTED {
        run_on_mocks(name, &["--limit", "80"]);
    }
}

#[test]
fn a_planted_disparity_is_found() {
    // The card says that of Black people's pictures three in five are well lit. Of the others half are right by chance: a gap of 0.2.
    let folder = run_on_mocks("utkface-gender", &[]);
    let mut results = csv::Reader::from_path(folder.path().join("results.csv")).unwrap();
    let rows: Vec<std::collections::HashMap<String, String>> = results.deserialize().map(Result::unwrap).collect();
    let gaps: Vec<_> = rows.iter().filter(|row| row["metric"] == "race_gap").collect();
    assert_eq!(gaps.len(), 2);
    for gap in gaps {
        let number = |column: &str| gap[column].parse::<f64>().unwrap();
        assert!(number("lower") > 0.0 && number("lower") < 0.2 && number("upper") > 0.2, "{gap:?}");
    }
}

#[test]
fn every_snapshot_is_of_a_study() {
    for entry in std::fs::read_dir(root().join("specs/snapshots")).unwrap() {
        let path = entry.unwrap().path();
        let spec = root().join("specs").join(path.file_stem().unwrap()).with_extension("yaml");
        assert!(path.extension().is_some_and(|extension| extension == "snap") && spec.is_file(), "`{}` is of no study", path.display());
    }
}
