//! Columns of names.

use std::collections::HashMap;

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;

use crate::data::frame::Factor;
use crate::data::table::{Column, Table, TableError};

/// A column of names: `1.0` is the same name as `1`.
pub(super) fn factor(table: &Table, column: Column<'_>) -> Result<Factor, TableError> {
    let mut levels = Levels::default();
    let array = column.array();
    let first: Vec<Option<u32>> = if let Some(numbers) = array.as_primitive_opt::<Int64Type>() {
        let mut few: Vec<(i64, u32)> = Vec::with_capacity(FEW);
        let mut many: HashMap<i64, u32> = HashMap::new();
        let mut code = |number: i64| {
            if let Some((_, code)) = few.iter().find(|(same, _)| *same == number) {
                return *code;
            }
            let code = *many.entry(number).or_insert_with(|| levels.code(&number.to_string()));
            if few.len() < FEW {
                few.push((number, code));
            }
            code
        };
        numbers.iter().map(|number| number.map(&mut code)).collect()
    } else if let Some(texts) = array.as_string_opt::<i64>() {
        texts.iter().map(|text| text.filter(|text| !text.is_empty()).map(|text| levels.code(text))).collect()
    } else {
        let code = |row: usize| Ok(column.text(row)?.map(|text| levels.code(&text)));
        (0..table.len()).map(code).collect::<Result<_, TableError>>()?
    };
    Ok(levels.factor(first))
}

/// The levels of a column in the order in which they come.
#[derive(Default)]
struct Levels {
    /// As written, and the name's code.
    written: Vec<(String, u32)>,
    codes: HashMap<String, u32>,
}

/// Up to so many spellings are looked through one by one.
const FEW: usize = 16;

impl Levels {
    fn code(&mut self, text: &str) -> u32 {
        if let Some((_, code)) = self.written.iter().find(|(written, _)| written == text) {
            return *code;
        }
        let name = text.strip_suffix(".0").filter(|whole| whole.parse::<i64>().is_ok()).unwrap_or(text);
        let code = match self.codes.get(name) {
            Some(code) => *code,
            None => {
                let next = self.codes.len() as u32;
                self.codes.insert(name.to_owned(), next);
                next
            }
        };
        if self.written.len() < FEW {
            self.written.push((text.to_owned(), code));
        }
        code
    }

    /// Levels in the order of their names.
    fn factor(self, codes: Vec<Option<u32>>) -> Factor {
        let mut levels: Vec<(String, u32)> = self.codes.into_iter().collect();
        levels.sort_unstable();
        let mut places = vec![0; levels.len()];
        levels.iter().zip(0..).for_each(|((_, code), place)| places[*code as usize] = place);
        let codes = codes.into_iter().map(|code| code.map(|code| places[code as usize])).collect();
        Factor { levels: levels.into_iter().map(|(name, _)| name).collect(), codes }
    }
}
