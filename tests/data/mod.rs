//! Data as it lies on disk, well-formed and not.

mod cards;
mod table;
