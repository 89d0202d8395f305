//! `reference:`: the group that the others are set against.

use indexmap::IndexMap;

use crate::score::breakdown::{Breakdown, Grouping};
use crate::spec::decode::{Decode, expected};
use crate::spec::evaluation::Written;
use crate::spec::node::{Node, Value};
use crate::spec::problem::{Problem, Problems, did_you_mean};

/// Which group, as the spec says it.
#[derive(Clone, Debug, PartialEq)]
pub enum Reference {
    /// The one with the most items.
    Largest,
    /// The one with the fewest items.
    Smallest,
    /// The one with the highest number.
    Highest,
    /// The one with the lowest number.
    Lowest,
    /// That of a level, where groups are the levels of one field.
    Level(String),
    /// That of a level of each field.
    Group(Vec<(String, String)>),
}

/// Which group, among those of a panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The one at a place.
    Group(usize),
    /// The one with the highest number.
    Highest,
    /// The one with the lowest number.
    Lowest,
    /// One of several that are as large.
    Tied,
}

impl Decode for Reference {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Map(entries) => {
                let levels = entries.iter().map(|(key, level)| Some((key.text.clone(), String::decode(level, problems)?)));
                levels.collect::<Option<_>>().map(Self::Group)
            }
            Value::List(_) | Value::Null => {
                expected(node, problems, "a level, `largest`, `smallest`, `highest`, `lowest`, or a map of fields to levels")
            }
            _ => Some(match String::decode(node, problems)?.as_str() {
                "largest" => Self::Largest,
                "smallest" => Self::Smallest,
                "highest" => Self::Highest,
                "lowest" => Self::Lowest,
                level => Self::Level(level.to_owned()),
            }),
        }
    }
}

impl Written<Reference> {
    /// Why it names no group of a grouping, whatever levels there are.
    pub(in crate::score) fn unfit(&self, grouping: &Grouping, known: &IndexMap<String, Vec<String>>) -> Option<Problem> {
        let fields = grouping.compared();
        let no_level = |field: &str, level: &str| {
            // Levels that are made elsewhere are not known before they are.
            let levels = known.get(field).filter(|levels| !levels.is_empty() && !levels.iter().any(|known| known == level))?;
            let problem = Problem::at(&self.node, format!("`{level}` is no level of `{field}`"));
            Some(problem.help(did_you_mean(level, levels.iter().map(String::as_str))))
        };
        match &self.value {
            Reference::Level(level) if fields.len() != 1 => {
                let each: Vec<String> = fields.iter().map(|field| format!("{field}: …")).collect();
                let problem = Problem::at(
                    &self.node,
                    format!("`{level}` is no group of `{}`, which is made of {} fields", grouping.name(), fields.len()),
                );
                Some(
                    problem
                        .help(format!("name a level of each: `reference: {{{}}}`, or say `by:` which groups are meant", each.join(", "))),
                )
            }
            Reference::Group(levels) => {
                if let Some((field, _)) = levels.iter().find(|(field, _)| !fields.contains(field)) {
                    let problem = Problem::at(&self.node, format!("`{field}` is none of the fields that `{}` is made of", grouping.name()));
                    return Some(problem.help(did_you_mean(field, fields.iter().map(String::as_str))));
                }
                let Some(missing) = fields.iter().find(|field| !levels.iter().any(|(known, _)| known == *field)) else {
                    return levels.iter().find_map(|(field, level)| no_level(field, level));
                };
                let problem = Problem::at(&self.node, format!("no level of `{missing}`, and groups are by `{}`", grouping.name()));
                Some(problem.help("name a level of each field, or say `by:` which groups are meant"))
            }
            Reference::Level(level) => no_level(&fields[0], level),
            _ => None,
        }
    }

    /// The group in each panel; `weights` says how much each group weighs.
    ///
    /// # Errors
    /// Where there is no such group.
    pub(in crate::score) fn anchors(&self, breakdown: &Breakdown, grouping: &Grouping, weights: &[f64]) -> Result<Vec<Anchor>, Problem> {
        let of_size = |places: std::ops::Range<usize>, size: Option<f64>| {
            // Sums of weights are rounded.
            let mut found = places.filter(|group| size.is_some_and(|size| (weights[*group] - size).abs() <= 1e-12 * size));
            match (found.next(), found.next()) {
                (Some(one), None) => Anchor::Group(one),
                _ => Anchor::Tied,
            }
        };
        let levels: Vec<String> = match &self.value {
            Reference::Level(level) => vec![level.clone()],
            Reference::Group(levels) => {
                let level = |field: &String| levels.iter().find(|(known, _)| known == field).map(|(_, level)| level.clone());
                grouping.compared().iter().filter_map(level).collect()
            }
            _ => Vec::new(),
        };
        let anchor = |panel: &crate::score::breakdown::Panel| {
            let places = panel.groups.clone();
            let sizes = || weights[places.clone()].iter().copied().filter(|size| *size > 0.0);
            match &self.value {
                Reference::Highest => Ok(Anchor::Highest),
                Reference::Lowest => Ok(Anchor::Lowest),
                Reference::Largest => Ok(of_size(places.clone(), sizes().reduce(f64::max))),
                Reference::Smallest => Ok(of_size(places.clone(), sizes().reduce(f64::min))),
                Reference::Level(_) | Reference::Group(_) => breakdown.place(panel, &levels).map(Anchor::Group).ok_or_else(|| {
                    let known: Vec<&str> = breakdown.groups[places.clone()].iter().map(String::as_str).collect();
                    let problem =
                        Problem::at(&self.node, format!("no group of `{}` is the reference `{}`", breakdown.by, levels.join(", ")));
                    problem.help(format!("the groups are {}", known.join(", ")))
                }),
            }
        };
        breakdown.panels.iter().map(anchor).collect()
    }
}
