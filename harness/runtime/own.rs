//! Runtimes that the user brings.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Native, Runtime, RuntimeError};

/// The libraries of a libtorch that are loaded by path, in this order, where they exist; the loader finds the rest beside them.
const LIBTORCH: [&str; 5] = ["libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so"];

/// Prints PyTorch's version and folder without importing it, which would take seconds.
const WHERE_IS_TORCH: &str = "import importlib.util, pathlib, re, sys
spec = importlib.util.find_spec('torch')
if spec is None: sys.exit('there is no module torch')
root = pathlib.Path(spec.origin).parent
print(re.search(r'__version__ *= *.([0-9][^\\'\"]*)', (root / 'version.py').read_text()).group(1))
print(root)";

/// The libtorch in the directory that `LIBTORCH` names.
pub(crate) fn libtorch(root: &Path) -> Result<Runtime, RuntimeError> {
    let version = fs::read_to_string(root.join("build-version")).map(|text| text.trim().to_owned()).ok();
    libtorch_in("LIBTORCH", root, version.unwrap_or_else(|| "unknown".to_owned()))
}

/// The libtorch inside the PyTorch of the user's Python.
pub(crate) fn pytorch() -> Result<Runtime, RuntimeError> {
    // The same choice as torch-sys makes when it builds, so that both see one PyTorch.
    let python = if std::env::var_os("VIRTUAL_ENV").is_some() { "python" } else { "python3" };
    let failed = |reason: String| RuntimeError::PyTorch { python: python.to_owned(), reason };
    let output = Command::new(python).args(["-c", WHERE_IS_TORCH]).output().map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        return Err(failed(complaint.lines().last().unwrap_or("it said nothing").to_owned()));
    }
    let answer = String::from_utf8_lossy(&output.stdout);
    match answer.lines().collect::<Vec<_>>()[..] {
        [version, root] => libtorch_in("LIBTORCH_USE_PYTORCH", Path::new(root), version.to_owned()),
        _ => Err(failed(format!("it answered `{}`", answer.trim()))),
    }
}

/// The ONNX Runtime library that `ORT_DYLIB_PATH` names.
pub(crate) fn onnxruntime(file: &Path) -> Result<Runtime, RuntimeError> {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let missing = |_| RuntimeError::Own { variable: "ORT_DYLIB_PATH", path: file.to_owned(), missing: name.clone() };
    let file = fs::canonicalize(file).map_err(missing)?;
    let target = file.file_name().unwrap_or_default().to_string_lossy();
    let version = target.split_once(".so.").map_or("unknown", |(_, version)| version).to_owned();
    let root = file.parent().unwrap_or(Path::new("/")).to_owned();
    Ok(Runtime { native: Native::OnnxRuntime, version, root, preload: vec![file], variable: Some("ORT_DYLIB_PATH") })
}

fn libtorch_in(variable: &'static str, root: &Path, version: String) -> Result<Runtime, RuntimeError> {
    let missing = || RuntimeError::Own { variable, path: root.to_owned(), missing: "lib/libtorch_cpu.so".to_owned() };
    let root = root.canonicalize().map_err(|_| missing())?;
    let lib = root.join("lib");
    let preload: Vec<PathBuf> = LIBTORCH.iter().map(|name| lib.join(name)).filter(|path| is_elf(path)).collect();
    if !preload.contains(&lib.join("libtorch_cpu.so")) {
        return Err(missing());
    }
    Ok(Runtime { native: Native::Libtorch, version, root, preload, variable: Some(variable) })
}

/// Whether a file is a library rather than a linker script.
fn is_elf(path: &Path) -> bool {
    let mut magic = [0; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut magic)).is_ok() && magic == *b"\x7fELF"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linker_scripts_are_not_loaded() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("lib")).unwrap();
        fs::write(root.path().join("lib/libtorch_cpu.so"), b"\x7fELF...").unwrap();
        fs::write(root.path().join("lib/libtorch.so"), "INPUT(-ltorch_cpu)\n").unwrap();
        fs::write(root.path().join("build-version"), "2.13.0+cpu\n").unwrap();
        let runtime = libtorch(root.path()).unwrap();
        assert_eq!(runtime.version, "2.13.0+cpu");
        assert_eq!(runtime.preload, [root.path().canonicalize().unwrap().join("lib/libtorch_cpu.so")]);
    }

    #[test]
    fn the_version_is_read_through_links() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("libonnxruntime.so.1.30.2");
        fs::write(&file, b"\x7fELF").unwrap();
        std::os::unix::fs::symlink(&file, folder.path().join("libonnxruntime.so")).unwrap();
        assert_eq!(onnxruntime(&folder.path().join("libonnxruntime.so")).unwrap().version, "1.30.2");
    }
}
