//! Layouts in which few files describe all images: IDX and COCO.

use indexmap::IndexMap;
use rayon::prelude::*;
use serde_json::json;

use super::cast::{self, Item};
use super::folder::Folder;
use super::{filled, picture, pictures};
use crate::data::error::DataError;
use crate::spec::card::{Card, Coco, IdxPair};
use crate::spec::mock::Mock;

/// Grey pixels and labels.
pub(super) fn idx(mock: &Mock, folder: &Folder, pairs: &IndexMap<String, IdxPair>, items: &[Item]) -> Result<(), DataError> {
    for (split, pair) in pairs {
        let here: Vec<&Item> = items.iter().filter(|item| item.split.as_deref() == Some(split)).collect();
        let count = (here.len() as u32).to_be_bytes();
        let side = mock.side.to_be_bytes();
        let mut images = [&[0, 0, 8, 3], count.as_slice(), &side, &side].concat();
        let grey = |item: &&Item| -> Vec<u8> { picture::pixels(mock, item).chunks_exact(3).map(|pixel| pixel[1]).collect() };
        images.extend(here.par_iter().map(grey).collect::<Vec<_>>().concat());
        let labels = here.iter().map(|item| item.cells.get("label").and_then(|label| label.parse::<u8>().ok()).unwrap_or(0));
        let labels = [[0, 0, 8, 1].as_slice(), &count].concat().into_iter().chain(labels).collect();
        folder.write(&pair.images, &folder.packed(&pair.images, images)?)?;
        folder.write(&pair.labels, &folder.packed(&pair.labels, labels)?)?;
    }
    Ok(())
}

/// COCO's JSON: the first file of a split has images, boxes and categories, the second captions.
pub(super) fn coco(card: &Card, mock: &Mock, folder: &Folder, coco: &Coco, items: &mut [Item]) -> Result<(), DataError> {
    let classes: Vec<String> = cast::named(card, mock).into_values().collect();
    let categories: Vec<_> = classes.iter().enumerate().map(|(id, name)| json!({"id": id, "name": name})).collect();
    let mut paths = Vec::with_capacity(items.len());
    for item in items.iter_mut() {
        item.cells.insert("id".to_owned(), item.number.to_string());
        item.cells.insert("file_name".to_owned(), format!("{:012}.jpg", item.number));
        paths.push(filled(&coco.path, item, true));
    }
    for (split, files) in &coco.files {
        let here: Vec<&Item> = items.iter().filter(|item| split.is_none() || item.split == *split).collect();
        let image =
            |item: &&Item| json!({"id": item.number, "file_name": item.cells.get("file_name"), "width": mock.side, "height": mock.side});
        let images: Vec<_> = here.iter().map(image).collect();
        let mut boxes = Vec::new();
        let mut captions = Vec::new();
        for item in &here {
            let shown: Vec<u32> = match coco.boxes {
                true => {
                    vec![item.cells.get("category").and_then(|name| classes.iter().position(|class| class == name)).unwrap_or(0) as u32]
                }
                false => item.scene.classes.clone(),
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
