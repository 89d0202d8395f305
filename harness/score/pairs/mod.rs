//! Pairs of images as the items of an evaluation: made of predictions about images, scored like any others.
//!
//! - [`counterfactual`]: changed copies of images, each beside its original.
//! - [`verification`]: images of one person or of two, by their vectors; all pairs, or those of a [`list`] (`selection`); `relabel`: those
//!   that other group labels would make.

pub mod counterfactual;
pub mod list;
pub(super) mod relabel;
mod selection;
pub mod verification;

use std::borrow::Cow;

use super::ScoreError;
use super::metric::{Input, Metric};
use super::predictions::Predictions;
use super::schema::Schema;
use crate::score::units::clusters::Clusters;
use crate::spec::evaluation::{Evaluation, MetricCall, Written};
use crate::spec::pairs::{Pairs, Verification};
use crate::spec::predictions::Kind;
use crate::spec::problem::{Problem, Problems};
use crate::spec::uncertainty::Uncertainty;
use counterfactual::Counterfactuals;
use verification::{CLASSES, Comparisons, GENUINE};

/// What an evaluation counts.
pub(super) struct Items<'a> {
    /// About single images, or about pairs of them.
    pub(super) predictions: Cow<'a, Predictions>,
    /// What is resampled together.
    pub(super) clusters: Option<Clusters>,
    /// What the model said of both images of a pair, where pairs are counterfactual.
    pub(super) counterfactuals: Option<Counterfactuals<'a>>,
    /// The images of each pair, where pairs are of verification.
    pub(super) comparisons: Option<(&'a Verification, Comparisons<'a>)>,
}

impl<'a> Items<'a> {
    /// The items that an evaluation makes of images.
    pub(super) fn of(images: &'a Predictions, evaluation: &'a Evaluation, uncertainty: &Uncertainty) -> Result<Self, ScoreError> {
        match evaluation.pairs.as_ref().map(|pairs| &pairs.value) {
            None => {
                let clusters = Clusters::codes(images, uncertainty)?.map(Clusters::One);
                Ok(Self { predictions: Cow::Borrowed(images), clusters, counterfactuals: None, comparisons: None })
            }
            Some(Pairs::Counterfactual(spec)) => {
                let counterfactuals = Counterfactuals::of(images, spec)?;
                let predictions = counterfactuals.items()?;
                let clusters = Clusters::codes(&predictions, uncertainty)?.map(Clusters::One);
                Ok(Self { predictions: Cow::Owned(predictions), clusters, counterfactuals: Some(counterfactuals), comparisons: None })
            }
            Some(Pairs::Verification(spec)) => {
                let comparisons = Comparisons::of(images, spec, evaluation)?;
                let predictions = Cow::Owned(comparisons.items(spec, evaluation)?);
                let clusters = comparisons.clusters(uncertainty)?;
                Ok(Self { predictions, clusters, counterfactuals: None, comparisons: Some((spec, comparisons)) })
            }
        }
    }
}

/// What rules decide about: the pairs of verification, and single images otherwise, those of counterfactual pairs too.
pub(super) fn decided<'a>(images: &'a Predictions, evaluation: &'a Evaluation) -> Result<Cow<'a, Predictions>, ScoreError> {
    match evaluation.pairs.as_ref().map(|pairs| &pairs.value) {
        Some(Pairs::Verification(spec)) => Ok(Cow::Owned(Comparisons::of(images, spec, evaluation)?.items(spec, evaluation)?)),
        _ => Ok(Cow::Borrowed(images)),
    }
}

/// What is known of pairs before there are any. What is true of them needs no labels of images. About counterfactuals rules decide one by one, so
/// that scores and classes are those of the images.
pub(super) fn schema(pairs: &Written<Pairs>, images: &Schema, problems: &mut Problems) -> Option<Schema> {
    match &pairs.value {
        Pairs::Counterfactual(_) => Some(Schema { subject: true, labelled: true, ..images.clone() }),
        Pairs::Verification(_) if images.embeddings.is_none() => {
            let problem = Problem::at(&pairs.node, "these pairs are scored by their embeddings, and the model gives none");
            problems.push(problem.help(
                "name models with `embeddings` in `models`; pairs that are scored already are predictions like any others, without `pairs`",
            ));
            None
        }
        Pairs::Verification(_) if !images.subject => {
            let problem = Problem::at(&pairs.node, "whether a pair is genuine is not known: the images have no subject");
            problems.push(problem.help("name the column or field of the person as `subject`"));
            None
        }
        Pairs::Verification(_) => Some(Schema {
            classes: CLASSES.map(str::to_owned).to_vec(),
            multi_label: false,
            labelled: true,
            scores: Some((Kind::Scores, 1)),
            decisions: false,
            embeddings: None,
            ..images.clone()
        }),
    }
}

/// The positive class where none is written; that of verification can be no other.
pub(super) fn positive(evaluation: &Evaluation, problems: &mut Problems) -> Option<usize> {
    let Some(Pairs::Verification(_)) = evaluation.pairs.as_ref().map(|pairs| &pairs.value) else { return None };
    if let Some(other) = evaluation.positive.as_ref().filter(|class| class.value == CLASSES[0]) {
        problems
            .push(Problem::at(&other.node, "the score of a pair speaks for `genuine`").help("write `positive: genuine`, or leave it out"));
    }
    Some(GENUINE)
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
        Some(Pairs::Verification(_)) if metric.of_pairs() => Some(
            message("is about pairs of an original and its counterfactual, and the evaluation about pairs of genuine people and impostors")
                .help("of those there are `false_match_rate`, `true_match_rate`, `equal_error_rate` and all that two classes have"),
        ),
        Some(Pairs::Verification(_)) if matches!(metric.input, Input::Neighbours { .. }) => Some(
            message("is about single images and their nearest ones, and the evaluation about pairs of images")
                .help("put it into an evaluation without `pairs`"),
        ),
        Some(Pairs::Counterfactual(_)) if !metric.of_pairs() => Some(
            message("is about single images, and the evaluation about pairs of an original and its counterfactual")
                .help("put it into an evaluation without `pairs`; of pairs there are `flip_rate`, `confidence_shift` and their kin"),
        ),
        _ => None,
    }
}
