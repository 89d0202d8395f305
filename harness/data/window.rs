//! The part of an image that is an item: a person's box, a face.

use serde::{Deserialize, Serialize};

use super::decode::Pixels;
use super::digest::Digest;

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

    /// Cuts it out, rounded to whole pixels; what reaches beyond the image is left out.
    pub(super) fn cut(&self, pixels: Pixels) -> Result<Pixels, String> {
        let (width, height) = (f64::from(pixels.width), f64::from(pixels.height));
        let (across, down) = if self.relative { (width, height) } else { (1.0, 1.0) };
        let edge = |at: f64, scale: f64, most: f64| (at * scale).round().clamp(0.0, most) as usize;
        let (left, right) = (edge(self.left, across, width), edge(self.right, across, width));
        let (top, bottom) = (edge(self.top, down, height), edge(self.bottom, down, height));
        if left >= right || top >= bottom {
            return Err(format!("its box holds no pixel of the {} x {} that there are", pixels.width, pixels.height));
        }
        let channels = pixels.channels as usize;
        let line = pixels.width as usize * channels;
        let mut bytes = Vec::with_capacity((right - left) * (bottom - top) * channels);
        for row in pixels.bytes.chunks_exact(line).skip(top).take(bottom - top) {
            bytes.extend_from_slice(&row[left * channels..right * channels]);
        }
        Ok(Pixels { width: (right - left) as u32, height: (bottom - top) as u32, channels: pixels.channels, bytes })
    }
}
