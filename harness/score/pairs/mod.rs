//! Pairs of images as the items of an evaluation: made of predictions about images, scored like any others.
//!
//! - [`counterfactual`]: changed copies of images, each beside its original. [`shift`]: how far a probability moves between the two.

pub mod counterfactual;
pub mod shift;

use std::borrow::Cow;

use super::ScoreError;
use super::metric::Metric;
use super::predictions::Predictions;
use super::scheme::Schema;
use crate::spec::evaluation::{Evaluation, MetricCall};
use crate::spec::pairs::Pairs;
use crate::spec::problem::Problem;
use counterfactual::Counterfactuals;

/// What an evaluation counts.
pub(super) struct Items<'a> {
    /// About single images, or about pairs of them.
    pub(super) predictions: Cow<'a, Predictions>,
    /// What the model said of both images of a pair, where pairs are counterfactual.
    pub(super) counterfactuals: Option<Counterfactuals<'a>>,
}

impl<'a> Items<'a> {
    /// The items that an evaluation makes of images.
    pub(super) fn of(images: &'a Predictions, evaluation: &'a Evaluation) -> Result<Self, ScoreError> {
        match evaluation.pairs.as_ref().map(|pairs| &pairs.value) {
            None => Ok(Self { predictions: Cow::Borrowed(images), counterfactuals: None }),
            Some(Pairs::Counterfactual(spec)) => {
                let counterfactuals = Counterfactuals::of(images, spec)?;
                Ok(Self { predictions: Cow::Owned(counterfactuals.items()?), counterfactuals: Some(counterfactuals) })
            }
        }
    }
}

/// What is known of pairs before there are any. Rules decide about single images, so that scores and classes are those of the images.
pub(super) fn schema(pairs: &Pairs, images: &Schema) -> Schema {
    match pairs {
        Pairs::Counterfactual(_) => Schema { subject: true, ..images.clone() },
    }
}

/// Why a metric is not about what the evaluation counts.
pub(super) fn misplaced(metric: &Metric, call: &MetricCall, evaluation: &Evaluation) -> Option<Problem> {
    let name = &call.choice.name;
    let message = |words: &str| Problem::at(&call.choice.name_node, format!("`{name}` {words}"));
    match evaluation.pairs.as_ref().map(|pairs| &pairs.value) {
        None if metric.of_pairs() => Some(
            message("is about pairs of an original and its counterfactual, and the evaluation about single images")
                .help("add `pairs: {original: FIELD, factor: FIELD}` to the evaluation"),
        ),
        Some(Pairs::Counterfactual(_)) if !metric.of_pairs() => Some(
            message("is about single images, and the evaluation about pairs of an original and its counterfactual")
                .help("put it into an evaluation without `pairs`; of pairs there are `flip_rate`, `confidence_shift` and their kin"),
        ),
        _ => None,
    }
}
