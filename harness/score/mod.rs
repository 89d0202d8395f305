//! Predictions to metrics, reductions over groups, intervals, tests; its registry is a table.
//!
//! An evaluation ([`scheme`]) is held against what it is about ([`schema`]); scores become decisions ([`rule`]). Items that look alike to the metrics
//! become one pattern ([`outcome`], [`ranking`], [`probability`]; any of them is a [`lens`]), patterns within groups become resampling units ([`units`]), and all numbers of a
//! breakdown are computed from sums over those, once as observed and once a replicate ([`sheet`]), to become measurements ([`audit`]).
//!
//! - [`predictions`]: what a model said about the items of a split, beside what is true of them.
//! - [`pairs`]: pairs of images as items. [`pool`]: predictions of several models as one.
//! - [`rule`]: how scores become decisions, in [`steps`]; `fit`: what is found for them on another split; [`post_process`]: rules that make
//!   groups fare alike; [`refit`]: rules found anew in every resample; [`calibrate`]: what makes probabilities of scores before that.
//! - [`ids`]: the items' names; [`import`]: predictions from tables made elsewhere; [`kinds`]: what is kept of long ones;
//!   [`archive`]: from and to the store's Parquet files.
//! - [`registry`]: every metric, one small definition each; [`metric`]: one as an evaluation calls it.
//! - [`truth`]: what is held to be true of an item: its labels, or a label set.
//! - [`joint`]: how classes and groups go together, in numbers of all groups at once.
//! - [`tally`]: the sums that metrics are functions of; [`value`]: a number, or why there is none.
//! - [`ladder`]: resamples of rankings, one pass a group; [`crossing`]: scores of groups against each other; [`together`]: sums of several groups.
//! - [`roc`]: where along a ranking errors of both kinds are equally frequent; `stretch`: the same of pairs, in many resamples.
//! - [`clusters`]: what is drawn together; `vertices`: pairs, by the subjects that they are of.
//! - [`breakdown`]: groups; [`reduction`]: from one number a group to one number over groups; [`mod@reference`]: the group
//!   that others are set against.
//! - [`draw`]: keyed random draws; [`interval`], [`share`], [`gap`]: intervals of numbers, shares, and numbers over groups.
//! - [`mod@compare`]: cells set against each other on the same items.
//! - [`mod@contents`]: what can be measured; [`mod@explain`]: what a metric is, in words; [`rulebook`]: what decision rules and calibrations are.
//! - [`embedding`]: vectors in place of scores.
//! - [`measurement`]: one number, with all that is needed to trust it.

pub mod archive;
pub mod audit;
pub mod breakdown;
pub mod calibrate;
pub mod clusters;
pub mod combine;
pub mod compare;
pub mod contents;
pub mod crossing;
pub mod draw;
pub mod embedding;
pub mod explain;
mod fit;
pub mod gap;
pub mod ids;
pub mod import;
pub mod interval;
pub mod joint;
pub mod kinds;
pub mod ladder;
pub mod lens;
pub mod measurement;
pub mod metric;
pub mod outcome;
pub mod pairs;
pub mod pool;
pub mod post_process;
pub mod predictions;
pub mod probability;
pub mod ranking;
pub mod reduction;
pub mod reference;
pub mod refit;
pub mod registry;
pub mod roc;
pub mod rule;
pub mod rulebook;
pub mod schema;
pub mod scheme;
pub mod share;
pub mod sheet;
pub mod steps;
mod stretch;
pub mod tally;
pub mod together;
pub mod truth;
pub mod units;
pub mod value;
mod vertices;

pub use audit::{decisions, fit, score};
pub use compare::compare;
pub use explain::explain;
pub use rule::Splits;
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
