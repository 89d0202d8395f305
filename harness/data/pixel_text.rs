//! Images that are numbers in the rows of a table: written once into the cache as the bytes that they are.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::DataError;
use super::source::{Found, options};
use super::table::{self, Column, Table, TableError};
use super::unpacked::Unpacked;
use crate::spec::card::{Glob, PixelText, TableFile};

/// The rows of a table that have no image, from 0 and ascending, with reasons.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Broken(Vec<(u64, String)>);

impl Broken {
    /// Which of the images is a row's.
    ///
    /// # Errors
    /// Why it has none.
    pub(super) fn image(&self, row: u64) -> Result<u64, String> {
        match self.0.binary_search_by_key(&row, |(row, _)| *row) {
            Ok(at) => Err(self.0[at].1.clone()),
            Err(before) => Ok(row - before as u64),
        }
    }
}

/// The file with the images of a table one after the other, and the rows that have none.
///
/// # Errors
/// When the table cannot be read or has no such column, or the cache cannot be written.
pub(super) fn unpack(unpacked: &Unpacked, found: &Found, file: &TableFile, pixels: &PixelText) -> Result<(PathBuf, Broken), DataError> {
    let path = &found.path;
    // Behind the images stands which rows have none, and how long that is.
    let images = unpacked.file(found.stored(), &format!("{pixels:?} {:?}", options(file)), |out| {
        let mut broken = Broken::default();
        let mut write = |bytes: &[u8]| out.write_all(bytes).map_err(|source| DataError::cache(path, source));
        rows(path, &found.options(file), pixels, &mut |row, image| match image {
            Ok(bytes) => write(&bytes),
            Err(reason) => {
                broken.0.push((row, reason));
                Ok(())
            }
        })?;
        let list = serde_json::to_vec(&broken).map_err(|error| DataError::cache(path, error.into()))?;
        write(&list)?;
        write(&(list.len() as u64).to_le_bytes())
    })?;
    let broken = broken_rows(&images).map_err(|source| DataError::cache(&images, source))?;
    Ok((images, broken))
}

fn broken_rows(images: &Path) -> io::Result<Broken> {
    let file = File::open(images)?;
    let end = file.metadata()?.len().saturating_sub(8);
    let mut length = [0; 8];
    file.read_exact_at(&mut length, end)?;
    let length = u64::from_le_bytes(length).min(end);
    let mut list = vec![0; length as usize];
    file.read_exact_at(&mut list, end - length)?;
    Ok(serde_json::from_slice(&list)?)
}

/// Takes a row, from 0, and its image, or why it has none.
type Take<'t> = &'t mut dyn FnMut(u64, Result<Vec<u8>, String>) -> Result<(), DataError>;

/// The images of all rows, in order.
fn rows(path: &Path, options: &table::Options, pixels: &PixelText, take: Take) -> Result<(), DataError> {
    let many = pixels.from.contains('*');
    let columns = if many { None } else { Some(vec![pixels.from.clone()]) };
    let options = table::Options { columns, tolerant: true, ..options.clone() };
    let pattern =
        Glob::exact(&pixels.from).map_err(|reason| DataError::file(path, format!("cannot be read: `{}` {reason}", pixels.from)))?;
    let mut above = 0;
    for chunk in Table::chunks(path, &options)? {
        let chunk = chunk?;
        let names: Vec<String> = match many {
            false => vec![pixels.from.clone()],
            true => chunk.header().iter().filter(|name| pattern.is_match(name)).cloned().collect(),
        };
        if names.is_empty() {
            return Err(TableError::Column { path: path.to_owned(), column: pixels.from.clone(), known: chunk.header().to_vec() }.into());
        }
        let cells: Vec<Column> = names.iter().map(|name| chunk.column(name)).collect::<Result<_, _>>()?;
        // Rows that are no rows stand between the others.
        let mut aside = chunk.malformed().iter();
        let mut next = 0;
        for (row, place) in chunk.places().into_iter().enumerate() {
            for (place, malformed) in (next..place).zip(aside.by_ref()) {
                take(above + place, Err(malformed.reason.clone()))?;
            }
            take(above + place, image(&cells, row, pixels)?)?;
            next = place + 1;
        }
        for (malformed, place) in aside.zip(next..) {
            take(above + place, Err(malformed.reason.clone()))?;
        }
        above += chunk.height();
    }
    Ok(())
}

/// The bytes of one row.
fn image(cells: &[Column], row: usize, pixels: &PixelText) -> Result<Result<Vec<u8>, String>, TableError> {
    let shape = &pixels.shape;
    let wanted = shape.bytes() as usize;
    let mut bytes = Vec::new();
    let mut count = 0;
    for cell in cells {
        let Some(text) = cell.text(row)? else { return Ok(Err(format!("`{}` is empty", cell.name()))) };
        let numbers = text.split([' ', '\t', '\n', ',', ';', '[', ']']).filter(|number| !number.is_empty());
        for number in numbers {
            count += 1;
            match byte(number) {
                Some(byte) if count <= wanted => bytes.push(byte),
                Some(_) => {}
                None => {
                    let shown: String = number.chars().take(20).collect();
                    return Ok(Err(format!(
                        "`{}` has `{shown}` as its number {count}: expected a whole number from 0 to 255",
                        cell.name()
                    )));
                }
            }
        }
    }
    if count != wanted {
        let channels = if shape.channels == 1 { String::new() } else { format!(" x {}", shape.channels) };
        let expected = format!("expected {} x {}{channels} = {wanted}", shape.height, shape.width);
        return Ok(Err(format!("`{}` has {count} numbers: {expected}", pixels.from)));
    }
    Ok(Ok(bytes))
}

/// A number from 0 to 255; `70.0` is one.
fn byte(text: &str) -> Option<u8> {
    let whole = |text: &str| text.parse::<f64>().ok().filter(|number| number.fract() == 0.0 && (0.0..256.0).contains(number));
    text.parse().ok().or_else(|| whole(text).map(|number| number as u8))
}
