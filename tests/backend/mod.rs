//! The plugin boundary: real libraries, good and bad ones, through the real loader.

mod arrays;
mod catalogue;
mod checked;
mod faults;
pub(crate) mod fixture;
mod layout;
mod loading;
mod sdk;
