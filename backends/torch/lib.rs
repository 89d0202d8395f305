//! The backend `torch`: trains and predicts with libtorch, through tch.
//!
//! What a spec can name stands in four tables, `architecture`, `loss`, `optimizer` and `schedule`, each entry with its options; adding one touches
//! one file and its table. `train` and `predict` do the jobs.
//!
//! The same job gives the same bytes on the same machine: libtorch's generator is seeded anew for every step (`seed`), the number of threads is the
//! job's, and none of the operators in use adds in an order that depends on timing on the CPU. (On CUDA some do; there, results agree only closely.)

mod architecture;
mod batch;
mod checkpoint;
mod device;
mod failure;
mod file;
pub mod loss;
mod model;
pub mod optimizer;
mod predict;
mod registry;
pub mod schedule;
mod seed;
pub mod targets;
mod train;

use std::sync::{Mutex, PoisonError};

use fairgrid_sdk::{Ability, Backend, Config, Description, Failure, Host, Job, Layout};

/// The version of libtorch that tch is written for.
const LIBTORCH: &str = "2.13.0";

/// libtorch's generator and number of threads are the process's, so that jobs take turns.
static TURN: Mutex<()> = Mutex::new(());

/// The backend; it keeps nothing between jobs.
pub struct Torch;

impl Backend for Torch {
    fn describe() -> Description {
        fairgrid_sdk::describe!("torch")
            .runtime("libtorch", LIBTORCH)
            .devices(device::available())
            .abilities(&[Ability::Train, Ability::Predict])
            .architectures(registry::things(architecture::ARCHITECTURES))
            .losses(registry::things(loss::LOSSES))
            .optimizers(registry::things(optimizer::OPTIMIZERS))
            .schedules(registry::things(schedule::SCHEDULES))
    }

    fn open(_config: &Config) -> Result<Self, Failure> {
        Ok(Self)
    }

    fn run(&mut self, job: &Job, host: &mut dyn Host) -> Result<(), Failure> {
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        if job.pixels.dtype != "float32" {
            return Err(Failure::invalid(
                "/input/dtype",
                format_args!("`dtype` (`{}`) must be float32 for this backend", job.pixels.dtype),
            ));
        }
        if job.pixels.layout != Layout::Nchw {
            return Err(Failure::invalid("/input/layout", "`layout` (`nhwc`) must be nchw for this backend"));
        }
        match job.ability {
            Ability::Train => train::train(job, host),
            Ability::Predict => predict::predict(job, host),
        }
    }
}

fairgrid_sdk::export_backend!(Torch);
