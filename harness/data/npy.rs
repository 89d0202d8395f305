//! An image that is a NumPy array of its own: `.npy`, height x width bytes, or that x 1 or 3.

use super::array;
use super::bitmap::{Header, Pixels};

/// Whether a file begins like a NumPy array.
pub(super) fn is_npy(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x93NUMPY")
}

/// What its header says.
///
/// # Errors
/// A reason, where it is no image, or longer or shorter than its header says.
pub(super) fn header(bytes: &[u8]) -> Result<Header, String> {
    let (header, _) = read(bytes)?;
    Ok(header)
}

/// The pixels.
///
/// # Errors
/// As for [`header`].
pub(super) fn decode(bytes: &[u8]) -> Result<Pixels, String> {
    let (Header { width, height, channels }, elements) = read(bytes)?;
    Ok(Pixels { width, height, channels, bytes: elements.to_vec() })
}

fn read(bytes: &[u8]) -> Result<(Header, &[u8]), String> {
    let array = array::Header::read(bytes).map_err(|reason| format!("it {reason}"))?;
    if !array.kind.is_byte() {
        return Err(format!("its elements are of the kind `{}`: images are bytes from 0 to 255 (`uint8`)", array.kind));
    }
    let sizes = || array.shape.iter().map(u64::to_string).collect::<Vec<_>>().join(" x ");
    let (height, width, channels) = match array.shape.as_slice() {
        [height, width] => (*height, *width, 1),
        [height, width, channels @ (1 | 3)] => (*height, *width, *channels as u32),
        _ => return Err(format!("it is of {}: an image is height x width, or that x 1 or 3", sizes())),
    };
    let side = |side: u64| u32::try_from(side).map_err(|_| format!("it is of {}: no image has such a side", sizes()));
    let (expected, elements) = (array.bytes(), bytes.get(array.start as usize..).unwrap_or_default());
    if elements.len() as u64 != expected {
        let what = if (elements.len() as u64) < expected { "truncated" } else { "too long" };
        return Err(format!("a NumPy array that is {what}: {} bytes of elements, and its header says {expected}", elements.len()));
    }
    Ok((Header { width: side(width)?, height: side(height)?, channels }, elements))
}
