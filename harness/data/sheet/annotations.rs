//! Items of COCO's annotation files.

use std::path::Path;

use super::Sheet;
use super::files::place;
use crate::data::coco;
use crate::data::dataset::Rejected;
use crate::data::error::DataError;
use crate::data::items::below_root;
use crate::spec::card::{Card, Coco, Template};
use crate::spec::problem::did_you_mean;

impl Sheet {
    pub(super) fn read_coco(&mut self, card: &Card, root: &Path, coco: &Coco) -> Result<(), DataError> {
        let extra: &[&str] = if coco.boxes { &coco::ANNOTATION_COLUMNS } else { &[] };
        let known: Vec<&str> = coco::IMAGE_COLUMNS.iter().chain(extra).copied().collect();
        if let Some(lost) = self.columns.keys().find(|column| !known.contains(&column.as_str())) {
            let help = did_you_mean(lost, known);
            return Err(DataError::dataset(&card.dataset, format!("has no column `{lost}` ({help})")));
        }
        let archive = coco.archive.as_ref().map(|archive| self.archive(card, root, archive)).transpose()?;
        for (split, files) in &coco.files {
            let mut paths = Vec::new();
            for file in files {
                let below =
                    below_root(file).map_err(|reason| DataError::dataset(&card.dataset, format!("names a file badly: {reason}")))?;
                paths.push(root.join(&below));
                self.tables.push(below);
            }
            let origin = self.file(files.first().map_or("", String::as_str));
            for (index, record) in coco::records(&paths, coco.boxes)?.into_iter().enumerate() {
                let value = |name: &str| match name {
                    "split" => split.as_deref(),
                    name => record.columns.get(name).map(String::as_str),
                };
                let origin = (origin, Some(index as u64 + 1));
                let filled = |template: &Template| template.fill(value).map_err(|column| format!("`{column}` is empty"));
                let placed =
                    filled(&coco.path).and_then(|path| below_root(&path)).and_then(|path| Ok((place(&path, archive.as_ref())?, path)));
                let found = placed.and_then(|(place, path)| {
                    let id = match (&coco.id, coco.boxes) {
                        (Some(id), _) => filled(id)?,
                        (None, true) => format!("{path}#{}", value("id").unwrap_or_default()),
                        (None, false) => path,
                    };
                    Ok((id, place))
                });
                match found {
                    Ok((id, place)) => {
                        self.push(id, place, origin, value);
                        self.windows.extend(record.window);
                    }
                    Err(reason) => {
                        let what = self.files[origin.0 as usize].clone();
                        self.rejected.push(Rejected { what, line: origin.1, reason });
                    }
                }
            }
        }
        Ok(())
    }
}
