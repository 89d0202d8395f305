//! A study and the catalogues (data, backends, scoring) to tasks with keys.
//!
//! - [`key`]: the name of a result.
//! - [`job`]: what a backend is told, and where in the YAML each part of it was written.
//! - [`options`]: the options of architectures, losses and the like against the backend's own schemas.
//! - [`said`]: what the evaluations will say, for the tables to show.
//! - `compare`: what a comparison asks, and what is wrong with it; `family`: the scores that it is made of; [`comparison`]: what that comes to.
//! - [`split`]: the rows of a split. `class_list`: the classes that a model's scores are of.
//! - `lesson`: what a training learns from: a split or a draw from it, and how much each item counts.
//! - `sides`: what teaches against what is scored, where a study has two names for the same files.
//! - `imported`: imported predictions against what asks for them.
//! - `paired`: pairs of images against the data; `pooled`: what is scored as one.
//! - [`join`]: imported predictions beside their dataset.
//! - [`task`]: the tasks of a plan, for people and for `--json`.
//! - [`news`]: what it tells meanwhile.
//! - [`planned`]: what a plan consists of; [`make`]: how it is made.

mod choose;
mod class_list;
mod compare;
pub mod comparison;
mod family;
mod imported;
pub mod job;
pub mod join;
pub mod key;
mod lesson;
pub mod make;
pub mod news;
pub mod options;
mod paired;
pub mod planned;
mod pooled;
pub mod said;
mod scores;
mod sides;
pub mod split;
pub mod task;
mod work;
