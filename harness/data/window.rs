//! The part of an image that is an item: a person's box, a face.

use serde::{Deserialize, Serialize};

use super::bitmap::Pixels;
use super::digest::Digest;
use super::look::Size;

/// A rectangle, in pixels or as shares of the image's sides.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// The left edge.
    pub left: f64,
    /// The upper edge.
    pub top: f64,
    /// The right edge.
    pub right: f64,
    /// The lower edge.
    pub bottom: f64,
    /// Whether these are shares of the sides, in 0…1.
    pub relative: bool,
}

impl Window {
    /// The digest of an image and of this window of it.
    pub(super) fn digest(&self, image: Digest) -> Digest {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&image.bytes()).update(&[u8::from(self.relative)]);
        for edge in [self.left, self.top, self.right, self.bottom] {
            hasher.update(&edge.to_le_bytes());
        }
        Digest::from(hasher.finalize())
    }

    /// The width and height of what it holds of an image, in whole pixels; `None` where that is nothing.
    pub(super) fn size(&self, width: u32, height: u32) -> Option<(u32, u32)> {
        let [left, top, right, bottom] = self.edges((width, height), (width, height));
        (left < right && top < bottom).then(|| ((right - left) as u32, (bottom - top) as u32))
    }

    /// Why it holds nothing of an image as it is shown, upright; `None` where it holds something.
    pub(super) fn refusal(&self, image: Size) -> Option<String> {
        let Size { width, height, turned } = image;
        let (width, height) = if turned { (height, width) } else { (width, height) };
        if self.size(width, height).is_some() {
            return None;
        }
        let Self { left, top, right, bottom, .. } = self;
        Some(format!("its box from {left}, {top} to {right}, {bottom} holds no pixel of the {width} x {height} that there are"))
    }

    /// Cuts it out, rounded to whole pixels, halves to even ones as Pillow does; what reaches beyond the image is left out. `full` are the width and
    /// height of the image before it shrank to these pixels.
    pub(super) fn cut(&self, pixels: Pixels, full: (u32, u32)) -> Result<Pixels, String> {
        let [left, top, right, bottom] = self.edges((pixels.width, pixels.height), full);
        if left >= right || top >= bottom {
            return Err(format!("its box holds no pixel of the {} x {} that there are", full.0, full.1));
        }
        let channels = pixels.channels as usize;
        let line = pixels.width as usize * channels;
        let mut bytes = Vec::with_capacity((right - left) * (bottom - top) * channels);
        for row in pixels.bytes.chunks_exact(line).skip(top).take(bottom - top) {
            bytes.extend_from_slice(&row[left * channels..right * channels]);
        }
        Ok(Pixels { width: (right - left) as u32, height: (bottom - top) as u32, channels: pixels.channels, bytes })
    }

    /// Left, top, right and bottom among `width` by `height` pixels that stand for a `full` size.
    fn edges(&self, (width, height): (u32, u32), full: (u32, u32)) -> [usize; 4] {
        let (width, height) = (f64::from(width), f64::from(height));
        let (across, down) = if self.relative { (width, height) } else { (width / f64::from(full.0), height / f64::from(full.1)) };
        let edge = |at: f64, scale: f64, most: f64| (at * scale).round_ties_even().clamp(0.0, most) as usize;
        [edge(self.left, across, width), edge(self.top, down, height), edge(self.right, across, width), edge(self.bottom, down, height)]
    }
}
