//! Which items `where` lets through.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::error::DataError;
use super::field::retain;
use super::frame::Factor;
use super::needed::Opening;
use super::sheet::Sheet;
use crate::spec::card::{Condition, Field, FieldSource, Test, Translate};
use crate::spec::problem::{Problem, SpecError, did_you_mean};

/// A value by row.
pub(super) type Values<'s> = Box<dyn Fn(usize) -> Option<&'s str> + 's>;

/// The rows that fields refuse.
pub(super) struct Refused {
    /// Why, by row.
    pub(super) reasons: Vec<Option<String>>,
    /// By field, those that have a value of it that is not known, rather than none.
    pub(super) unread: HashMap<String, HashSet<usize>>,
}

impl Opening<'_> {
    /// Drops what `where` leaves out, and says how many; that is a choice, not a rejection. What it lets through and cannot be used is
    /// rejected.
    pub(super) fn filter(
        &self,
        sheet: &mut Sheet,
        fields: &mut IndexMap<String, Factor>,
        refused: Refused,
        unjoined: &[String],
    ) -> Result<u64, DataError> {
        let Refused { mut reasons, unread } = refused;
        let mut keep = vec![true; sheet.len()];
        if reasons.iter().any(Option::is_none) {
            for condition in &self.card.conditions {
                let values = self.values(condition, sheet, fields)?;
                // What could not be read is not known to be something else.
                let passes = |row: usize| {
                    condition.test.passes(values(row)) || unread.get(&condition.field).is_some_and(|unread| unread.contains(&row))
                };
                keep.iter_mut().enumerate().for_each(|(row, keep)| *keep &= passes(row));
            }
        }
        sheet.retain(&keep);
        retain(fields, &keep);
        let left_out = (keep.len() - sheet.len()) as u64 + sheet.left_out;
        let mut kept = keep.iter();
        reasons.retain(|_| kept.next() == Some(&true));
        let usable: Vec<bool> = reasons.iter().map(Option::is_none).collect();
        let last = sheet.reject(&usable, |_, row| reasons[row].clone().unwrap_or_default());
        retain(fields, &usable);
        if usable.is_empty() && left_out > 0 {
            return Err(DataError::dataset(&self.card.dataset, "has no item that `where` lets through"));
        }
        if sheet.len() == 0 {
            // The last to go, or else whoever went before.
            let first = last.as_ref().or(sheet.rejected.listed().first()).map(ToString::to_string);
            let why: String = unjoined.iter().chain(&first).map(|why| format!(": {why}")).collect();
            return Err(DataError::dataset(&self.card.dataset, format!("has no item that can be used{why}")));
        }
        Ok(left_out)
    }

    /// The values that a condition tests, by row. A level that cannot occur is a mistake; but where only the data know what occurs, it is none to
    /// leave out what does not.
    pub(super) fn values<'s>(
        &self,
        condition: &'s Condition,
        sheet: &'s Sheet,
        fields: &'s IndexMap<String, Factor>,
    ) -> Result<Values<'s>, DataError> {
        let name = &condition.field;
        let known: Vec<&str> = match (fields.get(name), sheet.columns.get(name), self.card.fields.get(name)) {
            (Some(factor), ..) => factor.levels.iter().map(String::as_str).collect(),
            (None, Some(column), None) => column.values().collect(),
            (None, _, Some(field)) => {
                let problem = Problem::at(&field.node, format!("`{name}` is measured after the items are chosen"))
                    .also(&condition.node.place, "so it cannot choose them");
                return Err(SpecError::from(problem).into());
            }
            (None, None, None) => {
                let known = self.card.fields.keys().chain(sheet.columns.keys()).map(String::as_str);
                let problem = Problem::at(&condition.node, format!("unknown field or column `{name}`")).help(did_you_mean(name, known));
                return Err(SpecError::from(problem).into());
            }
        };
        let fixed = self.card.fields.get(name).is_some_and(|field| !field.declared().is_empty());
        let named = if fixed || matches!(condition.test, Test::In(_)) { condition.test.levels() } else { &[] };
        if let Some(lost) = named.iter().find(|level| !known.contains(&level.as_str())) {
            let problem = Problem::at(&condition.node, format!("no item has `{name}: {lost}`")).help(did_you_mean(lost, known));
            return Err(SpecError::from(problem).into());
        }
        if let (Test::Within(_), Some(field)) = (&condition.test, self.card.fields.get(name)) {
            return self.numbers(condition, field, sheet, known);
        }
        Ok(match fields.get(name) {
            Some(factor) => Box::new(|row| factor.level(row)),
            None => Box::new(|row| sheet.columns.get(name).and_then(|column| column.get(row))),
        })
    }

    /// The numbers of a field that `where` compares: those of the column, which bins cut afterwards.
    fn numbers<'s>(&self, condition: &Condition, field: &Field, sheet: &'s Sheet, levels: Vec<&str>) -> Result<Values<'s>, DataError> {
        let column = match &field.source {
            FieldSource::Column { from, pattern: None, translate: Translate::AsIs | Translate::Bins(_) } => sheet.columns.get(&from.text),
            _ => None,
        };
        let Some(column) = column else {
            let levels: Vec<String> = levels.iter().map(|level| format!("`{level}`")).collect();
            let message = format!("`{}` has levels and no numbers: {}", condition.field, levels.join(", "));
            return Err(SpecError::from(Problem::at(&condition.node, message).help("name some of them, or another column")).into());
        };
        Ok(Box::new(|row| column.get(row)))
    }
}
