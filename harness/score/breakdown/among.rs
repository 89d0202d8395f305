//! The groups that a reduction looks at, and what it sums up over them.

use crate::score::breakdown::reference::Anchor;
use crate::score::value::{Cause, Undefined, Value};
use crate::spec::evaluation::Policy;

/// The groups that a reduction looks at.
#[derive(Clone, Debug)]
pub struct Among<'a> {
    /// Their places, in an order that knows no names, so that sums and ties do not depend on them.
    pub groups: &'a [usize],
    /// Whether each group, by its place, takes part.
    pub kept: &'a [bool],
    /// How many items each group has.
    pub sizes: &'a [f64],
    /// The group that the others are set against, where they are.
    pub anchor: Option<Anchor>,
    /// What undefined numbers do.
    pub policy: Policy,
}

/// Sums over the groups that have a number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sums {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) count: u32,
    pub(super) sum: f64,
    /// Of squared distances from the mean so far.
    squares: f64,
    pub(super) weighted: f64,
    pub(super) weight: f64,
}

impl Sums {
    pub(super) const NONE: Self =
        Self { low: f64::INFINITY, high: f64::NEG_INFINITY, count: 0, sum: 0.0, squares: 0.0, weighted: 0.0, weight: 0.0 };

    pub(super) fn add(&mut self, value: f64, size: f64) {
        self.low = self.low.min(value);
        self.high = self.high.max(value);
        // Welford (1962): squares of values, less that of the mean, leave rounding where groups are equal.
        let before = if self.count == 0 { value } else { self.mean() };
        self.count += 1;
        self.sum += value;
        self.squares += (value - before) * (value - self.mean());
        self.weighted += value * size;
        self.weight += size;
    }

    pub(super) fn mean(&self) -> f64 {
        self.sum / f64::from(self.count)
    }

    pub(super) fn deviation(&self) -> f64 {
        (self.squares / f64::from(self.count)).max(0.0).sqrt()
    }
}

impl Among<'_> {
    /// The places of the groups that take part.
    pub fn members(&self) -> impl Iterator<Item = usize> {
        self.groups.iter().copied().filter(|group| self.kept[*group])
    }

    /// The place of the group that the others are set against.
    pub fn reference(&self, value: impl Fn(usize) -> Value) -> Result<usize, Undefined> {
        let extreme = |better: fn(f64, f64) -> bool| {
            let defined = self.members().filter_map(|group| value(group).ok().map(|value| (group, value)));
            defined.reduce(|best, next| if better(next.1, best.1) { next } else { best }).map(|(group, _)| group)
        };
        match self.anchor {
            Some(Anchor::Group(group)) if self.kept[group] => Ok(group),
            Some(Anchor::Lowest) => extreme(|a, b| a < b).ok_or_else(|| Cause::FewGroups.into()),
            Some(Anchor::Highest) => extreme(|a, b| a > b).ok_or_else(|| Cause::FewGroups.into()),
            Some(Anchor::Tied) => Err(Cause::SeveralReferences.into()),
            _ => Err(Cause::FewGroups.into()),
        }
    }
}

/// Sum of logarithms, in an order that does not depend on groups.
pub(super) fn logarithms(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.iter().map(|value| value.ln()).sum()
}

/// Sum over pairs of how far apart they are. In order, the value at place i is the larger one in i pairs and the smaller in all others.
pub(super) fn apart(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len() as f64 - 1.0;
    values.iter().enumerate().map(|(place, value)| value * (2.0 * place as f64 - last)).sum()
}
