//! An opened backend, on which jobs run.

#![expect(unsafe_code, reason = "every function of a backend is reached through its table")]

use std::ffi::CString;
use std::sync::{Arc, Mutex, PoisonError};

use fairgrid_abi as abi;
use serde_json::Value;

use super::error::{BackendError, Status};
use super::host::{Bridge, Host, text};
use super::outputs::Outputs;

/// An instance of a backend; closed when dropped.
#[derive(Debug)]
pub struct Instance {
    table: &'static abi::Backend,
    handle: Arc<Handle>,
}

/// Asks the running job of an [`Instance`] to end soon, from any thread, also after the instance is gone.
#[derive(Clone, Debug)]
pub struct Canceller {
    table: &'static abi::Backend,
    handle: Arc<Handle>,
}

/// The backend's pointer, until it is closed; `cancel` and `close` exclude each other through the lock.
#[derive(Debug)]
struct Handle(Mutex<Option<Pointer>>);

#[derive(Clone, Copy, Debug)]
struct Pointer(*mut abi::Instance);

// SAFETY: the header lets `cancel` be called from any thread, and the other functions need only exclude each other, which `&mut Instance`
// ensures.
unsafe impl Send for Pointer {}

impl Handle {
    fn get(&self) -> std::sync::MutexGuard<'_, Option<Pointer>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Instance {
    /// Does a job and returns when it is finished, failed or cancelled. The calling thread is the one on which `host` is called.
    ///
    /// # Errors
    /// The backend's refusal. Where the host failed first (an input, an output that it did not take), the host's own cause. A backend
    /// that claims success after such a failure is not believed.
    pub fn run(&mut self, job: &Value, host: &mut dyn Host) -> Result<(), BackendError> {
        let text = document(job)?;
        let run = self.table.run.ok_or_else(|| BackendError::contract("it has no `run`"))?;
        let pointer = self.handle.get().map_or(std::ptr::null_mut(), |pointer| pointer.0);
        let (bridge, table) = Bridge::begin(host, Outputs::of(job));
        // SAFETY: the instance is open, and `&mut self` keeps a second job away; job, table and error live for the call.
        let outcome = call(|error| unsafe { run(pointer, text.as_ptr(), &raw const table, error) });
        let ending = bridge.end();
        if ending.open_streams > 0 {
            let line = format!("the backend left {} input(s) open; the header asks it to release them", ending.open_streams);
            host.log(super::host::LogLevel::Warn, &line);
        }
        match (ending.cause, outcome) {
            // Whoever is told to stop may stumble on the way out.
            (_, Err(error)) if error.status == Status::Cancelled => Err(error),
            (Some(cause), _) => Err(cause),
            (None, outcome) => outcome,
        }
    }

    /// A handle to cancel jobs with.
    pub fn canceller(&self) -> Canceller {
        Canceller { table: self.table, handle: Arc::clone(&self.handle) }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let pointer = self.handle.get().take();
        if let (Some(pointer), Some(close)) = (pointer, self.table.close) {
            // SAFETY: no job runs, since that would borrow `self`, and no `cancel` finds the pointer any more.
            unsafe { close(pointer.0) };
        }
    }
}

impl Canceller {
    /// Asks for the end. Best effort, returns at once.
    pub fn cancel(&self) {
        // The lock is held during the call, so that `close` waits for it.
        let handle = self.handle.get();
        if let (Some(pointer), Some(cancel)) = (*handle, self.table.cancel) {
            // SAFETY: the instance is not closed, and any thread may call this.
            unsafe { cancel(pointer.0) };
        }
    }
}

/// Opens an instance.
pub(super) fn open(table: &'static abi::Backend, config: &CString) -> Result<Instance, BackendError> {
    let open = table.open.ok_or_else(|| BackendError::contract("it has no `open`"))?;
    let mut pointer = std::ptr::null_mut();
    // SAFETY: config, place and error live for the call.
    call(|error| unsafe { open(config.as_ptr(), &raw mut pointer, error) })?;
    if pointer.is_null() {
        return Err(BackendError::contract("its `open` succeeded without an instance"));
    }
    Ok(Instance { table, handle: Arc::new(Handle(Mutex::new(Some(Pointer(pointer))))) })
}

/// JSON as a backend takes it; a NUL inside a text is escaped by JSON itself.
pub(super) fn document(json: &Value) -> Result<CString, BackendError> {
    CString::new(json.to_string()).map_err(|_| BackendError::contract("a NUL in a document"))
}

/// Calls a function that may fail, and takes its error over.
pub(super) fn call(function: impl FnOnce(*mut abi::Error) -> i32) -> Result<(), BackendError> {
    let mut error = abi::Error::empty();
    let code = function(&raw mut error);
    let taken = |pointer| {
        // SAFETY: a text of an error is null or ends with a NUL, and is valid until `release`.
        Some(unsafe { text(pointer) }).filter(|text| !text.is_empty())
    };
    let (message, help, pointer) = (taken(error.message), taken(error.help), taken(error.pointer));
    if let Some(release) = error.release {
        // SAFETY: called once, on the struct that the backend filled.
        unsafe { release(&raw mut error) };
    }
    if code == abi::status::OK {
        return Ok(());
    }
    let Some(status) = Status::of(code) else {
        let words = message.unwrap_or_else(|| "nothing more".to_owned());
        return Err(BackendError::contract(format_args!("it returned the unknown status {code}, saying: {words}")));
    };
    let message = message.unwrap_or_else(|| match status {
        Status::Input => "the backend could not read an input".to_owned(),
        Status::Host => "the backend could not deliver its results".to_owned(),
        Status::Cancelled => "cancelled".to_owned(),
        _ => format!("the backend failed with status {code} and did not say why"),
    });
    Err(BackendError { status, message, help, pointer })
}
