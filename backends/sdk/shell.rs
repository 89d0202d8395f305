//! The C side of a backend: every unsafe line and every `catch_unwind` of the SDK.

#![expect(unsafe_code, reason = "this file is the boundary to C")]

use crate::host::{Cancel, Host, Input, Level, Verdict};
use crate::{Backend, Config, Failure, Job, Status};
use arrow::array::StructArray;
use arrow::ffi::{FFI_ArrowArray, FFI_ArrowSchema};
use arrow::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow::record_batch::RecordBatch;
use fairgrid_abi as abi;
use std::any::Any;
use std::ffi::{CStr, CString, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, OnceLock, TryLockError};

#[cfg(panic = "abort")]
compile_error!("a backend must be built with `panic = \"unwind\"`: an abort would end the worker without a message");

/// What stands behind the host's `fg_instance`.
struct Open<B> {
    backend: Mutex<B>,
    cancel: Cancel,
}

/// The table of a backend; `describe` is made by [`crate::export_backend!`], since a generic function has no statics of its own.
pub const fn table<B: Backend>(describe: unsafe extern "C" fn(*mut *const c_char, *mut abi::Error) -> i32) -> abi::Backend {
    abi::Backend {
        size: size_of::<abi::Backend>(),
        abi_major: abi::ABI_MAJOR,
        abi_minor: abi::ABI_MINOR,
        describe: Some(describe),
        open: Some(open::<B>),
        run: Some(run::<B>),
        cancel: Some(cancel::<B>),
        close: Some(close::<B>),
    }
}

/// The exported symbol's answer.
pub fn entry(table: &'static abi::Backend, host_major: u32, _host_minor: u32) -> *const abi::Backend {
    // Of minor versions there is only one yet; a later SDK compares what it needs.
    if host_major == abi::ABI_MAJOR { table } else { std::ptr::null() }
}

/// # Safety
/// As the header says for `fg_backend.describe`.
pub unsafe fn describe<B: Backend>(text: &'static OnceLock<CString>, json: *mut *const c_char, error: *mut abi::Error) -> i32 {
    let answer = guard(|| {
        if text.get().is_none() {
            let made = CString::new(B::describe().to_json().to_string()).map_err(Failure::internal)?;
            // Another thread may have been faster; both made the same.
            let _ = text.set(made);
        }
        text.get().ok_or_else(|| Failure::internal("there is no description"))
    });
    // SAFETY: the host lends `json` and `error` for the duration of the call.
    unsafe { settle(answer, error, |description| json.write(description.as_ptr())) }
}

/// # Safety
/// As the header says for `fg_backend.open`.
unsafe extern "C" fn open<B: Backend>(config: *const c_char, instance: *mut *mut abi::Instance, error: *mut abi::Error) -> i32 {
    let answer = guard(|| {
        // SAFETY: `config` is text that is borrowed for the call.
        let config = Config::new(unsafe { document(config, "config") }?);
        let backend = B::open(&config)?;
        Ok(Box::new(Open { backend: Mutex::new(backend), cancel: Cancel::default() }))
    });
    // SAFETY: the host lends `instance` and `error`; the box comes back through `close`.
    unsafe { settle(answer, error, |open| instance.write(Box::into_raw(open).cast())) }
}

/// # Safety
/// As the header says for `fg_backend.run`.
unsafe extern "C" fn run<B: Backend>(
    instance: *mut abi::Instance,
    job: *const c_char,
    host: *const abi::Host,
    error: *mut abi::Error,
) -> i32 {
    let answer = guard(|| {
        // SAFETY: `instance` came from `open` and is not closed before `run` returns; `cancel` shares it, hence no `&mut`.
        let open = unsafe { instance.cast::<Open<B>>().as_ref() }.ok_or_else(|| Failure::internal("the instance is null"))?;
        // SAFETY: `job` is text that is borrowed for the call.
        let job = Job::read(unsafe { document(job, "job") }?)?;
        B::describe().admit(&job)?;
        // SAFETY: `host` is borrowed for the call, and `RemoteHost` does not outlive it.
        let mut host = RemoteHost::new(unsafe { host.as_ref() }, open.cancel.clone())?;
        let mut backend = match open.backend.try_lock() {
            Ok(backend) => backend,
            Err(TryLockError::WouldBlock) => return Err(Failure::internal("the instance is busy with another job")),
            Err(TryLockError::Poisoned(_)) => return Err(Failure::internal("the instance panicked in an earlier job")),
        };
        open.cancel.set(false);
        backend.run(&job, &mut host)
    });
    // SAFETY: the host lends `error`.
    unsafe { settle(answer, error, |()| ()) }
}

/// # Safety
/// As the header says for `fg_backend.cancel`.
unsafe extern "C" fn cancel<B: Backend>(instance: *mut abi::Instance) {
    // SAFETY: `instance` came from `open` and is not closed yet.
    if let Some(open) = unsafe { instance.cast::<Open<B>>().as_ref() } {
        open.cancel.set(true);
    }
}

/// # Safety
/// As the header says for `fg_backend.close`.
unsafe extern "C" fn close<B: Backend>(instance: *mut abi::Instance) {
    if !instance.is_null() {
        // SAFETY: `instance` came from `open`, and the host gives it back once.
        let open = unsafe { Box::from_raw(instance.cast::<Open<B>>()) };
        // A panic in the backend's `drop` has nobody to be told to; the hook has printed it.
        let _ = guard(|| {
            drop(open);
            Ok(())
        });
    }
}

/// Runs what may panic.
fn guard<T>(action: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    // A backend that panicked is behind a mutex, which remembers it.
    catch_unwind(AssertUnwindSafe(action)).unwrap_or_else(|panic| Err(Failure::internal(format_args!("panicked: {}", words(panic)))))
}

fn words(panic: Box<dyn Any + Send>) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    // A payload whose own drop panics must not do so here.
    std::mem::forget(panic);
    text.unwrap_or_else(|| "without a message".to_owned())
}

/// Delivers an answer, or fills the host's error.
///
/// # Safety
/// `error` is null or lent by the host.
unsafe fn settle<T>(answer: Result<T, Failure>, error: *mut abi::Error, deliver: impl FnOnce(T)) -> i32 {
    match answer {
        Ok(value) => {
            deliver(value);
            abi::status::OK
        }
        Err(failure) => {
            let code = failure.status.code();
            // SAFETY: as promised by the caller; a host's struct of our major version is at least as large as ours.
            if let Some(error) = unsafe { error.as_mut() }.filter(|error| error.size >= size_of::<abi::Error>()) {
                let texts = Box::new(Texts {
                    message: c_text(&failure.message),
                    help: failure.help.as_deref().map(c_text),
                    pointer: failure.pointer.as_deref().map(c_text),
                });
                error.status = code;
                error.message = texts.message.as_ptr();
                error.help = texts.help.as_ref().map_or(std::ptr::null(), |text| text.as_ptr());
                error.pointer = texts.pointer.as_ref().map_or(std::ptr::null(), |text| text.as_ptr());
                error.private_data = Box::into_raw(texts).cast();
                error.release = Some(release);
            }
            code
        }
    }
}

/// The texts that an `fg_error` points to.
struct Texts {
    message: CString,
    help: Option<CString>,
    pointer: Option<CString>,
}

/// # Safety
/// As the header says for `fg_error.release`.
unsafe extern "C" fn release(error: *mut abi::Error) {
    // SAFETY: the host hands back an error that `settle` filled, once.
    if let Some(error) = unsafe { error.as_mut() } {
        // SAFETY: `private_data` is the box that `settle` leaked.
        drop(unsafe { Box::from_raw(error.private_data.cast::<Texts>()) });
        *error = abi::Error::empty();
    }
}

/// Text for C: what follows a NUL would be lost, so NULs go.
fn c_text(text: &str) -> CString {
    CString::new(text.replace('\0', "")).unwrap_or_default()
}

/// # Safety
/// `text` is null or ends with a NUL, and stays valid for the call.
unsafe fn document(text: *const c_char, name: &str) -> Result<serde_json::Value, Failure> {
    if text.is_null() {
        return Err(Failure::internal(format_args!("the {name} is null")));
    }
    // SAFETY: as promised by the caller.
    let text = unsafe { CStr::from_ptr(text) };
    serde_json::from_slice(text.to_bytes()).map_err(|error| Failure::internal(format_args!("the {name} is no JSON: {error}")))
}

/// The host's functions behind the trait.
struct RemoteHost<'a> {
    host: &'a abi::Host,
    cancel: Cancel,
}

impl<'a> RemoteHost<'a> {
    fn new(host: Option<&'a abi::Host>, cancel: Cancel) -> Result<Self, Failure> {
        match host {
            Some(host) if host.size >= size_of::<abi::Host>() => Ok(Self { host, cancel }),
            _ => Err(Failure::internal("the host's table of functions is null or too small")),
        }
    }
}

fn absent(name: &str) -> Failure {
    Failure::internal(format_args!("the host has no `{name}`"))
}

impl Host for RemoteHost<'_> {
    fn open_input(&mut self, name: &str, epoch: u32) -> Result<Input, Failure> {
        let open_input = self.host.open_input.ok_or_else(|| absent("open_input"))?;
        let name = c_text(name);
        let mut stream = FFI_ArrowArrayStream::empty();
        // SAFETY: we are in `run`, on its thread; the two stream types have one layout, which fairgrid-abi asserts.
        let status = unsafe { open_input(self.host.context, name.as_ptr(), epoch, (&raw mut stream).cast()) };
        if status != abi::status::OK {
            return Err(Failure::new(Status::Input, format_args!("the host could not open the input `{}`", name.to_string_lossy())));
        }
        let reader = RecordBatchStreamReader::try_new(stream).map_err(|error| Failure::new(Status::Input, error))?;
        Ok(Input::new(Box::new(reader)))
    }

    fn emit(&mut self, name: &str, batch: RecordBatch) -> Result<(), Failure> {
        let emit = self.host.emit.ok_or_else(|| absent("emit"))?;
        let name = c_text(name);
        let mut schema = FFI_ArrowSchema::try_from(batch.schema_ref().as_ref())?;
        let mut array = FFI_ArrowArray::new(&StructArray::from(batch).into());
        // SAFETY: we are in `run`, on its thread; the host takes both structs over and leaves them released, so that dropping ours does
        // nothing.
        let status = unsafe { emit(self.host.context, name.as_ptr(), (&raw mut schema).cast(), (&raw mut array).cast()) };
        match status {
            abi::status::OK => Ok(()),
            _ => Err(Failure::new(Status::Host, format_args!("the host did not take `{}`", name.to_string_lossy()))),
        }
    }

    fn epoch_end(&mut self, epoch: u32) -> Result<Verdict, Failure> {
        let epoch_end = self.host.epoch_end.ok_or_else(|| absent("epoch_end"))?;
        // SAFETY: we are in `run`, on its thread.
        match unsafe { epoch_end(self.host.context, epoch) } {
            abi::verdict::CONTINUE => Ok(Verdict::Continue),
            abi::verdict::KEEP => Ok(Verdict::Keep),
            abi::verdict::STOP => Ok(Verdict::Stop),
            _ => Err(Failure::new(Status::Host, format_args!("the host could not end epoch {epoch}"))),
        }
    }

    fn progress(&mut self, done: u64, total: u64, message: &str) -> Result<(), Failure> {
        let message = c_text(message);
        // SAFETY: we are in `run`, on its thread.
        let stop = self.host.progress.is_some_and(|progress| unsafe { progress(self.host.context, done, total, message.as_ptr()) } != 0);
        if stop || self.cancel.is_set() { Err(Failure::cancelled()) } else { Ok(()) }
    }

    fn log(&mut self, level: Level, message: &str) {
        let level = match level {
            Level::Error => abi::level::ERROR,
            Level::Warn => abi::level::WARN,
            Level::Info => abi::level::INFO,
            Level::Debug => abi::level::DEBUG,
        };
        if let Some(log) = self.host.log {
            let message = c_text(message);
            // SAFETY: we are in `run`, and `log` may be called from any thread.
            unsafe { log(self.host.context, level, message.as_ptr()) };
        }
    }

    fn cancel(&self) -> Cancel {
        self.cancel.clone()
    }
}
