//! A host for tests: pictures whose class can be seen, and a record of what was emitted.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, FixedSizeListArray, Float32Array, Int32Array, ListArray, RecordBatch, RecordBatchIterator, StringArray,
    UInt8Array,
};
use arrow::datatypes::{DataType, Field, Float32Type, Float64Type, Int32Type, Schema};
use fairgrid_sdk::{Backend, Cancel, Config, Failure, Host, Input, Job, Level, Verdict};
use fairgrid_torch::Torch;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Items, classes and batches of the pictures.
pub(crate) const ITEMS: usize = 96;
pub(crate) const CLASSES: usize = 3;
pub(crate) const BATCH: usize = 16;
/// The side of a picture, which has three channels.
const SIDE: usize = 8;

/// A host that hands out pictures and keeps what comes back.
pub(crate) struct Record {
    /// The labels are lists: each item also has the class after its own.
    pub(crate) multi: bool,
    /// An item's weight, if items have one.
    pub(crate) weight: Option<fn(usize) -> f32>,
    /// The answer to each epoch's end.
    pub(crate) verdict: fn(u32) -> Verdict,
    /// After so many calls of `progress`, the job is cancelled.
    pub(crate) patience: u64,
    /// What was emitted, by name.
    pub(crate) emitted: HashMap<String, Vec<RecordBatch>>,
    /// Calls of `progress` so far.
    pub(crate) calls: u64,
}

impl Default for Record {
    fn default() -> Self {
        Self { multi: false, weight: None, verdict: |_| Verdict::Continue, patience: u64::MAX, emitted: HashMap::new(), calls: 0 }
    }
}

impl Record {
    /// A column of `epochs`.
    pub(crate) fn epochs(&self, column: &str) -> Vec<f64> {
        let numbers = |batch: &RecordBatch| batch[column].as_primitive::<Float64Type>().values().to_vec();
        self.emitted.get("epochs").into_iter().flatten().flat_map(numbers).collect()
    }

    /// The share of items whose own class has the highest logit among what was emitted under `name`.
    pub(crate) fn accuracy(&self, name: &str) -> f64 {
        let mut right = 0;
        for batch in &self.emitted[name] {
            let logits = batch["logits"].as_fixed_size_list().values().as_primitive::<Float32Type>().values();
            for (id, logits) in batch["id"].as_string::<i32>().iter().zip(logits.chunks(CLASSES)) {
                let item: usize = id.unwrap().parse().unwrap();
                let best = (0..CLASSES).max_by(|one, other| logits[*one].total_cmp(&logits[*other])).unwrap();
                right += usize::from(best == item % CLASSES);
            }
        }
        right as f64 / ITEMS as f64
    }
}

impl Host for Record {
    fn open_input(&mut self, _name: &str, epoch: u32) -> Result<Input, Failure> {
        // Another order each epoch.
        let order: Vec<usize> = (0..ITEMS).map(|item| (item * 5 + 7 * epoch as usize) % ITEMS).collect();
        let batches: Vec<RecordBatch> = order.chunks(BATCH).map(|items| self.batch(items)).collect();
        let schema = batches[0].schema();
        Ok(Input::new(Box::new(RecordBatchIterator::new(batches.into_iter().map(Ok), schema))))
    }

    fn emit(&mut self, name: &str, batch: RecordBatch) -> Result<(), Failure> {
        self.emitted.entry(name.to_owned()).or_default().push(batch);
        Ok(())
    }

    fn epoch_end(&mut self, epoch: u32) -> Result<Verdict, Failure> {
        Ok((self.verdict)(epoch))
    }

    fn progress(&mut self, _done: u64, _total: u64, _message: &str) -> Result<(), Failure> {
        self.calls += 1;
        if self.calls > self.patience { Err(Failure::cancelled()) } else { Ok(()) }
    }

    fn log(&mut self, _level: Level, _message: &str) {}

    fn cancel(&self) -> Cancel {
        Cancel::default()
    }
}

impl Record {
    fn batch(&self, items: &[usize]) -> RecordBatch {
        let ids: StringArray = items.iter().map(|item| Some(item.to_string())).collect();
        let byte = Arc::new(Field::new("item", DataType::UInt8, false));
        let bytes: Vec<u8> = items.iter().flat_map(|item| picture(*item)).collect();
        let images = FixedSizeListArray::new(Arc::clone(&byte), (SIDE * SIDE * 3) as i32, Arc::new(UInt8Array::from(bytes)), None);
        let metadata = [
            ("ARROW:extension:name".to_owned(), "arrow.fixed_shape_tensor".to_owned()),
            ("ARROW:extension:metadata".to_owned(), format!(r#"{{"shape":[{SIDE},{SIDE},3]}}"#)),
        ];
        let image = Field::new("image", images.data_type().clone(), false).with_metadata(metadata);
        let mut fields = vec![Field::new("id", DataType::Utf8, false), image];
        let mut columns: Vec<ArrayRef> = vec![Arc::new(ids), Arc::new(images)];
        let mut add = |name: &str, column: ArrayRef| {
            fields.push(Field::new(name, column.data_type().clone(), false));
            columns.push(column);
        };
        let classes = items.iter().map(|item| (item % CLASSES) as i32);
        if self.multi {
            let lists = |of: fn(i32) -> Vec<i32>| {
                Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(
                    classes.clone().map(|class| Some(of(class).into_iter().map(Some))),
                ))
            };
            add("present", lists(|class| vec![class, (class + 1) % CLASSES as i32]));
            add("absent", lists(|class| vec![(class + 2) % CLASSES as i32]));
        } else {
            add("target", Arc::new(Int32Array::from_iter_values(classes)));
        }
        if let Some(weight) = self.weight {
            add("weight", Arc::new(Float32Array::from_iter_values(items.iter().map(|item| weight(*item)))));
        }
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
    }
}

/// A picture of an item: its class decides which third is bright, the item itself the noise.
fn picture(item: usize) -> Vec<u8> {
    let shade = |at: usize| {
        let noise = (item * 31 + at * 17) % 97;
        let bright = (at / 3 % SIDE) * CLASSES / SIDE == item % CLASSES;
        (noise + if bright { 120 } else { 0 }) as u8
    };
    (0..SIDE * SIDE * 3).map(shade).collect()
}

/// A folder for a job's files.
pub(crate) struct Files(TempDir);

impl Files {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A job that trains for `epochs`; `changes` replace members of it and of its `train` block.
    pub(crate) fn train(&self, epochs: u64, changes: Value) -> Value {
        let mut job = json!({
            "ability": "train",
            "architecture": {"small_cnn": {"width": 4, "dropout": 0.25}},
            "classes": ["a", "b", "c"], "labels": "single",
            "input": {"height": SIDE, "width": SIDE, "channels": 3, "order": "rgb", "mean": [128, 128, 128], "std": [64, 64, 64], "layout": "nchw", "dtype": "float32"},
            "inputs": {"train": {"rows": ITEMS, "batches": ITEMS / BATCH}},
            "train": {"loss": {"cross_entropy": {}}, "optimizer": {"adamw": {"learning_rate": 0.01}}, "seed": 0, "epochs": epochs, "batch_size": BATCH},
            "save_weights": self.path("weights"), "threads": 1,
        });
        merge(&mut job, changes);
        job
    }

    /// A job that predicts with what training left.
    pub(crate) fn predict(&self, changes: Value) -> Value {
        let mut job = self.train(
            1,
            json!({"ability": "predict", "train": null, "weights": self.path("weights"), "inputs": {"predict": {"rows": ITEMS}}}),
        );
        merge(&mut job, changes);
        job
    }
}

/// Puts `changes` into a job. What has one member, as a choice has, is replaced by what has one member.
fn merge(job: &mut Value, changes: Value) {
    match (job, changes) {
        (Value::Object(members), Value::Object(changes)) if changes.len() != 1 || members.len() != 1 => {
            for (key, value) in changes {
                merge(members.entry(key).or_insert(Value::Null), value);
            }
        }
        (place, value) => *place = value,
    }
}

/// Does a job.
pub(crate) fn run(job: &Value, host: &mut Record) -> Result<(), Failure> {
    Torch::open(&Config::new(json!({})))?.run(&Job::read(job.clone())?, host)
}

/// A file's content.
pub(crate) fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}
