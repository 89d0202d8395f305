//! Cells that must not be empty, and those that must be numbers.

use std::path::Path;

use crate::data::table::{Options, Sightings, Table, TableError};
use crate::score::predictions::Fault;
use crate::spec::predictions::Columns;

/// The rows of a file where a column that says something of every item says nothing, or no number where it is one of numbers, column by
/// column.
///
/// # Errors
/// Where the file cannot be read.
pub(super) fn unfilled(path: &Path, columns: &Columns) -> Result<Vec<Fault>, TableError> {
    let mut seen: Vec<Seen<'_>> = columns.complete().map(|name| Seen::new(name, columns.numbers().any(|number| number == name))).collect();
    let wanted = seen.iter().map(|seen| seen.name.to_owned()).collect();
    let mut unit = "row";
    for chunk in Table::chunks(path, &Options { columns: Some(wanted), ..Options::default() })? {
        let chunk = chunk?;
        unit = chunk.at(0).unit;
        seen.iter_mut().try_for_each(|seen| seen.look(&chunk))?;
    }
    Ok(seen.into_iter().flat_map(Seen::faults).map(|fault| Fault { unit, ..fault }).collect())
}

/// What is wrong in a column.
struct Seen<'c> {
    name: &'c str,
    /// Whether its cells are numbers.
    numbers: bool,
    empty: Sightings,
    /// Cells that are no numbers, and the first of them.
    text: Sightings,
    first: Option<String>,
}

impl<'c> Seen<'c> {
    fn new(name: &'c str, numbers: bool) -> Self {
        Self { name, numbers, empty: Sightings::default(), text: Sightings::default(), first: None }
    }

    fn look(&mut self, chunk: &Table) -> Result<(), TableError> {
        let column = chunk.column(self.name)?;
        for row in 0..chunk.len() {
            let number = chunk.at(row).number;
            if column.is_missing(row) {
                self.empty.add(number);
            } else if let (true, Err(TableError::Cell { found, .. })) = (self.numbers, column.number(row)) {
                self.first.get_or_insert(found);
                self.text.add(number);
            }
        }
        Ok(())
    }

    fn faults(self) -> impl Iterator<Item = Fault> {
        let Self { name, empty, text, first, .. } = self;
        let text = first.and_then(|first| Fault::of_rows(format!("`{name}` is no number, as `{first}`"), [text]));
        Fault::of_rows(format!("`{name}` is empty"), [empty]).into_iter().chain(text)
    }
}
