//! Data as it lies on disk, well-formed and not.

mod broken;
mod cards;
mod parity;
mod table;
