//! The columns of an input's batches.

use crate::Failure;
use arrow::array::{Array, AsArray, ListArray, StringArray};
use arrow::datatypes::{DataType, Float32Type, Int32Type, UInt8Type};
use arrow::record_batch::RecordBatch;

/// The images of a batch: `n` times height × width × channels bytes, without gaps.
#[derive(Clone, Copy, Debug)]
pub struct Images<'a> {
    /// All bytes, image after image, row after row, channels innermost.
    pub bytes: &'a [u8],
    /// Height, width, channels.
    pub shape: [usize; 3],
}

impl<'a> Images<'a> {
    /// The column `image`.
    ///
    /// # Errors
    /// There is none, or it is no fixed-shape tensor of bytes.
    pub fn of(batch: &'a RecordBatch) -> Result<Self, Failure> {
        let wrong = |what: &str| Failure::internal(format_args!("the column `image` {what}"));
        let (at, field) = batch.schema_ref().column_with_name("image").ok_or_else(|| wrong("is missing"))?;
        let list = batch.column(at).as_fixed_size_list_opt().ok_or_else(|| wrong("is no fixed-size list"))?;
        let shape = field.metadata().get("ARROW:extension:metadata").ok_or_else(|| wrong("has no shape"))?;
        let shape: serde_json::Value = serde_json::from_str(shape).map_err(|error| wrong(&format!("has no readable shape: {error}")))?;
        let shape =
            shape["shape"].as_array().map(|axes| axes.iter().filter_map(serde_json::Value::as_u64).map(|axis| axis as usize).collect());
        let shape: [usize; 3] = shape.and_then(|axes: Vec<usize>| axes.try_into().ok()).ok_or_else(|| wrong("has not three axes"))?;
        let width = usize::try_from(list.value_length()).unwrap_or(0);
        if shape.iter().product::<usize>() != width {
            return Err(wrong(&format!("holds {width} bytes an image, its shape is {shape:?}")));
        }
        let values = list.values().as_primitive_opt::<UInt8Type>().ok_or_else(|| wrong("is not of bytes"))?;
        let bytes = values.values().get(..list.len() * width).ok_or_else(|| wrong("is shorter than it says"))?;
        Ok(Self { bytes, shape })
    }

    /// How many images there are.
    pub fn len(&self) -> usize {
        self.bytes.len() / self.shape.iter().product::<usize>().max(1)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// The column `id`.
///
/// # Errors
/// It is missing, or not text.
pub fn ids(batch: &RecordBatch) -> Result<&StringArray, Failure> {
    column(batch, "id")?.as_string_opt().ok_or_else(|| Failure::internal("the column `id` is not utf8"))
}

/// The column `target`: a class index for each item, each below `classes`.
///
/// # Errors
/// It is missing, of another type, or out of bounds.
pub fn target(batch: &RecordBatch, classes: usize) -> Result<&[i32], Failure> {
    let column = column(batch, "target")?.as_primitive_opt::<Int32Type>();
    let column = column.filter(|column| column.null_count() == 0);
    let values = column.ok_or_else(|| Failure::internal("the column `target` is not int32 without nulls"))?.values();
    match values.iter().find(|value| **value < 0 || **value as usize >= classes) {
        None => Ok(values),
        Some(value) => Err(Failure::internal(format_args!("a target ({value}) is no index into {classes} classes"))),
    }
}

/// The columns `present` and `absent` as one row-major matrix [n, classes]: 1 present, 0 absent, -1 unknown.
///
/// # Errors
/// One is missing, of another type, or out of bounds.
pub fn labels(batch: &RecordBatch, classes: usize) -> Result<Vec<i8>, Failure> {
    let mut matrix = vec![-1_i8; batch.num_rows() * classes];
    for (name, mark) in [("absent", 0), ("present", 1)] {
        let lists: &ListArray =
            column(batch, name)?.as_list_opt().ok_or_else(|| Failure::internal(format_args!("the column `{name}` is no list")))?;
        let values = lists.values().as_primitive_opt::<Int32Type>();
        let values = values.ok_or_else(|| Failure::internal(format_args!("the column `{name}` is not of int32")))?.values();
        for (row, ends) in lists.value_offsets().windows(2).enumerate() {
            for class in &values[ends[0] as usize..ends[1] as usize] {
                if *class < 0 || *class as usize >= classes {
                    return Err(Failure::internal(format_args!("a label ({class}) in `{name}` is no index into {classes} classes")));
                }
                matrix[row * classes + *class as usize] = mark;
            }
        }
    }
    Ok(matrix)
}

/// The column `weight`, if there is one.
///
/// # Errors
/// It is not float32 without nulls.
pub fn weights(batch: &RecordBatch) -> Result<Option<&[f32]>, Failure> {
    let Some(column) = batch.column_by_name("weight") else { return Ok(None) };
    let column = column.as_primitive_opt::<Float32Type>().filter(|column| column.null_count() == 0);
    column.map(|column| Some(&column.values()[..])).ok_or_else(|| Failure::internal("the column `weight` is not float32 without nulls"))
}

/// The column `group`, if there is one: an index into the job's `groups`, or -1 where it is unknown.
///
/// # Errors
/// It is not int32.
pub fn groups(batch: &RecordBatch) -> Result<Option<Vec<i32>>, Failure> {
    let Some(column) = batch.column_by_name("group") else { return Ok(None) };
    let column = column.as_primitive_opt::<Int32Type>().ok_or_else(|| Failure::internal("the column `group` is not int32"))?;
    Ok(Some(column.iter().map(|group| group.unwrap_or(-1)).collect()))
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a dyn Array, Failure> {
    let found = batch.column_by_name(name).map(|column| &**column);
    found
        .filter(|column| *column.data_type() != DataType::Null)
        .ok_or_else(|| Failure::internal(format_args!("the column `{name}` is missing")))
}
