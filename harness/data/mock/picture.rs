//! A scene as the bytes of an image file.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};

use super::cast::Item;
use super::scene;
use crate::data::random::generator;
use crate::spec::mock::Mock;

/// The pixels of an item.
pub(super) fn pixels(mock: &Mock, item: &Item) -> Vec<u8> {
    scene::draw(mock.render, &item.scene, mock.side, &mut generator(mock.seed, "mock picture", 0, item.number))
}

/// An item as a PNG, whatever its path ends in: images are told apart by their first bytes, and what is lossless is the same everywhere.
pub(super) fn encoded(mock: &Mock, item: &Item) -> Result<Vec<u8>, String> {
    let pixels = pixels(mock, item);
    let mut out = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut out, CompressionType::Fast, FilterType::Sub);
    let done = encoder.write_image(&pixels, mock.side, mock.side, ExtendedColorType::Rgb8);
    done.map(|()| out).map_err(|error| error.to_string())
}
