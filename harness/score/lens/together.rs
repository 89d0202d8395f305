//! The sums of several groups, for metrics that are functions of all of them.

use crate::score::lens::tally::Tally;
use crate::score::value::{Cause, Undefined, Value};
use crate::spec::evaluation::Policy;

/// The groups of a panel that take part, each with its sums.
#[derive(Clone, Debug)]
pub struct Together<'a> {
    /// Places and sums, in an order that knows no names.
    members: Vec<(usize, &'a Tally)>,
    /// The metric's parameter, if it has one.
    pub parameter: f64,
    /// The positive class, where there is one.
    pub class: usize,
    /// What undefined parts do.
    pub policy: Policy,
}

impl<'a> Together<'a> {
    /// Two groups or more, none of them empty.
    pub fn new(members: Vec<(usize, &'a Tally)>, parameter: f64, class: usize, policy: Policy) -> Self {
        Self { members, parameter, class, policy }
    }

    /// The groups' sums.
    pub fn tallies(&self) -> impl Iterator<Item = &'a Tally> {
        self.members.iter().map(|(_, tally)| *tally)
    }

    /// How many classes there are.
    pub fn classes(&self) -> usize {
        self.tallies().next().map_or(0, |tally| tally.cells.len())
    }

    fn pairs(&self) -> impl Iterator<Item = ((usize, &'a Tally), (usize, &'a Tally))> {
        let after = |place: usize| self.members[place + 1..].iter().copied();
        self.members.iter().copied().enumerate().flat_map(move |(place, a)| after(place).map(move |b| (a, b)))
    }

    /// The mean over pairs of groups of a distance.
    pub fn mean_over_pairs(&self, distance: fn(&Tally, &Tally) -> Value) -> Value {
        let pairs = self.pairs().count() as f64;
        self.pairs().map(|((_, a), (_, b))| distance(a, b)).sum::<Value>().map(|sum| sum / pairs)
    }

    /// The largest distance of two groups.
    pub fn max_over_pairs(&self, distance: fn(&Tally, &Tally) -> Value) -> Value {
        self.pairs().try_fold(0.0_f64, |most, ((_, a), (_, b))| Ok(most.max(distance(a, b)?)))
    }

    /// The largest distance that one group's sums hold to another one's place; of two, those of the group at the lower place do.
    pub fn largest(&self, distance: fn(&Tally, usize) -> f64) -> Value {
        let of_pair = |((first, a), (second, b)): ((usize, &Tally), (usize, &Tally))| {
            if first < second { distance(a, second) } else { distance(b, first) }
        };
        Ok(self.pairs().map(of_pair).fold(0.0, f64::max))
    }

    /// The smallest and the largest of a number that each group has.
    ///
    /// # Errors
    /// Where a group has none, or where such groups are left out and fewer than two remain.
    pub fn range(&self, of: impl Fn(&Tally) -> Value) -> Result<(f64, f64), Undefined> {
        let (mut low, mut high, mut groups) = (f64::INFINITY, f64::NEG_INFINITY, 0);
        for (place, tally) in &self.members {
            match of(tally) {
                Ok(value) => (low, high, groups) = (low.min(value), high.max(value), groups + 1),
                Err(undefined) if self.policy == Policy::Propagate => return Err(undefined.in_group(*place)),
                Err(_) => {}
            }
        }
        if groups < 2 { Err(Cause::FewGroups.into()) } else { Ok((low, high)) }
    }
}
