//! Items that are files found by a pattern, in folders or in an archive.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;

use super::Sheet;
use crate::data::archive;
use crate::data::error::DataError;
use crate::data::items::{Container, Place};
use crate::data::rejections::Rejected;
use crate::data::root::named;
use crate::data::source::Source;
use crate::data::walk::{endings, walk};
use crate::spec::card::{Archives, Card, Files, Glob, Pattern};
use crate::spec::problem::{Problem, SpecError};

/// How many reasons are told of files of which none can be used.
const REASONS: usize = 3;

/// Why there is no item: no file, or none that can be used, with how many there are for which reason, and the first of them.
fn unusable(glob: &str, folder: &str, listed: &[Rejected], reasons: &[(String, u64)]) -> String {
    let Some(first) = listed.first() else { return format!("has no file like `{glob}` below `{folder}`") };
    let told = |(reason, count): &(String, u64)| format!("{count} {}: {reason}", if *count == 1 { "file" } else { "files" });
    let mut why: Vec<String> = reasons.iter().take(REASONS).map(told).collect();
    if let Some(more) = reasons.len().checked_sub(REASONS).filter(|more| *more > 0) {
        why.push(format!("{more} more reasons"));
    }
    format!("has no file like `{glob}` below `{folder}` that can be used: {}; the first is {first}", why.join("; "))
}

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
                let spotted = |path: String| Spotted { place: Place::File(path.clone()), path, archive: None, split: None };
                found.files.into_iter().map(spotted).collect()
            }
            Some(archives) => self.archived(source, archives, &files.glob)?,
        };
        let several = files.archive.as_ref().is_some_and(Archives::are_several);
        for Spotted { place, path, archive, split } in found {
            let known = match &archive {
                Some(archive) if several => format!("{archive}/{path}"),
                _ => path.clone(),
            };
            let name = path.rsplit('/').next().unwrap_or(&path);
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            let (whole, key) = if let Some(Pattern::Name(_)) = &files.pattern { (name, "name") } else { (path.as_str(), "path") };
            let written = endings(whole);
            let captures = files.pattern.as_ref().and_then(|pattern| written.iter().find_map(|text| pattern.regex().captures(text)));
            if files.pattern.is_some() && captures.is_none() {
                self.rejected.push(Rejected { what: known, line: None, reason: format!("does not match `images.{key}`") });
                continue;
            }
            let value = |column: &str| match captures.as_ref().and_then(|captures| captures.name(column)) {
                Some(found) => Some(&whole[found.range()]).filter(|text| !text.is_empty()),
                None => match column {
                    "path" => Some(path.as_str()),
                    "file" => Some(name),
                    "stem" => Some(stem),
                    "archive" => archive.as_deref(),
                    "split" => split.as_deref(),
                    _ => None,
                },
            };
            let id = match &files.id {
                None => known.clone(),
                Some(id) => match id.fill(value) {
                    Ok(id) => id,
                    Err(column) => {
                        self.refuse(value, Rejected { what: known, line: None, reason: format!("`{column}` is empty") });
                        continue;
                    }
                },
            };
            let origin = self.file(&known);
            self.push(id, place, (origin, None), value);
        }
        if self.ids.is_empty() {
            let folder = named(source.root).display();
            let (listed, reasons) = std::mem::take(&mut self.rejected).into_parts();
            let glob = files.glob.text();
            return Err(DataError::dataset(&card.dataset, unusable(glob, &folder.to_string(), &listed, &reasons)));
        }
        Ok(())
    }

    /// The members of archives that a pattern finds, those of each archive together.
    fn archived(&mut self, source: &Source, archives: &Archives, glob: &Glob) -> Result<Vec<Spotted>, DataError> {
        let (mut spotted, mut written) = (Vec::new(), HashMap::new());
        let named = archive::is_leftover(glob.text());
        let finds = |path: &str| glob.is_match(path) && (named || !archive::is_leftover(path));
        for (split, archive) in &archives.files {
            for container in self.containers_of(source, archive)? {
                let Container::Archive { file, members, .. } = &self.containers[container as usize] else { continue };
                if let Some((other, first)) = written.insert(file.clone(), (split, archive)) {
                    let part = |split: &Option<String>| split.as_ref().and_then(|split| archives.node.get(split)).unwrap_or(&archives.node);
                    let problem = Problem::at(part(split), format!("`{archive}` is the archive `{file}`, which `{first}` finds already"))
                        .also(&part(other).place, "this is the other one")
                        .help("name each archive once");
                    return Err(SpecError::from(problem).into());
                }
                let found = members.iter().enumerate().filter(|(_, member)| finds(&member.path));
                spotted.extend(found.map(|(record, member)| Spotted {
                    place: Place::Record(container, record as u64),
                    path: member.path.clone(),
                    archive: Some(file.clone()),
                    split: split.clone(),
                }));
            }
        }
        Ok(spotted)
    }

    /// Adds the archives that a name or a pattern finds to the containers.
    fn containers_of(&mut self, source: &Source, archive: &str) -> Result<Range<u32>, DataError> {
        let first = self.containers.len() as u32;
        for packed in source.all_named(archive)? {
            let (unpacked, (members, refused)) = archive::members(packed.stored(), source.unpacked)?;
            let (below, unpacked) = (packed.below, unpacked.or(packed.unpacked));
            let refused = refused.into_iter().map(|(what, reason)| Rejected { what: format!("{below}/{what}"), line: None, reason });
            self.rejected.extend(refused);
            self.containers.push(Container::Archive { file: below, unpacked, members });
        }
        Ok(first..self.containers.len() as u32)
    }

    /// Adds archives to the containers, whose members are then found by their paths.
    pub(super) fn archive(&mut self, source: &Source, archive: &str) -> Result<Members, DataError> {
        let mut found = Members::default();
        for container in self.containers_of(source, archive)? {
            let Container::Archive { file, members, .. } = &self.containers[container as usize] else { continue };
            found.archives.insert(file.clone(), container);
            for (record, member) in members.iter().enumerate() {
                match found.first.entry(member.path.clone()) {
                    Entry::Vacant(free) => drop(free.insert((container, record as u64))),
                    Entry::Occupied(_) => found.others.entry(member.path.clone()).or_default().push((container, record as u64)),
                }
            }
        }
        Ok(found)
    }
}

/// A file that a pattern finds.
struct Spotted {
    place: Place,
    /// Below the root, or in its archive.
    path: String,
    archive: Option<String>,
    split: Option<String>,
}

/// Members of archives: the container and the record in it.
#[derive(Default)]
pub(super) struct Members {
    archives: HashMap<String, u32>,
    /// By path, those of the first archive that holds it.
    first: HashMap<String, (u32, u64)>,
    /// Those of the archives after it.
    others: HashMap<String, Vec<(u32, u64)>>,
}

impl Members {
    /// A member by its path, `images/1.png`, or by that of its archive too, `train.zip/images/1.png`.
    fn find(&self, path: &str) -> Result<Place, String> {
        let held = |path: &str| self.first.get(path).into_iter().chain(self.others.get(path).into_iter().flatten());
        let found: Vec<(u32, u64)> = held(path).copied().collect();
        match found.as_slice() {
            [(container, record)] => return Ok(Place::Record(*container, *record)),
            [] => {}
            [(container, _), ..] => {
                let archive = self.archives.iter().find(|(_, other)| *other == container).map_or("", |(archive, _)| archive.as_str());
                return Err(format!("{} archives hold `{path}`: name one of them in `path`, `{archive}/{path}`", found.len()));
            }
        }
        let whole = archive::inside(path).and_then(|(archive, member)| {
            let container = self.archives.get(archive)?;
            held(member).find(|(other, _)| other == container)
        });
        whole.map(|(container, record)| Place::Record(*container, *record)).ok_or_else(|| format!("the archive has no member `{path}`"))
    }
}

/// Where a file lies: below the root, or in an archive.
pub(super) fn place(path: &str, archive: Option<&Members>) -> Result<Place, String> {
    archive.map_or_else(|| Ok(Place::File(path.to_owned())), |members| members.find(path))
}
