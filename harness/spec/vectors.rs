//! `embedding:`: where a table made elsewhere holds the vectors.

use super::decode::{Decode, expected};
use super::node::{Node, Value};
use super::problem::{Problem, Problems};

/// Where vectors are.
#[derive(Clone, Debug, PartialEq)]
pub enum Vectors {
    /// One column of lists; in text files written as JSON.
    List(String),
    /// One column a dimension, in this order.
    Wide(Vec<String>),
}

impl Vectors {
    /// Every column that is named.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::List(name) => std::slice::from_ref(name).iter(),
            Self::Wide(names) => names.iter(),
        }
        .map(String::as_str)
    }
}

impl Decode for Vectors {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Text(column) => Some(Self::List(column.clone())),
            Value::List(items) if !items.is_empty() => {
                let columns = Vec::<String>::decode(node, problems)?;
                let twice = columns.iter().enumerate().find(|(index, column)| columns[..*index].contains(column));
                if let Some((index, column)) = twice {
                    problems.push(Problem::at(&items[index], format!("the column `{column}` is named twice in `embedding`")));
                    return None;
                }
                Some(Self::Wide(columns))
            }
            _ => expected(node, problems, "a column of lists, or a list of columns, one a dimension"),
        }
    }
}
