//! Labels of which an item may have several: present, absent or unknown.

use indexmap::IndexMap;

use super::Name;
use super::condition::Range;
use super::ontology::Ontology;
use super::table::{self, Join, TableFile};
use crate::spec::decode::{Decode, Fields, canonical, expected, one_or_many, word};
use crate::spec::node::{Node, Value};
use crate::spec::problem::{Problem, Problems};

/// Where tri-state labels are written.
#[derive(Clone, Debug)]
pub struct Labels {
    /// The form.
    pub form: LabelForm,
    /// The only classes that count, in this order; empty: all, alphabetically (a wide table: in its order).
    pub classes: Vec<Name>,
    /// Whether without such a choice all that `names`, or COCO's `categories`, list are classes, also those that no item has.
    pub listed: bool,
    /// What follows from the labels that are written.
    pub ontology: Ontology,
    /// Where it is written.
    pub node: Node,
}

/// How tri-state labels are written.
#[derive(Clone, Debug)]
pub enum LabelForm {
    /// One row a pair of item and class.
    Long {
        /// The tables.
        tables: Vec<TableFile>,
        /// The column with the item's id.
        id: String,
        /// The column with the class.
        class: String,
        /// The column that says whether the class is there; `None`: it is.
        value: Option<(String, Truth)>,
        /// What the classes are that no row of an item names.
        others: Others,
        /// The classes' names for people.
        names: Option<Names>,
    },
    /// One column a class.
    Wide {
        /// The columns of the items, each with its class.
        columns: IndexMap<String, String>,
        /// What the cells say.
        truth: Truth,
    },
    /// One column that lists the classes that are there, and perhaps another one that lists those that are not.
    List {
        /// The column.
        from: String,
        /// The column of the classes that are not there.
        absent: Option<String>,
        /// What stands between them; `None`: the cell is a list or a JSON list.
        separator: Option<String>,
        /// What the classes are that are not listed.
        others: Others,
        /// The classes' names for people.
        names: Option<Names>,
    },
}

impl LabelForm {
    /// The columns that list classes.
    pub fn lists(&self) -> impl Iterator<Item = &String> {
        let (from, absent) = match self {
            Self::List { from, absent, .. } => (Some(from), absent.as_ref()),
            Self::Long { .. } | Self::Wide { .. } => (None, None),
        };
        from.into_iter().chain(absent)
    }

    /// The table that says what codes are called, where there is one.
    pub fn names(&self) -> Option<&Names> {
        match self {
            Self::Long { names, .. } | Self::List { names, .. } => names.as_ref(),
            Self::Wide { .. } => None,
        }
    }
}

/// Cells that say yes and cells that say no; every other one says nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Truth {
    /// These say that a class is there.
    pub present: Said,
    /// These say that it is not.
    pub absent: Said,
    /// Whether nobody wrote what says that it is not, so that it is `0`.
    pub assumed: bool,
}

/// Cells that say one thing.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// Those that are one of these texts; numbers compare as numbers. `None` is an empty cell.
    Cells(Vec<Option<String>>),
    /// Numbers in a range.
    Within(Range),
}

impl Said {
    fn by(&self, cell: Option<&str>) -> bool {
        match (self, cell) {
            (Self::Cells(cells), None) => cells.contains(&None),
            (Self::Cells(cells), Some(cell)) => cells.iter().flatten().any(|word| {
                word == cell || matches!((word.parse::<f64>(), cell.parse::<f64>()), (Ok(word), Ok(cell)) if word.total_cmp(&cell).is_eq())
            }),
            (Self::Within(range), cell) => cell.is_some_and(|cell| range.holds(cell)),
        }
    }

    /// A cell that says this and the other.
    fn both(&self, other: &Self) -> Option<String> {
        match (self, other) {
            (Self::Cells(cells), other) => {
                let cell = cells.iter().find(|cell| other.by(cell.as_deref()))?;
                Some(cell.as_ref().map_or_else(|| "an empty cell".to_owned(), |cell| format!("`{cell}`")))
            }
            (_, Self::Cells(_)) => other.both(self),
            (Self::Within(one), Self::Within(other)) => one.overlap(other).map(|range| format!("`{}`", range.example())),
        }
    }

    /// A cell that says it.
    pub fn example(&self) -> String {
        match self {
            Self::Cells(cells) => cells.first().cloned().flatten().unwrap_or_default(),
            Self::Within(range) => range.example().to_string(),
        }
    }
}

/// What a class is that is not mentioned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// Not there.
    Absent,
    /// Not known.
    Unknown,
}

/// A table of class codes and what people call them.
#[derive(Clone, Debug)]
pub struct Names {
    /// The table.
    pub table: TableFile,
    /// The columns of the code and of the name; by default the first two.
    pub columns: Option<(String, String)>,
}

impl Truth {
    /// Whether a cell, or an empty one, says yes, no or nothing.
    pub fn of(&self, cell: Option<&str>) -> Option<bool> {
        match (self.present.by(cell), self.absent.by(cell)) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        }
    }
}

fn truth(fields: &mut Fields, problems: &mut Problems) -> Truth {
    let mut read = |key, default: &str| {
        let node = fields.node(key);
        (node, node.map_or_else(|| Some(Said::Cells(vec![Some(default.to_owned())])), |node| said(node, problems)))
    };
    let ((one, present), (other, absent)) = (read("present", "1"), read("absent", "0"));
    if let Some(rest) = other.filter(|node| is_rest(node)) {
        let problem = Problem::at(rest, "`absent: rest` is for lists, and tables without a `value`; here cells say what is absent");
        problems.push(problem.help("write these, as in `absent: [0, null]`; a cell that is `rest` is `[rest]`"));
    }
    if let (Some(node), Some(cell)) = (other.or(one), present.as_ref().zip(absent.as_ref()).and_then(|(one, other)| one.both(other))) {
        let unsaid = match (one, other) {
            (None, _) => ": where it is not said, `present` is `1`",
            (_, None) => ": where it is not said, `absent` is `0`",
            _ => "",
        };
        let mut problem = Problem::at(node, format!("{cell} is both `present` and `absent`{unsaid}"));
        if let (Some(one), Some(_)) = (one, other) {
            problem = problem.also(&one.place, "also here");
        }
        problems.push(problem.help("let each cell say one of the two, or nothing"));
    }
    let plain = || Said::Cells(Vec::new());
    Truth { present: present.unwrap_or_else(plain), absent: absent.unwrap_or_else(plain), assumed: other.is_none() }
}

/// `1`, `[0, null]` or `{at_least: 0.5}`.
fn said(node: &Node, problems: &mut Problems) -> Option<Said> {
    if let Value::Map(_) = node.value {
        let mut fields = Fields::of(node, problems, "a range")?;
        let range = Range::take(&mut fields, problems);
        fields.finish(problems);
        return match range {
            Some(range) => Some(Said::Within(range)),
            None => expected(node, problems, "the numbers `at_least` and `below`, or one of the two"),
        };
    }
    let cells: Vec<Node> = one_or_many(node, problems)?;
    Some(Said::Cells(cells.iter().map(|cell| (cell.value != Value::Null).then(|| canonical(cell))).collect()))
}

impl Decode for Labels {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, problems, "`labels`")?;
        let listed = fields.node("classes").filter(|node| matches!(node.value, Value::Text(_)));
        let classes: Option<Vec<Name>> = match listed {
            Some(node) => word(node, problems, &[("listed", ())]).map(|()| Vec::new()),
            None => fields.optional("classes", problems),
        };
        let form = if node.get("file").is_some() || node.get("files").is_some() {
            long(&mut fields, problems)
        } else if node.get("columns").is_some() {
            let columns = fields.required_with("columns", problems, wide);
            let truth = truth(&mut fields, problems);
            columns.map(|columns| LabelForm::Wide { columns, truth })
        } else {
            let two = node.get("from").is_none() && (node.get("present").is_some() || node.get("absent").is_some());
            if two { two_lists(&mut fields, problems) } else { list(&mut fields, problems) }
        };
        let ontology = Ontology::take(&mut fields, problems);
        fields.finish(problems);
        let classes = classes.unwrap_or_default();
        for (index, class) in classes.iter().enumerate() {
            if classes[..index].iter().any(|other| other.text == class.text) {
                problems.push(Problem::at(&class.node, format!("the class `{}` is named twice in `classes`", class.text)));
                return None;
            }
        }
        Some(Self { form: form?, classes, listed: listed.is_some(), ontology, node: node.clone() })
    }
}

/// The class that a column is called after: a column of a joined table without the table.
pub fn class_of<'c>(column: &'c str, tables: &IndexMap<String, Join>) -> &'c str {
    column.rsplit_once('.').filter(|(table, _)| tables.contains_key(*table)).map_or(column, |(_, class)| class)
}

impl Labels {
    /// The classes that the card names, members of sets among them, but no set.
    pub fn named(&self) -> impl Iterator<Item = &String> {
        let sets = &self.ontology.sets;
        self.classes.iter().map(|class| &class.text).filter(|class| !sets.contains_key(*class)).chain(sets.values().flatten())
    }

    /// The classes that the card names: those of its columns, or those that the files must have; none where only the data know them.
    pub fn told(&self, tables: &IndexMap<String, Join>) -> Vec<String> {
        match &self.form {
            LabelForm::Wide { columns, .. } => columns.values().map(|class| class_of(class, tables).to_owned()).collect(),
            LabelForm::Long { .. } | LabelForm::List { .. } => self.written(),
        }
    }

    /// The classes that the files themselves must have for those of the card to come out: members in the place of their sets.
    pub fn written(&self) -> Vec<String> {
        let mut written: Vec<String> = Vec::new();
        for class in &self.classes {
            let members = self.ontology.sets.get(&class.text);
            written.extend(members.map_or(std::slice::from_ref(&class.text), Vec::as_slice).iter().cloned());
        }
        if self.classes.is_empty() {
            written.extend(self.ontology.sets.values().flatten().cloned());
        }
        let mut seen = std::collections::HashSet::new();
        written.retain(|class| seen.insert(class.clone()));
        written
    }
}

/// `[Hat, Bag]`, or `{label.0: Hat, label.1: Bag}` where columns have other names than classes.
fn wide(node: &Node, problems: &mut Problems) -> Option<IndexMap<String, String>> {
    if let Value::Map(_) = node.value {
        return IndexMap::decode(node, problems);
    }
    let columns: Vec<String> = Vec::decode(node, problems)?;
    Some(columns.into_iter().map(|column| (column.clone(), column)).collect())
}

/// A column of lists: `from: tags, others: absent`.
fn list(fields: &mut Fields, problems: &mut Problems) -> Option<LabelForm> {
    let from = fields.required("from", problems);
    let others = fields.required_with("others", problems, |node, problems| {
        word(node, problems, &[("absent", Others::Absent), ("unknown", Others::Unknown)])
    });
    let separator = fields.optional("separator", problems);
    let names = fields.optional_with("names", problems, decode_names);
    Some(LabelForm::List { from: from?, absent: None, separator, others: others?, names })
}

/// Columns of lists in the words of predictions: `present: column, absent: column`, or `absent: rest`.
fn two_lists(fields: &mut Fields, problems: &mut Problems) -> Option<LabelForm> {
    let from = fields.required("present", problems);
    let absent: Option<String> = fields.required("absent", problems);
    let node = fields.node("absent");
    let separator = fields.optional("separator", problems);
    let names = fields.optional_with("names", problems, decode_names);
    let (from, absent): (String, String) = (from?, absent?);
    if let Some(node) = node.filter(|_| from == absent) {
        let problem = Problem::at(node, format!("`{from}` lists what is `present` and what is `absent`"));
        problems.push(problem.help("name a column for each, or write `absent: rest`"));
        return None;
    }
    let (absent, others) = if absent == "rest" { (None, Others::Absent) } else { (Some(absent), Others::Unknown) };
    Some(LabelForm::List { from, absent, separator, others, names })
}

fn long(fields: &mut Fields, problems: &mut Problems) -> Option<LabelForm> {
    let file: Option<String> = fields.optional("file", problems);
    let files: Option<Vec<String>> = fields.optional("files", problems);
    let writing = table::decode_writing(fields, problems);
    let id = fields.required("id", problems);
    let class = fields.required("class", problems);
    let valued = fields.node("value").is_some();
    let value: Option<String> = fields.optional("value", problems);
    let (value, others) = match valued {
        true => (value.map(|column| (column, truth(fields, problems))), Others::Unknown),
        false => (None, unlisted(fields, problems)),
    };
    let names = fields.optional_with("names", problems, decode_names);
    let files: Vec<String> = file.into_iter().chain(files.into_iter().flatten()).collect();
    let tables = files.into_iter().map(|file| TableFile { file, ..writing.clone() }).collect();
    Some(LabelForm::Long { tables, id: id?, class: class?, value, others, names })
}

/// What the classes are that a table of nothing but what is there does not name: unknown, or with `absent: rest` not there.
fn unlisted(fields: &mut Fields, problems: &mut Problems) -> Others {
    let (present, absent) = (fields.node("present"), fields.node("absent"));
    let rest = absent.is_some_and(is_rest);
    for node in present.into_iter().chain(absent.filter(|_| !rest)) {
        let problem = Problem::at(node, "these labels have no `value`: each row says that its class is there");
        problems.push(problem.help(
            "name the column whose cells say `present` and `absent`, `value: …`; or write `absent: rest`: what no row of an item names is not there",
        ));
    }
    if rest { Others::Absent } else { Others::Unknown }
}

fn is_rest(node: &Node) -> bool {
    matches!(&node.value, Value::Text(text) if text == "rest")
}

fn decode_names(node: &Node, problems: &mut Problems) -> Option<Names> {
    if matches!(node.value, Value::Text(_)) {
        return TableFile::decode(node, problems).map(|table| Names { table, columns: None });
    }
    let half = || Problem::at(node, "class names need both `code` and `name`, or neither");
    let (table, columns) = table::decode_two_columns(node, problems, "class names", ["code", "name"], half)?;
    Some(Names { table, columns })
}
