//! The backend `onnx`: predicts with model files, through ONNX Runtime.
//!
//! `model` loads the file and compares what it wants with what the job offers, `output` reads the job's `output`, `predict` does the job. The worker
//! has loaded ONNX Runtime before this library, so that it is found by its name alone.

mod failure;
mod model;
mod output;
mod predict;
mod runtime;

use fairgrid_sdk::{Ability, Backend, Config, Description, Failure, Host, Job};
use ort::environment::Environment;

/// The version of ONNX Runtime that the set-up fetches; any from 1.17 on serves.
const ONNX_RUNTIME: &str = "1.31.1";

/// The backend, with ONNX Runtime loaded.
pub struct Onnx {
    environment: Environment,
}

impl Backend for Onnx {
    fn describe() -> Description {
        fairgrid_sdk::describe!("onnx").runtime("onnxruntime", ONNX_RUNTIME).abilities(&[Ability::Predict])
    }

    fn open(config: &Config) -> Result<Self, Failure> {
        Ok(Self { environment: runtime::load(&config.libraries()?)? })
    }

    fn run(&mut self, job: &Job, host: &mut dyn Host) -> Result<(), Failure> {
        if job.device != "cpu" {
            return Err(Failure::unsupported(format_args!("this backend computes on `cpu` only, not on `{}`", job.device)).at("/device"));
        }
        match job.ability {
            Ability::Predict => predict::predict(&self.environment, job, host),
            Ability::Train => Err(Failure::unsupported("this backend does not train").at("/ability")),
        }
    }
}

fairgrid_sdk::export_backend!(Onnx);
