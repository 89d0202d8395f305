//! Items of IDX files.

use std::path::Path;

use super::Sheet;
use crate::data::error::DataError;
use crate::data::items::{Container, IDX_IMAGES_HEADER, Place, read_idx};
use crate::data::root;
use crate::spec::card::{Card, IdxPair};

impl Sheet {
    pub(super) fn read_idx(&mut self, card: &Card, root: &Path, split: &str, pair: &IdxPair) -> Result<(), DataError> {
        let wrong = |file: &str, reason: &str| DataError::dataset(&card.dataset, format!("has an IDX file `{file}` that {reason}"));
        let images = read_idx(&root::named(root, &pair.images)?.1)?;
        let labels = read_idx(&root::named(root, &pair.labels)?.1)?;
        let word =
            |bytes: &[u8], at: usize| bytes.get(at..at + 4).map_or(0, |four| u32::from_be_bytes([four[0], four[1], four[2], four[3]]));
        if word(&images, 0) != 0x0803 {
            return Err(wrong(&pair.images, "does not hold images: its magic number is not 2051"));
        }
        if word(&labels, 0) != 0x0801 {
            return Err(wrong(&pair.labels, "does not hold labels: its magic number is not 2049"));
        }
        let (count, height, width) = (word(&images, 4), word(&images, 8), word(&images, 12));
        let size = u64::from(count).saturating_mul(u64::from(height)).saturating_mul(u64::from(width));
        if images.len() as u64 != size.saturating_add(IDX_IMAGES_HEADER as u64) {
            return Err(wrong(&pair.images, "is truncated, or longer than its header says"));
        }
        if height == 0 || width == 0 {
            return Err(wrong(&pair.images, "holds images without pixels"));
        }
        if labels.len() as u64 != 8 + u64::from(count) {
            return Err(wrong(&pair.labels, "does not hold one label an image"));
        }
        self.containers.push(Container::Idx { file: pair.images.clone(), height, width });
        let container = self.containers.len() as u32 - 1;
        let origin = self.file(&pair.images);
        for (record, label) in labels[8..].iter().enumerate() {
            let label = label.to_string();
            let value = |name: &str| match name {
                "label" => Some(label.as_str()),
                "split" => Some(split),
                _ => None,
            };
            self.push(format!("{split}-{record:06}"), Place::Record(container, record as u64), (origin, Some(record as u64 + 1)), value);
        }
        self.tables.extend([pair.images.clone(), pair.labels.clone()]);
        Ok(())
    }
}
