//! JPEG files to pixels, and back.
//!
//! zune-jpeg reads the headers; libjpeg-turbo's algorithms decode, to the same bits as Pillow, and at a fraction of the size where that is asked
//! for: in Rust, or with the feature `turbojpeg`, libjpeg-turbo itself. What those complain about zune-jpeg decodes, which is more lenient.

use image::metadata::Orientation;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;

use super::bitmap::{Header, Pixels};
use super::guard::guarded;
use super::orientation::Said;
use super::printable::said;

mod colours;
mod encode;
mod markers;
#[cfg(feature = "turbojpeg")]
mod native;
#[cfg(not(feature = "turbojpeg"))]
mod ported;
mod tables;

pub(super) use self::encode::encode;
#[cfg(feature = "turbojpeg")]
use self::native as turbo;
#[cfg(not(feature = "turbojpeg"))]
use self::ported as turbo;

/// The most scans of a progressive image: each costs a pass over all pixels.
const SCANS: u32 = 500;

/// `height * width` pixels in the colours of the file.
struct Samples {
    width: u32,
    height: u32,
    bytes: Vec<u8>,
}

type Decoder<'b> = JpegDecoder<ZCursor<&'b [u8]>>;

/// What the header says; the file must go on to its end.
pub(super) fn header(bytes: &[u8]) -> Result<Header, String> {
    markers::follow(bytes)?;
    let decoder = opened(bytes)?;
    let (width, height) = sides(&decoder)?;
    Ok(Header { width, height, channels: if space(&decoder) == ColorSpace::Luma { 1 } else { 3 } })
}

/// The width and height, upright where `orient` is set.
pub(super) fn size(bytes: &[u8], orient: bool) -> Option<(u32, u32)> {
    upright(&opened(bytes).ok()?, orient.then(|| orientation(bytes)).flatten()).ok()
}

/// The pixels as they lie in the file, and how they are to be turned; at the part of the upright sides that `shrink` says.
pub(super) fn decode(bytes: &[u8], orient: bool, shrink: &dyn Fn(u32, u32) -> u32) -> Result<(Pixels, Option<Orientation>), String> {
    let bytes = colours::told(bytes);
    let decoder = opened(&bytes)?;
    let (space, turned) = (space(&decoder), orientation(&bytes));
    let (width, height) = upright(&decoder, turned.filter(|_| orient))?;
    let Samples { width, height, mut bytes } = samples(&bytes, space, shrink(width, height))?;
    if space == ColorSpace::CMYK {
        bytes = from_cmyk(&bytes);
    }
    let channels = if space == ColorSpace::Luma { 1 } else { 3 };
    if bytes.len() as u64 != u64::from(width) * u64::from(height) * u64::from(channels) {
        return Err("a broken JPEG: it has another number of pixels than its header says".to_owned());
    }
    Ok((Pixels { width, height, channels, bytes }, turned))
}

/// What remains of pixels that go through a JPEG of some quality; `shape` is height, width, channels.
///
/// # Errors
/// A reason, as for [`encode`].
pub(super) fn squeezed(bytes: &[u8], shape: [usize; 3], quality: u8) -> Result<Vec<u8>, String> {
    let encoded = encode(bytes, shape, quality)?;
    Ok(samples(&encoded, space(&opened(&encoded)?), 1)?.bytes)
}

/// Decodes at a `shrink`th of the sides, or what libjpeg-turbo's algorithms complain about, at its full size.
fn samples(bytes: &[u8], space: ColorSpace, shrink: u32) -> Result<Samples, String> {
    if let Some(Some(samples)) = guarded(|| turbo::decode(bytes, space, shrink)) {
        return Ok(samples);
    }
    let coded = tables::with_standard(bytes);
    let mut decoder = opened(&coded)?;
    let (width, height) = sides(&decoder)?;
    decoder.set_options(options().jpeg_set_out_colorspace(space));
    Ok(Samples { width, height, bytes: decoder.decode().map_err(broken)? })
}

fn options() -> DecoderOptions {
    DecoderOptions::default().set_max_width(65_535).set_max_height(65_535)
}

fn broken(error: DecodeErrors) -> String {
    use DecodeErrors::{ArithmeticDecode, DqtError, Format, HuffmanDecode, MCUError, SofError, SosError};
    let reason = match error {
        Format(reason) | HuffmanDecode(reason) | ArithmeticDecode(reason) | MCUError(reason) => reason,
        DqtError(reason) | SosError(reason) | SofError(reason) => reason,
        DecodeErrors::FormatStatic(reason) => reason.to_owned(),
        DecodeErrors::IoErrors(_) | DecodeErrors::ExhaustedData => "it ends too early".to_owned(),
        other => format!("{other:?}"),
    };
    format!("a broken JPEG: {}", said(&reason))
}

fn opened(bytes: &[u8]) -> Result<Decoder<'_>, String> {
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options());
    decoder.decode_headers().map_err(broken)?;
    Ok(decoder)
}

fn sides(decoder: &Decoder<'_>) -> Result<(u32, u32), String> {
    let info = decoder.info().ok_or("a JPEG without a header")?;
    Ok((u32::from(info.width), u32::from(info.height)))
}

fn upright(decoder: &Decoder<'_>, turned: Option<Orientation>) -> Result<(u32, u32), String> {
    let (width, height) = sides(decoder)?;
    // The upper half of EXIF's eight orientations swaps the sides.
    let lies = turned.is_some_and(|orientation| orientation.to_exif() > 4);
    Ok(if lies { (height, width) } else { (width, height) })
}

/// The colours that samples are decoded to: grey and inks as they are, else red, green, blue.
fn space(decoder: &Decoder<'_>) -> ColorSpace {
    match decoder.input_colorspace() {
        Some(ColorSpace::Luma) => ColorSpace::Luma,
        Some(ColorSpace::CMYK | ColorSpace::YCCK) => ColorSpace::CMYK,
        _ => ColorSpace::RGB,
    }
}

fn orientation(bytes: &[u8]) -> Option<Orientation> {
    Said::in_segments(markers::segments(bytes).map(|(_, marker, segment)| (marker, segment))).orientation()
}

/// Adobe writes inverted inks: each channel times the key is what remains of the light.
fn from_cmyk(inks: &[u8]) -> Vec<u8> {
    let times = |a: u8, b: u8| {
        let product = u32::from(a) * u32::from(b) + 128;
        (((product >> 8) + product) >> 8) as u8
    };
    inks.chunks_exact(4).flat_map(|ink| [times(ink[0], ink[3]), times(ink[1], ink[3]), times(ink[2], ink[3])]).collect()
}
