//! Cells that must not be empty.

use std::path::Path;

use crate::data::table::{Options, Sightings, Table, TableError};
use crate::score::predictions::Fault;
use crate::spec::predictions::Columns;

/// The rows of a file where a column that says something of every item says nothing, column by column.
///
/// # Errors
/// Where the file cannot be read.
pub(super) fn empty(path: &Path, columns: &Columns) -> Result<Vec<Fault>, TableError> {
    let names: Vec<&str> = columns.complete().collect();
    let wanted = names.iter().map(|name| (*name).to_owned()).collect();
    let mut rows = vec![Sightings::default(); names.len()];
    let mut unit = "row";
    for chunk in Table::chunks(path, &Options { columns: Some(wanted), ..Options::default() })? {
        let chunk = chunk?;
        unit = chunk.at(0).unit;
        for (name, rows) in names.iter().zip(&mut rows) {
            let column = chunk.column(name)?;
            (0..chunk.len()).filter(|row| column.is_missing(*row)).for_each(|row| rows.add(chunk.at(row).number));
        }
    }
    let fault = |(name, rows): (&str, Sightings)| Fault::of_rows(format!("`{name}` is empty"), [rows]);
    Ok(names.into_iter().zip(rows).filter_map(fault).map(|fault| Fault { unit, ..fault }).collect())
}
