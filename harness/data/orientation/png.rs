//! What a PNG says about itself in its chunks, in front of its pixels or behind them.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::ZlibDecoder;

use super::Said;

/// A compressed text is read so far, in bytes: as far as Pillow does.
const LONGEST: u64 = 1 << 20;

/// Where ImageMagick writes EXIF: as hexadecimal digits.
const RAW: &[u8] = b"Raw profile type exif";

const XMP: &[u8] = b"XML:com.adobe.xmp";

/// A chunk of EXIF counts before ImageMagick's text, and of several the last.
pub(in crate::data) fn said(bytes: &[u8]) -> Said<'_> {
    let (mut exif, mut raw, mut xmp) = (None, None, None);
    for (kind, data) in chunks(bytes) {
        match kind {
            b"eXIf" => exif = Some(data),
            b"tEXt" | b"zTXt" | b"iTXt" => match Text::of(kind, data) {
                Some(text) if text.key == RAW => raw = Some(text),
                Some(text) if text.key == XMP => xmp = Some(text),
                _ => {}
            },
            _ => {}
        }
    }
    let raw = || unfolded(&raw?.written()).map(Cow::Owned);
    Said { exif: exif.map(Cow::Borrowed).or_else(raw), xmp: xmp.map(|text| text.written()) }
}

/// The chunks of a PNG by their kinds, as far as they are whole.
fn chunks(bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = bytes.get(8..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (head, more) = rest.split_at_checked(8)?;
        let length = u32::from_be_bytes(head[..4].try_into().ok()?) as usize;
        let (data, more) = more.split_at_checked(length)?;
        // A checksum follows.
        rest = more.get(4..)?;
        Some((&head[4..], data))
    })
}

/// A text that a chunk holds under a key.
struct Text<'b> {
    key: &'b [u8],
    deflated: bool,
    data: &'b [u8],
}

impl<'b> Text<'b> {
    fn of(kind: &[u8], data: &'b [u8]) -> Option<Self> {
        let (key, data) = cut(data)?;
        Some(match (kind, data) {
            (b"tEXt", _) => Self { key, deflated: false, data },
            // How it is compressed: there is one way.
            (b"zTXt", [_, data @ ..]) => Self { key, deflated: true, data },
            // Whether and how it is, then a language, and the key in it.
            (b"iTXt", [deflated, _, data @ ..]) => Self { key, deflated: *deflated != 0, data: cut(cut(data)?.1)?.1 },
            _ => return None,
        })
    }

    fn written(&self) -> Cow<'b, [u8]> {
        let mut text = Vec::new();
        match self.deflated && ZlibDecoder::new(self.data).take(LONGEST).read_to_end(&mut text).is_ok() {
            true => Cow::Owned(text),
            false => Cow::Borrowed(self.data),
        }
    }
}

/// What is before a zero and behind it.
fn cut(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let zero = memchr::memchr(0, data)?;
    Some((&data[..zero], &data[zero + 1..]))
}

/// The bytes of a profile: behind an empty line, its name and its length, two digits each.
fn unfolded(text: &[u8]) -> Option<Vec<u8>> {
    let lines = text.split(|byte| *byte == b'\n').skip(3);
    let digits: Vec<u32> =
        lines.flatten().filter(|byte| !byte.is_ascii_whitespace()).map(|byte| char::from(*byte).to_digit(16)).collect::<Option<_>>()?;
    Some(digits.chunks_exact(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect())
}
