//! Write a fairgrid backend in Rust: one trait, one macro, no unsafe.
