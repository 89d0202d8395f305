//! What people see of results: tables, files, snapshots.

mod columns;
mod comparator;
mod files;
mod fixture;
mod snapshots;
mod spec;
mod tables;
mod undefined;
