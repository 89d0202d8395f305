//! libjpeg-turbo, as Pillow uses it: the accurate transform and smooth upsampling, which are its defaults.

use turbojpeg::{Decompressor, Image, PixelFormat, ScalingFactor};

use super::{ColorSpace, Samples};

/// Decodes at a `shrink`th of the sides, rounded up. `None` for what libjpeg-turbo complains about: it does not say whether that is an error
/// or a warning, and the other decoder knows.
pub(super) fn decode(bytes: &[u8], space: ColorSpace, shrink: u32) -> Option<Samples> {
    let (format, channels) = match space {
        ColorSpace::Luma => (PixelFormat::GRAY, 1),
        ColorSpace::CMYK => (PixelFormat::CMYK, 4),
        _ => (PixelFormat::RGB, 3),
    };
    let factor = ScalingFactor::new(1, shrink as usize);
    let mut decompressor = Decompressor::new().ok()?;
    decompressor.set_scaling_factor(factor).ok()?;
    let header = decompressor.read_header(bytes).ok()?.scaled(factor);
    let (width, height) = (header.width, header.height);
    let mut pixels = vec![0; width * height * channels];
    decompressor.decompress(bytes, Image { pixels: &mut pixels, width, pitch: width * channels, height, format }).ok()?;
    Some(Samples { width: width as u32, height: height as u32, bytes: pixels })
}
