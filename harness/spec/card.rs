//! A card: how a dataset lies on disk, what its fields mean, and how it is split.

mod archives;
mod compose;
mod condition;
mod field;
mod glob;
mod labels;
mod layout;
mod level;
mod naming;
mod ontology;
mod pixels;
mod sidecar;
mod split;
mod table;
mod template;
mod usage;
mod words;

use std::path::{Path, PathBuf};

use indexmap::IndexMap;

pub use self::archives::Archives;
pub use self::compose::{Combine, Compose};
pub use self::condition::{Condition, Range, Test};
pub use self::field::{Bins, Field, FieldSource, Measure, Missing, Outside, Provenance, Translate};
pub use self::glob::Glob;
pub use self::labels::{LabelForm, Labels, Names, Others, Said, Truth, class_of};
pub use self::layout::{BoxAt, BoxFormat, Coco, Edges, Files, ImageAt, Layout, Pattern, Rows};
pub use self::naming::Naming;
pub use self::ontology::{Background, Hierarchy, Ontology};
pub use self::pixels::{ArraySet, Arrays, PixelText, Records, Shape};
pub use self::sidecar::{Pick, Sidecar, Ties};
pub use self::split::{Share, Split, SplitColumn, Splits};
pub use self::table::{COUNTED, Header, Join, JoinKey, TableFile, TableFormat, first_of, unanchored};
pub use self::template::Template;
pub use self::usage::DataUse;
pub use self::words::Words;
use super::decode::{Decode, Fields, word};
use super::file;
use super::mock::Mock;
use super::node::{Node, Value};
use super::path::path;
use super::problem::{Problem, Problems, SpecError, did_you_mean};

/// An image may have so many pixels where a card says nothing else: about 14,000 by 14,000.
pub const PIXEL_LIMIT: u64 = 200_000_000;

/// What an image has to stand before it counts as an item; one that does not is rejected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verify {
    /// It can be decoded; a JPEG, whose damaged data decoders forgive, has no marker where none may stand.
    #[default]
    Pixels,
    /// Its header can be read, and its file ends where the format says: for millions of images that are too many to decode.
    Structure,
}

/// A name and where it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Where.
    pub node: Node,
}

impl Decode for Name {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        Some(Self { text: String::decode(node, problems)?, node: node.clone() })
    }
}

/// A dataset's card, with what a study overrides already in it.
#[derive(Clone, Debug)]
pub struct Card {
    /// The dataset's name.
    pub dataset: String,
    /// One line, for people.
    pub title: Option<String>,
    /// The licence, as people should read it before they publish anything.
    pub license: Option<String>,
    /// Where the dataset comes from.
    pub source: Option<String>,
    /// Whether a rejected row ends the reading.
    pub strict: bool,
    /// The most pixels that an image may have.
    pub pixel_limit: u64,
    /// How closely images are looked at before they count as items.
    pub verify: Verify,
    /// Where the images are.
    pub layout: Layout,
    /// Small files beside each image.
    pub sidecars: Vec<Sidecar>,
    /// Tables that are joined to the items, by name.
    pub tables: IndexMap<String, Join>,
    /// The fields, by name.
    pub fields: IndexMap<String, Field>,
    /// The field that is to be recognized.
    pub label: Option<Name>,
    /// Labels of which an item may have several.
    pub labels: Option<Labels>,
    /// The field whose groups matter most.
    pub attribute: Option<Name>,
    /// The field or column that says which items show the same person.
    pub subject: Option<Name>,
    /// The columns that say so together, where the subject is written as a template, `{site}-{number}`.
    pub whose: Option<Template>,
    /// How the items are split.
    pub splits: Splits,
    /// Which items count at all.
    pub conditions: Vec<Condition>,
    /// Items made out of several others.
    pub compose: Option<Compose>,
    /// The file it was read from.
    pub path: PathBuf,
    /// What a made-up dataset in this layout looks like.
    pub mock: Option<Mock>,
    root: Option<Node>,
    /// Where the data lies whatever is written.
    placed: Option<PathBuf>,
    written: serde_json::Value,
}

impl Card {
    /// Reads a card with what it `extends`.
    ///
    /// # Errors
    /// Everything that is wrong with it, together.
    pub fn read(path: &Path) -> Result<Self, SpecError> {
        let mut problems = Problems::default();
        let card = file::read(path, None, &[], &mut problems).and_then(|node| Self::decode_at(&node, path, &mut problems));
        problems.check(card)
    }

    pub(super) fn decode_at(node: &Node, path: &Path, problems: &mut Problems) -> Option<Self> {
        if node.get("fairgrid").is_some() && node.get("fairgrid_card").is_none() {
            problems.push(
                Problem::at(node, "this is a study and no card").help("`fairgrid run` takes a study, and `data` there names its cards"),
            );
            return None;
        }
        let node = &without_nothing(node);
        let mut fields = Fields::of(node, problems, "a card")?;
        fields.required_with("fairgrid_card", problems, version);
        let dataset: Option<String> = fields.required("dataset", problems);
        let title = fields.optional("title", problems);
        let license = fields.optional("license", problems);
        let source = fields.optional("source", problems);
        let strict = fields.optional("strict", problems);
        let pixel_limit = fields.optional("pixel_limit", problems);
        let verify = fields.optional_with("verify", problems, |node, problems| {
            word(node, problems, &[("pixels", Verify::Pixels), ("structure", Verify::Structure)])
        });
        let root = fields.node("root").cloned();
        let layout: Option<Layout> = fields.required("images", problems);
        let tables: Option<IndexMap<String, Join>> = fields.optional("tables", problems);
        let sidecars = fields.optional_with("sidecar", problems, sidecar::decode_all);
        let declared = fields.optional_with("fields", problems, field::decode_all);
        let label: Option<Name> = fields.optional("label", problems);
        let labels: Option<Labels> = fields.optional("labels", problems);
        let attribute: Option<Name> = fields.optional("attribute", problems);
        let subject: Option<Name> = fields.optional("subject", problems);
        let whose = subject.as_ref().filter(|subject| subject.text.contains('{')).map(|subject| Template::decode(&subject.node, problems));
        let splits: Option<Splits> = fields.optional("splits", problems);
        let conditions = fields.optional_with("where", problems, condition::decode_all);
        let compose: Option<Compose> = fields.optional("compose", problems);
        let mocked = fields.node("mock");
        let mock: Option<Mock> = mocked.and_then(|node| Mock::decode(node, problems));
        fields.finish(problems);

        // What a wrong field is cannot be told, but that it is there can.
        let told = declared.is_some() || node.get("fields").is_none();
        let names = node.get("fields").map_or_else(|| Some(Vec::new()), Node::keys);
        let declared = declared.unwrap_or_default();
        // Without its splits a card says nothing that can be held against the rest of a study.
        let mut is_split = splits.is_some() || node.get("splits").is_none();
        let splits = splits.unwrap_or_default();
        if let Some(names) = &names {
            label.iter().chain(&attribute).for_each(|name| declared_field(name, names, problems));
            let before = problems.len();
            splits.stratified_by().for_each(|name| declared_field(name, names, problems));
            is_split &= problems.len() == before;
        }
        if let (Some(node), Some(mock), true) = (mocked, &mock, told) {
            let classes = labels.as_ref().map(|labels| labels.told(tables.as_ref().unwrap_or(&IndexMap::new())));
            mock.check(node, label.as_ref(), classes.as_deref(), &declared, problems);
        }
        if let (Some(compose), true) = (&compose, told) {
            compose.check(label.as_ref(), subject.as_ref(), &declared, problems);
        }
        if let (Some(labels), Some(label)) = (&labels, &label) {
            problems.push(
                Problem::at(&label.node, "a card has either `label` (one class an item) or `labels` (several)")
                    .also(&labels.node.place, "and here are the others")
                    .help("remove one of them"),
            );
        }
        is_split.then_some(Self {
            dataset: dataset?,
            title,
            license,
            source,
            strict: strict.unwrap_or(false),
            pixel_limit: pixel_limit.unwrap_or(PIXEL_LIMIT),
            verify: verify.unwrap_or_default(),
            layout: layout?,
            sidecars: sidecars.unwrap_or_default(),
            tables: tables.unwrap_or_default(),
            fields: declared,
            label,
            labels,
            attribute,
            subject,
            whose: whose.flatten(),
            splits,
            conditions: conditions.unwrap_or_default(),
            compose,
            path: path.to_owned(),
            mock,
            root,
            placed: None,
            written: without_place(node).to_json(),
        })
    }

    /// The folder that the card's paths start from: `root`, or the folder of the card.
    ///
    /// # Errors
    /// When `root` names an environment variable that is not set.
    pub fn root(&self) -> Result<PathBuf, SpecError> {
        if let Some(placed) = &self.placed {
            return Ok(placed.clone());
        }
        let Some(node) = &self.root else {
            return Ok(self.path.parent().unwrap_or(Path::new("")).to_owned());
        };
        let mut problems = Problems::default();
        let root = path(node, &mut problems);
        problems.check(root)
    }

    /// The same card on data that lies elsewhere: a mock.
    #[must_use]
    pub fn at(self, root: &Path) -> Self {
        Self { placed: Some(root.to_owned()), ..self }
    }

    /// What is written, without where the data lies: equal for cards that mean the same.
    pub fn canonical(&self) -> &serde_json::Value {
        &self.written
    }

    /// The boxes that are read after tables are joined and side files read: all but those that a row tells itself.
    pub fn late_window(&self) -> Option<&BoxAt> {
        let beside = |column: &String| self.is_beside(column);
        self.layout.window().filter(|window| !matches!(self.layout, Layout::Rows(_)) || window.columns().iter().any(beside))
    }

    /// Whether a column's cells are read as lists: the four numbers of a box, or the classes of an item.
    pub fn lists(&self, column: &str) -> bool {
        let listed = self.labels.as_ref().is_some_and(|labels| labels.form.lists().any(|list| list == column));
        listed || self.layout.window().is_some_and(|window| matches!(&window.edges, Edges::Cell(cell) if cell == column))
    }

    /// The names of the splits, as far as the card alone tells them: all, unless a column's values name them.
    pub fn split_names(&self) -> Option<Vec<String>> {
        let official = match &self.splits.column {
            Some(column) if column.map.is_empty() => return None,
            Some(column) => {
                let names: indexmap::IndexSet<String> = column.map.values().cloned().collect();
                names.into_iter().collect()
            }
            None => self.layout.split_names().unwrap_or_default().to_vec(),
        };
        let names = self.splits.names(&official);
        // A card without splits is one for testing.
        Some(if names.is_empty() { vec!["test".to_owned()] } else { names })
    }
}

fn version(node: &Node, problems: &mut Problems) -> Option<()> {
    if node.value == Value::Integer(1) {
        return Some(());
    }
    problems.push(Problem::at(node, format!("expected `1`, found {}: this is version 1 of the card language", node.kind())));
    None
}

fn declared_field(name: &Name, fields: &[&str], problems: &mut Problems) {
    if !fields.contains(&name.text.as_str()) {
        let help = did_you_mean(&name.text, fields.iter().copied());
        problems.push(Problem::at(&name.node, format!("unknown field `{}`", name.text)).help(help));
    }
}

/// The card without the keys that are `null`: that is how one unsets what it extends.
fn without_nothing(node: &Node) -> Node {
    match &node.value {
        Value::Map(entries) => {
            let kept = entries.iter().filter(|(_, value)| value.value != Value::Null).cloned().collect();
            Node { value: Value::Map(kept), ..node.clone() }
        }
        _ => node.clone(),
    }
}

/// The card without its `root`: the same data elsewhere is the same data.
fn without_place(node: &Node) -> Node {
    match &node.value {
        Value::Map(entries) => {
            let kept = entries.iter().filter(|(key, _)| key.text != "root" && key.text != "mock").cloned().collect();
            Node { value: Value::Map(kept), ..node.clone() }
        }
        _ => node.clone(),
    }
}
