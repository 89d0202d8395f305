//! A look at an image: whether it is whole, and how large.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::decode;
use crate::spec::card::{Card, Verify};

/// The width and height of an image as they are stored, and whether it is shown lying on its side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Size {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) turned: bool,
}

/// How images are looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    limit: u64,
    verify: Verify,
}

impl Look {
    /// As a card asks.
    pub(super) fn of(card: &Card) -> Self {
        Self { limit: card.pixel_limit, verify: card.verify }
    }

    /// Refuses a file by its length alone.
    pub(super) fn length(&self, bytes: u64) -> Result<(), String> {
        decode::check_length(bytes, self.limit)
    }

    /// The size of an image that is whole, where it is asked; or why it is not.
    pub(super) fn at(&self, bytes: &[u8], sized: bool) -> Result<Option<Size>, String> {
        let header = decode::check(bytes, self.limit)?;
        if self.verify == Verify::Pixels && !decode::is_lenient(bytes) {
            decode::decode(bytes, self.limit, false, &decode::full)?;
        }
        let size = || Size { width: header.width, height: header.height, turned: decode::is_turned(bytes, header) };
        Ok(sized.then(size))
    }
}

/// Everything that what was found depends on, besides the bytes.
impl fmt::Display for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {:?}", decode::VERSION, self.limit, self.verify)
    }
}

/// What was found out about the images of a container.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Looked {
    /// Why some are no whole images.
    pub(super) broken: BTreeMap<u64, String>,
    /// How large the others are, where that was asked.
    pub(super) sizes: BTreeMap<u64, Size>,
    /// The formats of those whose names say another one.
    pub(super) misnamed: BTreeMap<u64, String>,
}

impl Looked {
    pub(super) fn add(&mut self, record: u64, found: Result<Option<Size>, String>) {
        match found {
            Ok(size) => self.sizes.extend(size.map(|size| (record, size))),
            Err(reason) => drop(self.broken.insert(record, reason)),
        }
    }
}
