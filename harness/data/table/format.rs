//! How a table is written.

use std::path::{Path, PathBuf};

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Cells between delimiters, quoted as RFC 4180 says.
    Delimited(u8),
    /// Cells between runs of spaces and tabs, never quoted.
    Whitespace,
    /// Apache Parquet.
    Parquet,
    /// One JSON document with a list, or a map, of records, or with one.
    Json,
    /// One JSON object a line.
    JsonLines,
}

impl Format {
    /// The format that a file name's ending stands for, an outer `.gz` left aside.
    pub fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        match name.rsplit_once('.')?.1 {
            "csv" => Some(Self::Delimited(b',')),
            "tsv" | "tab" => Some(Self::Delimited(b'\t')),
            "txt" => Some(Self::Whitespace),
            "parquet" => Some(Self::Parquet),
            "json" => Some(Self::Json),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            _ => None,
        }
    }
}

/// What the first line of a delimited table is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Header {
    /// The names of the columns.
    #[default]
    Names,
    /// The names of all columns but the first, which is called thus (as in CelebA's attribute list).
    AllButFirst(String),
    /// Data already: the columns are called thus.
    Absent(Vec<String>),
}

/// How to read a table, where its name does not say it.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The format; by default what the file's name ends in.
    pub format: Option<Format>,
    /// The encoding of the text; by default UTF-8, or UTF-16 with a byte order mark.
    pub encoding: Option<&'static encoding_rs::Encoding>,
    /// Lines above the header that are passed over.
    pub skip_rows: usize,
    /// Whether quotes are letters like any other in a delimited table.
    pub unquoted: bool,
    /// The header of a delimited table.
    pub header: Header,
    /// Where a JSON document has its records: a JSON pointer; by default at its top.
    pub at: Option<String>,
    /// A list within each record, or row, by its path: each of its elements is a row, which has the element in the list's place.
    pub each: Option<String>,
    /// The only columns that are kept; by default all.
    pub columns: Option<Vec<String>>,
    /// Columns with one value in all rows, where the file has none of that name and they are among those that are kept by name.
    pub told: Vec<(&'static str, String)>,
    /// The file that holds the bytes, where messages name another one: that of an archive.
    pub stored: Option<PathBuf>,
    /// Whether rows of the wrong shape are kept aside in [`super::Table::malformed`] instead of ending the reading.
    pub tolerant: bool,
}

impl Options {
    /// The file to open for a table that is called `path`.
    pub(super) fn stored<'p>(&'p self, path: &'p Path) -> &'p Path {
        self.stored.as_deref().unwrap_or(path)
    }

    pub(super) fn keeps(&self, column: &str) -> bool {
        self.columns.as_ref().is_none_or(|columns| columns.iter().any(|kept| kept == column))
    }
}
