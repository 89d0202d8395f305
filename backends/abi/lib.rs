//! The C ABI between fairgrid and its backends, mirrored in Rust.
