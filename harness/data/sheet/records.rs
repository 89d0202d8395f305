//! Items that are records of binary files.

use std::fs::File;
use std::os::unix::fs::FileExt;

use super::Sheet;
use super::arrays::{numbered, within};
use crate::data::error::DataError;
use crate::data::items::{Container, Place};
use crate::data::rejections::Rejected;
use crate::data::source::Source;
use crate::spec::card::{COUNTED, Card, Records, first_of};
use crate::spec::problem::did_you_mean;

impl Sheet {
    pub(super) fn read_records(&mut self, card: &Card, source: &Source, records: &Records) -> Result<(), DataError> {
        let wrong = |reason: String| DataError::dataset(&card.dataset, reason);
        within(&records.shape, card.pixel_limit).map_err(wrong)?;
        let provided = |name: &str| name == "split" || first_of(name).is_some() || records.header.iter().any(|column| column == name);
        if let Some(lost) = self.columns.keys().find(|name| !provided(name)) {
            let help = did_you_mean(lost, records.header.iter().map(String::as_str));
            return Err(wrong(format!("has records whose `header` names no column `{lost}` ({help})")));
        }
        let stride = records.stride();
        for (split, pattern) in &records.files {
            // Files of a split are numbered through.
            let mut number = 0;
            for found in source.all_named(pattern)? {
                let error = |error| DataError::read(&found.path, error);
                let file = File::open(found.stored()).map_err(error)?;
                let length = file.metadata().map_err(error)?.len();
                let origin = self.file(&found.below);
                let container = self.containers.len() as u32;
                let start = records.header.len() as u64;
                self.containers.push(Container::Pixels {
                    file: found.below.clone(),
                    unpacked: found.unpacked.clone(),
                    start,
                    stride,
                    shape: records.shape,
                });
                let mut header = vec![0; records.header.len()];
                for record in 0..length / stride {
                    file.read_exact_at(&mut header, record * stride).map_err(error)?;
                    let cells: Vec<String> = header.iter().map(u8::to_string).collect();
                    let counted = COUNTED.map(|(name, first)| (name, (record + first).to_string()));
                    let value = |name: &str| match name {
                        "split" => split.as_deref(),
                        _ => match records.header.iter().position(|column| column == name) {
                            Some(at) => Some(cells[at].as_str()),
                            None => counted.iter().find(|(column, _)| *column == name).map(|(_, number)| number.as_str()),
                        },
                    };
                    let id = numbered(split.as_deref(), number);
                    self.push(id, Place::Record(container, record), (origin, Some(record + 1)), value);
                    number += 1;
                }
                if length % stride > 0 {
                    let reason = format!("a truncated record: {} of {stride} bytes", length % stride);
                    self.rejected.push(Rejected { what: found.below.clone(), line: Some(length / stride + 1), reason });
                }
                self.tables.push(found.stored().to_owned());
            }
        }
        match self.ids.is_empty() {
            true => Err(wrong(format!("has no record of {stride} bytes"))),
            false => Ok(()),
        }
    }
}
