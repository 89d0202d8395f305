//! Batches of a dataset's rows as Arrow, as backends read them. One batch is one step.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, FixedSizeListArray, Float32Array, Int32Array, Int32Builder, ListBuilder, RecordBatch, RecordBatchReader, StringArray,
    UInt8Array,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use rand::seq::SliceRandom;
use rayon::prelude::*;

use super::augment::augment;
use super::dataset::Dataset;
use super::distort::distort;
use super::error::DataError;
use super::frame::{Factor, Targets};
use super::images::Images;
use super::random::generator;
use crate::spec::augment::Augment;
use crate::spec::distort::Distort;

/// The order in which rows are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As they are given.
    Given,
    /// Shuffled anew each epoch.
    Shuffled {
        /// The seed.
        seed: u64,
        /// The epoch, from 0.
        epoch: u32,
    },
}

/// What goes into the batches, apart from ids, images and targets.
#[derive(Clone, Debug, Default)]
pub struct Extra {
    /// The `group` column: a field's levels, null where it is missing.
    pub group: Option<Factor>,
    /// The `weight` column, by row of the dataset; 1 where there is none.
    pub weight: Option<Arc<Vec<f32>>>,
    /// How images are changed: a step is keyed by the order's seed and epoch and by the item.
    pub augment: Augment,
    /// How images are made worse: keyed by its own seed and the item alone, so that every model sees the same.
    pub distort: Option<Distort>,
}

/// A reader of batches.
pub struct Batches {
    dataset: Arc<Dataset>,
    images: Arc<Images>,
    rows: Vec<u32>,
    next: usize,
    batch_size: usize,
    order: Order,
    extra: Extra,
    schema: SchemaRef,
}

impl Batches {
    /// Prepares to read `rows` in batches of `batch_size`; the last may be smaller. The columns are `id`, `image`
    /// (`arrow.fixed_shape_tensor` of bytes), `target` (null where it is not known) or `present` and `absent`, `group` where one is
    /// asked for, and `weight`.
    pub fn new(dataset: Arc<Dataset>, images: Arc<Images>, rows: &[u32], batch_size: usize, order: Order, extra: Extra) -> Self {
        let mut rows = rows.to_vec();
        if let Order::Shuffled { seed, epoch } = order {
            rows.shuffle(&mut generator(seed, "shuffle", u64::from(epoch), 0));
        }
        let schema = Arc::new(schema(&dataset, &images, &extra));
        Self { dataset, images, rows, next: 0, batch_size: batch_size.max(1), order, extra, schema }
    }

    /// How many batches there are in all.
    pub fn batch_count(&self) -> usize {
        self.rows.len().div_ceil(self.batch_size)
    }

    fn batch(&self, rows: &[u32]) -> Result<RecordBatch, ArrowError> {
        let size = self.images.size();
        let mut pixels = vec![0_u8; rows.len() * size];
        let keyed = match self.order {
            Order::Shuffled { seed, epoch } if !self.extra.augment.steps.is_empty() => Some((seed, epoch)),
            _ => None,
        };
        let one = |spare: &mut Vec<u8>, (row, image): (&u32, &mut [u8])| {
            self.images.read(*row, image)?;
            if let Some(how) = self.extra.distort {
                distort(how, &self.dataset.ids[*row as usize], self.images.shape(), self.images.channels(), image);
            }
            if let Some((seed, epoch)) = keyed {
                augment(&self.extra.augment, seed, epoch, *row, self.images.shape(), image, spare);
            }
            Ok(())
        };
        rows.par_iter()
            .zip(pixels.par_chunks_exact_mut(size))
            .map_init(Vec::new, one)
            .collect::<Result<(), Arc<DataError>>>()
            .map_err(|error| ArrowError::ExternalError(Box::new(error)))?;
        let ids = StringArray::from_iter_values(rows.iter().map(|row| &self.dataset.ids[*row as usize]));
        let item = Arc::new(Field::new("item", DataType::UInt8, false));
        let images = FixedSizeListArray::try_new(item, size as i32, Arc::new(UInt8Array::from(pixels)), None)?;
        let mut columns: Vec<ArrayRef> = vec![Arc::new(ids), Arc::new(images)];
        match &self.dataset.targets {
            Targets::Single(targets) => {
                let targets = rows.iter().map(|row| targets[*row as usize].map(|class| class as i32));
                columns.push(Arc::new(targets.collect::<Int32Array>()));
            }
            Targets::Multi { present, absent } => columns.extend([list(present, rows), list(absent, rows)]),
        }
        if let Some(group) = &self.extra.group {
            let codes = rows.iter().map(|row| group.codes[*row as usize].map(|code| code as i32));
            columns.push(Arc::new(codes.collect::<Int32Array>()));
        }
        let weights = rows.iter().map(|row| self.extra.weight.as_ref().map_or(1.0, |weights| weights[*row as usize]));
        columns.push(Arc::new(Float32Array::from_iter_values(weights)));
        RecordBatch::try_new(Arc::clone(&self.schema), columns)
    }
}

fn list(classes: &[Vec<u32>], rows: &[u32]) -> ArrayRef {
    let item = Arc::new(Field::new("item", DataType::Int32, false));
    let mut builder = ListBuilder::new(Int32Builder::new()).with_field(item);
    for row in rows {
        classes[*row as usize].iter().for_each(|class| builder.values().append_value(*class as i32));
        builder.append(true);
    }
    Arc::new(builder.finish())
}

fn schema(dataset: &Dataset, images: &Images, extra: &Extra) -> Schema {
    let [height, width, channels] = images.shape();
    let tensor = [
        ("ARROW:extension:name".to_owned(), "arrow.fixed_shape_tensor".to_owned()),
        ("ARROW:extension:metadata".to_owned(), format!("{{\"shape\":[{height},{width},{channels}]}}")),
    ];
    let bytes = DataType::FixedSizeList(Arc::new(Field::new("item", DataType::UInt8, false)), images.size() as i32);
    let mut fields = vec![
        Field::new("id", DataType::Utf8, false),
        Field::new("image", bytes, false).with_metadata(std::collections::HashMap::from(tensor)),
    ];
    match &dataset.targets {
        Targets::Single(_) => fields.push(Field::new("target", DataType::Int32, true)),
        Targets::Multi { .. } => {
            let classes = DataType::List(Arc::new(Field::new("item", DataType::Int32, false)));
            fields.extend([Field::new("present", classes.clone(), false), Field::new("absent", classes, false)]);
        }
    }
    if extra.group.is_some() {
        fields.push(Field::new("group", DataType::Int32, true));
    }
    fields.push(Field::new("weight", DataType::Float32, false));
    Schema::new(fields)
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.next;
        let end = (start + self.batch_size).min(self.rows.len());
        if start == end {
            return None;
        }
        self.next = end;
        Some(self.batch(&self.rows[start..end]))
    }
}

impl RecordBatchReader for Batches {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}
