//! What to compute on.

use fairgrid_sdk::{Failure, Job};
use tch::{Cuda, Device};

/// The devices that this libtorch can compute on here.
pub(crate) fn available() -> &'static [&'static str] {
    if Cuda::is_available() { &["cpu", "cuda"] } else { &["cpu"] }
}

/// The job's device, with libtorch set to the job's number of threads.
///
/// # Errors
/// There is no such device here.
pub(crate) fn of(job: &Job) -> Result<Device, Failure> {
    let threads =
        i32::try_from(job.threads).map_err(|_| Failure::invalid("/threads", format_args!("`threads` ({}) is too large", job.threads)))?;
    // Results depend on the number of threads, so that it is the job's and never the machine's.
    tch::set_num_threads(threads);
    match job.device.as_str() {
        "cpu" => Ok(Device::Cpu),
        "cuda" if Cuda::is_available() => {
            // Trying out kernels would choose by speed, differently each time.
            Cuda::cudnn_set_benchmark(false);
            Ok(Device::Cuda(0))
        }
        other => Err(Failure::unsupported(format_args!("libtorch can't compute on `{other}` here, only on {}", available().join(", ")))
            .at("/device")
            .help("for CUDA, set `LIBTORCH` or `LIBTORCH_USE_PYTORCH` to a libtorch that has it, and build the plugin anew")),
    }
}
