//! Options of things: each is defined once, and gives both its JSON Schema and its value from a job.

use crate::{Failure, Part};
use serde_json::{Map, Value, json};

/// One named option with its bounds and default.
pub trait Setting {
    /// The key that users write.
    fn name(&self) -> &'static str;
    /// The JSON Schema of the value, with `description` and, unless the option is required, `default`.
    fn schema(&self) -> Value;
}

/// A [`Setting`] that reads its own value.
pub trait Read: Setting {
    /// What is read.
    type Value;
    /// The value at `part`, which is where the option was found; `None`: it was not written.
    ///
    /// # Errors
    /// The value has the wrong type or is out of bounds, or a required one was not written.
    fn read(&self, part: Option<Part<'_>>) -> Result<Self::Value, Option<Failure>>;
}

/// A real number, finite.
#[derive(Clone, Copy, Debug)]
pub struct Number {
    /// The key.
    pub name: &'static str,
    /// One line about it, with its unit.
    pub summary: &'static str,
    /// What holds where it was not written; `None`: it must be written.
    pub default: Option<f64>,
    /// The least value allowed; `f64::NEG_INFINITY` for none.
    pub minimum: f64,
    /// Whether the least value is itself not allowed.
    pub above: bool,
    /// The largest value allowed; `f64::INFINITY` for none.
    pub maximum: f64,
}

impl Number {
    /// A number of at least 0.
    pub const fn new(name: &'static str, default: Option<f64>, summary: &'static str) -> Self {
        Self { name, summary, default, minimum: 0.0, above: false, maximum: f64::INFINITY }
    }

    /// The same, with both bounds included.
    #[must_use]
    pub const fn within(mut self, minimum: f64, maximum: f64) -> Self {
        self.minimum = minimum;
        self.maximum = maximum;
        self.above = false;
        self
    }

    /// The same, larger than `minimum`.
    #[must_use]
    pub const fn above(mut self, minimum: f64) -> Self {
        self.minimum = minimum;
        self.above = true;
        self
    }
}

impl Setting for Number {
    fn name(&self) -> &'static str {
        self.name
    }

    fn schema(&self) -> Value {
        let mut schema = json!({"type": "number", "description": self.summary});
        if self.minimum.is_finite() {
            schema[if self.above { "exclusiveMinimum" } else { "minimum" }] = json!(self.minimum);
        }
        if self.maximum.is_finite() {
            schema["maximum"] = json!(self.maximum);
        }
        with_default(schema, self.default.map(|default| json!(default)))
    }
}

impl Read for Number {
    type Value = f64;

    fn read(&self, part: Option<Part<'_>>) -> Result<f64, Option<Failure>> {
        let Some(part) = part else { return self.default.ok_or(None) };
        let value = part.number()?;
        if value < self.minimum || (self.above && value <= self.minimum) || value > self.maximum {
            let bound = match (self.minimum.is_finite(), self.maximum.is_finite()) {
                (true, true) if self.above => format!("above {} and at most {}", self.minimum, self.maximum),
                (true, true) => format!("from {} to {}", self.minimum, self.maximum),
                (true, false) if self.above => format!("above {}", self.minimum),
                (true, false) => format!("at least {}", self.minimum),
                _ => format!("at most {}", self.maximum),
            };
            return Err(Some(part.fail(format_args!("`{}` ({value}) must be {bound}", self.name))));
        }
        Ok(value)
    }
}

/// A whole number of at least 0.
#[derive(Clone, Copy, Debug)]
pub struct Integer {
    /// The key.
    pub name: &'static str,
    /// One line about it, with its unit.
    pub summary: &'static str,
    /// What holds where it was not written; `None`: it must be written.
    pub default: Option<u64>,
    /// The least value allowed.
    pub minimum: u64,
    /// The largest value allowed; `u64::MAX` for none.
    pub maximum: u64,
}

impl Integer {
    /// A whole number with both bounds included.
    pub const fn new(name: &'static str, default: Option<u64>, minimum: u64, maximum: u64, summary: &'static str) -> Self {
        Self { name, summary, default, minimum, maximum }
    }
}

impl Setting for Integer {
    fn name(&self) -> &'static str {
        self.name
    }

    fn schema(&self) -> Value {
        let mut schema = json!({"type": "integer", "description": self.summary, "minimum": self.minimum});
        if self.maximum < u64::MAX {
            schema["maximum"] = json!(self.maximum);
        }
        with_default(schema, self.default.map(|default| json!(default)))
    }
}

impl Read for Integer {
    type Value = u64;

    fn read(&self, part: Option<Part<'_>>) -> Result<u64, Option<Failure>> {
        let Some(part) = part else { return self.default.ok_or(None) };
        let value = part.integer()?;
        if value < self.minimum || value > self.maximum {
            let bound = match self.maximum {
                u64::MAX => format!("at least {}", self.minimum),
                maximum => format!("from {} to {maximum}", self.minimum),
            };
            return Err(Some(part.fail(format_args!("`{}` ({value}) must be {bound}", self.name))));
        }
        Ok(value)
    }
}

/// `true` or `false`.
#[derive(Clone, Copy, Debug)]
pub struct Flag {
    /// The key.
    pub name: &'static str,
    /// One line about it.
    pub summary: &'static str,
    /// What holds where it was not written.
    pub default: bool,
}

impl Setting for Flag {
    fn name(&self) -> &'static str {
        self.name
    }

    fn schema(&self) -> Value {
        json!({"type": "boolean", "description": self.summary, "default": self.default})
    }
}

impl Read for Flag {
    type Value = bool;

    fn read(&self, part: Option<Part<'_>>) -> Result<bool, Option<Failure>> {
        part.map_or(Ok(self.default), |part| Ok(part.boolean()?))
    }
}

/// One word of a list.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// The key.
    pub name: &'static str,
    /// One line about it.
    pub summary: &'static str,
    /// What holds where it was not written; `None`: it must be written.
    pub default: Option<&'static str>,
    /// The words allowed.
    pub choices: &'static [&'static str],
}

impl Setting for Word {
    fn name(&self) -> &'static str {
        self.name
    }

    fn schema(&self) -> Value {
        with_default(json!({"enum": self.choices, "description": self.summary}), self.default.map(|default| json!(default)))
    }
}

impl Read for Word {
    type Value = &'static str;

    fn read(&self, part: Option<Part<'_>>) -> Result<&'static str, Option<Failure>> {
        let Some(part) = part else { return self.default.ok_or(None) };
        let value = part.text()?;
        let known = self.choices.iter().find(|choice| **choice == value).copied();
        known.ok_or_else(|| Some(part.fail(format_args!("`{}` (`{value}`) must be one of {}", self.name, self.choices.join(", ")))))
    }
}

/// Numbers, one after another.
#[derive(Clone, Copy, Debug)]
pub struct Numbers {
    /// The key.
    pub name: &'static str,
    /// One line about them, with their unit.
    pub summary: &'static str,
    /// What holds where they were not written; `None`: they must be written.
    pub default: Option<&'static [f64]>,
}

impl Setting for Numbers {
    fn name(&self) -> &'static str {
        self.name
    }

    fn schema(&self) -> Value {
        let schema = json!({"type": "array", "items": {"type": "number"}, "description": self.summary});
        with_default(schema, self.default.map(|default| json!(default)))
    }
}

impl Read for Numbers {
    type Value = Vec<f64>;

    fn read(&self, part: Option<Part<'_>>) -> Result<Vec<f64>, Option<Failure>> {
        let Some(part) = part else { return self.default.map(<[f64]>::to_vec).ok_or(None) };
        Ok(part.list()?.iter().map(Part::number).collect::<Result<_, Failure>>()?)
    }
}

fn with_default(mut schema: Value, default: Option<Value>) -> Value {
    if let Some(default) = default {
        schema["default"] = default;
    }
    schema
}

/// The JSON Schema (draft 2020-12) of an object with these options and no others.
pub fn options(settings: &[&dyn Setting]) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for setting in settings {
        let schema = setting.schema();
        if schema.get("default").is_none() {
            required.push(setting.name());
        }
        properties.insert(setting.name().to_owned(), schema);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAMMA: Number = Number::new("gamma", Some(2.0), "how much easy items count less").within(0.0, 10.0);
    const RATE: Number = Number::new("learning_rate", None, "step size").above(0.0);
    const MODE: Word = Word { name: "mode", summary: "which", default: Some("a"), choices: &["a", "b"] };

    #[test]
    fn one_definition_gives_schema_and_value() {
        let schema = options(&[&GAMMA, &RATE]);
        assert_eq!(schema["properties"]["gamma"]["default"], 2.0);
        assert_eq!(schema["properties"]["learning_rate"]["exclusiveMinimum"], 0.0);
        assert_eq!(schema["required"], json!(["learning_rate"]));
        assert_eq!(schema["additionalProperties"], false);

        let job = json!({"train": {"loss": {"focal": {"gamma": -1, "mode": "c"}}}});
        let (name, focal) = Part::root(&job).at("train").unwrap().at("loss").unwrap().choice().unwrap();
        assert_eq!(name, "focal");
        let failure = focal.read(&GAMMA).unwrap_err();
        assert_eq!(failure.message, "`gamma` (-1) must be from 0 to 10");
        assert_eq!(failure.pointer.as_deref(), Some("/train/loss/focal/gamma"));
        let failure = focal.read(&MODE).unwrap_err();
        assert_eq!(failure.message, "`mode` (`c`) must be one of a, b");
        let failure = focal.read(&RATE).unwrap_err();
        assert_eq!(failure.message, "`learning_rate` is missing");
        assert_eq!(failure.pointer.as_deref(), Some("/train/loss/focal/learning_rate"));
        let failure = focal.only(&[&GAMMA]).unwrap_err();
        assert_eq!(failure.message, "`mode` is not an option here");
        assert_eq!(failure.help.as_deref(), Some("the options are gamma"));
    }
}
