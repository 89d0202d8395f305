//! Images as rows of bytes, and what a header says of them.

use image::DynamicImage;
use image::metadata::Orientation;

use crate::spec::card::Shape;

/// Decoded pixels, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pixels {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// 1 (luma) or 3 (red, green, blue).
    pub channels: u32,
    /// `height * width * channels` bytes.
    pub bytes: Vec<u8>,
}

/// What an image's header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Pixels in a row, before any orientation.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// 1 for grey images, else 3.
    pub channels: u32,
}

impl Pixels {
    /// Those of a record, the channels of each pixel side by side.
    pub(super) fn of_record(shape: &Shape, bytes: Vec<u8>) -> Self {
        let Shape { height, width, channels, planes } = *shape;
        let bytes = match planes && channels > 1 {
            false => bytes,
            true => {
                let plane = bytes.len() / channels as usize;
                (0..plane)
                    .flat_map(|pixel| (0..channels as usize).map(move |channel| (channel, pixel)))
                    .map(|(channel, pixel)| bytes[channel * plane + pixel])
                    .collect()
            }
        };
        Self { width, height, channels, bytes }
    }

    /// Turned as a camera says that it was held.
    pub(super) fn turned(self, orientation: Orientation) -> Self {
        let Self { width, height, channels, bytes } = self;
        let whole = "the buffer has `height * width * channels` bytes";
        let image = match channels {
            1 => image::GrayImage::from_raw(width, height, bytes).map(DynamicImage::ImageLuma8),
            _ => image::RgbImage::from_raw(width, height, bytes).map(DynamicImage::ImageRgb8),
        };
        debug_assert!(image.is_some(), "{whole}");
        let mut image = image.unwrap_or_default();
        image.apply_orientation(orientation);
        Self { width: image.width(), height: image.height(), channels, bytes: image.into_bytes() }
    }

    /// One channel of luma, weighed as ITU-R 601-2 does, in the integers that Pillow uses.
    #[must_use]
    pub fn into_luma(self) -> Self {
        if self.channels == 1 {
            return self;
        }
        let luma = |pixel: &[u8]| {
            let sum = u32::from(pixel[0]) * 19_595 + u32::from(pixel[1]) * 38_470 + u32::from(pixel[2]) * 7_471 + 0x8000;
            (sum >> 16) as u8
        };
        Self { channels: 1, bytes: self.bytes.chunks_exact(3).map(luma).collect(), ..self }
    }
}
