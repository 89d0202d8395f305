//! How a picture is to be turned, as EXIF or else XMP says it.

use std::borrow::Cow;

use image::metadata::Orientation;

pub(super) mod png;

/// The number of the entry that says it.
const ENTRY: u32 = 0x112;

/// What stands before a block of EXIF in a JPEG, and in other files too, once or twice.
const HEAD: &[u8] = b"Exif\0\0";

/// What a file says about itself besides its pixels.
#[derive(Default)]
pub(super) struct Said<'b> {
    pub(super) exif: Option<Cow<'b, [u8]>>,
    pub(super) xmp: Option<Cow<'b, [u8]>>,
}

impl<'b> Said<'b> {
    /// Of the segments of a JPEG with their markers. What EXIF does not fit in one segment goes on in the next.
    pub(super) fn in_segments(segments: impl Iterator<Item = (u8, &'b [u8])>) -> Self {
        let mut said = Self::default();
        for segment in segments.filter(|(marker, _)| *marker == 0xe1).map(|(_, segment)| segment) {
            if let Some(more) = segment.strip_prefix(HEAD) {
                match &mut said.exif {
                    Some(exif) => exif.to_mut().extend_from_slice(more),
                    none => *none = Some(Cow::Borrowed(more)),
                }
            } else if let Some(xmp) = segment.strip_prefix(b"http://ns.adobe.com/xap/1.0/\0") {
                said.xmp = Some(Cow::Borrowed(xmp));
            }
        }
        said
    }

    /// XMP is asked where EXIF has no such entry.
    pub(super) fn orientation(&self) -> Option<Orientation> {
        let told = self.exif.as_deref().and_then(in_exif);
        told.unwrap_or_else(|| self.xmp.as_deref().and_then(in_xmp))
    }
}

/// The orientation that a block of EXIF says: one whole number, as short or long as its writer pleased. `Some(None)` where its entry is none.
fn in_exif(exif: &[u8]) -> Option<Option<Orientation>> {
    let bare = |exif: &'_ [u8]| exif.strip_prefix(HEAD).map_or(0, |_| HEAD.len());
    let exif = &exif[bare(exif)..];
    let exif = &exif[bare(exif)..];
    let little = match exif.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let number = |at: usize, length: usize| {
        let bytes = exif.get(at..)?.get(..length)?;
        let add = |value: u32, byte: &u8| (value << 8) | u32::from(*byte);
        Some(if little { bytes.iter().rev().fold(0, add) } else { bytes.iter().fold(0, add) })
    };
    let first = number(4, 4)? as usize;
    let mut entries = (0..number(first, 2)? as usize).map(|entry| first + 2 + 12 * entry);
    let entry = entries.find(|at| number(*at, 2) == Some(ENTRY))?;
    let length = match (number(entry + 2, 2)?, number(entry + 4, 4)?) {
        (3 | 8, 1) => 2,
        (4 | 9, 1) => 4,
        _ => return Some(None),
    };
    let value = number(entry + 8, length)?;
    Some(u8::try_from(value).ok().and_then(Orientation::from_exif))
}

/// The first `tiff:Orientation="6"` or `<tiff:Orientation>6<` of XMP.
fn in_xmp(xmp: &[u8]) -> Option<Orientation> {
    const NAME: &[u8] = b"tiff:Orientation";
    let digit = |at: usize| match &xmp[at + NAME.len()..] {
        [b'=', b'"', digit @ b'0'..=b'9', ..] | [b'>', digit @ b'0'..=b'9', ..] => Some(digit - b'0'),
        _ => None,
    };
    memchr::memmem::find_iter(xmp, NAME).find_map(digit).and_then(Orientation::from_exif)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A block of EXIF with one entry.
    fn exif(order: &[u8; 2], kind: u16, count: u32, value: [u8; 4]) -> Vec<u8> {
        let little = order == b"II";
        let short = |number: u16| if little { number.to_le_bytes() } else { number.to_be_bytes() };
        let long = |number: u32| if little { number.to_le_bytes() } else { number.to_be_bytes() };
        [order, &short(42)[..], &long(8), &short(1), &short(0x112), &short(kind), &long(count), &value, &long(0)].concat()
    }

    #[test]
    fn it_is_read_in_any_whole_number() {
        let turned = Some(Orientation::Rotate180);
        for (order, kind, value, found) in [
            (b"II", 3, [3, 0, 0, 0], turned),
            (b"MM", 3, [0, 3, 0, 0], turned),
            (b"II", 4, [3, 0, 0, 0], turned),
            (b"MM", 4, [0, 0, 0, 3], turned),
            (b"MM", 9, [0, 0, 0, 3], turned),
            (b"II", 4, [3, 0, 1, 0], None),
            (b"II", 3, [9, 0, 0, 0], None),
            (b"II", 5, [3, 0, 0, 0], None),
        ] {
            assert_eq!(in_exif(&exif(order, kind, 1, value)), Some(found), "{order:?} {kind} {value:?}");
        }
        assert_eq!(in_exif(&exif(b"II", 3, 2, [3, 0, 3, 0])), Some(None));
        let cut = exif(b"II", 4, 1, [3, 0, 0, 0]);
        assert!((0..22).all(|length| in_exif(&cut[..length]).is_none()));
    }

    #[test]
    fn xmp_is_asked_where_exif_says_nothing() {
        let exif = |value| Some(Cow::Owned(exif(b"MM", 3, 1, [0, value, 0, 0])));
        let xmp = |text: &'static str| Some(Cow::Borrowed(text.as_bytes()));
        let turned = |exif, xmp| Said { exif, xmp }.orientation().map(Orientation::to_exif);
        assert_eq!(turned(exif(3), xmp("<a tiff:Orientation=\"6\"/>")), Some(3));
        assert_eq!(turned(exif(9), xmp("<a tiff:Orientation=\"6\"/>")), None);
        assert_eq!(turned(Some(Cow::Borrowed(b"Exif\0\0II*\0\x08\0\0\0\0\0")), xmp("<a tiff:Orientation=\"6\"/>")), Some(6));
        assert_eq!(turned(None, xmp("tiff:Orientation='8' <tiff:Orientation>8</tiff:Orientation>")), Some(8));
        assert_eq!(turned(None, xmp("tiff:Orientation=\"")), None);
    }

    #[test]
    fn chunks_of_a_png_that_are_cut_or_burst_say_nothing() {
        let chunk = |kind: &[u8], data: &[u8]| [&(data.len() as u32).to_be_bytes(), kind, data, &[0; 4]].concat();
        let png = |chunks: &[Vec<u8>]| [&b"\x89PNG\r\n\x1a\n"[..], &chunks.concat()].concat();
        let turned = |bytes: &[u8]| png::said(bytes).orientation().map(Orientation::to_exif);
        let digits: String = exif(b"II", 3, 1, [6, 0, 0, 0]).iter().map(|byte| format!("{byte:02x}")).collect();
        let raw = chunk(b"tEXt", format!("Raw profile type exif\0\nexif\n 26\n{}\n{}\n", &digits[..20], &digits[20..]).as_bytes());
        let whole = png(&[chunk(b"IDAT", b"x"), raw.clone()]);
        assert_eq!(turned(&whole), Some(6));
        assert_eq!(turned(&png(&[raw, chunk(b"eXIf", &exif(b"II", 3, 1, [8, 0, 0, 0]))])), Some(8), "a chunk of its own counts more");
        assert!((0..whole.len()).all(|length| turned(&whole[..length]).is_none()));
        let endless = chunk(b"eXIf", b"");
        assert_eq!(turned(&png(&[[&u32::MAX.to_be_bytes()[..], &endless[4..]].concat()])), None);
        for text in [&b"Raw profile type exif\0\0no stream"[..], b"Raw profile type exif\0", b"Raw profile type exif"] {
            assert_eq!(turned(&png(&[chunk(b"zTXt", text), chunk(b"iTXt", text), chunk(b"tEXt", text)])), None);
        }
    }
}
