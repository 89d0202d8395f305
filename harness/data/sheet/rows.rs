//! Items that are rows of tables.

use std::collections::{BTreeSet, HashMap};

use super::Sheet;
use super::arrays::within;
use super::files::place;
use crate::data::dataset::Rejected;
use crate::data::error::DataError;
use crate::data::items::{Container, Place, below_root};
use crate::data::pixel_text;
use crate::data::source::{Found, Source};
use crate::data::table::{self, At, Table};
use crate::data::window::Window;
use crate::spec::card::{BoxAt, BoxFormat, Card, Edges, ImageAt, Layout, Rows, TableFile};

impl Sheet {
    pub(super) fn read_table(
        &mut self,
        card: &Card,
        source: &Source,
        rows: &Rows,
        split: Option<&str>,
        file: &TableFile,
        found: &Found,
    ) -> Result<(), DataError> {
        let templates = match &rows.image {
            ImageAt::Path(path) => Some(path),
            ImageAt::Bytes(_) | ImageAt::Pixels(_) => None,
        };
        let below = &found.below;
        let mut wanted: BTreeSet<String> = self.columns.keys().cloned().collect();
        wanted.extend(templates.into_iter().chain(&rows.id).flat_map(|template| template.columns()).map(str::to_owned));
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
        let window = rows.window.as_ref().filter(|window| !window.is_joined(&card.tables));
        wanted.extend(window.iter().flat_map(|window| window.columns()).cloned());
        // The number of a row in its table is a column too, and so is the split where tables make the splits.
        wanted.remove("row");
        if split.is_some() {
            wanted.remove("split");
        }
        let archive = rows.archive.as_ref().map(|archive| self.archive(source, archive)).transpose()?;
        let options = table::Options { columns: Some(wanted.iter().cloned().collect()), tolerant: true, ..found.options(file) };
        let origin = self.file(below);
        let mut above = 0_u64;
        for chunk in Table::chunks(&found.path, &options)? {
            let chunk = chunk?;
            let columns: HashMap<&str, table::Column> =
                wanted.iter().map(|name| Ok((name.as_str(), chunk.column(name)?))).collect::<Result<_, table::TableError>>()?;
            for malformed in chunk.malformed() {
                self.rejected.push(rejected(below, &malformed.at, &malformed.reason));
            }
            for (row, above_it) in chunk.places().into_iter().enumerate() {
                let record = above + above_it + 1;
                let at = chunk.at(row);
                let mut cells: HashMap<&str, String> = HashMap::with_capacity(columns.len());
                for (name, column) in &columns {
                    if let Some(cell) = column.text(row)? {
                        cells.insert(name, cell.into_owned());
                    }
                }
                cells.extend(split.map(|split| ("split", split.to_owned())));
                cells.insert("row", record.to_string());
                let value = |name: &str| cells.get(name).map(String::as_str);
                let file = match (&rows.image, container) {
                    (ImageAt::Path(path), _) => {
                        path.fill(value).map_err(|column| format!("`{column}` is empty")).and_then(|path| below_root(&path))
                    }
                    (ImageAt::Bytes(_) | ImageAt::Pixels(_), _) => Ok(String::new()),
                };
                let named = match (&rows.id, &file) {
                    (Some(id), _) => id.fill(value).map_err(|column| format!("`{column}` is empty")),
                    (None, Ok(path)) if container.is_none() => Ok(path.clone()),
                    (None, _) => Ok(format!("{below}:{record}")),
                };
                let window = window.map(|window| edges_of(window, value)).transpose();
                let place = file.and_then(|path| match (container, &rows.image) {
                    (Some(container), ImageAt::Pixels(_)) => broken.image(record - 1).map(|image| Place::Record(container, image)),
                    (Some(container), _) => Ok(Place::Record(container, record - 1)),
                    (None, _) => place(&path, archive.as_ref()),
                });
                match (place, named, window) {
                    (Ok(place), Ok(id), Ok(window)) => {
                        self.push(id, place, (origin, Some(at.number)), value);
                        self.windows.extend(window);
                    }
                    (Err(reason), ..) | (_, Err(reason), _) | (.., Err(reason)) => self.rejected.push(rejected(below, &at, &reason)),
                }
            }
            above += chunk.height();
        }
        self.tables.push(found.stored().to_owned());
        Ok(())
    }
}

impl Sheet {
    /// The boxes that joined tables tell.
    pub(in crate::data) fn read_windows(&mut self, card: &Card) {
        let Layout::Rows(Rows { window: Some(window), .. }) = &card.layout else { return };
        if !window.is_joined(&card.tables) {
            return;
        }
        let read = |row| edges_of(window, |name| self.columns.get(name).and_then(|column| column.get(row)));
        let found: Vec<Result<Window, String>> = (0..self.len()).map(read).collect();
        let keep: Vec<bool> = found.iter().map(Result::is_ok).collect();
        self.reject(&keep, |_, row| found[row].as_ref().err().cloned().unwrap_or_default());
        self.windows = found.into_iter().flatten().collect();
    }
}

/// The box of a row, grown by its margin.
/// The numbers of a cell that has four, whatever stands between them.
fn four(cell: &str) -> Option<[f64; 4]> {
    let between = |letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '+'));
    let numbers = cell.split(between).filter(|text| !text.is_empty()).map(|text| text.parse::<f64>().ok().filter(|edge| edge.is_finite()));
    numbers.collect::<Option<Vec<f64>>>()?.try_into().ok()
}

fn edges_of<'v>(columns: &BoxAt, value: impl Fn(&str) -> Option<&'v str>) -> Result<Window, String> {
    let number = |name: &String| {
        let cell = value(name).ok_or_else(|| format!("`{name}` is empty"))?;
        cell.trim().parse::<f64>().ok().filter(|edge| edge.is_finite()).ok_or_else(|| format!("`{name}` is `{cell}`: expected a number"))
    };
    let [x, y, across, down] = match &columns.edges {
        Edges::Columns([x, y, across, down]) => [number(x)?, number(y)?, number(across)?, number(down)?],
        Edges::Cell(name) => {
            let cell = value(name).ok_or_else(|| format!("`{name}` is empty"))?;
            four(cell).ok_or_else(|| format!("`{name}` is `{cell}`: expected four numbers"))?
        }
    };
    let [left, top, right, bottom] = match columns.format {
        BoxFormat::Xyxy => [x, y, across, down],
        BoxFormat::Xywh => [x, y, x + across, y + down],
        BoxFormat::Cxcywh => [x - across / 2.0, y - down / 2.0, x + across / 2.0, y + down / 2.0],
    };
    if left >= right || top >= bottom {
        return Err(format!("its box from {left}, {top} to {right}, {bottom} is empty"));
    }
    let shown = format!("its box from {left}, {top} to {right}, {bottom}");
    if columns.relative && (left < -1.0 || top < -1.0 || right > 2.0 || bottom > 2.0) {
        return Err(format!("{shown} lies far beyond the image: with `relative: true` edges are shares of its sides, not pixels"));
    }
    if !columns.relative && left >= 0.0 && top >= 0.0 && right <= 1.0 && bottom <= 1.0 {
        return Err(format!("{shown} lies within one pixel: edges that are shares of the sides need `relative: true`"));
    }
    let (wide, high) = ((right - left) * columns.margin, (bottom - top) * columns.margin);
    Ok(Window { left: left - wide, top: top - high, right: right + wide, bottom: bottom + high, relative: columns.relative })
}

fn rejected(file: &str, at: &At, reason: &str) -> Rejected {
    Rejected { what: file.to_owned(), line: Some(at.number), reason: reason.to_owned() }
}
