//! Predictions and embeddings made elsewhere: from a table and the names of its columns.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Float64Type, Int64Type};
use indexmap::IndexMap;

use super::embedding::Embeddings;
use super::ids::Ids;
use super::kinds::{Keep, Kinds};
use super::predictions::{Decisions, Fault, Parts, Predictions, PredictionsError, Scores};
use crate::data::frame::{Factor, Targets};
use crate::data::table::{Column, Options, Sightings, Table, TableError};
use crate::spec::predictions::{Columns, Labels, Shape};
use crate::spec::vectors::Vectors;

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
    /// A missing column, a cell of the wrong kind, a label outside the class list, a score that is not finite, a duplicate id: with lines or row numbers.
    pub fn import(path: &Path, columns: &Columns, fields: &[String], classes: Option<&[String]>, keep: Keep) -> Result<Self, ImportError> {
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
            faults.faults.iter_mut().for_each(|fault| fault.unit = unit);
            ImportError::Refused { path: path.to_owned(), faults }
        };
        if table.is_empty() {
            return Err(refused(Fault::new("it has no rows").into()));
        }
        let named = |labels: &Option<Labels>| labels.as_ref().map(|labels| Named::read(table, labels)).transpose();
        let (labels, decisions) = (named(&columns.label)?, named(&columns.decision)?);
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
                Targets::Multi { present, .. } => Decisions::Sets(present),
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
            for (what, wrong) in &Scores::refused(scores.kind, true)[known..] {
                let uneven = scores.values.chunks(width.max(1)).enumerate().filter(|(_, scores)| wrong(scores));
                faults.extend(Fault::of_rows(*what, uneven.map(|(row, _)| rows(row))));
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
            read_fields.insert(name.clone(), factor(table, table.column(name)?)?);
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
        };
        match Self::check(parts, rows) {
            Ok(predictions) if faults.is_empty() => Ok(predictions),
            checked => {
                // Names that repeat are told already, and may be the least of several kinds.
                let told: Vec<String> = faults.iter().map(|fault: &Fault| fault.what.clone()).collect();
                faults.extend(checked.err().into_iter().flat_map(|error| error.faults).filter(|fault| !told.contains(&fault.what)));
                Err(refused(PredictionsError { faults }))
            }
        }
    }
}

impl Columns {
    /// Whether an item has one label, so that the probabilities of all classes sum to 1.
    pub(super) fn is_exclusive(&self) -> bool {
        matches!(self.label, Some(Labels::Single(_)))
    }

    /// Every column that is named.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let labels =
            [self.label.as_ref(), self.decision.as_ref()].into_iter().flatten().flat_map(|labels| -> Box<dyn Iterator<Item = &str>> {
                match labels {
                    Labels::Single(column) => Box::new(std::iter::once(column.as_str())),
                    Labels::Lists { present, absent } => Box::new(std::iter::once(present).chain(absent).map(String::as_str)),
                    Labels::Wide(map) => Box::new(map.values().map(String::as_str)),
                }
            });
        let scores = self.scores.iter().flat_map(|scores| -> Box<dyn Iterator<Item = &str>> {
            match &scores.shape {
                Shape::Positive(column) | Shape::List(column) => Box::new(std::iter::once(column.as_str())),
                Shape::Wide(map) => Box::new(map.values().map(String::as_str)),
            }
        });
        let vectors = self.embedding.iter().flat_map(Vectors::names);
        let items = [&self.id, &self.split, &self.subject, &self.weight].into_iter().flatten().map(String::as_str);
        items.chain(labels).chain(scores).chain(vectors)
    }
}

/// Labels or decisions by name, before the classes are known.
enum Named {
    Single(Factor),
    Lists { present: Vec<Vec<String>>, absent: Option<Vec<Vec<String>>> },
    Wide(Vec<Vec<Option<bool>>>),
}

impl Named {
    fn read(table: &Table, labels: &Labels) -> Result<Self, TableError> {
        let lists = |name: &String| -> Result<Vec<Vec<String>>, TableError> {
            let column = table.column(name)?;
            (0..table.len()).map(|row| Ok(column.texts(row)?.unwrap_or_default())).collect()
        };
        Ok(match labels {
            Labels::Single(name) => Self::Single(factor(table, table.column(name)?)?),
            Labels::Lists { present, absent } => Self::Lists { present: lists(present)?, absent: absent.as_ref().map(lists).transpose()? },
            Labels::Wide(map) => {
                let columns: Vec<Column<'_>> = map.values().map(|name| table.column(name)).collect::<Result<_, _>>()?;
                let state = |column: &Column<'_>, row: usize| match column.text(row)?.as_deref() {
                    None => Ok(None),
                    Some("1" | "true" | "1.0") => Ok(Some(true)),
                    Some("0" | "false" | "-1" | "0.0") => Ok(Some(false)),
                    Some(other) => {
                        let column = column.name();
                        Err(table.row_error(row, format!("`{column}` holds `{other}`: must be 1 (present), 0 (absent) or empty (unknown)")))
                    }
                };
                Self::Wide((0..table.len()).map(|row| columns.iter().map(|column| state(column, row)).collect()).collect::<Result<_, _>>()?)
            }
        })
    }

    fn names(&self) -> Vec<&str> {
        match self {
            Self::Single(factor) => factor.levels.iter().map(String::as_str).collect(),
            Self::Lists { present, absent } => present.iter().chain(absent.iter().flatten()).flatten().map(String::as_str).collect(),
            Self::Wide(_) => Vec::new(),
        }
    }

    /// Class indices; what is no class is a fault of its rows.
    fn targets(
        &self,
        places: &HashMap<&str, u32>,
        rows: &impl Fn(usize) -> Sightings,
        columns: &Labels,
        what: &str,
        faults: &mut Vec<Fault>,
    ) -> Targets {
        let mut strange: IndexMap<String, Sightings> = IndexMap::new();
        let mut place = |name: &str, row: usize| {
            let place = places.get(name).copied();
            if place.is_none() {
                strange.entry(name.to_owned()).or_default().join(rows(row));
            }
            place
        };
        let targets = match self {
            Self::Single(factor) => {
                let known: Vec<Option<u32>> = factor.levels.iter().map(|level| places.get(level.as_str()).copied()).collect();
                let of = |(row, code): (usize, &Option<u32>)| {
                    code.and_then(|code| known[code as usize].or_else(|| place(&factor.levels[code as usize], row)))
                };
                Targets::Single(factor.codes.iter().enumerate().map(of).collect())
            }
            Self::Lists { present, absent } => {
                let mut indices = |lists: &[Vec<String>]| -> Vec<Vec<u32>> {
                    let mut of = |(row, names): (usize, &Vec<String>)| {
                        let mut classes: Vec<u32> = names.iter().filter_map(|name| place(name, row)).collect();
                        classes.sort_unstable();
                        classes.dedup();
                        classes
                    };
                    lists.iter().enumerate().map(&mut of).collect()
                };
                let present = indices(present);
                let rest = |present: &Vec<u32>| (0..places.len() as u32).filter(|class| present.binary_search(class).is_err()).collect();
                let absent = absent.as_ref().map_or_else(|| present.iter().map(rest).collect(), |absent| indices(absent));
                Targets::Multi { present, absent }
            }
            Self::Wide(states) => {
                let Labels::Wide(map) = columns else { return Targets::Multi { present: Vec::new(), absent: Vec::new() } };
                let classes: Vec<Option<u32>> = map.keys().map(|name| place(name, 0)).collect();
                let of = |row: &Vec<Option<bool>>, wanted: bool| {
                    let of_state = |(state, class): (&Option<bool>, &Option<u32>)| class.filter(|_| *state == Some(wanted));
                    let mut of_row: Vec<u32> = row.iter().zip(&classes).filter_map(of_state).collect();
                    of_row.sort_unstable();
                    of_row
                };
                let present = states.iter().map(|row| of(row, true)).collect();
                Targets::Multi { present, absent: states.iter().map(|row| of(row, false)).collect() }
            }
        };
        for (name, rows) in strange {
            faults.extend(Fault::of_rows(format!("the {what} `{name}` is not in the list of {} classes", places.len()), [rows]));
        }
        targets
    }
}

/// The classes of a wide table.
fn wide(labels: &Labels) -> Option<Vec<String>> {
    match labels {
        Labels::Wide(map) => Some(map.keys().cloned().collect()),
        _ => None,
    }
}

/// The classes that occur, numbers by size; with more scores than names, labels must be their places.
fn occurring<'a>(named: impl Iterator<Item = &'a Named>, width: usize) -> Result<Vec<String>, Fault> {
    let mut names: Vec<&str> = named.flat_map(Named::names).collect();
    names.sort_unstable();
    names.dedup();
    let numbers: Option<Vec<i64>> = names.iter().map(|name| name.parse().ok()).collect();
    if width > names.len() && width > 1 {
        let places = numbers.filter(|numbers| numbers.iter().all(|number| (0..width as i64).contains(number)));
        return match places {
            Some(_) => Ok((0..width).map(|class| class.to_string()).collect()),
            None => Err(Fault::new(format!(
                "{width} scores an item for the {} classes that occur: add `classes: […]` to `columns`",
                names.len()
            ))),
        };
    }
    if let Some(numbers) = numbers {
        let mut sorted: Vec<(i64, &str)> = numbers.into_iter().zip(names).collect();
        sorted.sort_unstable();
        return Ok(sorted.into_iter().map(|(_, name)| name.to_owned()).collect());
    }
    Ok(names.into_iter().map(str::to_owned).collect())
}

/// All scores and how many there are an item: `width`, where that is known.
pub(super) fn numbers(table: &Table, shape: &Shape, width: Option<usize>) -> Result<(Vec<f64>, usize), TableError> {
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
fn in_order(scores: Vec<f64>, map: &IndexMap<String, String>, classes: &[String], faults: &mut Vec<Fault>) -> Vec<f64> {
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
fn real(table: &Table, column: Column<'_>) -> Result<Vec<f64>, TableError> {
    if let (Some(numbers), 0) = (column.array().as_primitive_opt::<Float64Type>(), column.array().null_count()) {
        return Ok(numbers.values().to_vec());
    }
    (0..table.len()).map(|row| column.required_number(row)).collect()
}

/// A column of names: `1.0` is the same name as `1`.
fn factor(table: &Table, column: Column<'_>) -> Result<Factor, TableError> {
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
