//! `target:`: label sets, for models whose classes are not the dataset's labels.

use super::decode::{Decode, Fields, expected};
use super::evaluation::Written;
use super::node::{Key, Node, Value};
use super::problem::{Problem, Problems};

/// Words that `of:` has another meaning for.
const RESERVED: [&str; 3] = ["score", "sigmoid", "softmax"];

/// The label sets of an evaluation, in file order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LabelSets(pub Vec<LabelSet>);

/// What is correct for an item, as classes of the model: `{from: gender, map: {woman: [Woman, Girl], man: [Man, Boy]}}`.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelSet {
    /// How metrics call it.
    pub name: String,
    /// What it holds.
    pub members: Members,
}

/// The classes of a label set.
#[derive(Clone, Debug, PartialEq)]
pub enum Members {
    /// The same for every item.
    Same(Vec<Written<String>>),
    /// Those of the item's level of a field. Items of any other level have none, and count nowhere.
    Of {
        /// The field.
        field: Written<String>,
        /// Levels, each with its classes.
        map: Vec<(Written<String>, Vec<Written<String>>)>,
    },
}

impl LabelSets {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The fields that they are derived from.
    pub fn fields(&self) -> impl Iterator<Item = &Written<String>> {
        self.0.iter().filter_map(|set| match &set.members {
            Members::Same(_) => None,
            Members::Of { field, .. } => Some(field),
        })
    }
}

impl Decode for LabelSets {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let Value::Map(entries) = &node.value else {
            return expected(node, problems, "a map of label sets, as `{correct: {from: FIELD, map: {LEVEL: [CLASS]}}}`");
        };
        let sets = entries.iter().map(|(key, node)| {
            if RESERVED.contains(&key.text.as_str()) {
                let problem = Problem::at_place(&key.place, format!("a label set cannot be called `{}`", key.text));
                problems.push(problem.help("`of:` has another meaning for that word: choose another name"));
                return None;
            }
            Some(LabelSet { name: key.text.clone(), members: Members::decode(node, problems)? })
        });
        // All are read before any is refused.
        let sets: Vec<Option<LabelSet>> = sets.collect();
        sets.into_iter().collect::<Option<_>>().map(Self)
    }
}

impl Decode for Members {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        if let Value::List(_) = node.value {
            return classes(node, problems).map(Self::Same);
        }
        let mut fields = Fields::of(node, problems, "a label set (or a list of classes)")?;
        let field = fields.required("from", problems);
        let map = fields.required_with("map", problems, |node, problems| match &node.value {
            Value::Map(entries) if !entries.is_empty() => {
                let levels: Vec<Option<_>> = entries.iter().map(|entry| level(entry, problems)).collect();
                levels.into_iter().collect::<Option<Vec<_>>>()
            }
            _ => expected(node, problems, "a map from levels to lists of classes"),
        });
        fields.finish(problems);
        Some(Self::Of { field: field?, map: map? })
    }
}

fn level((key, node): &(Key, Node), problems: &mut Problems) -> Option<(Written<String>, Vec<Written<String>>)> {
    let written = Node { value: Value::Text(key.text.clone()), place: key.place.clone(), via: node.via.clone() };
    Some((Written { value: key.text.clone(), node: written }, classes(node, problems)?))
}

/// A list of at least one class, none of them twice.
pub fn classes(node: &Node, problems: &mut Problems) -> Option<Vec<Written<String>>> {
    let classes: Vec<Written<String>> = Vec::decode(node, problems)?;
    if classes.is_empty() {
        return expected(node, problems, "at least one class");
    }
    if let Some((_, twice)) =
        classes.iter().enumerate().find(|(place, class)| classes[..*place].iter().any(|other| other.value == class.value))
    {
        problems.push(Problem::at(&twice.node, format!("the class `{}` is named twice", twice.value)));
        return None;
    }
    Some(classes)
}
