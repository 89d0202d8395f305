//! Downloading one wheel with the user's pip, which knows the index, proxy and certificates that the user's machine needs.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::package::Wheel;
use crate::{Native, RuntimeError};

/// The commands under which pip may be found, in order.
const PIPS: [&[&str]; 4] = [&["python3", "-m", "pip"], &["python", "-m", "pip"], &["pip3"], &["pip"]];

/// What pip is told, so that the very same wheels come whatever the user's own Python is.
const TARGET: [&str; 16] = [
    "--no-deps",
    "--only-binary=:all:",
    "--implementation=cp",
    "--python-version=3.11",
    "--abi=cp311",
    "--abi=none",
    "--platform=manylinux_2_28_x86_64",
    "--platform=manylinux_2_25_x86_64",
    "--platform=manylinux_2_17_x86_64",
    "--platform=manylinux2014_x86_64",
    "--platform=any",
    // The wheels are used once and are large: keep them out of pip's own cache.
    "--no-cache-dir",
    "--disable-pip-version-check",
    "--no-input",
    "--progress-bar=off",
    "--retries=3",
];

/// A pip that answers.
pub(crate) struct Pip(&'static [&'static str]);

impl Pip {
    /// The first pip that works.
    pub(crate) fn locate(native: Native) -> Result<Self, RuntimeError> {
        let answers = |pip: &&&[&str]| {
            let status = Command::new(pip[0]).args(&pip[1..]).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
            status.is_ok_and(|status| status.success())
        };
        PIPS.iter().find(answers).map(|pip| Self(pip)).ok_or_else(|| {
            let tried: Vec<String> = PIPS.iter().map(|pip| format!("`{}`", pip.join(" "))).collect();
            RuntimeError::NoPip { native, tried: tried.join(", "), variable: native.package().variable }
        })
    }

    /// Downloads `wheel` into the folder `into`, telling `progress` the bytes that have arrived.
    pub(crate) fn download(&self, native: Native, wheel: &Wheel, into: &Path, progress: &dyn Fn(u64)) -> Result<(), RuntimeError> {
        // pip downloads into TMPDIR first. A folder of ours shows how far it is, and is on the disk whose room was checked.
        let scratch = into.join("arriving");
        match fs::remove_dir_all(&scratch) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(RuntimeError::io("remove", &scratch)(error)),
            _ => fs::create_dir_all(&scratch).map_err(RuntimeError::io("create", &scratch))?,
        }
        let log = into.join("pip.log");
        let output = File::create(&log).map_err(RuntimeError::io("create", &log))?;
        let errors = output.try_clone().map_err(RuntimeError::io("open", &log))?;
        let mut child = Command::new(self.0[0])
            .args(&self.0[1..])
            .arg("download")
            .args(TARGET)
            .arg("--dest")
            .arg(into)
            .arg(wheel.requirement())
            .env("TMPDIR", &scratch)
            .env("PIP_REQUIRE_VIRTUALENV", "0")
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .map_err(RuntimeError::io("run pip for", into))?;
        let status = loop {
            if let Some(status) = child.try_wait().map_err(RuntimeError::io("wait for pip in", into))? {
                break status;
            }
            progress(size(&scratch).min(wheel.bytes));
            thread::sleep(Duration::from_millis(100));
        };
        fs::remove_dir_all(&scratch).map_err(RuntimeError::io("remove", &scratch))?;
        if status.success() {
            return Ok(());
        }
        let said = fs::read_to_string(&log).unwrap_or_default();
        let (reason, remedy) = complaint(&said);
        let variable = native.package().variable;
        Err(RuntimeError::Download { wheel: wheel.requirement(), reason, remedy, kept: into.to_owned(), variable })
    }
}

/// Bytes in all files below a folder. What vanishes meanwhile counts nothing.
fn size(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries.flatten().map(|entry| entry.metadata().map_or(0, |about| if about.is_dir() { size(&entry.path()) } else { about.len() })).sum()
}

/// What pip complained of, and what to do about it.
fn complaint(said: &str) -> (String, &'static str) {
    const NETWORK: [&str; 6] =
        ["NewConnectionError", "Max retries exceeded", "name resolution", "ProxyError", "ReadTimeoutError", "Connection aborted"];
    if said.contains("No space left on device") {
        return ("the disk is full".to_owned(), "free some room");
    }
    if NETWORK.iter().any(|sign| said.contains(sign)) {
        return (
            "the package index can't be reached".to_owned(),
            "connect to the network (pip's own settings and proxies apply) and run again",
        );
    }
    let last = said.lines().rev().find(|line| line.starts_with("ERROR")).or(said.lines().last()).unwrap_or("it said nothing");
    if said.contains("no such option") {
        return (last.to_owned(), "update pip (`python3 -m pip install --upgrade pip`)");
    }
    (last.trim_start_matches("ERROR: ").to_owned(), "mend that and run again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_are_understood() {
        let offline = "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(…)'\nERROR: No matching distribution found for torch";
        assert_eq!(complaint(offline).0, "the package index can't be reached");
        assert_eq!(complaint("ERROR: Could not install: [Errno 28] No space left on device").0, "the disk is full");
        assert_eq!(
            complaint("ERROR: No matching distribution found for torch==2.13.0").0,
            "No matching distribution found for torch==2.13.0"
        );
    }
}
