//! A worker process: it loads exactly one backend and does one cell's steps on it.
//!
//! Its standard input is the order and, by its end, the word to exit; its standard output is its answers. Whatever native code prints goes to
//! the log instead, which is its standard error.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, Signal};
use serde_json::json;

use super::host::WorkerHost;
use super::index;
use super::order::{Answer, Complaint, Feed, Order, Step};
use super::selection::Watch;
use crate::backend::plugin::{BackendError, Plugin};
use crate::data::dataset::Dataset;
use crate::data::error::in_full;
use crate::data::images::Images;

/// How long nothing is said of decoding after something was.
const PAUSE: Duration = Duration::from_millis(100);

/// The worker's voice: one JSON line an answer.
#[derive(Clone)]
pub struct Voice(Arc<Mutex<File>>);

impl Voice {
    /// Takes standard output for answers and gives native code standard error in its place.
    pub fn take() -> std::io::Result<Self> {
        let voice: OwnedFd = rustix::io::dup(rustix::stdio::stdout())?;
        rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
        Ok(Self(Arc::new(Mutex::new(File::from(voice)))))
    }

    /// Says one answer. A parent that no longer listens will end us anyway.
    pub fn say(&self, answer: &Answer) {
        if let (Ok(mut file), Ok(mut line)) = (self.0.lock(), serde_json::to_vec(answer)) {
            line.push(b'\n');
            let _ = file.write_all(&line).and_then(|()| file.flush());
        }
    }
}

impl Complaint {
    fn because(message: impl std::fmt::Display) -> Self {
        Self { step: None, message: message.to_string(), help: None, pointer: None, unavailable: false }
    }

    fn of(error: BackendError) -> Self {
        Self { help: error.help, pointer: error.pointer, ..Self::because(error.message) }
    }
}

/// Serves one order from standard input. The process ends with it.
pub fn serve() -> std::io::Result<()> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    // A shard of the image cache is an open file: as many of those as we may have. What goes beyond that fails where it is opened.
    let files = rustix::process::getrlimit(Resource::Nofile);
    let _ = rustix::process::setrlimit(Resource::Nofile, Rlimit { current: files.maximum, ..files });
    let voice = Voice::take()?;
    let mut input = BufReader::new(std::io::stdin());
    let mut line = String::new();
    input.read_line(&mut line)?;
    let order: Order = serde_json::from_str(&line)?;
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGTERM, signal_hook::consts::SIGINT] {
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    watch(input, Arc::clone(&stop));
    match work(&order, &voice, &stop) {
        Ok(()) => voice.say(&Answer::Done { peak_memory: peak_memory() }),
        Err(complaint) => voice.say(&Answer::Failed(complaint)),
    }
    Ok(())
}

/// Ends the process when the parent's end of the pipe is gone: a parent that was killed cannot ask.
fn watch(mut input: impl BufRead + Send + 'static, stop: Arc<AtomicBool>) {
    std::thread::spawn(move || {
        let mut rest = Vec::new();
        let _ = input.read_to_end(&mut rest);
        stop.store(true, Ordering::Relaxed);
        std::thread::sleep(Duration::from_secs(2));
        let _ = rustix::process::kill_process(rustix::process::getpid(), Signal::KILL);
    });
}

fn work(order: &Order, voice: &Voice, stop: &Arc<AtomicBool>) -> Result<(), Complaint> {
    let plugin =
        Plugin::load(&order.plugin, &order.preload).map_err(|error| Complaint { unavailable: true, ..Complaint::because(error) })?;
    let mut instance = plugin.open(&json!({"threads": order.threads, "libraries": order.preload})).map_err(Complaint::of)?;
    let canceller = instance.canceller();
    let asked = Arc::clone(stop);
    std::thread::spawn(move || {
        while !asked.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(50));
        }
        canceller.cancel();
    });
    for (index, step) in order.steps.iter().enumerate() {
        let started = Instant::now();
        do_step(order, index, step, voice, stop, &mut instance).map_err(|complaint| Complaint { step: Some(index), ..complaint })?;
        voice.say(&Answer::StepDone { step: index, seconds: started.elapsed().as_secs_f64() });
    }
    Ok(())
}

fn do_step(
    order: &Order,
    index: usize,
    step: &Step,
    voice: &Voice,
    stop: &Arc<AtomicBool>,
    instance: &mut crate::backend::plugin::Instance,
) -> Result<(), Complaint> {
    let dataset = index::load(&step.dataset).map_err(|error| Complaint::because(in_full(&error)))?;
    let images = arriving(order, step, &dataset, &step.rows, &step.split, voice)?;
    let mut awaited = vec![Arc::clone(&images)];
    let watch = match &step.feed {
        Feed::Train { validation: Some(validation), .. } => {
            let dataset = index::load(&validation.dataset).map_err(|error| Complaint::because(in_full(&error)))?;
            let images = arriving(order, step, &dataset, &validation.rows, &validation.split, voice)?;
            awaited.push(Arc::clone(&images));
            Some(Watch::new(validation, dataset, images, step.draft.folder.clone()).map_err(Complaint::because)?)
        }
        _ => None,
    };
    let voice = voice.clone();
    let tell = move |done: u64, total: u64, message: &str| {
        voice.say(&Answer::Progress { step: index, done, total, message: message.to_owned() });
    };
    let mut host = WorkerHost::new(step, &dataset, &images, watch, Arc::clone(stop), Box::new(tell));
    let result = instance.run(&step.job, &mut host);
    // An image that is broken, or the host's own trouble, is the cause of whatever the backend makes of it.
    if let Some(cause) = awaited.iter().find_map(|images| images.failure()) {
        return Err(Complaint::because(in_full(&cause)));
    }
    if let Some(cause) = host.trouble() {
        return Err(Complaint::because(cause));
    }
    result.map_err(Complaint::of)?;
    // A backend that did not look at every image does not hide that one is broken.
    awaited.iter().try_for_each(|images| images.whole()).map_err(|error| Complaint::because(in_full(&error)))?;
    let files = host.finish().map_err(Complaint::because)?;
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let kind = if matches!(step.feed, Feed::Train { .. }) { "train" } else { "predict" };
    step.draft.finish(kind, &files).map_err(Complaint::because)
}

/// The images of some rows of a step, which a thread decodes from now on. It ends with the process, if not before.
fn arriving(
    order: &Order,
    step: &Step,
    dataset: &Arc<Dataset>,
    rows: &[u32],
    split: &str,
    voice: &Voice,
) -> Result<Arc<Images>, Complaint> {
    let images = Arc::new(Images::open(dataset, rows, &step.input, &order.cache).map_err(|error| Complaint::because(in_full(&error)))?);
    let (filled, dataset, voice, split, threads) =
        (Arc::clone(&images), Arc::clone(dataset), voice.clone(), split.to_owned(), order.decoders);
    let told = Mutex::new(None::<Instant>);
    std::thread::spawn(move || {
        let progress = |done: u64, total: u64| {
            let Ok(mut told) = told.lock() else { return };
            if done == total || told.is_none_or(|told| told.elapsed() > PAUSE) {
                *told = Some(Instant::now());
                voice.say(&Answer::Decoding { split: split.clone(), done, total });
            }
        };
        // Whoever reads gets the error.
        let _ = filled.fill(&dataset, threads, &progress);
    });
    Ok(images)
}

/// The most memory that this process held, in bytes; 0 where the system does not tell.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string(Path::new("/proc/self/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|rest| rest.split_whitespace().next()).and_then(|number| number.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}
