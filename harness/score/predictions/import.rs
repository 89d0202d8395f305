//! Predictions and embeddings made elsewhere: from a table and the names of its columns.

mod cells;
mod levels;
mod named;
mod numbers;

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use crate::data::frame::Targets;
use crate::data::table::{Options, Sightings, Table, TableError};
use crate::score::embedding::Embeddings;
use crate::score::predictions::ids::Ids;
use crate::score::predictions::kinds::{Keep, Kinds};
use crate::score::predictions::{Decisions, Fault, Parts, Predictions, PredictionsError, REPEATED, Scores};
use crate::spec::predictions::{Columns, Labels, ScoreColumns, Shape};
use cells::unfilled;
use levels::{factor, groups};
use named::{Named, occurring, truths, wide};
pub(in crate::score) use numbers::numbers;
use numbers::{in_order, real};

/// Why a table of predictions is refused.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read, or a cell is not what its column should hold.
    #[error(transparent)]
    Table(#[from] TableError),
    /// What it says is no predictions.
    #[error("`{}` cannot be scored: {faults}", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// Why.
        faults: PredictionsError,
    },
}

impl Predictions {
    /// Reads predictions from a CSV, TSV, Parquet or JSON lines file. `fields` are the names of the group columns. Classes are those that
    /// `columns` lists, else `classes` (of the dataset, where one is known), else those that occur, in the order of their names (numbers by
    /// size). A file is read piece by piece; where kinds of items are all that is kept of it, it may be of any length.
    ///
    /// # Errors
    /// A missing column, a cell of the wrong kind or an empty one, a label outside the class list, a score that is not finite, a duplicate id:
    /// with lines or row numbers.
    pub fn import(path: &Path, columns: &Columns, fields: &[String], classes: Option<&[String]>, keep: Keep) -> Result<Self, ImportError> {
        Self::imported(path, columns, fields, classes, keep).map_err(|error| {
            // Reading ends at the first cell that is wrong.
            let is_of_cell = match &error {
                ImportError::Table(TableError::Row { .. }) => true,
                ImportError::Table(TableError::Cell { column, .. }) => columns.numbers().any(|name| name == column),
                _ => false,
            };
            match is_of_cell.then(|| unfilled(path, columns)) {
                Some(Ok(faults)) if !faults.is_empty() => {
                    ImportError::Refused { path: path.to_owned(), faults: PredictionsError { faults } }
                }
                _ => error,
            }
        })
    }

    fn imported(path: &Path, columns: &Columns, fields: &[String], classes: Option<&[String]>, keep: Keep) -> Result<Self, ImportError> {
        let wanted = columns.names().chain(fields.iter().map(String::as_str)).map(str::to_owned).collect();
        let options = Options { columns: Some(wanted), ..Options::default() };
        let kinds = if keep == Keep::Kinds { Kinds::read(path, &options, columns, fields)? } else { None };
        let table = match &kinds {
            Some(kinds) => Cow::Borrowed(&kinds.table),
            None => Cow::Owned(Table::read(path, &options)?),
        };
        let table = &*table;
        let rows = |row: usize| match &kinds {
            Some(kinds) => kinds.sightings[row].clone(),
            None => Sightings::from(table.at(row).number),
        };
        let refused = |mut faults: PredictionsError| {
            let unit = table.at(0).unit;
            for fault in &mut faults.faults {
                fault.unit = unit;
                if let Some(column) = holding(columns, &fault.what) {
                    fault.what.insert_str(0, &format!("{column} "));
                }
            }
            ImportError::Refused { path: path.to_owned(), faults }
        };
        if table.is_empty() {
            return Err(refused(Fault::new("it has no rows").into()));
        }
        let named = |labels: &Option<Labels>| labels.as_ref().map(|labels| Named::read(table, labels)).transpose();
        let (mut labels, mut decisions) = (named(&columns.label)?, named(&columns.decision)?);
        let (scores, width) = match (&columns.scores, &kinds) {
            (Some(_), Some(kinds)) => (Vec::new(), kinds.width),
            (Some(scores), None) => numbers(table, &scores.shape, None)?,
            (None, _) => (Vec::new(), 0),
        };
        let listed =
            columns.classes.clone().or_else(|| columns.label.as_ref().and_then(wide)).or_else(|| classes.map(<[String]>::to_vec)).or_else(
                || match columns.scores.as_ref().map(|scores| &scores.shape) {
                    Some(Shape::Wide(map)) => Some(map.keys().cloned().collect()),
                    _ => None,
                },
            );
        if listed.is_none() {
            truths(&mut labels, &mut decisions);
        }
        let occurring = || occurring([labels.as_ref(), decisions.as_ref()].into_iter().flatten(), width);
        let classes = listed.map_or_else(occurring, Ok).map_err(|fault| refused(fault.into()))?;
        let places: HashMap<&str, u32> = classes.iter().map(String::as_str).zip(0..).collect();

        let mut faults = Vec::new();
        let targets = match labels.zip(columns.label.as_ref()) {
            Some((named, column)) => named.targets(&places, &rows, column, "label", &mut faults),
            None => Targets::unknown(table.len()),
        };
        let decisions = decisions.zip(columns.decision.as_ref()).map(|(named, column)| {
            match named.targets(&places, &rows, column, "decision", &mut faults) {
                Targets::Single(decisions) => Decisions::Single(decisions),
                Targets::Multi { present, absent } => {
                    let said = |(present, absent): (Vec<u32>, Vec<u32>)| (!present.is_empty() || !absent.is_empty()).then_some(present);
                    Decisions::Sets(present.into_iter().zip(absent).map(said).collect())
                }
            }
        });
        let scores = columns.scores.as_ref().map(|columns| {
            let values = match &columns.shape {
                Shape::Wide(map) => in_order(scores, map, &classes, &mut faults),
                _ => scores,
            };
            Scores { kind: columns.kind, width, values }
        });
        if let Some(scores) = scores.as_ref().filter(|scores| columns.is_exclusive() && !scores.values.is_empty()) {
            let known = Scores::refused(scores.kind, false).len();
            for refused in &Scores::refused(scores.kind, true)[known..] {
                let mut wrong =
                    scores.values.chunks(width.max(1)).enumerate().filter_map(|(row, scores)| Some((row, (refused.find)(scores)?)));
                if let Some((row, first)) = wrong.next() {
                    faults.extend(Fault::of_rows(refused.told(first), [row].into_iter().chain(wrong.map(|(row, _)| row)).map(rows)));
                }
            }
        }
        let embeddings = match &columns.embedding {
            Some(vectors) => Some(Embeddings::read(table, vectors, &mut faults)?),
            None => None,
        };
        if !faults.is_empty() {
            return Err(refused(PredictionsError { faults }));
        }
        if let Some(kinds) = &kinds {
            faults.extend(kinds.faults.iter().cloned());
            faults.extend(columns.scores.as_ref().and_then(|_| Scores::misfit(kinds.width, &classes)));
        }
        let optional = |name: &Option<String>| name.as_ref().map(|name| table.column(name)).transpose();
        let mut read_fields = IndexMap::with_capacity(fields.len());
        for name in fields {
            read_fields.insert(name.clone(), groups(table, table.column(name)?)?);
        }
        let parts = Parts {
            ids: match (&kinds, &columns.id) {
                (Some(kinds), _) => kinds.ids.clone(),
                (None, Some(id)) => Ids::of(table, id)?,
                (None, None) => Ids::numbered(table.len()),
            },
            classes,
            targets,
            scores: scores.filter(|_| kinds.is_none()),
            decisions,
            embeddings,
            fields: read_fields,
            subject: optional(&columns.subject)?.map(|column| factor(table, column)).transpose()?,
            weight: match optional(&columns.weight)? {
                Some(weights) => Some(real(table, weights)?),
                None => None,
            },
            split: optional(&columns.split)?.map(|column| factor(table, column)).transpose()?,
            copies: kinds.as_ref().map(|kinds| kinds.sightings.iter().map(|sightings| sightings.total).collect()),
            fold: None,
        };
        match Self::check(parts, rows) {
            Ok(predictions) if faults.is_empty() => Ok(predictions),
            checked => {
                // Names that repeat are told already, and may be the least of several kinds.
                let told: Vec<String> = faults.iter().map(|fault: &Fault| fault.what.clone()).collect();
                let is_told =
                    |what: &String| told.iter().any(|told| told == what || [told, what].iter().all(|text| text.starts_with(REPEATED)));
                faults.extend(checked.err().into_iter().flat_map(|error| error.faults).filter(|fault| !is_told(&fault.what)));
                Err(refused(PredictionsError { faults }))
            }
        }
    }
}

/// The beginning of what is said of a fault: the column that has it, where that is one of scores, or of the weight.
fn holding(columns: &Columns, fault: &str) -> Option<String> {
    let of_scores = |scores: &&ScoreColumns| Scores::refused(scores.kind, true).iter().any(|refused| refused.is_told(fault));
    match (columns.scores.as_ref().filter(of_scores), &columns.weight) {
        (Some(scores), _) => Some(match &scores.shape {
            Shape::Positive(column) | Shape::List(column) => format!("`{column}` has"),
            Shape::Wide(map) => format!("`{}` have", map.values().map(String::as_str).collect::<Vec<_>>().join("`, `")),
        }),
        (None, Some(weight)) if fault.starts_with("a weight ") => Some(format!("`{weight}` has")),
        _ => None,
    }
}
