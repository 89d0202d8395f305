//! The host's side of a running job: the table of functions that a backend calls.

#![expect(unsafe_code, reason = "backends call these functions through the C ABI")]

use std::cell::RefCell;
use std::ffi::{CStr, c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::ThreadId;

use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::ffi::{FFI_ArrowArray, FFI_ArrowSchema};
use arrow::ffi_stream::FFI_ArrowArrayStream;
use arrow::record_batch::{RecordBatch, RecordBatchReader};
use fairgrid_abi as abi;

use super::arrays;
use super::error::{BackendError, Status};
use super::outputs::Outputs;

/// What to do after an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    Continue,
    /// This epoch's model is the one to keep, so far.
    Keep,
    /// Train no further.
    Stop,
}

/// How much a line of the log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// Something failed.
    Error,
    /// Something is odd.
    Warn,
    /// Good to know.
    Info,
    /// For those who look for a fault.
    Debug,
}

impl LogLevel {
    fn of(level: i32) -> Self {
        match level {
            ..=abi::level::ERROR => Self::Error,
            abi::level::WARN => Self::Warn,
            abi::level::INFO => Self::Info,
            _ => Self::Debug,
        }
    }
}

/// What a backend may ask of the harness while it runs a job. All calls come on the thread that runs it.
pub trait Host {
    /// Opens an input from its beginning.
    ///
    /// # Errors
    /// The cause, as the user is to read it; so are errors of the reader.
    fn open_input(&mut self, name: &str, epoch: u32) -> Result<Box<dyn RecordBatchReader + Send>, String>;

    /// Takes `rows`, `epochs` or `validation`: valid arrays, with the columns, widths and finite numbers that the header asks for. Which ids
    /// come is for the implementer to check.
    ///
    /// # Errors
    /// The cause, as the user is to read it.
    fn emit(&mut self, name: &str, batch: RecordBatch) -> Result<(), String>;

    /// Scores an epoch.
    ///
    /// # Errors
    /// The cause, as the user is to read it.
    fn epoch_end(&mut self, epoch: u32) -> Result<Verdict, String>;

    /// Hears how far the job is, `total` 0 where that is unknown; answers whether it is to stop soon.
    fn progress(&mut self, done: u64, total: u64, message: &str) -> bool;

    /// Hears a line for the cell's log.
    fn log(&mut self, level: LogLevel, message: &str);
}

/// Why the host failed first, before the backend did.
#[derive(Debug, Default)]
struct Cause(Mutex<Option<BackendError>>);

impl Cause {
    fn set(&self, error: BackendError) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    fn take(&self) -> Option<BackendError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// What is shared between the functions of one job's table.
///
/// It is leaked, a few hundred bytes a job, since a stray thread of a backend may call `log` after `run` has returned: such a call finds nothing
/// rather than freed memory.
pub(super) struct Bridge {
    thread: ThreadId,
    /// Lines that came from other threads, or while the host was busy.
    lines: Mutex<Vec<(LogLevel, String)>>,
    cause: Arc<Cause>,
    open_streams: Arc<AtomicUsize>,
    /// Touched by `thread` alone; `None` once the job is over.
    running: RefCell<Option<Running>>,
}

struct Running {
    /// Valid until [`Bridge::end`], which `run` calls before its borrow ends.
    host: *mut dyn Host,
    outputs: Outputs,
}

/// What a job left behind.
pub(super) struct Ending {
    /// Why the host failed, if it did.
    pub(super) cause: Option<BackendError>,
    /// How many streams were not released.
    pub(super) open_streams: usize,
}

impl Bridge {
    /// A bridge to `host` for the current thread, and the table that leads to it.
    pub(super) fn begin(host: &mut dyn Host, outputs: Outputs) -> (&'static Self, abi::Host) {
        let host: *mut (dyn Host + '_) = host;
        // SAFETY: only the lifetime changes; `end` forgets the pointer before the borrow behind it is over.
        let host = unsafe { std::mem::transmute::<*mut (dyn Host + '_), *mut (dyn Host + 'static)>(host) };
        let bridge: &'static Self = Box::leak(Box::new(Self {
            thread: std::thread::current().id(),
            lines: Mutex::default(),
            cause: Arc::default(),
            open_streams: Arc::default(),
            running: RefCell::new(Some(Running { host, outputs })),
        }));
        let table = abi::Host {
            size: size_of::<abi::Host>(),
            context: std::ptr::from_ref(bridge).cast_mut().cast(),
            open_input: Some(open_input),
            emit: Some(emit),
            epoch_end: Some(epoch_end),
            progress: Some(progress),
            log: Some(log),
        };
        (bridge, table)
    }

    /// Cuts the bridge; later calls of a stray thread find nothing.
    pub(super) fn end(&self) -> Ending {
        let _ = self.enter("run", |_| Ok(()));
        self.running.borrow_mut().take();
        Ending { cause: self.cause.take(), open_streams: self.open_streams.load(Ordering::SeqCst) }
    }

    /// Does something with the host, if this is the right moment; the cause of a failure is remembered.
    fn enter<T>(&self, function: &str, action: impl FnOnce(&mut Running) -> Result<T, BackendError>) -> Option<T> {
        if std::thread::current().id() != self.thread {
            self.cause.set(BackendError::contract(format_args!("it called `{function}` on another thread than that of `run`")));
            return None;
        }
        let Ok(mut running) = self.running.try_borrow_mut() else {
            self.cause.set(BackendError::contract(format_args!("it called `{function}` from within a call of the host")));
            return None;
        };
        let running = running.as_mut()?;
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            self.flush(running);
            action(running)
        }));
        match outcome {
            Ok(Ok(value)) => Some(value),
            Ok(Err(error)) => {
                self.cause.set(error);
                None
            }
            Err(_) => {
                self.cause.set(failed(Status::Host, format!("fairgrid itself failed in `{function}`; its log says where")));
                None
            }
        }
    }

    fn flush(&self, running: &Running) {
        let lines = std::mem::take(&mut *self.lines.lock().unwrap_or_else(PoisonError::into_inner));
        for (level, line) in lines {
            // SAFETY: see `Running::host`.
            unsafe { &mut *running.host }.log(level, &line);
        }
    }
}

fn failed(status: Status, message: String) -> BackendError {
    BackendError { status, message, help: None, pointer: None }
}

/// # Safety
/// `context` is that of a table made by [`Bridge::begin`], whose bridges live for ever.
unsafe fn bridge(context: *mut c_void) -> Option<&'static Bridge> {
    // SAFETY: as promised by the caller.
    unsafe { context.cast::<Bridge>().as_ref() }
}

/// Text of a backend: invalid UTF-8 is shown as such, null is empty.
///
/// # Safety
/// `text` is null or ends with a NUL, and stays valid for the call.
pub(super) unsafe fn text(text: *const c_char) -> String {
    // SAFETY: as promised by the caller.
    if text.is_null() { String::new() } else { unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned() }
}

/// # Safety
/// As the header says for `fg_host.open_input`.
unsafe extern "C" fn open_input(context: *mut c_void, name: *const c_char, epoch: u32, out: *mut abi::ArrowArrayStream) -> i32 {
    // SAFETY: the backend passes the table's context and a text.
    let (Some(bridge), name) = (unsafe { bridge(context) }, unsafe { text(name) }) else { return abi::status::INPUT };
    let stream = bridge.enter("open_input", |running| {
        if out.is_null() {
            return Err(BackendError::contract("it gave `open_input` no place for the stream"));
        }
        // SAFETY: see `Running::host`.
        let reader = unsafe { &mut *running.host }.open_input(&name, epoch).map_err(|cause| failed(Status::Input, cause))?;
        bridge.open_streams.fetch_add(1, Ordering::SeqCst);
        Ok(FFI_ArrowArrayStream::new(Box::new(Watched {
            name,
            reader,
            cause: Arc::clone(&bridge.cause),
            open_streams: Arc::clone(&bridge.open_streams),
        })))
    });
    match stream {
        Some(stream) => {
            // SAFETY: `out` is the backend's place for one stream, uninitialized, so nothing is dropped; the layouts are one.
            unsafe { out.cast::<FFI_ArrowArrayStream>().write(stream) };
            abi::status::OK
        }
        None => abi::status::INPUT,
    }
}

/// # Safety
/// As the header says for `fg_host.emit`.
unsafe extern "C" fn emit(context: *mut c_void, name: *const c_char, schema: *mut abi::ArrowSchema, array: *mut abi::ArrowArray) -> i32 {
    // SAFETY: the backend passes the table's context and a text.
    let (Some(bridge), name) = (unsafe { bridge(context) }, unsafe { text(name) }) else { return abi::status::HOST };
    // Both are ours from here on, whatever happens; null ones count as released.
    // SAFETY: the backend hands over two valid structs of the layout that `fairgrid-abi` asserts, which `from_raw` moves out of.
    let schema = (!schema.is_null()).then(|| unsafe { FFI_ArrowSchema::from_raw(schema.cast()) });
    // SAFETY: likewise.
    let array = (!array.is_null()).then(|| unsafe { FFI_ArrowArray::from_raw(array.cast()) });
    let taken = bridge.enter("emit", |running| {
        let (schema, array) = schema.zip(array).ok_or_else(|| BackendError::contract(format_args!("it emitted a null `{name}`")))?;
        let wrong = |reason: String| BackendError::contract(format_args!("it emitted a wrong `{name}`: {reason}"));
        // SAFETY: both came from the backend by the rules of Arrow's C data interface, so that they are readable as far as they say.
        let batch = unsafe { arrays::import(schema, array) }.map_err(wrong)?;
        running.outputs.check(&name, &batch).map_err(wrong)?;
        // SAFETY: see `Running::host`.
        unsafe { &mut *running.host }.emit(&name, batch).map_err(|cause| failed(Status::Host, cause))
    });
    if taken.is_some() { abi::status::OK } else { abi::status::HOST }
}

/// # Safety
/// As the header says for `fg_host.epoch_end`.
unsafe extern "C" fn epoch_end(context: *mut c_void, epoch: u32) -> i32 {
    // SAFETY: the backend passes the table's context.
    let Some(bridge) = (unsafe { bridge(context) }) else { return -1 };
    let verdict = bridge.enter("epoch_end", |running| {
        // SAFETY: see `Running::host`.
        unsafe { &mut *running.host }.epoch_end(epoch).map_err(|cause| failed(Status::Host, cause))
    });
    match verdict {
        Some(Verdict::Continue) => abi::verdict::CONTINUE,
        Some(Verdict::Keep) => abi::verdict::KEEP,
        Some(Verdict::Stop) => abi::verdict::STOP,
        None => -1,
    }
}

/// # Safety
/// As the header says for `fg_host.progress`.
unsafe extern "C" fn progress(context: *mut c_void, done: u64, total: u64, message: *const c_char) -> i32 {
    // SAFETY: the backend passes the table's context and a text.
    let (Some(bridge), message) = (unsafe { bridge(context) }, unsafe { text(message) }) else { return 1 };
    // SAFETY: see `Running::host`.
    let stop = bridge.enter("progress", |running| Ok(unsafe { &mut *running.host }.progress(done, total, &message)));
    // Where the host failed, the job is to end too.
    i32::from(stop.unwrap_or(true))
}

/// # Safety
/// As the header says for `fg_host.log`.
unsafe extern "C" fn log(context: *mut c_void, level: i32, message: *const c_char) {
    // SAFETY: the backend passes the table's context and a text.
    let (Some(bridge), message) = (unsafe { bridge(context) }, unsafe { text(message) }) else { return };
    bridge.lines.lock().unwrap_or_else(PoisonError::into_inner).push((LogLevel::of(level), message));
    if std::thread::current().id() == bridge.thread && bridge.running.try_borrow_mut().is_ok() {
        // Entering hands over what waits.
        let _ = bridge.enter("log", |_| Ok(()));
    }
}

/// A reader whose errors are remembered as the host's, and whose panics become errors.
struct Watched {
    name: String,
    reader: Box<dyn RecordBatchReader + Send>,
    cause: Arc<Cause>,
    open_streams: Arc<AtomicUsize>,
}

impl Iterator for Watched {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = catch_unwind(AssertUnwindSafe(|| self.reader.next()));
        let error = match next {
            Ok(None) => return None,
            Ok(Some(Ok(batch))) => return Some(Ok(batch)),
            // The reader's own words, without those that Arrow puts before them.
            Ok(Some(Err(ArrowError::ExternalError(error)))) => error.to_string(),
            Ok(Some(Err(error))) => error.to_string(),
            Err(_) => format!("fairgrid itself failed while it read the input `{}`; its log says where", self.name),
        };
        self.cause.set(failed(Status::Input, error.clone()));
        Some(Err(ArrowError::ExternalError(error.into())))
    }
}

impl RecordBatchReader for Watched {
    fn schema(&self) -> SchemaRef {
        self.reader.schema()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.open_streams.fetch_sub(1, Ordering::SeqCst);
    }
}
