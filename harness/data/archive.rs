//! Zip and tar archives, read in place: where each member's bytes are, so that members are read in any order and by many threads. A
//! compressed tar archive is unpacked once, since its members have no places.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use flate2::bufread::DeflateDecoder;
use flate2::{Crc, CrcReader};
use serde::{Deserialize, Serialize};

use super::error::DataError;
use super::root::below_root;
use super::unpacked::Unpacked;

/// One file in an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its path in the archive, with `/`.
    pub path: String,
    /// Where its bytes start.
    pub offset: u64,
    /// How many bytes are stored.
    pub stored: u64,
    /// How many bytes it has.
    pub size: u64,
    /// Whether the stored bytes are deflated.
    pub deflated: bool,
    /// The CRC-32 of its bytes, where the archive says it: a tar does not.
    pub checksum: Option<u32>,
}

/// Members, and names of others with the reasons why they cannot be read.
pub(super) type Found = (Vec<Member>, Vec<(String, String)>);

/// An archive's regular files, by path; of a path that is there more than once, the last counts. With them comes the file that they are read
/// from, where that is not the archive itself.
pub(super) fn members(path: &Path, unpacked: &Unpacked) -> Result<(Option<PathBuf>, Found), DataError> {
    let mut magic = begin(path)?;
    let packed = magic.starts_with(&[0x1f, 0x8b]);
    let place = if packed { Some(unpacked.gzip(path)?) } else { None };
    if let Some(place) = &place {
        magic = begin(place)?;
    }
    let file = File::open(place.as_deref().unwrap_or(path)).map_err(|source| DataError::read(path, source))?;
    let wrong = |reason: String| DataError::file(path, reason);
    let mut found = match magic.as_slice() {
        [b'P', b'K', ..] if !packed => zip(file).map_err(|reason| wrong(format!("cannot be read as a zip archive: {reason}")))?,
        magic if magic.get(257..262) == Some(b"ustar") => {
            tar(file).map_err(|reason| wrong(format!("cannot be read as a tar archive: {reason}")))?
        }
        _ => return Err(wrong("is neither a zip nor a tar archive, plain or gzip: unpack it, or make it one of these".to_owned())),
    };
    let last: HashMap<String, usize> = found.0.iter().enumerate().map(|(index, member)| (member.path.clone(), index)).collect();
    let (mut index, mut earlier) = (0, Vec::new());
    found.0.retain(|member| {
        index += 1;
        let counts = last.get(&member.path) == Some(&(index - 1));
        earlier.extend((!counts).then(|| member.path.clone()));
        counts
    });
    found.1.extend(earlier.into_iter().map(|path| (path, REPEATED.to_owned())));
    found.0.sort_by(|a, b| a.path.cmp(&b.path));
    Ok((place, found))
}

/// What is wrong with the earlier ones of the members of a name.
const REPEATED: &str = "is there more than once, and the last one counts";

/// Whether a path leads to what an operating system keeps beside the files themselves, such as `__MACOSX/._1.png`.
pub(super) fn is_leftover(path: &str) -> bool {
    path.split('/').any(|part| part == "__MACOSX" || part.starts_with("._"))
}

/// How names of archives end.
const ENDINGS: [&str; 4] = [".zip", ".tar", ".tar.gz", ".tgz"];

/// The two parts of a path that goes on inside of an archive, the innermost one: `faces.zip` and `tables/labels.csv`.
pub(super) fn inside(path: &str) -> Option<(&str, &str)> {
    let ends = |archive: &str| ENDINGS.iter().any(|ending| archive.to_ascii_lowercase().ends_with(ending));
    path.rmatch_indices('/').map(|(at, _)| (&path[..at], &path[at + 1..])).find(|(archive, _)| ends(archive))
}

/// The first bytes of a file, by which archives are known.
fn begin(path: &Path) -> Result<Vec<u8>, DataError> {
    let mut magic = Vec::new();
    let read = File::open(path).and_then(|file| file.take(265).read_to_end(&mut magic));
    read.map(|_| magic).map_err(|source| DataError::read(path, source))
}

fn zip(file: File) -> Result<Found, String> {
    let length = file.metadata().map_err(|error| error.to_string())?.len();
    let mut archive = zip::ZipArchive::new(io::BufReader::new(file)).map_err(|error| match error {
        zip::result::ZipError::InvalidArchive(_) => "its list of files, which comes last, is not there or broken: is it whole?".to_owned(),
        error => error.to_string(),
    })?;
    let (mut members, mut refused) = (Vec::new(), Vec::new());
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|error| error.to_string())?;
        let name = entry.name().map_err(|error| error.to_string())?.into_owned();
        if entry.is_symlink() {
            refused.push((name, "is a link".to_owned()));
            continue;
        }
        if !entry.is_file() || name.ends_with('/') {
            continue;
        }
        let deflated = match entry.compression() {
            zip::CompressionMethod::Stored => false,
            zip::CompressionMethod::Deflated => true,
            other => {
                refused.push((name, format!("is compressed by {other}: only stored and deflated members are read")));
                continue;
            }
        };
        match (below_root(&name), entry.encrypted(), entry.data_start()) {
            (Ok(_), false, Some(offset)) if offset.checked_add(entry.compressed_size()).is_none_or(|end| end > length) => {
                refused.push((name, "reaches beyond the end of the archive".to_owned()));
            }
            (Ok(path), false, Some(offset)) => {
                let (stored, size, checksum) = (entry.compressed_size(), entry.size(), Some(entry.crc32()));
                members.push(Member { path, offset, stored, size, deflated, checksum });
            }
            (Err(reason), ..) => refused.push((name, reason)),
            (_, true, _) => refused.push((name, "is encrypted".to_owned())),
            (_, _, None) => refused.push((name, "has no place in the archive".to_owned())),
        }
    }
    refused.extend(overlapping(&mut members));
    if archive.has_duplicate_names() {
        let directory = archive.central_directory_start();
        let names = repeated(archive.into_inner(), directory).map_err(|error| error.to_string())?;
        refused.extend(names.into_iter().map(|name| (name, REPEATED.to_owned())));
    }
    Ok((members, refused))
}

/// Takes out the members that lie within others. Nobody packs so but who wants an archive that unpacks to more than a disk holds.
fn overlapping(members: &mut Vec<Member>) -> Vec<(String, String)> {
    let mut by_place: Vec<&Member> = members.iter().filter(|member| member.stored > 0).collect();
    by_place.sort_by_key(|member| member.offset);
    let mut last: Option<&Member> = None;
    let mut refused = HashMap::new();
    for member in by_place {
        match last.filter(|last| last.offset + last.stored > member.offset) {
            Some(last) => drop(refused.insert(member.path.clone(), format!("shares its bytes with `{}`", last.path))),
            None => last = Some(member),
        }
    }
    members.retain(|member| !refused.contains_key(&member.path));
    let mut refused: Vec<(String, String)> = refused.into_iter().collect();
    refused.sort_unstable();
    refused
}

/// The names that are more than once in the list of a zip archive, whose reader keeps the last of each.
fn repeated(mut file: impl Read + Seek, directory: u64) -> io::Result<BTreeSet<String>> {
    file.seek(SeekFrom::Start(directory))?;
    let (mut seen, mut repeated) = (HashSet::new(), BTreeSet::new());
    let mut header = [0_u8; 46];
    while file.read_exact(&mut header).is_ok() && header.starts_with(b"PK\x01\x02") {
        let [name, extra, comment] = [28, 30, 32].map(|at| u16::from_le_bytes([header[at], header[at + 1]]));
        let mut bytes = vec![0; usize::from(name)];
        file.read_exact(&mut bytes)?;
        file.seek_relative(i64::from(extra) + i64::from(comment))?;
        if !seen.insert(bytes.clone()) {
            repeated.insert(String::from_utf8_lossy(&bytes).into_owned());
        }
    }
    Ok(repeated)
}

/// Bytes of a block of a tar archive.
const BLOCK: u64 = 512;

/// A header that only names the next member is at most so long.
const LONGEST_NAME: u64 = 1 << 16;

/// Reads the headers of a POSIX tar archive, with GNU's and POSIX's ways to write long names.
fn tar(mut file: File) -> Result<Found, String> {
    let (mut members, mut refused) = (Vec::new(), Vec::new());
    let length = file.metadata().map_err(|error| error.to_string())?.len();
    let (mut offset, mut long, mut ended): (u64, Option<String>, bool) = (0, None, false);
    let mut header = [0_u8; BLOCK as usize];
    while offset + BLOCK <= length {
        file.seek(SeekFrom::Start(offset)).and_then(|_| file.read_exact(&mut header)).map_err(|error| error.to_string())?;
        ended = header.iter().all(|byte| *byte == 0);
        if ended {
            break;
        }
        if !is_header(&header) {
            return Err(format!("the header at byte {offset} is damaged: its checksum is another"));
        }
        let size = number(&header[124..136]).ok_or_else(|| format!("the header at byte {offset} has no size"))?;
        let data = offset + BLOCK;
        if data.checked_add(size).is_none_or(|end| end > length) {
            return Err("it is truncated".to_owned());
        }
        match header[156] {
            kind @ (b'L' | b'x') if size <= LONGEST_NAME => {
                let mut bytes = vec![0; size as usize];
                file.read_exact(&mut bytes).map_err(|error| error.to_string())?;
                long = if kind == b'L' { Some(text(&bytes)) } else { pax_path(&bytes) };
            }
            kind @ (0 | b'0'..=b'4' | b'6') => {
                let prefix = text(&header[345..500]);
                let name = text(&header[..100]);
                let short = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
                let name = long.take().unwrap_or(short);
                match below_root(&name) {
                    _ if matches!(kind, b'1' | b'2') => refused.push((name, "is a link".to_owned())),
                    _ if !matches!(kind, 0 | b'0') => refused.push((name, "is a device or a pipe, no file".to_owned())),
                    Ok(path) => members.push(Member { path, offset: data, stored: size, size, deflated: false, checksum: None }),
                    Err(reason) => refused.push((name, reason)),
                }
            }
            _ => long = None,
        }
        offset = data + size.div_ceil(BLOCK) * BLOCK;
    }
    if !ended {
        refused.push(("its end".to_owned(), "the mark that ends an archive is not there: is it whole?".to_owned()));
    }
    Ok((members, refused))
}

/// Whether a header has the checksum that it names: the sum of its bytes, those of the sum itself as blanks; some have summed them with a sign.
fn is_header(header: &[u8; BLOCK as usize]) -> bool {
    let sum = |of: fn(u8) -> i64| {
        let own = |at: usize| (148..156).contains(&at);
        header.iter().enumerate().map(|(at, byte)| of(if own(at) { b' ' } else { *byte })).sum::<i64>()
    };
    let said = number(&header[148..156]).and_then(|said| i64::try_from(said).ok());
    said.is_some_and(|said| said == sum(i64::from) || said == sum(|byte| i64::from(byte.cast_signed())))
}

fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

/// Octal digits, or GNU's big-endian number after a set upper bit.
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        return field[1..].iter().try_fold(0_u64, |value, byte| value.checked_mul(256)?.checked_add(u64::from(*byte)));
    }
    u64::from_str_radix(text(field).trim(), 8).ok()
}

/// The `path` of an extended header: records of `length key=value\n`.
fn pax_path(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    text.lines().find_map(|record| record.split_once(' ')?.1.strip_prefix("path=").map(str::to_owned))
}

impl Unpacked<'_> {
    /// A member of an archive, unpacked.
    pub(super) fn member(&self, archive: &Path, member: &Member) -> Result<PathBuf, DataError> {
        let how = format!("member {} {:?}", member.path, member.checksum);
        self.stream(archive, &how, member.stored, || stream(archive, member))
    }

    /// Whether a member that is read in its place has the bytes that were packed; that is found out once.
    pub(super) fn check(&self, archive: &Path, member: &Member) -> Result<(), DataError> {
        let how = format!("whole {} {:?}", member.path, member.checksum);
        let read = || stream(archive, member).and_then(|mut bytes| io::copy(&mut bytes, &mut io::sink()));
        let broken = |error: io::Error| DataError::file(archive, format!("cannot be read: {error}; is it whole?"));
        self.file(archive, &how, |_| read().map(drop).map_err(broken)).map(drop)
    }
}

/// A member's bytes, one after the other; the last comes with an error where they are not those that were packed.
fn stream(path: &Path, member: &Member) -> io::Result<Box<dyn Read>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(member.offset))?;
    let stored = io::BufReader::new(file.take(member.stored));
    let bytes: Box<dyn Read> = if member.deflated { Box::new(DeflateDecoder::new(stored)) } else { Box::new(stored) };
    Ok(Box::new(Checked { bytes: CrcReader::new(bytes), member: member.clone() }))
}

/// A member whose checksum is looked at when all of it is read.
struct Checked {
    bytes: CrcReader<Box<dyn Read>>,
    member: Member,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.bytes.read(buffer)? {
            0 if !buffer.is_empty() => {
                self.member
                    .check(self.bytes.crc())
                    .map_err(|error| io::Error::new(error.kind(), format!("`{}`: {error}", self.member.path)))?;
                Ok(0)
            }
            count => Ok(count),
        }
    }
}

impl Member {
    fn check(&self, found: &Crc) -> io::Result<()> {
        match self.checksum {
            Some(said) if said != found.sum() => {
                let words = format!("its bytes have the checksum `{:08x}`, where the archive says `{said:08x}`", found.sum());
                Err(io::Error::new(io::ErrorKind::InvalidData, words))
            }
            _ => Ok(()),
        }
    }
}

thread_local! {
    /// One decoder a thread: a new one for each member leaves holes in the heap, between what is kept of one and of the next.
    static DECODER: RefCell<DeflateDecoder<Cursor<Vec<u8>>>> = RefCell::new(DeflateDecoder::new(Cursor::default()));
}

/// A member's bytes.
pub(super) fn read(path: &Path, member: &Member) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(member.stored).unwrap_or(usize::MAX)];
    File::open(path)?.read_exact_at(&mut bytes, member.offset)?;
    if member.deflated {
        let stored = std::mem::take(&mut bytes);
        DECODER.with_borrow_mut(|decoder| {
            decoder.reset(Cursor::new(stored));
            let read = decoder.take(member.size).read_to_end(&mut bytes);
            decoder.reset(Cursor::default());
            read
        })?;
    }
    let mut found = Crc::new();
    if member.checksum.is_some() {
        found.update(&bytes);
    }
    member.check(&found)?;
    Ok(bytes)
}
