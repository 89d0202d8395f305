//! Decoded images: bytes of one size, decoded once and shared by all that need the same.
//!
//! Decoding goes on while images are read. [`Images::open`] opens the shards of the cache and returns at once; [`Images::fill`] decodes what
//! they lack, on threads of its own and roughly in the order of the rows; [`Images::read`] waits for its row. Of several processes that fill the
//! same cache, each takes the first shard that no other has, so that none does what another did.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::arrivals::Arrivals;
use super::dataset::{Dataset, Progress};
use super::decode;
use super::error::DataError;
use super::fit::{fit, shrink};
use super::items::{Encoded, Grid, Items};
use super::shard::{Filled, Shard};
use crate::spec::input::{Channels, Resolved};

/// Bytes that a shard has at most, whatever the size of an image: what is not filled takes no space on disk.
const SHARD: usize = 64 << 20;
/// Images that a shard has at most: what is lost by a kill, and waited for by other processes.
const SLOTS: usize = 4096;
/// Images that are named where they cannot be decoded.
const TOLD: usize = 10;

/// The images of some rows of a dataset, in the geometry of one input.
#[derive(Debug)]
pub struct Images {
    input: Resolved,
    per_shard: usize,
    /// By position: `per_shard` rows of the dataset each.
    parts: BTreeMap<usize, Part>,
    /// How many rows were asked for.
    asked: usize,
    arrivals: Arrivals,
}

/// A shard and the rows that are wanted of it, ascending.
#[derive(Debug)]
struct Part {
    shard: Shard,
    first: usize,
    rows: Vec<u32>,
}

impl Part {
    fn slot(&self, row: u32) -> usize {
        row as usize - self.first
    }
}

impl Images {
    /// Opens the shards of the images of `rows`. None is there to be read before [`Self::fill`] has looked.
    ///
    /// # Errors
    /// When the cache cannot be written.
    pub fn open(dataset: &Dataset, rows: &[u32], input: &Resolved, cache: &Path) -> Result<Self, DataError> {
        let size = size(input);
        let per_shard = (SHARD / size.max(1)).clamp(1, SLOTS);
        let mut wanted = rows.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        let mut parts = BTreeMap::new();
        for rows in wanted.chunk_by(|a, b| *a as usize / per_shard == *b as usize / per_shard) {
            let index = rows[0] as usize / per_shard;
            let first = index * per_shard;
            let slots = per_shard.min(dataset.items.len() - first);
            let shard = Shard::open(&cache.join("images"), &key(&dataset.items, first..first + slots, input), slots, size)?;
            parts.insert(index, Part { shard, first, rows: rows.to_vec() });
        }
        Ok(Self { input: input.clone(), per_shard, parts, asked: wanted.len(), arrivals: Arrivals::of(dataset.items.len()) })
    }

    /// Decodes what the cache lacks, on so many threads, and ends when all is there. Where readers have begun and are far behind, all threads
    /// but one wait for them, or for somebody who waits for a row or the end. `progress` gets how many of how many are there, from the first
    /// that had to be decoded.
    ///
    /// # Errors
    /// When images cannot be decoded (the first few are named, all others decoded), or the cache cannot be written. Who waits for an image gets the
    /// same error.
    pub fn fill(&self, dataset: &Dataset, threads: usize, progress: Progress<'_>) -> Result<(), Arc<DataError>> {
        // Whoever waits must hear of the end, also of one that nobody foresaw.
        let _ending = Ending(self);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.max(1)).build();
        let filled = match pool {
            Ok(pool) => pool.install(|| self.fill_parts(dataset, progress)),
            Err(error) => Err(DataError::Threads(error.to_string())),
        };
        let end = filled.map_err(Arc::new);
        self.arrivals.end(end.clone());
        end
    }

    /// Opens and fills: what is read afterwards is there.
    ///
    /// # Errors
    /// As for [`Self::open`] and [`Self::fill`].
    pub fn decode(dataset: &Dataset, rows: &[u32], input: &Resolved, cache: &Path, progress: Progress<'_>) -> Result<Self, Arc<DataError>> {
        let images = Self::open(dataset, rows, input, cache)?;
        images.fill(dataset, rayon::current_num_threads(), progress)?;
        Ok(images)
    }

    fn fill_parts(&self, dataset: &Dataset, progress: Progress<'_>) -> Result<(), DataError> {
        let (items, broken) = (&dataset.items, Broken::default());
        let (done, decoding) = (AtomicU64::new(0), AtomicBool::new(false));
        let there = |rows: &[u32]| {
            let done = done.fetch_add(rows.len() as u64, Ordering::Relaxed) + rows.len() as u64;
            if decoding.load(Ordering::Relaxed) {
                progress(done, self.asked as u64);
            }
            self.arrivals.arrive(rows);
        };
        let mut waiting: VecDeque<&Part> = self.parts.values().collect();
        std::thread::scope(|scope| {
            // Bytes are on their way to the disk while the next shard is filled.
            let mut recording: Option<std::thread::ScopedJoinHandle<'_, Result<(), DataError>>> = None;
            while let Some((part, mut filled)) = next(&mut waiting)? {
                let (known, missing): (Vec<u32>, Vec<u32>) = part.rows.iter().partition(|row| filled.holds(part.slot(**row)));
                if !known.is_empty() {
                    there(&known);
                }
                if missing.is_empty() {
                    continue;
                }
                decoding.store(true, Ordering::Relaxed);
                let decoded = decode_all(items, &missing, &self.input, &|row, image| {
                    let bytes = match image {
                        Err(error @ DataError::Image { .. }) => return broken.add(row, error),
                        other => other?,
                    };
                    part.shard.write(part.slot(row), &bytes)?;
                    there(&[row]);
                    // One always goes on, for other processes that wait.
                    if rayon::current_thread_index() != Some(0) {
                        self.arrivals.stand_back();
                    }
                    Ok(())
                });
                missing.iter().filter(|row| self.arrivals.has(**row)).for_each(|row| filled.mark(part.slot(*row)));
                joined(recording.replace(scope.spawn(move || filled.record())))?;
                decoded?;
            }
            joined(recording)
        })
        // An image that is broken is told with all others that are, whatever ended the decoding.
        .or_else(|error| if broken.is_none() { Err(error) } else { Ok(()) })
        .and_then(|()| broken.told(dataset))
    }

    /// Waits until all images are there.
    ///
    /// # Errors
    /// That of [`Self::fill`].
    pub fn whole(&self) -> Result<(), Arc<DataError>> {
        self.arrivals.whole()
    }

    /// Why not all images will be there, if that is known by now.
    pub fn failure(&self) -> Option<Arc<DataError>> {
        self.arrivals.failure()
    }

    /// Height, width and channels.
    pub fn shape(&self) -> [usize; 3] {
        shape(&self.input)
    }

    /// The order of the channels.
    pub fn channels(&self) -> Channels {
        self.input.channels
    }

    /// Bytes of one image.
    pub fn size(&self) -> usize {
        size(&self.input)
    }

    /// Reads an image, once it is there: `height * width * channels` bytes, row by row.
    ///
    /// # Errors
    /// When the image, or another before it, cannot be decoded; when the row is not among those that were asked for; when its shard was truncated
    /// or lost since.
    pub fn read(&self, row: u32, out: &mut [u8]) -> Result<(), Arc<DataError>> {
        match self.parts.get(&(row as usize / self.per_shard)) {
            Some(part) if self.arrivals.wait(row)? => Ok(part.shard.read(part.slot(row), out)?),
            _ => Err(DataError::Image { image: format!("item {row}"), reason: "it is not among the decoded ones".to_owned() }.into()),
        }
    }
}

/// Rows whose images cannot be decoded.
#[derive(Default)]
struct Broken(Mutex<BTreeMap<u32, DataError>>);

impl Broken {
    /// Adds one; an error where there are enough to be told.
    fn add(&self, row: u32, error: DataError) -> Result<(), DataError> {
        let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rows.insert(row, error);
        if rows.len() < TOLD { Ok(()) } else { Err(DataError::Threads("too many are broken".to_owned())) }
    }

    fn is_none(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// The first of them as an error, where there are any.
    fn told(self, dataset: &Dataset) -> Result<(), DataError> {
        let rows = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let more = rows.len() >= TOLD;
        let line = |(row, error): (u32, DataError)| match error {
            DataError::Image { image, reason } if dataset.ids[row as usize] == image => format!("`{image}`: {reason}"),
            DataError::Image { image, reason } => format!("`{}`, of `{image}`: {reason}", dataset.ids[row as usize]),
            other => other.to_string(),
        };
        let broken: Vec<String> = rows.into_iter().take(TOLD).map(line).collect();
        match broken.is_empty() {
            true => Ok(()),
            false => Err(DataError::Images { dataset: dataset.name.clone(), broken, more }),
        }
    }
}

/// Says that a fill ended, if nobody else did: its thread panicked.
struct Ending<'i>(&'i Images);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.arrivals.end(Err(Arc::new(DataError::Threads("a decoder panicked".to_owned()))));
    }
}

/// The first shard that nobody else fills; where others fill them all, the first of all, once it is free.
fn next<'p>(waiting: &mut VecDeque<&'p Part>) -> Result<Option<(&'p Part, Filled<'p>)>, DataError> {
    for at in 0..waiting.len() {
        if let Some(filled) = waiting[at].shard.try_lock()? {
            return Ok(waiting.remove(at).map(|part| (part, filled)));
        }
    }
    waiting.pop_front().map(|part| Ok((part, part.shard.lock()?))).transpose()
}

fn joined(recording: Option<std::thread::ScopedJoinHandle<'_, Result<(), DataError>>>) -> Result<(), DataError> {
    let panicked = |_| Err(DataError::Threads("the image cache's recorder panicked".to_owned()));
    recording.map_or(Ok(()), |thread| thread.join().unwrap_or_else(panicked))
}

fn shape(input: &Resolved) -> [usize; 3] {
    [input.height as usize, input.width as usize, input.channels.count() as usize]
}

fn size(input: &Resolved) -> usize {
    shape(input).iter().product()
}

/// Equal for equal images in equal geometry, wherever they lie.
fn key(items: &Items, rows: std::ops::Range<usize>, input: &Resolved) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(decode::VERSION.as_bytes()).update(input.geometry().as_bytes());
    if let Some(grid) = &items.mosaic {
        hasher.update(&grid.rows.to_le_bytes()).update(&grid.columns.to_le_bytes());
    }
    for row in rows {
        for image in items.parts(row as u32) {
            hasher.update(&items.digests[image as usize].bytes());
        }
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

/// Takes the bytes of an item, or why there are none.
type Write<'w> = &'w (dyn Fn(u32, Result<Vec<u8>, DataError>) -> Result<(), DataError> + Sync);

/// Decodes and fits items and hands each on.
fn decode_all(items: &Items, rows: &[u32], input: &Resolved, write: Write) -> Result<(), DataError> {
    let Some(grid) = &items.mosaic else {
        items.visit(rows, |row, encoded| write(row, prepare(items, row, encoded, input)))?;
        return Ok(());
    };
    let cell = Resolved { height: input.height / grid.rows, width: input.width / grid.columns, ..input.clone() };
    // A block of mosaics at a time, each of its photographs decoded once.
    for block in rows.chunks((4096 / grid.size()).max(1)) {
        let mut images: Vec<u32> = block.iter().flat_map(|row| items.parts(*row)).collect();
        images.sort_unstable();
        images.dedup();
        let parts = items.visit(&images, |image, encoded| prepare(items, image, encoded, &cell))?;
        let parts: HashMap<u32, Vec<u8>> = images.into_iter().zip(parts).collect();
        for row in block {
            let parts: Vec<&[u8]> = items.parts(*row).iter().filter_map(|image| parts.get(image).map(Vec::as_slice)).collect();
            write(*row, Ok(tiled(grid, &parts, &cell)))?;
        }
    }
    Ok(())
}

fn prepare(items: &Items, image: u32, encoded: Encoded, input: &Resolved) -> Result<Vec<u8>, DataError> {
    let pixels = items.decode(image, encoded, input.input.orient, &|width, height| shrink(width, height, input))?;
    fit(pixels, input).map_err(|reason| items.broken(image, reason))
}

fn tiled(grid: &Grid, parts: &[&[u8]], cell: &Resolved) -> Vec<u8> {
    let line = cell.width as usize * cell.channels.count() as usize;
    let mut whole = Vec::with_capacity(parts.len() * line * cell.height as usize);
    for row in parts.chunks(grid.columns as usize) {
        for y in 0..cell.height as usize {
            row.iter().for_each(|part| whole.extend_from_slice(&part[y * line..(y + 1) * line]));
        }
    }
    whole
}
