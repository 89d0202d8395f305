//! The files that a card names: below its root, or inside of a zip or tar archive there, as `faces.zip/labels.csv`.

use std::path::{Path, PathBuf};

use super::archive;
use super::error::DataError;
use super::items::below_root;
use super::root::{ABSENT, Root, is_pattern, no_file};
use super::sheet::options;
use super::table;
use super::unpacked::Unpacked;
use super::walk::walk;
use crate::spec::card::{Glob, TableFile};
use crate::spec::problem::did_you_mean;

/// Where the files of a card are read from.
pub(super) struct Source<'s> {
    /// The folder that all paths start from.
    pub(super) root: &'s Path,
    /// Where what is compressed is unpacked to.
    pub(super) unpacked: &'s Unpacked<'s>,
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

    /// How it is read as a table.
    pub(super) fn options(&self, file: &TableFile) -> table::Options {
        table::Options { stored: self.unpacked.clone(), ..options(file) }
    }
}

impl Source<'_> {
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

    /// The members of one or several archives that a name or a pattern finds: at least one.
    fn members(&self, archives: &str, member: &str) -> Result<Vec<Found>, DataError> {
        let lost = |reason: String| DataError::file(&self.root.join(archives).join(member), reason);
        let wanted =
            if is_pattern(member) { None } else { Some(below_root(member).map_err(|reason| lost(format!("cannot be used: {reason}")))?) };
        let pattern = Glob::of(member).map_err(lost)?;
        let (mut found, mut known) = (Vec::new(), Vec::new());
        for packed in self.all_named(archives)? {
            let (unpacked, (members, refused)) = archive::members(packed.stored(), self.unpacked)?;
            if let Some((name, reason)) =
                refused.iter().find(|(name, _)| wanted.as_ref().map_or(pattern.is_match(name), |wanted| wanted == name))
            {
                return Err(DataError::file(&packed.path.join(name), reason));
            }
            let holds = unpacked.as_deref().unwrap_or(packed.stored());
            for member in members {
                if wanted.as_ref().is_some_and(|wanted| *wanted == member.path) || wanted.is_none() && pattern.is_match(&member.path) {
                    let unpacked = self.unpacked.member(holds, &member)?;
                    let (below, path) = (format!("{}/{}", packed.below, member.path), packed.path.join(&member.path));
                    found.push(Found { below, path, unpacked: Some(unpacked) });
                } else {
                    known.push(member.path);
                }
            }
        }
        match (found.is_empty(), &wanted) {
            (false, _) => Ok(found),
            (true, Some(wanted)) => {
                let help = did_you_mean(wanted, known.iter().map(String::as_str));
                Err(lost(format!("is not in the archive ({help})")))
            }
            (true, None) => Err(lost("is a pattern that no member of the archive matches".to_owned())),
        }
    }
}
