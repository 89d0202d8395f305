//! Archives: members in the order of their names, so that equal members make equal bytes.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Write};

/// The members of an archive by their names.
pub(super) type Members = BTreeMap<String, Vec<u8>>;

/// A tar archive where its name says so, compressed where its name says so; else a zip archive.
pub(super) fn archive(name: &str, members: &Members) -> io::Result<Vec<u8>> {
    let name = name.to_ascii_lowercase();
    if name.ends_with(".zip") {
        return zip(members);
    }
    let out = tar(members);
    match name.ends_with(".gz") || name.ends_with(".tgz") {
        false => Ok(out),
        true => gzip(&out),
    }
}

/// A gzip file.
pub(super) fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).and_then(|()| packed.finish())
}

/// A zip archive whose members are stored as they are: images are compressed already.
pub(super) fn zip(members: &Members) -> io::Result<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in members {
        zip.start_file(name.as_str(), options)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// A POSIX tar archive.
fn tar(members: &Members) -> Vec<u8> {
    let mut out = Vec::new();
    for (path, bytes) in members {
        let mut header = [0_u8; 512];
        let name = path.as_bytes().get(..100).unwrap_or(path.as_bytes());
        header[..name.len()].copy_from_slice(name);
        header[100..108].copy_from_slice(b"0000644\0");
        header[124..136].copy_from_slice(format!("{:011o}\0", bytes.len()).as_bytes());
        header[136..148].copy_from_slice(b"00000000000\0");
        header[148..156].copy_from_slice(b"        ");
        header[156] = b'0';
        header[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        out.extend_from_slice(&header);
        out.extend_from_slice(bytes);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}
