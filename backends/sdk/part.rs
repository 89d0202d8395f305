//! A part of a job or config that knows where it stands.

use crate::setting::{Read, Setting};
use crate::{Failure, Status};
use serde_json::Value;
use std::fmt::Display;
use std::path::PathBuf;

/// A JSON value and the pointer to it, so that every complaint says where.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    value: &'a Value,
    pointer: String,
}

impl<'a> Part<'a> {
    /// The whole document.
    pub fn root(value: &'a Value) -> Self {
        Self { value, pointer: String::new() }
    }

    /// The value itself.
    pub fn value(&self) -> &'a Value {
        self.value
    }

    /// The JSON pointer (RFC 6901).
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// A complaint about this part.
    pub fn fail(&self, message: impl Display) -> Failure {
        Failure::invalid(self.pointer.clone(), message)
    }

    /// The member `key`, if it is there and not null.
    pub fn get(&self, key: &str) -> Option<Part<'a>> {
        let value = self.value.get(key).filter(|value| !value.is_null())?;
        Some(Part { value, pointer: self.child(key) })
    }

    /// The member `key`.
    ///
    /// # Errors
    /// It is missing.
    pub fn at(&self, key: &str) -> Result<Part<'a>, Failure> {
        self.get(key).ok_or_else(|| self.missing(key))
    }

    /// The value of an option of this object, or its default.
    ///
    /// # Errors
    /// It is out of bounds, of the wrong type, or missing without a default.
    pub fn read<S: Read>(&self, setting: &S) -> Result<S::Value, Failure> {
        setting.read(self.get(setting.name())).map_err(|failure| failure.unwrap_or_else(|| self.missing(setting.name())))
    }

    /// Refuses members of this object that are none of `settings`.
    ///
    /// # Errors
    /// There is such a member, or this is no object.
    pub fn only(&self, settings: &[&dyn Setting]) -> Result<(), Failure> {
        let Value::Object(members) = self.value else { return Err(self.wrong("a map of options")) };
        let names: Vec<_> = settings.iter().map(|setting| setting.name()).collect();
        match members.keys().find(|key| !names.contains(&key.as_str())) {
            None => Ok(()),
            Some(key) => {
                let help =
                    if names.is_empty() { "there are no options".to_owned() } else { format!("the options are {}", names.join(", ")) };
                Err(Failure::invalid(self.child(key), format_args!("`{key}` is not an option here")).help(help))
            }
        }
    }

    /// A name with its options: `{"focal": {"gamma": 2.0}}`, or `"focal"` for none.
    ///
    /// # Errors
    /// This is neither text nor an object with exactly one member.
    pub fn choice(&self) -> Result<(&'a str, Part<'a>), Failure> {
        static NONE: std::sync::LazyLock<Value> = std::sync::LazyLock::new(|| Value::Object(serde_json::Map::new()));
        match self.value {
            Value::String(name) => Ok((name, Part { value: &NONE, pointer: self.pointer.clone() })),
            Value::Object(members) if members.len() == 1 => {
                let (name, value) = members.iter().next().ok_or_else(|| self.wrong("one name with its options"))?;
                Ok((name, Part { value, pointer: self.child(name) }))
            }
            _ => Err(self.wrong("one name with its options")),
        }
    }

    /// A finite number.
    ///
    /// # Errors
    /// This is something else.
    pub fn number(&self) -> Result<f64, Failure> {
        self.value.as_f64().filter(|value| value.is_finite()).ok_or_else(|| self.wrong("a number"))
    }

    /// A whole number of at least 0.
    ///
    /// # Errors
    /// This is something else.
    pub fn integer(&self) -> Result<u64, Failure> {
        let whole = |value: f64| (value >= 0.0 && value.fract() == 0.0 && value <= 9_007_199_254_740_992.0).then_some(value as u64);
        let value = self.value.as_u64().or_else(|| self.value.as_f64().and_then(whole));
        value.ok_or_else(|| self.wrong("a whole number of at least 0"))
    }

    /// A whole number of at least 0 that measures memory.
    ///
    /// # Errors
    /// This is something else, or too large for the machine.
    pub fn size(&self) -> Result<usize, Failure> {
        usize::try_from(self.integer()?).map_err(|_| self.wrong("a whole number within the machine's memory"))
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// This is something else.
    pub fn boolean(&self) -> Result<bool, Failure> {
        self.value.as_bool().ok_or_else(|| self.wrong("true or false"))
    }

    /// Text.
    ///
    /// # Errors
    /// This is something else.
    pub fn text(&self) -> Result<&'a str, Failure> {
        self.value.as_str().ok_or_else(|| self.wrong("text"))
    }

    /// The path of a file.
    ///
    /// # Errors
    /// This is not text.
    pub fn path(&self) -> Result<PathBuf, Failure> {
        self.text().map(PathBuf::from)
    }

    /// The entries of a list.
    ///
    /// # Errors
    /// This is something else.
    pub fn list(&self) -> Result<Vec<Part<'a>>, Failure> {
        let Value::Array(entries) = self.value else { return Err(self.wrong("a list")) };
        Ok(entries.iter().enumerate().map(|(at, value)| Part { value, pointer: format!("{}/{at}", self.pointer) }).collect())
    }

    fn child(&self, key: &str) -> String {
        format!("{}/{}", self.pointer, key.replace('~', "~0").replace('/', "~1"))
    }

    fn missing(&self, key: &str) -> Failure {
        Failure::new(Status::Invalid, format_args!("`{key}` is missing")).at(self.child(key))
    }

    fn wrong(&self, wanted: &str) -> Failure {
        let mut found = self.value.to_string();
        if found.chars().count() > 60 {
            found = found.chars().take(60).chain(['…']).collect();
        }
        let name = self.pointer.rsplit('/').next().unwrap_or_default();
        self.fail(format_args!("`{name}` must be {wanted}, found {found}"))
    }
}
