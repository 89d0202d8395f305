//! Scores and other numbers of a table.

use arrow::array::{Array, AsArray};
use arrow::datatypes::Float64Type;
use indexmap::IndexMap;

use crate::data::table::{Column, Table, TableError};
use crate::score::predictions::Fault;
use crate::spec::predictions::Shape;

/// All scores and how many there are an item: `width`, where that is known.
pub(in crate::score) fn numbers(table: &Table, shape: &Shape, width: Option<usize>) -> Result<(Vec<f64>, usize), TableError> {
    match shape {
        Shape::Positive(name) => {
            let column = table.column(name)?;
            if column.holds_lists() {
                let lists =
                    format!("has lists in the column `{name}`: write `{{list: {name}}}`, and `classes: […]` in the order of their numbers");
                return Err(TableError::file(table.path(), lists));
            }
            Ok((real(table, column)?, 1))
        }
        Shape::Wide(map) => {
            let columns: Vec<Column<'_>> = map.values().map(|name| table.column(name)).collect::<Result<_, _>>()?;
            let cells = (0..table.len()).flat_map(|row| columns.iter().map(move |column| column.required_number(row)));
            Ok((cells.collect::<Result<_, _>>()?, columns.len()))
        }
        Shape::List(name) => {
            let column = table.column(name)?;
            let mut values = Vec::new();
            let mut width = width;
            for row in 0..table.len() {
                let numbers = column.numbers(row)?.ok_or_else(|| table.row_error(row, format!("`{name}` is missing")))?;
                let above = *width.get_or_insert(numbers.len());
                if numbers.len() != above {
                    return Err(table.row_error(row, format!("`{name}` is a list of {}, and of {above} above", numbers.len())));
                }
                values.extend(numbers);
            }
            Ok((values, width.unwrap_or(0)))
        }
    }
}

/// Scores in the order of the classes and not of the columns.
pub(super) fn in_order(scores: Vec<f64>, map: &IndexMap<String, String>, classes: &[String], faults: &mut Vec<Fault>) -> Vec<f64> {
    let order: Option<Vec<usize>> = classes.iter().map(|class| map.get_index_of(class)).collect();
    match order.filter(|order| order.len() == map.len()) {
        Some(order) => scores.chunks(map.len()).flat_map(|row| order.iter().map(|place| row[*place])).collect(),
        None => {
            let (columns, classes) = (map.keys().cloned().collect::<Vec<_>>().join("`, `"), classes.join("`, `"));
            faults.push(Fault::new(format!(
                "score columns are of the classes `{columns}`, and the classes are `{classes}`: name one for each"
            )));
            scores
        }
    }
}

/// A column of numbers, all of which are there.
pub(super) fn real(table: &Table, column: Column<'_>) -> Result<Vec<f64>, TableError> {
    if let (Some(numbers), 0) = (column.array().as_primitive_opt::<Float64Type>(), column.array().null_count()) {
        return Ok(numbers.values().to_vec());
    }
    (0..table.len()).map(|row| column.required_number(row)).collect()
}
