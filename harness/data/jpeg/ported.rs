//! libjpeg-turbo's decoder in Rust, as Pillow uses that: the accurate transform and smooth upsampling, which are its defaults.

use libjpeg_turbo_rs::decode::upsample::{fancy_h2v1, fancy_h2v2_strided};
use libjpeg_turbo_rs::{ColorSpace as Stored, Decoder, PixelFormat, ScalingFactor};

use super::{ColorSpace, SCANS, Samples};

/// Decodes at a `shrink`th of the sides, rounded up. `None` for what it complains about: the other decoder knows whether that is an error.
pub(super) fn decode(bytes: &[u8], space: ColorSpace, shrink: u32) -> Option<Samples> {
    let format = match space {
        ColorSpace::Luma => PixelFormat::Grayscale,
        ColorSpace::CMYK => PixelFormat::Cmyk,
        _ => PixelFormat::Rgb,
    };
    let mut decoder = Decoder::new(bytes).ok()?;
    decoder.set_scan_limit(SCANS);
    if space == ColorSpace::CMYK && !black_is_whole(&decoder) {
        return inks(decoder);
    }
    decoder.set_output_format(format);
    decoder.set_scale(ScalingFactor::new(1, shrink));
    let image = decoder.decode_image().ok()?;
    Some(Samples { width: u32::try_from(image.width).ok()?, height: u32::try_from(image.height).ok()?, bytes: image.into_vec() })
}

/// Whether black has as many samples as the first channel, and the two between as many as each other: the decoder takes that for granted.
fn black_is_whole(decoder: &Decoder<'_>) -> bool {
    let sampled: Vec<_> = decoder.header().components.iter().map(|one| (one.horizontal_sampling, one.vertical_sampling)).collect();
    matches!(sampled[..], [first, one, other, black] if black == first && one == other && one.0 <= first.0 && one.1 <= first.1)
}

/// Inks of which some have half as many samples across, or across and down, at the full size.
fn inks(decoder: Decoder<'_>) -> Option<Samples> {
    if decoder.jpeg_color_space() != Stored::Cmyk {
        return None;
    }
    let sampled: Vec<_> =
        decoder.header().components.iter().map(|one| (usize::from(one.horizontal_sampling), usize::from(one.vertical_sampling))).collect();
    let most = (sampled.iter().map(|one| one.0).max()?, sampled.iter().map(|one| one.1).max()?);
    let image = decoder.decode_raw().ok()?;
    let (width, height) = (image.width, image.height);
    let mut bytes = vec![0; width.checked_mul(height)?.checked_mul(sampled.len())?];
    for (channel, &(across, down)) in sampled.iter().enumerate() {
        let (plane, line) = (image.planes.get(channel)?, *image.plane_widths.get(channel)?);
        // What was filled up behind the edges is not looked at.
        let (columns, rows) = ((width * across).div_ceil(most.0), (height * down).div_ceil(most.1));
        if !most.0.is_multiple_of(across) || !most.1.is_multiple_of(down) {
            return None;
        }
        let mut whole = Vec::new();
        let (whole, line) = match (most.0 / across, most.1 / down) {
            (1, 1) => (plane, line),
            (2, 1) => {
                whole.resize(2 * columns * rows, 0);
                for (from, to) in plane.chunks_exact(line).zip(whole.chunks_exact_mut(2 * columns)) {
                    fancy_h2v1(from, columns, to, 2 * columns);
                }
                (&whole, 2 * columns)
            }
            (2, 2) => {
                whole.resize(4 * columns * rows, 0);
                fancy_h2v2_strided(plane, columns, line, rows, &mut whole, 2 * columns);
                (&whole, 2 * columns)
            }
            _ => return None,
        };
        for (from, to) in whole.chunks_exact(line).zip(bytes.chunks_exact_mut(width * sampled.len())) {
            for (sample, pixel) in from.iter().zip(to.chunks_exact_mut(sampled.len())) {
                pixel[channel] = *sample;
            }
        }
    }
    Some(Samples { width: u32::try_from(width).ok()?, height: u32::try_from(height).ok()?, bytes })
}
