//! Everything that a user can see, in one binary.

mod command;
mod data;
mod report;
mod score;
