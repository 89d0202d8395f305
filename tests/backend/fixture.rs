//! Backends compiled for the tests, a host to run them on, and child processes for those that crash.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use arrow::array::{Array, AsArray, FixedSizeListArray, Int32Array, RecordBatch, StringArray, UInt8Array};
use arrow::datatypes::{DataType, Field, Float32Type, Schema};
use arrow::error::ArrowError;
use arrow::record_batch::{RecordBatchIterator, RecordBatchReader};
use fairgrid::backend::host::{Host, LogLevel, Verdict};
use serde_json::{Value, json};

/// The repository.
pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder of this test binary's own, below `target/`.
pub(super) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("backends").join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Compiles a backend of `tests/backends/` with the system's C compiler, once a run of the tests.
pub(super) fn compile(source: &str, folder_name: &str, library: &str, flags: &[&str]) -> PathBuf {
    static ONCE: Mutex<BTreeMap<PathBuf, ()>> = Mutex::new(BTreeMap::new());
    let library = folder(folder_name).join(library);
    let mut compiled = ONCE.lock().unwrap_or_else(PoisonError::into_inner);
    if compiled.insert(library.clone(), ()).is_none() {
        // Aside and renamed, since a child process of another test may have the old one loaded.
        let aside = library.with_extension(format!("{}.partial", std::process::id()));
        let output = Command::new("cc")
            .args(["-std=c11", "-Wall", "-Wextra", "-O1", "-fPIC", "-shared", "-fvisibility=hidden"])
            .args(flags)
            .arg("-I")
            .arg(root().join("backends/abi"))
            .arg("-o")
            .arg(&aside)
            .arg(root().join("tests/backends").join(source))
            .args(["-lm", "-lpthread"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::rename(aside, &library).unwrap();
    }
    library
}

/// The good backend in plain C.
pub(crate) fn plain() -> PathBuf {
    compile("plain.c", "plain", "libfairgrid_plain.so", &[])
}

/// The backend that does wrong what it is told to.
pub(crate) fn faulty() -> PathBuf {
    compile("faulty.c", "faulty", "libfairgrid_faulty.so", &[])
}

/// One of its builds that are wrong from the start.
pub(super) fn broken(flag: &str) -> PathBuf {
    compile("faulty.c", flag, "libfairgrid_faulty.so", &[&format!("-D{flag}")])
}

/// The backend on the SDK, built now if it is stale.
pub(super) fn wild() -> PathBuf {
    static ONCE: OnceLock<PathBuf> = OnceLock::new();
    let build = || {
        let mut command = Command::new(env!("CARGO"));
        // Together with the harness, and as this binary was built: so it has the same features, and nothing is compiled anew but the backend.
        command.args(["build", "--quiet", "--message-format=json", "--package", "fairgrid", "--package", "fairgrid-wild"]);
        if Path::new(env!("CARGO_BIN_EXE_fairgrid")).parent().is_some_and(|folder| folder.ends_with("release")) {
            command.arg("--release");
        }
        let output = command.current_dir(root()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let lines = String::from_utf8(output.stdout).unwrap();
        let artifacts = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let own = artifacts.filter(|artifact| artifact["target"]["name"] == "wild");
        let files = own.flat_map(|artifact| artifact["filenames"].as_array().cloned().unwrap_or_default());
        let built = files.filter_map(|file| file.as_str().map(PathBuf::from)).find(|file| file.extension() == Some(OsStr::new("so")));
        let library = folder("wild").join("libfairgrid_wild.so");
        let aside = library.with_extension(format!("{}.partial", std::process::id()));
        fs::copy(built.unwrap(), &aside).unwrap();
        fs::rename(aside, &library).unwrap();
        library
    };
    ONCE.get_or_init(build).clone()
}

/// A job for the backends of `tests/backends/`: 2×2 gray images of two classes, dark and light.
pub(super) fn job(ability: &str, architecture: &str) -> Value {
    json!({
        "ability": ability,
        "architecture": {architecture: {}},
        "classes": ["dark", "light"], "labels": "single",
        "input": {"height": 2, "width": 2, "channels": 1, "order": "gray", "mean": [127.5], "std": [51.0], "layout": "nchw", "dtype": "float32"},
        "inputs": {(if ability == "train" { "train" } else { "predict" }): {"rows": 6, "batches": 2}},
        "train": {"loss": {"squared_distance": {}}, "optimizer": {"running_mean": {}}, "schedule": {"constant": {}}, "seed": 0, "epochs": 2, "batch_size": 3},
        "device": "cpu", "threads": 1,
    })
}

/// A host that keeps what it is given.
#[derive(Default)]
pub(super) struct Keeper {
    pub(super) rows: Vec<(String, Vec<f32>)>,
    pub(super) column: String,
    pub(super) epochs: Vec<RecordBatch>,
    pub(super) progress: Vec<(u64, u64, String)>,
    pub(super) log: Vec<(LogLevel, String)>,
    pub(super) refuse_input: Option<String>,
    pub(super) break_input: Option<String>,
    pub(super) refuse_output: Option<String>,
    pub(super) refuse_epoch: Option<String>,
    pub(super) panic_in_emit: bool,
    pub(super) stop: bool,
}

/// Six images; the even ones are dark. In two batches of three, which are slices of one, so that offsets matter.
pub(super) fn images(target: bool) -> RecordBatch {
    let item = Arc::new(Field::new("item", DataType::UInt8, false));
    let bytes = UInt8Array::from_iter_values((0..6_u8).flat_map(|row| if row % 2 == 0 { [20 + row; 4] } else { [200 + row; 4] }));
    let metadata = [("ARROW:extension:name", "arrow.fixed_shape_tensor"), ("ARROW:extension:metadata", r#"{"shape":[2,2,1]}"#)];
    let metadata = metadata.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let mut fields = vec![
        Field::new("weight", DataType::Int32, false),
        Field::new("image", DataType::FixedSizeList(Arc::clone(&item), 4), false).with_metadata(metadata),
        Field::new("id", DataType::Utf8, false),
    ];
    let mut columns: Vec<Arc<dyn Array>> = vec![
        Arc::new(Int32Array::from(vec![1; 6])),
        Arc::new(FixedSizeListArray::try_new(item, 4, Arc::new(bytes), None).unwrap()),
        Arc::new(StringArray::from(vec!["a", "bb", "ccc", "dddd", "é", ""])),
    ];
    if target {
        fields.push(Field::new("target", DataType::Int32, false));
        columns.push(Arc::new(Int32Array::from_iter_values((0..6).map(|row| row % 2))));
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
}

impl Host for Keeper {
    fn open_input(&mut self, name: &str, _: u32) -> Result<Box<dyn RecordBatchReader + Send>, String> {
        if let Some(cause) = &self.refuse_input {
            return Err(cause.clone());
        }
        let all = images(name != "predict");
        let mut batches = vec![Ok(all.slice(0, 3)), Ok(all.slice(3, 3))];
        if let Some(cause) = &self.break_input {
            batches[1] = Err(ArrowError::ExternalError(cause.clone().into()));
        }
        Ok(Box::new(RecordBatchIterator::new(batches, all.schema())))
    }

    fn emit(&mut self, name: &str, batch: RecordBatch) -> Result<(), String> {
        assert!(!self.panic_in_emit, "the host's own mistake");
        if let Some(cause) = &self.refuse_output {
            return Err(cause.clone());
        }
        if name == "epochs" {
            self.epochs.push(batch);
            return Ok(());
        }
        let schema = batch.schema();
        let field = schema.fields().iter().find(|field| field.name() != "id").unwrap();
        self.column.clone_from(field.name());
        let scores = batch.column_by_name(field.name()).unwrap().as_fixed_size_list();
        for (row, id) in batch.column_by_name("id").unwrap().as_string::<i32>().iter().enumerate() {
            self.rows.push((id.unwrap().to_owned(), scores.value(row).as_primitive::<Float32Type>().values().to_vec()));
        }
        Ok(())
    }

    fn epoch_end(&mut self, _: u32) -> Result<Verdict, String> {
        self.refuse_epoch.clone().map_or(Ok(Verdict::Continue), Err)
    }

    fn progress(&mut self, done: u64, total: u64, message: &str) -> bool {
        self.progress.push((done, total, message.to_owned()));
        self.stop
    }

    fn log(&mut self, level: LogLevel, message: &str) {
        self.log.push((level, message.to_owned()));
    }
}

/// Runs one test of this binary in a process of its own, with `FAIRGRID_TEST_CHILD` set to `order`: for what may crash or hang.
pub(super) fn child(test: &str, order: &str, patience: Duration) -> Option<Output> {
    let child = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env("FAIRGRID_TEST_CHILD", order)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let id = child.id();
    let waiter = std::thread::spawn(move || child.wait_with_output().unwrap());
    let begin = Instant::now();
    while !waiter.is_finished() {
        if begin.elapsed() > patience {
            let pid = rustix::process::Pid::from_raw(id as i32).unwrap();
            rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
            waiter.join().unwrap();
            return None;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Some(waiter.join().unwrap())
}

/// What this process was ordered to do, if it is a child.
pub(super) fn ordered() -> Option<String> {
    std::env::var("FAIRGRID_TEST_CHILD").ok()
}
