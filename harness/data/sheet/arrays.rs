//! Items that are elements of arrays.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::Sheet;
use crate::data::archive;
use crate::data::array::{Header, LONGEST_HEADER};
use crate::data::error::DataError;
use crate::data::items::{Container, Place};
use crate::data::source::Source;
use crate::spec::card::{ArraySet, COUNTED, Card, Shape, first_of};
use crate::spec::problem::did_you_mean;

/// A column by its name, with a cell an item.
type Named = (String, Vec<Option<String>>);

/// An array where it lies.
struct Array {
    /// Below the root: the file that the card names, and as messages name the array.
    file: String,
    name: String,
    /// The file that holds the array, compressed or not.
    packed: PathBuf,
    /// The file that holds the elements, and whether it is another one than the card names.
    path: PathBuf,
    unpacked: bool,
    /// Where the array starts in it.
    start: u64,
    header: Header,
}

impl Array {
    fn open(source: &Source, written: &str) -> Result<Self, DataError> {
        let (file, member) = match written.find(".npz/") {
            Some(at) => (&written[..at + 4], Some(&written[at + 5..])),
            None => (written, None),
        };
        let found = source.named(file)?;
        let (below, packed) = (&found.below, found.stored());
        let name = member.map_or_else(|| below.clone(), |member| format!("{below}/{member}"));
        let wrong = |reason: &str| DataError::file(&source.root.join(&name), reason);
        let (path, start, length) = match member {
            None => Self::whole(source, packed)?,
            Some(member) => Self::member(source, packed, member)?,
        };
        let error = |error| DataError::read(&path, error);
        let mut begin = vec![0; length.min(LONGEST_HEADER) as usize];
        File::open(&path).and_then(|file| file.read_exact_at(&mut begin, start)).map_err(error)?;
        if member.is_none() && begin.starts_with(b"PK") {
            let (_, (members, _)) = archive::members(packed, source.unpacked)?;
            let example = members.first().map_or("images", |member| stem(&member.path));
            return Err(wrong(&format!("is an archive of arrays: name one of them, as in `{below}/{example}`")));
        }
        let header = Header::read(&begin).map_err(|reason| wrong(&reason))?;
        let expected = header.bytes().saturating_add(header.start);
        if length != expected {
            let what = if length < expected { "truncated" } else { "too long" };
            return Err(wrong(&format!("is {what}: {length} bytes, and its header says {expected}")));
        }
        Ok(Self { unpacked: path != found.path, file: below.clone(), packed: packed.to_owned(), name, path, start, header })
    }

    /// A file, and where the array is in it: the start and the length.
    fn whole(source: &Source, packed: &Path) -> Result<(PathBuf, u64, u64), DataError> {
        let mut magic = Vec::new();
        let read = File::open(packed).and_then(|file| file.take(2).read_to_end(&mut magic));
        read.map_err(|error| DataError::read(packed, error))?;
        let path = if magic == [0x1f, 0x8b] { source.unpacked.gzip(packed)? } else { packed.to_owned() };
        let length = std::fs::metadata(&path).map_err(|error| DataError::read(&path, error))?.len();
        Ok((path, 0, length))
    }

    fn member(source: &Source, packed: &Path, name: &str) -> Result<(PathBuf, u64, u64), DataError> {
        let (_, (members, refused)) = archive::members(packed, source.unpacked)?;
        if let Some((lost, reason)) = refused.iter().find(|(lost, _)| stem(lost) == stem(name)) {
            return Err(DataError::file(&packed.join(lost), reason));
        }
        let Some(member) = members.iter().find(|member| stem(&member.path) == stem(name)) else {
            let known: Vec<String> = members.iter().map(|member| stem(&member.path).to_owned()).collect();
            let help = did_you_mean(name, known.iter().map(String::as_str));
            return Err(DataError::file(packed, format!("has no array `{name}` ({help})")));
        };
        if !member.deflated {
            source.unpacked.check(packed, member)?;
            return Ok((packed.to_owned(), member.offset, member.size));
        }
        let path = source.unpacked.member(packed, member)?;
        let length = std::fs::metadata(&path).map_err(|error| DataError::read(&path, error))?.len();
        Ok((path, 0, length))
    }

    /// All elements, as text: a column a value of an item.
    fn columns(&self, name: &str) -> Result<Vec<Named>, DataError> {
        let (rows, values) = self.header.rows();
        let mut bytes = vec![0; self.header.bytes() as usize];
        let read = File::open(&self.path).and_then(|file| file.read_exact_at(&mut bytes, self.start + self.header.start));
        read.map_err(|error| DataError::read(&self.path, error))?;
        let size = self.header.kind.size.max(1);
        let column = |value: u64| {
            let element = |row: u64| bytes.get((row * values + value) as usize * size..).and_then(|rest| rest.get(..size));
            let name = if values == 1 { name.to_owned() } else { format!("{name}.{value}") };
            (name, (0..rows).map(|row| element(row).and_then(|raw| self.header.kind.text(raw))).collect())
        };
        Ok((0..values).map(column).collect())
    }

    /// What each image is.
    fn shape(&self, planes: bool) -> Result<Shape, String> {
        if !self.header.kind.is_byte() {
            return Err(format!("has elements of the kind `{}`: images are bytes from 0 to 255 (`uint8`)", self.header.kind));
        }
        let (height, width, channels) = match (self.header.shape.as_slice(), planes) {
            ([_, height, width], _) => (*height, *width, 1),
            ([_, height, width, channels @ (1 | 3)], false) => (*height, *width, *channels),
            ([_, channels @ (1 | 3), height, width], true) => (*height, *width, *channels),
            ([_, 1 | 3, _, _], false) => {
                return Err(format!("is of {}: where channels come first, say `order: planes`", sizes(&self.header.shape)));
            }
            _ => return Err(format!("is of {}: images are N x height x width, or that with 1 or 3 channels", sizes(&self.header.shape))),
        };
        let side = |side: u64| u32::try_from(side).ok().filter(|side| *side > 0);
        match (side(height), side(width)) {
            (Some(height), Some(width)) => Ok(Shape { height, width, channels: channels as u32, planes }),
            _ => Err(format!("is of {}: its images have no pixels", sizes(&self.header.shape))),
        }
    }
}

/// An array's name in an archive.
fn stem(path: &str) -> &str {
    path.strip_suffix(".npy").unwrap_or(path)
}

fn sizes(shape: &[u64]) -> String {
    shape.iter().map(u64::to_string).collect::<Vec<_>>().join(" x ")
}

impl Sheet {
    pub(super) fn read_arrays(
        &mut self,
        card: &Card,
        source: &Source,
        split: Option<&str>,
        set: &ArraySet,
        planes: bool,
    ) -> Result<(), DataError> {
        let images = Array::open(source, &set.images)?;
        let at = |array: &Array, reason: String| DataError::file(&source.root.join(&array.name), reason);
        let shape = images.shape(planes).map_err(|reason| at(&images, reason))?;
        within(&shape, card.pixel_limit).map_err(|reason| at(&images, reason))?;
        let (count, _) = images.header.rows();
        let mut columns: Vec<Named> = Vec::new();
        for (name, written) in &set.columns {
            let array = Array::open(source, written)?;
            if array.header.rows().0 != count {
                let reason =
                    format!("is of {}: expected one value an image, and `{}` holds {count}", sizes(&array.header.shape), images.name);
                return Err(at(&array, reason));
            }
            // What nobody reads need not be text.
            let wanted = |column: &String| column == name || column.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('.'));
            if self.columns.keys().any(wanted) {
                columns.extend(array.columns(name)?);
            }
            self.tables.push(array.packed);
        }
        let provided = |name: &str| name == "split" || first_of(name).is_some() || columns.iter().any(|(column, _)| column == name);
        if let Some(lost) = self.columns.keys().find(|name| !provided(name)) {
            let known = set.columns.keys().map(String::as_str).chain(columns.iter().map(|(name, _)| name.as_str()));
            let help = did_you_mean(lost, known);
            return Err(DataError::dataset(&card.dataset, format!("has no array for the column `{lost}` ({help})")));
        }
        let container = self.containers.len() as u32;
        self.containers.push(Container::Pixels {
            file: images.file.clone(),
            unpacked: images.unpacked.then(|| images.path.clone()),
            start: images.start + images.header.start,
            stride: shape.bytes(),
            shape,
        });
        let origin = self.file(&images.name);
        for record in 0..count {
            let counted = COUNTED.map(|(name, first)| (name, (record + first).to_string()));
            let value = |name: &str| match name {
                "split" => split,
                _ => match columns.iter().find(|(column, _)| column == name) {
                    Some((_, cells)) => cells[record as usize].as_deref(),
                    None => counted.iter().find(|(column, _)| *column == name).map(|(_, number)| number.as_str()),
                },
            };
            let id = numbered(split, record);
            self.push(id, Place::Record(container, record), (origin, Some(record + 1)), value);
        }
        self.tables.push(images.packed);
        Ok(())
    }
}

/// Whether an image has no more pixels than it may.
pub(super) fn within(shape: &Shape, limit: u64) -> Result<(), String> {
    match u64::from(shape.height) * u64::from(shape.width) {
        pixels if pixels > limit => {
            Err(format!("holds images of {} x {} pixels, more than the `pixel_limit` of {limit}", shape.width, shape.height))
        }
        _ => Ok(()),
    }
}

/// The id of an item that has no name of its own.
pub(super) fn numbered(split: Option<&str>, record: u64) -> String {
    split.map_or_else(|| format!("{record:06}"), |split| format!("{split}-{record:06}"))
}
