//! What `where` says of a row that cannot be used, as far as the row itself tells: what it leaves out is not rejected, whatever else is wrong there.

use super::field;
use crate::spec::card::{Card, Field, FieldSource, Test, Translate};

/// What `where` asks of the columns that rows have of their own.
#[derive(Debug, Default)]
pub(super) struct Chosen(Vec<Asked>);

/// One condition.
#[derive(Debug)]
struct Asked {
    column: String,
    /// The field that reads the column, by its name.
    field: Option<(String, Field)>,
    test: Test,
}

impl Chosen {
    /// What is joined is not known of a row that has nothing to be joined by, nor is a field where other columns say whether it counts.
    pub(super) fn of(card: &Card) -> Self {
        let asked = card.conditions.iter().filter_map(|condition| {
            let field = card.fields.get(&condition.field);
            let column = match field.map(|field| (&field.source, &field.confidence)) {
                None => &condition.field,
                Some((FieldSource::Column { from, pattern, translate }, None)) => match (&condition.test, pattern, translate) {
                    (Test::Within(_), None, Translate::AsIs | Translate::Bins(_))
                    | (Test::In(_) | Test::NotIn(_) | Test::Missing(_), ..) => &from.text,
                    (Test::Within(_), ..) => return None,
                },
                Some(_) => return None,
            };
            let field = field.map(|field| (condition.field.clone(), field.clone()));
            (!card.is_beside(column)).then(|| Asked { column: column.clone(), field, test: condition.test.clone() })
        });
        Self(asked.collect())
    }

    /// Whether it leaves a row out; `cell` is what the row has in a column, where that was read.
    pub(super) fn leaves_out<'v>(&self, cell: impl Fn(&str) -> Option<Option<&'v str>>) -> bool {
        self.0.iter().any(|Asked { column, field, test }| {
            let Some(cell) = cell(column) else { return false };
            let level = match field {
                None => Some(cell),
                // What could not be read is not known to be something else.
                Some((name, field)) => field::known(name, field, cell.unwrap_or_default()),
            };
            level.is_some_and(|level| !test.passes(if let Test::Within(_) = test { cell } else { level }))
        })
    }
}
