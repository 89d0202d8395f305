//! What of a picture shows which field: `shown: [race, age]`, or `{tone: race, age: age, light: lighting}`.

use crate::spec::decode::{Decode, Fields};
use crate::spec::node::{Node, Value};
use crate::spec::problem::{Problem, Problems};

/// What can be seen of a picture besides the label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    /// How dark the skin or the ground is.
    Tone,
    /// How large what is drawn is.
    Size,
    /// How old a face is.
    Age,
    /// How bright the light is.
    Light,
}

impl Aspect {
    /// All of them; a list names the first two.
    const ALL: [Self; 4] = [Self::Tone, Self::Size, Self::Age, Self::Light];

    /// Its key.
    const fn key(self) -> &'static str {
        match self {
            Self::Tone => "tone",
            Self::Size => "size",
            Self::Age => "age",
            Self::Light => "light",
        }
    }
}

/// The fields that can be seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown(Vec<(Aspect, String)>);

impl Decode for Shown {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        if let Value::Map(_) = node.value {
            let mut fields = Fields::of(node, problems, "`shown`")?;
            let named = Aspect::ALL.map(|aspect| (aspect, fields.optional::<String>(aspect.key(), problems)));
            fields.finish(problems);
            return Some(Self(named.into_iter().filter_map(|(aspect, field)| Some((aspect, field?))).collect()));
        }
        let names = Vec::<String>::decode(node, problems)?;
        if let (Value::List(items), true) = (&node.value, names.len() > 2) {
            let problem = Problem::at(&items[2], "a list shows two fields: the first as the tone of what is drawn, the second as its size");
            problems.push(problem.help("take this one out, or say what shows each: `shown: {tone: …, size: …, age: …, light: …}`"));
            return None;
        }
        Some(Self(Aspect::ALL.into_iter().zip(names).collect()))
    }
}

impl Shown {
    /// What shows a field.
    pub fn of<'s>(&'s self, field: &'s str) -> impl Iterator<Item = Aspect> + 's {
        self.0.iter().filter(move |(_, shown)| shown == field).map(|(aspect, _)| *aspect)
    }

    /// Each field with what shows it and its place in `node`, where it is all written.
    pub(super) fn placed<'n>(&'n self, node: &'n Node) -> impl Iterator<Item = (Aspect, &'n str, &'n Node)> {
        self.0.iter().enumerate().map(move |(at, (aspect, field))| {
            let own = match &node.value {
                Value::List(items) => items.get(at),
                _ => node.get(aspect.key()),
            };
            (*aspect, field.as_str(), own.unwrap_or(node))
        })
    }
}
