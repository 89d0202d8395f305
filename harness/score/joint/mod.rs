//! How classes and groups go together: in a dataset, in what a model decides, and along a ranking. Numbers of all groups at once, which are
//! no reduction of one number a group.
//!
//! - [`registry`]: every such metric, one small definition each; [`metric`]: one as an evaluation calls it.
//! - [`counts`]: how often each class goes with each group. [`amplification`]: what a model makes of that; [`exposure`]: who is at the top.
//! - [`leakage`]: how well an [`attacker`] tells items' groups; [`probe`]: once, in resamples and by chance.
//! - `view`: one metric in one breakdown; `panel`: of which groups; `measure`: observed, in resamples and by chance, as measurements; `contrast`:
//!   several models' set against each other.

pub mod amplification;
pub mod attacker;
mod contrast;
pub mod counts;
pub mod exposure;
pub mod leakage;
mod measure;
pub mod metric;
mod panel;
pub mod probe;
pub mod registry;
mod view;

pub(super) use contrast::contrasts;
pub(super) use measure::measure;

/// Slots of resampling units as one draw sees them.
#[derive(Clone, Copy, Debug)]
pub struct Hand<'h> {
    /// The group of each slot.
    pub groups: &'h [u32],
    /// Its pattern.
    pub patterns: &'h [u32],
    /// Its weight.
    pub weights: &'h [f64],
}
