//! Arrays in files: what the header of a NumPy array (`.npy`, versions 1 to 3) or of an IDX file says, and elements as text.

/// A header is at most so long: names of fields make the longest ones, and arrays with fields are not read.
pub(super) const LONGEST_HEADER: u64 = 1 << 16;

/// What a header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Where the elements start, in bytes.
    pub(super) start: u64,
    /// What an element is.
    pub(super) kind: Kind,
    /// How many elements there are along each dimension, the first slowest.
    pub(super) shape: Vec<u64>,
}

/// What an element is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    /// As NumPy writes it, `|u1`.
    written: String,
    /// `b`, `i`, `u`, `f`, `S` or `U`.
    letter: char,
    /// Bytes of an element.
    pub(super) size: usize,
    /// Whether the first byte of a number is its largest.
    big: bool,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.written)
    }
}

/// Kinds of IDX by the third byte of a file, with what NumPy calls them.
const IDX_KINDS: [(u8, &str); 6] = [(0x08, "|u1"), (0x09, "|i1"), (0x0b, ">i2"), (0x0c, ">i4"), (0x0d, ">f4"), (0x0e, ">f8")];

impl Header {
    /// Reads the header at the beginning of `bytes`, which may end anywhere after it.
    ///
    /// # Errors
    /// A predicate, where this is no array, or one of a kind that is not read.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        if bytes.starts_with(b"\x93NUMPY") {
            return Self::numpy(bytes);
        }
        match bytes {
            [0, 0, kind, dimensions @ 1..=8, rest @ ..] if rest.len() >= 4 * usize::from(*dimensions) => {
                let known =
                    IDX_KINDS.iter().find(|(code, _)| code == kind).ok_or_else(|| format!("is no array: IDX has no kind {kind}"))?;
                let size = |size: &[u8]| u64::from(u32::from_be_bytes([size[0], size[1], size[2], size[3]]));
                let shape: Vec<u64> = rest.chunks_exact(4).take(usize::from(*dimensions)).map(size).collect();
                Ok(Self { start: 4 + 4 * u64::from(*dimensions), kind: Kind::of(known.1)?, shape })
            }
            _ => Err("is neither a NumPy array nor an IDX file".to_owned()),
        }
    }

    fn numpy(bytes: &[u8]) -> Result<Self, String> {
        let no_array = || "is no NumPy array: its header is cut off".to_owned();
        let (start, length): (usize, usize) = match (bytes.get(6), bytes.get(8..12)) {
            (Some(1), Some(size)) => (10, usize::from(u16::from_le_bytes([size[0], size[1]]))),
            (Some(2 | 3), Some(size)) => (12, u32::from_le_bytes([size[0], size[1], size[2], size[3]]) as usize),
            _ => return Err(no_array()),
        };
        let header = bytes.get(start..start.saturating_add(length)).and_then(|header| std::str::from_utf8(header).ok());
        let header = header.ok_or_else(no_array)?;
        let kind = quoted(header, "descr").ok_or_else(|| "is a NumPy array of a structured kind, which is not read".to_owned())?;
        if value(header, "fortran_order").is_some_and(|order| order.starts_with("True")) {
            return Err("is a NumPy array in Fortran's order: save it with `numpy.ascontiguousarray`".to_owned());
        }
        let shape = value(header, "shape").and_then(|shape| shape.strip_prefix('(')?.split_once(')')).ok_or_else(no_array)?.0;
        let sizes = shape.split(',').map(str::trim).filter(|size| !size.is_empty());
        let shape = sizes.map(|size| size.parse().map_err(|_| no_array())).collect::<Result<_, _>>()?;
        Ok(Self { start: (start + length) as u64, kind: Kind::of(kind)?, shape })
    }

    /// Bytes of all elements.
    pub(super) fn bytes(&self) -> u64 {
        self.shape.iter().fold(self.kind.size as u64, |all, size| all.saturating_mul(*size))
    }

    /// How many elements there are along the first dimension, and how many each of them has.
    pub(super) fn rows(&self) -> (u64, u64) {
        let (first, rest) = self.shape.split_first().map_or((1, &[][..]), |(first, rest)| (*first, rest));
        (first, rest.iter().fold(1, |all: u64, size| all.saturating_mul(*size)))
    }
}

impl Kind {
    fn of(written: &str) -> Result<Self, String> {
        let unread = || match written {
            "|O" => "has Python objects as its elements: save it as numbers or as text".to_owned(),
            _ => format!("has elements of the kind `{written}`, which is not read"),
        };
        let (order, rest) = written.split_at(usize::from(written.starts_with(['<', '>', '|', '='])));
        let letter = rest.chars().next().ok_or_else(unread)?;
        let width: usize = rest[letter.len_utf8()..].parse().map_err(|_| unread())?;
        let size = match (letter, width) {
            // Of what takes no bytes, a file could claim any number.
            ('S' | 'U', 0) => return Err(unread()),
            ('U', _) => width.checked_mul(4).ok_or_else(unread)?,
            ('S', _) | ('b', 1) | ('i' | 'u', 1 | 2 | 4 | 8) | ('f', 4 | 8) => width,
            _ => return Err(unread()),
        };
        Ok(Self { written: written.to_owned(), letter, size, big: order == ">" })
    }

    /// Whether elements are bytes, from 0 to 255.
    pub(super) fn is_byte(&self) -> bool {
        self.letter == 'u' && self.size == 1
    }

    /// An element as text. Numbers are written out, and NaN is missing; texts lose their padding, and empty ones are missing too.
    pub(super) fn text(&self, raw: &[u8]) -> Option<String> {
        let mut raw = raw.to_vec();
        let unit = if self.letter == 'U' { 4 } else { self.size.max(1) };
        if self.big {
            raw.chunks_mut(unit).for_each(<[u8]>::reverse);
        }
        let negative = raw.last().is_some_and(|byte| byte & 0x80 != 0);
        let text = match self.letter {
            'U' => {
                let codes = raw.chunks_exact(4).map(|code| u32::from_le_bytes([code[0], code[1], code[2], code[3]]));
                codes.take_while(|code| *code != 0).map(|code| char::from_u32(code).unwrap_or('\u{fffd}')).collect()
            }
            'S' => String::from_utf8_lossy(&raw).trim_end_matches('\0').to_owned(),
            'b' => (raw.first() != Some(&0)).to_string(),
            'f' if self.size == 4 => f32::from_le_bytes(wide(&raw, 0)).to_string(),
            'f' => f64::from_le_bytes(wide(&raw, 0)).to_string(),
            'i' if negative => i64::from_le_bytes(wide(&raw, 0xff)).to_string(),
            _ => u64::from_le_bytes(wide(&raw, 0)).to_string(),
        };
        let missing = text.is_empty() || self.letter == 'f' && text == "NaN";
        (!missing).then_some(text)
    }
}

/// Little-endian bytes, filled up.
fn wide<const N: usize>(raw: &[u8], fill: u8) -> [u8; N] {
    let mut wide = [fill; N];
    wide.iter_mut().zip(raw).for_each(|(to, from)| *to = *from);
    wide
}

/// A NumPy array of version 1; `kind` and `shape` as its header writes them.
pub(super) fn npy(kind: &str, shape: &[usize], elements: &[u8]) -> Vec<u8> {
    let sizes: Vec<String> = shape.iter().map(usize::to_string).collect();
    let comma = if sizes.len() == 1 { "," } else { "" };
    let mut header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({}{comma}), }}", sizes.join(", "));
    // The header ends in a newline at a multiple of 64 bytes.
    let padded = (10 + header.len() + 1).next_multiple_of(64) - 10;
    header.extend(std::iter::repeat_n(' ', padded - 1 - header.len()));
    header.push('\n');
    [b"\x93NUMPY\x01\x00".as_slice(), &(header.len() as u16).to_le_bytes(), header.as_bytes(), elements].concat()
}

/// The element of a NumPy array at an index, in the order of the file, as [`Kind::text`].
///
/// # Errors
/// A predicate, where this is no such array or ends before.
pub(super) fn element(bytes: &[u8], index: usize) -> Result<Option<String>, String> {
    if !bytes.starts_with(b"\x93NUMPY") {
        return Err("is no NumPy array".to_owned());
    }
    let header = Header::read(bytes)?;
    let start = index.checked_mul(header.kind.size).and_then(|at| at.checked_add(header.start as usize));
    let raw = start.and_then(|start| bytes.get(start..start.checked_add(header.kind.size)?)).filter(|raw| !raw.is_empty());
    raw.map(|raw| header.kind.text(raw)).ok_or_else(|| format!("has no element {index}"))
}

/// What follows a key in the header's dictionary.
fn value<'h>(header: &'h str, key: &str) -> Option<&'h str> {
    Some(header.split_once(&format!("'{key}':"))?.1.trim_start())
}

/// The text of a key in the header's dictionary.
fn quoted<'h>(header: &'h str, key: &str) -> Option<&'h str> {
    value(header, key)?.strip_prefix('\'')?.split_once('\'').map(|(value, _)| value)
}
