//! The backend `onnx` with small models (`models.py`), good and bad.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, FixedSizeListArray, RecordBatch, RecordBatchIterator, StringArray, UInt8Array};
use arrow::datatypes::{DataType, Field, Float32Type, Schema};
use fairgrid_onnx::Onnx;
use fairgrid_sdk::{Backend, Cancel, Config, Failure, Host, Input, Job, Level, Status, Verdict};
use serde_json::{Value, json};

/// The side of a picture, which has three channels.
const SIDE: usize = 4;
/// The color of each picture.
const COLORS: [[u8; 3]; 5] = [[0, 10, 20], [30, 40, 50], [60, 70, 80], [255, 0, 1], [2, 3, 4]];

/// Hands out pictures of one color each, in two batches, and keeps what comes back.
#[derive(Default)]
struct Record {
    kinds: Vec<String>,
    scores: Vec<(String, Vec<f32>)>,
}

impl Host for Record {
    fn open_input(&mut self, _name: &str, _epoch: u32) -> Result<Input, Failure> {
        let batches = [batch(&[0, 1, 2]), batch(&[3, 4])];
        let schema = batches[0].schema();
        Ok(Input::new(Box::new(RecordBatchIterator::new(batches.into_iter().map(Ok), schema))))
    }

    fn emit(&mut self, name: &str, batch: RecordBatch) -> Result<(), Failure> {
        assert_eq!(name, "rows");
        self.kinds.push(batch.schema().field(1).name().clone());
        let lists = batch.column(1).as_fixed_size_list();
        let values = lists.values().as_primitive::<Float32Type>().values();
        let rows = values.chunks(lists.value_length() as usize);
        self.scores.extend(batch["id"].as_string::<i32>().iter().map(|id| id.unwrap().to_owned()).zip(rows.map(<[f32]>::to_vec)));
        Ok(())
    }

    fn epoch_end(&mut self, _epoch: u32) -> Result<Verdict, Failure> {
        Ok(Verdict::Continue)
    }

    fn progress(&mut self, _done: u64, _total: u64, _message: &str) -> Result<(), Failure> {
        Ok(())
    }

    fn log(&mut self, _level: Level, _message: &str) {}

    fn cancel(&self) -> Cancel {
        Cancel::default()
    }
}

fn batch(items: &[usize]) -> RecordBatch {
    let ids: StringArray = items.iter().map(|item| Some(format!("picture {item}"))).collect();
    let byte = Arc::new(Field::new("item", DataType::UInt8, false));
    let bytes: Vec<u8> = items.iter().flat_map(|item| COLORS[*item].repeat(SIDE * SIDE)).collect();
    let images = FixedSizeListArray::new(byte, (SIDE * SIDE * 3) as i32, Arc::new(UInt8Array::from(bytes)), None);
    let metadata = [
        ("ARROW:extension:name".to_owned(), "arrow.fixed_shape_tensor".to_owned()),
        ("ARROW:extension:metadata".to_owned(), format!(r#"{{"shape":[{SIDE},{SIDE},3]}}"#)),
    ];
    let image = Field::new("image", images.data_type().clone(), false).with_metadata(metadata);
    let columns: Vec<ArrayRef> = vec![Arc::new(ids), Arc::new(images)];
    RecordBatch::try_new(Arc::new(Schema::new(vec![Field::new("id", DataType::Utf8, false), image])), columns).unwrap()
}

/// A job for a model, with members of it replaced or, where null, taken out; those of `input` one by one.
fn job(model: &str, changes: Value) -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/models/{model}.onnx"));
    let mut job = json!({
        "ability": "predict", "file": file, "classes": ["red", "green", "blue"], "labels": "single",
        "input": {"height": SIDE, "width": SIDE, "channels": 3, "order": "rgb", "mean": [0, 0, 0], "std": [1, 1, 1], "layout": "nchw", "dtype": "float32"},
        "inputs": {"predict": {"rows": 5, "batches": 2}}, "threads": 1,
    });
    for (key, change) in changes.as_object().unwrap() {
        match (key.as_str(), change) {
            ("input", Value::Object(members)) => members.iter().for_each(|(key, value)| job["input"][key] = value.clone()),
            _ => job[key] = change.clone(),
        }
    }
    job
}

fn run(job: Value) -> Result<Record, Failure> {
    let runtime = fairgrid_runtime::onnxruntime().unwrap();
    let mut backend = Onnx::open(&Config::new(json!({"libraries": runtime.preload})))?;
    let mut host = Record::default();
    backend.run(&Job::read(job)?, &mut host)?;
    Ok(host)
}

fn scores(job: Value) -> Vec<Vec<f32>> {
    let record = run(job).unwrap();
    assert!(record.scores.iter().enumerate().all(|(item, (id, _))| *id == format!("picture {item}")));
    record.scores.into_iter().map(|(_, scores)| scores).collect()
}

fn colors() -> Vec<Vec<f32>> {
    COLORS.iter().map(|color| color.map(f32::from).to_vec()).collect()
}

#[test]
fn every_form_of_input_gives_the_same_scores() {
    for (model, input) in [
        ("plain", json!({})),
        ("open", json!({})),
        ("pooled", json!({})),
        ("fixed", json!({"layout": "nhwc"})),
        ("bytes", json!({"dtype": "uint8"})),
        ("half", json!({"dtype": "float16"})),
    ] {
        assert_eq!(scores(job(model, json!({"input": input}))), colors(), "{model}");
    }
}

#[test]
fn bytes_are_normalized_a_channel_at_a_time() {
    let found = scores(job("plain", json!({"input": {"mean": [10, 0, 1], "std": [2, 1, 4]}})));
    let wanted: Vec<Vec<f32>> =
        COLORS.iter().map(|[r, g, b]| vec![(f32::from(*r) - 10.0) / 2.0, f32::from(*g), (f32::from(*b) - 1.0) / 4.0]).collect();
    assert_eq!(found, wanted);
}

#[test]
fn names_and_columns_choose_the_scores() {
    let named = scores(job("plain", json!({"output": {"logits": ["blue", "red", "green"]}})));
    assert_eq!(named[1], [40.0, 50.0, 30.0]);
    let two = json!({"classes": ["blue", "red"], "output": {"columns": [0, 2], "scores": ["red", "blue"]}});
    let record = run(job("plain", two)).unwrap();
    assert_eq!((record.kinds[0].as_str(), record.scores[1].1.as_slice()), ("scores", &[50.0, 30.0][..]));
    let features = json!({"output": {"tensor": "features", "logits": ["red", "green", "blue"]}});
    assert_eq!(scores(job("softmax", features)), colors());
    let softmax = json!({"input": {"std": [255, 255, 255]}, "output": {"tensor": "out", "probabilities": ["red", "green", "blue"]}});
    let record = run(job("softmax", softmax)).unwrap();
    assert_eq!(record.kinds, ["probabilities", "probabilities"]);
    assert!((record.scores[3].1.iter().sum::<f32>() - 1.0).abs() < 1e-6);
}

#[test]
fn one_score_serves_two_classes() {
    let gray = json!({"mean": [127, 127, 127], "std": [64, 64, 64]});
    let both = scores(job("sigmoid", json!({"classes": ["other", "red"], "input": gray, "output": {"probabilities": ["red"]}})));
    assert!(both[3][1] > 0.8 && both[0][1] < 0.2, "{both:?}");
    assert!(both.iter().all(|row| (row[0] + row[1] - 1.0).abs() < 1e-6));
}

#[test]
fn wrong_jobs_are_pointed_at() {
    for (model, changes, pointer, message) in [
        (
            "plain",
            json!({"input": {"height": 32, "width": 28}}),
            "/input/size",
            "the model's input `images` has the shape [?, 3, 4, 4], and `input` gives [?, 3, 32, 28]",
        ),
        (
            "plain",
            json!({"input": {"channels": 1, "order": "gray", "mean": [0], "std": [1]}}),
            "/input/channels",
            "`input` gives [?, 1, 4, 4]",
        ),
        ("plain", json!({"input": {"layout": "nhwc"}}), "/input/layout", "has the shape [?, 3, 4, 4], and `input` gives [?, 4, 4, 3]"),
        ("fixed", json!({}), "/input/layout", "has the shape [4, 4, 4, 3], and `input` gives [?, 3, 4, 4]"),
        ("plain", json!({"input": {"dtype": "uint8"}}), "/input/dtype", "is of float32, and `input` gives uint8"),
        ("bytes", json!({"input": {"dtype": "uint8", "mean": [1, 1, 1]}}), "/input/mean", "takes the bytes as they are"),
        ("plain", json!({"input": {"dtype": "int4"}}), "/input/dtype", "must be float32, float16 or uint8"),
        ("pair", json!({}), "/file", "has 2 inputs (`images`, `mask`)"),
        ("integers", json!({}), "/output", "not a tensor of real numbers"),
        ("maps", json!({}), "/output", "has the shape [3, 3, 4, 4], not one row of scores an item"),
        ("plain", json!({"output": {"tensor": "fc"}}), "/output/tensor", "the model has no output `fc`"),
        ("plain", json!({"classes": ["red", "blue"]}), "/output", "has 3 scores an item, and 2 are named"),
        (
            "plain",
            json!({"output": {"columns": [0, 1], "logits": ["red", "green", "blue"]}}),
            "/output/columns",
            "has 2 entries for 3 named scores",
        ),
        (
            "plain",
            json!({"output": {"columns": [0, 1, 3], "logits": ["red", "green", "blue"]}}),
            "/output/columns/2",
            "there is no column 3",
        ),
        ("plain", json!({"output": {"logits": ["red", "green", "pink"]}}), "/output/logits/2", "`pink` is no class here"),
        ("plain", json!({"output": {"logits": ["red", "green", "red"]}}), "/output/logits/2", "`red` is named twice"),
        ("plain", json!({"output": {"logits": ["red", "green"]}}), "/output/logits", "no score is named for the class `blue`"),
        ("plain", json!({"output": {"logits": ["red"], "scores": ["red"]}}), "/output/scores", "both `logits` and `scores`"),
        (
            "plain",
            json!({"output": {"probabilities": ["red", "green", "blue"]}}),
            "/output/probabilities",
            "`picture 0`, class `green`, is 10, which is no probability",
        ),
        ("plain", json!({"device": "cuda"}), "/device", "computes on `cpu` only"),
        ("plain", json!({"ability": "train"}), "/ability", "does not train"),
        ("plain", json!({"file": null}), "/file", "`file` is missing"),
        ("nowhere", json!({}), "/file", "there is no file"),
    ] {
        let failure = run(job(model, changes)).err().unwrap();
        assert_eq!(failure.pointer.as_deref(), Some(pointer), "{model}: {}", failure.message);
        assert!(failure.message.contains(message), "{}", failure.message);
    }
}

#[test]
fn what_is_no_score_names_its_item() {
    let failure = run(job("logarithm", json!({"input": {"mean": [0, 0, 2]}}))).err().unwrap();
    assert_eq!(
        (failure.status, failure.message.as_str()),
        (Status::Runtime, "the model's output for `picture 0`, class `red`, is -inf, which is no logit")
    );
}

#[test]
fn broken_models_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let whole = std::fs::read(job("plain", json!({}))["file"].as_str().unwrap()).unwrap();
    for (name, content) in [("empty", &b""[..]), ("cut", &whole[..whole.len() / 2]), ("text", b"not a model"), ("zeros", &[0; 64])] {
        let file = folder.path().join(name);
        std::fs::write(&file, content).unwrap();
        let failure = run(job("plain", json!({"file": file}))).err().unwrap();
        assert_eq!((failure.status, failure.pointer.as_deref()), (Status::File, Some("/file")), "{name}: {}", failure.message);
        assert!(failure.message.contains("is no model that ONNX Runtime can load"), "{name}: {}", failure.message);
    }
}

#[test]
fn it_describes_itself() {
    let description = Onnx::describe().to_json();
    assert_eq!(description["runtime"], json!({"name": "onnxruntime", "version": fairgrid_runtime::Native::OnnxRuntime.version()}));
    assert_eq!(description["abilities"], json!(["predict"]));
}
