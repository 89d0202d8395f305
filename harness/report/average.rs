//! Means over axes whose variation the interval knows: in tables, and as `averages.csv`.

use super::heading::Heading;
use super::row::Row;
use super::table::Table;
use crate::score::compare::mean::Mean;
use crate::spec::table::{Condition, Word};

/// A mean and the cells that it is of.
#[derive(Clone, Debug, PartialEq)]
pub struct Average {
    /// The mean, and what its cells have in common.
    pub row: Row,
    /// The axes that it is over.
    pub over: Vec<String>,
    /// The same as it was scored.
    pub mean: Mean,
}

impl Average {
    /// Gives the means of tables, where they are over just these cells, their intervals.
    pub fn show(averages: &[Self], tables: &mut [Table]) {
        for table in tables.iter_mut().filter(|table| !table.averaged.is_empty()) {
            for line in &mut table.lines {
                let key: Vec<(&String, &String)> = table.rows.iter().zip(&line.key).collect();
                for (column, cell) in table.columns.iter().zip(&mut line.cells) {
                    let Some(cell) = cell.as_mut().filter(|cell| cell.cells > 1 && cell.value.is_some()) else { continue };
                    let fits = |average: &&Self| {
                        average.mean.cells == cell.cells as u64
                            && average.over.iter().all(|axis| table.averaged.contains(axis))
                            && column.takes(&average.row)
                            && average.is_of(&key)
                            && average.is_admitted(&table.conditions)
                    };
                    let mut found = averages.iter().filter(fits);
                    if let (Some(average), None) = (found.next(), found.next()) {
                        let known = &average.mean.measurement;
                        (cell.lower, cell.upper, cell.level, cell.whole) = (known.lower, known.upper, known.level, true);
                    }
                }
            }
        }
    }

    /// Whether a table shows the cells that it is of; which of the cells that differ in what it is over, their number tells.
    fn is_admitted(&self, conditions: &[Condition]) -> bool {
        let mut own = conditions.iter().filter(|condition| !self.over.contains(&condition.of.name));
        own.all(|condition| condition.admits(Some(self.row.coordinate(&condition.of.name))))
    }

    /// Whether it is of a line; numbers without a decision rule are of every rule's.
    fn is_of(&self, key: &[(&String, &String)]) -> bool {
        key.iter().all(|(dimension, level)| {
            let here = self.row.coordinate(dimension);
            here == level.as_str() || (here.is_empty() && *dimension == Word::Decision.text())
        })
    }
}

/// Puts averages in the order of `results.csv`.
pub fn sort(averages: &mut [Average], heading: &Heading) {
    averages.sort_by(|a, b| a.row.compare(&b.row, heading));
}
