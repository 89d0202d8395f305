//! One mistake a file: what `fairgrid validate` says to each, as its user reads it.

use std::path::Path;

use crate::command::{fairgrid, root};

#[test]
fn every_mistake_is_told_with_its_place_and_its_remedy() {
    let folder = root().join("tests/bad");
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let cache = tempfile::tempdir().unwrap();
        let spec = Path::new("tests/bad").join(file.file_name().unwrap());
        let outcome = fairgrid(["validate".as_ref(), spec.as_os_str()])
            .env("XDG_CACHE_HOME", cache.path())
            // Which plugins lie beside the executable depends on what was built.
            .filter("help: [^;]*; name its folder", "help: [BACKENDS]; name its folder")
            .filter(r"of \d+ that are known", "of [N] that are known")
            .hide("[ROOT]/target/debug", "[BESIDE]")
            .run();
        assert_ne!(outcome.code, Some(0), "`{name}` is taken for a good study");
        insta::with_settings!({snapshot_path => "bad/snapshots", prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!(name, outcome);
        });
    }
}
