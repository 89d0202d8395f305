//! What numbers over groups do without under `undefined: exclude`: groups and classes that have none.

use super::block::{Block, Roster};
use super::{NoInterval, Sheet, Spot};
use crate::score::Value;
use crate::score::units::Units;
use crate::score::value::Undefined;
use crate::spec::evaluation::Policy;

/// A group's number that is not there, by its place among the numbers of a sheet of one metric, and why.
pub type Lack = (usize, Undefined);

/// What a number does without: groups and classes that have none, and an interval.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Omitted {
    /// Why each of the groups has none, where there is one number a group.
    pub groups: Vec<Undefined>,
    /// How many of how many classes, where any.
    pub classes: Option<(usize, usize)>,
    /// Why it has no interval, where it has none though items are drawn.
    pub interval: Option<NoInterval>,
}

impl Sheet<'_> {
    /// The groups and classes that a number does without, of the groups' numbers as they lie in a block.
    pub(super) fn omitted(&self, spot: &Spot, value: Value, block: &Block, values: &[Value], roster: &Roster) -> Omitted {
        let Some(over) = self.over(spot) else { return Omitted::default() };
        if self.policy == Policy::Propagate || spot.group.is_some() || self.metrics[spot.metric].is_joint() {
            return Omitted::default();
        }
        // Where too few groups are left in some class, the others of that class are what is lacking.
        let class = value.err().and_then(|undefined| undefined.class).map(|class| class as usize);
        if over.classes.is_some() && block.classes > 1 && class.is_none() {
            let omitted = (0..block.classes).filter(|class| self.of_class(spot, *class, block, values, roster).is_err()).count();
            return Omitted { classes: (omitted > 0).then_some((omitted, block.classes)), ..Omitted::default() };
        }
        let among = self.among(spot.metric, spot.panel, roster);
        let undefined = |group: usize| {
            let value = |part: usize| values[block.at(part, group, spot.class.or(class).unwrap_or(0))];
            (0..block.parts).find_map(|part| value(part).err()).map(|undefined| undefined.in_group(group))
        };
        let mut members: Vec<usize> = among.members().collect();
        members.sort_unstable();
        Omitted { groups: members.into_iter().filter_map(undefined).collect(), ..Omitted::default() }
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
