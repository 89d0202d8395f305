//! A vector an item.

use crate::data::table::{Column, Table, TableError};
use crate::score::predictions::Fault;
use crate::spec::vectors::Vectors;

/// Vectors of equal width, item by item.
#[derive(Clone, Debug, PartialEq)]
pub struct Embeddings {
    width: usize,
    values: Vec<f64>,
}

impl Embeddings {
    /// Vectors of a width; `None` where it is 0, or the numbers are no whole number of vectors.
    pub fn new(width: usize, values: Vec<f64>) -> Option<Self> {
        (width > 0 && values.len().is_multiple_of(width)).then_some(Self { width, values })
    }

    /// Numbers a vector.
    pub fn width(&self) -> usize {
        self.width
    }

    /// How many vectors there are.
    pub fn len(&self) -> usize {
        self.values.len() / self.width
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// All numbers, item by item.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The vector of one item.
    pub fn of(&self, row: usize) -> &[f64] {
        &self.values[row * self.width..(row + 1) * self.width]
    }

    /// The vectors of some items, in that order.
    #[must_use]
    pub fn take(&self, rows: &[u32]) -> Self {
        Self { width: self.width, values: rows.iter().flat_map(|row| self.of(*row as usize)).copied().collect() }
    }

    /// Reads the vectors of a table with at least one row. Vectors that are shorter or longer than the first are faults of their rows, and
    /// then the answer is not to be used.
    ///
    /// # Errors
    /// A missing column, or a cell that is no number or list of numbers, at its line.
    pub fn read(table: &Table, columns: &Vectors, faults: &mut Vec<Fault>) -> Result<Self, TableError> {
        let (width, values) = match columns {
            Vectors::Wide(names) => {
                let columns: Vec<Column<'_>> = names.iter().map(|name| table.column(name)).collect::<Result<_, _>>()?;
                let cells = (0..table.len()).flat_map(|row| columns.iter().map(move |column| column.required_number(row)));
                (columns.len(), cells.collect::<Result<Vec<f64>, _>>()?)
            }
            Vectors::List(name) => {
                let column = table.column(name)?;
                let vector = |row: usize| column.numbers(row)?.ok_or_else(|| column.missing(row));
                let first = vector(0)?;
                let width = first.len();
                let mut values = first;
                let mut others = Vec::new();
                for row in 1..table.len() {
                    let vector = vector(row)?;
                    if vector.len() != width {
                        others.push(table.at(row).number);
                    }
                    values.extend(vector);
                }
                let message = format!("`{name}` holds vectors that are not {width} numbers long, as the first is");
                faults.extend(Fault::of_rows(message, others));
                (width, values)
            }
        };
        if width == 0 {
            faults.push(Fault::new("its vectors have no numbers"));
        }
        Ok(Self { width: width.max(1), values })
    }
}

/// The power of two by which a vector's largest number becomes about 1, so that no square of what counts overflows or vanishes; to multiply
/// by it rounds nothing that counts. Of a zero vector it is the largest there is.
pub fn scale(vector: &[f64]) -> f64 {
    let largest = vector.iter().fold(0.0_f64, |largest, number| largest.max(number.abs()));
    let exponent = ((largest.to_bits() >> 52) as i64 - 1023).clamp(-1022, 1022);
    f64::from_bits(((1023 - exponent) as u64) << 52)
}
