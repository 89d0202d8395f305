//! Arrays from a backend: nothing is believed before it was checked.
//!
//! The arrow crate trusts what comes through its C data interface, and panics or reads too far where it is malformed. So the two structs are
//! walked first, raw, and only types with a known number of buffers pass; what is left is Arrow's full validation of lengths, offsets, nulls
//! and UTF-8. What cannot be checked is whether a pointer points at enough memory: that is why backends live in workers.

#![expect(unsafe_code, reason = "the structs are read through raw pointers before they are trusted")]

use std::ffi::CStr;

use arrow::array::{Array, StructArray};
use arrow::ffi::{FFI_ArrowArray, FFI_ArrowSchema};
use arrow::record_batch::RecordBatch;
use fairgrid_abi as abi;

/// More columns, or deeper ones, no output has.
const MAX_CHILDREN: i64 = 4096;
const MAX_DEPTH: u32 = 8;
/// More rows no output has; keeps all products of lengths within 64 bits.
const MAX_LENGTH: i64 = 1 << 40;

/// Turns a struct array into a batch, or says what is wrong with it.
///
/// # Errors
/// A lower-case sentence for the backend's author.
///
/// # Safety
/// Both structs follow Arrow's C data interface as far as memory goes: every pointer in them is null or readable for as long as the lengths
/// beside it say.
pub(super) unsafe fn import(schema: FFI_ArrowSchema, array: FFI_ArrowArray) -> Result<RecordBatch, String> {
    // SAFETY: the layouts are one, as `fairgrid-abi` asserts, and both structs live until the end of this call.
    let (raw_schema, raw_array) =
        unsafe { (&*(&raw const schema).cast::<abi::ArrowSchema>(), &*(&raw const array).cast::<abi::ArrowArray>()) };
    if raw_schema.release.is_none() || raw_array.release.is_none() {
        return Err("the schema or the array is already released".to_owned());
    }
    // SAFETY: as promised by the caller.
    unsafe { walk(raw_schema, raw_array, "the table", 0) }?;
    if raw_array.null_count > 0 {
        return Err("the table itself has nulls".to_owned());
    }
    let imported = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        // SAFETY: the walk has checked what this function takes for granted.
        let data = unsafe { arrow::ffi::from_ffi(array, &schema) }.map_err(|error| error.to_string())?;
        data.validate_full().map_err(|error| error.to_string())?;
        let table = StructArray::from(data);
        if table.null_count() > 0 {
            return Err("the table itself has nulls".to_owned());
        }
        Ok(RecordBatch::from(table))
    }));
    imported.unwrap_or_else(|_| Err("its arrays make Arrow fail".to_owned()))
}

/// The types that outputs may have.
enum Shape {
    /// Validity and values.
    Flat,
    /// Validity, offsets and bytes.
    Text { wide: bool },
    /// Validity and offsets; one child.
    List { wide: bool },
    /// Validity; one child with this many values a row.
    Fixed(i64),
    /// Validity; children of the same length.
    Struct,
    /// Nothing.
    Null,
}

impl Shape {
    fn of(format: &str) -> Option<Self> {
        Some(match format {
            "n" => Self::Null,
            "b" | "c" | "C" | "s" | "S" | "i" | "I" | "l" | "L" | "e" | "f" | "g" => Self::Flat,
            "u" | "z" => Self::Text { wide: false },
            "U" | "Z" => Self::Text { wide: true },
            "+l" => Self::List { wide: false },
            "+L" => Self::List { wide: true },
            "+s" => Self::Struct,
            _ => Self::Fixed(format.strip_prefix("+w:")?.parse().ok().filter(|width| (0..=i64::from(i32::MAX)).contains(width))?),
        })
    }

    fn buffers(&self) -> i64 {
        match self {
            Self::Null => 0,
            Self::Fixed(_) | Self::Struct => 1,
            Self::Flat | Self::List { .. } => 2,
            Self::Text { .. } => 3,
        }
    }
}

/// Checks one node and everything below it.
///
/// # Safety
/// As for [`import`].
unsafe fn walk(schema: &abi::ArrowSchema, array: &abi::ArrowArray, name: &str, depth: u32) -> Result<(), String> {
    if depth > MAX_DEPTH {
        return Err(format!("{name} is nested too deep"));
    }
    if schema.format.is_null() {
        return Err(format!("{name} has no format"));
    }
    // SAFETY: a non-null text of the interface ends with a NUL.
    let format = unsafe { CStr::from_ptr(schema.format) }.to_str().map_err(|_| format!("the format of {name} is not UTF-8"))?;
    let shape = Shape::of(format).ok_or_else(|| format!("{name} has the format `{format}`, which no output has"))?;
    if depth == 0 && !matches!(shape, Shape::Struct) {
        return Err(format!("{name} has the format `{format}`, it must be a struct (`+s`)"));
    }
    if !schema.dictionary.is_null() || !array.dictionary.is_null() {
        return Err(format!("{name} has a dictionary, outputs have none"));
    }
    for (what, value) in [("length", array.length), ("offset", array.offset)] {
        if !(0..=MAX_LENGTH).contains(&value) {
            return Err(format!("the {what} of {name} is {value}"));
        }
    }
    if array.null_count < -1 || array.null_count > array.length {
        return Err(format!("{name} has {} nulls in {} values", array.null_count, array.length));
    }
    if array.n_buffers != shape.buffers() {
        return Err(format!("{name} has {} buffers, its format `{format}` has {}", array.n_buffers, shape.buffers()));
    }
    let rows = array.length + array.offset;
    if array.n_buffers > 0 {
        if array.buffers.is_null() {
            return Err(format!("the buffers of {name} are null"));
        }
        // SAFETY: `buffers` holds `n_buffers` pointers.
        let buffers = unsafe { std::slice::from_raw_parts(array.buffers, array.n_buffers as usize) };
        if buffers[0].is_null() && array.null_count > 0 {
            return Err(format!("{name} has nulls and does not say where"));
        }
        if let Some(at) = (1..buffers.len().min(2)).find(|at| buffers[*at].is_null() && rows > 0) {
            return Err(format!("buffer {at} of {name} is null"));
        }
        if let Shape::Text { wide } | Shape::List { wide } = shape
            && rows > 0
        {
            // SAFETY: the buffer of offsets holds one more than there are rows.
            let end = unsafe { last_offset(buffers[1].cast(), rows as usize, wide) }.map_err(|reason| format!("{name} {reason}"))?;
            if matches!(shape, Shape::Text { .. }) && end > 0 && buffers[2].is_null() {
                return Err(format!("buffer 2 of {name} is null"));
            }
        }
    }
    let children = match shape {
        Shape::List { .. } | Shape::Fixed(_) => 1..=1,
        Shape::Struct => 0..=MAX_CHILDREN,
        _ => 0..=0,
    };
    if !children.contains(&schema.n_children) || schema.n_children != array.n_children {
        return Err(format!("{name} has {} children by its schema and {} by its array", schema.n_children, array.n_children));
    }
    if schema.n_children > 0 && (schema.children.is_null() || array.children.is_null()) {
        return Err(format!("the children of {name} are null"));
    }
    let mut names = Vec::new();
    for at in 0..schema.n_children as usize {
        // SAFETY: `children` holds `n_children` pointers, in both structs.
        let (schema, child) = unsafe { ((*schema.children.add(at)).as_ref(), (*array.children.add(at)).as_ref()) };
        let (Some(schema), Some(child)) = (schema, child) else { return Err(format!("child {at} of {name} is null")) };
        let label = if schema.name.is_null() {
            String::new()
        } else {
            // SAFETY: a non-null text of the interface ends with a NUL.
            unsafe { CStr::from_ptr(schema.name) }
                .to_str()
                .map_err(|_| format!("the name of child {at} of {name} is not UTF-8"))?
                .to_owned()
        };
        let label = if depth == 0 { format!("the column `{label}`") } else { format!("the values of {name}") };
        if names.contains(&label) {
            return Err(format!("{label} is there twice"));
        }
        let needed = match shape {
            Shape::Struct => rows,
            Shape::Fixed(width) => rows.checked_mul(width).ok_or_else(|| format!("{name} is too long"))?,
            _ => 0,
        };
        if child.length < needed {
            return Err(format!("{label} has {} values, {needed} are needed", child.length));
        }
        // SAFETY: as promised by the caller.
        unsafe { walk(schema, child, &label, depth + 1) }?;
        names.push(label);
    }
    Ok(())
}

/// The last of `rows + 1` offsets, if they never fall.
///
/// # Safety
/// `offsets` holds that many numbers, of 8 bytes if `wide`, of 4 otherwise; any alignment.
unsafe fn last_offset(offsets: *const u8, rows: usize, wide: bool) -> Result<i64, String> {
    let mut last = 0;
    for row in 0..=rows {
        // SAFETY: as promised by the caller.
        let offset = unsafe {
            if wide { offsets.cast::<i64>().add(row).read_unaligned() } else { i64::from(offsets.cast::<i32>().add(row).read_unaligned()) }
        };
        if offset < last {
            return Err(format!("has the offset {offset} after {last}"));
        }
        last = offset;
    }
    Ok(last)
}
