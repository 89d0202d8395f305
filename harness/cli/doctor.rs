//! `fairgrid doctor`: what is installed, what is missing, and what to do about it.

use clap::Args;
use fairgrid_runtime::Native;

use super::study::{BackendArgs, cache};
use super::{Exit, Failure};

/// Say what is installed and what is missing.
#[derive(Debug, Args)]
pub(super) struct Doctor {
    #[command(flatten)]
    backends: BackendArgs,
}

impl Doctor {
    pub(super) fn run(self) -> Result<Exit, Failure> {
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
        for backend in catalogue.entries() {
            println!(
                "ok       backend {} {} in {}",
                backend.descriptor.description.name,
                backend.descriptor.description.version,
                backend.library.display()
            );
        }
        for broken in catalogue.broken() {
            missing = true;
            println!("broken   backend {} in {}: {}", broken.name, broken.library.display(), broken.reason);
        }
        catalogue.notes().iter().for_each(|note| println!("note     {note}"));
        if catalogue.entries().is_empty() {
            missing = true;
            println!(
                "missing  no backend in {}",
                catalogue.folders().iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(", ")
            );
        }
        Ok(if missing { Exit::Unavailable } else { Exit::Ok })
    }
}
