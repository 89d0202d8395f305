//! The plain C backend's arithmetic, checked against the same in Rust: Arrow both ways, with offsets.

use arrow::array::AsArray;
use arrow::datatypes::Float64Type;
use fairgrid::backend::error::Status;
use fairgrid::backend::plugin::Plugin;
use serde_json::json;

use super::fixture::{Keeper, folder, job, plain};

/// The classes' mean colors after two epochs with momentum 0.5: three quarters of the way from 0.
fn means() -> [f64; 2] {
    let normalize = |byte: f64| (byte - 127.5) / 51.0;
    [0.75 * normalize(22.0), 0.75 * normalize(203.0)]
}

#[test]
fn what_is_trained_is_what_predicts() {
    let weights = folder("plain").join("weights");
    let mut instance = Plugin::load(&plain(), &[]).unwrap().open(&json!({"threads": 1})).unwrap();
    let mut train = job("train", "nearest_mean");
    train["save_weights"] = json!(weights);
    let mut host = Keeper::default();
    instance.run(&train, &mut host).unwrap();
    assert_eq!(host.progress.last(), Some(&(4, 4, "train".to_owned())));
    let losses: Vec<f64> =
        host.epochs.iter().map(|epoch| epoch.column_by_name("loss").unwrap().as_primitive::<Float64Type>().value(0)).collect();
    assert!(losses.len() == 2 && losses[1] < losses[0], "{losses:?}");

    let mut predict = job("predict", "nearest_mean");
    predict["weights"] = json!(weights);
    let mut host = Keeper::default();
    instance.run(&predict, &mut host).unwrap();
    assert_eq!(host.column, "logits");
    let bytes = [20.0, 201.0, 22.0, 203.0, 24.0, 205.0];
    let ids = ["a", "bb", "ccc", "dddd", "é", ""];
    assert_eq!(host.rows.len(), 6);
    for ((byte, id), (found, logits)) in bytes.into_iter().zip(ids).zip(&host.rows) {
        assert_eq!(found, id);
        for (mean, logit) in means().into_iter().zip(logits) {
            let color = (byte - 127.5) / 51.0;
            assert!((f64::from(*logit) + (color - mean) * (color - mean)).abs() < 1e-5, "{id}: {logit}");
        }
    }
}

#[test]
fn a_plain_backend_points_at_what_is_wrong() {
    let mut instance = Plugin::load(&plain(), &[]).unwrap().open(&json!({})).unwrap();
    let mut wrong = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut job = job("train", "nearest_mean");
        job["save_weights"] = json!(folder("plain").join("unused"));
        change(&mut job);
        let error = instance.run(&job, &mut Keeper::default()).unwrap_err();
        (error.status, error.message, error.pointer.unwrap_or_default())
    };
    assert_eq!(
        wrong(&|job| job["architecture"] = json!({"nearest_mean": {"temperature": 0}})),
        (Status::Invalid, "`temperature` (0) must be from 1e-06 to 1e+06".to_owned(), "/architecture/nearest_mean/temperature".to_owned())
    );
    assert_eq!(
        wrong(&|job| job["train"]["optimizer"] = json!({"adam": {}})),
        (Status::Invalid, "this backend has nothing else here than `running_mean`".to_owned(), "/train/optimizer".to_owned())
    );
    assert_eq!(
        wrong(&|job| job["labels"] = json!("multi")),
        (Status::Unsupported, "this backend knows one class an image, not several".to_owned(), "/labels".to_owned())
    );
}
