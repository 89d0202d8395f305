//! How a picture is to be turned, as EXIF says it.

use image::metadata::Orientation;

/// The number of the entry that says it.
const ENTRY: u32 = 0x112;

/// The orientation that a block of EXIF says: one whole number, as short or long as its writer pleased.
pub(super) fn orientation(exif: &[u8]) -> Option<Orientation> {
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
        _ => return None,
    };
    Orientation::from_exif(u8::try_from(number(entry + 8, length)?).ok()?)
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
            assert_eq!(orientation(&exif(order, kind, 1, value)), found, "{order:?} {kind} {value:?}");
        }
        assert_eq!(orientation(&exif(b"II", 3, 2, [3, 0, 3, 0])), None);
        let cut = exif(b"II", 4, 1, [3, 0, 0, 0]);
        assert!((0..22).all(|length| orientation(&cut[..length]).is_none()));
    }
}
