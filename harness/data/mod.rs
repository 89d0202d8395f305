//! Card to index of rows to splits and draws to decoded images.
//!
//! - [`table`]: CSV, TSV, Parquet and JSON lines as named columns.
//! - [`dataset`]: a card opened on its files. `opening` goes the way: `needed` says which columns, `sheet` reads the items (with `walk`, `root`
//!   and `join`), `field` and `labels` (with `lists`, `gathered` and `gone`) say what they mean, `filter` drops what `where` leaves out, `verify` has
//!   a `look` at the images, `official` and `split` divide, `pixels` measures, `mosaic` composes.
//! - `source`: the files that a card names, also inside of archives.
//! - [`rejections`]: rows and files that are no items, and why (`reason`).
//! - [`aside`]: what lies there and is not used, though nothing is wrong with it.
//! - [`items`]: where the images lie; [`digest`]: what they are, remembered. `archive` and `array` say where in a file; `unpacked` and
//!   `pixel_text` write into the cache what has no places.
//! - [`decode`] (with `jpeg`, `npy` and `orientation`, on `guard` against panics) and [`fit`]: encoded images to [`bitmap`]s of a model's size.
//! - [`images`]: decoded once, in `shard`s, while those are read that have arrived (`arrivals`); [`batches`]: as Arrow, in an order, augmented.
//!   `distort`: made worse on purpose, the same way each time.
//! - [`frame`]: the columns that every room speaks of: targets and factors.
//! - [`draw`]: rows with a target distribution (`share`, and `apportion` for whole numbers); [`fold`]: parts for cross-validation.
//! - [`weight`]: how much each item counts.
//! - [`overlap`]: what two datasets share that read the same files.
//! - [`mock`]: made-up data in a card's own layout.
//! - [`printable`]: texts out of files and from the system, safe to show.
//! - [`random`]: numbers keyed by what they are for.

mod apportion;
pub mod archive;
mod array;
mod arrivals;
pub mod aside;
mod augment;
pub mod batches;
pub mod bitmap;
mod chosen;
mod coco;
pub mod dataset;
pub mod decode;
pub mod digest;
mod distort;
pub mod draw;
pub mod error;
mod field;
mod filter;
pub mod fit;
pub mod fold;
pub mod frame;
mod gathered;
mod gone;
mod guard;
pub mod images;
pub mod items;
mod join;
mod jpeg;
mod labels;
mod lists;
mod look;
pub mod mock;
mod mosaic;
mod needed;
mod npy;
mod official;
mod ontology;
mod opening;
mod orientation;
pub mod overlap;
mod pixel_text;
mod pixels;
pub mod printable;
pub mod random;
mod reason;
pub mod rejections;
mod root;
mod shard;
mod share;
mod sheet;
mod sidecar;
mod source;
mod split;
pub mod table;
mod unpacked;
mod verify;
mod walk;
pub mod weight;
pub mod window;
