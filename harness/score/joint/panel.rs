//! The groups that are counted together, without those that are too small.

use std::borrow::Cow;

use super::metric::Metric;
use super::registry::Compute;
use crate::score::audit::Audit;
use crate::score::breakdown::{Breakdown, Panel};
use crate::spec::evaluation::Policy;

/// What numbers over groups do without, under `undefined: exclude`.
#[derive(Clone, Debug, Default)]
pub(super) struct Without {
    /// The names of the groups.
    pub(super) groups: Vec<String>,
    /// Why each is too small.
    pub(super) reasons: Vec<String>,
}

/// The groups that a metric counts together: all, or those of each level of what is held fixed. Items of groups that are too small are in none,
/// but where groups have numbers of their own of one ranking of all.
pub(super) fn panels<'b>(audit: &Audit<'_>, metric: &Metric, breakdown: &'b Breakdown) -> Vec<(Cow<'b, Breakdown>, Without)> {
    let of_panel = |panel: &Panel| {
        let alone = if breakdown.is_within() { Cow::Owned(breakdown.alone(panel)) } else { Cow::Borrowed(breakdown) };
        if audit.evaluation.undefined == Policy::Propagate {
            return (alone, Without::default());
        }
        let small = audit.sizes(&alone.of_row, &alone).small;
        let groups = alone.groups.iter().zip(&small).filter(|(_, small)| small.is_some()).map(|(group, _)| group.clone()).collect();
        let kept: Vec<bool> = small.iter().map(Option::is_none).collect();
        let without = Without { groups, reasons: small.into_iter().flatten().collect() };
        let ranked = matches!(metric.definition.compute, Compute::Skew(_));
        (if ranked || without.groups.is_empty() { alone } else { Cow::Owned(alone.keeping(&kept)) }, without)
    };
    breakdown.panels.iter().map(of_panel).collect()
}
