//! Pixels to JPEG files, baseline, with libjpeg's quantization tables and 4:2:0 chroma: in Rust alone, so that every build gives equal bytes.

use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder, SamplingFactor};

/// Encodes rows of grey or of red, green and blue; `shape` is height, width, channels. The quality is libjpeg's, 1 to 100.
///
/// # Errors
/// A reason, where a side is 0 or above 65,535.
pub(in crate::data) fn encode(bytes: &[u8], [height, width, channels]: [usize; 3], quality: u8) -> Result<Vec<u8>, String> {
    let side = |side: usize| u16::try_from(side).map_err(|_| format!("a JPEG has no side of {side} pixels"));
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, quality);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    let colours = if channels == 1 { ColorType::Luma } else { ColorType::Rgb };
    encoder.encode(bytes, side(width)?, side(height)?, colours).map_err(|error| error.to_string())?;
    Ok(out)
}
