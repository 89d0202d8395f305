//! Columns of names.

use std::collections::HashMap;

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;

use crate::data::frame::{Factor, whole};
use crate::data::table::{Column, Format, Table, TableError};

/// A column of names: `1.0` is the same name as `1`, and blanks around a name are no part of it.
///
/// # Errors
/// Cells that are no text, and names that are surely a mistake, with the first row of each: see [`Levels::mistake`].
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
        texts.iter().map(|text| text.map(str::trim).filter(|text| !text.is_empty()).map(|text| levels.code(text))).collect()
    } else {
        let code = |row: usize| {
            let text = column.text(row)?;
            Ok(text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(|text| levels.code(text)))
        };
        (0..table.len()).map(code).collect::<Result<_, TableError>>()?
    };
    if let Some((code, mistake)) = levels.mistake(Format::of(table.path())) {
        let row = first.iter().position(|other| *other == Some(code)).unwrap_or(0);
        return Err(table.row_error(row, format!("`{}` holds {mistake}", column.name())));
    }
    Ok(levels.factor(first))
}

/// A column of groups: one of `True` and `False` alone, as other tools write them, is one of `true` and `false`.
pub(super) fn groups(table: &Table, column: Column<'_>) -> Result<Factor, TableError> {
    let factor = factor(table, column)?;
    Ok(truth(&factor).unwrap_or(factor))
}

/// The same levels as `true` and `false`, if they are that and nothing else.
pub(super) fn truth(factor: &Factor) -> Option<Factor> {
    let truth = |level: &String| ["false", "true"].into_iter().find(|word| level.eq_ignore_ascii_case(word));
    let words = factor.levels.iter().map(truth).collect::<Option<Vec<&str>>>()?;
    let mut levels = words.clone();
    levels.sort_unstable();
    levels.dedup();
    let code = |code: u32| levels.iter().position(|level| *level == words[code as usize]).map(|code| code as u32);
    let codes = factor.codes.iter().map(|known| known.and_then(code)).collect();
    Some(Factor { levels: levels.iter().map(|level| (*level).to_owned()).collect(), codes })
}

/// What is seen of a name: one space for many, and nothing for marks that take no room.
fn visible(name: &str) -> String {
    let unseen = ['\u{ad}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}'];
    name.replace(unseen, "").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A name for a message: not too long, and with what is not seen written out.
fn shown(name: &str) -> String {
    const SHOWN: usize = 40;
    let letters = |letter: char| -> String {
        if letter == ' ' || letter.is_alphanumeric() || letter.is_ascii_graphic() {
            letter.into()
        } else {
            letter.escape_unicode().collect()
        }
    };
    let start: String = name.chars().take(SHOWN).map(letters).collect();
    if name.chars().nth(SHOWN).is_some() { start + "…" } else { start }
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
        let name = whole(text);
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

    /// A name that cannot be meant, and what to do about it: a list or an object, one with a line end or another control character, `NaN`
    /// among numbers, or one that looks like another (spaces and marks that take no room aside).
    fn mistake(&self, format: Option<Format>) -> Option<(u32, String)> {
        // Here quotes may be left open, and nothing has parts.
        let flat = matches!(format, Some(Format::Delimited(_) | Format::Whitespace));
        let mut names: Vec<(&str, u32)> = self.codes.iter().map(|(name, code)| (name.as_str(), *code)).collect();
        names.sort_unstable_by_key(|(_, code)| *code);
        let has_parts = |name: &str| name.starts_with(['[', '{']) && serde_json::from_str::<serde_json::Value>(name).is_ok();
        if let Some((name, code)) = names.iter().find(|(name, _)| !flat && has_parts(name)) {
            return Some((*code, format!("`{}`, which is no single value: name the one that is meant, as `COLUMN.KEY`", shown(name))));
        }
        if let Some((name, code)) = names.iter().find(|(name, _)| name.contains(char::is_control)) {
            let help = if flat && name.contains('\n') { "is a quote left open?" } else { "take it out" };
            return Some((*code, format!("`{}`, a name with a control character: {help}", shown(name))));
        }
        let is_nan = |name: &str| name.eq_ignore_ascii_case("nan");
        if let Some((name, code)) = names.iter().find(|(name, _)| is_nan(name))
            && names.len() > 1
            && names.iter().all(|(name, _)| name.parse::<f64>().is_ok())
        {
            return Some((*code, format!("`{name}` among numbers: leave the cell empty where nothing is known")));
        }
        let mut seen: HashMap<String, &str> = HashMap::new();
        for (name, code) in names.iter().filter(|(name, _)| !name.is_ascii() || name.contains(' ')) {
            let seen_as = visible(name);
            let twin = self.codes.get_key_value(&seen_as).map(|(twin, _)| twin.as_str()).filter(|twin| twin != name);
            let twin = twin.or_else(|| seen.insert(seen_as, name));
            if let Some(twin) = twin {
                return Some((*code, format!("`{}` beside `{}`, which look alike: make them one name", shown(name), shown(twin))));
            }
        }
        None
    }

    /// Levels in the order of their names; numbers by size.
    fn factor(self, codes: Vec<Option<u32>>) -> Factor {
        let mut levels: Vec<(String, u32)> = self.codes.into_iter().collect();
        levels.sort_unstable();
        if levels.iter().all(|(name, _)| name.parse::<f64>().is_ok()) {
            let size = |name: &str| name.parse().unwrap_or(f64::NAN);
            levels.sort_by(|(a, _), (b, _)| size(a).total_cmp(&size(b)));
        }
        let mut places = vec![0; levels.len()];
        levels.iter().zip(0..).for_each(|((_, code), place)| places[*code as usize] = place);
        let codes = codes.into_iter().map(|code| code.map(|code| places[code as usize])).collect();
        Factor { levels: levels.into_iter().map(|(name, _)| name).collect(), codes }
    }
}
