//! `results.parquet`: the columns of `results.csv` with types, numbers in full precision.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use crate::score::measurement::Measurement;

use super::heading::Heading;
use super::row::Row;

/// The file's bytes: the rows must be sorted already. An axis that a row's cell lacks is null.
pub fn results(heading: &Heading, rows: &[Row]) -> Result<Vec<u8>, ParquetError> {
    let mut columns = Columns { rows, fields: Vec::new(), arrays: Vec::new() };
    columns.text("study", |row| Some(&row.study));
    columns.text("model", |row| Some(&row.model));
    for axis in &heading.axes {
        columns.text(&axis.name, |row| Some(row.coordinate(&axis.name)).filter(|level| !level.is_empty()));
    }
    columns.text("evaluation", |row| Some(&row.evaluation));
    columns.text("data", |row| Some(&row.data));
    columns.text("decision", |row| Some(&row.measurement.decision));
    columns.text("metric", |row| Some(&row.measurement.metric));
    columns.text("parameters", |row| Some(&row.measurement.parameters));
    columns.text("by", |row| Some(&row.measurement.by));
    columns.text("group", |row| Some(&row.measurement.group));
    columns.text("label", |row| Some(&row.measurement.label));
    columns.text("item", |row| Some(&row.measurement.item));
    columns.real("value", |number| number.value);
    columns.real("lower", |number| number.lower);
    columns.real("upper", |number| number.upper);
    columns.real("level", |number| number.level);
    columns.whole("n", |number| Some(number.n));
    columns.whole("n_positive", |number| number.n_positive);
    columns.whole("n_negative", |number| number.n_negative);
    columns.whole("n_clusters", |number| number.n_clusters);
    columns.real("null_median", |number| number.null_median);
    columns.real("null_p", |number| number.null_p);
    columns.text("status", |row| Some(row.measurement.status.word()));
    columns.text("reason", |row| Some(&row.measurement.reason));
    columns.text("direction", |row| Some(row.measurement.direction.word()));
    columns.write()
}

struct Columns<'a> {
    rows: &'a [Row],
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl<'a> Columns<'a> {
    fn text(&mut self, name: &str, get: impl Fn(&'a Row) -> Option<&'a str>) {
        self.fields.push(Field::new(name, DataType::Utf8, true));
        self.arrays.push(Arc::new(self.rows.iter().map(get).collect::<StringArray>()));
    }

    fn real(&mut self, name: &str, get: fn(&Measurement) -> Option<f64>) {
        self.fields.push(Field::new(name, DataType::Float64, true));
        self.arrays.push(Arc::new(self.rows.iter().map(|row| get(&row.measurement)).collect::<Float64Array>()));
    }

    fn whole(&mut self, name: &str, get: fn(&Measurement) -> Option<u64>) {
        self.fields.push(Field::new(name, DataType::UInt64, true));
        self.arrays.push(Arc::new(self.rows.iter().map(|row| get(&row.measurement)).collect::<UInt64Array>()));
    }

    fn write(self) -> Result<Vec<u8>, ParquetError> {
        let schema = Arc::new(Schema::new(self.fields));
        let batch = RecordBatch::try_new(Arc::clone(&schema), self.arrays)?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let mut writer = ArrowWriter::try_new(Vec::new(), schema, Some(properties))?;
        writer.write(&batch)?;
        writer.into_inner()
    }
}
