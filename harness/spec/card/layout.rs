//! Where the images are: files, rows of tables, COCO, arrays, records.

use regex::Regex;

use super::archives::{self, Archives};
use super::glob::Glob;
use super::pixels::{Arrays, PixelText, Records, decode_arrays, decode_records};
use super::table::{self, TableFile};
use super::template::Template;
use crate::spec::decode::{Decode, Fields, expected, number_in, one_or_many, word};
use crate::spec::node::{Node, Value};
use crate::spec::problem::{Problem, Problems};

/// Where the images are.
#[derive(Clone, Debug)]
pub enum Layout {
    /// Every file that a pattern finds is an item.
    Files(Files),
    /// Every row of a table is an item.
    Rows(Rows),
    /// Every element of an array is an item.
    Arrays(Arrays),
    /// Every record of a binary file is an item.
    Records(Records),
    /// Every image of COCO's annotation files is an item, or every box.
    Coco(Coco),
}

/// COCO's annotation files. The columns of an image are `id`, `file_name`, `width`, `height`, `categories` (a JSON list), `captions` (one
/// a line) and `split`; a box has those of its image, `image_id`, `category` and `is_crowd`, and its `id` is its own.
#[derive(Clone, Debug)]
pub struct Coco {
    /// The files by split; one split without a name where the card names none.
    pub files: Vec<(Option<String>, Vec<String>)>,
    /// Where an image is.
    pub path: Template,
    /// A zip or tar archive (also compressed, `.tar.gz`) that holds the images.
    pub archive: Option<String>,
    /// Whether the items are the boxes.
    pub boxes: bool,
    /// The part of an image that is the item.
    pub window: Option<BoxAt>,
    /// How an item is called; its image's path by default, with `#id` for a box.
    pub id: Option<Template>,
    names: Vec<String>,
}

/// A box around the item in its image.
#[derive(Clone, Debug, PartialEq)]
pub struct BoxAt {
    /// Where its four numbers are.
    pub edges: Edges,
    /// What they are.
    pub format: BoxFormat,
    /// Whether these are shares of the image's sides.
    pub relative: bool,
    /// How much of its own size the box grows on each side.
    pub margin: f64,
    /// Where it is written.
    pub node: Node,
}

/// Where the four numbers of a box are.
#[derive(Clone, Debug, PartialEq)]
pub enum Edges {
    /// In a column each.
    Columns([String; 4]),
    /// In one cell, as a list or with anything between them.
    Cell(String),
}

/// What the four numbers of a box are, in torchvision's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoxFormat {
    /// Left, top, right, bottom.
    Xyxy,
    /// Left, top, width, height.
    Xywh,
    /// The middle across and down, width, height.
    Cxcywh,
}

/// Files found by a pattern. The columns of an item are the named groups of `pattern`, `path`, `file`, `stem` (unless a group says it) and, of
/// those in archives, `archive`, and `split` where each split has its own.
#[derive(Clone, Debug)]
pub struct Files {
    /// Which files, below the root or inside the archive.
    pub glob: Glob,
    /// What the names tell.
    pub pattern: Option<Pattern>,
    /// The archives that hold the files.
    pub archive: Option<Archives>,
    /// The part of the image that is the item.
    pub window: Option<BoxAt>,
    /// How an item is called; its path by default, after that of its archive where there are several.
    pub id: Option<Template>,
}

/// What a file's name tells.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// Matches the whole base name.
    Name(Regex),
    /// Matches the whole path below the root.
    Path(Regex),
}

impl Pattern {
    /// The expression.
    pub fn regex(&self) -> &Regex {
        match self {
            Self::Name(regex) | Self::Path(regex) => regex,
        }
    }
}

/// Rows of one table, or of one table a split.
#[derive(Clone, Debug)]
pub struct Rows {
    /// The tables; with several, the key is the item's column `split`.
    pub tables: Vec<(Option<String>, TableFile)>,
    /// Where a row's image is.
    pub image: ImageAt,
    /// A zip or tar archive (also compressed, `.tar.gz`) that holds the images.
    pub archive: Option<String>,
    /// The part of the image that is the item.
    pub window: Option<BoxAt>,
    /// How an item is called; its image's path by default, or else its row.
    pub id: Option<Template>,
    names: Vec<String>,
}

/// Where a row's image is.
#[derive(Clone, Debug)]
pub enum ImageAt {
    /// In a file below the root.
    Path(Template),
    /// In a cell of the same Parquet table.
    Bytes(String),
    /// In numbers of the same row.
    Pixels(PixelText),
}

impl ImageAt {
    /// The path of a file.
    pub fn path(&self) -> Option<&Template> {
        match self {
            Self::Path(path) => Some(path),
            Self::Bytes(_) | Self::Pixels(_) => None,
        }
    }
}

impl Layout {
    /// The splits that the files themselves make.
    pub fn split_names(&self) -> Option<&[String]> {
        match self {
            Self::Files(files) => files.archive.as_ref().map(|archives| archives.names.as_slice()).filter(|names| !names.is_empty()),
            Self::Rows(rows) => (!rows.names.is_empty()).then_some(&rows.names),
            Self::Coco(coco) => (!coco.names.is_empty()).then_some(&coco.names),
            Self::Arrays(arrays) => (!arrays.names.is_empty()).then_some(&arrays.names),
            Self::Records(records) => (!records.names.is_empty()).then_some(&records.names),
        }
    }

    /// The part of each image that is the item, where columns tell it.
    pub fn window(&self) -> Option<&BoxAt> {
        match self {
            Self::Files(files) => files.window.as_ref(),
            Self::Rows(rows) => rows.window.as_ref(),
            Self::Coco(coco) => coco.window.as_ref(),
            Self::Arrays(_) | Self::Records(_) => None,
        }
    }
}

/// A map of splits to what is in each, in the order of the file.
pub(super) fn by_split<T>(
    node: &Node,
    problems: &mut Problems,
    decode: impl Fn(&Node, &mut Problems) -> Option<T>,
) -> Option<Vec<(Option<String>, T)>> {
    let Value::Map(entries) = &node.value else { return expected(node, problems, "a map") };
    if entries.is_empty() {
        problems.push(Problem::at(node, "an empty map names nothing").help("name what each split has: `{train: …, test: …}`"));
        return None;
    }
    let sets: Vec<_> = entries.iter().map(|(split, set)| decode(set, problems).map(|set| (Some(split.text.clone()), set))).collect();
    sets.into_iter().collect()
}

impl Decode for Layout {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        if node.get("arrays").is_some() {
            return decode_arrays(node, problems).map(Self::Arrays);
        }
        if node.get("records").is_some() {
            return decode_records(node, problems).map(Self::Records);
        }
        if node.get("coco").is_some() {
            return decode_coco(node, problems).map(Self::Coco);
        }
        if node.get("table").is_some() {
            return decode_rows(node, problems).map(Self::Rows);
        }
        if node.get("glob").is_some() || node.get("archive").is_some() {
            return decode_files(node, problems).map(Self::Files);
        }
        Fields::of(node, problems, "`images`")?;
        problems.push(
            Problem::at(node, "`images` needs one of the keys `glob`, `archive`, `table`, `coco`, `arrays` and `records`")
                .help("files by a pattern: {glob: \"*.jpg\"}; rows of a table: {table: labels.csv, path: \"images/{file}\"}"),
        );
        None
    }
}

fn decode_files(node: &Node, problems: &mut Problems) -> Option<Files> {
    let mut fields = Fields::of(node, problems, "`images`")?;
    let glob = match fields.node("glob") {
        Some(node) => Glob::decode(node, problems),
        None => Glob::of("**").ok(),
    };
    let archive: Option<Archives> = fields.optional("archive", problems);
    let name = fields.optional_with("name", problems, table::pattern);
    let path = fields.optional_with("path", problems, table::pattern);
    let window = fields.optional("box", problems);
    let id = fields.optional("id", problems);
    fields.finish(problems);
    if name.is_some() && path.is_some() {
        problems
            .push(Problem::at(node, "`images` has either `name` or `path`").help("`path` matches the whole path, `name` its last part"));
        return None;
    }
    let pattern = name.map(Pattern::Name).or(path.map(Pattern::Path));
    let written = node.get("name").or(node.get("path"));
    if written.is_some_and(|node| pattern.as_ref().is_none_or(|pattern| !archives::check_groups(pattern, node, archive.as_ref(), problems)))
    {
        return None;
    }
    Some(Files { glob: glob?, pattern, archive, window, id })
}

fn decode_rows(node: &Node, problems: &mut Problems) -> Option<Rows> {
    let mut fields = Fields::of(node, problems, "`images`")?;
    let tables = fields.required_with("table", problems, decode_tables);
    let path: Option<Template> = fields.optional("path", problems);
    let bytes: Option<String> = fields.optional("bytes", problems);
    let pixels: Option<PixelText> = fields.optional("pixels", problems);
    let archive = fields.optional_with("archive", problems, archives::of_rows);
    let window = fields.optional("box", problems);
    let id = fields.optional("id", problems);
    fields.finish(problems);
    let image = match (path, bytes, pixels) {
        (Some(path), None, None) => ImageAt::Path(path),
        (None, Some(column), None) => ImageAt::Bytes(column),
        (None, None, Some(pixels)) => ImageAt::Pixels(pixels),
        // What `pixels` lacks has been said.
        (None, None, None) if node.get("pixels").is_some() => return None,
        _ => {
            problems.push(Problem::at(node, "`images` needs one of `path`, `bytes` and `pixels`").help(
                "`path: \"images/{file}\"` for files, `bytes: image.bytes` for a column of Parquet, `pixels: {from: pixels, size: [48, 48]}` \
                 for numbers in a cell",
            ));
            return None;
        }
    };
    let tables = tables?;
    let names = tables.iter().filter_map(|(split, _)| split.clone()).collect();
    Some(Rows { tables, image, archive, window, id, names })
}

fn decode_coco(node: &Node, problems: &mut Problems) -> Option<Coco> {
    let mut fields = Fields::of(node, problems, "`images`")?;
    let files = fields.required_with("coco", problems, |node, problems| match &node.value {
        Value::Map(_) => by_split(node, problems, one_or_many),
        _ => one_or_many(node, problems).map(|files| vec![(None, files)]),
    });
    let path = fields.required("path", problems);
    let archive = fields.optional_with("archive", problems, archives::of_rows);
    let boxes = fields.optional_with("items", problems, |node, problems| word(node, problems, &[("images", false), ("boxes", true)]));
    let boxes = boxes.unwrap_or(false);
    let window: Option<BoxAt> = fields.optional("box", problems);
    let id = fields.optional("id", problems);
    fields.finish(problems);
    if let Some(window) = window.as_ref().filter(|_| boxes) {
        problems.push(
            Problem::at(&window.node, "with `items: boxes` every item is cropped by its own box")
                .help("remove `box`, or let the images be the items"),
        );
    }
    let files: Vec<(Option<String>, Vec<String>)> = files?;
    let names = files.iter().filter_map(|(split, _)| split.clone()).collect();
    Some(Coco { files, path: path?, archive, boxes, window, id, names })
}

impl BoxAt {
    /// The columns that say where it is.
    pub fn columns(&self) -> &[String] {
        match &self.edges {
            Edges::Columns(columns) => columns,
            Edges::Cell(column) => std::slice::from_ref(column),
        }
    }
}

impl Decode for BoxAt {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, problems, "a box")?;
        let cell: Option<String> = fields.optional("from", problems);
        let format = fields.optional_with("format", problems, |node, problems| {
            word(node, problems, &[("xyxy", BoxFormat::Xyxy), ("xywh", BoxFormat::Xywh), ("cxcywh", BoxFormat::Cxcywh)])
        });
        let (left, top) = (fields.optional("left", problems), fields.optional("top", problems));
        let (right, bottom) = (fields.optional("right", problems), fields.optional("bottom", problems));
        let (width, height) = (fields.optional("width", problems), fields.optional("height", problems));
        let (center_x, center_y) = (fields.optional("center_x", problems), fields.optional("center_y", problems));
        let relative = fields.optional("relative", problems);
        let margin = fields.optional_with("margin", problems, |node, problems| number_in(node, problems, 0.0, 10.0));
        fields.finish(problems);
        let (edges, format) = match (cell, format, [left, top, right, bottom, width, height, center_x, center_y]) {
            (Some(cell), Some(format), [None, None, None, None, None, None, None, None]) => (Edges::Cell(cell), format),
            (None, None, [Some(left), Some(top), Some(right), Some(bottom), None, None, None, None]) => {
                (Edges::Columns([left, top, right, bottom]), BoxFormat::Xyxy)
            }
            (None, None, [Some(left), Some(top), None, None, Some(width), Some(height), None, None]) => {
                (Edges::Columns([left, top, width, height]), BoxFormat::Xywh)
            }
            (None, None, [None, None, None, None, Some(width), Some(height), Some(x), Some(y)]) => {
                (Edges::Columns([x, y, width, height]), BoxFormat::Cxcywh)
            }
            _ => {
                let message = "a box needs `left` and `top` with `right` and `bottom`, or either these two or `center_x` and `center_y` with \
                               `width` and `height`";
                let help = "four columns; or `from: bbox, format: xywh` where one cell holds all four numbers (or `xyxy`, `cxcywh`)";
                problems.push(Problem::at(node, message).help(help));
                return None;
            }
        };
        Some(Self { edges, format, relative: relative.unwrap_or(false), margin: margin.unwrap_or(0.0), node: node.clone() })
    }
}

/// `labels.csv`, `{file: labels.csv, delimiter: ";"}` or `{files: {train: a.csv, test: b.csv}, …}`.
fn decode_tables(node: &Node, problems: &mut Problems) -> Option<Vec<(Option<String>, TableFile)>> {
    if matches!(node.value, Value::Text(_)) || node.get("files").is_none() {
        return TableFile::decode(node, problems).map(|table| vec![(None, table)]);
    }
    let mut fields = Fields::of(node, problems, "a table")?;
    let files: Option<Vec<(Option<String>, String)>> =
        fields.required_with("files", problems, |node, problems| by_split(node, problems, String::decode));
    let writing = table::decode_writing(&mut fields, problems);
    fields.finish(problems);
    Some(files?.into_iter().map(|(split, file)| (split, TableFile { file, ..writing.clone() })).collect())
}
