//! What the images of rows are called, by columns.

use super::layout::Layout;
use super::{Card, Template};

/// How a row, or an entry of COCO, names its image and itself.
#[derive(Clone, Copy, Debug)]
pub struct Naming<'c> {
    /// Where the image is.
    pub path: &'c Template,
    /// How the item is called; its image's path by default, with `#id` for a box.
    pub id: Option<&'c Template>,
    /// What holds the images, where these are in archives.
    pub archive: Option<&'c str>,
    /// Whether the items are the boxes of COCO.
    pub boxes: bool,
}

impl<'c> Naming<'c> {
    /// The columns that it takes.
    pub fn columns(&self) -> impl Iterator<Item = &'c str> + use<'c> {
        let of_boxes = self.boxes.then_some("id").filter(|_| self.id.is_none());
        self.path.columns().chain(self.id.into_iter().flat_map(Template::columns)).chain(of_boxes)
    }
}

impl Card {
    /// How rows name their images, where these are files.
    pub fn naming(&self) -> Option<Naming<'_>> {
        match &self.layout {
            Layout::Rows(rows) => {
                let (id, archive) = (rows.id.as_ref(), rows.archive.as_deref());
                rows.image.path().map(|path| Naming { path, id, archive, boxes: false })
            }
            Layout::Coco(coco) => {
                let (id, archive) = (coco.id.as_ref(), coco.archive.as_deref());
                Some(Naming { path: &coco.path, id, archive, boxes: coco.boxes })
            }
            Layout::Files(_) | Layout::Arrays(_) | Layout::Records(_) => None,
        }
    }

    /// The same where that takes columns of joined tables or side files, so that images are found after these are read.
    pub fn late_naming(&self) -> Option<Naming<'_>> {
        self.naming().filter(|naming| naming.columns().any(|column| self.is_beside(column)))
    }

    /// Whether a joined table or a side file has a column.
    pub fn is_beside(&self, column: &str) -> bool {
        let joined = column.split_once('.').is_some_and(|(table, _)| self.tables.contains_key(table));
        joined || self.sidecars.iter().any(|sidecar| sidecar.columns.contains_key(column))
    }
}
