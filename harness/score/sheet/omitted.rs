//! What numbers over groups do without under `undefined: exclude`: groups and classes that have none.

use super::block::{Block, Roster};
use super::{NoInterval, Sheet, Spot};
use crate::score::Value;
use crate::score::lens::tally::Tally;
use crate::score::units::Units;
use crate::score::value::Undefined;
use crate::spec::evaluation::Policy;

/// A group's number that is not there, by its place among the numbers of a sheet of one metric, and why.
pub type Lack = (usize, Undefined);

/// What a number does without: groups and classes that have none, and an interval.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Omitted {
    /// Why each of the groups has none, where there is one number a group, and each of the classes that a group's number is a mean over.
    pub groups: Vec<Undefined>,
    /// How many of how many classes, where any.
    pub classes: Option<(usize, usize)>,
    /// Why it has no interval, where it has none though items are drawn.
    pub interval: Option<NoInterval>,
}

impl Sheet<'_> {
    /// The groups and classes that a number does without, of the groups' sums and their numbers as they lie in a block.
    pub(super) fn omitted(
        &self,
        spot: &Spot,
        value: Value,
        block: &Block,
        (tallies, values): (&[Tally], &[Value]),
        roster: &Roster,
    ) -> Omitted {
        if self.policy == Policy::Propagate {
            return Omitted::default();
        }
        let metric = self.metrics[spot.metric];
        // All items are summed where a metric takes them.
        let whole_of = |group: usize| self.breakdown.home(group as u32).and_then(|home| tallies.get(home)).unwrap_or(&tallies[group]);
        // Of the mean over classes that a group's number is.
        let in_group = |group: usize| {
            let parts = (0..block.parts).flat_map(move |part| metric.excluded(part, &tallies[group], whole_of(group)));
            parts.map(move |undefined| if group < self.breakdown.groups.len() { undefined.in_group(group) } else { undefined })
        };
        let Some(over) = self.over(spot) else {
            // Which group it is goes without saying.
            let own =
                spot.group.filter(|_| value.is_ok()).into_iter().flat_map(|group| metric.excluded(0, &tallies[group], whole_of(group)));
            return Omitted { groups: own.collect(), ..Omitted::default() };
        };
        let among = self.among(spot.metric, spot.panel, roster);
        let mut members: Vec<usize> = among.members().collect();
        members.sort_unstable();
        if metric.is_joint() {
            let groups: Vec<(usize, &Tally)> = members.iter().map(|group| (*group, &tallies[*group])).collect();
            return Omitted { groups: metric.excluded_together(&groups), ..Omitted::default() };
        }
        if let Some(group) = spot.group {
            let reference = among.reference(|group| values[block.at(0, group, spot.class.unwrap_or(0))]).ok();
            let both = std::iter::once(group).chain(reference.filter(|reference| *reference != group));
            let groups = if value.is_ok() { distinct(both.flat_map(in_group)) } else { Vec::new() };
            return Omitted { groups, ..Omitted::default() };
        }
        let lacks = |group: usize, class: usize| (0..block.parts).find_map(|part| values[block.at(part, group, class)].err());
        // Where too few groups are left in some class, the others of that class are what is lacking.
        let class = value.err().and_then(|undefined| undefined.class).map(|class| class as usize);
        if over.classes.is_some() && block.classes > 1 && class.is_none() {
            let (with, without): (Vec<usize>, Vec<usize>) =
                (0..block.classes).partition(|class| self.of_class(spot, *class, block, values, roster).is_ok());
            let of_class = |class: usize| {
                let lacks = members.iter().filter_map(move |group| lacks(*group, class).map(|undefined| undefined.in_group(*group)));
                lacks.map(move |undefined| undefined.in_class(class))
            };
            let groups = with.into_iter().flat_map(of_class).collect();
            return Omitted { groups, classes: (!without.is_empty()).then_some((without.len(), block.classes)), ..Omitted::default() };
        }
        let whole = over.reduction.to_overall().then(|| self.breakdown.groups.len() + spot.panel);
        let of_group = |group: usize| match lacks(group, spot.class.or(class).unwrap_or(0)) {
            Some(undefined) => vec![undefined.in_group(group)],
            None => in_group(group).collect(),
        };
        Omitted {
            groups: distinct(members.into_iter().flat_map(of_group).chain(whole.into_iter().flat_map(in_group))),
            ..Omitted::default()
        }
    }

    /// What the reductions of this sheet, which is of one metric, leave out of the numbers of some units, whose slots have these patterns:
    /// groups without a number, and all groups of a class that has none, as where the largest to divide by is 0.
    pub fn lacking(&self, units: &Units, patterns: &[u32]) -> Vec<Lack> {
        let metric = self.metrics[0];
        let Some(over) = metric.over.filter(|_| self.policy == Policy::Exclude && !metric.is_joint()) else { return Vec::new() };
        let mut tallies = self.tallies();
        self.sum(&self.slots(units, patterns), &units.observed(), &mut tallies);
        let (block, roster) = (self.blocks(&tallies)[0], self.roster(units));
        let values = self.values(&tallies, &[block], &roster);
        let places = |group: usize, class: usize| (0..block.parts).map(move |part| block.at(part, group, class));
        let mut lacking = Vec::new();
        for spot in self.spots(&tallies).iter().filter(|spot| spot.group.is_none()) {
            let averaged = over.classes.is_some() && block.classes > 1;
            let classes = spot.class.map_or(0..block.classes, |class| class..class + 1);
            for class in classes {
                let whole = if averaged { self.of_class(spot, class, &block, &values, &roster) } else { Ok(0.0) };
                for place in self.breakdown.panels[spot.panel].groups.clone().flat_map(|group| places(group, class)) {
                    lacking.extend(values[place].and(whole).err().map(|undefined| (place, undefined)));
                }
            }
        }
        lacking
    }

    /// The number of one class, of which a spot has the mean.
    fn of_class(&self, spot: &Spot, class: usize, block: &Block, values: &[Value], roster: &Roster) -> Value {
        self.number_at(&Spot { class: Some(class), ..*spot }, block, |index| values[index], roster)
    }
}

/// Each reason once: two parts may lack the same.
fn distinct(reasons: impl Iterator<Item = Undefined>) -> Vec<Undefined> {
    let mut known = Vec::new();
    for reason in reasons {
        if !known.contains(&reason) {
            known.push(reason);
        }
    }
    known
}
