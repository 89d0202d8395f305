//! Numbers in JSON that may have no bound, of which JSON has none: `"inf"` and `"-inf"`, as in `results.csv`. For serde's `with`.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What JSON holds.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Number(f64),
    Word(String),
}

/// Writes a number.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(number: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    number
        .map(|number| if number.is_infinite() { Written::Word(number.to_string()) } else { Written::Number(number) })
        .serialize(serializer)
}

/// Reads a number.
///
/// # Errors
/// What is there is neither a number nor `inf` nor `-inf`.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    Ok(match Option::deserialize(deserializer)? {
        None => None,
        Some(Written::Number(number)) => Some(number),
        Some(Written::Word(word)) => match word.as_str() {
            "inf" => Some(f64::INFINITY),
            "-inf" => Some(f64::NEG_INFINITY),
            _ => return Err(D::Error::custom(format!("`{word}` is no number"))),
        },
    })
}
