//! How the learning rate changes over training, step by step.

use std::f64::consts::PI;

use fairgrid_sdk::{Failure, Integer, Number, Part, Word};

use crate::registry::{self, Definition};

const FINAL: Number = Number::new("final", Some(0.0), "share of the learning rate that is left at the end").within(0.0, 1.0);
const EVERY: Integer = Integer::new("every", None, 1, 1_000_000, "epochs from one drop to the next");
const GAMMA: Number = Number::new("gamma", Some(0.1), "what each drop multiplies the learning rate by").within(0.0, 1.0);
const EPOCHS: Number = Number::new("epochs", Some(1.0), "length of the rise, in epochs; parts of one are allowed").above(0.0);
const THEN: Word = Word { name: "then", summary: "what follows the rise", default: Some("constant"), choices: &["constant", "cosine"] };

/// All schedules.
pub(crate) const SCHEDULES: &[Definition<Schedule>] = &[
    Definition { name: "constant", summary: "the learning rate as it is", settings: &[], make: |_| Ok(Schedule::Constant) },
    Definition {
        name: "cosine",
        summary: "half a cosine from the learning rate down to `final` of it, over all steps",
        settings: &[&FINAL],
        make: |options| Ok(Schedule::Cosine { end: options.read(&FINAL)? }),
    },
    Definition {
        name: "step",
        summary: "multiplied by `gamma` after every so many epochs",
        settings: &[&EVERY, &GAMMA],
        make: |options| Ok(Schedule::Step { every: options.read(&EVERY)?, gamma: options.read(&GAMMA)? }),
    },
    Definition {
        name: "linear_warmup",
        summary: "a straight rise from near 0 over the first epochs, then constant or a cosine down to 0",
        settings: &[&EPOCHS, &THEN],
        make: |options| Ok(Schedule::LinearWarmup { epochs: options.read(&EPOCHS)?, cosine: options.read(&THEN)? == "cosine" }),
    },
];

/// The share of the learning rate that each step takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Schedule {
    /// All of it.
    Constant,
    /// Half a cosine.
    Cosine {
        /// The share at the end.
        end: f64,
    },
    /// Drops.
    Step {
        /// Epochs between them.
        every: u64,
        /// The factor of each.
        gamma: f64,
    },
    /// A rise, then something else.
    LinearWarmup {
        /// The rise's length in epochs.
        epochs: f64,
        /// Whether a cosine follows.
        cosine: bool,
    },
}

impl Schedule {
    /// The share at a step, counted from 0 over all `epochs` of `per_epoch` steps each.
    pub fn share(self, step: u64, per_epoch: u64, epochs: u64) -> f64 {
        let total = (per_epoch * epochs) as f64;
        match self {
            Self::Constant => 1.0,
            Self::Cosine { end } => end + (1.0 - end) * half_cosine(step as f64 / total),
            Self::Step { every, gamma } => gamma.powf((step / per_epoch.max(1) / every) as f64),
            Self::LinearWarmup { epochs, cosine } => {
                let rise = (epochs * per_epoch as f64).round().clamp(1.0, total);
                match step as f64 {
                    step if step < rise => (step + 1.0) / rise,
                    step if cosine => half_cosine((step - rise) / (total - rise)),
                    _ => 1.0,
                }
            }
        }
    }
}

fn half_cosine(done: f64) -> f64 {
    0.5 * (1.0 + (PI * done).cos())
}

/// The schedule that a spec's `schedule:` names; constant if it names none.
///
/// # Errors
/// No such schedule or option, or an option out of bounds.
pub fn choose(part: Option<&Part<'_>>) -> Result<Schedule, Failure> {
    part.map_or(Ok(Schedule::Constant), |part| registry::make("schedule", part, SCHEDULES))
}
