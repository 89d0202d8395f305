//! What a job may emit: names, columns, widths.

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Float32Type, Float64Type};
use arrow::record_batch::RecordBatch;
use serde_json::Value;

/// The columns of scores, of which a table of rows has exactly one; the name says what the numbers are.
pub const SCORES: [&str; 3] = ["logits", "probabilities", "scores"];

/// What one job may emit, and with how many classes.
#[derive(Clone, Debug)]
pub struct Outputs {
    names: &'static [&'static str],
    classes: usize,
    single: bool,
}

impl Outputs {
    /// Those of a job.
    pub fn of(job: &Value) -> Self {
        Self {
            names: if job["ability"] == "train" { &["epochs", "validation"] } else { &["rows"] },
            classes: job["classes"].as_array().map_or(0, Vec::len),
            single: job["labels"] != "multi",
        }
    }

    /// Checks a table that a backend emitted under `name`.
    ///
    /// # Errors
    /// A lower-case sentence for the backend's author: the name is not one of the job's outputs, a column is missing or of another type or width,
    /// or a number is not what its column says.
    pub fn check(&self, name: &str, batch: &RecordBatch) -> Result<(), String> {
        match name {
            _ if !self.names.contains(&name) => Err(format!("this job has the outputs {}", self.names.join(", "))),
            "epochs" => epochs(batch),
            _ => self.rows(batch),
        }
    }

    fn rows(&self, batch: &RecordBatch) -> Result<(), String> {
        let ids = batch.column_by_name("id").ok_or("the column `id` is missing")?;
        let ids = ids.as_string_opt::<i32>().ok_or_else(|| format!("the column `id` is {}, not utf8", ids.data_type()))?;
        if ids.null_count() > 0 {
            return Err("the column `id` has nulls".to_owned());
        }
        let mut found = SCORES.iter().filter_map(|name| Some((*name, batch.column_by_name(name)?)));
        let (name, column) = found.next().ok_or_else(|| format!("one of the columns {} is needed", SCORES.join(", ")))?;
        if let Some((other, _)) = found.next() {
            return Err(format!("the columns `{name}` and `{other}` exclude each other"));
        }
        let lists = column.as_fixed_size_list_opt().filter(|lists| *lists.values().data_type() == DataType::Float32);
        let lists = lists.ok_or_else(|| format!("the column `{name}` is {}, not fixed_size_list<float32>", column.data_type()))?;
        if lists.value_length() as usize != self.classes {
            return Err(format!("the column `{name}` has {} numbers a row for {} classes", lists.value_length(), self.classes));
        }
        if lists.null_count() > 0 || lists.values().null_count() > 0 {
            return Err(format!("the column `{name}` has nulls"));
        }
        let values = lists.values().as_primitive::<Float32Type>().values();
        for (row, numbers) in values.chunks_exact(self.classes.max(1)).enumerate() {
            if let Some(number) = numbers.iter().find(|number| !number.is_finite()) {
                return Err(format!("the item `{}` has {number} in `{name}`", ids.value(row)));
            }
            if name == "probabilities" {
                if let Some(number) = numbers.iter().find(|number| !(-1e-6..=1.0 + 1e-3).contains(*number)) {
                    return Err(format!("the item `{}` has {number} in `probabilities`", ids.value(row)));
                }
                let sum: f32 = numbers.iter().sum();
                if self.single && (sum - 1.0).abs() > 1e-3 {
                    return Err(format!("the probabilities of the item `{}` sum to {sum}", ids.value(row)));
                }
            }
        }
        Ok(())
    }
}

fn epochs(batch: &RecordBatch) -> Result<(), String> {
    let epoch = batch.column_by_name("epoch").ok_or("the column `epoch` is missing")?;
    if *epoch.data_type() != DataType::Int32 || epoch.null_count() > 0 {
        return Err(format!("the column `epoch` is {}, not int32 without nulls", epoch.data_type()));
    }
    for name in ["loss", "learning_rate"] {
        let column = batch.column_by_name(name).ok_or_else(|| format!("the column `{name}` is missing"))?;
        let numbers = column.as_primitive_opt::<Float64Type>().filter(|numbers| numbers.null_count() == 0);
        // The loss of a training that diverged is a result, so it may be NaN or infinite.
        numbers.ok_or_else(|| format!("the column `{name}` is {}, not float64 without nulls", column.data_type()))?;
    }
    Ok(())
}
