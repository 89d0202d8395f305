//! The name of a result: a digest of all that decides it.

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// BLAKE3 over a task's kind, version, parameters and the keys of its inputs; 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(String);

impl Key {
    /// The key of a task. `parameters` is canonical because maps of [`Value`] are sorted.
    pub fn of(kind: &str, version: u32, parameters: &Value, inputs: &[&Self]) -> Self {
        let whole = serde_json::json!({
            "inputs": inputs.iter().map(|key| key.0.as_str()).collect::<Vec<_>>(),
            "kind": kind,
            "parameters": parameters,
            "version": version,
        });
        Self(blake3::hash(whole.to_string().as_bytes()).to_hex().to_string())
    }

    /// The key of a file's content.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn of_file(path: &Path) -> std::io::Result<Self> {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(std::fs::File::open(path)?)?;
        Ok(Self(hasher.finalize().to_hex().to_string()))
    }

    /// All digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first digits, for people.
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_order_of_keys_in_a_map_does_not_count() {
        let one: Value = serde_json::from_str(r#"{"a": 1, "b": {"c": 2, "d": 3}}"#).unwrap();
        let other: Value = serde_json::from_str(r#"{"b": {"d": 3, "c": 2}, "a": 1}"#).unwrap();
        assert_eq!(Key::of("train", 1, &one, &[]), Key::of("train", 1, &other, &[]));
    }

    #[test]
    fn everything_else_counts() {
        let key = Key::of("train", 1, &json!({"seed": 0}), &[]);
        assert_ne!(key, Key::of("predict", 1, &json!({"seed": 0}), &[]));
        assert_ne!(key, Key::of("train", 2, &json!({"seed": 0}), &[]));
        assert_ne!(key, Key::of("train", 1, &json!({"seed": 1}), &[]));
        assert_ne!(key, Key::of("train", 1, &json!({"seed": 0}), &[&key]));
    }
}
