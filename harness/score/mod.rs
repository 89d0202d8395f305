//! Predictions to metrics, reductions over groups, intervals, tests; its registry is a table.
//!
//! An evaluation ([`scheme`]) is held against what it is about ([`schema`]); scores become decisions ([`rule`]). Items that look alike to the
//! metrics become one pattern ([`lens`]), patterns within groups become resampling units ([`units`]), and all numbers of a [`breakdown`] are
//! computed from sums over those, once as observed and once a replicate ([`sheet`]), to become measurements ([`audit`], called by [`scoring`]).
//!
//! - [`predictions`]: what a model said about the items of a split, beside what is true of them. [`pairs`]: pairs of images as items.
//!   [`embedding`]: vectors in place of scores.
//! - [`rule`]: how scores become decisions, and what is fitted for that.
//! - [`registry`]: every metric, one small definition each; [`metric`]: one as an evaluation calls it; [`joint`]: metrics of how classes and
//!   groups go together.
//! - [`lens`]: what metrics see of items, and the sums that they are functions of; [`value`]: a number, or why there is none.
//! - [`breakdown`]: groups, and how one number a group becomes one over groups.
//! - [`units`]: what is drawn with replacement, and how; [`interval`]: what resamples and chance say of a number.
//! - [`mod@compare`]: cells set against each other on the same items.
//! - [`measurement`]: one number, with all that is needed to trust it.
//! - [`mod@contents`] and [`mod@explain`]: what can be measured, and what it is, in words.

pub mod audit;
pub mod breakdown;
pub mod compare;
pub mod contents;
pub mod embedding;
pub mod explain;
pub mod interval;
pub mod joint;
pub mod lens;
pub mod measurement;
pub mod metric;
pub mod pairs;
pub mod predictions;
pub mod registry;
pub mod rule;
pub mod schema;
pub mod scheme;
pub mod scoring;
pub mod sheet;
pub mod unbounded;
pub mod units;
pub mod value;

pub use compare::compare;
pub use explain::explain;
pub use rule::Splits;
pub use scoring::{Decided, decisions, fit, score};
pub use value::Value;

/// In a column of indices: in no group, of no pattern.
pub(crate) const OUTSIDE: u32 = u32::MAX;

/// Why predictions cannot be scored.
#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
    /// The evaluation does not fit the predictions.
    #[error(transparent)]
    Spec(#[from] crate::spec::problem::SpecError),
    /// A decision rule cannot be applied or fitted.
    #[error("the decision rule `{rule}` cannot be used: {reason}")]
    Rule {
        /// The rule's name.
        rule: String,
        /// Why.
        reason: String,
    },
    /// What is to be fitted on a split has no predictions for it.
    #[error("there are no predictions for `{split}`")]
    Split {
        /// The split.
        split: String,
    },
    /// Scores cannot be calibrated.
    #[error("the scores cannot be calibrated: {reason}")]
    Calibration {
        /// Why.
        reason: String,
    },
    /// Sides that are not about the same.
    #[error("the sides cannot be compared: {reason}")]
    Compare {
        /// Why.
        reason: String,
    },
    /// Images do not make the pairs that are asked for.
    #[error("the images make no pairs: {reason}")]
    Pairs {
        /// Why.
        reason: String,
    },
    /// Items cannot be clustered.
    #[error("`cluster: {field}` names a field that the predictions lack")]
    Cluster {
        /// The field.
        field: String,
    },
}

impl ScoreError {
    /// The same, where the images of a split make no pairs that a rule could be fitted on.
    #[must_use]
    pub(crate) fn of_rule(self, rule: &str, split: &str) -> Self {
        match self {
            Self::Pairs { reason } => {
                Self::Rule { rule: rule.to_owned(), reason: format!("the images of `{split}` make no pairs: {reason}") }
            }
            other => other,
        }
    }

    /// The same, where it went wrong with one of several models that are scored as one; an empty name is that of a model by itself.
    #[must_use]
    pub(crate) fn in_fold(self, fold: &str) -> Self {
        let there = |reason: String| if fold.is_empty() { reason } else { format!("{reason} ({fold})") };
        match self {
            Self::Rule { rule, reason } => Self::Rule { rule, reason: there(reason) },
            Self::Calibration { reason } => Self::Calibration { reason: there(reason) },
            other => other,
        }
    }
}
