//! COCO: few files describe all images.

use std::collections::BTreeMap;

use indexmap::IndexSet;
use serde_json::json;

use super::folder::Folder;
use super::item::Item;
use super::{classes, filled, pictures};
use crate::data::error::DataError;
use crate::spec::card::{Card, Coco};
use crate::spec::mock::Mock;

/// The columns of an image that are not written with it.
const MADE: [&str; 8] = ["id", "image_id", "file_name", "categories", "captions", "category", "is_crowd", "split"];

/// The column of a category's own id.
const CATEGORY: &str = "category.id";

/// What an item's cells say of its category: the name, and what else is known of it.
fn category(item: &Item) -> BTreeMap<String, String> {
    let named = item.cells.get("category").map(|name| ("name".to_owned(), name.clone()));
    let more = item.cells.iter().filter_map(|(column, cell)| Some((column.strip_prefix("category.")?.to_owned(), cell.clone())));
    named.into_iter().chain(more).filter(|(column, _)| column != "id").collect()
}

/// An object with more entries, which replace its own.
fn with(mut object: serde_json::Value, more: &BTreeMap<String, String>) -> serde_json::Value {
    if let Some(entries) = object.as_object_mut() {
        entries.extend(more.iter().map(|(key, value)| (key.clone(), json!(value))));
    }
    object
}

/// COCO's JSON: the first file of a split has images, boxes and categories, the second captions.
pub(super) fn coco(card: &Card, mock: &Mock, folder: &Folder, coco: &Coco, items: &mut [Item]) -> Result<(), DataError> {
    let names: Vec<String> = classes::named(card, mock).into_values().collect();
    // Where a table is joined by it, a class is a category, and its id a column.
    let tied = card.tables.values().any(|table| table.key.item_columns().contains(&CATEGORY));
    for item in items.iter_mut().filter(|_| tied) {
        let class = item.scene.classes.first().copied().unwrap_or(0);
        item.cells.entry("category".to_owned()).or_insert_with(|| format!("class {class}"));
    }
    // Where fields say what an image's only category is, each combination of what they say is a category.
    let told: IndexSet<BTreeMap<String, String>> = items.iter().map(category).filter(|category| !category.is_empty()).collect();
    let categories: Vec<_> = match told.is_empty() {
        true => names.iter().enumerate().map(|(id, name)| json!({"id": id, "name": name})).collect(),
        false => told.iter().enumerate().map(|(id, told)| with(json!({"id": id, "name": format!("category {id}")}), told)).collect(),
    };
    let mut paths = Vec::with_capacity(items.len());
    for item in items.iter_mut() {
        let own = told.get_index_of(&category(item)).filter(|_| tied);
        item.cells.extend(own.map(|id| (CATEGORY.to_owned(), id.to_string())));
        item.cells.insert("id".to_owned(), item.number.to_string());
        item.cells.extend(coco.boxes.then(|| ("image_id".to_owned(), item.number.to_string())));
        item.cells.insert("file_name".to_owned(), format!("{:012}.jpg", item.number));
        paths.push(filled(card, &coco.path, item, true));
    }
    for (split, files) in &coco.files {
        let here: Vec<&Item> = items.iter().filter(|item| split.is_none() || item.split == *split).collect();
        let image = |item: &&Item| {
            let own = item.cells.iter().filter(|(column, _)| !MADE.contains(&column.as_str()) && !column.contains(['.', '\0']));
            let own = own.map(|(column, cell)| (column.clone(), cell.clone())).collect();
            with(json!({"id": item.number, "file_name": item.cells.get("file_name"), "width": mock.side, "height": mock.side}), &own)
        };
        let images: Vec<_> = here.iter().map(image).collect();
        let mut boxes = Vec::new();
        let mut captions = Vec::new();
        for item in &here {
            let shown: Vec<u32> = match (told.get_index_of(&category(item)), coco.boxes) {
                (Some(category), _) => vec![category as u32],
                (None, true) => vec![0],
                (None, false) => item.said.clone(),
            };
            for class in shown {
                boxes.push(json!({"id": boxes.len(), "image_id": item.number, "category_id": class, "bbox": [0, 0, mock.side, mock.side], "iscrowd": 0}));
            }
            let text = item.cells.get("captions").map_or("A picture.", String::as_str);
            captions.push(json!({"id": captions.len(), "image_id": item.number, "caption": text}));
        }
        let instances = json!({"images": images, "annotations": boxes, "categories": categories});
        for (at, file) in files.iter().enumerate() {
            let content = if at == 0 { instances.clone() } else { json!({"images": images, "annotations": captions}) };
            folder.write(file, content.to_string().as_bytes())?;
        }
    }
    let placed: Vec<(String, &Item)> = paths.into_iter().zip(items.iter()).collect();
    pictures(card, mock, folder, coco.archive.as_deref(), &placed)
}
