//! Vectors in place of scores: where a model's encoder places the items.
//!
//! - [`vectors`]: a vector an item, as a table holds them; [`points`]: the same, as cosines and distances want them.
//! - [`registry`]: every metric of embeddings, one small definition each; [`metric`]: one as an evaluation calls it, with its
//!   [`options`]; [`mod@check`]: what the vectors must be like for it.
//! - [`draw`]: the points in one draw, and the sums that most numbers are functions of. [`geometry`], [`silhouette`], [`neighbours`]: how groups lie.
//!   `vicinity`: whose decisions an item's is held against. [`similarity`]: how alike two models are. [`association`]: which attribute concepts are
//!   nearer to, of the [`sets`] of an evaluation; [`permutation`]: by chance.
//! - [`scene`]: all numbers of a breakdown, as observed and draw by draw; `measure`: as measurements;
//!   `contrast`: differences between models.

pub mod association;
pub mod check;
mod contrast;
pub mod draw;
pub mod geometry;
mod measure;
pub mod metric;
pub mod neighbours;
pub mod options;
pub mod permutation;
pub mod points;
pub mod registry;
pub mod scene;
pub mod sets;
pub mod silhouette;
pub mod similarity;
pub mod vectors;
pub(super) mod vicinity;

pub use check::check;
pub(super) use contrast::contrasts;
pub(super) use measure::measure;
pub use vectors::Embeddings;
