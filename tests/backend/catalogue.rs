//! Finding backends by their descriptors, without loading them.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use fairgrid::backend::catalogue::Catalogue;
use fairgrid::backend::descriptor::{Description, Descriptor, descriptor_path, library_stem};
use fairgrid::backend::plugin::Plugin;
use tempfile::TempDir;

use super::fixture::{folder, plain};

fn house() -> (TempDir, PathBuf) {
    let house = tempfile::tempdir_in(folder("catalogue")).unwrap();
    let library = house.path().join("libfairgrid_plain.so");
    fs::copy(plain(), &library).unwrap();
    (house, library)
}

fn describe(library: &Path) -> Result<Description, String> {
    Plugin::load(library, &[]).map(|plugin| plugin.describe().unwrap()).map_err(|error| error.to_string())
}

fn forbidden(library: &Path) -> Result<Description, String> {
    panic!("{} was loaded", library.display())
}

#[test]
fn a_descriptor_is_made_once_and_then_only_read() {
    let (house, library) = house();
    let folders = [house.path().to_owned()];
    let first = Catalogue::of(&folders, &describe);
    let entry = first.get("plain").unwrap();
    assert_eq!((entry.descriptor.name.as_str(), entry.descriptor.kind("losses")[0].name.as_str()), ("plain", "squared_distance"));
    assert!(entry.library.is_absolute());
    assert_eq!(descriptor_path(&library).file_name().unwrap(), "plain.fairgrid.json");
    let begin = Instant::now();
    let second = Catalogue::of(&folders, &forbidden);
    assert!(begin.elapsed() < Duration::from_millis(50));
    assert_eq!(second.get("plain").unwrap().descriptor, entry.descriptor);
    // A foreign library is known by its digest.
    let digest = blake3::hash(&fs::read(&library).unwrap()).to_hex().to_string();
    assert_eq!(entry.descriptor.identity()["code"], digest.as_str());
}

#[test]
fn a_library_that_was_only_touched_is_not_loaded() {
    let (house, library) = house();
    let folders = [house.path().to_owned()];
    Catalogue::of(&folders, &describe);
    let later = SystemTime::now() + Duration::from_secs(100);
    fs::File::options().append(true).open(&library).unwrap().set_modified(later).unwrap();
    assert!(Catalogue::of(&folders, &forbidden).get("plain").is_ok());
}

#[test]
fn stale_and_damaged_descriptors_are_made_anew() {
    let (house, library) = house();
    let folders = [house.path().to_owned()];
    Catalogue::of(&folders, &describe);
    let loaded = RefCell::new(0);
    let counted = |library: &Path| {
        *loaded.borrow_mut() += 1;
        describe(library)
    };
    // Bytes after the end of a library change nothing but its digest.
    let mut bytes = fs::read(&library).unwrap();
    bytes.push(0);
    fs::remove_file(&library).unwrap();
    fs::write(&library, bytes).unwrap();
    assert!(Catalogue::of(&folders, &counted).get("plain").is_ok());
    fs::write(descriptor_path(&library), "{\"fairgrid_descriptor\": 1, \"descr").unwrap();
    assert!(Catalogue::of(&folders, &counted).get("plain").is_ok());
    assert_eq!(*loaded.borrow(), 2);
    assert!(Descriptor::beside(&library).is_ok());
}

#[test]
fn what_is_missing_is_named_with_where_it_was_looked_for() {
    let (house, _) = house();
    let catalogue = Catalogue::of(&[house.path().to_owned()], &describe);
    let error = catalogue.get("plan").unwrap_err();
    let folder = house.path().canonicalize().unwrap().display().to_string();
    assert_eq!(error.to_string(), format!("there is no backend `plan`: no `libfairgrid_plan.so` in `{folder}`"));
    assert_eq!(error.help(), "did you mean `plain`?; name its folder with `--backend-dir` or in `FAIRGRID_BACKEND_PATH`");
}

#[test]
fn a_library_that_does_not_serve_is_named_with_the_reason() {
    let (house, library) = house();
    fs::write(&library, "not a library").unwrap();
    fs::write(house.path().join("libother.so"), "not ours").unwrap();
    fs::write(house.path().join("notes.txt"), "not a library either").unwrap();
    let catalogue = Catalogue::of(&[house.path().to_owned()], &|_| Err("it does not load".to_owned()));
    assert_eq!((catalogue.entries().len(), catalogue.broken().len()), (0, 1));
    assert_eq!(catalogue.get("plain").unwrap_err().to_string(), "the backend `plain` cannot be used: it does not load");
    assert!(!descriptor_path(&library).exists());
}

#[test]
fn a_library_under_another_name_is_refused() {
    let (house, library) = house();
    fs::rename(&library, house.path().join("libfairgrid_fancy.so")).unwrap();
    let catalogue = Catalogue::of(&[house.path().to_owned()], &describe);
    let reason = &catalogue.broken()[0].reason;
    assert!(reason.ends_with("calls itself `plain`; it must be named `libfairgrid_plain.so`"), "{reason}");
}

#[test]
fn the_first_folder_wins() {
    let ((one, _), (other, _)) = (house(), house());
    let folders = [one.path().to_owned(), other.path().to_owned(), one.path().to_owned()];
    let catalogue = Catalogue::of(&folders, &describe);
    assert_eq!(catalogue.entries().len(), 1);
    assert!(catalogue.get("plain").unwrap().library.starts_with(one.path().canonicalize().unwrap()));
    assert_eq!(catalogue.folders().len(), 2);
}

#[test]
fn only_libraries_with_our_name_count() {
    assert_eq!(library_stem(Path::new("/x/libfairgrid_torch.so")).as_deref(), Some("torch"));
    for other in
        ["libtorch.so", "libfairgrid_.so", "libfairgrid_Torch.so", "fairgrid_torch.so", "libfairgrid_torch.so.1", "libfairgrid_a-b.so"]
    {
        assert_eq!(library_stem(Path::new(other)), None, "{other}");
    }
}
