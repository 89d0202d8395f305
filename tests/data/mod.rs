//! Data as it lies on disk, well-formed and not.

mod table;
