//! Decoded images: bytes of one size, decoded once and shared by all that need the same.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::dataset::Dataset;
use super::decode;
use super::error::DataError;
use super::fit::{fit, shrink};
use super::items::{Encoded, Grid, Items};
use super::shard::Shard;
use crate::spec::input::{Channels, Resolved};

/// Bytes that a shard has at most, whatever the size of an image: what is not filled takes no space on disk.
const SHARD: usize = 64 << 20;

/// The images of some rows of a dataset, in the geometry of one input.
#[derive(Debug)]
pub struct Images {
    shape: [usize; 3],
    channels: Channels,
    per_shard: usize,
    shards: HashMap<usize, Shard>,
}

impl Images {
    /// Decodes the images of `rows` that the cache does not hold yet. `progress` gets how many of how many are there.
    ///
    /// # Errors
    /// When an image cannot be decoded (it is named), or the cache cannot be written.
    pub fn decode(
        dataset: &Dataset,
        rows: &[u32],
        input: &Resolved,
        cache: &Path,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<Self, DataError> {
        let shape = [input.height as usize, input.width as usize, input.channels.count() as usize];
        let size: usize = shape.iter().product();
        let per_shard = (SHARD / size.max(1)).clamp(1, 1 << 20);
        let folder = cache.join("images");
        let mut by_shard: std::collections::BTreeMap<usize, Vec<u32>> = std::collections::BTreeMap::new();
        for row in rows {
            by_shard.entry(*row as usize / per_shard).or_default().push(*row);
        }
        let done = AtomicU64::new(0);
        let report = |count: usize| progress(done.fetch_add(count as u64, Ordering::Relaxed) + count as u64, rows.len() as u64);
        let mut shards = HashMap::new();
        for (index, mut rows) in by_shard {
            let asked = rows.len();
            rows.sort_unstable();
            rows.dedup();
            let first = index * per_shard;
            let slots = per_shard.min(dataset.items.len() - first);
            let shard = Shard::open(&folder, &key(&dataset.items, first..first + slots, input), slots, size)?;
            let mut filled = shard.lock()?;
            let missing: Vec<u32> = rows.iter().copied().filter(|row| !filled.holds(*row as usize - first)).collect();
            report(asked - missing.len());
            if !missing.is_empty() {
                let counted = |count: usize| report(count);
                fill(&dataset.items, &missing, input, &counted, &|row, bytes| shard.write(row as usize - first, bytes))?;
                missing.iter().for_each(|row| filled.mark(*row as usize - first));
                shard.record(&filled)?;
            }
            shard.unlock()?;
            shards.insert(index, shard);
        }
        Ok(Self { shape, channels: input.channels, per_shard, shards })
    }

    /// Height, width and channels.
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// The order of the channels.
    pub fn channels(&self) -> Channels {
        self.channels
    }

    /// Bytes of one image.
    pub fn size(&self) -> usize {
        self.shape.iter().product()
    }

    /// Reads an image: `height * width * channels` bytes, row by row.
    ///
    /// # Errors
    /// When the row is not among those that were decoded, or its shard was truncated or lost since.
    pub fn read(&self, row: u32, out: &mut [u8]) -> Result<(), DataError> {
        match self.shards.get(&(row as usize / self.per_shard)) {
            Some(shard) => shard.read(row as usize % self.per_shard, out),
            None => Err(DataError::Image { image: format!("item {row}"), reason: "it is not among the decoded ones".to_owned() }),
        }
    }
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

/// Takes the bytes of an item.
type Write<'w> = &'w (dyn Fn(u32, &[u8]) -> Result<(), DataError> + Sync);

/// Decodes and fits items and hands each on.
fn fill(items: &Items, rows: &[u32], input: &Resolved, done: &(dyn Fn(usize) + Sync), write: Write) -> Result<(), DataError> {
    let Some(grid) = &items.mosaic else {
        items.visit(rows, done, |row, encoded| write(row, &prepare(items, row, encoded, input)?))?;
        return Ok(());
    };
    let cell = Resolved { height: input.height / grid.rows, width: input.width / grid.columns, ..input.clone() };
    // A block of mosaics at a time, each of its photographs decoded once.
    for block in rows.chunks((4096 / grid.size()).max(1)) {
        let mut images: Vec<u32> = block.iter().flat_map(|row| items.parts(*row)).collect();
        images.sort_unstable();
        images.dedup();
        let parts = items.visit(&images, &|_| {}, |image, encoded| prepare(items, image, encoded, &cell))?;
        let parts: HashMap<u32, Vec<u8>> = images.into_iter().zip(parts).collect();
        for row in block {
            let parts: Vec<&[u8]> = items.parts(*row).iter().filter_map(|image| parts.get(image).map(Vec::as_slice)).collect();
            write(*row, &tiled(grid, &parts, &cell))?;
        }
        done(block.len());
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
