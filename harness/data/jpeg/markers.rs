//! A JPEG from marker to marker: whether it is whole, and whether its scans have the tables that they need.

/// Goes to the marker that ends the file. Decoders fill what is missing with grey, so that a JPEG that was cut off is found by its missing end;
/// and what was overwritten, often by a marker where libjpeg takes none (`read_markers` of jdmarker.c).
///
/// # Errors
/// A reason, where the file ends early or no decoder would take it.
pub(super) fn follow(bytes: &[u8]) -> Result<(), String> {
    let cut = || "a truncated JPEG".to_owned();
    let (mut at, mut scanned, mut tables) = (2, false, Tables::default());
    loop {
        // Between segments, and in the data of a scan, up to what is a marker.
        let start = at + bytes.get(at..).and_then(|rest| memchr::memchr(0xff, rest)).ok_or_else(cut)?;
        // Zeros are taken for filling, as Pillow does.
        if !scanned && bytes[at..start].iter().any(|byte| *byte != 0) {
            return Err("a broken JPEG: a segment does not end where it says".to_owned());
        }
        let marker = *bytes.get(start + 1).ok_or_else(cut)?;
        at = start + if marker == 0xff { 1 } else { 2 };
        match marker {
            // Filled up, a byte of data, restarts.
            0xff | 0x00 | 0x01 | 0xd0..=0xd7 => {}
            0xd9 if scanned => return Ok(()),
            0xd9 => return Err(cut()),
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf | 0xc4 | 0xcc | 0xda..=0xdd | 0xe0..=0xef | 0xfe => {
                let (high, low) = (*bytes.get(at).ok_or_else(cut)?, *bytes.get(at + 1).ok_or_else(cut)?);
                let end = at + usize::from(u16::from_be_bytes([high, low])).max(2);
                let segment = bytes.get(at + 2..end).unwrap_or_default();
                match marker {
                    0xdb => drop(tables.quantize(segment)),
                    0xc4 => drop(tables.code(segment)),
                    0xda => tables.scan(segment)?,
                    0xcc | 0xdc.. => {}
                    _ => tables.frame(marker, segment)?,
                }
                scanned |= marker == 0xda;
                at = end;
            }
            _ => return Err(format!("a broken JPEG: the marker 0x{marker:02x} stands in it")),
        }
    }
}

/// The segments up to the first scan, its own the last: where each starts, its marker, and what is in it.
pub(super) fn segments(bytes: &[u8]) -> impl Iterator<Item = (usize, u8, &[u8])> {
    let (mut at, mut scanned) = (2, false);
    std::iter::from_fn(move || {
        loop {
            let start = at + memchr::memchr(0xff, bytes.get(at..).filter(|_| !scanned)?)?;
            match *bytes.get(start + 1)? {
                0xff => at = start + 1,
                0x00 | 0x01 | 0xd0..=0xd7 => at = start + 2,
                marker => {
                    let length = u16::from_be_bytes([*bytes.get(start + 2)?, *bytes.get(start + 3)?]);
                    at = start + 2 + usize::from(length).max(2);
                    scanned = marker == 0xda;
                    return Some((start, marker, bytes.get(start + 4..at)?));
                }
            }
        }
    })
}

/// Which tables there are by now, and what they are for.
#[derive(Default)]
struct Tables {
    quantization: u16,
    /// Those of the first coefficients, and those of the others.
    huffman: [u16; 2],
    frame: Option<Frame>,
}

/// How scans are coded.
struct Frame {
    marker: u8,
    /// Components with their quantization tables.
    components: Vec<(u8, u8)>,
}

/// Frames of films leave out the Huffman tables 0 and 1: the standard's own are meant (`std_huff_tables` of jstdhuff.c), but not by a progressive
/// file.
const STANDARD: u16 = 0b11;

/// What is no more than a number of bits: of a damaged segment, as much counts as can be read.
impl Tables {
    fn quantize(&mut self, mut segment: &[u8]) -> Option<()> {
        while let [of, rest @ ..] = segment {
            segment = rest.get(if of >> 4 == 0 { 64 } else { 128 }..)?;
            self.quantization |= 1 << (of & 15);
        }
        Some(())
    }

    fn code(&mut self, mut segment: &[u8]) -> Option<()> {
        while let [of, rest @ ..] = segment {
            let codes: usize = rest.get(..16)?.iter().map(|count| usize::from(*count)).sum();
            segment = rest.get(16 + codes..)?;
            *self.huffman.get_mut(usize::from(of >> 4))? |= 1 << (of & 15);
        }
        Some(())
    }

    fn frame(&mut self, marker: u8, segment: &[u8]) -> Result<(), String> {
        if self.frame.is_some() {
            return Err("a broken JPEG: it has a second frame".to_owned());
        }
        let components = segment.get(6..).unwrap_or_default().chunks_exact(3).map(|one| (one[0], one[2])).collect();
        self.frame = Some(Frame { marker, components });
        Ok(())
    }

    /// Refuses a scan that needs a table that was not told before.
    fn scan(&self, segment: &[u8]) -> Result<(), String> {
        let (Some(frame), [count, rest @ ..]) = (&self.frame, segment) else { return Ok(()) };
        let Some((components, [from, _, bits, ..])) = rest.split_at_checked(2 * usize::from(*count)) else { return Ok(()) };
        let (lossless, progressive) = (frame.marker & 3 == 3, frame.marker & 3 == 2);
        // Which of the two kinds of codes such a scan is written in; none where arithmetic ones are used.
        let coded = match (progressive, *from, bits >> 4) {
            _ if frame.marker > 0xc8 => [false, false],
            _ if lossless => [true, false],
            (false, ..) => [true, true],
            (true, 0, first) => [first == 0, false],
            (true, ..) => [false, true],
        };
        let huffman = self.huffman.map(|told| if progressive { told } else { told | STANDARD });
        for one in components.chunks_exact(2) {
            let quantized = frame.components.iter().find(|(id, _)| *id == one[0]).map(|(_, table)| *table).filter(|_| !lossless);
            let needed = [
                quantized.map(|table| ("quantization", table, self.quantization)),
                coded[0].then_some(("Huffman", one[1] >> 4, huffman[0])),
                coded[1].then_some(("Huffman", one[1] & 15, huffman[1])),
            ];
            if let Some((kind, table, _)) = needed.into_iter().flatten().find(|(_, table, known)| *table > 15 || known >> table & 1 == 0) {
                return Err(format!("a broken JPEG: a scan needs the {kind} table {table}, which is not in it"));
            }
        }
        Ok(())
    }
}
