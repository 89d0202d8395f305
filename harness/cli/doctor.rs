//! `fairgrid doctor`: what is installed, what is missing, and what to do about it.

use clap::Args;
use fairgrid_runtime::Native;

use super::study::{BackendArgs, cache};
use super::{Exit, Failure};

/// Say what is installed and what is missing.
#[derive(Debug, Args)]
pub struct Doctor {
    #[command(flatten)]
    backends: BackendArgs,
}

impl Doctor {
    pub fn run(self) -> Result<Exit, Failure> {
        let mut missing = false;
        println!("fairgrid {}", env!("CARGO_PKG_VERSION"));
        println!("cache    {}", cache().display());
        println!("cores    {}", std::thread::available_parallelism().map_or(1, usize::from));
        for native in Native::ALL {
            match native.find() {
                Ok(runtime) => println!("ok       {native} {} in {}", runtime.version, runtime.root.display()),
                Err(error) => {
                    missing = true;
                    println!("missing  {native}: {error}");
                }
            }
        }
        let catalogue = self.backends.catalogue();
        for backend in catalogue.iter() {
            println!("ok       backend {} {} in {}", backend.descriptor.name, backend.descriptor.version, backend.library.display());
        }
        for trouble in catalogue.troubles() {
            missing = true;
            println!("broken   {trouble}");
        }
        if catalogue.iter().next().is_none() {
            missing = true;
            println!("missing  no backend in {}", catalogue.folders().iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(", "));
        }
        Ok(if missing { Exit::Unavailable } else { Exit::Ok })
    }
}
