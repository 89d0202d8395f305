//! YAML to typed studies: the file as written (spanned), checks (all errors at once), types that cannot be wrong.
//!
//! - [`source`]: the files that were read, and places in them.
//! - [`problem`]: what is wrong with a spec, underlined where it was written.
//! - [`node`]: the tree of a file, every value with its place.
//! - [`file`]: a spec file with what it extends; [`path`]: paths in specs.
//! - [`augment`]: how training images are changed at random.
//! - [`card`]: a dataset's layout, fields and splits.
//! - [`folds`], [`sample`], [`weights`]: which of the items count, and how much.
//! - [`input`]: the size and the normalization of a model's images.
//! - [`decode`]: from nodes to types, collecting problems on the way.

pub mod augment;
pub mod card;
pub mod decode;
pub mod file;
pub mod folds;
pub mod input;
pub mod node;
pub mod path;
pub mod problem;
pub mod sample;
pub mod source;
pub mod weights;
