//! `sets:`: images of concepts and of two attributes, whose association in a model's embeddings is measured.

use super::decode::{Decode, Fields, expected};
use super::evaluation::Written;
use super::node::{Node, Value};
use super::problem::{Problem, Problems};

/// Sets of items, by what they show.
#[derive(Clone, Debug, PartialEq)]
pub struct Sets {
    /// The split that they are taken from, as an evaluation's `data`.
    pub data: Option<Written<String>>,
    /// Two sets: what a concept may be nearer to.
    pub attribute: Levels,
    /// One set a concept.
    pub concepts: Levels,
}

/// Levels of the label or of a field; the items that have one are a set.
#[derive(Clone, Debug, PartialEq)]
pub struct Levels {
    /// The field; `None` for the label.
    pub field: Option<Written<Vec<String>>>,
    /// The levels, distinct.
    pub names: Vec<Written<String>>,
    /// Where they are written.
    pub node: Node,
}

impl Sets {
    /// The fields that sets are levels of.
    pub fn fields(&self) -> impl Iterator<Item = &Written<Vec<String>>> {
        self.attribute.field.iter().chain(&self.concepts.field)
    }
}

impl Decode for Sets {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, problems, "`sets`")?;
        let data = fields.optional("data", problems);
        let attribute: Option<Levels> = fields.required("attribute", problems);
        let concepts: Option<Levels> = fields.required("concepts", problems);
        fields.finish(problems);
        if let Some(attribute) = attribute.as_ref().filter(|attribute| attribute.names.len() != 2) {
            let message = format!("`attribute` names {} of the 2 levels that an association is between", attribute.names.len());
            problems.push(Problem::at(&attribute.node, message).help("name two, as `attribute: [male, female]`"));
            return None;
        }
        Some(Self { data, attribute: attribute?, concepts: concepts? })
    }
}

impl Decode for Levels {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let (field, list) = match &node.value {
            Value::Map(entries) if entries.len() == 1 => {
                let (key, list) = &entries[0];
                let name_node = Node { value: Value::Text(key.text.clone()), place: key.place.clone(), via: node.via.clone() };
                (Some(Written { value: vec![key.text.clone()], node: name_node }), list)
            }
            Value::List(_) => (None, node),
            _ => return expected(node, problems, "a list of levels of the label, or `{FIELD: [LEVEL, …]}`"),
        };
        let names = Vec::<Written<String>>::decode(list, problems)?;
        if names.is_empty() {
            return expected(list, problems, "at least one level");
        }
        let twice = names.iter().enumerate().find(|(index, name)| names[..*index].iter().any(|other| other.value == name.value));
        if let Some((_, name)) = twice {
            problems.push(Problem::at(&name.node, format!("`{}` is named twice", name.value)));
            return None;
        }
        Some(Self { field, names, node: list.clone() })
    }
}
