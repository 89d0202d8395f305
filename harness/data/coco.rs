//! COCO's annotation files: images, boxes, captions and categories.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use indexmap::IndexMap;
use serde::Deserialize;

use super::error::DataError;
use super::window::Window;

/// The columns that an image has.
pub(super) const IMAGE_COLUMNS: [&str; 7] = ["id", "file_name", "width", "height", "categories", "captions", "split"];

/// The columns that an annotation has besides those of its image, whose id is `image_id`.
pub(super) const ANNOTATION_COLUMNS: [&str; 3] = ["image_id", "category", "is_crowd"];

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    images: Vec<Image>,
    #[serde(default)]
    annotations: Vec<Annotation>,
    #[serde(default)]
    categories: Vec<Category>,
}

#[derive(Deserialize)]
struct Image {
    id: u64,
    file_name: String,
    #[serde(default)]
    width: u32,
    #[serde(default)]
    height: u32,
}

#[derive(Deserialize)]
struct Annotation {
    #[serde(default)]
    id: u64,
    image_id: u64,
    #[serde(default)]
    category_id: Option<u64>,
    #[serde(default)]
    bbox: Option<[f64; 4]>,
    #[serde(default)]
    caption: Option<String>,
    #[serde(default)]
    iscrowd: u8,
}

#[derive(Deserialize)]
struct Category {
    id: u64,
    name: String,
}

/// An image or an annotation, with its columns.
pub(super) struct Record {
    pub(super) columns: HashMap<&'static str, String>,
    pub(super) window: Option<Window>,
}

/// The images of some files that belong together, or their boxes, in the order of the files.
pub(super) fn records(files: &[PathBuf], boxes: bool) -> Result<Vec<Record>, DataError> {
    let mut images: IndexMap<u64, (Image, BTreeSet<String>, Vec<String>)> = IndexMap::new();
    let mut names: HashMap<u64, String> = HashMap::new();
    let mut annotations = Vec::new();
    for path in files {
        let bytes = std::fs::read(path).map_err(|source| DataError::read(path, source))?;
        let file: File =
            serde_json::from_slice(&bytes).map_err(|error| DataError::file(path, format!("is not a COCO annotation file: {error}")))?;
        for image in file.images {
            images.entry(image.id).or_insert_with(|| (image, BTreeSet::new(), Vec::new()));
        }
        names.extend(file.categories.into_iter().map(|category| (category.id, category.name)));
        annotations.extend(file.annotations);
    }
    for annotation in &annotations {
        let Some((_, categories, captions)) = images.get_mut(&annotation.image_id) else { continue };
        categories.extend(annotation.category_id.and_then(|id| names.get(&id)).cloned());
        captions.extend(annotation.caption.as_deref().map(|caption| caption.trim().to_owned()));
    }
    let columns = |(image, categories, captions): &(Image, BTreeSet<String>, Vec<String>)| -> HashMap<&'static str, String> {
        let mut columns = HashMap::from([
            ("id", image.id.to_string()),
            ("file_name", image.file_name.clone()),
            ("width", image.width.to_string()),
            ("height", image.height.to_string()),
            ("categories", serde_json::json!(categories).to_string()),
        ]);
        if !captions.is_empty() {
            columns.insert("captions", captions.join("\n"));
        }
        columns
    };
    if !boxes {
        return Ok(images.values().map(|image| Record { columns: columns(image), window: None }).collect());
    }
    let record = |annotation: &Annotation| {
        let image = images.get(&annotation.image_id)?;
        let [left, top, width, height] = annotation.bbox?;
        let mut columns = columns(image);
        columns.insert("image_id", annotation.image_id.to_string());
        columns.insert("id", annotation.id.to_string());
        columns.insert("is_crowd", annotation.iscrowd.to_string());
        columns.extend(annotation.category_id.and_then(|id| names.get(&id)).map(|name| ("category", name.clone())));
        Some(Record { columns, window: Some(Window { left, top, right: left + width, bottom: top + height, relative: false }) })
    };
    Ok(annotations.iter().filter_map(record).collect())
}
