//! `pairs:`: what an evaluation is about where that is not single images.

use super::decode::{Decode, Fields};
use super::evaluation::Written;
use super::node::Node;
use super::problem::{Problem, Problems};

/// How images become pairs. Names in it are checked against the data by the room that knows those.
#[derive(Clone, Debug, PartialEq)]
pub enum Pairs {
    /// Every image that is a counterfactual, beside its original.
    Counterfactual(Counterfactual),
}

/// Which images are changed copies of which.
#[derive(Clone, Debug, PartialEq)]
pub struct Counterfactual {
    /// The field that holds the id of an image's original; it is missing for originals.
    pub original: Written<String>,
    /// The field that says what was changed.
    pub factor: Option<Written<String>>,
}

impl Pairs {
    /// The fields that it reads.
    pub fn fields(&self) -> impl Iterator<Item = &Written<String>> {
        match self {
            Self::Counterfactual(Counterfactual { original, factor }) => std::iter::once(original).chain(factor),
        }
    }
}

impl Decode for Pairs {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, problems, "`pairs`")?;
        let original: Option<Written<String>> = fields.required("original", problems);
        let factor: Option<Written<String>> = fields.optional("factor", problems);
        fields.finish(problems);
        let original = original?;
        if let Some(factor) = factor.as_ref().filter(|factor| factor.value == original.value) {
            let message = format!("`{}` cannot be both the original and what was changed", factor.value);
            problems.push(Problem::at(&factor.node, message).help("name the field that says what was changed, or leave `factor` out"));
            return None;
        }
        Some(Self::Counterfactual(Counterfactual { original, factor }))
    }
}
