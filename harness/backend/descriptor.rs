//! What a backend says about itself, and the file beside its library that keeps it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// The version of the descriptor's file.
const FILE_VERSION: u32 = 1;

/// Abilities that the header knows; the last two are reserved.
const ABILITIES: [&str; 4] = ["train", "predict", "embed", "activation_map"];

/// The native library that a backend needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runtime {
    /// `libtorch`, `onnxruntime`, or a name of the backend's own.
    pub name: String,
    /// As the runtime counts.
    pub version: String,
}

/// Something that a spec can name: an architecture, a loss, an optimizer, a schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The name in specs.
    pub name: String,
    /// One line.
    #[serde(default)]
    pub summary: String,
    /// A JSON Schema (draft 2020-12) of an object.
    pub options: Value,
}

/// What a backend says about itself, checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Description {
    /// The name in specs and in the library's file name.
    pub name: String,
    /// The backend's own version.
    pub version: String,
    /// What it needs, if anything.
    #[serde(default)]
    pub runtime: Option<Runtime>,
    /// What it can compute on: `cpu`, `cuda` …; never empty.
    pub devices: Vec<String>,
    /// `train`, `predict`.
    pub abilities: Vec<String>,
    /// Changes when the backend's code does.
    #[serde(default)]
    pub fingerprint: Option<String>,
    /// `architectures`, `losses`, `optimizers`, `schedules`, and others, each with what there is of it.
    #[serde(default)]
    pub kinds: IndexMap<String, Vec<Entry>>,
}

/// What is wrong with a description; reads on after "its description".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DescriptionError(String);

impl Description {
    /// Reads and checks a backend's own words.
    ///
    /// # Errors
    /// A member is missing or of the wrong type, a name is not one, or a schema of options is none.
    pub fn read(json: &Value) -> Result<Self, DescriptionError> {
        let fail = |message: String| Err(DescriptionError(message));
        let description = Self::deserialize(json).map_err(|error| DescriptionError(format!("is not as the header says: {error}")))?;
        if !is_name(&description.name) {
            return fail(format!("has the name `{}`: lower-case letters, digits and underscores, a letter first", description.name));
        }
        if description.devices.is_empty() {
            return fail("names no device".to_owned());
        }
        if description.abilities.is_empty() {
            return fail("names no ability".to_owned());
        }
        if let Some(other) = description.abilities.iter().find(|ability| !ABILITIES.contains(&ability.as_str())) {
            return fail(format!("has the ability `{other}`; there are {}", ABILITIES.join(", ")));
        }
        if description.can("train") && description.kind("architectures").is_empty() {
            return fail("has the ability `train` and no architecture".to_owned());
        }
        for (kind, entries) in &description.kinds {
            for (at, entry) in entries.iter().enumerate() {
                if !is_name(&entry.name) {
                    return fail(format!("has `{}` in `{kind}`: lower-case letters, digits and underscores, a letter first", entry.name));
                }
                if entries[..at].iter().any(|other| other.name == entry.name) {
                    return fail(format!("has `{}` twice in `{kind}`", entry.name));
                }
                check_schema(&entry.options).map_err(|reason| {
                    DescriptionError(format!("has no usable schema for the options of `{}` in `{kind}`: {reason}", entry.name))
                })?;
            }
        }
        Ok(description)
    }

    /// Whether it has an ability.
    pub fn can(&self, ability: &str) -> bool {
        self.abilities.iter().any(|other| other == ability)
    }

    /// What there is of a kind.
    pub fn kind(&self, kind: &str) -> &[Entry] {
        self.kinds.get(kind).map_or(&[], Vec::as_slice)
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|other| other.is_ascii_lowercase() || other.is_ascii_digit() || other == '_')
}

/// A schema of options: of an object, closed, whose defaults are themselves allowed.
fn check_schema(schema: &Value) -> Result<(), String> {
    jsonschema::draft202012::meta::validate(schema).map_err(|error| error.to_string())?;
    if schema["type"] != "object" {
        return Err("its `type` is not `object`".to_owned());
    }
    if schema["additionalProperties"] != false {
        return Err("`additionalProperties` is not false".to_owned());
    }
    let mut optional = schema.clone();
    if let Some(members) = optional.as_object_mut() {
        members.remove("required");
    }
    let validator = jsonschema::draft202012::new(&optional).map_err(|error| error.to_string())?;
    let properties = schema["properties"].as_object().into_iter().flatten();
    let defaults: Map<String, Value> =
        properties.filter_map(|(name, property)| Some((name.clone(), property.get("default")?.clone()))).collect();
    match validator.validate(&Value::Object(defaults)) {
        Ok(()) => Ok(()),
        Err(error) => Err(format!("the default at `{}` is not allowed by its own schema: {error}", error.instance_path())),
    }
}

/// A library's file, recognized without being read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LibraryFile {
    /// The base name.
    pub file: String,
    /// Bytes.
    pub size: u64,
    /// When it was changed last, in nanoseconds since 1970.
    pub modified: u64,
    /// BLAKE3 of its bytes.
    pub digest: String,
}

/// A description with the library that it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Descriptor {
    /// What the backend says about itself.
    pub description: Description,
    /// Where it came from.
    pub library: LibraryFile,
}

/// Everything of a description is also a descriptor's.
impl std::ops::Deref for Descriptor {
    type Target = Description;

    fn deref(&self) -> &Description {
        &self.description
    }
}

/// Why a descriptor doesn't serve.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DescriptorError {
    /// There is none yet.
    #[error("the descriptor `{}` is missing", path.display())]
    Missing {
        /// Where it would lie.
        path: PathBuf,
    },
    /// It is not a descriptor of this version.
    #[error("the descriptor `{}` is damaged: {reason}", path.display())]
    Damaged {
        /// Where it lies.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The library has changed since.
    #[error("the descriptor `{}` is stale: the library beside it has changed since", path.display())]
    Stale {
        /// Where it lies.
        path: PathBuf,
    },
    /// It is called otherwise than its file.
    #[error("the library `{}` calls itself `{name}`; it must be named `{}`", library.display(), library_name(name))]
    Misnamed {
        /// The library.
        library: PathBuf,
        /// Its own name.
        name: String,
    },
    /// A file cannot be read or written.
    #[error("`{}`: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Descriptor {
    /// A descriptor for a library with this description, which is hashed now.
    ///
    /// # Errors
    /// The library cannot be read, or its file is called otherwise than the backend.
    pub fn of(library: &Path, description: Description) -> Result<Self, DescriptorError> {
        if library_stem(library).as_deref() != Some(description.name.as_str()) {
            return Err(DescriptorError::Misnamed { library: library.to_owned(), name: description.name });
        }
        let (file, size, modified) = stat(library)?;
        Ok(Self { description, library: LibraryFile { file, size, modified, digest: digest(library)? } })
    }

    /// Reads the descriptor beside a library. The library's bytes are read only if its size or time have changed.
    ///
    /// # Errors
    /// [`DescriptorError::Missing`], [`DescriptorError::Stale`] or [`DescriptorError::Damaged`]: it must be made anew.
    pub fn beside(library: &Path) -> Result<Self, DescriptorError> {
        let path = descriptor_path(library);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(DescriptorError::Missing { path }),
            Err(source) => return Err(DescriptorError::File { path, source }),
        };
        let damaged = |reason: String| DescriptorError::Damaged { path: path.clone(), reason };
        let json: Value = serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))?;
        if json["fairgrid_descriptor"] != FILE_VERSION {
            return Err(damaged(format!("its version is {}, this fairgrid writes {FILE_VERSION}", json["fairgrid_descriptor"])));
        }
        // The description was checked when it was written; checking its schemas again would cost a listing its speed.
        let description = Description::deserialize(&json["description"]).map_err(|error| damaged(error.to_string()))?;
        let known = LibraryFile::deserialize(&json["library"]).map_err(|error| damaged(error.to_string()))?;
        let (file, size, modified) = stat(library)?;
        if size != known.size || file != known.file {
            return Err(DescriptorError::Stale { path });
        }
        if modified == known.modified {
            return Ok(Self { description, library: known });
        }
        if digest(library)? != known.digest {
            return Err(DescriptorError::Stale { path });
        }
        let touched = Self { description, library: LibraryFile { modified, ..known } };
        // Only saves the next listing the hashing, and the folder may well be read-only.
        let _ = touched.write_beside(library);
        Ok(touched)
    }

    /// Writes the descriptor beside its library, whole or not at all.
    ///
    /// # Errors
    /// The folder or the disk does not allow it.
    pub fn write_beside(&self, library: &Path) -> Result<(), DescriptorError> {
        let path = descriptor_path(library);
        let json = json!({"fairgrid_descriptor": FILE_VERSION, "description": self.description, "library": self.library});
        let write = || {
            let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
            serde_json::to_writer_pretty(&mut file, &json)?;
            file.write_all(b"\n")?;
            file.as_file().sync_all()?;
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                // A temporary file is its owner's alone; a descriptor is everyone's who may use the library.
                file.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
            }
            file.persist(&path).map_err(|error| error.error)?;
            Ok(())
        };
        write().map_err(|source| DescriptorError::File { path: path.clone(), source })
    }

    /// What makes results of this backend its own: part of every key of the store.
    pub fn identity(&self) -> Value {
        json!({
            "name": self.description.name,
            "runtime": self.description.runtime,
            "code": self.description.fingerprint.as_ref().unwrap_or(&self.library.digest),
        })
    }
}

/// `libfairgrid_NAME.so`, by the system's habits.
pub fn library_name(name: &str) -> String {
    format!("{}fairgrid_{name}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX)
}

/// NAME of `libfairgrid_NAME.so`; `None` for any other file.
pub fn library_stem(library: &Path) -> Option<String> {
    let name = library.file_name()?.to_str()?;
    let name = name.strip_prefix(std::env::consts::DLL_PREFIX)?.strip_suffix(std::env::consts::DLL_SUFFIX)?.strip_prefix("fairgrid_")?;
    is_name(name).then(|| name.to_owned())
}

/// `NAME.fairgrid.json` beside a library.
pub fn descriptor_path(library: &Path) -> PathBuf {
    let stem = library_stem(library).unwrap_or_else(|| library.file_stem().unwrap_or_default().to_string_lossy().into_owned());
    library.with_file_name(format!("{stem}.fairgrid.json"))
}

fn stat(library: &Path) -> Result<(String, u64, u64), DescriptorError> {
    let metadata = fs::metadata(library).map_err(|source| DescriptorError::File { path: library.to_owned(), source })?;
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).map_or(0, |age| age.as_nanos() as u64);
    let file = library.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok((file, metadata.len(), modified))
}

fn digest(library: &Path) -> Result<String, DescriptorError> {
    let hash = || {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(File::open(library)?)?;
        Ok(hasher.finalize().to_hex().to_string())
    };
    hash().map_err(|source| DescriptorError::File { path: library.to_owned(), source })
}
