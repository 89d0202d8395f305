//! A worker process, as its parent sees it: started, listened to, and surely ended.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::order::{Answer, Complaint, Order};

/// How long a worker may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(10);
/// How often we look whether somebody wants to stop.
const TICK: Duration = Duration::from_millis(100);

/// Why a worker did not finish.
#[derive(Debug)]
pub enum Ended {
    /// It said why.
    Failed(Complaint),
    /// It died or had to be killed; the text says how.
    Died(String),
    /// We were asked to stop.
    Interrupted,
}

/// Runs one worker to its end. `answer` is told each of its answers; the peak memory in bytes comes back.
pub fn run(
    order: &Order,
    log: &Path,
    stall: Duration,
    interrupted: &AtomicBool,
    mut answer: impl FnMut(&Answer),
) -> std::io::Result<Result<u64, Ended>> {
    let mut worker = Worker::start(order, log)?;
    let mut last = Instant::now();
    loop {
        match worker.answers.recv_timeout(TICK) {
            Ok(Answer::Done { peak_memory }) => {
                worker.end();
                return Ok(Ok(peak_memory));
            }
            Ok(Answer::Failed(complaint)) => {
                worker.end();
                return Ok(Err(Ended::Failed(complaint)));
            }
            Ok(other) => {
                last = Instant::now();
                answer(&other);
            }
            Err(RecvTimeoutError::Disconnected) => {
                let status = worker.child.wait()?;
                return Ok(Err(Ended::Died(death(status))));
            }
            Err(RecvTimeoutError::Timeout) if interrupted.load(Ordering::Relaxed) => {
                worker.end();
                return Ok(Err(Ended::Interrupted));
            }
            Err(RecvTimeoutError::Timeout) if last.elapsed() > stall => {
                worker.end();
                return Ok(Err(Ended::Died(format!("gave no sign of life for {} s and was ended", stall.as_secs()))));
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

struct Worker {
    child: Child,
    answers: Receiver<Answer>,
    /// Its end tells the worker to exit, also when we are killed.
    stdin: Option<ChildStdin>,
}

impl Worker {
    fn start(order: &Order, log: &Path) -> std::io::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("worker")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(log)?)
            .process_group(0)
            .spawn()?;
        let stdout = child.stdout.take();
        let stdin = child.stdin.take();
        let (sender, answers) = channel();
        let mut worker = Self { child, answers, stdin };
        std::thread::spawn(move || {
            let lines = stdout.map(|stdout| BufReader::new(stdout).lines());
            for line in lines.into_iter().flatten().map_while(Result::ok) {
                // Whatever is not an answer was printed by somebody else; the log is the place for that.
                if let Ok(answer) = serde_json::from_str(&line)
                    && sender.send(answer).is_err()
                {
                    return;
                }
            }
        });
        let mut line = serde_json::to_vec(order)?;
        line.push(b'\n');
        if let Some(stdin) = &mut worker.stdin {
            // A worker that died already is found out by its silence.
            let _ = stdin.write_all(&line).and_then(|()| stdin.flush());
        }
        Ok(worker)
    }

    /// Asks the worker and all that it started to end, then makes them.
    fn end(&mut self) {
        let group = Pid::from_child(&self.child);
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = kill_process_group(group, Signal::TERM);
        }
        let asked = Instant::now();
        while asked.elapsed() < GRACE {
            if !matches!(self.child.try_wait(), Ok(None)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        drop(self.stdin.take());
        // The group may outlive its leader.
        let _ = kill_process_group(group, Signal::KILL);
        let _ = self.child.wait();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.end();
    }
}

/// How a process ended that should not have.
pub fn death(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(9), _) => "was killed (signal 9): the system may have run out of memory".to_owned(),
        (Some(signal), _) => format!("crashed ({})", signal_name(signal)),
        (None, Some(code)) => format!("exited with code {code} before its work was done"),
        (None, None) => "ended before its work was done".to_owned(),
    }
}

fn signal_name(signal: i32) -> String {
    let name = match signal {
        4 => "SIGILL, an illegal instruction",
        6 => "SIGABRT, an abort",
        7 => "SIGBUS, a file or memory page that is not there",
        8 => "SIGFPE, an arithmetic error",
        11 => "SIGSEGV, a segmentation fault",
        15 => "SIGTERM, asked to end by somebody else",
        _ => return format!("signal {signal}"),
    };
    name.to_owned()
}

/// The last lines of a log.
pub fn tail(log: &Path, lines: usize) -> Vec<String> {
    const AT_MOST: u64 = 16 * 1024;
    let read = || -> std::io::Result<String> {
        let mut file = File::open(log)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(AT_MOST)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    let text = read().unwrap_or_default();
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].iter().map(|line| (*line).to_owned()).collect()
}
