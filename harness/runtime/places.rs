//! Where runtimes may lie on this machine.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::install::{self, Progress};
use crate::{Native, Runtime, RuntimeError, own};

/// The places to look in: what the user's environment names, and the cache directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// `LIBTORCH`: a directory with `lib` and `include`.
    libtorch: Option<PathBuf>,
    /// Whether `LIBTORCH_USE_PYTORCH` is set.
    pytorch: bool,
    /// `ORT_DYLIB_PATH`: a library file.
    onnxruntime: Option<PathBuf>,
    /// The directory that holds the fetched runtimes, each in a directory of its own.
    runtimes: Option<PathBuf>,
}

impl Places {
    /// The places that this process's environment names.
    pub fn from_environment() -> Self {
        Self::from_variables(|name| std::env::var_os(name))
    }

    /// The cache directory `cache` alone, whatever the environment names.
    pub fn in_cache(cache: &Path) -> Self {
        Self { runtimes: Some(below(cache)), ..Self::default() }
    }

    /// The same without `link`, if that is what `LIBTORCH` names: a link that a checkout makes itself is not the user's wish.
    #[must_use]
    pub fn without(mut self, link: &Path) -> Self {
        self.libtorch = self.libtorch.filter(|path| path != link);
        self
    }

    /// The runtime on this machine; nothing is fetched.
    ///
    /// # Errors
    /// As [`Native::find`].
    pub fn find(&self, native: Native) -> Result<Runtime, RuntimeError> {
        match self.own(native) {
            Some(own) => own,
            None => {
                let root = self.root(native)?;
                let variable = native.package().variable;
                install::installed(native, &root).ok_or(RuntimeError::NotInstalled { native, root, variable })
            }
        }
    }

    /// The runtime on this machine, fetched if it is missing.
    ///
    /// # Errors
    /// As [`Native::install`].
    pub fn install(&self, native: Native, progress: &dyn Fn(&Progress)) -> Result<Runtime, RuntimeError> {
        match self.own(native) {
            Some(own) => own,
            None => install::install(native, &self.root(native)?, progress),
        }
    }

    /// Where the fetched runtime lies, or would lie.
    ///
    /// # Errors
    /// [`RuntimeError::NoCache`].
    pub fn root(&self, native: Native) -> Result<PathBuf, RuntimeError> {
        let runtimes = self.runtimes.as_ref().ok_or(RuntimeError::NoCache)?;
        Ok(runtimes.join(format!("{}-{}", native.name(), native.version())))
    }

    /// The user's own runtime, if the environment names one that is not simply the fetched one under another path.
    fn own(&self, native: Native) -> Option<Result<Runtime, RuntimeError>> {
        match native {
            Native::Libtorch if self.pytorch => Some(own::pytorch()),
            Native::Libtorch => self.libtorch.as_deref().filter(|path| !self.is_fetched(path)).map(own::libtorch),
            Native::OnnxRuntime => self.onnxruntime.as_deref().map(own::onnxruntime),
        }
    }

    fn is_fetched(&self, path: &Path) -> bool {
        match (path.canonicalize(), self.root(Native::Libtorch).map(|root| root.canonicalize())) {
            (Ok(path), Ok(Ok(root))) => path == root,
            _ => false,
        }
    }

    fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let path = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        // A relative XDG_CACHE_HOME is to be ignored, says the XDG base directory specification.
        let cache = path("XDG_CACHE_HOME").filter(|cache| cache.is_absolute()).or_else(|| path("HOME").map(|home| home.join(".cache")));
        Self {
            // `.cargo/config.toml` sets LIBTORCH to a link that the set-up makes. As long as the link is missing it names nothing.
            libtorch: path("LIBTORCH").filter(|path| path.exists() || !path.ends_with("target/libtorch")),
            pytorch: variable("LIBTORCH_USE_PYTORCH").is_some(),
            onnxruntime: path("ORT_DYLIB_PATH"),
            runtimes: cache.map(|cache| below(&cache)),
        }
    }
}

fn below(cache: &Path) -> PathBuf {
    cache.join("fairgrid/runtimes")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(variables: &[(&str, &str)]) -> Places {
        Places::from_variables(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value)))
    }

    #[test]
    fn the_cache_follows_xdg_then_home() {
        let root = |variables: &[(&str, &str)]| places(variables).root(Native::OnnxRuntime);
        assert_eq!(root(&[("XDG_CACHE_HOME", "/c"), ("HOME", "/h")]).unwrap(), Path::new("/c/fairgrid/runtimes/onnxruntime-1.31.1"));
        assert_eq!(
            root(&[("XDG_CACHE_HOME", "relative"), ("HOME", "/h")]).unwrap(),
            Path::new("/h/.cache/fairgrid/runtimes/onnxruntime-1.31.1")
        );
        assert!(matches!(root(&[]), Err(RuntimeError::NoCache)));
    }

    #[test]
    fn the_users_own_wins_and_a_wrong_path_is_an_error() {
        let error = places(&[("LIBTORCH", "/nowhere"), ("HOME", "/h")]).find(Native::Libtorch).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`LIBTORCH` is `/nowhere`, where there is no `lib/libtorch_cpu.so`: correct it, or unset it to use the fetched runtime"
        );
        let error = places(&[("ORT_DYLIB_PATH", "/nowhere/libonnxruntime.so")]).find(Native::OnnxRuntime).unwrap_err();
        assert!(matches!(error, RuntimeError::Own { variable: "ORT_DYLIB_PATH", .. }));
    }

    #[test]
    fn a_link_not_made_yet_names_nothing() {
        let places = places(&[("LIBTORCH", "/checkout/target/libtorch"), ("HOME", "/h")]);
        assert!(matches!(places.find(Native::Libtorch), Err(RuntimeError::NotInstalled { native: Native::Libtorch, .. })));
    }
}
