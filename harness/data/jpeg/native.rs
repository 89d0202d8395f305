//! libjpeg-turbo itself, in C: the same pixels as the decoder in Rust makes, sooner.

use turbojpeg::{Decompressor, Image, PixelFormat, ScalingFactor};

use super::{ColorSpace, SCANS, Samples};

/// Decodes at a `shrink`th of the sides, rounded up. `None` for what it complains about: the other decoder knows whether that is an error.
pub(super) fn decode(bytes: &[u8], space: ColorSpace, shrink: u32) -> Option<Samples> {
    let format = match space {
        ColorSpace::Luma => PixelFormat::GRAY,
        ColorSpace::CMYK => PixelFormat::CMYK,
        _ => PixelFormat::RGB,
    };
    let mut decoder = Decompressor::new().ok()?;
    decoder.set_scan_limit(SCANS).ok()?;
    let scale = ScalingFactor::new(1, shrink as usize);
    let header = decoder.read_header(bytes).ok()?.scaled(scale);
    decoder.set_scaling_factor(scale).ok()?;
    let pitch = header.width.checked_mul(format.size())?;
    let mut image = Image { pixels: vec![0; pitch.checked_mul(header.height)?], width: header.width, pitch, height: header.height, format };
    decoder.decompress(bytes, image.as_deref_mut()).ok()?;
    Some(Samples { width: u32::try_from(header.width).ok()?, height: u32::try_from(header.height).ok()?, bytes: image.pixels })
}
