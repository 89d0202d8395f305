//! The groups that numbers are broken down by: the levels of a field, or an intersection of several.
//!
//! - [`reduction`]: from one number a group to one number over groups; [`among`]: of which groups; [`mod@reference`]: the one that others are
//!   set against; `contrasts`: what that is the largest of.
//! - [`combine`]: what several classes make; `parts`: criteria of two metrics against a reference.

pub mod among;
pub mod combine;
mod contrasts;
mod parts;
pub mod reduction;
pub mod reference;

use std::ops::Range;

use super::OUTSIDE;
use super::predictions::Predictions;

/// What items are grouped by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grouping {
    /// The fields; none for all items together.
    pub fields: Vec<String>,
    /// How many of them, from the first on, are held fixed: groups are compared within each of their levels.
    pub control: usize,
}

impl Grouping {
    /// By fields, none of which is held fixed.
    pub fn by(fields: &[String]) -> Self {
        Self { fields: fields.to_vec(), control: 0 }
    }

    /// By fields, within each level of others.
    pub fn within(control: &[String], fields: &[String]) -> Self {
        Self { fields: [control, fields].concat(), control: control.len() }
    }

    /// Its name: `race`, `gender*race`, or empty.
    pub fn name(&self) -> String {
        self.fields.join("*")
    }

    /// The fields whose levels are compared.
    pub fn compared(&self) -> &[String] {
        &self.fields[self.control..]
    }
}

/// All groups of one entry of `groups:`.
#[derive(Clone, Debug)]
pub struct Breakdown {
    /// `race`, `gender*race`, or empty for all items together.
    pub by: String,
    /// `race=Black`, `gender=female*race=Black`: every combination of levels that occur, also those without an item.
    pub groups: Vec<String>,
    /// The group of each item. Where one of the compared fields is missing, its [`home`](Self::home) if groups are compared within levels
    /// of others; else, and where what is held fixed is missing, `OUTSIDE`.
    pub of_row: Vec<u32>,
    /// The groups that are compared with each other: all, or those of each level of what is held fixed.
    pub panels: Vec<Panel>,
    /// The levels of each group's compared fields.
    levels: Vec<Vec<String>>,
}

/// Groups that are compared with each other.
#[derive(Clone, Debug)]
pub struct Panel {
    /// What is held fixed: `age=young`, or empty.
    pub name: String,
    /// The places of the groups.
    pub groups: Range<usize>,
}

impl Breakdown {
    /// All items, in one group without a name.
    pub fn overall(items: usize) -> Self {
        Self::of_groups(vec![String::new()], vec![0; items])
    }

    /// Groups that are no levels of fields.
    pub fn of_groups(groups: Vec<String>, of_row: Vec<u32>) -> Self {
        let panels = vec![Panel { name: String::new(), groups: 0..groups.len() }];
        let levels = vec![Vec::new(); groups.len()];
        Self { by: String::new(), groups, of_row, panels, levels }
    }

    /// The groups by some fields, all of which exist.
    pub fn new(predictions: &Predictions, fields: &[String]) -> Self {
        Self::of(predictions, &Grouping::by(fields))
    }

    /// The groups of a grouping, all fields of which exist.
    pub fn of(predictions: &Predictions, grouping: &Grouping) -> Self {
        let mut breakdown = Self::overall(predictions.len());
        breakdown.by = grouping.name();
        let mut levels = Vec::new();
        for (place, name) in grouping.fields.iter().enumerate() {
            breakdown.split(predictions, name, place >= grouping.control);
            if place + 1 == grouping.control {
                let panel = |name: &String| Panel { name: name.clone(), groups: 0..1 };
                breakdown.panels = breakdown.groups.iter().map(panel).collect();
                breakdown.of_row.clone_into(&mut levels);
            }
        }
        // Who is in none of the groups that are compared is still one of all items that they are compared within.
        let groups = breakdown.groups.len() as u32;
        for (group, level) in breakdown.of_row.iter_mut().zip(levels).filter(|(group, level)| **group == OUTSIDE && *level != OUTSIDE) {
            *group = groups + level;
        }
        let wide = breakdown.groups.len() / breakdown.panels.len().max(1);
        for (place, panel) in breakdown.panels.iter_mut().enumerate() {
            panel.groups = place * wide..(place + 1) * wide;
        }
        breakdown
    }

    /// Splits every group by the levels of one more field.
    fn split(&mut self, predictions: &Predictions, name: &str, compared: bool) {
        let Some(field) = predictions.fields().get(name) else { return };
        let mut places = vec![OUTSIDE; field.levels.len()];
        for code in field.codes.iter().flatten() {
            places[*code as usize] = 0;
        }
        let levels: Vec<usize> = (0..places.len()).filter(|level| places[*level] == 0).collect();
        for (place, level) in levels.iter().enumerate() {
            places[*level] = place as u32;
        }
        for (group, code) in self.of_row.iter_mut().zip(&field.codes) {
            *group = match code {
                Some(code) if *group != OUTSIDE => *group * levels.len() as u32 + places[*code as usize],
                _ => OUTSIDE,
            };
        }
        let mut groups = Vec::with_capacity(self.groups.len() * levels.len());
        let mut all = Vec::with_capacity(groups.capacity());
        for (group, known) in self.groups.iter().zip(&self.levels) {
            let separator = if group.is_empty() { "" } else { "*" };
            for level in levels.iter().map(|level| &field.levels[*level]) {
                groups.push(format!("{group}{separator}{}", level_of(name, level)));
                all.push(if compared { [known.as_slice(), std::slice::from_ref(level)].concat() } else { known.clone() });
            }
        }
        (self.groups, self.levels) = (groups, all);
    }

    /// The groups of a panel alone; all items of other groups are outside.
    #[must_use]
    pub fn alone(&self, panel: &Panel) -> Self {
        let within = |group: &u32| if panel.groups.contains(&(*group as usize)) { group - panel.groups.start as u32 } else { OUTSIDE };
        Self {
            by: self.by.clone(),
            groups: self.groups[panel.groups.clone()].to_vec(),
            of_row: self.of_row.iter().map(within).collect(),
            panels: vec![Panel { name: panel.name.clone(), groups: 0..panel.groups.len() }],
            levels: self.levels[panel.groups.clone()].to_vec(),
        }
    }

    /// Some of its groups, of one panel; all items of the others are outside.
    #[must_use]
    pub fn keeping(&self, kept: &[bool]) -> Self {
        let of_kept = || (0..self.groups.len()).filter(|group| kept[*group]);
        let mut places = vec![OUTSIDE; self.groups.len()];
        (0..).zip(of_kept()).for_each(|(place, group)| places[group] = place);
        let name = self.panels.first().map(|panel| panel.name.clone()).unwrap_or_default();
        Self {
            by: self.by.clone(),
            groups: of_kept().map(|group| self.groups[group].clone()).collect(),
            of_row: self.of_row.iter().map(|group| places.get(*group as usize).copied().unwrap_or(OUTSIDE)).collect(),
            panels: vec![Panel { name, groups: 0..of_kept().count() }],
            levels: of_kept().map(|group| self.levels[group].clone()).collect(),
        }
    }

    /// The place, within a panel, of the group whose compared fields have these levels.
    pub fn place(&self, panel: &Panel, levels: &[String]) -> Option<usize> {
        panel.groups.clone().find(|group| self.levels[*group] == levels)
    }

    /// Whether a number of [`Self::of_row`] is that of a group.
    pub fn has(&self, group: u32) -> bool {
        (group as usize) < self.groups.len()
    }

    /// Whether something is held fixed.
    pub fn is_within(&self) -> bool {
        self.panels.first().is_none_or(|panel| !panel.name.is_empty())
    }

    /// How many sums there are: one a group, and after them one a panel, of all items that its groups are compared within.
    pub fn sums(&self) -> usize {
        self.groups.len() + self.panels.len()
    }

    /// The sums that an item of a group counts in: those of the group, and (where it is wanted) those of all that it is compared within.
    pub fn places(&self, group: u32, whole: bool) -> impl Iterator<Item = usize> + use<> {
        let own = self.has(group).then_some(group as usize);
        own.into_iter().chain(if whole { self.home(group) } else { None })
    }

    /// Where, after the groups, the sums of all items that a group is compared within stand; `None` for items that are in none of the
    /// levels that something is held fixed at.
    pub fn home(&self, group: u32) -> Option<usize> {
        let groups = self.groups.len();
        match group {
            _ if !self.is_within() => Some(groups),
            OUTSIDE => None,
            group if self.has(group) => Some(groups + group as usize / (groups / self.panels.len())),
            home => Some(home as usize),
        }
    }

    /// What an item is in that is of two groups: none, if anything all that both are compared within.
    pub fn between(&self, first: u32, second: u32) -> u32 {
        let home = self.home(first).filter(|home| self.is_within() && self.home(second) == Some(*home));
        home.map_or(OUTSIDE, |home| home as u32)
    }
}

/// `field=level`, of which the name of a group is made. A level that looks like several, as `x*age=old`, is written `x\*age=old`, so that no two
/// groups have one name.
pub fn level_of(field: &str, level: &str) -> String {
    let looks_like_several = level.split_once('*').is_some_and(|(_, rest)| rest.contains('='));
    match looks_like_several {
        true => format!("{field}={}", level.replace('\\', r"\\").replace('*', r"\*")),
        false => format!("{field}={level}"),
    }
}
