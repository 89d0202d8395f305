//! Images that are pixels as they are, without a format of their own: arrays, records of bytes, numbers in a cell.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::layout::by_split;
use crate::spec::decode::{Decode, Fields, expected, number_in, word};
use crate::spec::node::{Node, Value};
use crate::spec::problem::{Problem, Problems};

/// The most pixels on a side, so that products of sides are numbers.
const LONGEST_SIDE: f64 = 65_535.0;

/// What the pixels of one image are; values are bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Rows.
    pub height: u32,
    /// Pixels in a row.
    pub width: u32,
    /// 1 (grey) or 3 (red, green, blue).
    pub channels: u32,
    /// Whether each channel is written whole before the next (`planes`), or the channels of a pixel side by side.
    pub planes: bool,
}

impl Shape {
    /// Bytes of an image.
    pub fn bytes(&self) -> u64 {
        u64::from(self.height) * u64::from(self.width) * u64::from(self.channels)
    }

    /// Takes the keys `size`, `channels` and `order`.
    fn take(fields: &mut Fields, problems: &mut Problems) -> Option<Self> {
        let size = fields.required_with("size", problems, |node, problems| {
            let Value::List(sides) = &node.value else { return expected(node, problems, "a height and a width: [48, 48]") };
            let mut side = |node: &Node| number_in(node, problems, 1.0, LONGEST_SIDE).and_then(|_| u32::decode(node, problems));
            match sides.as_slice() {
                [height, width] => side(height).zip(side(width)),
                _ => expected(node, problems, "a height and a width: [48, 48]"),
            }
        });
        let channels = fields.optional_with("channels", problems, |node, problems| match u32::decode(node, problems)? {
            channels @ (1 | 3) => Some(channels),
            other => {
                problems
                    .push(Problem::at(node, format!("`{other}` is out of range: an image has 1 channel (grey) or 3 (red, green, blue)")));
                None
            }
        });
        let planes = fields.optional_with("order", problems, order);
        let (height, width) = size?;
        Some(Self { height, width, channels: channels.unwrap_or(1), planes: planes.unwrap_or(false) })
    }
}

/// Whether channels are written one after the other.
pub(super) fn order(node: &Node, problems: &mut Problems) -> Option<bool> {
    word(node, problems, &[("pixels", false), ("planes", true)])
}

/// Arrays of equal length: one of images, and others with what is known of each. A file is IDX or `.npy`; `FILE.npz/NAME` is an array in it.
/// An item's columns are the others' names (`NAME.0`, `NAME.1`, … where an array has several values an item), `row` and `split`.
#[derive(Clone, Debug)]
pub struct Arrays {
    /// The arrays, by split; one split without a name where the card names none.
    pub sets: Vec<(Option<String>, ArraySet)>,
    /// Whether images of several channels are written channel by channel.
    pub planes: bool,
    /// The names of the splits.
    pub names: Vec<String>,
}

/// Arrays that belong together.
#[derive(Clone, Debug)]
pub struct ArraySet {
    /// N images.
    pub images: String,
    /// N values each, or N times several, by column.
    pub columns: IndexMap<String, String>,
}

impl Decode for ArraySet {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut columns: IndexMap<String, String> = IndexMap::decode(node, problems)?;
        match columns.shift_remove("images") {
            Some(images) => Some(Self { images, columns }),
            None => {
                let problem = Problem::at(node, "arrays need one of `images`");
                problems.push(
                    problem.help("{images: faces.npz/images, age: faces.npz/age}; by split, {train: {images: …}, test: {images: …}}"),
                );
                None
            }
        }
    }
}

/// `images: {arrays: …, order: planes}`.
pub(super) fn decode_arrays(node: &Node, problems: &mut Problems) -> Option<Arrays> {
    let mut fields = Fields::of(node, problems, "`images`")?;
    let sets = fields.required_with("arrays", problems, |node, problems| {
        let divided = matches!(&node.value, Value::Map(entries) if entries.iter().any(|(_, value)| matches!(value.value, Value::Map(_))));
        match divided {
            true => by_split(node, problems, ArraySet::decode),
            false => ArraySet::decode(node, problems).map(|set| vec![(None, set)]),
        }
    });
    let planes = fields.optional_with("order", problems, order);
    fields.finish(problems);
    let sets: Vec<(Option<String>, ArraySet)> = sets?;
    let names = sets.iter().filter_map(|(split, _)| split.clone()).collect();
    Some(Arrays { sets, planes: planes.unwrap_or(false), names })
}

/// Files of records of equal length: some bytes that are columns, each a number, and then an image. Other columns are `row` and `split`.
#[derive(Clone, Debug)]
pub struct Records {
    /// The files, each perhaps a pattern, by split; one split without a name where the card names none.
    pub files: Vec<(Option<String>, String)>,
    /// The columns of the first bytes.
    pub header: Vec<String>,
    /// What comes after them.
    pub shape: Shape,
    /// The names of the splits.
    pub names: Vec<String>,
}

impl Records {
    /// Bytes of a record.
    pub fn stride(&self) -> u64 {
        self.header.len() as u64 + self.shape.bytes()
    }
}

/// `images: {records: …, header: [label], size: [32, 32], channels: 3, order: planes}`.
pub(super) fn decode_records(node: &Node, problems: &mut Problems) -> Option<Records> {
    let mut fields = Fields::of(node, problems, "`images`")?;
    let files = fields.required_with("records", problems, |node, problems| match &node.value {
        Value::Map(_) => by_split(node, problems, String::decode),
        _ => String::decode(node, problems).map(|file| vec![(None, file)]),
    });
    let header: Option<Vec<String>> = fields.optional("header", problems);
    let shape = Shape::take(&mut fields, problems);
    fields.finish(problems);
    let files: Vec<(Option<String>, String)> = files?;
    let names = files.iter().filter_map(|(split, _)| split.clone()).collect();
    Some(Records { files, header: header.unwrap_or_default(), shape: shape?, names })
}

/// Numbers from 0 to 255 in a row of a table, between blanks or commas in one cell, or one a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct PixelText {
    /// The column, or with a `*` all columns that it matches, in their order.
    pub from: String,
    /// The image that they make.
    pub shape: Shape,
}

impl Decode for PixelText {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, problems, "`pixels`")?;
        let from = fields.required("from", problems);
        let shape = Shape::take(&mut fields, problems);
        fields.finish(problems);
        Some(Self { from: from?, shape: shape? })
    }
}
