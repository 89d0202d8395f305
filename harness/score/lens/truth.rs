//! What metrics hold to be true of an item: its labels, or a label set, whose classes are derived from a field.

use std::borrow::Cow;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::data::frame::Targets;
use crate::score::predictions::{Decisions, Predictions};
use crate::score::schema::Schema;
use crate::spec::decode::{Decode, canonical, word};
use crate::spec::evaluation::Written;
use crate::spec::node::{Node, Value};
use crate::spec::problem::{Problem, Problems, did_you_mean};
use crate::spec::target::{self, Members};

/// What is held to be true of an item.
#[derive(Clone, Debug, PartialEq)]
pub enum Truth {
    /// Its labels.
    Labels,
    /// The classes of a label set are present, all others are absent.
    Classes(Arc<LabelSet>),
    /// One thing of every item that has a label set: that the set is found among what was decided.
    Found(Arc<LabelSet>, Match),
    /// One thing of every item: that anything was decided about it.
    Answered,
}

/// How much of a label set must be among what was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// One of its classes.
    Any,
    /// Every one of its classes.
    All,
}

/// A label set whose names are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabelSet {
    /// The same classes for every item, in ascending order.
    Same(Vec<u32>),
    /// Those of the item's level of a field; none where its level is not listed.
    Of {
        /// The field.
        field: String,
        /// Levels, each with its classes in ascending order.
        map: Vec<(String, Vec<u32>)>,
    },
}

/// The label sets that metrics can be about.
#[derive(Clone, Debug, Default)]
pub struct LabelSets {
    classes: Vec<String>,
    named: IndexMap<String, Arc<LabelSet>>,
}

impl Match {
    /// Reads `any` or `all`.
    pub(in crate::score) fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        word(node, problems, &[("any", Self::Any), ("all", Self::All)])
    }

    fn holds(self, set: &[u32], decided: impl Fn(u32) -> bool) -> bool {
        match self {
            Self::Any => set.iter().any(|class| decided(*class)),
            Self::All => set.iter().all(|class| decided(*class)),
        }
    }
}

impl LabelSets {
    /// Finds the names of an evaluation's label sets among fields, levels and classes; what is not found is a problem.
    pub fn of(written: &target::LabelSets, schema: &Schema, problems: &mut Problems) -> Self {
        let sets = written.0.iter().filter_map(|set| Some((set.name.clone(), Arc::new(LabelSet::of(&set.members, schema, problems)?))));
        Self { named: sets.collect(), classes: schema.classes.clone() }
    }

    /// The set that `of:` names.
    pub(in crate::score) fn named(&self, node: &Node, problems: &mut Problems) -> Option<Arc<LabelSet>> {
        let name = String::decode(node, problems)?;
        let found = self.named.get(&name).map(Arc::clone);
        if found.is_none() {
            let help = match self.named.is_empty() {
                true => "the evaluation declares label sets as `target: {NAME: {from: FIELD, map: {LEVEL: [CLASS]}}}`".to_owned(),
                false => did_you_mean(&name, self.named.keys().map(String::as_str)),
            };
            problems.push(Problem::at(node, format!("`{name}` is no label set of this evaluation")).help(help));
        }
        found
    }

    /// The set that `labels:` names, or lists class by class.
    pub(in crate::score) fn named_or_listed(&self, node: &Node, problems: &mut Problems) -> Option<Arc<LabelSet>> {
        match &node.value {
            Value::List(_) => indices(&target::classes(node, problems)?, &self.classes, problems).map(|set| Arc::new(LabelSet::Same(set))),
            _ => self.named(node, problems),
        }
    }

    /// Their names.
    pub(in crate::score) fn names(&self) -> impl Iterator<Item = &str> {
        self.named.keys().map(String::as_str)
    }
}

impl LabelSet {
    /// Finds its names; each that is not found is a problem.
    fn of(members: &Members, schema: &Schema, problems: &mut Problems) -> Option<Self> {
        match members {
            Members::Same(classes) => indices(classes, &schema.classes, problems).map(Self::Same),
            Members::Of { field, map } => {
                let Some(levels) = schema.fields.get(&field.value) else {
                    let help = did_you_mean(&field.value, schema.fields.keys().map(String::as_str));
                    problems.push(Problem::at(&field.node, format!("unknown field `{}`", field.value)).help(help));
                    return None;
                };
                let mut of_level = Vec::with_capacity(map.len());
                for (level, classes) in map {
                    if !levels.contains(&level.value) {
                        let problem = Problem::at(&level.node, format!("no item has `{}: {}`", field.value, level.value));
                        problems.push(problem.help(did_you_mean(&level.value, levels.iter().map(String::as_str))));
                    }
                    of_level.push((level.value.clone(), indices(classes, &schema.classes, problems)));
                }
                let map = of_level.into_iter().map(|(level, classes)| Some((level, classes?))).collect::<Option<_>>()?;
                Some(Self::Of { field: field.value.clone(), map })
            }
        }
    }

    /// The set of each item, where it has one.
    fn of_rows<'s>(&'s self, predictions: &Predictions) -> Vec<Option<&'s [u32]>> {
        match self {
            Self::Same(classes) => vec![Some(classes); predictions.len()],
            Self::Of { field, map } => {
                let Some(factor) = predictions.fields().get(field) else { return vec![None; predictions.len()] };
                let of_level = |level: &String| map.iter().find(|(known, _)| known == level).map(|(_, classes)| classes.as_slice());
                let of_code: Vec<Option<&[u32]>> = factor.levels.iter().map(of_level).collect();
                factor.codes.iter().map(|code| code.and_then(|code| of_code[code as usize])).collect()
            }
        }
    }
}

impl Truth {
    /// What is true of each item, class by class.
    pub(in crate::score) fn targets<'p>(&self, predictions: &'p Predictions) -> Cow<'p, Targets> {
        let (Self::Classes(set) | Self::Found(set, _)) = self else { return Cow::Borrowed(predictions.targets()) };
        let classes = predictions.classes().len() as u32;
        let rest = |set: &[u32]| (0..classes).filter(|class| set.binary_search(class).is_err()).collect();
        let sets = set.of_rows(predictions);
        let absent = sets.iter().map(|set| set.map_or_else(Vec::new, rest)).collect();
        Cow::Owned(Targets::Multi { present: sets.into_iter().map(|set| set.unwrap_or_default().to_vec()).collect(), absent })
    }

    /// Whether the one thing is found in what was decided about each item; `None` of items without a label set, and as a whole where
    /// that is not the question.
    pub(in crate::score) fn found(&self, predictions: &Predictions, decisions: &Decisions) -> Option<Vec<Option<bool>>> {
        let (set, how) = match self {
            Self::Found(set, how) => (set, how),
            Self::Answered => return Some((0..decisions.len()).map(|row| Some(decisions.answers(row))).collect()),
            Self::Labels | Self::Classes(_) => return None,
        };
        let found = |(row, set): (usize, Option<&[u32]>)| {
            let decided = decisions.classes(row);
            set.map(|set| how.holds(set, |class| decided.binary_search(&class).is_ok()))
        };
        Some(set.of_rows(predictions).into_iter().enumerate().map(found).collect())
    }
}

/// The places of classes in the list, in ascending order; those that are not in it are problems.
fn indices(classes: &[Written<String>], list: &[String], problems: &mut Problems) -> Option<Vec<u32>> {
    let mut place = |class: &Written<String>| {
        let found = list.iter().position(|known| *known == class.value);
        if found.is_none() {
            let help = did_you_mean(&canonical(&class.node), list.iter().map(String::as_str));
            problems.push(Problem::at(&class.node, format!("the model has no class `{}`", class.value)).help(help));
        }
        found.map(|place| place as u32)
    };
    let found: Vec<Option<u32>> = classes.iter().map(&mut place).collect();
    let mut found: Vec<u32> = found.into_iter().collect::<Option<_>>()?;
    found.sort_unstable();
    Some(found)
}
