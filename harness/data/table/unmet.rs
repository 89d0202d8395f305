//! Columns that a piece of a table lacks and another one, or another file, may have: keys of values, which are written where they say something,
//! and fields of structs, which writers of Parquet make of such keys.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::path::splits;
use super::{Column, Table, TableError};

/// Columns that were asked for.
#[derive(Debug, Default)]
pub(in crate::data) struct Unmet {
    met: HashSet<String>,
    /// What the first piece says that lacks a column.
    lost: IndexMap<String, TableError>,
}

impl Unmet {
    /// A column of a piece; `None` where that lacks it and others may have it.
    ///
    /// # Errors
    /// When the file has no such column, whatever its values hold.
    pub(in crate::data) fn column<'t>(&mut self, piece: &'t Table, name: &str) -> Result<Option<Column<'t>>, TableError> {
        let column = piece.column(name);
        if column.is_ok() && !self.met.contains(name) && (piece.sought.has(name) || piece.header.iter().any(|other| other == name)) {
            self.met.insert(name.to_owned());
        }
        match column {
            Err(error) if piece.sought.lacks(name) || lacks_field(piece, name) => {
                self.lose(name, error);
                Ok(None)
            }
            column => column.map(Some),
        }
    }

    /// Keeps in mind whether a piece has the list, or the map, whose elements are its rows.
    pub(in crate::data) fn list(&mut self, piece: &Table, each: Option<&str>) {
        match each {
            Some(each) if piece.sought.has(each) => drop(self.met.insert(each.to_owned())),
            Some(each) if piece.sought.lacks(each) => piece.column(each).err().into_iter().for_each(|error| self.lose(each, error)),
            _ => {}
        }
    }

    /// What the first piece says that lacks a column, with what later ones have instead.
    fn lose(&mut self, name: &str, error: TableError) {
        match (self.lost.get_mut(name), error) {
            (Some(TableError::Column { known, .. }), TableError::Column { known: more, .. }) => {
                let more: Vec<String> = more.into_iter().filter(|column| !known.contains(column)).collect();
                known.extend(more);
            }
            (Some(_), _) => {}
            (None, error) => drop(self.lost.insert(name.to_owned(), error)),
        }
    }

    /// Refuses columns that no piece has had by now.
    ///
    /// # Errors
    /// What the first piece says that lacks one.
    pub(in crate::data) fn check(&mut self) -> Result<(), TableError> {
        self.lost.retain(|name, _| !self.met.contains(name));
        self.lost.shift_remove_index(0).map_or(Ok(()), |(_, error)| Err(error))
    }
}

/// Whether a piece of a Parquet file has a struct without this field.
fn lacks_field(piece: &Table, name: &str) -> bool {
    let has = |within: &str| piece.header.iter().any(|column| column.starts_with(within));
    piece.unit == "row" && splits(name).any(|(outer, _)| has(&format!("{outer}.")))
}
