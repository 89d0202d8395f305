//! One library, loaded into this process for good.

#![expect(unsafe_code, reason = "loading a library runs its code, and its table is reached through a raw pointer")]

use std::path::{Path, PathBuf};

use fairgrid_abi as abi;
use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_LOCAL, RTLD_NOW};
use serde_json::Value;

use super::descriptor::Description;
pub use super::error::{BackendError, LoadError};
pub use super::instance::{Canceller, Instance};
use super::instance::{call, document, open};

/// A loaded backend. It is never unloaded: native runtimes leave threads and thread-local destructors behind.
#[derive(Clone, Copy, Debug)]
pub struct Plugin {
    table: &'static abi::Backend,
}

impl Plugin {
    /// Loads a backend, after the libraries of its runtime, which become visible to it and to each other in the order given. All paths are
    /// absolute: neither the environment nor an rpath decides what is loaded. This runs code of the libraries, so it belongs into a worker.
    ///
    /// # Errors
    /// A path is relative or missing, the system refuses a library, or the library is no backend of this ABI.
    pub fn load(path: &Path, preload: &[PathBuf]) -> Result<Self, LoadError> {
        for library in preload {
            present(library)?;
            // SAFETY: the libraries of a runtime are trusted as far as this worker goes.
            let loaded = unsafe { Library::open(Some(library), RTLD_NOW | RTLD_GLOBAL) };
            let loaded = loaded.map_err(|error| LoadError::Preload { path: library.clone(), reason: words(&error) })?;
            std::mem::forget(loaded);
        }
        present(path)?;
        // SAFETY: likewise; a backend's initializers run here.
        let library = unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL) };
        let library = library.map_err(|error| LoadError::Library { path: path.to_owned(), reason: words(&error) })?;
        // SAFETY: the type is the one that the header gives the symbol.
        let entry = unsafe { library.get::<abi::Entry>(abi::SYMBOL.as_bytes()) }.map(|symbol| *symbol);
        std::mem::forget(library);
        let entry = entry.map_err(|_| LoadError::NotBackend { path: path.to_owned() })?;
        // SAFETY: the header lets it be called with any two numbers; the table lives until the process ends.
        let table = unsafe { entry(abi::ABI_MAJOR, abi::ABI_MINOR).as_ref() };
        let Some(table) = table else {
            return Err(LoadError::Version { path: path.to_owned(), serves: probe(entry) });
        };
        check(table).map_err(|reason| match reason {
            Wrong::Version(serves) => LoadError::Version { path: path.to_owned(), serves: Some(serves) },
            Wrong::Table(reason) => LoadError::Table { path: path.to_owned(), reason },
        })?;
        Ok(Self { table })
    }

    /// What the backend says about itself.
    ///
    /// # Errors
    /// It fails, or what it says is not a description.
    pub fn describe(&self) -> Result<Description, BackendError> {
        Description::read(&self.describe_json()?).map_err(|wrong| BackendError::contract(format_args!("its description {wrong}")))
    }

    /// The same, as JSON that was not looked at yet.
    ///
    /// # Errors
    /// It fails, or gives no JSON.
    pub fn describe_json(&self) -> Result<Value, BackendError> {
        let describe = self.table.describe.ok_or_else(|| BackendError::contract("it has no `describe`"))?;
        let mut json = std::ptr::null();
        // SAFETY: both places live for the call.
        call(|error| unsafe { describe(&raw mut json, error) })?;
        if json.is_null() {
            return Err(BackendError::contract("its description is null"));
        }
        // SAFETY: the text ends with a NUL and stays valid until the process ends.
        let bytes = unsafe { std::ffi::CStr::from_ptr(json) }.to_bytes();
        let text = std::str::from_utf8(bytes)
            .map_err(|error| BackendError::contract(format_args!("its description is not UTF-8 at byte {}", error.valid_up_to())))?;
        serde_json::from_str(text).map_err(|error| BackendError::contract(format_args!("its description is not JSON: {error}")))
    }

    /// Makes an instance.
    ///
    /// # Errors
    /// The backend refuses the config or cannot use its runtime.
    pub fn open(&self, config: &Value) -> Result<Instance, BackendError> {
        open(self.table, &document(config)?)
    }
}

fn present(path: &Path) -> Result<(), LoadError> {
    if !path.is_absolute() {
        return Err(LoadError::Relative { path: path.to_owned() });
    }
    // A directory or a file without permission is the loader's to explain.
    if path.exists() { Ok(()) } else { Err(LoadError::Missing { path: path.to_owned() }) }
}

/// The system's own words; libloading puts its call's name before them.
fn words(error: &libloading::Error) -> String {
    let source = std::error::Error::source(error).map(ToString::to_string);
    source.unwrap_or_else(|| error.to_string())
}

enum Wrong {
    Version((u32, u32)),
    Table(String),
}

fn check(table: &abi::Backend) -> Result<(), Wrong> {
    // The size and the two numbers lie at the same place in every version, so they are read before the rest is believed.
    let size = table.size;
    if table.abi_major != abi::ABI_MAJOR {
        return Err(Wrong::Version((table.abi_major, table.abi_minor)));
    }
    if size < size_of::<abi::Backend>() {
        return Err(Wrong::Table(format!("its table has {size} bytes, version 1.0 has {}", size_of::<abi::Backend>())));
    }
    let functions = [
        ("describe", table.describe.is_some()),
        ("open", table.open.is_some()),
        ("run", table.run.is_some()),
        ("cancel", table.cancel.is_some()),
        ("close", table.close.is_some()),
    ];
    match functions.iter().find(|(_, there)| !there) {
        None => Ok(()),
        Some((name, _)) => Err(Wrong::Table(format!("its `{name}` is null"))),
    }
}

/// Asks a backend that refused this host which host it would serve, to name both versions.
fn probe(entry: abi::Entry) -> Option<(u32, u32)> {
    let versions = (0..=16).flat_map(|major| [(major, 0), (major, u32::MAX)]);
    versions.into_iter().find_map(|(major, minor)| {
        // SAFETY: the header lets it be called with any two numbers; size and version lie at the same place in every version.
        unsafe { entry(major, minor).as_ref() }.map(|table| (table.abi_major, table.abi_minor))
    })
}
