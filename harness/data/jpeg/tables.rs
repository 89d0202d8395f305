//! The Huffman tables that the standard has for those who bring none of their own, as frames of films do not.

use std::sync::LazyLock;

use super::encode::encode;
use super::markers::segments;

/// The segments that tell them: as our own files are coded by them, such a one has them.
static STANDARD: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let coded = encode(&[0; 3], [1, 1, 3], 75).unwrap_or_default();
    let told = segments(&coded).filter(|(_, marker, _)| *marker == 0xc4);
    told.flat_map(|(at, _, segment)| coded[at..at + 4 + segment.len()].to_vec()).collect()
});

/// A file with these before its own, which count instead of them. A decoder that has them by itself fills in single ones; the other does not.
pub(super) fn with_standard(bytes: &[u8]) -> Vec<u8> {
    let (start, rest) = bytes.split_at(bytes.len().min(2));
    [start, &STANDARD, rest].concat()
}
