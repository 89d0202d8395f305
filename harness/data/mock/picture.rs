//! A scene as the bytes of an image file.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};

use super::item::Item;
use super::scene;
use crate::data::jpeg;
use crate::data::random::generator;
use crate::spec::mock::Mock;

/// The pixels of an item.
pub(super) fn pixels(mock: &Mock, item: &Item) -> Vec<u8> {
    scene::draw(mock.render, &item.scene, mock.side, &mut generator(mock.seed, "mock picture", 0, item.number))
}

/// The quality of JPEGs, as cameras write them.
const QUALITY: u8 = 90;

/// An item as an image file: a JPEG where its path ends so, else a PNG.
pub(super) fn encoded(mock: &Mock, item: &Item, path: &str) -> Result<Vec<u8>, String> {
    let pixels = pixels(mock, item);
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    if ["jpg", "jpeg"].iter().any(|jpeg| ending.eq_ignore_ascii_case(jpeg)) {
        let side = mock.side as usize;
        return jpeg::encode(&pixels, [side, side, 3], QUALITY);
    }
    let mut out = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut out, CompressionType::Fast, FilterType::Sub);
    let done = encoder.write_image(&pixels, mock.side, mock.side, ExtendedColorType::Rgb8);
    done.map(|()| out).map_err(|error| error.to_string())
}
