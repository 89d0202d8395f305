//! Encoded images to pixels.

use std::borrow::Cow;
use std::io::Cursor;
use std::ops::Range;

use image::metadata::Orientation;
use image::{ColorType, DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader};

use super::bitmap::{Header, Pixels};
use super::guard::guarded;
use super::orientation::{Said, png};
use super::printable::said;
use super::{jpeg, npy};

/// Changes whenever decoding or fitting gives other bytes than before: old shards are then left alone.
pub const VERSION: &str = "11";

/// Refuses a file by its length alone: an image within `limit` pixels has at most 16 bits in four channels for each, and a mebibyte besides.
///
/// # Errors
/// A reason, where the file is longer.
pub(super) fn check_length(bytes: u64, limit: u64) -> Result<(), String> {
    if bytes > limit.saturating_mul(8).saturating_add(1 << 20) {
        return Err(format!("{bytes} bytes are more than an image within the `pixel_limit` of {limit} can have"));
    }
    Ok(())
}

/// Reads the header and looks whether the file ends where its format says it must: what can be told without decoding.
///
/// # Errors
/// A reason, where this is no image of a known format, is cut off, or has more pixels than `limit`.
pub fn check(bytes: &[u8], limit: u64) -> Result<Header, String> {
    // What a decoder of PNG cannot hold in memory it does not name as that.
    if let Some((width, height)) = png_sides(bytes) {
        within(width, height, limit)?;
    }
    let header = guarded(|| header(bytes)).unwrap_or_else(|| Err(panicked(bytes)))?;
    within(header.width, header.height, limit)?;
    match header.width.min(header.height) {
        0 => Err("it has no pixels".to_owned()),
        _ => Ok(header),
    }
}

fn within(width: u32, height: u32, limit: u64) -> Result<(), String> {
    match u64::from(width) * u64::from(height) > limit {
        true => Err(format!("{width} x {height} pixels are more than the `pixel_limit` of {limit}")),
        false => Ok(()),
    }
}

/// The sides that the first chunk of a PNG says.
fn png_sides(bytes: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).map(u32::from_be_bytes);
    let begun = bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.get(12..16) == Some(b"IHDR");
    Some((number(16)?, number(20)?)).filter(|_| begun)
}

fn header(bytes: &[u8]) -> Result<Header, String> {
    if npy::is_npy(bytes) {
        return npy::header(bytes);
    }
    let format = format(bytes)?;
    match format {
        ImageFormat::Jpeg => jpeg::header(bytes),
        _ => {
            if !whole(bytes, format) {
                return Err(format!("a truncated {}", name(format)));
            }
            let decoder = decoder(bytes, format)?;
            let (width, height) = decoder.dimensions();
            Ok(Header { width, height, channels: if grey(decoder.color_type()) { 1 } else { 3 } })
        }
    }
}

/// Whether whatever [`check`] lets through is decoded: where data within are damaged, a JPEG is, and shows it.
pub(super) fn is_lenient(bytes: &[u8]) -> bool {
    format(bytes) == Ok(ImageFormat::Jpeg)
}

/// Leaves a JPEG at its full size.
pub fn full(_width: u32, _height: u32) -> u32 {
    1
}

/// Decodes an image; alpha is dropped and 16 bits become the upper 8, as Pillow does. Of an animation, the first frame counts.
/// `shrink` says from the width and height of a JPEG at what part of its sides it may come, rounded up: 1, 2, 4 or 8.
///
/// # Errors
/// A reason, as for [`check`], or where the data are corrupt.
pub fn decode(bytes: &[u8], limit: u64, orient: bool, shrink: &dyn Fn(u32, u32) -> u32) -> Result<Pixels, String> {
    check(bytes, limit)?;
    if npy::is_npy(bytes) {
        return npy::decode(bytes);
    }
    let format = format(bytes)?;
    let decoded = guarded(|| match format {
        ImageFormat::Jpeg => jpeg::decode(bytes, orient, shrink),
        _ => decode_other(bytes, format),
    });
    let (pixels, orientation) = decoded.unwrap_or_else(|| Err(panicked(bytes)))?;
    match orientation {
        Some(orientation) if orient && orientation != Orientation::NoTransforms => Ok(pixels.turned(orientation)),
        _ => Ok(pixels),
    }
}

/// Why an image has no pixels whose decoder panicked: that did not foresee such a file.
fn panicked(bytes: &[u8]) -> String {
    format!("a broken {}, which its decoder cannot cope with", format(bytes).map_or("image", name))
}

/// The width and height of a JPEG, upright where `orient` is set; `None` for other formats.
pub(super) fn jpeg_size(bytes: &[u8], orient: bool) -> Option<(u32, u32)> {
    let format = format(bytes).ok()?;
    if format == ImageFormat::Jpeg { guarded(|| jpeg::size(bytes, orient)).flatten() } else { None }
}

/// Whether an image is stored lying on its side.
pub(super) fn is_turned(bytes: &[u8], header: Header) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    let turned = || match format(bytes) {
        Ok(ImageFormat::Jpeg) => jpeg::size(bytes, true).is_some_and(|upright| upright != (header.width, header.height)),
        Ok(format) => decoder(bytes, format).is_ok_and(|mut decoder| {
            matches!(turned_by(bytes, format, &mut decoder), Some(Rotate90 | Rotate90FlipH | Rotate270 | Rotate270FlipH))
        }),
        Err(_) => false,
    };
    guarded(turned).unwrap_or(false)
}

fn format(bytes: &[u8]) -> Result<ImageFormat, String> {
    if bytes.is_empty() {
        return Err("the file is empty".to_owned());
    }
    match image::guess_format(bytes) {
        Ok(format @ (ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP | ImageFormat::Bmp | ImageFormat::Gif)) => Ok(format),
        Ok(format) => Err(format!("{format:?} is not among the formats that are read: JPEG, PNG, WebP, BMP, GIF, and NumPy's arrays")),
        Err(_) => Err("not an image: its first bytes are of no known format".to_owned()),
    }
}

/// Whether a file of a format other than JPEG goes on to where its structure says that it ends. Without enough bytes to tell, or with
/// others than expected, it is left to the decoder.
fn whole(bytes: &[u8], format: ImageFormat) -> bool {
    let number = |at: usize| bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).map(u32::from_le_bytes);
    match format {
        // A PNG ends in its IEND chunk.
        ImageFormat::Png => bytes.windows(4).rev().any(|window| window == b"IEND"),
        ImageFormat::WebP => number(4).is_none_or(|length| bytes.len() as u64 >= u64::from(length) + 8),
        // Uncompressed rows are filled up to four bytes each; a negative height says that the first is the uppermost.
        ImageFormat::Bmp => match (number(10), number(14), number(18), number(22), number(28), number(30)) {
            (Some(offset), Some(40..), Some(width), Some(height), Some(bits), Some(0)) => {
                let line = (u64::from(width) * u64::from(bits & 0xffff)).div_ceil(32).saturating_mul(4);
                let rows = u64::from((height as i32).unsigned_abs());
                bytes.len() as u64 >= line.saturating_mul(rows).saturating_add(u64::from(offset))
            }
            _ => true,
        },
        ImageFormat::Gif => first_frame(bytes).is_some(),
        _ => true,
    }
}

/// A GIF's first frame, which need not fill the picture.
struct Frame {
    across: Range<usize>,
    down: Range<usize>,
    /// The colour of what lies outside of it: the transparent one, or else the first.
    outside: Option<[u8; 3]>,
}

/// A GIF's first frame; `None` where the file ends within it or has none.
fn first_frame(bytes: &[u8]) -> Option<Frame> {
    let colours = |packed: u8| if packed & 0x80 == 0 { 0 } else { 3 << ((packed & 7) + 1) };
    let number = |at: usize| Some(usize::from(u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?])));
    // Blocks of data each start with their length; an empty one is the last.
    let blocks = |mut at: usize| loop {
        match *bytes.get(at)? {
            0 => return Some(at + 1),
            length => at += 1 + usize::from(length),
        }
    };
    let (mut at, mut transparent) = (13 + colours(*bytes.get(10)?), 0);
    loop {
        match *bytes.get(at)? {
            0x21 => {
                // A graphic control says which colour is transparent, if one is.
                if bytes.get(at + 1) == Some(&0xf9) && bytes.get(at + 3)? & 1 == 1 {
                    transparent = usize::from(*bytes.get(at + 6)?);
                }
                at = blocks(at + 2)?;
            }
            0x2c => {
                let local = colours(*bytes.get(at + 9)?);
                blocks(at + 11 + local)?;
                let palette = if local == 0 { 13 } else { at + 10 };
                let colour = bytes.get(palette + 3 * transparent..palette + 3 * transparent + 3);
                let (left, top) = (number(at + 1)?, number(at + 3)?);
                return Some(Frame {
                    across: left..left + number(at + 5)?,
                    down: top..top + number(at + 7)?,
                    outside: colour.and_then(|colour| colour.try_into().ok()),
                });
            }
            _ => return None,
        }
    }
}

/// A GIF whose screen holds its first frame: it grows to do so, as Pillow's does, where others cut the frame off.
fn widened(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut bytes = Cow::Borrowed(bytes);
    if let Some(Frame { across, down, .. }) = first_frame(&bytes) {
        for (at, end) in [(6, across.end), (8, down.end)] {
            let side = u16::from_le_bytes([bytes[at], bytes[at + 1]]);
            let needed = u16::try_from(end).unwrap_or(u16::MAX);
            if needed > side {
                bytes.to_mut()[at..at + 2].copy_from_slice(&needed.to_le_bytes());
            }
        }
    }
    bytes
}

impl Frame {
    /// Fills what lies outside of the frame, as Pillow does.
    fn surround(&self, width: usize, rgb: &mut [u8]) {
        let Some(colour) = self.outside else { return };
        for (at, pixel) in rgb.chunks_exact_mut(3).enumerate() {
            if !self.across.contains(&(at % width)) || !self.down.contains(&(at / width)) {
                pixel.copy_from_slice(&colour);
            }
        }
    }
}

/// The format of an image whose file is called as if it had another one.
pub(super) fn misnamed(bytes: &[u8], path: &str) -> Option<&'static str> {
    let named = ImageFormat::from_path(path).ok()?;
    format(bytes).ok().filter(|format| *format != named).map(name)
}

/// A format as people write it.
fn name(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Jpeg => "JPEG",
        ImageFormat::Png => "PNG",
        ImageFormat::WebP => "WebP",
        ImageFormat::Bmp => "BMP",
        ImageFormat::Gif => "GIF",
        _ => "image",
    }
}

fn grey(color: ColorType) -> bool {
    matches!(color, ColorType::L8 | ColorType::La8 | ColorType::L16 | ColorType::La16)
}

fn broken(format: ImageFormat, error: &ImageError) -> String {
    let cause = match (error, std::error::Error::source(error)) {
        // Nothing else can befall bytes in memory.
        (ImageError::IoError(_), _) => "it ends too early".to_owned(),
        // The cause alone: what is around it says the format again.
        (_, Some(cause)) => cause.to_string(),
        (_, None) => error.to_string(),
    };
    format!("a broken {}: {}", name(format), said(&cause))
}

fn decoder(bytes: &[u8], format: ImageFormat) -> Result<impl ImageDecoder + '_, String> {
    let bytes = if format == ImageFormat::Gif { widened(bytes) } else { Cow::Borrowed(bytes) };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    // The number of pixels is bounded by the caller; the library's own bound of memory would refuse images that it allows.
    reader.no_limits();
    reader.into_decoder().map_err(|error| broken(format, &error))
}

fn turned_by(bytes: &[u8], format: ImageFormat, decoder: &mut impl ImageDecoder) -> Option<Orientation> {
    // The decoder of a PNG knows only what is in front of its pixels.
    if format == ImageFormat::Png {
        return png::said(bytes).orientation();
    }
    let exif = decoder.exif_metadata().ok().flatten().map(Cow::Owned);
    Said { exif, xmp: decoder.xmp_metadata().ok().flatten().map(Cow::Owned) }.orientation()
}

fn decode_other(bytes: &[u8], format: ImageFormat) -> Result<(Pixels, Option<Orientation>), String> {
    let mut decoder = decoder(bytes, format)?;
    let orientation = turned_by(bytes, format, &mut decoder);
    let (width, height) = decoder.dimensions();
    let image = DynamicImage::from_decoder(decoder).map_err(|error| broken(format, &error))?;
    let upper = |values: Vec<u16>| values.into_iter().map(|value| (value >> 8) as u8).collect();
    let (channels, pixels) = match image {
        DynamicImage::ImageLuma8(image) => (1, image.into_raw()),
        DynamicImage::ImageLumaA8(image) => (1, image.as_raw().chunks_exact(2).map(|pixel| pixel[0]).collect()),
        DynamicImage::ImageLuma16(image) => (1, upper(image.into_raw())),
        DynamicImage::ImageLumaA16(image) => (1, image.as_raw().chunks_exact(2).map(|pixel| (pixel[0] >> 8) as u8).collect()),
        DynamicImage::ImageRgb16(image) => (3, upper(image.into_raw())),
        DynamicImage::ImageRgba16(image) => {
            (3, image.as_raw().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]].map(|value| (value >> 8) as u8)).collect())
        }
        other => {
            let mut rgb = other.into_rgb8().into_raw();
            if let Some(frame) = first_frame(bytes).filter(|_| format == ImageFormat::Gif) {
                frame.surround(width as usize, &mut rgb);
            }
            (3, rgb)
        }
    };
    Ok((Pixels { width, height, channels, bytes: pixels }, orientation))
}
