//! One element of a NumPy array file (`.npy`, versions 1 to 3), as text.

/// The element at an index, in the order of the file. Numbers are written out; texts lose their padding.
pub(super) fn element(bytes: &[u8], index: usize) -> Result<Option<String>, String> {
    let no_array = || "is no NumPy array".to_owned();
    if !bytes.starts_with(b"\x93NUMPY") {
        return Err(no_array());
    }
    let (start, length) = match (bytes.get(6), bytes.get(8..12)) {
        (Some(1), Some(size)) => (10, usize::from(u16::from_le_bytes([size[0], size[1]]))),
        (Some(2 | 3), Some(size)) => (12, u32::from_le_bytes([size[0], size[1], size[2], size[3]]) as usize),
        _ => return Err(no_array()),
    };
    let header = bytes.get(start..start + length).and_then(|header| std::str::from_utf8(header).ok()).ok_or_else(no_array)?;
    let kind = quoted(header, "descr").ok_or_else(|| "is a NumPy array of a structured kind".to_owned())?;
    let (order, rest) = kind.split_at(usize::from(kind.starts_with(['<', '>', '|', '='])));
    let (letter, digits) = rest.split_at(rest.chars().next().map_or(0, char::len_utf8));
    let width = digits.parse::<usize>().map_err(|_| format!("has elements of the kind `{kind}`, which is not read"))?;
    let size = if letter == "U" { width.checked_mul(4).ok_or_else(no_array)? } else { width };
    let at = index.checked_mul(size).map(|at| start + length + at);
    let Some(raw) = at.and_then(|at| bytes.get(at..at.checked_add(size)?)).filter(|raw| !raw.is_empty()) else {
        return Err(format!("has no element {index}"));
    };
    let mut raw = raw.to_vec();
    if order == ">" {
        raw.chunks_mut(if letter == "U" { 4 } else { size }).for_each(<[u8]>::reverse);
    }
    let text = match (letter, width) {
        ("U", _) => {
            let codes = raw.chunks_exact(4).map(|code| u32::from_le_bytes([code[0], code[1], code[2], code[3]]));
            codes.take_while(|code| *code != 0).map(|code| char::from_u32(code).unwrap_or('\u{fffd}')).collect()
        }
        ("S", _) => String::from_utf8_lossy(&raw).trim_end_matches('\0').to_owned(),
        ("b", 1) => (raw[0] != 0).to_string(),
        ("i", 1 | 2 | 4 | 8) => {
            let sign = if raw[width - 1] & 0x80 != 0 { 0xff } else { 0 };
            raw.resize(8, sign);
            raw.try_into().map(i64::from_le_bytes).map_err(|_| no_array())?.to_string()
        }
        ("u", 1 | 2 | 4 | 8) => {
            raw.resize(8, 0);
            raw.try_into().map(u64::from_le_bytes).map_err(|_| no_array())?.to_string()
        }
        ("f", 4) => raw.try_into().map(f32::from_le_bytes).map_err(|_| no_array())?.to_string(),
        ("f", 8) => raw.try_into().map(f64::from_le_bytes).map_err(|_| no_array())?.to_string(),
        _ => return Err(format!("has elements of the kind `{kind}`, which is not read")),
    };
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// The text of a key in the header's dictionary.
fn quoted<'h>(header: &'h str, key: &str) -> Option<&'h str> {
    let rest = header.split_once(&format!("'{key}':"))?.1.trim_start();
    rest.strip_prefix('\'')?.split_once('\'').map(|(value, _)| value)
}
