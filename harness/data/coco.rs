//! COCO's annotation files: images, boxes, captions and categories.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::error::DataError;
use super::source;
use super::table::{Sought, TableError, scalar};
use super::window::Window;

/// The column of all categories of an image.
pub(super) const CATEGORIES: &str = "categories";

/// What is made of several entries: the categories of an image, its captions, the only category, and the split.
const MADE: [&str; 5] = [CATEGORIES, "captions", "category", "is_crowd", "split"];

/// The keys that tie entries together.
const TIES: [&str; 7] = ["id", "image_id", "category_id", "file_name", "name", "caption", "iscrowd"];

/// The columns of a category begin thus: `category.supercategory`.
const OF_CATEGORY: &str = "category.";

/// An image or an annotation, with its columns.
pub(super) struct Record {
    pub(super) columns: HashMap<String, String>,
    pub(super) window: Option<Window>,
}

/// What some files hold.
#[derive(Default)]
pub(super) struct Found {
    pub(super) records: Vec<Record>,
    /// Entries that cannot be used, with the file by its place among those asked for.
    pub(super) refused: Vec<(usize, String)>,
    /// The names of the categories that the files list.
    pub(super) categories: Vec<String>,
}

/// One entry of `images`, `annotations` or `categories`: its values, and those within them, as far as they are wanted.
#[derive(Default)]
struct Entry {
    values: Vec<(Arc<str>, Box<str>)>,
    window: Option<[f64; 4]>,
}

impl Entry {
    fn get(&self, key: &str) -> Option<&str> {
        self.values.iter().find(|(other, _)| other.as_ref() == key).map(|(_, value)| value.as_ref())
    }

    fn columns(&self) -> impl Iterator<Item = (String, String)> {
        self.values.iter().map(|(key, value)| (key.to_string(), value.to_string()))
    }

    fn number(&self) -> &str {
        self.get("id").unwrap_or("without an id")
    }
}

#[derive(Default)]
struct File {
    images: Vec<Entry>,
    annotations: Vec<Entry>,
    categories: Vec<Entry>,
}

struct Image {
    entry: Entry,
    /// The ids of the categories by their names.
    categories: BTreeMap<String, String>,
    captions: Vec<String>,
}

/// The images of some files that belong together, or their boxes, in the order of the files, with the columns that are wanted.
pub(super) fn records(files: &[source::Found], boxes: bool, wanted: &BTreeSet<&str>) -> Result<Found, DataError> {
    let (mut keys, mut found) = (Keys { wanted, met: HashMap::new(), sought: Sought::default() }, Found::default());
    let mut images: IndexMap<String, Image> = IndexMap::new();
    let mut categories: HashMap<String, Entry> = HashMap::new();
    let mut annotations: Vec<(usize, Entry)> = Vec::new();
    for (place, file) in files.iter().enumerate() {
        let file = read(file, &mut keys)?;
        let mut here = HashSet::new();
        for entry in file.images {
            let Some(id) = entry.get("id").map(str::to_owned) else {
                found.refused.push((place, "an image has no `id`".to_owned()));
                continue;
            };
            // Files that belong together list the same images; one file lists each once.
            if here.insert(id.clone()) {
                images.entry(id).or_insert_with(|| Image { entry, categories: BTreeMap::new(), captions: Vec::new() });
            } else {
                found.refused.push((place, format!("the image `{id}` is there already")));
            }
        }
        categories.extend(file.categories.into_iter().filter_map(|entry| Some((entry.get("id")?.to_owned(), entry))));
        annotations.extend(file.annotations.into_iter().map(|entry| (place, entry)));
    }
    keys.check(files)?;
    let mut kept = Vec::with_capacity(if boxes { annotations.len() } else { 0 });
    for (place, entry) in annotations {
        match tie(&mut images, &categories, &entry) {
            Ok(()) if boxes && entry.get("category_id").is_some() => match window(&entry) {
                Ok(window) => kept.push((entry, window)),
                Err(reason) => found.refused.push((place, format!("the annotation `{}` {reason}", entry.number()))),
            },
            Ok(()) => {}
            Err(reason) => found.refused.push((place, format!("the annotation `{}` {reason}", entry.number()))),
        }
    }
    found.records = match boxes {
        false => images.values().map(|image| Record { columns: columns(image, &categories, wanted), window: None }).collect(),
        true => kept.into_iter().filter_map(|(entry, window)| annotated(&images, &categories, wanted, entry, window)).collect(),
    };
    found.categories = categories.values().filter_map(|category| category.get("name").map(str::to_owned)).collect();
    Ok(found)
}

fn read(file: &source::Found, keys: &mut Keys) -> Result<File, DataError> {
    let path = &file.path;
    let bytes = std::fs::read(file.stored()).map_err(|source| DataError::read(path, source))?;
    let mut json = serde_json::Deserializer::from_slice(&bytes);
    let file = Whole(keys).deserialize(&mut json).and_then(|file| json.end().map(|()| file));
    file.map_err(|error| DataError::file(path, format!("is not a COCO annotation file: {error}")))
}

/// Tells an annotation's image what it says.
fn tie(images: &mut IndexMap<String, Image>, categories: &HashMap<String, Entry>, entry: &Entry) -> Result<(), String> {
    let id = entry.get("image_id").ok_or("has no `image_id`")?;
    let image = images.get_mut(id).ok_or_else(|| format!("is of the image `{id}`, which is not listed"))?;
    if let Some(category) = entry.get("category_id") {
        let name = categories.get(category).and_then(|category| category.get("name"));
        let name = name.ok_or_else(|| format!("is of the category `{category}`, which is not listed"))?;
        image.categories.insert(name.to_owned(), category.to_owned());
    }
    image.captions.extend(entry.get("caption").map(|caption| caption.trim().to_owned()));
    Ok(())
}

/// The box of an annotation: left, top, width, height.
fn window(entry: &Entry) -> Result<Window, String> {
    let [left, top, width, height] = entry.window.ok_or("has no `bbox` of four numbers")?;
    let (right, bottom) = (left + width, top + height);
    if width <= 0.0 || height <= 0.0 || !right.is_finite() || !bottom.is_finite() || right <= 0.0 || bottom <= 0.0 {
        return Err(format!("has the box [{left}, {top}, {width}, {height}], which holds no pixel"));
    }
    Ok(Window { left, top, right, bottom, relative: false })
}

fn columns(image: &Image, categories: &HashMap<String, Entry>, wanted: &BTreeSet<&str>) -> HashMap<String, String> {
    let mut columns: HashMap<String, String> = image.entry.columns().collect();
    columns.insert(CATEGORIES.to_owned(), serde_json::json!(image.categories.keys().collect::<Vec<_>>()).to_string());
    if !image.captions.is_empty() {
        columns.insert("captions".to_owned(), image.captions.join("\n"));
    }
    if let (Some(only), 1) = (image.categories.values().next(), image.categories.len()) {
        categorize(&mut columns, categories.get(only), wanted);
    }
    columns
}

/// What is known of a category.
fn categorize(columns: &mut HashMap<String, String>, category: Option<&Entry>, wanted: &BTreeSet<&str>) {
    let Some(category) = category else { return };
    columns.extend(category.get("name").map(|name| ("category".to_owned(), name.to_owned())));
    let told = wanted.iter().filter_map(|column| Some((*column, category.get(column.strip_prefix(OF_CATEGORY)?)?)));
    columns.extend(told.map(|(column, value)| (column.to_owned(), value.to_owned())));
}

/// A box with the columns of its image and its own.
fn annotated(
    images: &IndexMap<String, Image>,
    categories: &HashMap<String, Entry>,
    wanted: &BTreeSet<&str>,
    entry: Entry,
    window: Window,
) -> Option<Record> {
    let mut columns = columns(images.get(entry.get("image_id")?)?, categories, wanted);
    columns.remove("category");
    categorize(&mut columns, entry.get("category_id").and_then(|id| categories.get(id)), wanted);
    columns.insert("is_crowd".to_owned(), entry.get("iscrowd").unwrap_or("0").to_owned());
    columns.extend(entry.columns());
    Some(Record { columns, window: Some(window) })
}

/// The keys that entries have, each once, and which of their values are kept.
struct Keys<'w> {
    wanted: &'w BTreeSet<&'w str>,
    met: HashMap<Arc<str>, Kept>,
    /// The columns that dots lead to from keys: `attributes.occluded`.
    sought: Sought,
}

/// What is kept of a key's value.
#[derive(Clone, Default)]
struct Kept {
    /// All of it, under the key.
    whole: Option<Arc<str>>,
    /// What lies within: the column, and the path to it from the value.
    inside: Vec<(Arc<str>, Box<str>)>,
}

/// A column as entries have it, whose category's begin otherwise.
fn own(column: &str) -> &str {
    column.strip_prefix(OF_CATEGORY).unwrap_or(column)
}

impl Keys<'_> {
    /// What is kept of the values of a key.
    fn kept(&mut self, key: &str) -> Kept {
        if let Some(kept) = self.met.get(key) {
            return kept.clone();
        }
        let name: Arc<str> = key.into();
        let is_kept = TIES.contains(&key) || self.wanted.iter().any(|column| *column == key || own(column) == key);
        let within = |column: &&str| Some((own(column).into(), own(column).strip_prefix(key)?.strip_prefix('.')?.into()));
        let kept = Kept { whole: is_kept.then(|| Arc::clone(&name)), inside: self.wanted.iter().filter_map(within).collect() };
        self.met.insert(name, kept.clone());
        kept
    }

    /// A column that no entry has is a mistake of the card.
    fn check(&self, files: &[source::Found]) -> Result<(), DataError> {
        let leads = |column: &str| self.met.values().any(|kept| kept.inside.iter().any(|(inside, _)| inside.as_ref() == column));
        let has = |column: &str| {
            let own = own(column);
            MADE.contains(&column) || self.met.contains_key(own) || leads(own) && !self.sought.lacks(own)
        };
        let Some(lost) = self.wanted.iter().find(|column| !has(column)) else { return Ok(()) };
        let (path, column) = (files.first().map_or_else(PathBuf::new, |file| file.path.clone()), (*lost).to_owned());
        if let Some(list) = self.sought.list(own(lost)) {
            return Err(TableError::List { path, list: list.to_owned(), column }.into());
        }
        let beside = self.sought.beside(own(lost)).map(String::as_str);
        let known = self.met.keys().map(AsRef::as_ref).chain(MADE).chain(beside).map(str::to_owned).collect();
        Err(TableError::Column { path, column, known }.into())
    }
}

/// A whole file.
struct Whole<'k, 'w>(&'k mut Keys<'w>);

impl<'de> DeserializeSeed<'de> for Whole<'_, '_> {
    type Value = File;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<File, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Whole<'_, '_> {
    type Value = File;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `images`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<File, A::Error> {
        let mut file = File::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "images" => file.images = map.next_value_seed(Entries(self.0))?,
                "annotations" => file.annotations = map.next_value_seed(Entries(self.0))?,
                "categories" => file.categories = map.next_value_seed(Entries(self.0))?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(file)
    }
}

/// A list of entries.
struct Entries<'k, 'w>(&'k mut Keys<'w>);

impl<'de> DeserializeSeed<'de> for Entries<'_, '_> {
    type Value = Vec<Entry>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Vec<Entry>, D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_, '_> {
    type Value = Vec<Entry>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<Entry>, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = items.next_element_seed(One(&mut *self.0))? {
            entries.push(entry);
        }
        Ok(entries)
    }
}

/// One entry.
struct One<'k, 'w>(&'k mut Keys<'w>);

impl<'de> DeserializeSeed<'de> for One<'_, '_> {
    type Value = Entry;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Entry, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for One<'_, '_> {
    type Value = Entry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entry, A::Error> {
        let mut entry = Entry::default();
        while let Some(key) = map.next_key::<String>()? {
            match (key.as_str(), self.0.kept(&key)) {
                ("bbox", _) => {
                    let edges = map.next_value::<serde_json::Value>()?;
                    let edges: Option<Vec<f64>> = edges.as_array().and_then(|edges| edges.iter().map(serde_json::Value::as_f64).collect());
                    entry.window = edges.and_then(|edges| edges.try_into().ok());
                }
                (_, Kept { whole: None, inside }) if inside.is_empty() => drop(map.next_value::<IgnoredAny>()?),
                (_, Kept { whole, inside }) => {
                    let value: serde_json::Value = map.next_value()?;
                    for (column, path) in inside {
                        let found = self.0.sought.reach(&column, &value, &path).and_then(|found| scalar(found.into_owned()));
                        entry.values.extend(found.map(|found| (column, found.into_boxed_str())));
                    }
                    entry.values.extend(whole.and_then(|key| Some((key, scalar(value)?.into_boxed_str()))));
                }
            }
        }
        Ok(entry)
    }
}
