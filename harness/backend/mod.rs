//! Finds, loads and drives plugins through the C ABI of `backends/abi/fairgrid_backend.h`.
//!
//! [`catalogue`] reads the [`descriptor`] beside each library and loads nothing. In a worker, [`plugin`] loads one library, [`instance`] runs
//! jobs on it, and [`host`] answers it; whatever it hands over goes through [`arrays`] and [`outputs`] before anyone sees it. [`check`]
//! exercises any library against the contract.

pub mod arrays;
pub mod catalogue;
pub mod check;
pub mod descriptor;
pub mod error;
pub mod host;
pub mod instance;
pub mod outputs;
pub mod plugin;
mod rehearsal;
