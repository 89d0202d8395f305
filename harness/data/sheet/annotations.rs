//! Items of COCO's annotation files.

use super::Sheet;
use super::named::named;
use crate::data::coco;
use crate::data::error::DataError;
use crate::data::rejections::Rejected;
use crate::data::source::Source;
use crate::spec::card::{Card, Coco, Naming};

impl Sheet {
    pub(super) fn read_coco(&mut self, card: &Card, source: &Source, coco: &Coco) -> Result<(), DataError> {
        let naming = card.naming().filter(|_| card.late_naming().is_none());
        let columns: Vec<String> = self.columns.keys().cloned().collect();
        let wanted = columns.iter().map(String::as_str).chain(naming.iter().flat_map(Naming::columns)).collect();
        let archive = naming.and_then(|naming| naming.archive).map(|archive| self.archive(source, archive)).transpose()?;
        for (split, files) in &coco.files {
            let found = files.iter().map(|file| source.named(file)).collect::<Result<Vec<_>, _>>()?;
            self.tables.extend(found.iter().map(|file| file.stored().to_owned()));
            let origin = self.file(files.first().map_or("", String::as_str));
            let found = coco::records(&found, coco.boxes, &wanted)?;
            if card.labels.as_ref().is_some_and(|labels| labels.form.lists().any(|column| column == coco::CATEGORIES)) {
                self.categories.extend(found.categories);
            }
            self.rejected.extend(found.refused.into_iter().map(|(file, reason)| Rejected {
                what: files[file].clone(),
                line: None,
                reason,
            }));
            for (index, record) in found.records.into_iter().enumerate() {
                let value = |name: &str| match name {
                    "split" => split.as_deref(),
                    name => record.columns.get(name).map(String::as_str),
                };
                let origin = (origin, Some(index as u64 + 1));
                match naming.map(|naming| named(&naming, archive.as_ref(), value)).transpose() {
                    Ok(Some((id, place))) => self.push(id, place, origin, value),
                    Ok(None) => self.push_columns(origin, value),
                    Err(reason) => {
                        let what = self.files[origin.0 as usize].clone();
                        self.refuse(value, Rejected { what, line: origin.1, reason });
                        continue;
                    }
                }
                self.windows.extend(record.window);
            }
        }
        Ok(())
    }
}
