//! Data as it lies on disk, well-formed and not.

mod arrays;
mod aside;
mod boxes;
mod broken;
mod cards;
mod draw;
mod filling;
mod folder;
mod inside;
mod jpegs;
mod json;
mod labels;
mod mock;
mod mocked;
mod ontology;
mod oracle;
mod packed;
mod page;
mod parity;
mod published;
mod real;
mod refused;
mod shapes;
mod table;
mod unforeseen;
mod unlikely;
