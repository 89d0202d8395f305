//! Write a fairgrid backend in Rust: one trait, one macro, no unsafe.
//!
//! A backend is a `cdylib` whose crate is named `fairgrid-NAME`, so that the library is `libfairgrid_NAME.so`. It implements
//! [`Backend`] and names its type once in [`export_backend!`]. The SDK does what the C header asks for: it catches every panic, keeps the
//! rules of ownership, and carries failures with their place in the job to the host, which underlines the user's spec there.
//!
//! ```
//! use fairgrid_sdk::{Ability, Backend, Config, Description, Failure, Host, Images, Job, Number, Outputs, Thing, ids, options, rows};
//!
//! const BIAS: Number = Number::new("bias", Some(0.0), "added to the mean byte");
//!
//! /// Scores an image by its mean byte.
//! struct Brightness;
//!
//! impl Backend for Brightness {
//!     fn describe() -> Description {
//!         fairgrid_sdk::describe!("brightness")
//!             .abilities(&[Ability::Predict])
//!             .architectures(vec![Thing::new("mean", "the mean byte", options(&[&BIAS]))])
//!     }
//!
//!     fn open(_config: &Config) -> Result<Self, Failure> {
//!         Ok(Self)
//!     }
//!
//!     fn run(&mut self, job: &Job, host: &mut dyn Host) -> Result<(), Failure> {
//!         let bias = match job.architecture()? {
//!             Some(("mean", options)) => options.read(&BIAS)? as f32,
//!             _ => return Err(Failure::invalid("/architecture", "there is only `mean`")),
//!         };
//!         let classes = job.classes.len();
//!         let mut done = 0;
//!         for batch in host.open_input("predict", 0)? {
//!             let batch = batch?;
//!             let images = Images::of(&batch)?;
//!             let mean = |image: &[u8]| image.iter().map(|byte| f32::from(*byte)).sum::<f32>() / image.len() as f32 + bias;
//!             let scores = images.bytes.chunks_exact(job.pixels.len()).flat_map(|image| vec![mean(image); classes]).collect();
//!             host.emit("rows", rows(ids(&batch)?, Outputs::Scores, classes, scores)?)?;
//!             done += 1;
//!             host.progress(done, job.batches("predict"), "predict")?;
//!         }
//!         Ok(())
//!     }
//! }
//!
//! fairgrid_sdk::export_backend!(Brightness);
//! ```
//!
//! For results that are valid on every machine with the same code, give the crate a build script that calls `fingerprint::emit(&[])`
//! (the feature `fingerprint`, without the default one).

#[cfg(feature = "plugin")]
mod backend;
#[cfg(feature = "plugin")]
mod columns;
#[cfg(feature = "plugin")]
mod describe;
#[cfg(feature = "plugin")]
mod failure;
#[cfg(feature = "fingerprint")]
pub mod fingerprint;
#[cfg(feature = "plugin")]
mod host;
#[cfg(feature = "plugin")]
mod job;
#[cfg(feature = "plugin")]
mod part;
#[cfg(feature = "plugin")]
mod pixels;
#[cfg(feature = "plugin")]
mod rows;
#[cfg(feature = "plugin")]
mod setting;
#[cfg(feature = "plugin")]
#[doc(hidden)]
pub mod shell;

#[cfg(feature = "plugin")]
pub use {
    backend::{Backend, Config},
    columns::{Images, groups, ids, labels, target, weights},
    describe::{Ability, Description, Thing},
    failure::{Failure, Status},
    host::{Cancel, Host, Input, Level, Verdict},
    job::{Checkpoint, Job, Labels},
    part::Part,
    pixels::{Layout, Order, Pixels},
    rows::{Outputs, epoch, rows},
    setting::{Flag, Integer, Number, Numbers, Read, Setting, Word, options},
};

/// For the expansion of [`export_backend!`].
#[cfg(feature = "plugin")]
#[doc(hidden)]
pub use fairgrid_abi as abi;
