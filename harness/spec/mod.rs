//! YAML to typed studies: the file as written (spanned), checks (all errors at once), types that cannot be wrong.
//!
//! Reading a file:
//! - [`source`]: the files that were read, and places in them.
//! - [`problem`]: what is wrong with a spec, underlined where it was written.
//! - [`node`]: the tree of a file, every value with its place.
//! - [`decode`]: from nodes to types, collecting problems on the way.
//! - [`mod@file`]: `extends` and `--set`. [`path`]: paths with `${NAME}`.
//!
//! What a study says:
//! - [`study`]: the whole; [`cell`]: what it expands to over its [`grid`].
//! - [`card`]: a dataset, dealt into [`folds`] or not; [`sample`] and [`weights`]: which of its items count, and how much.
//! - [`model`]: what predicts, with its [`input`] and [`augment`]ation, or imported [`predictions`], or [`vectors`];
//!   [`validate`]: which epoch of a training is kept.
//! - [`mock`]: what made-up data looks like. [`distort`]: how images are made worse on purpose.
//! - [`sets`]: concepts and attributes among the items; [`embed`]: what is done to their vectors.
//! - [`evaluation`], its [`pairs`] and [`target`]s, how its scores are [`calibrate`]d, its rules that [`decide`] (some [`post_process`]
//!   groups), and [`uncertainty`]: what is measured. [`table`]: what is shown,
//!   in the words of a [`vocabulary`].

pub mod augment;
pub mod calibrate;
pub mod card;
pub mod cell;
pub mod compare;
pub mod decide;
pub mod decode;
pub mod distort;
pub mod embed;
pub mod evaluation;
pub mod file;
pub mod folds;
pub mod grid;
pub mod input;
pub mod mock;
pub mod model;
pub mod node;
pub mod pairs;
pub mod path;
pub mod post_process;
pub mod predictions;
pub mod problem;
pub mod reserved;
pub mod sample;
pub mod sets;
pub mod source;
pub mod study;
pub mod table;
mod table_check;
pub mod target;
pub mod uncertainty;
pub mod validate;
pub mod vectors;
pub mod vocabulary;
pub mod weights;
