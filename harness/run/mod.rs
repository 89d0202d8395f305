//! Tasks to results: store, scheduler, workers.
//!
//! - [`event`]: what happens, for whoever wants to know.
//! - [`store`]: results on disk, by key.
//! - [`index`]: datasets on their way to workers.
//! - [`order`]: what a worker is told, and what it answers.
//! - [`worker`]: the worker's side of that: one backend, one cell.
//! - [`host`]: what a backend may ask of the harness while it runs.
//! - [`selection`]: which epoch's model is kept.
//! - [`child`]: the parent's side: started, listened to, surely ended.
//! - [`rows`]: ids and scores, as a backend emitted them.
//! - [`scheduler`]: the cells of a plan over the workers.
//! - [`scoring`]: predictions to measurements, from the store where they are known.
//! - [`comparing`]: pairs of scores to differences. [`averaging`]: scores of seeds to means.
//! - [`results`]: the numbers, as reports want them. [`export`]: predictions for people's notebooks.
//! - [`record`]: `run.json`: when, where and with what.

pub mod averaging;
pub mod child;
pub mod comparing;
pub mod describe;
pub mod event;
pub mod export;
pub mod host;
pub mod index;
pub mod order;
pub mod record;
pub mod results;
pub mod rows;
pub mod scheduler;
pub mod scoring;
pub mod selection;
pub mod store;
pub mod worker;
