//! What people see of results: tables, files, snapshots.

mod fixture;
mod spec;
mod tables;
