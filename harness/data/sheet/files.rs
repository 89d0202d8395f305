//! Items that are files found by a pattern, in folders or in an archive.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::Sheet;
use crate::data::archive;
use crate::data::dataset::Rejected;
use crate::data::error::DataError;
use crate::data::items::{Container, Place};
use crate::data::source::Source;
use crate::data::walk::{endings, walk};
use crate::spec::card::{Card, Files, Glob, Pattern};

/// Members of archives by their paths: the container and the record in it.
pub(super) type Members = HashMap<String, (u32, u64)>;

impl Sheet {
    pub(super) fn read_files(&mut self, card: &Card, source: &Source, files: &Files) -> Result<(), DataError> {
        let found = match &files.archive {
            None => {
                if let Some((archive, inside)) =
                    archive::inside(files.glob.text()).filter(|(archive, _)| source.root.join(archive).is_file())
                {
                    let help = format!("has a `glob` that leads into `{archive}`: write `archive: {archive}` and `glob: \"{inside}\"`");
                    return Err(DataError::dataset(&card.dataset, help));
                }
                let found = walk(source.root, &files.glob)?;
                self.rejected.extend(found.refused.into_iter().map(|(what, reason)| Rejected { what, line: None, reason }));
                found.files.into_iter().map(|path| (Place::File(path.clone()), path)).collect()
            }
            Some(archive) => self.archived(source, archive, &files.glob)?,
        };
        for (place, path) in found {
            let name = path.rsplit('/').next().unwrap_or(&path);
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            let (whole, key) = if let Some(Pattern::Name(_)) = &files.pattern { (name, "name") } else { (path.as_str(), "path") };
            let written = endings(whole);
            let captures = files.pattern.as_ref().and_then(|pattern| written.iter().find_map(|text| pattern.regex().captures(text)));
            if files.pattern.is_some() && captures.is_none() {
                self.rejected.push(Rejected { what: path.clone(), line: None, reason: format!("does not match `images.{key}`") });
                continue;
            }
            let value = |column: &str| match captures.as_ref().and_then(|captures| captures.name(column)) {
                Some(found) => Some(&whole[found.range()]).filter(|text| !text.is_empty()),
                None => match column {
                    "path" => Some(path.as_str()),
                    "file" => Some(name),
                    "stem" => Some(stem),
                    _ => None,
                },
            };
            let id = match &files.id {
                None => path.clone(),
                Some(id) => match id.fill(value) {
                    Ok(id) => id,
                    Err(column) => {
                        self.rejected.push(Rejected { what: path.clone(), line: None, reason: format!("`{column}` is empty") });
                        continue;
                    }
                },
            };
            let origin = self.file(&path);
            self.push(id, place, (origin, None), value);
        }
        if self.ids.is_empty() {
            let folder = source.root.display();
            let why = self.rejected.first().map_or(String::new(), |first| format!(" ({}: {})", first.what, first.reason));
            return Err(DataError::dataset(&card.dataset, format!("has no file like `{}` below `{folder}`{why}", files.glob.text())));
        }
        Ok(())
    }

    /// The members of an archive that a pattern finds.
    fn archived(&mut self, source: &Source, archive: &str, glob: &Glob) -> Result<Vec<(Place, String)>, DataError> {
        let mut members: Vec<_> = self.archive(source, archive)?.into_iter().filter(|(path, _)| glob.is_match(path)).collect();
        members.sort_unstable();
        Ok(members.into_iter().map(|(path, (container, record))| (Place::Record(container, record), path)).collect())
    }

    /// Adds archives to the containers. Where two hold one path, the first counts.
    pub(super) fn archive(&mut self, source: &Source, archive: &str) -> Result<Members, DataError> {
        let mut found = Members::new();
        for packed in source.all_named(archive)? {
            let (unpacked, (members, refused)) = archive::members(packed.stored(), source.unpacked)?;
            let (below, unpacked) = (packed.below, unpacked.or(packed.unpacked));
            let refused = refused.into_iter().map(|(what, reason)| Rejected { what: format!("{below}/{what}"), line: None, reason });
            self.rejected.extend(refused);
            let container = self.containers.len() as u32;
            for (record, member) in members.iter().enumerate() {
                match found.entry(member.path.clone()) {
                    Entry::Vacant(free) => drop(free.insert((container, record as u64))),
                    Entry::Occupied(_) => {
                        let what = format!("{below}/{}", member.path);
                        self.rejected.push(Rejected { what, line: None, reason: "an archive before it holds the same path".to_owned() });
                    }
                }
            }
            self.containers.push(Container::Archive { file: below, unpacked, members });
        }
        Ok(found)
    }
}

/// Where a file lies: below the root, or in an archive.
pub(super) fn place(path: &str, archive: Option<&Members>) -> Result<Place, String> {
    match archive {
        None => Ok(Place::File(path.to_owned())),
        Some(members) => members
            .get(path)
            .map(|(container, record)| Place::Record(*container, *record))
            .ok_or_else(|| format!("the archive has no member `{path}`")),
    }
}
