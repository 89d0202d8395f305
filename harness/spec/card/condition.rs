//! Which items count: `{age: {not_in: [0-2]}, gender: Male}`.

use crate::spec::decode::{Decode, Fields, expected, one_or_many};
use crate::spec::node::{Node, Value};
use crate::spec::problem::Problems;

/// A test of one field or column.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The field's or the column's name.
    pub field: String,
    /// What must hold.
    pub test: Test,
    /// Where it is written.
    pub node: Node,
}

/// What must hold of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// It is one of these.
    In(Vec<String>),
    /// It is none of these; a missing value passes.
    NotIn(Vec<String>),
    /// It is missing, or it is not.
    Missing(bool),
    /// It is a number in this range.
    Within(Range),
}

/// Numbers from one on and below another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The least.
    pub at_least: f64,
    /// The first that is too large.
    pub below: f64,
}

impl Range {
    /// Whether a text is a number in it.
    pub fn holds(&self, text: &str) -> bool {
        text.trim().parse::<f64>().is_ok_and(|number| (self.at_least..self.below).contains(&number))
    }

    /// The numbers that are in both.
    pub fn overlap(&self, other: &Self) -> Option<Self> {
        let both = Self { at_least: self.at_least.max(other.at_least), below: self.below.min(other.below) };
        (both.at_least < both.below).then_some(both)
    }

    /// Takes the keys `at_least` and `below`, as far as they are written.
    pub(super) fn take(fields: &mut Fields, problems: &mut Problems) -> Option<Self> {
        let (at_least, below): (Option<f64>, Option<f64>) = (fields.optional("at_least", problems), fields.optional("below", problems));
        (at_least.is_some() || below.is_some())
            .then(|| Self { at_least: at_least.unwrap_or(f64::NEG_INFINITY), below: below.unwrap_or(f64::INFINITY) })
    }

    /// A number in it.
    pub fn example(&self) -> f64 {
        match (self.at_least.is_finite(), self.below.is_finite()) {
            (true, _) => self.at_least,
            (false, true) => self.below - 1.0,
            (false, false) => 0.0,
        }
    }
}

impl Test {
    /// Whether a value passes.
    pub fn passes(&self, value: Option<&str>) -> bool {
        let among = |levels: &[String]| value.is_some_and(|value| levels.iter().any(|level| level == value));
        match self {
            Self::In(levels) => among(levels),
            Self::NotIn(levels) => !among(levels),
            Self::Missing(missing) => value.is_none() == *missing,
            Self::Within(range) => value.is_some_and(|value| range.holds(value)),
        }
    }

    /// The numbers that it lets through, where it compares numbers.
    pub fn range(&self) -> Option<&Range> {
        match self {
            Self::Within(range) => Some(range),
            Self::In(_) | Self::NotIn(_) | Self::Missing(_) => None,
        }
    }

    /// The levels that it names.
    pub fn levels(&self) -> &[String] {
        match self {
            Self::In(levels) | Self::NotIn(levels) => levels,
            Self::Missing(_) | Self::Within(_) => &[],
        }
    }
}

/// All conditions of a `where`.
pub(super) fn decode_all(node: &Node, problems: &mut Problems) -> Option<Vec<Condition>> {
    let Value::Map(entries) = &node.value else {
        return expected(node, problems, "a map of fields to what they must be");
    };
    let one = |(key, value): &(crate::spec::node::Key, Node), problems: &mut Problems| {
        Some(Condition { field: key.text.clone(), test: decode_test(value, problems)?, node: value.clone() })
    };
    let decoded: Vec<Option<Condition>> = entries.iter().map(|entry| one(entry, problems)).collect();
    decoded.into_iter().collect()
}

fn decode_test(node: &Node, problems: &mut Problems) -> Option<Test> {
    if !matches!(node.value, Value::Map(_)) {
        return one_or_many(node, problems).map(Test::In);
    }
    let mut fields = Fields::of(node, problems, "a condition")?;
    let inside = fields.optional_with("in", problems, one_or_many);
    let outside = fields.optional_with("not_in", problems, one_or_many);
    let missing = fields.optional_with("missing", problems, bool::decode);
    let range = Range::take(&mut fields, problems);
    fields.finish(problems);
    match (inside, outside, missing, range) {
        (Some(levels), None, None, None) => Some(Test::In(levels)),
        (None, Some(levels), None, None) => Some(Test::NotIn(levels)),
        (None, None, Some(missing), None) => Some(Test::Missing(missing)),
        (None, None, None, Some(range)) => Some(Test::Within(range)),
        _ => expected(node, problems, "one of `in`, `not_in`, `missing`, and the numbers `at_least` and `below`"),
    }
}
