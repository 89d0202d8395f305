//! The files that a card names: below its root, or inside of a zip or tar archive there, as `faces.zip/labels.csv`; and how tables are written in
//! them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::archive::{self, Member};
use super::digest::Digest;
use super::error::DataError;
use super::root::{ABSENT, Root, below_root, is_pattern};
use super::table;
use super::unpacked::Unpacked;
use super::walk::walk;
use crate::spec::card::{Glob, Header, TableFile, TableFormat};
use crate::spec::path::no_file;
use crate::spec::problem::did_you_mean;

/// The column of the path of a table, below the root.
const TABLE: &str = "table";

/// The column of the folder that a table is in.
const FOLDER: &str = "table_folder";

/// The column of a table's name without its ending, which may be an image's too.
pub(super) const STEM: &str = "table_stem";

/// Where the files of a card are read from.
pub(super) struct Source<'s> {
    /// The folder that all paths start from.
    pub(super) root: &'s Path,
    /// Where what is compressed is unpacked to.
    pub(super) unpacked: &'s Unpacked<'s>,
    /// What archives hold, by their files: several tables may lie in one.
    listed: RefCell<HashMap<PathBuf, Rc<Listed>>>,
}

/// What an archive holds.
struct Listed {
    /// The file that its members are read from.
    file: PathBuf,
    members: Vec<Member>,
    /// Names of others, and why they cannot be read.
    refused: Vec<(String, String)>,
}

/// A file that a card names.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// Below the root: `labels.csv`, or `faces.zip/labels.csv`.
    pub(super) below: String,
    /// That as messages name it.
    pub(super) path: PathBuf,
    /// The file that holds its bytes, where that is another one: unpacked of an archive.
    pub(super) unpacked: Option<PathBuf>,
}

impl Found {
    /// The file that holds its bytes.
    pub(super) fn stored(&self) -> &Path {
        self.unpacked.as_deref().unwrap_or(&self.path)
    }

    /// How it is read as a table, whose rows know the file that they are in, its folder and its stem.
    pub(super) fn options(&self, file: &TableFile) -> table::Options {
        let (folder, name) = self.below.rsplit_once('/').unwrap_or((".", &self.below));
        let plain = name.strip_suffix(".gz").unwrap_or(name);
        let stem = plain.rsplit_once('.').map_or(plain, |(stem, _)| stem);
        let told = vec![(TABLE, self.below.clone()), (FOLDER, folder.to_owned()), (STEM, stem.to_owned())];
        table::Options { told, stored: self.unpacked.clone(), ..options(file) }
    }

    /// What it is called, where one of these columns says so.
    pub(super) fn told<'c>(&self, columns: impl IntoIterator<Item = &'c String>) -> Option<Digest> {
        let tells = columns.into_iter().any(|column| [TABLE, FOLDER, STEM].contains(&column.as_str()));
        tells.then(|| Digest::from(blake3::hash(self.below.as_bytes())))
    }
}

impl<'s> Source<'s> {
    pub(super) fn new(root: &'s Path, unpacked: &'s Unpacked<'s>) -> Self {
        Self { root, unpacked, listed: RefCell::default() }
    }

    /// A file that a card names: a table, an archive. Where only `x` is there, that is `x.gz` too.
    ///
    /// # Errors
    /// When there is none, or it is a folder, a pipe or a device, or it lies beyond the root.
    pub(super) fn named(&self, file: &str) -> Result<Found, DataError> {
        if let Some((archive, member)) = self.inside(file) {
            let mut found = self.members(archive, member)?;
            // One archive has one member of a name; several archives are searched in their order.
            return Ok(found.swap_remove(0));
        }
        let below = below_root(file).map_err(|reason| DataError::file(&self.root.join(file), format!("cannot be used: {reason}")))?;
        let whole = Root::of(self.root)?;
        let path = whole.join(&below);
        match whole.find(&below) {
            Ok(kind) if kind.is_file() => Ok(Found { below, path, unpacked: None }),
            Ok(kind) => Err(DataError::file(&path, format!("is {}", no_file(kind)))),
            Err(reason) if reason == ABSENT => match file.strip_suffix(".gz") {
                // Somebody unpacked it.
                Some(plain) if self.root.join(plain).is_file() => self.named(plain),
                _ => Err(DataError::file(&path, "is not there")),
            },
            Err(reason) => Err(DataError::file(&path, format!("is {reason}: put the file itself there, or let `root` hold both"))),
        }
    }

    /// The files that a card names by one name or one pattern, such as the parts of a table: sorted, and at least one.
    ///
    /// # Errors
    /// As for [`Self::named`], of each of them.
    pub(super) fn all_named(&self, file: &str) -> Result<Vec<Found>, DataError> {
        if let Some((archive, member)) = self.inside(file) {
            return self.members(archive, member);
        }
        if !is_pattern(file) || self.root.join(file).exists() {
            return Ok(vec![self.named(file)?]);
        }
        let pattern = Glob::of(file).map_err(|reason| DataError::file(&self.root.join(file), reason))?;
        let found = walk(self.root, &pattern)?;
        if let Some((file, reason)) = found.refused.first() {
            return Err(DataError::file(&self.root.join(file), format!("is {reason}")));
        }
        match found.files.is_empty() {
            true => Err(DataError::file(&self.root.join(file), "is a pattern that no file matches")),
            false => found.files.iter().map(|file| self.named(file)).collect(),
        }
    }

    /// The archives and the member that a path leads to, unless these are folders whose names end as archives' do.
    fn inside<'f>(&self, file: &'f str) -> Option<(&'f str, &'f str)> {
        archive::inside(file).filter(|(archive, _)| !self.root.join(archive).is_dir())
    }

    /// What an archive holds, listed the first time that it is asked for.
    fn listed(&self, archive: &Path) -> Result<Rc<Listed>, DataError> {
        if let Some(listed) = self.listed.borrow().get(archive) {
            return Ok(Rc::clone(listed));
        }
        let (unpacked, (members, refused)) = archive::members(archive, self.unpacked)?;
        let listed = Rc::new(Listed { file: unpacked.unwrap_or_else(|| archive.to_owned()), members, refused });
        self.listed.borrow_mut().insert(archive.to_owned(), Rc::clone(&listed));
        Ok(listed)
    }

    /// The members of one or several archives that a name or a pattern finds: at least one.
    fn members(&self, archives: &str, member: &str) -> Result<Vec<Found>, DataError> {
        let lost = |reason: String| DataError::file(&self.root.join(archives).join(member), reason);
        let wanted =
            if is_pattern(member) { None } else { Some(below_root(member).map_err(|reason| lost(format!("cannot be used: {reason}")))?) };
        let pattern = if wanted.is_none() { Some(Glob::of(member).map_err(lost)?) } else { None };
        let (mut found, mut searched) = (Vec::new(), Vec::new());
        for packed in self.all_named(archives)? {
            let listed = self.listed(packed.stored())?;
            let is_wanted = |name: &str| match (&wanted, &pattern) {
                (Some(wanted), _) => wanted == name,
                (None, Some(pattern)) => pattern.is_match(name),
                (None, None) => false,
            };
            if let Some((name, reason)) = listed.refused.iter().find(|(name, _)| is_wanted(name)) {
                return Err(DataError::file(&packed.path.join(name), reason));
            }
            for member in &listed.members {
                if is_wanted(&member.path) {
                    let unpacked = self.unpacked.member(&listed.file, member)?;
                    let (below, path) = (format!("{}/{}", packed.below, member.path), packed.path.join(&member.path));
                    found.push(Found { below, path, unpacked: Some(unpacked) });
                }
            }
            searched.push(listed);
        }
        match (found.is_empty(), &wanted) {
            (false, _) => Ok(found),
            (true, Some(wanted)) => {
                let known = searched.iter().flat_map(|listed| &listed.members).map(|member| member.path.as_str());
                let help = did_you_mean(wanted, known);
                Err(lost(format!("is not in the archive ({help})")))
            }
            (true, None) => Err(lost("is a pattern that no member of the archive matches".to_owned())),
        }
    }
}

/// How a card says that a table is written, as the reader of tables wants it.
pub(super) fn options(file: &TableFile) -> table::Options {
    let format = file.format.map(|format| match format {
        TableFormat::Delimited(byte) => table::Format::Delimited(byte),
        TableFormat::Whitespace => table::Format::Whitespace,
        TableFormat::Parquet => table::Format::Parquet,
        TableFormat::Json => table::Format::Json,
        TableFormat::JsonLines => table::Format::JsonLines,
    });
    let header = match &file.header {
        Header::Names => table::Header::Names,
        Header::AllButFirst(first) => table::Header::AllButFirst(first.clone()),
        Header::Absent(columns) => table::Header::Absent(columns.clone()),
    };
    let (at, each) = (file.at.clone(), file.each.as_ref().map(|each| each.text.clone()));
    table::Options {
        format,
        encoding: file.encoding,
        skip_rows: file.skip_rows,
        unquoted: file.unquoted,
        header,
        at,
        each,
        columns: None,
        told: Vec::new(),
        stored: None,
        tolerant: false,
    }
}
