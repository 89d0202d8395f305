//! What the files of a mock are called: each otherwise, in the words of the card.

use std::collections::HashSet;

use super::item::Item;
use super::{archive_of, boxed, pattern};
use crate::data::error::DataError;
use crate::data::random::generator;
use crate::spec::card::{Card, Files, Pattern};
use crate::spec::mock::Mock;

/// A name that is taken is drawn anew so many times.
const DRAWS: u64 = 8;

/// Where an item's image is: its archive, where it has one, and the path in it.
pub(super) type Placed = (Option<String>, String);

/// The files that have a name.
pub(super) struct Names<'c> {
    card: &'c Card,
    mock: &'c Mock,
    files: &'c Files,
    taken: HashSet<Placed>,
}

impl<'c> Names<'c> {
    pub(super) fn new(card: &'c Card, mock: &'c Mock, files: &'c Files) -> Self {
        Self { card, mock, files, taken: HashSet::new() }
    }

    /// The next item's, with the box in its cells that its name tells.
    pub(super) fn next(&mut self, item: &mut Item) -> Result<Placed, DataError> {
        let archive = self.files.archive.as_ref().and_then(|archives| archive_of(archives, item));
        let refusal = |reason: String| DataError::dataset(&self.card.dataset, format!("cannot be mocked: {reason}"));
        let first = self.path(item, 0).map_err(refusal)?;
        let found = self.free(&archive, first.clone()).or_else(|| self.apart(&archive, item.number, &first));
        let found = found.or_else(|| (1..DRAWS).find_map(|draw| self.free(&archive, self.path(item, draw).ok()?)));
        if let Some(path) = found.or_else(|| self.boxed_otherwise(&archive, item)) {
            let placed = (archive, path);
            self.taken.insert(placed.clone());
            return Ok(placed);
        }
        let way = match &self.files.pattern {
            Some(Pattern::Name(_)) => "`images.name` tells too few names apart",
            Some(Pattern::Path(_)) => "`images.path` tells too few paths apart",
            None => "`images.glob` finds too few names",
        };
        let help = "let them hold a number, as `\\d+` or `*`, that nothing else reads, or mock fewer `rows`";
        Err(refusal(format!("{way} for {} files, of which two would be `{first}`: {help}", self.mock.rows)))
    }

    fn free(&self, archive: &Option<String>, path: String) -> Option<String> {
        let placed = (archive.clone(), path);
        (!self.taken.contains(&placed)).then_some(placed.1)
    }

    /// A path that the card finds and that tells an item's cells.
    fn path(&self, item: &Item, draw: u64) -> Result<String, String> {
        let glob = &self.files.glob;
        let found = pattern::path(glob.text(), item.number, "0");
        let Some(pattern) = &self.files.pattern else { return Ok(found) };
        let mut random = generator(self.mock.seed, "mock name", draw, item.number);
        let group = |name: Option<&str>| name.and_then(|name| item.cells.get(name).cloned());
        let mut drawn = || -> Result<String, String> {
            let text = pattern::text(pattern.regex(), &group, item.number, &mut random)?;
            Ok(match pattern {
                // An ending that only the pattern of files asks for.
                Pattern::Path(regex) if !glob.is_match(&text) => {
                    let example = pattern::path(glob.text(), 0, "0");
                    let ending = example.rfind('.').map_or("", |dot| &example[dot..]);
                    Some(format!("{text}{ending}")).filter(|more| glob.is_match(more) && regex.is_match(more)).unwrap_or(text)
                }
                Pattern::Path(_) => text,
                Pattern::Name(_) => format!("{}{text}", folder(&found)),
            })
        };
        let first = drawn()?;
        // One of the two may take more than the other.
        let mut more = std::iter::repeat_with(drawn).take(pattern::DRAWS).filter_map(Result::ok);
        match glob.is_match(&first) {
            true => Ok(first),
            false => more.find(|path| glob.is_match(path)).ok_or_else(|| {
                let key = if matches!(pattern, Pattern::Name(_)) { "name" } else { "path" };
                format!("`images.{key}` tells of files such as `{first}`, and `images.glob`, `{}`, finds none of them", glob.text())
            }),
        }
    }

    /// Names that are few lie in folders of their own.
    fn apart(&self, archive: &Option<String>, number: u64, path: &str) -> Option<String> {
        let Some(Pattern::Name(_)) = self.files.pattern else { return None };
        let (glob, own) = (&self.files.glob, format!("{number:06}"));
        let (name, apart) = (&path[folder(path).len()..], pattern::path(glob.text(), number, &own));
        let paths = [format!("{}{name}", folder(&apart)), format!("{}{own}/{name}", folder(&apart))];
        paths.into_iter().filter(|path| glob.is_match(path)).find_map(|path| self.free(archive, path))
    }

    /// Where a name tells little more than a box: that reaches beyond the image, which is all of it still, and as far for no other item.
    fn boxed_otherwise(&self, archive: &Option<String>, item: &mut Item) -> Option<String> {
        let window = self.files.window.as_ref()?;
        let whole = item.cells.clone();
        boxed(window, self.mock, item.number, item);
        let found = self.path(item, 0).ok().and_then(|path| self.free(archive, path));
        if found.is_none() {
            item.cells = whole;
        }
        found
    }
}

/// The folder of a path, with the `/` behind it.
fn folder(path: &str) -> &str {
    &path[..path.rfind('/').map_or(0, |slash| slash + 1)]
}
