//! A digest of a backend's code, made by its build script.
//!
//! Results are stored under the backend's identity. The library's bytes would not do: they differ between two machines that
//! compiled the same code.

use std::io;
use std::path::{Path, PathBuf};

/// Sets `FAIRGRID_FINGERPRINT` for [`crate::describe!`]: a digest of all sources and manifests below the crate's directory except `tests`, of the
/// SDK and the ABI, and of the nearest `Cargo.lock` above. Call it from `build.rs`; `more` names further files or directories,
/// relative to the crate.
///
/// # Errors
/// A file cannot be read, or this is no build script.
pub fn emit(more: &[&str]) -> io::Result<()> {
    let root = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).ok_or_else(|| io::Error::other("not in a build script"))?;
    let sdk = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut places = vec![root.clone(), sdk.to_path_buf(), sdk.join("../abi")];
    places.extend(more.iter().map(|place| root.join(place)));
    places.extend(root.ancestors().map(|directory| directory.join("Cargo.lock")).find(|lock| lock.is_file()));

    let mut digest = blake3::Hasher::new();
    for place in &places {
        let mut files = Vec::new();
        collect(place, &mut files)?;
        files.sort();
        for file in files {
            tell_cargo(&format!("rerun-if-changed={}", file.display()));
            let content = std::fs::read(&file)?;
            // The name below its place, not the absolute path, which differs between machines; lengths keep neighbors apart.
            let name = file.strip_prefix(place).unwrap_or(&file).to_string_lossy().into_owned();
            for bytes in [name.as_bytes(), &content] {
                digest.update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
            }
        }
    }
    tell_cargo(&format!("rustc-env=FAIRGRID_FINGERPRINT={}", digest.finalize().to_hex()));
    Ok(())
}

fn collect(place: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if place.is_file() {
        files.push(place.to_path_buf());
        return Ok(());
    }
    tell_cargo(&format!("rerun-if-changed={}", place.display()));
    for entry in std::fs::read_dir(place)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let source = path.extension().is_some_and(|kind| ["rs", "toml", "h", "c", "cc", "cpp", "cu"].iter().any(|known| kind == *known));
        if path.is_dir() && !["target", "tests"].contains(&name.as_str()) && !name.starts_with('.') {
            collect(&path, files)?;
        } else if path.is_file() && source {
            files.push(path);
        }
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "cargo reads a build script's standard output")]
fn tell_cargo(line: &str) {
    println!("cargo::{line}");
}
