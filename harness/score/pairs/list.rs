//! Pairs that are listed in a table.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use crate::data::table::{Options, Table, TableError};
use crate::score::predictions::ids::Ids;
use crate::score::predictions::{Fault, PredictionsError};
use crate::spec::pairs::List;

/// Why a list of pairs is refused.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// It cannot be read, or lacks a column.
    #[error(transparent)]
    Table(#[from] TableError),
    /// It says what cannot be.
    #[error("`{}` cannot be taken as a list of pairs: {faults}", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// Why.
        faults: PredictionsError,
    },
}

/// The names of two images a line.
#[derive(Debug)]
pub struct Listed {
    pairs: Vec<(String, String)>,
}

impl Listed {
    /// Reads a list; `known` says whether there is an image of a name.
    ///
    /// # Errors
    /// A file that cannot be read or lacks a column, an image that is not known, an image beside itself, a pair that is listed twice.
    pub fn read(list: &List, known: impl Fn(&str) -> bool) -> Result<Self, ListError> {
        let wanted = vec![list.first.clone(), list.second.clone()];
        let table = Table::read(&list.file, &Options { columns: Some(wanted), ..Options::default() })?;
        let (first, second) = (table.column(&list.first)?, table.column(&list.second)?);
        let pairs: Vec<(String, String)> = (0..table.len())
            .map(|row| Ok((first.required_text(row)?.into_owned(), second.required_text(row)?.into_owned())))
            .collect::<Result<_, TableError>>()?;
        let lines = |wrong: &dyn Fn(&(String, String)) -> bool| -> Vec<u64> {
            pairs.iter().enumerate().filter(|(_, pair)| wrong(pair)).map(|(row, _)| table.at(row).number).collect()
        };
        let stranger = pairs.iter().flat_map(|(a, b)| [a, b]).find(|name| !known(name));
        let mut seen = HashSet::new();
        let mut twice = Vec::new();
        for (row, (a, b)) in pairs.iter().enumerate() {
            if !seen.insert((a.min(b), a.max(b))) {
                twice.push(table.at(row).number);
            }
        }
        let faults = [
            stranger.and_then(|name| {
                Fault::of_rows(format!("an image that is not there, as `{name}`"), lines(&|(a, b)| !known(a) || !known(b)))
            }),
            Fault::of_rows("an image beside itself", lines(&|(a, b)| a == b)),
            Fault::of_rows("a pair that is listed already", twice),
            pairs.is_empty().then(|| Fault::new("it has no rows")),
        ];
        let mut faults: Vec<Fault> = faults.into_iter().flatten().collect();
        faults.iter_mut().for_each(|fault| fault.unit = table.at(0).unit);
        match faults.is_empty() {
            true => Ok(Self { pairs }),
            false => Err(ListError::Refused { path: list.file.clone(), faults: PredictionsError { faults } }),
        }
    }

    /// The pairs both of whose images are among some, as rows of those.
    pub(crate) fn among(&self, ids: &Ids) -> Vec<(u32, u32)> {
        let rows: HashMap<&str, u32> = ids.iter().zip(0..).collect();
        self.pairs.iter().filter_map(|(a, b)| Some((*rows.get(a.as_str())?, *rows.get(b.as_str())?))).collect()
    }
}
