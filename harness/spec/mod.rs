//! YAML to typed studies: the file as written (spanned), checks (all errors at once), types that cannot be wrong.
//!
//! - [`source`]: the files that were read, and places in them.
//! - [`problem`]: what is wrong with a spec, underlined where it was written.
//! - [`node`]: the tree of a file, every value with its place.
//! - [`decode`]: from nodes to types, collecting problems on the way.
//! - [`evaluation`]: what is scored on which split, per which groups, decided how, by which metrics.
//! - [`uncertainty`]: how intervals and nulls are made.
//! - [`predictions`]: the columns of predictions made elsewhere.

pub mod decode;
pub mod evaluation;
pub mod node;
pub mod predictions;
pub mod problem;
pub mod source;
pub mod uncertainty;
