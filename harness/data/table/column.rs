//! The cells of one column, as what the caller asks for.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, FixedSizeListArray, Float64Array, Int64Array, LargeBinaryArray, LargeListArray, LargeStringArray,
    ListArray, MapArray, StructArray,
};
use arrow::datatypes::DataType;
use serde_json::Value;

use super::path::Sought;
use super::{Table, TableError, parquet, parse, scalar};

/// One column of a table. A cell that is null, absent or empty text is missing: `None`.
#[derive(Clone, Copy)]
pub struct Column<'t> {
    pub(super) table: &'t Table,
    pub(super) index: usize,
}

impl<'t> Column<'t> {
    /// The column's name.
    pub fn name(&self) -> &'t str {
        &self.table.names[self.index]
    }

    /// The whole column: long texts, 64-bit numbers, truths, bytes, or lists.
    pub fn array(&self) -> &'t ArrayRef {
        &self.table.arrays[self.index]
    }

    fn downcast<T: 'static>(&self) -> Option<&'t T> {
        self.array().as_any().downcast_ref::<T>()
    }

    /// Whether a cell is missing.
    pub fn is_missing(&self, row: usize) -> bool {
        self.array().is_null(row) || self.downcast::<LargeStringArray>().is_some_and(|texts| texts.value(row).is_empty())
    }

    /// A cell as text: numbers and booleans are written out, lists and maps as JSON. Bytes that are UTF-8 are text, which some writers do not mark.
    /// What pandas has no value for is NaN in a column of numbers, and missing here.
    ///
    /// # Errors
    /// When the column holds other bytes, or some kind that has no text.
    pub fn text(&self, row: usize) -> Result<Option<Cow<'t, str>>, TableError> {
        if self.is_missing(row) {
            return Ok(None);
        }
        if let Some(texts) = self.downcast::<LargeStringArray>() {
            return Ok(Some(Cow::Borrowed(texts.value(row))));
        }
        if let Some(numbers) = self.downcast::<Int64Array>() {
            return Ok(Some(Cow::Owned(numbers.value(row).to_string())));
        }
        if let Some(numbers) = self.downcast::<Float64Array>() {
            let number = numbers.value(row);
            return Ok((!number.is_nan()).then(|| Cow::Owned(number.to_string())));
        }
        if let Some(truths) = self.downcast::<BooleanArray>() {
            return Ok(Some(Cow::Borrowed(if truths.value(row) { "true" } else { "false" })));
        }
        if let Some(bytes) = self.downcast::<LargeBinaryArray>() {
            return match std::str::from_utf8(bytes.value(row)) {
                Ok(text) => Ok((!text.is_empty()).then_some(Cow::Borrowed(text))),
                Err(_) => Err(self.table.row_error(row, format!("`{}` holds bytes that are no text (UTF-8)", self.name()))),
            };
        }
        match self.holds_lists() || self.holds_maps() {
            true => Ok(self.json(row)?.map(|json| Cow::Owned(json.to_string()))),
            false => Err(self.wrong(row, "text")),
        }
    }

    /// A cell as text that must be there.
    ///
    /// # Errors
    /// When it is missing, or as for [`Self::text`].
    pub fn required_text(&self, row: usize) -> Result<Cow<'t, str>, TableError> {
        self.text(row)?.ok_or_else(|| self.missing(row))
    }

    /// A cell as a finite or infinite number. `NaN` is a number here; what it means is for the caller to say.
    ///
    /// # Errors
    /// When the cell is no number.
    pub fn number(&self, row: usize) -> Result<Option<f64>, TableError> {
        if self.is_missing(row) {
            return Ok(None);
        }
        if let Some(numbers) = self.downcast::<Float64Array>() {
            return Ok(Some(numbers.value(row)));
        }
        if let Some(numbers) = self.downcast::<Int64Array>() {
            return Ok(Some(numbers.value(row) as f64));
        }
        match self.downcast::<LargeStringArray>().map(|texts| texts.value(row).trim().parse::<f64>()) {
            Some(Ok(number)) => Ok(Some(number)),
            _ => Err(self.wrong(row, "a number")),
        }
    }

    /// A cell as a number that must be there.
    ///
    /// # Errors
    /// When it is missing or no number.
    pub fn required_number(&self, row: usize) -> Result<f64, TableError> {
        self.number(row)?.ok_or_else(|| self.missing(row))
    }

    /// A cell as a whole number; `3.0` is one.
    ///
    /// # Errors
    /// When the cell is something else.
    pub fn integer(&self, row: usize) -> Result<Option<i64>, TableError> {
        if let (Some(numbers), false) = (self.downcast::<Int64Array>(), self.is_missing(row)) {
            return Ok(Some(numbers.value(row)));
        }
        match self.number(row) {
            Ok(None) => Ok(None),
            Ok(Some(number)) if number.fract() == 0.0 && number.abs() < 9.0e15 => Ok(Some(number as i64)),
            _ => Err(self.wrong(row, "a whole number")),
        }
    }

    /// A cell as a list of numbers: a list column, or JSON text such as `[0.1, 0.9]`.
    ///
    /// # Errors
    /// When it is no list, or an element is no number.
    pub fn numbers(&self, row: usize) -> Result<Option<Vec<f64>>, TableError> {
        const WHAT: &str = "a list of numbers";
        if self.is_missing(row) {
            return Ok(None);
        }
        if let Some(list) = self.list(row) {
            let floats = arrow::compute::cast(&list, &DataType::Float64).map_err(|_| self.wrong(row, WHAT))?;
            return match floats.as_any().downcast_ref::<Float64Array>() {
                Some(floats) if floats.null_count() == 0 => Ok(Some(floats.values().to_vec())),
                _ => Err(self.wrong(row, WHAT)),
            };
        }
        let json = self.json(row)?;
        let numbers = json.as_ref().and_then(|json| json.as_array()).map(|items| items.iter().map(serde_json::Value::as_f64).collect());
        numbers.flatten().map(Some).ok_or_else(|| self.wrong(row, WHAT))
    }

    /// A cell as a list of texts: a list column, or JSON text such as `["cat", "dog"]`; numbers in it are written out.
    ///
    /// # Errors
    /// When it is no list, or an element is itself a list or nothing.
    pub fn texts(&self, row: usize) -> Result<Option<Vec<String>>, TableError> {
        const WHAT: &str = "a list of texts";
        if self.is_missing(row) {
            return Ok(None);
        }
        let json = self.json(row)?;
        let texts = json.as_ref().and_then(|json| json.as_array()).map(|items| {
            items
                .iter()
                .map(|item| match item {
                    Value::String(text) => Some(text.clone()),
                    Value::Number(_) | Value::Bool(_) => Some(item.to_string()),
                    _ => None,
                })
                .collect()
        });
        texts.flatten().map(Some).ok_or_else(|| self.wrong(row, WHAT))
    }

    /// A cell as JSON: parsed where it is text, converted where it is a list or a map.
    ///
    /// # Errors
    /// When the text is not JSON, or a list or map holds a kind without JSON form.
    pub fn json(&self, row: usize) -> Result<Option<Value>, TableError> {
        if self.is_missing(row) {
            return Ok(None);
        }
        if let Some(texts) = self.downcast::<LargeStringArray>() {
            return serde_json::from_str(texts.value(row)).map(Some).map_err(|_| self.wrong(row, "JSON"));
        }
        if self.holds_maps() {
            return Ok(self.values(&self.array().slice(row, 1), row)?.pop());
        }
        match self.list(row) {
            Some(list) => self.values(&list, row).map(|values| Some(Value::Array(values))),
            None => Ok(self.text(row)?.and_then(|text| serde_json::from_str(&text).ok())),
        }
    }

    /// Values of any kind as JSON: those of a list in a row.
    fn values(&self, of: &ArrayRef, row: usize) -> Result<Vec<Value>, TableError> {
        let valid = |value: Value, at: usize| if of.is_null(at) { Value::Null } else { value };
        if let Some(records) = of.as_any().downcast_ref::<StructArray>() {
            let parts: Vec<Vec<Value>> = records.columns().iter().map(|part| self.values(part, row)).collect::<Result<_, _>>()?;
            let names = records.fields().iter().map(|field| field.name().clone());
            let record = |at: usize| names.clone().zip(&parts).map(|(name, part)| (name, part[at].clone())).collect();
            return Ok((0..of.len()).map(|at| valid(Value::Object(record(at)), at)).collect());
        }
        if let Some(maps) = of.as_any().downcast_ref::<MapArray>() {
            let entries = |at: usize| -> Result<Value, TableError> {
                let entries = maps.value(at);
                let (keys, values) = (self.values(entries.column(0), row)?, self.values(entries.column(1), row)?);
                let entries = keys.into_iter().zip(values).filter_map(|(key, value)| Some((scalar(key)?, value)));
                Ok(valid(Value::Object(entries.collect()), at))
            };
            return (0..of.len()).map(entries).collect();
        }
        let inner = parquet::plain(of).map_err(|_| self.wrong(row, "a list of plain values"))?;
        let inner = Table {
            path: self.table.path.clone(),
            unit: self.table.unit,
            header: Vec::new(),
            names: vec![self.name().to_owned()],
            numbers: vec![self.table.numbers[row]; inner.len()],
            arrays: vec![inner],
            malformed: Vec::new(),
            metadata: Arc::default(),
            sought: Sought::default(),
        };
        let column = Column { table: &inner, index: 0 };
        let mut items = Vec::with_capacity(inner.len());
        for item in 0..inner.len() {
            items.push(match column.downcast::<LargeStringArray>() {
                Some(texts) if !column.array().is_null(item) => Value::from(texts.value(item)),
                Some(_) => Value::Null,
                None => column.json(item)?.unwrap_or(Value::Null),
            });
        }
        Ok(items)
    }

    /// Whether other values may lie in its cells: these are lists, maps, or text that may be one.
    pub(super) fn may_hold_values(&self) -> bool {
        let text = matches!(self.array().data_type(), DataType::LargeUtf8 | DataType::LargeBinary);
        text || self.is_nested()
    }

    /// Whether its cells are lists or maps by their kind.
    pub(super) fn is_nested(&self) -> bool {
        self.holds_lists() || self.holds_maps()
    }

    /// The list or map that a cell is, also as JSON or Python write it in text; or why it is none.
    ///
    /// # Errors
    /// When it holds bytes that are no text, or a kind without JSON form.
    pub(super) fn value(&self, row: usize) -> Result<Result<Option<Value>, String>, TableError> {
        if self.holds_lists() || self.holds_maps() {
            return self.json(row).map(Ok);
        }
        let text = self.text(row)?;
        let text = text.as_deref().map(str::trim).filter(|text| !text.is_empty());
        Ok(text.map(parse).transpose().map_err(|error| format!("`{}` is not JSON: {error}", self.name())))
    }

    /// A cell's bytes.
    ///
    /// # Errors
    /// When the column holds no bytes.
    pub fn bytes(&self, row: usize) -> Result<Option<&'t [u8]>, TableError> {
        if self.array().is_null(row) {
            return Ok(None);
        }
        match self.downcast::<LargeBinaryArray>() {
            Some(bytes) => Ok(Some(bytes.value(row))),
            None => Err(self.wrong(row, "bytes")),
        }
    }

    /// Whether its cells are lists, and not text that may be one.
    pub fn holds_lists(&self) -> bool {
        matches!(self.array().data_type(), DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..))
    }

    fn holds_maps(&self) -> bool {
        matches!(self.array().data_type(), DataType::Map(..))
    }

    fn list(&self, row: usize) -> Option<ArrayRef> {
        if let Some(lists) = self.downcast::<LargeListArray>() {
            return Some(lists.value(row));
        }
        if let Some(lists) = self.downcast::<ListArray>() {
            return Some(lists.value(row));
        }
        self.downcast::<FixedSizeListArray>().map(|lists| lists.value(row))
    }

    /// An error about a cell of this column: it is something else than `expected`.
    pub fn wrong(&self, row: usize, expected: &'static str) -> TableError {
        let found = match self.downcast::<LargeStringArray>() {
            Some(texts) if !self.array().is_null(row) => shortened(texts.value(row)),
            None if self.downcast::<LargeBinaryArray>().is_some() => "bytes".to_owned(),
            None if matches!(self.array().data_type(), DataType::Int64 | DataType::Float64 | DataType::Boolean)
                && !self.is_missing(row) =>
            {
                self.text(row).ok().flatten().map_or_else(String::new, Cow::into_owned)
            }
            None if self.holds_lists() => "a list".to_owned(),
            None if self.holds_maps() => "a map".to_owned(),
            _ => self.array().data_type().to_string(),
        };
        TableError::Cell { at: self.table.at(row), column: self.name().to_owned(), found, expected }
    }

    /// An error about a cell of this column: it is missing.
    pub fn missing(&self, row: usize) -> TableError {
        self.table.row_error(row, format!("`{}` is empty", self.name()))
    }
}

fn shortened(text: &str) -> String {
    const SHOWN: usize = 60;
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    text.chars().take(SHOWN).chain(['…']).collect()
}
