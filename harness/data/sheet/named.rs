//! Items whose images are files that columns name.

use super::Sheet;
use super::files::{Members, place};
use crate::data::error::DataError;
use crate::data::items::Place;
use crate::data::root::below_root;
use crate::data::source::Source;
use crate::spec::card::{Naming, Template};

/// What a row's columns make of a template.
pub(super) fn filled<'v>(template: &Template, value: impl Fn(&str) -> Option<&'v str>) -> Result<String, String> {
    template.fill(value).map_err(|column| format!("`{column}` is empty"))
}

/// The id of a row and where its image is.
pub(super) fn named<'v>(
    naming: &Naming,
    archive: Option<&Members>,
    value: impl Fn(&str) -> Option<&'v str>,
) -> Result<(String, Place), String> {
    let path = filled(naming.path, &value).and_then(|path| below_root(&path))?;
    let place = place(&path, archive)?;
    let id = match (naming.id, naming.boxes) {
        (Some(id), _) => filled(id, &value)?,
        (None, true) => format!("{path}#{}", value("id").unwrap_or_default()),
        (None, false) => path,
    };
    Ok((id, place))
}

impl Sheet {
    /// Finds the images of rows that could not be found while these were read, once all columns are there that name them.
    pub(in crate::data) fn find_images(&mut self, source: &Source, naming: &Naming) -> Result<(), DataError> {
        let archive = naming.archive.map(|archive| self.archive(source, archive)).transpose()?;
        let found = |row: usize| named(naming, archive.as_ref(), |name| self.columns.get(name).and_then(|column| column.get(row)));
        let found: Vec<Result<(String, Place), String>> = (0..self.len()).map(found).collect();
        let keep: Vec<bool> = found.iter().map(Result::is_ok).collect();
        self.reject(&keep, |_, row| found[row].as_ref().err().cloned().unwrap_or_default());
        (self.ids, self.places) = found.into_iter().flatten().unzip();
        self.drop_absent_files(source.root, Some(naming.path).filter(|_| archive.is_none()))?;
        self.drop_duplicates();
        Ok(())
    }
}
