//! What colours a JPEG's components are, as libjpeg tells it (`default_decompress_parms` of jdapimin.c). The decoders go by Adobe's marker alone,
//! or by the components' names too, so that they are told by such a marker where they would take them for others.

use std::borrow::Cow;

use super::markers::segments;

/// What Adobe's marker says of components: red, green and blue, or inks, as they are.
const PLAIN: u8 = 0;
/// Luma and two of chroma.
const YCBCR: u8 = 1;
/// The same of inks, and black.
const YCCK: u8 = 2;

/// The file, whose colours all decoders read as libjpeg does.
pub(super) fn told(bytes: &[u8]) -> Cow<'_, [u8]> {
    let (mut jfif, mut adobe, mut names) = (false, None, Vec::new());
    for (at, marker, segment) in segments(bytes) {
        match marker {
            0xe0 if segment.len() >= 14 && segment.starts_with(b"JFIF\0") => jfif = true,
            0xee if segment.starts_with(b"Adobe") => adobe = segment.get(11).copied().or(adobe),
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                names = segment.get(6..).unwrap_or_default().chunks_exact(3).map(|component| component[0]).collect();
            }
            0xda => {
                return match missing(&names, jfif, adobe) {
                    Some(transform) => Cow::Owned([&bytes[..at], &marker_of(transform), &bytes[at..]].concat()),
                    None => Cow::Borrowed(bytes),
                };
            }
            _ => {}
        }
    }
    Cow::Borrowed(bytes)
}

/// What no marker says yet, where decoders need it.
fn missing(names: &[u8], jfif: bool, adobe: Option<u8>) -> Option<u8> {
    let meant = match (names, jfif, adobe) {
        ([_, _, _], true, _) => YCBCR,
        ([_, _, _], false, Some(PLAIN)) | (b"RGB", false, None) => PLAIN,
        ([_, _, _], ..) => YCBCR,
        ([_, _, _, _], _, Some(PLAIN) | None) => PLAIN,
        ([_, _, _, _], ..) => YCCK,
        _ => return None,
    };
    let clear = adobe.map_or(names != b"RGB", |adobe| adobe == meant);
    (!clear).then_some(meant)
}

/// Adobe's marker: its name, a version, two sets of flags, and what the components are.
fn marker_of(transform: u8) -> [u8; 16] {
    let mut marker = *b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00";
    marker[15] = transform;
    marker
}
