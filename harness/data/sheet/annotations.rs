//! Items of COCO's annotation files.

use super::Sheet;
use super::files::place;
use crate::data::coco;
use crate::data::error::DataError;
use crate::data::rejections::Rejected;
use crate::data::root::below_root;
use crate::data::source::Source;
use crate::spec::card::{Card, Coco, Template};

impl Sheet {
    pub(super) fn read_coco(&mut self, card: &Card, source: &Source, coco: &Coco) -> Result<(), DataError> {
        let named: Vec<String> = std::iter::once(&coco.path).chain(&coco.id).flat_map(Template::columns).map(str::to_owned).collect();
        let columns: Vec<String> = self.columns.keys().cloned().collect();
        let wanted = columns.iter().chain(&named).map(String::as_str).collect();
        let archive = coco.archive.as_ref().map(|archive| self.archive(source, archive)).transpose()?;
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
