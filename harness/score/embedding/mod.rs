//! Vectors in place of scores: where a model's encoder places the items.
//!
//! - [`vectors`]: a vector an item, as a table holds them.

pub mod vectors;

pub use vectors::Embeddings;
