//! Items that are rows of tables.

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasher, RandomState};

use super::Sheet;
use super::arrays::within;
use super::boxes::edges_of;
use super::files::Members;
use super::named::{filled, named};
use crate::data::error::DataError;
use crate::data::items::{Container, Place};
use crate::data::pixel_text;
use crate::data::rejections::Rejected;
use crate::data::source::{Found, Source};
use crate::data::table::{self, At, Table};
use crate::spec::card::{Card, ImageAt, Rows, TableFile, first_of};

impl Sheet {
    pub(super) fn read_table(
        &mut self,
        card: &Card,
        source: &Source,
        rows: &Rows,
        (split, file): &(Option<String>, TableFile),
        found: &Found,
        archive: Option<&Members>,
    ) -> Result<(), DataError> {
        let split = split.as_deref();
        let below = &found.below;
        let mut wanted: BTreeSet<String> = self.columns.keys().cloned().collect();
        // What names an image beside its row is not here.
        let late = card.late_naming().is_some();
        let naming = card.naming().filter(|_| !late);
        if !late {
            wanted.extend(rows.image.path().into_iter().chain(&rows.id).flat_map(|template| template.columns()).map(str::to_owned));
        }
        let mut broken = pixel_text::Broken::default();
        let container = match &rows.image {
            ImageAt::Bytes(column) => {
                Some(Container::Parquet { file: below.clone(), unpacked: found.unpacked.clone(), column: column.clone() })
            }
            ImageAt::Path(_) => None,
            ImageAt::Pixels(pixels) => {
                within(&pixels.shape, card.pixel_limit).map_err(|reason| DataError::file(&found.path, reason))?;
                let (images, refused) = pixel_text::unpack(source.unpacked, found, file, pixels)?;
                broken = refused;
                let (shape, stride) = (pixels.shape, pixels.shape.bytes());
                Some(Container::Pixels { file: below.clone(), unpacked: Some(images), start: 0, stride, shape })
            }
        };
        let container = container.map(|container| {
            self.containers.push(container);
            self.containers.len() as u32 - 1
        });
        let window = rows.window.as_ref().filter(|_| card.late_window().is_none());
        wanted.extend(window.iter().flat_map(|window| window.columns()).cloned());
        // The split is a column too where tables make the splits. What they themselves call so is read to be held against it.
        if split.is_some() {
            wanted.remove("split");
        }
        let read = wanted.iter().map(String::as_str).chain(split.map(|_| "split")).map(str::to_owned);
        let options = table::Options { columns: Some(read.collect()), tolerant: true, ..found.options(file) };
        let origin = self.file(below);
        // Of rows that say the same again there may be more than memory has room for.
        let (hasher, mut first) = (RandomState::new(), HashMap::new());
        let mut above = 0_u64;
        for chunk in Table::chunks(&found.path, &options)? {
            let chunk = chunk?;
            self.unmet.list(&chunk, options.each.as_deref());
            // And so is the number of a row, where the table has no column of that name.
            let numbers = |name: &str| first_of(name).filter(|_| !chunk.header().iter().any(|column| column == name));
            let own = wanted.iter().filter(|name| numbers(name).is_none());
            let columns: HashMap<&str, table::Column> = own
                .filter_map(|name| Some(self.unmet.column(&chunk, name).transpose()?.map(|column| (name.as_str(), column))))
                .collect::<Result<_, table::TableError>>()?;
            let counted: Vec<(&str, u64)> = wanted.iter().filter_map(|name| Some((name.as_str(), numbers(name)?))).collect();
            let own_split = split.and_then(|split| Some((split, chunk.column("split").ok()?)));
            for malformed in chunk.malformed() {
                self.rejected.push(rejected(below, &malformed.at, &malformed.reason));
            }
            for (row, above_it) in chunk.places().into_iter().enumerate() {
                let record = above + above_it;
                let at = chunk.at(row);
                let mut cells: HashMap<&str, String> = HashMap::with_capacity(columns.len());
                for (name, column) in &columns {
                    if let Some(cell) = column.text(row)? {
                        cells.insert(name, cell.into_owned());
                    }
                }
                if let Some((split, column)) = own_split
                    && let Ok(Some(own)) = column.text(row)
                    && own.trim() != split
                {
                    self.misfiled.add(own.trim());
                }
                cells.extend(split.map(|split| ("split", split.to_owned())));
                cells.extend(counted.iter().map(|(name, first)| (*name, (record + first).to_string())));
                let value = |name: &str| cells.get(name).map(String::as_str);
                let image = match (&naming, container) {
                    (Some(naming), _) => named(naming, archive, value).map(Some),
                    (None, None) => Ok(None),
                    (None, Some(container)) => {
                        // Several rows may be of one row of the file.
                        let image =
                            if let ImageAt::Pixels(_) = rows.image { broken.image(record) } else { Ok(at.number.saturating_sub(1)) };
                        let id = || rows.id.as_ref().map_or_else(|| Ok(format!("{below}:{}", record + 1)), |id| filled(id, value));
                        image.and_then(|image| Ok(Some((id()?, Place::Record(container, image)))))
                    }
                };
                let window = window.map(|window| edges_of(window, value)).transpose();
                let origin = (origin, Some(at.number));
                match (image, window) {
                    (Ok(Some((id, place))), Ok(window)) => {
                        let earlier = *first.entry(hasher.hash_one(&id)).or_insert(self.len());
                        let again = self.ids.get(earlier) == Some(&id) && self.places.get(earlier) == Some(&place);
                        if again && !self.leaves_out(earlier) {
                            self.refuse(value, rejected(below, &at, &self.taken(earlier)));
                            continue;
                        }
                        self.push(id, place, origin, value);
                        self.windows.extend(window);
                    }
                    (Ok(None), Ok(window)) => {
                        self.push_columns(origin, value);
                        self.windows.extend(window);
                    }
                    (Err(reason), _) | (_, Err(reason)) => self.refuse(value, rejected(below, &at, &reason)),
                }
            }
            above += chunk.height();
        }
        self.tables.push(found.stored().to_owned());
        self.contents.extend(found.told(&wanted));
        Ok(())
    }
}

fn rejected(file: &str, at: &At, reason: &str) -> Rejected {
    Rejected { what: file.to_owned(), line: Some(at.number), reason: reason.to_owned() }
}
