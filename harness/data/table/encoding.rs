//! Bytes in any encoding, compressed or not, to UTF-8, as a stream.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8};
use flate2::bufread::MultiGzDecoder;

use super::{Options, TableError};

const BLOCK: usize = 1 << 16;

/// Opens a text file, gzip or plain, as UTF-8. Without a declared encoding a byte order mark decides, and else the bytes pass through unchecked,
/// since a row that is not UTF-8 should cost that row alone.
pub(super) fn open(path: &Path, options: &Options) -> Result<Box<dyn Read + Send>, TableError> {
    let error = |source| TableError::read(path, source);
    let file = File::open(options.stored(path)).map_err(error)?;
    if file.metadata().map_err(error)?.is_dir() {
        return Err(TableError::file(path, "is a folder, not a table"));
    }
    let (mut start, mut whole) = begun(Box::new(file)).map_err(error)?;
    if start.starts_with(&[0x1f, 0x8b]) {
        (start, whole) = begun(Box::new(MultiGzDecoder::new(BufReader::new(whole)))).map_err(error)?;
    }
    if start.starts_with(b"PAR1") {
        return Err(TableError::file(path, "is a Parquet file: name it `.parquet` or say `format: parquet`"));
    }
    if start.starts_with(b"PK\x03\x04") {
        return Err(TableError::file(
            path,
            "is a zip archive or a spreadsheet, not text: name the table in it, as in `data.zip/labels.csv`, or save the sheet as CSV",
        ));
    }
    let sniffed = Encoding::for_bom(&start).map(|(encoding, _)| encoding).filter(|encoding| *encoding != UTF_8);
    Ok(match options.encoding.or(sniffed) {
        Some(encoding) => Box::new(Transcoded {
            inner: whole,
            decoder: encoding.new_decoder_with_bom_removal(),
            name: encoding.name(),
            bytes: Vec::new(),
            text: Vec::new(),
            given: 0,
            ended: false,
        }),
        None => Box::new(BufReader::new(whole)),
    })
}

type Bytes = Box<dyn Read + Send>;

/// The first four bytes of a stream, and all of it.
fn begun(mut stream: Bytes) -> io::Result<(Vec<u8>, Bytes)> {
    let mut start = Vec::with_capacity(4);
    stream.by_ref().take(4).read_to_end(&mut start)?;
    Ok((start.clone(), Box::new(io::Cursor::new(start).chain(stream))))
}

/// A stream turned into UTF-8 block by block.
struct Transcoded<R> {
    inner: R,
    decoder: Decoder,
    name: &'static str,
    bytes: Vec<u8>,
    text: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Transcoded<R> {
    fn fill(&mut self) -> io::Result<()> {
        while self.given == self.text.len() && !self.ended {
            let held = self.bytes.len();
            self.bytes.resize(held + BLOCK, 0);
            let read = self.inner.read(&mut self.bytes[held..])?;
            self.bytes.truncate(held + read);
            let last = read == 0;
            let room = self.decoder.max_utf8_buffer_length(self.bytes.len()).unwrap_or(BLOCK * 4);
            self.text.resize(room, 0);
            let (result, used, written, malformed) = self.decoder.decode_to_utf8(&self.bytes, &mut self.text, last);
            if malformed {
                return Err(io::Error::new(io::ErrorKind::InvalidData, format!("the text is not {}: declare its `encoding`", self.name)));
            }
            self.text.truncate(written);
            self.given = 0;
            self.bytes.drain(..used);
            self.ended = last && result == CoderResult::InputEmpty;
        }
        Ok(())
    }
}

impl<R: Read> Read for Transcoded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.fill()?;
        let count = out.len().min(self.text.len() - self.given);
        out[..count].copy_from_slice(&self.text[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}
