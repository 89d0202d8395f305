//! Libraries that are no backend, or one for another fairgrid.

use std::path::{Path, PathBuf};

use fairgrid::backend::plugin::{LoadError, Plugin};

use super::fixture::{broken, folder, plain};

fn refusal(path: &Path) -> String {
    let error = Plugin::load(path, &[]).unwrap_err().to_string();
    error.replace(&path.display().to_string(), "LIBRARY")
}

#[test]
fn a_path_must_be_absolute_and_exist() {
    let relative = Path::new("libfairgrid_plain.so");
    assert_eq!(refusal(relative), "the library `LIBRARY` must be given by its absolute path");
    let missing = folder("loading").join("libfairgrid_missing.so");
    assert_eq!(refusal(&missing), "the library `LIBRARY` does not exist");
}

#[test]
fn a_file_that_is_no_library_is_refused() {
    let text = folder("loading").join("libfairgrid_text.so");
    std::fs::write(&text, "not a library, ".repeat(10)).unwrap();
    assert_eq!(refusal(&text), "cannot load the backend `LIBRARY`: LIBRARY: invalid ELF header");
    let empty = folder("loading").join("libfairgrid_empty.so");
    std::fs::write(&empty, "").unwrap();
    assert_eq!(refusal(&empty), "cannot load the backend `LIBRARY`: LIBRARY: file too short");
}

#[test]
fn a_library_that_is_no_backend_is_refused() {
    assert_eq!(refusal(&broken("NOTHING")), "`LIBRARY` is not a fairgrid backend: it has no symbol `fairgrid_backend`");
}

#[test]
fn another_abi_is_refused_and_both_versions_are_named() {
    let newer = "the backend `LIBRARY` was made for version 3.2 of the backend ABI, this fairgrid speaks version 1.0";
    assert_eq!(refusal(&broken("NEWER")), newer);
    let older = "the backend `LIBRARY` was made for version 0.0 of the backend ABI, this fairgrid speaks version 1.0";
    assert_eq!(refusal(&broken("OLDER")), older);
}

#[test]
fn a_table_that_is_none_is_refused() {
    assert_eq!(refusal(&broken("SMALL")), "the backend `LIBRARY` broke the contract: its table has 16 bytes, version 1.0 has 56");
    assert_eq!(refusal(&broken("HOLLOW")), "the backend `LIBRARY` broke the contract: its `run` is null");
}

#[test]
fn a_description_that_is_none_is_refused() {
    let say = |flag| Plugin::load(&broken(flag), &[]).unwrap().describe().unwrap_err().message;
    assert_eq!(say("MUTE"), "the backend broke the contract: its description is not UTF-8 at byte 16");
    assert!(say("BABBLE").starts_with("the backend broke the contract: its description is not JSON: "), "{}", say("BABBLE"));
    let vague = "the backend broke the contract: its description has no usable schema for the options of `focal` in `losses`: ";
    assert!(say("VAGUE").starts_with(vague), "{}", say("VAGUE"));
}

#[test]
fn a_runtime_that_does_not_load_is_named() {
    let missing = PathBuf::from("/nonexistent/libtorch_cpu.so");
    let error = Plugin::load(&plain(), &[missing]).unwrap_err();
    assert_eq!(error.to_string(), "the library `/nonexistent/libtorch_cpu.so` does not exist");
    let text = folder("loading").join("libruntime.so");
    std::fs::write(&text, "not a library, ".repeat(10)).unwrap();
    let error = Plugin::load(&plain(), std::slice::from_ref(&text)).unwrap_err();
    let said = error.to_string().replace(&text.display().to_string(), "RUNTIME");
    assert_eq!(said, "cannot load `RUNTIME`, which the backend needs: RUNTIME: invalid ELF header");
}

#[test]
fn the_library_that_was_missed_is_known() {
    let reason = "libtorch_cpu.so: cannot open shared object file: No such file or directory".to_owned();
    let error = LoadError::Library { path: PathBuf::from("/x"), reason };
    assert_eq!(error.missing_library(), Some("libtorch_cpu.so"));
    assert_eq!(LoadError::NotBackend { path: PathBuf::from("/x") }.missing_library(), None);
}
