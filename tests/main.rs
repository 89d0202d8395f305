//! Everything that a user can see, in one binary.

mod data;
mod report;
