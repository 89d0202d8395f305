//! The C ABI between fairgrid and its backends, mirrored in Rust.
//!
//! The truth is `fairgrid_backend.h` beside this file: what each function means, which thread calls it and who owns what is
//! written there. A test compiles a C program against the header and compares every size and offset with this mirror; the
//! assertions at the end hold on 64-bit machines without a C compiler.
//!
//! Names follow the header without its prefix: `fg_backend` is [`Backend`]. Function pointers are `Option`s, since the other
//! side may leave one out.

#![allow(unsafe_code)] // A C ABI is made of `unsafe extern "C"` function types.

use std::ffi::{c_char, c_int, c_void};
use std::mem::offset_of;

/// The version of the header: a change of it breaks.
pub const ABI_MAJOR: u32 = 1;
/// The version of the header: counts additions.
pub const ABI_MINOR: u32 = 0;
/// The one exported symbol, as `libloading` wants it.
pub const SYMBOL: &str = "fairgrid_backend";

/// The header itself, for programs that write it where a backend is to be compiled.
pub const HEADER: &str = include_str!("fairgrid_backend.h");

/// The status codes that functions return.
pub mod status {
    /// Done.
    pub const OK: i32 = 0;
    /// Something in the config or the job is wrong.
    pub const INVALID: i32 = 1;
    /// Well-formed, but impossible for this backend, build or machine.
    pub const UNSUPPORTED: i32 = 2;
    /// `open_input` or its stream failed; the host reports its own cause.
    pub const INPUT: i32 = 3;
    /// `emit` or `epoch_end` failed; the host reports its own cause.
    pub const HOST: i32 = 4;
    /// Cut short by `cancel` or `progress`.
    pub const CANCELLED: i32 = 5;
    /// A file could not be read or written.
    pub const FILE: i32 = 6;
    /// The native runtime failed.
    pub const RUNTIME: i32 = 7;
    /// Not enough memory.
    pub const MEMORY: i32 = 8;
    /// A mistake in the backend itself.
    pub const INTERNAL: i32 = 9;
}

/// The answers of `epoch_end`; a negative one means failure.
pub mod verdict {
    /// Go on.
    pub const CONTINUE: i32 = 0;
    /// Write the model as it is, then go on.
    pub const KEEP: i32 = 1;
    /// Train no further.
    pub const STOP: i32 = 2;
}

/// The levels of `log`.
pub mod level {
    /// Something failed.
    pub const ERROR: i32 = 1;
    /// Something is odd.
    pub const WARN: i32 = 2;
    /// Good to know.
    pub const INFO: i32 = 3;
    /// For those who look for a fault.
    pub const DEBUG: i32 = 4;
}

/// A column's type, by Arrow's C data interface.
#[repr(C)]
#[derive(Debug)]
pub struct ArrowSchema {
    /// The type, in Arrow's format strings.
    pub format: *const c_char,
    /// The column's name; may be null.
    pub name: *const c_char,
    /// Keys and values in a binary form; may be null.
    pub metadata: *const c_char,
    /// `ARROW_FLAG_*`.
    pub flags: i64,
    /// How many `children` there are.
    pub n_children: i64,
    /// The types of nested columns.
    pub children: *mut *mut ArrowSchema,
    /// The type of a dictionary's values; may be null.
    pub dictionary: *mut ArrowSchema,
    /// Frees all of it; null once released.
    pub release: Option<unsafe extern "C" fn(*mut ArrowSchema)>,
    /// The maker's.
    pub private_data: *mut c_void,
}

/// A column's values, by Arrow's C data interface.
#[repr(C)]
#[derive(Debug)]
pub struct ArrowArray {
    /// How many values.
    pub length: i64,
    /// How many of them are null; -1 where that is not known.
    pub null_count: i64,
    /// Where in the buffers the first value lies.
    pub offset: i64,
    /// How many `buffers` there are.
    pub n_buffers: i64,
    /// How many `children` there are.
    pub n_children: i64,
    /// Validity, offsets, values, by type.
    pub buffers: *mut *const c_void,
    /// Nested columns.
    pub children: *mut *mut ArrowArray,
    /// A dictionary's values; may be null.
    pub dictionary: *mut ArrowArray,
    /// Frees all of it; null once released.
    pub release: Option<unsafe extern "C" fn(*mut ArrowArray)>,
    /// The maker's.
    pub private_data: *mut c_void,
}

/// A sequence of arrays of one type, by Arrow's C stream interface.
#[repr(C)]
#[derive(Debug)]
pub struct ArrowArrayStream {
    /// Gives the type.
    pub get_schema: Option<unsafe extern "C" fn(*mut ArrowArrayStream, *mut ArrowSchema) -> c_int>,
    /// Gives the next array; a released one at the end.
    pub get_next: Option<unsafe extern "C" fn(*mut ArrowArrayStream, *mut ArrowArray) -> c_int>,
    /// Says what went wrong in the last call.
    pub get_last_error: Option<unsafe extern "C" fn(*mut ArrowArrayStream) -> *const c_char>,
    /// Frees the stream.
    pub release: Option<unsafe extern "C" fn(*mut ArrowArrayStream)>,
    /// The maker's.
    pub private_data: *mut c_void,
}

/// What went wrong; made by the host, filled by the backend.
#[repr(C)]
#[derive(Debug)]
pub struct Error {
    /// Of this struct, as the host compiled it.
    pub size: usize,
    /// The code that the function returned.
    pub status: i32,
    /// What is wrong; may be null.
    pub message: *const c_char,
    /// What to do about it; may be null.
    pub help: *const c_char,
    /// A JSON pointer into the config or the job; may be null.
    pub pointer: *const c_char,
    /// The backend's.
    pub private_data: *mut c_void,
    /// Frees the texts; may be null.
    pub release: Option<unsafe extern "C" fn(*mut Error)>,
}

impl Error {
    /// An error that was not filled yet.
    pub const fn empty() -> Self {
        Self {
            size: size_of::<Self>(),
            status: status::OK,
            message: std::ptr::null(),
            help: std::ptr::null(),
            pointer: std::ptr::null(),
            private_data: std::ptr::null_mut(),
            release: None,
        }
    }
}

/// What the host gives to `run`.
#[repr(C)]
#[derive(Debug)]
pub struct Host {
    /// Of this struct, as the host compiled it.
    pub size: usize,
    /// The first argument of every function.
    pub context: *mut c_void,
    /// Opens an input from its beginning.
    pub open_input: Option<unsafe extern "C" fn(*mut c_void, *const c_char, u32, *mut ArrowArrayStream) -> i32>,
    /// Hands results over.
    pub emit: Option<unsafe extern "C" fn(*mut c_void, *const c_char, *mut ArrowSchema, *mut ArrowArray) -> i32>,
    /// An epoch is over.
    pub epoch_end: Option<unsafe extern "C" fn(*mut c_void, u32) -> i32>,
    /// How far the job is; not 0: stop soon.
    pub progress: Option<unsafe extern "C" fn(*mut c_void, u64, u64, *const c_char) -> i32>,
    /// A line for the cell's log.
    pub log: Option<unsafe extern "C" fn(*mut c_void, i32, *const c_char)>,
}

/// The backend's own; never looked into.
#[repr(C)]
#[derive(Debug)]
pub struct Instance {
    _opaque: [u8; 0],
}

/// What a backend gives to the host.
#[repr(C)]
#[derive(Debug)]
pub struct Backend {
    /// Of this struct, as the backend compiled it.
    pub size: usize,
    /// The header's major version that the backend was compiled with.
    pub abi_major: u32,
    /// The header's minor version that the backend was compiled with.
    pub abi_minor: u32,
    /// Gives the description.
    pub describe: Option<unsafe extern "C" fn(*mut *const c_char, *mut Error) -> i32>,
    /// Makes an instance.
    pub open: Option<unsafe extern "C" fn(*const c_char, *mut *mut Instance, *mut Error) -> i32>,
    /// Does a job.
    pub run: Option<unsafe extern "C" fn(*mut Instance, *const c_char, *const Host, *mut Error) -> i32>,
    /// Asks the running job to end soon.
    pub cancel: Option<unsafe extern "C" fn(*mut Instance)>,
    /// Frees an instance.
    pub close: Option<unsafe extern "C" fn(*mut Instance)>,
}

/// The type of the exported symbol.
pub type Entry = unsafe extern "C" fn(u32, u32) -> *const Backend;

/// Every size and offset of the mirror, in the order and under the names that the C test program prints.
pub fn layout() -> Vec<(String, usize)> {
    let mut found = Vec::new();
    macro_rules! measure {
        ($($type:ident as $name:literal { $($field:ident),* })*) => {
            $(
                found.push(($name.to_owned(), size_of::<$type>()));
                $(found.push((format!("{}.{}", $name, stringify!($field)), offset_of!($type, $field)));)*
            )*
        };
    }
    measure! {
        ArrowSchema as "struct ArrowSchema" { format, name, metadata, flags, n_children, children, dictionary, release, private_data }
        ArrowArray as "struct ArrowArray" { length, null_count, offset, n_buffers, n_children, buffers, children, dictionary, release, private_data }
        ArrowArrayStream as "struct ArrowArrayStream" { get_schema, get_next, get_last_error, release, private_data }
        Error as "fg_error" { size, status, message, help, pointer, private_data, release }
        Host as "fg_host" { size, context, open_input, emit, epoch_end, progress, log }
        Backend as "fg_backend" { size, abi_major, abi_minor, describe, open, run, cancel, close }
    }
    found
}

/// Every constant of the mirror, under the header's names.
pub const CONSTANTS: &[(&str, i64)] = &[
    ("FG_ABI_MAJOR", ABI_MAJOR as i64),
    ("FG_ABI_MINOR", ABI_MINOR as i64),
    ("FG_OK", status::OK as i64),
    ("FG_INVALID", status::INVALID as i64),
    ("FG_UNSUPPORTED", status::UNSUPPORTED as i64),
    ("FG_INPUT", status::INPUT as i64),
    ("FG_HOST", status::HOST as i64),
    ("FG_CANCELLED", status::CANCELLED as i64),
    ("FG_FILE", status::FILE as i64),
    ("FG_RUNTIME", status::RUNTIME as i64),
    ("FG_MEMORY", status::MEMORY as i64),
    ("FG_INTERNAL", status::INTERNAL as i64),
    ("FG_CONTINUE", verdict::CONTINUE as i64),
    ("FG_KEEP", verdict::KEEP as i64),
    ("FG_STOP", verdict::STOP as i64),
    ("FG_LOG_ERROR", level::ERROR as i64),
    ("FG_LOG_WARN", level::WARN as i64),
    ("FG_LOG_INFO", level::INFO as i64),
    ("FG_LOG_DEBUG", level::DEBUG as i64),
];

#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(size_of::<ArrowSchema>() == 72 && offset_of!(ArrowSchema, release) == 56);
    assert!(size_of::<ArrowArray>() == 80 && offset_of!(ArrowArray, release) == 64);
    assert!(size_of::<ArrowArrayStream>() == 40 && offset_of!(ArrowArrayStream, release) == 24);
    assert!(size_of::<Error>() == 56 && offset_of!(Error, message) == 16 && offset_of!(Error, release) == 48);
    assert!(size_of::<Host>() == 56 && offset_of!(Host, open_input) == 16 && offset_of!(Host, log) == 48);
    assert!(size_of::<Backend>() == 56 && offset_of!(Backend, describe) == 16 && offset_of!(Backend, close) == 48);
};

// Pointers to this crate's Arrow structs are cast to the arrow crate's, whose fields are private.
const _: () = {
    assert!(size_of::<ArrowSchema>() == size_of::<arrow::ffi::FFI_ArrowSchema>());
    assert!(align_of::<ArrowSchema>() == align_of::<arrow::ffi::FFI_ArrowSchema>());
    assert!(size_of::<ArrowArray>() == size_of::<arrow::ffi::FFI_ArrowArray>());
    assert!(align_of::<ArrowArray>() == align_of::<arrow::ffi::FFI_ArrowArray>());
    assert!(size_of::<ArrowArrayStream>() == size_of::<arrow::ffi_stream::FFI_ArrowArrayStream>());
    assert!(align_of::<ArrowArrayStream>() == align_of::<arrow::ffi_stream::FFI_ArrowArrayStream>());
};
