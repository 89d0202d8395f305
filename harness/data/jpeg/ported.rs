//! libjpeg-turbo's decoder in Rust, as Pillow uses that: the accurate transform and smooth upsampling, which are its defaults.

use libjpeg_turbo_rs::{Decoder, PixelFormat, ScalingFactor};

use super::{ColorSpace, SCANS, Samples};

/// Decodes at a `shrink`th of the sides, rounded up. `None` for what it complains about: the other decoder knows whether that is an error.
pub(super) fn decode(bytes: &[u8], space: ColorSpace, shrink: u32) -> Option<Samples> {
    let format = match space {
        ColorSpace::Luma => PixelFormat::Grayscale,
        ColorSpace::CMYK => PixelFormat::Cmyk,
        _ => PixelFormat::Rgb,
    };
    let mut decoder = Decoder::new(bytes).ok()?;
    decoder.set_output_format(format);
    decoder.set_scale(ScalingFactor::new(1, shrink));
    decoder.set_scan_limit(SCANS);
    let image = decoder.decode_image().ok()?;
    Some(Samples { width: u32::try_from(image.width).ok()?, height: u32::try_from(image.height).ok()?, bytes: image.into_vec() })
}
