//! Where the images lie, and their bytes.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::archive::{self, Member};
use super::bitmap::Pixels;
use super::decode;
use super::digest::Digest;
use super::error::DataError;
use super::table;
use super::window::Window;
use crate::spec::card::Shape;

/// Encoded images that are held in memory at once.
const BLOCK: usize = 256;

/// The images of a dataset, and how items are made of them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Items {
    /// The folder that all paths start from; absolute, for whoever reads this elsewhere.
    pub root: PathBuf,
    /// Files that hold many images each.
    pub containers: Vec<Container>,
    /// One place an image.
    pub places: Vec<Place>,
    /// One digest an image: of its file, or of its container and its place in it; and of its window.
    pub digests: Vec<Digest>,
    /// The part of each image that is the item; empty where all are whole.
    pub windows: Vec<Window>,
    /// How items are made out of several images; without it, an image is an item.
    pub mosaic: Option<Grid>,
    /// The most pixels that an image may have.
    pub pixel_limit: u64,
}

/// A file that holds many images.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Container {
    /// A column of bytes in a Parquet file.
    Parquet {
        /// Below the root.
        file: String,
        /// The file that is read, where it is another one, in the cache.
        unpacked: Option<PathBuf>,
        /// The column, `image.bytes`.
        column: String,
    },
    /// Pixels as they are, in records of equal length: an array, a binary file, or what was made of the numbers in a table.
    Pixels {
        /// Below the root.
        file: String,
        /// The file that the pixels are read from, where it is another one, in the cache.
        unpacked: Option<PathBuf>,
        /// Where the first image starts, in bytes.
        start: u64,
        /// Bytes from one image to the next.
        stride: u64,
        /// What an image is.
        shape: Shape,
    },
    /// A zip or tar archive.
    Archive {
        /// Below the root.
        file: String,
        /// The file that its members are read from, where it is another one, in the cache.
        unpacked: Option<PathBuf>,
        /// Its files; a record is an index into them.
        members: Vec<Member>,
    },
}

impl Container {
    /// The file, below the root.
    pub fn file(&self) -> &str {
        match self {
            Self::Parquet { file, .. } | Self::Pixels { file, .. } | Self::Archive { file, .. } => file,
        }
    }

    /// The file that is read: the one below the root, or the one that was made of it.
    pub fn path(&self, root: &Path) -> PathBuf {
        match self {
            Self::Parquet { unpacked: Some(path), .. }
            | Self::Pixels { unpacked: Some(path), .. }
            | Self::Archive { unpacked: Some(path), .. } => path.clone(),
            _ => root.join(self.file()),
        }
    }

    /// What tells images of the same record of the same file apart.
    pub(super) fn way(&self) -> String {
        match self {
            Self::Parquet { column, .. } => column.clone(),
            Self::Pixels { start, stride, shape, .. } => format!("{start} {stride} {shape:?}"),
            Self::Archive { .. } => String::new(),
        }
    }
}

/// Where one image lies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A file, below the root.
    File(String),
    /// A record of a container, from 0.
    Record(u32, u64),
}

/// Images laid out on grids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grid {
    /// Rows of a grid.
    pub rows: u32,
    /// Columns of a grid.
    pub columns: u32,
    /// `rows * columns` images an item, row by row.
    pub parts: Vec<u32>,
}

impl Grid {
    /// Images in one item.
    pub fn size(&self) -> usize {
        (self.rows * self.columns) as usize
    }
}

/// One image's data.
#[derive(Clone, Debug)]
pub enum Encoded {
    /// A file of some image format.
    File(Vec<u8>),
    /// Pixels as they are.
    Pixels(Pixels),
}

impl Items {
    /// How many items there are.
    pub fn len(&self) -> usize {
        match &self.mosaic {
            Some(grid) => grid.parts.len() / grid.size(),
            None => self.places.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The images of an item.
    pub fn parts(&self, item: u32) -> Vec<u32> {
        match &self.mosaic {
            Some(grid) => {
                let size = grid.size();
                grid.parts[item as usize * size..(item as usize + 1) * size].to_vec()
            }
            None => vec![item],
        }
    }

    /// How messages name an image: `faces/7.jpg`, or `train.parquet row 7`.
    pub fn describe(&self, image: u32) -> String {
        match &self.places[image as usize] {
            Place::File(path) => path.clone(),
            Place::Record(container, record) => match &self.containers[*container as usize] {
                Container::Archive { file, members, .. } => {
                    format!("{file}/{}", members.get(*record as usize).map_or("?", |member| &member.path))
                }
                container => format!("{} row {}", container.file(), record + 1),
            },
        }
    }

    /// An error about an image.
    pub fn broken(&self, image: u32, reason: impl Into<String>) -> DataError {
        DataError::Image { image: self.describe(image), reason: reason.into() }
    }

    /// Reads images and hands each to `work`, in parallel, a bounded number at a time and in the order of their containers and records.
    ///
    /// # Errors
    /// The first in that order that reading or `work` meets.
    pub fn visit<T: Send>(&self, images: &[u32], work: impl Fn(u32, Encoded) -> Result<T, DataError> + Sync) -> Result<Vec<T>, DataError> {
        let mut sorted: Vec<(usize, u32)> = images.iter().copied().enumerate().collect();
        sorted.sort_by_key(|(_, image)| match self.places[*image as usize] {
            Place::File(_) => (0, 0),
            Place::Record(container, record) => (container + 1, record),
        });
        let mut found: Vec<Option<T>> = images.iter().map(|_| None).collect();
        for block in sorted.chunk_by(|(_, a), (_, b)| self.container(*a) == self.container(*b)) {
            for block in block.chunks(BLOCK) {
                let encoded = self.read(block)?;
                // A bridge hands them out one by one, where a split in halves would have half of the threads begin in the middle.
                let worked = block.iter().zip(encoded).enumerate().par_bridge().map(|(at, ((_, image), encoded))| {
                    (at, encoded.map_or_else(|| self.read_file(*image), Ok).and_then(|encoded| work(*image, encoded)))
                });
                let mut worked: Vec<(usize, Result<T, DataError>)> = worked.collect();
                worked.sort_unstable_by_key(|(at, _)| *at);
                for (at, value) in worked {
                    found[block[at].0] = Some(value?);
                }
            }
        }
        Ok(found.into_iter().flatten().collect())
    }

    /// A digest of where the images lie: equal data in two places have two.
    pub fn whereabouts(&self) -> Digest {
        let paths = self.containers.iter().map(|container| container.path(&self.root)).chain([self.root.clone()]);
        Digest::of(paths.map(|path| format!("{}\n", path.display())).collect::<String>().as_bytes())
    }

    /// Refuses a file that is another one than the index speaks of: its pixels would be taken for those of the old one.
    fn check(&self, image: u32, bytes: &[u8]) -> Result<(), DataError> {
        if !matches!(self.places[image as usize], Place::File(_)) {
            return Ok(());
        }
        let digest = Digest::of(bytes);
        let digest = self.windows.get(image as usize).map_or(digest, |window| window.digest(digest));
        match digest == self.digests[image as usize] {
            true => Ok(()),
            false => Err(self.broken(image, "the file changed since the dataset was opened: run again")),
        }
    }

    fn container(&self, image: u32) -> Option<u32> {
        match self.places[image as usize] {
            Place::File(_) => None,
            Place::Record(container, _) => Some(container),
        }
    }

    fn read_file(&self, image: u32) -> Result<Encoded, DataError> {
        let absent = || self.broken(image, "its container does not hold it");
        match &self.places[image as usize] {
            Place::File(file) => {
                let path = self.root.join(file);
                std::fs::read(&path).map(Encoded::File).map_err(|source| DataError::read(&path, source))
            }
            Place::Record(container, record) => match &self.containers[*container as usize] {
                container @ Container::Archive { members, .. } => {
                    let member = members.get(*record as usize).ok_or_else(absent)?;
                    let path = container.path(&self.root);
                    archive::read(&path, member).map(Encoded::File).map_err(|source| DataError::read(&path, source))
                }
                container @ Container::Pixels { start, stride, shape, .. } => {
                    let path = container.path(&self.root);
                    let mut bytes = vec![0; shape.bytes() as usize];
                    let read = File::open(&path).and_then(|file| file.read_exact_at(&mut bytes, start + record * stride));
                    read.map(|()| Encoded::Pixels(Pixels::of_record(shape, bytes))).map_err(|source| DataError::read(&path, source))
                }
                Container::Parquet { .. } => Err(absent()),
            },
        }
    }

    /// An image's pixels, or those of its window. `shrink` says by how much a JPEG may be smaller whose item has a width and height.
    ///
    /// # Errors
    /// When the image cannot be decoded, or its window lies outside of it.
    pub fn decode(&self, image: u32, encoded: Encoded, orient: bool, shrink: &dyn Fn(u32, u32) -> u32) -> Result<Pixels, DataError> {
        let window = self.windows.get(image as usize);
        let wanted = |width, height| match window {
            Some(window) => window.size(width, height).map_or(1, |(width, height)| shrink(width, height)),
            None => shrink(width, height),
        };
        let (pixels, full) = match encoded {
            Encoded::Pixels(pixels) => {
                let full = (pixels.width, pixels.height);
                (pixels, full)
            }
            Encoded::File(bytes) => {
                self.check(image, &bytes)?;
                let decoded = decode::decode(&bytes, self.pixel_limit, orient, &wanted);
                let pixels = decoded.map_err(|reason| self.broken(image, reason))?;
                let full = window.and_then(|_| decode::jpeg_size(&bytes, orient)).unwrap_or((pixels.width, pixels.height));
                (pixels, full)
            }
        };
        match window {
            Some(window) => window.cut(pixels, full).map_err(|reason| self.broken(image, reason)),
            None => Ok(pixels),
        }
    }

    /// The data of images of one container, in the order of their records; `None` for what is read where it is decoded.
    fn read(&self, block: &[(usize, u32)]) -> Result<Vec<Option<Encoded>>, DataError> {
        let container = block.first().and_then(|(_, image)| self.container(*image)).map(|container| &self.containers[container as usize]);
        let Some(container @ Container::Parquet { column, .. }) = container else {
            return Ok(block.iter().map(|_| None).collect());
        };
        let records: Vec<u64> = block
            .iter()
            .map(|(_, image)| match self.places[*image as usize] {
                Place::Record(_, record) => record,
                Place::File(_) => 0,
            })
            .collect();
        let mut by_record: std::collections::HashMap<u64, Encoded> = std::collections::HashMap::new();
        let mut distinct = records.clone();
        distinct.dedup();
        table::read_cells(&container.path(&self.root), column, &distinct, &mut |record, bytes| {
            by_record.extend(bytes.map(|bytes| (record, Encoded::File(bytes.to_vec()))));
        })?;
        Ok(records.iter().map(|record| by_record.get(record).cloned()).collect())
    }
}
