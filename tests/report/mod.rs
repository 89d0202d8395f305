//! What people see of results: tables, files, snapshots.

mod comparator;
mod files;
mod fixture;
mod snapshots;
mod spec;
mod tables;
