//! Tables beside the images, and how their rows find the items they belong to.

use encoding_rs::Encoding;
use regex::Regex;

use super::template::{self, Template};
use super::{Name, sidecar};
use crate::spec::decode::{Decode, Fields, expected, word};
use crate::spec::node::{Node, Value};
use crate::spec::problem::{Problem, Problems};

/// A table's file and how it is written, where its ending does not tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableFile {
    /// Below the root.
    pub file: String,
    /// The format.
    pub format: Option<TableFormat>,
    /// The encoding of its text.
    pub encoding: Option<&'static Encoding>,
    /// Lines above the header.
    pub skip_rows: usize,
    /// Whether quotes are letters like any other.
    pub unquoted: bool,
    /// The first line.
    pub header: Header,
    /// Where a JSON document has its records: a JSON pointer.
    pub at: Option<String>,
    /// A list within each record, or row, whose elements are the rows.
    pub each: Option<Name>,
}

/// How a table's cells are separated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableFormat {
    /// By a byte.
    Delimited(u8),
    /// By runs of spaces and tabs.
    Whitespace,
    /// Apache Parquet.
    Parquet,
    /// One JSON document.
    Json,
    /// One JSON object a line.
    JsonLines,
}

/// What the first line of a delimited table is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Header {
    /// The names of the columns.
    #[default]
    Names,
    /// The names of all columns but the first.
    AllButFirst(String),
    /// Data: the columns are called thus.
    Absent(Vec<String>),
}

/// The keys of a table that say how it is written; the caller reads `file` or `files`.
pub(super) fn decode_writing(fields: &mut Fields, problems: &mut Problems) -> TableFile {
    let format = fields.optional_with("format", problems, |node, problems| {
        let words = [
            ("csv", TableFormat::Delimited(b',')),
            ("tsv", TableFormat::Delimited(b'\t')),
            ("whitespace", TableFormat::Whitespace),
            ("parquet", TableFormat::Parquet),
            ("json", TableFormat::Json),
            ("jsonl", TableFormat::JsonLines),
        ];
        word(node, problems, &words)
    });
    let delimiter = fields.optional_with("delimiter", problems, |node, problems| match &node.value {
        Value::Text(text) if text == "whitespace" => Some(TableFormat::Whitespace),
        Value::Text(text) if text.len() == 1 => Some(TableFormat::Delimited(text.as_bytes()[0])),
        _ => expected(node, problems, "one ASCII character, or `whitespace`"),
    });
    let encoding = fields.optional_with("encoding", problems, |node, problems| {
        let label = String::decode(node, problems)?;
        // Python's spelling of two of them.
        let known = match label.to_ascii_lowercase().replace('_', "-").as_str() {
            "latin-1" => "latin1".to_owned(),
            "utf-8-sig" => "utf-8".to_owned(),
            _ => label.clone(),
        };
        let encoding = Encoding::for_label(known.as_bytes());
        if encoding.is_none() {
            problems.push(
                Problem::at(node, format!("unknown encoding `{label}`"))
                    .help("use a name of the WHATWG encoding standard, such as utf-8, windows-1252, utf-16le, shift_jis"),
            );
        }
        encoding
    });
    let skip_rows: Option<usize> = fields.optional("skip_rows", problems);
    let unquoted = fields.optional_with("quotes", problems, |node, problems| word(node, problems, &[("double", false), ("none", true)]));
    let columns: Option<Vec<String>> = fields.optional("columns", problems);
    let first: Option<String> = fields.optional("first_column", problems);
    let header = match (columns, first) {
        (Some(columns), _) => Header::Absent(columns),
        (None, Some(first)) => Header::AllButFirst(first),
        (None, None) => Header::Names,
    };
    let at = fields.optional_with("at", problems, |node, problems| {
        let at = String::decode(node, problems)?;
        sidecar::pointer(node, at, problems)
    });
    let each = fields.optional("each", problems);
    if let (Some(format), Some(node)) = (format, fields.node("delimiter").filter(|_| delimiter.is_some()))
        && Kind::of(format) != Kind::Text
    {
        let problem = Problem::at(node, format!("`delimiter` is for text, and this table is {}", Kind::of(format).name()));
        problems.push(problem.help("take one of `format` and `delimiter` out"));
    }
    let format = delimiter.or(format);
    for (key, whose, kinds, help) in ONLY {
        if let Some(node) = fields.node(key)
            && let Some(other) = other_kind(fields, format, kinds)
        {
            problems.push(Problem::at(node, format!("`{key}` is for {whose}, and this table is {other}")).help(help));
        }
    }
    TableFile {
        file: String::new(),
        format,
        encoding,
        skip_rows: skip_rows.unwrap_or(0),
        unquoted: unquoted.unwrap_or(false),
        header,
        at,
        each,
    }
}

/// What some keys are for.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Parquet,
    Json,
    JsonLines,
}

impl Kind {
    fn of(format: TableFormat) -> Self {
        match format {
            TableFormat::Delimited(_) | TableFormat::Whitespace => Self::Text,
            TableFormat::Parquet => Self::Parquet,
            TableFormat::Json => Self::Json,
            TableFormat::JsonLines => Self::JsonLines,
        }
    }

    /// That of a file's name, as far as its ending tells.
    fn of_file(file: &str) -> Option<Self> {
        let name = file.to_ascii_lowercase();
        match name.strip_suffix(".gz").unwrap_or(&name).rsplit_once('.')?.1 {
            "csv" | "tsv" | "tab" | "txt" => Some(Self::Text),
            "parquet" => Some(Self::Parquet),
            "json" => Some(Self::Json),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Parquet => "Parquet",
            Self::Json | Self::JsonLines => "JSON",
        }
    }
}

/// Keys that do something in tables of some kinds alone: the key, the words for these and what to do elsewhere.
const ONLY: [(&str, &str, &[Kind], &str); 6] = [
    ("at", "JSON", &[Kind::Json, Kind::JsonLines], NO_RECORDS),
    (
        "encoding",
        "text and JSON",
        &[Kind::Text, Kind::Json, Kind::JsonLines],
        "take it out: the file says itself how its texts are written",
    ),
    ("skip_rows", "text and JSON lines", &[Kind::Text, Kind::JsonLines], "take it out; `where` leaves rows out"),
    ("quotes", "text", &[Kind::Text], "take it out"),
    ("columns", "text without a header", &[Kind::Text], NAMED),
    ("first_column", "text whose header leaves it out", &[Kind::Text], NAMED),
];

const NO_RECORDS: &str = "take it out; lists in the cells of a table are read by `each` and by `labels`";
const NAMED: &str = "take it out: the file names its columns";

/// What a table is, as far as the card alone tells, where that is none of these kinds.
fn other_kind(fields: &mut Fields, format: Option<TableFormat>, kinds: &[Kind]) -> Option<String> {
    match format.map(Kind::of) {
        Some(kind) => (!kinds.contains(&kind)).then(|| kind.name().to_owned()),
        None => {
            let files = ["file", "files"].into_iter().filter_map(|key| fields.node(key)).flat_map(texts);
            let other = |file: &String| Kind::of_file(file).is_some_and(|kind| !kinds.contains(&kind));
            files.into_iter().find(other).map(|file| format!("`{file}`"))
        }
    }
}

/// The texts in a list or a map, or the only one.
fn texts(node: &Node) -> Vec<String> {
    match &node.value {
        Value::Text(text) => vec![text.clone()],
        Value::List(items) => items.iter().flat_map(texts).collect(),
        Value::Map(entries) => entries.iter().flat_map(|(_, value)| texts(value)).collect(),
        _ => Vec::new(),
    }
}

/// The keys of a map that names a file, how it is written, and perhaps two of its columns, by `keys`; naming one alone is a problem, in
/// the words of `half`.
pub(super) fn decode_two_columns(
    node: &Node,
    problems: &mut Problems,
    what: &'static str,
    keys: [&'static str; 2],
    half: impl FnOnce() -> Problem,
) -> Option<(TableFile, Option<(String, String)>)> {
    let mut fields = Fields::of(node, problems, what)?;
    let file = fields.required("file", problems);
    let writing = decode_writing(&mut fields, problems);
    let [first, second]: [Option<String>; 2] = keys.map(|key| fields.optional(key, problems));
    fields.finish(problems);
    if first.is_some() != second.is_some() {
        problems.push(half());
        return None;
    }
    Some((TableFile { file: file?, ..writing }, first.zip(second)))
}

impl Decode for TableFile {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        if let Value::Text(file) = &node.value {
            return Some(Self { file: file.clone(), ..Self::default() });
        }
        let mut fields = Fields::of(node, problems, "a table")?;
        let file = fields.required("file", problems);
        let table = decode_writing(&mut fields, problems);
        fields.finish(problems);
        Some(Self { file: file?, ..table })
    }
}

/// A table whose columns become columns of the items: `name.column`.
#[derive(Clone, Debug)]
pub struct Join {
    /// The table.
    pub table: TableFile,
    /// Which of its rows belongs to an item.
    pub key: JoinKey,
    /// Whether an item without a row stays, with the table's columns missing.
    pub keep_unmatched: bool,
    /// Where it is written.
    pub node: Node,
}

/// The columns that number the rows of a table, each with the first number: `index` counts as pandas does.
pub const COUNTED: [(&str, u64); 2] = [("row", 1), ("index", 0)];

/// The number of the first row in a column that numbers them, where it is one.
pub fn first_of(column: &str) -> Option<u64> {
    COUNTED.iter().find(|(name, _)| *name == column).map(|(_, first)| *first)
}

/// How a row of a joined table is found.
#[derive(Clone, Debug)]
pub enum JoinKey {
    /// A text of the table's columns equals one of the item's columns; mostly, that is one column each.
    Equal {
        /// The table's.
        column: Template,
        /// The item's.
        item: Template,
    },
    /// A cell matches a pattern whose named groups equal the item's columns of these names.
    Pattern {
        /// The table's column.
        column: String,
        /// The pattern, anchored at both ends.
        pattern: Regex,
    },
}

impl JoinKey {
    /// The table's columns.
    pub fn columns(&self) -> Vec<&str> {
        match self {
            Self::Equal { column, .. } => column.columns().collect(),
            Self::Pattern { column, .. } => vec![column],
        }
    }

    /// The number of the first row, where the table's only column numbers them.
    pub fn first(&self) -> Option<u64> {
        match self {
            Self::Equal { column, .. } => column.bare().and_then(first_of),
            Self::Pattern { column, .. } => first_of(column),
        }
    }

    /// The item's columns.
    pub fn item_columns(&self) -> Vec<&str> {
        match self {
            Self::Equal { item, .. } => item.columns().collect(),
            Self::Pattern { pattern, .. } => pattern.capture_names().flatten().collect(),
        }
    }
}

impl Decode for Join {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, problems, "a joined table")?;
        let file = fields.required("file", problems);
        let table = decode_writing(&mut fields, problems);
        let key = fields.required_with("key", problems, decode_key);
        let keep = fields.optional_with("unmatched", problems, |node, problems| word(node, problems, &[("keep", true), ("reject", false)]));
        fields.finish(problems);
        Some(Self { table: TableFile { file: file?, ..table }, key: key?, keep_unmatched: keep.unwrap_or(false), node: node.clone() })
    }
}

fn decode_key(node: &Node, problems: &mut Problems) -> Option<JoinKey> {
    if matches!(node.value, Value::Text(_)) {
        let column = template::of_columns(node, problems)?;
        return Some(JoinKey::Equal { item: column.clone(), column });
    }
    let mut fields = Fields::of(node, problems, "a join's key")?;
    let column = fields.required_with("column", problems, template::of_columns);
    let item = fields.optional_with("equals", problems, template::of_columns);
    let pattern = fields.optional_with("match", problems, pattern);
    fields.finish(problems);
    let column = column?;
    match (item, pattern) {
        (Some(_), Some(_)) => {
            problems.push(Problem::at(node, "a join's key has either `equals` or `match`").help("remove one of them"));
            None
        }
        (_, Some(pattern)) if pattern.capture_names().flatten().next().is_none() => {
            problems.push(
                Problem::at(node, "the key's `match` names no column").help("name a group after the item's column: '0*(?<subject>\\d+)'"),
            );
            None
        }
        (None, Some(pattern)) => Some(JoinKey::Pattern { column: column.only(problems)?, pattern }),
        (item, None) => Some(JoinKey::Equal { item: item.unwrap_or_else(|| column.clone()), column }),
    }
}

/// A regular expression that matches whole values.
pub(super) fn pattern(node: &Node, problems: &mut Problems) -> Option<Regex> {
    let text = String::decode(node, problems)?;
    // Checked alone first, so that the message does not show the anchors.
    if let Err(error) = Regex::new(&text) {
        // The last line is the reason; those above draw the place.
        let message = error.to_string();
        let reason = message.lines().next_back().unwrap_or_default();
        problems.push(Problem::at(node, format!("not a regular expression: {}", reason.trim_start_matches("error: "))));
        return None;
    }
    Regex::new(&format!("^(?:{text})$")).ok()
}

/// Such an expression as the card writes it.
pub fn unanchored(pattern: &Regex) -> &str {
    let pattern = pattern.as_str();
    pattern.strip_prefix("^(?:").and_then(|pattern| pattern.strip_suffix(")$")).unwrap_or(pattern)
}
