//! What labels imply: `hierarchy`, `sets` and `background` of a card's `labels`.

use indexmap::IndexMap;

use super::table::{self, TableFile};
use crate::spec::decode::{Decode, Fields, word};
use crate::spec::node::{Node, Value};
use crate::spec::problem::{Problem, Problems};

/// Labels that follow from those that are written, in this order: a hierarchy, sets, a background.
#[derive(Clone, Debug, Default)]
pub struct Ontology {
    /// Which classes are kinds of which: what is there makes all that it is a kind of be there, and what is not there rules out all its
    /// kinds. A label that is written counts more than one that follows.
    pub hierarchy: Option<Hierarchy>,
    /// Classes that stand for several, by name: there where one of them is, not there where none is, else unknown. Their members are no
    /// classes any more, unless `classes` lists them.
    pub sets: IndexMap<String, Vec<String>>,
    /// A last class, of the items that show none of the others.
    pub background: Option<Background>,
}

/// Which classes are kinds of which.
#[derive(Clone, Debug)]
pub struct Hierarchy {
    /// The file.
    pub table: TableFile,
    /// The columns of the kind and of what it is a kind of; `None`: a JSON tree as Open Images has it, `{LabelName, Subcategory: […]}`.
    pub columns: Option<(String, String)>,
}

/// The class of items that show none of the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Background {
    /// Its name.
    pub class: String,
    /// Whether unknown classes count as not there.
    pub unknown_is_absent: bool,
}

impl Ontology {
    /// Takes the three keys, as far as they are written.
    pub(super) fn take(fields: &mut Fields, problems: &mut Problems) -> Self {
        let hierarchy = fields.optional_with("hierarchy", problems, hierarchy);
        let sets = fields.optional_with("sets", problems, sets);
        let background = fields.optional_with("background", problems, background);
        Self { hierarchy, sets: sets.unwrap_or_default(), background }
    }
}

fn hierarchy(node: &Node, problems: &mut Problems) -> Option<Hierarchy> {
    let mut fields = Fields::of(node, problems, "a hierarchy")?;
    let file = fields.required("file", problems);
    let writing = table::decode_writing(&mut fields, problems);
    let kind: Option<String> = fields.optional("kind", problems);
    let of: Option<String> = fields.optional("of", problems);
    fields.finish(problems);
    let columns = match (kind, of) {
        (Some(kind), Some(of)) => Some((kind, of)),
        (None, None) => None,
        _ => {
            let problem = Problem::at(node, "a table of a hierarchy needs both `kind` and `of`, the names of its two columns");
            problems.push(problem.help("a JSON tree needs neither"));
            return None;
        }
    };
    Some(Hierarchy { table: TableFile { file: file?, ..writing }, columns })
}

fn sets(node: &Node, problems: &mut Problems) -> Option<IndexMap<String, Vec<String>>> {
    let sets: IndexMap<String, Vec<String>> = IndexMap::decode(node, problems)?;
    if let Some((empty, _)) = sets.iter().find(|(_, members)| members.is_empty()) {
        problems.push(Problem::at(node.get(empty).unwrap_or(node), format!("the set `{empty}` has no class")));
        return None;
    }
    Some(sets)
}

fn background(node: &Node, problems: &mut Problems) -> Option<Background> {
    if let Value::Text(class) = &node.value {
        return Some(Background { class: class.clone(), unknown_is_absent: false });
    }
    let mut fields = Fields::of(node, problems, "`background`")?;
    let class = fields.required("class", problems);
    let unknown = fields.optional_with("unknown", problems, |node, problems| word(node, problems, &[("absent", true), ("unknown", false)]));
    fields.finish(problems);
    Some(Background { class: class?, unknown_is_absent: unknown.unwrap_or(false) })
}
