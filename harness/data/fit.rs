//! Pixels of any size to a model's size: torchvision's and Pillow's resize and crop.

use std::cell::RefCell;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use super::bitmap::Pixels;
use crate::spec::input::{Channels, Decoding, Filter, Fit, Resolved};

/// Brings an image to the size and the channels of an input: `height * width * channels` bytes, row by row.
///
/// # Errors
/// A reason, where the images are to keep their size and this one has another.
pub fn fit(pixels: Pixels, input: &Resolved) -> Result<Vec<u8>, String> {
    let pixels = if input.channels == Channels::Gray { pixels.into_luma() } else { pixels };
    let (width, height) = (input.width, input.height);
    let same = (pixels.width, pixels.height) == (width, height);
    // Also an image that already has the size is resized, where that is so that its edges are cut off.
    let cut = || whole(f64::from(width), f64::from(height), input) != (f64::from(width), f64::from(height));
    let fitted = match input.input.size {
        None if !same => {
            return Err(format!(
                "it has {} x {} pixels where the first image has {width} x {height}: give the model's `input` a `size`",
                pixels.width, pixels.height
            ));
        }
        Some(_) if !same || cut() => resized(&pixels, input)?,
        _ => pixels,
    };
    Ok(arranged(fitted, input.channels))
}

fn arranged(pixels: Pixels, channels: Channels) -> Vec<u8> {
    match (channels, pixels.channels) {
        (Channels::Gray, _) | (Channels::Rgb, 3) => pixels.bytes,
        (_, 1) => pixels.bytes.iter().flat_map(|luma| [*luma; 3]).collect(),
        (_, _) => pixels.bytes.chunks_exact(3).flat_map(|pixel| [pixel[2], pixel[1], pixel[0]]).collect(),
    }
}

/// First across, then down, or the other way round, with bytes in between, as Pillow does: what overshoots is cut off in the same places.
fn resized(pixels: &Pixels, input: &Resolved) -> Result<Pixels, String> {
    let (filter, support) = match input.input.filter {
        Filter::Nearest => return Ok(nearest(pixels, input)),
        Filter::Bilinear => (FilterType::Bilinear, 1.0),
        Filter::Bicubic => (FilterType::CatmullRom, 2.0),
    };
    let (width, height) = (input.width, input.height);
    let (left, top, source_width, source_height) = window(pixels, input);
    let algorithm = if input.input.antialias { ResizeAlg::Convolution(filter) } else { ResizeAlg::Interpolation(filter) };
    // What the second pass can see of a side.
    let seen = |from: f64, length: f64, target: u32, side: u32| {
        let reach = support * (length / f64::from(target)).max(1.0) + 1.0;
        let first = (from - reach).floor().max(0.0);
        (first, (from + length + reach).ceil().min(f64::from(side)) - first)
    };
    let between = |width, height, bytes| Pixels { width, height, channels: pixels.channels, bytes };
    if input.input.antialias && down_first(pixels, input) {
        let (first, columns) = seen(left, source_width, width, pixels.width);
        let bytes = pass(pixels, (columns as u32, height), (first, top, columns, source_height), algorithm)?;
        let down = between(columns as u32, height, bytes);
        let bytes = pass(&down, (width, height), (left - first, 0.0, source_width, f64::from(height)), algorithm)?;
        return Ok(between(width, height, bytes));
    }
    let (first, rows) = seen(top, source_height, height, pixels.height);
    let bytes = pass(pixels, (width, rows as u32), (left, first, source_width, rows), algorithm)?;
    let across = between(width, rows as u32, bytes);
    let bytes = pass(&across, (width, height), (0.0, top - first, f64::from(width), source_height), algorithm)?;
    Ok(between(width, height, bytes))
}

/// Whether Pillow, since 13.0, would begin with the height: where that loses more than twice as many pixels as the width does.
fn down_first(pixels: &Pixels, input: &Resolved) -> bool {
    let (width, height) = (f64::from(pixels.width), f64::from(pixels.height));
    let (whole_width, whole_height) = whole(width, height, input);
    height > whole_height && height - whole_height > 2.0 * (width - whole_width)
}

/// Takes of each side those pixels that Pillow takes (`ImagingScaleAffine` of Geometry.c): it adds up steps, and so rounds otherwise than a
/// product does.
fn nearest(pixels: &Pixels, input: &Resolved) -> Pixels {
    let (whole_width, whole_height) = whole(f64::from(pixels.width), f64::from(pixels.height), input);
    let taken = |side: u32, whole: f64, target: u32| {
        let step = f64::from(side) / whole;
        let places = std::iter::successors(Some(step * 0.5), move |place| Some(place + step));
        places.skip(offset(whole, target) as usize).take(target as usize).map(move |place| (place as usize).min(side as usize - 1))
    };
    let (channels, line) = (pixels.channels as usize, (pixels.width * pixels.channels) as usize);
    let columns: Vec<usize> = taken(pixels.width, whole_width, input.width).collect();
    let mut bytes = Vec::with_capacity(columns.len() * input.height as usize * channels);
    for row in taken(pixels.height, whole_height, input.height) {
        let row = &pixels.bytes[row * line..(row + 1) * line];
        columns.iter().for_each(|column| bytes.extend_from_slice(&row[column * channels..(column + 1) * channels]));
    }
    Pixels { width: input.width, height: input.height, channels: pixels.channels, bytes }
}

thread_local! {
    /// One resizer a thread: it keeps its buffers.
    static RESIZER: RefCell<Resizer> = RefCell::new(Resizer::new());
}

/// Resamples a window (left, top, width, height) to a width and height.
fn pass(
    pixels: &Pixels,
    (width, height): (u32, u32),
    (left, top, across, down): (f64, f64, f64, f64),
    algorithm: ResizeAlg,
) -> Result<Vec<u8>, String> {
    let kind = if pixels.channels == 1 { PixelType::U8 } else { PixelType::U8x3 };
    let source = ImageRef::new(pixels.width, pixels.height, &pixels.bytes, kind).map_err(|error| error.to_string())?;
    let mut target = Image::new(width, height, kind);
    let options = ResizeOptions::new().resize_alg(algorithm).crop(left, top, across, down).use_alpha(false);
    let done = RESIZER.with_borrow_mut(|resizer| resizer.resize(&source, &mut target, Some(&options)));
    done.map_err(|error| error.to_string())?;
    Ok(target.into_vec())
}

/// By how much a JPEG of a width and height may shrink while it is decoded, on its way to an input's size: 1, or with `decode: fast`, 2, 4 or
/// 8, so that it is still no smaller than what it is resized to. Pillow's `draft` chooses the same.
pub fn shrink(width: u32, height: u32, input: &Resolved) -> u32 {
    if input.input.decode == Decoding::Exact || input.input.size.is_none() {
        return 1;
    }
    let (whole_width, whole_height) = whole(f64::from(width), f64::from(height), input);
    let scale = (f64::from(width) / whole_width).min(f64::from(height) / whole_height);
    [8, 4, 2].into_iter().find(|by| scale >= f64::from(*by)).unwrap_or(1)
}

/// The width and height that a whole image is resized to, before what reaches beyond the target is cut off. The side that binds is scaled to
/// its target, rounded down; the other keeps the proportion, rounded down, as torchvision does.
fn whole(width: f64, height: f64, input: &Resolved) -> (f64, f64) {
    let edge = match input.input.fit {
        Fit::Stretch => return (f64::from(input.width), f64::from(input.height)),
        Fit::ShortestEdge => 1.0,
        Fit::CropFraction(fraction) => fraction,
    };
    let grown = |side: u32| (f64::from(side) / edge).floor();
    let (bound_width, bound_height) = (grown(input.width), grown(input.height));
    if width * bound_height <= height * bound_width {
        (bound_width, (bound_width * height / width).floor())
    } else {
        ((bound_height * width / height).floor(), bound_height)
    }
}

/// What is cut off before the target, of a side that was resized as a whole.
fn offset(whole: f64, target: u32) -> f64 {
    ((whole - f64::from(target)) / 2.0).round_ties_even().max(0.0)
}

/// The part of the source that becomes the target: left, top, width, height. Cropping the source exactly where the target would be
/// cropped after resizing gives the same pixels, for the filters still see what lies beside the window.
fn window(pixels: &Pixels, input: &Resolved) -> (f64, f64, f64, f64) {
    let (width, height) = (f64::from(pixels.width), f64::from(pixels.height));
    let (whole_width, whole_height) = whole(width, height, input);
    let (across, down) = (width / whole_width, height / whole_height);
    let left = offset(whole_width, input.width) * across;
    let top = offset(whole_height, input.height) * down;
    let source_width = (f64::from(input.width) * across).min(width - left);
    let source_height = (f64::from(input.height) * down).min(height - top);
    (left, top, source_width, source_height)
}
