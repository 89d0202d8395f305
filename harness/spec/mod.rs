//! YAML to typed studies: the file as written (spanned), checks (all errors at once), types that cannot be wrong.
//!
//! - [`source`]: the files that were read, and places in them.
//! - [`problem`]: what is wrong with a spec, underlined where it was written.
//! - [`node`]: the tree of a file, every value with its place.
//! - [`decode`]: from nodes to types, collecting problems on the way.
//! - [`table`]: what a study says about its tables.
//! - [`vocabulary`]: what a study's results will hold, and so what its tables may mention.
//! - `table_check`: whether tables speak of nothing else.

pub mod decode;
pub mod node;
pub mod problem;
pub mod source;
pub mod table;
mod table_check;
pub mod vocabulary;
