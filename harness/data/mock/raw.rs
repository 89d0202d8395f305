//! Images that are pixels as they are: arrays, binary records, numbers in the rows of a table.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;

use super::folder::Folder;
use super::item::Item;
use super::packed;
use super::picture;
use crate::data::array;
use crate::data::error::DataError;
use crate::spec::card::{Arrays, PixelText, Records, Shape};
use crate::spec::mock::Mock;

/// A picture as the pixels that a card asks for.
fn bytes(mock: &Mock, item: &Item, shape: &Shape) -> Vec<u8> {
    let drawn = picture::pixels(mock, item);
    let side = mock.side as usize;
    let (height, width, channels) = (shape.height as usize, shape.width as usize, shape.channels as usize);
    // The green channel stands for grey; of three, each for itself.
    let at = |pixel: usize, channel: usize| {
        let (y, x) = (pixel / width * side / height, pixel % width * side / width);
        drawn[(y * side + x) * 3 + if channels == 1 { 1 } else { channel }]
    };
    let pixels = height * width;
    match shape.planes {
        true => (0..channels)
            .flat_map(|channel| (0..pixels).map(move |pixel| (pixel, channel)))
            .map(|(pixel, channel)| at(pixel, channel))
            .collect(),
        false => (0..pixels * channels).map(|value| at(value / channels, value % channels)).collect(),
    }
}

/// The cells of an item whose image is numbers in its row.
pub(super) fn text(mock: &Mock, pixels: &PixelText, item: &mut Item) {
    let numbers: Vec<String> = bytes(mock, item, &pixels.shape).iter().map(u8::to_string).collect();
    match pixels.from.contains('*') {
        false => drop(item.cells.insert(pixels.from.clone(), numbers.join(" "))),
        true => {
            item.cells.extend(numbers.into_iter().enumerate().map(|(at, number)| (pixels.from.replace('*', &format!("{at:05}")), number)))
        }
    }
}

/// Bytes of a header, then pixels.
pub(super) fn records(mock: &Mock, folder: &Folder, records: &Records, items: &[Item]) -> Result<(), DataError> {
    for (split, file) in &records.files {
        let here: Vec<&Item> = items.iter().filter(|item| split.is_none() || item.split == *split).collect();
        let record = |item: &&Item| {
            let header = records.header.iter().map(|column| item.cells.get(column).and_then(|cell| cell.parse().ok()).unwrap_or(0));
            header.chain(bytes(mock, item, &records.shape)).collect::<Vec<u8>>()
        };
        folder.write(file, &here.par_iter().map(record).collect::<Vec<_>>().concat())?;
    }
    Ok(())
}

/// IDX where a file's name does not say NumPy; members of one `.npz` are written together.
pub(super) fn arrays(mock: &Mock, folder: &Folder, arrays: &Arrays, items: &[Item]) -> Result<(), DataError> {
    let mut members: BTreeMap<&str, Vec<(&str, Vec<u8>)>> = BTreeMap::new();
    for (split, set) in &arrays.sets {
        let here: Vec<&Item> = items.iter().filter(|item| split.is_none() || item.split == *split).collect();
        let mut keep = |written, array: Array| match splice(written) {
            (file, Some(member)) => {
                members.entry(file).or_default().push((member, array.npy()));
                Ok(())
            }
            (file, None) if file.ends_with(".npy") => folder.write(file, &array.npy()),
            (file, None) => folder.write(file, &folder.packed(file, array.idx())?),
        };
        let grey = !set.images.contains(".np");
        let shape = Shape { height: mock.side, width: mock.side, channels: if grey { 1 } else { 3 }, planes: arrays.planes };
        let side = mock.side as usize;
        let sides = match (grey, arrays.planes) {
            (true, _) => vec![side, side],
            (false, false) => vec![side, side, 3],
            (false, true) => vec![3, side, side],
        };
        let images = here.par_iter().map(|item| bytes(mock, item, &shape)).collect::<Vec<_>>().concat();
        keep(&set.images, Array { shape: [vec![here.len()], sides].concat(), bytes: images })?;
        for (name, written) in &set.columns {
            keep(written, column(name, &here))?;
        }
    }
    for (file, members) in members {
        let named = |name: &str| if name.ends_with(".npy") { name.to_owned() } else { format!("{name}.npy") };
        let members = members.into_iter().map(|(name, bytes)| (named(name), bytes)).collect();
        folder.write(file, &packed::zip(&members).map_err(|source| DataError::read(Path::new(file), source))?)?;
    }
    Ok(())
}

/// A file, and an array in it.
fn splice(written: &str) -> (&str, Option<&str>) {
    match written.find(".npz/") {
        Some(at) => (&written[..at + 4], Some(&written[at + 5..])),
        None => (written, None),
    }
}

/// Bytes that are to be written.
struct Array {
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Array {
    fn npy(&self) -> Vec<u8> {
        array::npy("|u1", &self.shape, &self.bytes)
    }

    fn idx(&self) -> Vec<u8> {
        let sizes = self.shape.iter().flat_map(|size| (*size as u32).to_be_bytes());
        [0, 0, 8, self.shape.len() as u8].into_iter().chain(sizes).chain(self.bytes.iter().copied()).collect()
    }
}

/// What is known of each item, as bytes: one value, or those of the columns `NAME.0`, `NAME.1` and so on.
fn column(name: &str, items: &[&Item]) -> Array {
    let of = |item: &&Item, column: &str| item.cells.get(column).and_then(|cell| cell.parse::<u8>().ok()).unwrap_or(0);
    let place = |column: &String| column.strip_prefix(name)?.strip_prefix('.')?.parse::<u16>().ok();
    let last = items.iter().flat_map(|item| item.cells.keys()).filter_map(place).max();
    // Of a single one, the columns would not be told from one value.
    let several: Vec<String> = last.iter().flat_map(|last| 0..=(*last).max(1)).map(|at| format!("{name}.{at}")).collect();
    match several.is_empty() {
        true => Array { shape: vec![items.len()], bytes: items.iter().map(|item| of(item, name)).collect() },
        false => {
            let bytes = items.iter().flat_map(|item| several.iter().map(|column| of(item, column)).collect::<Vec<_>>()).collect();
            Array { shape: vec![items.len(), several.len()], bytes }
        }
    }
}
