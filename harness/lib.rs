//! fairgrid: a declarative fairness benchmark harness for image recognition models.
//!
//! A study is one YAML file. Data flows one way through the rooms of this house:
//!
//! 1. [`spec`] reads YAML into typed studies and cards; it imports nothing of the harness.
//! 2. [`data`] turns a card into an index of rows, splits and decoded images.
//! 3. [`backend`] finds, loads and drives plugins through the C ABI.
//! 4. [`score`] turns predictions into metrics per group, with intervals.
//! 5. [`plan`] joins a study with the catalogues of 2, 3 and 4 into tasks with keys.
//! 6. [`run`] carries tasks out: store, scheduler, workers.
//! 7. [`report`] turns results into tables, files and snapshots.
//!
//! [`cli`] has one file a verb; it alone imports [`run`].

pub mod backend;
pub mod cli;
pub mod data;
pub mod plan;
pub mod report;
pub mod run;
pub mod score;
pub mod spec;
