//! A host for `backend check`: small generated images, and misbehavior on request.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, FixedSizeListArray, Float32Array, Int32Array, ListArray, StringArray, UInt8Array};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, Float32Type, Int32Type, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::record_batch::{RecordBatch, RecordBatchIterator, RecordBatchReader};
use serde_json::{Value, json};

use super::host::{Host, LogLevel, Verdict};
use super::outputs::SCORES;

/// How the rehearsed images look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scene {
    pub(super) side: usize,
    pub(super) channels: usize,
    pub(super) classes: usize,
    pub(super) items: usize,
    pub(super) batch_size: usize,
    pub(super) multi: bool,
}

impl Scene {
    pub(super) const COLOR: Self = Self { side: 32, channels: 3, classes: 3, items: 12, batch_size: 4, multi: false };

    /// The parts of a job that follow from the images.
    pub(super) fn job(self, ability: &str) -> Value {
        let counts = json!({"rows": self.items, "batches": self.items.div_ceil(self.batch_size)});
        json!({
            "ability": ability,
            "classes": (0..self.classes).map(|class| format!("class {class}")).collect::<Vec<_>>(),
            "labels": if self.multi { "multi" } else { "single" },
            "input": {
                "height": self.side, "width": self.side, "channels": self.channels,
                "order": if self.channels == 1 { "gray" } else { "rgb" },
                "mean": vec![127.5; self.channels], "std": vec![51.0; self.channels],
                "layout": "nchw", "dtype": "float32",
            },
            "inputs": {(if ability == "train" { "train" } else { "predict" }): counts},
            "device": "cpu", "threads": 1,
        })
    }

    fn reader(self, name: &str, epoch: u32) -> Result<Vec<RecordBatch>, ArrowError> {
        let size = self.side * self.side * self.channels;
        let shape = json!({"shape": [self.side, self.side, self.channels]}).to_string();
        let byte = Arc::new(Field::new("item", DataType::UInt8, false));
        let label = Arc::new(Field::new("item", DataType::Int32, false));
        let mut order: Vec<usize> = (0..self.items).collect();
        if name == "train" {
            order.rotate_left(epoch as usize % self.items.max(1));
        }
        let extension = [("ARROW:extension:name", "arrow.fixed_shape_tensor"), ("ARROW:extension:metadata", shape.as_str())];
        let metadata = extension.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let images = DataType::FixedSizeList(Arc::clone(&byte), size as i32);
        let mut fields = vec![Field::new("id", DataType::Utf8, false), Field::new("image", images, false).with_metadata(metadata)];
        match (name, self.multi) {
            ("predict", _) => {}
            (_, false) => fields.push(Field::new("target", DataType::Int32, false)),
            (_, true) => fields.extend(["present", "absent"].map(|name| Field::new(name, DataType::List(Arc::clone(&label)), false))),
        }
        let schema = Arc::new(Schema::new(fields));
        order
            .chunks(self.batch_size)
            .map(|items| {
                let bytes: Vec<u8> = items.iter().flat_map(|item| (0..size).map(move |at| self.byte(*item, at))).collect();
                let bytes = FixedSizeListArray::try_new(Arc::clone(&byte), size as i32, Arc::new(UInt8Array::from(bytes)), None)?;
                let ids = StringArray::from_iter_values(items.iter().map(|item| self.id(*item)));
                let mut columns: Vec<ArrayRef> = vec![Arc::new(ids), Arc::new(bytes)];
                let classes = items.iter().map(|item| (item % self.classes) as i32);
                match (name, self.multi) {
                    ("predict", _) => {}
                    (_, false) => columns.push(Arc::new(Int32Array::from_iter_values(classes))),
                    // One class present, the next one absent, the rest unknown.
                    (_, true) => {
                        for step in 0..2 {
                            let values = Int32Array::from_iter_values(classes.clone().map(|class| (class + step) % self.classes as i32));
                            let ends = OffsetBuffer::from_lengths(items.iter().map(|_| 1));
                            columns.push(Arc::new(ListArray::try_new(Arc::clone(&label), ends, Arc::new(values), None)?));
                        }
                    }
                }
                RecordBatch::try_new(Arc::clone(&schema), columns)
            })
            .collect()
    }

    fn id(self, item: usize) -> String {
        format!("item {item}")
    }

    /// Noise around a level of the item's class.
    fn byte(self, item: usize, at: usize) -> u8 {
        let noise = (item * 31 + at * 17 + (at / 7) * 13) % 64;
        (40 + (item % self.classes) * 60 + noise).min(255) as u8
    }
}

/// What the rehearsed host does wrong, or asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    /// Nothing.
    Fair,
    /// Inputs do not open.
    NoInput,
    /// Inputs fail after their first batch.
    BrokenInput,
    /// Outputs are not taken.
    NoOutput,
    /// Asks for the end at the first progress of this epoch.
    Impatient { epoch: u32 },
    /// Keeps the first epoch's model.
    KeepFirst,
    /// Ends training after the first epoch.
    StopFirst,
}

/// The host; what the backend did with it is kept.
pub(super) struct Rehearsal {
    scene: Scene,
    mood: Mood,
    epoch: u32,
    pub(super) rows: BTreeMap<String, Vec<u32>>,
    pub(super) trouble: Option<String>,
    pub(super) epochs: Vec<i32>,
    pub(super) ended: Vec<u32>,
    pub(super) progressed: u64,
    pub(super) warnings: Vec<String>,
}

impl Rehearsal {
    pub(super) fn new(scene: Scene, mood: Mood) -> Self {
        Self {
            scene,
            mood,
            epoch: 0,
            rows: BTreeMap::new(),
            trouble: None,
            epochs: Vec::new(),
            ended: Vec::new(),
            progressed: 0,
            warnings: Vec::new(),
        }
    }

    /// Whether each id came once.
    pub(super) fn complete(&self) -> Result<(), String> {
        if let Some(trouble) = &self.trouble {
            return Err(trouble.clone());
        }
        let missing = (0..self.scene.items).map(|item| self.scene.id(item)).find(|id| !self.rows.contains_key(id));
        missing.map_or(Ok(()), |id| Err(format!("`{id}` was read and got no row")))
    }
}

impl Host for Rehearsal {
    fn open_input(&mut self, name: &str, epoch: u32) -> Result<Box<dyn RecordBatchReader + Send>, String> {
        self.epoch = epoch;
        if self.mood == Mood::NoInput {
            return Err("the rehearsed input does not open".to_owned());
        }
        let batches = self.scene.reader(name, epoch).map_err(|error| error.to_string())?;
        let schema: SchemaRef = batches.first().map_or_else(|| Arc::new(Schema::empty()), RecordBatch::schema);
        let mut batches: Vec<Result<RecordBatch, ArrowError>> = batches.into_iter().map(Ok).collect();
        if self.mood == Mood::BrokenInput {
            batches.truncate(1);
            batches.push(Err(ArrowError::ExternalError("the rehearsed input broke off".into())));
        }
        Ok(Box::new(RecordBatchIterator::new(batches, schema)))
    }

    fn emit(&mut self, name: &str, batch: RecordBatch) -> Result<(), String> {
        if self.mood == Mood::NoOutput {
            return Err("the rehearsed output is not taken".to_owned());
        }
        if name == "epochs" {
            let column = batch.column_by_name("epoch").and_then(|column| column.as_primitive_opt::<Int32Type>());
            self.epochs.extend(column.into_iter().flatten().flatten());
            return Ok(());
        }
        let (Some(ids), Some(scores)) = (batch.column_by_name("id"), SCORES.iter().find_map(|name| batch.column_by_name(name))) else {
            return Err("the columns are missing".to_owned());
        };
        for (row, id) in ids.as_string::<i32>().iter().enumerate() {
            let id = id.unwrap_or_default().to_owned();
            let numbers = scores.as_fixed_size_list().value(row);
            let numbers: &Float32Array = numbers.as_primitive::<Float32Type>();
            // Bits, so that equal means equal.
            let bits = numbers.values().iter().map(|number| number.to_bits()).collect();
            let known = id.strip_prefix("item ").and_then(|item| item.parse::<usize>().ok()).is_some_and(|item| item < self.scene.items);
            if !known {
                self.trouble.get_or_insert(format!("a row has the id `{id}`, which was never read"));
            } else if self.rows.insert(id.clone(), bits).is_some() {
                self.trouble.get_or_insert(format!("`{id}` has two rows"));
            }
        }
        Ok(())
    }

    fn epoch_end(&mut self, epoch: u32) -> Result<Verdict, String> {
        self.ended.push(epoch);
        Ok(match self.mood {
            Mood::KeepFirst if epoch == 0 => Verdict::Keep,
            Mood::StopFirst => Verdict::Stop,
            _ => Verdict::Continue,
        })
    }

    fn progress(&mut self, _done: u64, _total: u64, _message: &str) -> bool {
        self.progressed += 1;
        matches!(self.mood, Mood::Impatient { epoch } if self.epoch >= epoch)
    }

    fn log(&mut self, level: LogLevel, message: &str) {
        if level <= LogLevel::Warn {
            self.warnings.push(message.to_owned());
        }
    }
}
