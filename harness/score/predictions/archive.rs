//! Predictions as a Parquet file: for the store, and for the reader of `predictions/<cell>/<split>.parquet`.
//!
//! Columns: `id`; one a field; `target` (a class name), or `present` and `absent` (lists of class names); `decision`, `scores`, `embedding`,
//! `subject`, `weight`, `split` where they exist. A field that has one of these names has `field.` before it. Everything else (the classes, the order
//! of levels, what the scores are) is in the file's metadata under `fairgrid`.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, FixedSizeListArray, Float32Array, Float64Array, ListArray, RecordBatch, StringArray, StringBuilder,
    builder::ListBuilder,
};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Field, Float32Type, Float64Type, Schema, SchemaRef};
use indexmap::IndexMap;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use serde::{Deserialize, Serialize};

use crate::data::frame::{Factor, Targets};
use crate::score::embedding::Embeddings;
use crate::score::predictions::ids::Ids;
use crate::score::predictions::{Decisions, Parts, Predictions, PredictionsError, Scores};
use crate::spec::predictions::Kind;

/// Why an archive cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The operating system refused.
    #[error("failed to open `{}`", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Not a whole Parquet file, or a full disk.
    #[error("failed to read or write `{}`", path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// Why.
        source: parquet::errors::ParquetError,
    },
    /// A Parquet file, and not one of predictions.
    #[error("`{}` holds no predictions: {reason}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Columns that contradict each other.
    #[error("`{}` cannot be scored: {faults}", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// Why.
        faults: PredictionsError,
    },
}

/// What the columns cannot say.
#[derive(Serialize, Deserialize)]
struct Notes {
    version: u32,
    classes: Vec<String>,
    multi_label: bool,
    /// Field, its column, and its levels in order.
    fields: Vec<(String, String, Vec<String>)>,
    subject: Option<Vec<String>>,
    split: Option<Vec<String>>,
    scores: Option<Kind>,
    #[serde(default)]
    embeddings: bool,
}

const VERSION: u32 = 1;
const KEY: &str = "fairgrid";
const OWN: &[&str] = &["id", "target", "present", "absent", "decision", "scores", "embedding", "subject", "weight", "split"];

impl Predictions {
    /// Writes a Parquet file; equal predictions give equal bytes.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write(&self, path: &Path) -> Result<(), ArchiveError> {
        write(self.to_batch(), path)
    }

    /// Writes what was decided about each item beside what is true of it: `id`, `target` (or `present` and `absent`), and a column
    /// `decision.NAME` a rule. Pairs have `first` and `second` in place of `id`, the names of their images, and a `score`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_decisions(&self, ends: Option<&(Ids, Ids)>, decided: &[(String, Decisions)], path: &Path) -> Result<(), ArchiveError> {
        let names = |ids: &Ids| -> ArrayRef { Arc::new(ids.names().clone()) };
        let mut columns: Vec<(String, ArrayRef)> = match ends {
            None => vec![("id".to_owned(), names(self.ids()))],
            Some((first, second)) => vec![("first".to_owned(), names(first)), ("second".to_owned(), names(second))],
        };
        columns.extend(self.target_columns());
        if let (Some(_), Some(scores)) = (ends, self.scores()) {
            columns.push(("score".to_owned(), Arc::new(Float64Array::from(scores.values.clone()))));
        }
        columns.extend(decided.iter().map(|(rule, decisions)| (format!("decision.{rule}"), decision_column(decisions, self.classes()))));
        write(RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true))), path)
    }

    /// Reads what [`Self::write`] wrote.
    ///
    /// # Errors
    /// When the file is cut short, or holds something else.
    pub fn read(path: &Path) -> Result<Self, ArchiveError> {
        let failed = |source| ArchiveError::Parquet { path: path.to_owned(), source };
        let content = |reason: String| ArchiveError::Content { path: path.to_owned(), reason };
        let file = File::open(path).map_err(|source| ArchiveError::Io { path: path.to_owned(), source })?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(failed)?;
        // The reader's own schema has no metadata.
        let schema: SchemaRef = Arc::clone(builder.schema());
        let reader = builder.build().map_err(failed)?;
        let batches: Vec<RecordBatch> = reader.collect::<Result<_, _>>().map_err(|error| failed(error.into()))?;
        let batch = concat_batches(&schema, &batches).map_err(|error| failed(error.into()))?;
        let parts = Parts::of_batch(&batch, schema.metadata().get(KEY)).map_err(content)?;
        Self::check(parts, |row| row as u64 + 1).map_err(|faults| ArchiveError::Refused { path: path.to_owned(), faults })
    }

    fn target_columns(&self) -> Vec<(String, ArrayRef)> {
        let classes = self.classes();
        match self.targets() {
            Targets::Single(targets) => vec![("target".to_owned(), names(targets, classes))],
            Targets::Multi { present, absent } => {
                let known = |known: &[Vec<u32>]| lists(known.iter().map(|list| Some(list.as_slice())), classes);
                vec![("present".to_owned(), known(present)), ("absent".to_owned(), known(absent))]
            }
        }
    }

    fn to_batch(&self) -> Result<RecordBatch, arrow::error::ArrowError> {
        let classes = self.classes();
        let mut columns: Vec<(String, ArrayRef)> = vec![("id".to_owned(), Arc::new(self.ids().names().clone()))];
        let mut fields = Vec::new();
        for (name, factor) in self.fields() {
            let column = if OWN.contains(&name.as_str()) { format!("field.{name}") } else { name.clone() };
            columns.push((column.clone(), levels(factor)));
            fields.push((name.clone(), column, factor.levels.clone()));
        }
        columns.extend(self.target_columns());
        columns.extend(self.decisions().map(|decisions| ("decision".to_owned(), decision_column(decisions, classes))));
        if let Some(scores) = self.scores() {
            columns.push(("scores".to_owned(), numbers(&scores.values, scores.width)?));
        }
        if let Some(embeddings) = self.embeddings() {
            columns.push(("embedding".to_owned(), numbers(embeddings.values(), embeddings.width())?));
        }
        columns.extend(self.subject().map(|subject| ("subject".to_owned(), levels(subject))));
        columns.extend(self.weight().map(|weight| {
            let weights: ArrayRef = Arc::new(Float64Array::from(weight.to_vec()));
            ("weight".to_owned(), weights)
        }));
        columns.extend(self.split().map(|split| ("split".to_owned(), levels(split))));
        let notes = Notes {
            version: VERSION,
            classes: classes.to_vec(),
            multi_label: matches!(self.targets(), Targets::Multi { .. }),
            fields,
            subject: self.subject().map(|subject| subject.levels.clone()),
            split: self.split().map(|split| split.levels.clone()),
            scores: self.scores().map(|scores| scores.kind),
            embeddings: self.embeddings().is_some(),
        };
        let notes = serde_json::to_string(&notes).map_err(|error| arrow::error::ArrowError::ExternalError(Box::new(error)))?;
        let schema_fields: Vec<Field> = columns.iter().map(|(name, array)| Field::new(name, array.data_type().clone(), true)).collect();
        let schema = Schema::new_with_metadata(schema_fields, HashMap::from([(KEY.to_owned(), notes)]));
        RecordBatch::try_new(Arc::new(schema), columns.into_iter().map(|(_, array)| array).collect())
    }
}

fn decision_column(decisions: &Decisions, classes: &[String]) -> ArrayRef {
    match decisions {
        Decisions::Single(decisions) => names(decisions, classes),
        Decisions::Sets(decisions) => lists(decisions.iter().map(Option::as_deref), classes),
    }
}

/// Equal batches give equal bytes.
fn write(batch: Result<RecordBatch, arrow::error::ArrowError>, path: &Path) -> Result<(), ArchiveError> {
    let failed = |source| ArchiveError::Parquet { path: path.to_owned(), source };
    let batch = batch.map_err(|error| failed(error.into()))?;
    let file = File::create(path).map_err(|source| ArchiveError::Io { path: path.to_owned(), source })?;
    let properties =
        WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).set_created_by("fairgrid".to_owned()).build();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).map_err(failed)?;
    writer.write(&batch).map_err(failed)?;
    let file = writer.into_inner().map_err(failed)?;
    file.sync_all().map_err(|source| ArchiveError::Io { path: path.to_owned(), source })
}

impl Parts {
    fn of_batch(batch: &RecordBatch, notes: Option<&String>) -> Result<Self, String> {
        let notes = notes.ok_or("its metadata lack `fairgrid`")?;
        let notes: Notes = serde_json::from_str(notes).map_err(|error| format!("its metadata are damaged: {error}"))?;
        if notes.version != VERSION {
            return Err(format!("it has version {}, and this program reads {VERSION}", notes.version));
        }
        let column = |name: &str| batch.column_by_name(name).ok_or_else(|| format!("the column `{name}` is missing"));
        let factor = |name: &str, levels: Vec<String>| codes(column(name)?, levels, name);
        let class = |name: &str| Ok::<_, String>(factor(name, notes.classes.clone())?.codes);
        let lists = |name: &str| indices(column(name)?, &notes.classes, name);
        let known = |name: &str| Ok::<_, String>(lists(name)?.into_iter().map(Option::unwrap_or_default).collect());
        let decided = batch.column_by_name("decision");
        Ok(Self {
            ids: {
                let ids = column("id")?.as_string_opt::<i64>().ok_or("`id` is no text")?;
                if ids.null_count() > 0 {
                    return Err("an id is missing".to_owned());
                }
                Ids::new(ids.clone())
            },
            targets: match notes.multi_label {
                true => Targets::Multi { present: known("present")?, absent: known("absent")? },
                false => Targets::Single(class("target")?),
            },
            scores: match notes.scores {
                Some(kind) => {
                    let (values, width) = rows(column("scores")?, "scores")?;
                    Some(Scores { kind, width, values })
                }
                None => None,
            },
            embeddings: match batch.column_by_name("embedding").filter(|_| notes.embeddings) {
                Some(array) => {
                    let (values, width) = rows(array, "embedding")?;
                    Some(Embeddings::new(width, values).ok_or("its vectors have no dimension")?)
                }
                None => None,
            },
            decisions: match decided.map(|array| array.data_type()) {
                Some(DataType::Utf8) => Some(Decisions::Single(class("decision")?)),
                Some(_) => Some(Decisions::Sets(lists("decision")?)),
                None => None,
            },
            fields: notes
                .fields
                .into_iter()
                .map(|(name, column, levels)| Ok((name, factor(&column, levels)?)))
                .collect::<Result<IndexMap<_, _>, String>>()?,
            subject: notes.subject.map(|levels| factor("subject", levels)).transpose()?,
            weight: match batch.column_by_name("weight") {
                Some(weights) => Some(weights.as_primitive_opt::<Float64Type>().ok_or("`weight` is no number")?.values().to_vec()),
                None => None,
            },
            split: notes.split.map(|levels| factor("split", levels)).transpose()?,
            copies: None,
            fold: None,
            classes: notes.classes,
        })
    }
}

fn names(classes: &[Option<u32>], names: &[String]) -> ArrayRef {
    Arc::new(classes.iter().map(|class| class.map(|class| names[class as usize].as_str())).collect::<StringArray>())
}

fn levels(factor: &Factor) -> ArrayRef {
    names(&factor.codes, &factor.levels)
}

fn lists<'l>(lists: impl Iterator<Item = Option<&'l [u32]>>, names: &[String]) -> ArrayRef {
    let mut builder = ListBuilder::new(StringBuilder::new());
    for list in lists {
        list.into_iter().flatten().for_each(|class| builder.values().append_value(&names[*class as usize]));
        builder.append(list.is_some());
    }
    Arc::new(builder.finish())
}

/// Single precision where that loses nothing: what backends give is.
fn numbers(numbers: &[f64], width: usize) -> Result<ArrayRef, arrow::error::ArrowError> {
    let exact = numbers.iter().all(|number| f64::from(*number as f32) == *number);
    let (values, kind): (ArrayRef, DataType) = if exact {
        (Arc::new(numbers.iter().map(|number| *number as f32).collect::<Float32Array>()), DataType::Float32)
    } else {
        (Arc::new(Float64Array::from(numbers.to_vec())), DataType::Float64)
    };
    let width = i32::try_from(width).map_err(|_| arrow::error::ArrowError::CastError("too many numbers an item".to_owned()))?;
    Ok(Arc::new(FixedSizeListArray::try_new(Arc::new(Field::new("item", kind, false)), width, values, None)?))
}

/// The numbers of all rows, and how many a row has.
fn rows(array: &ArrayRef, column: &str) -> Result<(Vec<f64>, usize), String> {
    let list = array.as_fixed_size_list_opt().ok_or_else(|| format!("`{column}` is no list of fixed size"))?;
    let width = list.value_length() as usize;
    let values = list.values();
    let values = match (values.as_primitive_opt::<Float32Type>(), values.as_primitive_opt::<Float64Type>()) {
        (Some(values), _) => values.values().iter().copied().map(f64::from).collect(),
        (_, Some(values)) => values.values().to_vec(),
        _ => return Err(format!("`{column}` holds no numbers")),
    };
    Ok((values, width))
}

fn codes(array: &ArrayRef, levels: Vec<String>, column: &str) -> Result<Factor, String> {
    let texts = array.as_string_opt::<i32>().ok_or_else(|| format!("`{column}` is no text"))?;
    let places: HashMap<&str, u32> = levels.iter().map(String::as_str).zip(0..).collect();
    let place = |name: &str| places.get(name).copied().ok_or_else(|| format!("`{column}` holds the unknown level `{name}`"));
    let codes = texts.iter().map(|name| name.map(place).transpose()).collect::<Result<_, _>>()?;
    Ok(Factor { levels, codes })
}

fn indices(array: &ArrayRef, classes: &[String], column: &str) -> Result<Vec<Option<Vec<u32>>>, String> {
    let lists: &ListArray = array.as_list_opt().ok_or_else(|| format!("`{column}` is no list"))?;
    let codes = codes(lists.values(), classes.to_vec(), column)?.codes;
    let of_row = |ends: &[i32]| codes[ends[0] as usize..ends[1] as usize].iter().flatten().copied().collect();
    Ok(lists.value_offsets().windows(2).enumerate().map(|(row, ends)| lists.is_valid(row).then(|| of_row(ends))).collect())
}
