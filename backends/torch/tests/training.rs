//! Training and predicting: what is learned, what is refused.

use fairgrid_sdk::{Status, Verdict};
use serde_json::{Value, json};

use crate::job::{Files, Record, bytes, run};

#[test]
fn every_architecture_learns_and_predicts_what_it_learned() {
    for architecture in
        [json!({"small_cnn": {"width": 4}}), json!({"linear": {}}), json!({"mlp": {"hidden": [16]}}), json!({"resnet18": {}})]
    {
        let files = Files::new();
        let mut host = Record::default();
        // So many that no processor's rounding decides.
        let epochs = if architecture.get("resnet18").is_some() { 6 } else { 12 };
        run(&files.train(epochs, json!({"architecture": architecture})), &mut host).unwrap();
        let losses = host.epochs("loss");
        assert_eq!(losses.len() as u64, epochs);
        assert!(losses[losses.len() - 1] < losses[0], "{architecture}: {losses:?}");
        run(&files.predict(json!({"architecture": architecture})), &mut host).unwrap();
        assert!(host.accuracy("rows") > 0.9, "{architecture}: {}", host.accuracy("rows"));
    }
}

#[test]
fn several_labels_are_learned_by_both_losses() {
    for loss in [json!({"bce": {}}), json!({"multilabel_softmax": {}})] {
        let files = Files::new();
        let mut host = Record { multi: true, ..Record::default() };
        run(&files.train(12, json!({"labels": "multi", "train": {"loss": loss}})), &mut host).unwrap();
        let losses = host.epochs("loss");
        // With two present classes, the softmax loss can't go below log 2.
        let least = if loss.get("bce").is_some() { 0.0 } else { f64::ln(2.0) };
        assert!(losses[11] - least < 0.3 * (losses[0] - least), "{loss}: {losses:?}");
    }
}

#[test]
fn a_seed_decides_everything() {
    let weights = |seed: u64| {
        let files = Files::new();
        run(&files.train(2, json!({"train": {"seed": seed}})), &mut Record::default()).unwrap();
        bytes(&files.path("weights"))
    };
    assert!(weights(1) == weights(1));
    assert!(weights(1) != weights(2));
}

#[test]
fn weights_multiply_losses() {
    let losses = |weight| {
        let mut host = Record { weight, ..Record::default() };
        let optimizer = json!({"sgd": {"learning_rate": 1e-9}});
        run(&Files::new().train(1, json!({"architecture": {"linear": {}}, "train": {"optimizer": optimizer}})), &mut host).unwrap();
        host.epochs("loss")[0]
    };
    let plain = losses(None);
    assert!((losses(Some(|_| 2.0)) - 2.0 * plain).abs() < 1e-4 * plain);
    assert!(losses(Some(|item| f32::from(u8::from(item % 2 == 0)))) < 0.7 * plain);
}

#[test]
fn the_host_decides_what_is_kept_and_when_to_stop() {
    let run_with = |verdict: fn(u32) -> Verdict, epochs: u64| {
        let files = Files::new();
        let mut host = Record { verdict, ..Record::default() };
        run(&files.train(epochs, json!({"inputs": {"train": {"batches": 6}, "validation": {"batches": 6}}})), &mut host).unwrap();
        (bytes(&files.path("weights")), host)
    };
    let (first, _) = run_with(|_| Verdict::Continue, 1);
    // A schedule would see the number of epochs; there is none here, so that the first of three epochs is the first of one.
    let (kept, host) = run_with(|epoch| if epoch == 0 { Verdict::Keep } else { Verdict::Continue }, 3);
    assert!(kept == first);
    assert_eq!(host.emitted["validation"].len(), 3 * 6);
    let (stopped, host) = run_with(|_| Verdict::Stop, 3);
    assert!(stopped == first);
    assert_eq!(host.epochs("loss").len(), 1);
}

#[test]
fn weights_begin_a_further_training() {
    let files = Files::new();
    run(&files.train(8, json!({})), &mut Record::default()).unwrap();
    let first_loss = |changes: Value| {
        let mut host = Record::default();
        run(&files.train(1, changes), &mut host).unwrap();
        host.epochs("loss")[0]
    };
    let weights = files.path("weights");
    std::fs::copy(&weights, files.path("before")).unwrap();
    let fresh = first_loss(json!({}));
    let tuned = first_loss(json!({"weights": files.path("before")}));
    assert!(tuned < 0.5 * fresh, "{tuned} after weights, {fresh} without");
    // Another number of classes leaves only the last layer fresh; to predict with it is refused.
    let more = json!({"weights": files.path("before"), "classes": ["a", "b", "c", "d"]});
    assert!(first_loss(more.clone()) < fresh);
    let failure = run(&files.predict(more), &mut Record::default()).unwrap_err();
    assert_eq!((failure.status, failure.pointer.as_deref()), (Status::File, Some("/weights")));
    assert!(failure.message.contains("`fc.bias` has the shape [3] there and [4] here"), "{}", failure.message);
}

#[test]
fn training_that_diverges_says_where() {
    let optimizer = json!({"sgd": {"learning_rate": 1e38}});
    let failure =
        run(&Files::new().train(2, json!({"architecture": {"linear": {}}, "train": {"optimizer": optimizer}})), &mut Record::default())
            .unwrap_err();
    assert!(failure.message.contains("in epoch 1, step"), "{}", failure.message);
    assert_eq!(failure.pointer.as_deref(), Some("/train/optimizer/sgd/learning_rate"));
}

#[test]
fn wrong_jobs_are_pointed_at() {
    for (changes, pointer, message) in [
        (json!({"train": {"loss": {"focal": {"gamma": -1}}}}), "/train/loss/focal/gamma", "`gamma` (-1) must be from 0 to 20"),
        (json!({"train": {"loss": {"focal": {"alpha": [1, 2]}}}}), "/train/loss", "`alpha` has 2 weights for 3 classes"),
        (json!({"train": {"loss": {"fokal": {}}}}), "/train/loss/fokal", "`fokal` is no loss of this backend"),
        (json!({"train": {"optimizer": {"adamw": {}}}}), "/train/optimizer/adamw/learning_rate", "`learning_rate` is missing"),
        (
            json!({"train": {"optimizer": {"adam": {"learning_rate": 1, "betas": [0.9, 1.0]}}}}),
            "/train/optimizer/adam/betas",
            "two numbers from 0 to below 1",
        ),
        (json!({"train": {"optimizer": {"sgd": {"learning_rate": 1, "nesterov": true}}}}), "/train/optimizer/sgd", "needs a `momentum`"),
        (json!({"train": {"schedule": {"step": {"every": 0}}}}), "/train/schedule/step/every", "`every` (0) must be from 1"),
        (json!({"train": {"epochs": 0}}), "/train/epochs", "`epochs` (0) must be from 1"),
        (json!({"architecture": {"small_cnn": {"depth": 3}}}), "/architecture/small_cnn/depth", "`depth` is not an option here"),
        (json!({"architecture": {"mlp": {"hidden": [2.5]}}}), "/architecture/mlp/hidden", "(2.5) must be a whole number"),
        (
            json!({"architecture": {"resnet18": {}}, "input": {"channels": 1, "mean": [0], "std": [1], "order": "gray"}}),
            "/input",
            "needs images of 3 channels",
        ),
        (json!({"input": {"height": 2}}), "/input", "at least 4x4, these are 2x8"),
        (json!({"input": {"dtype": "float16"}}), "/input/dtype", "must be float32"),
        (json!({"labels": "multi"}), "/train/loss", "`cross_entropy` needs exactly one class an item"),
        (json!({"device": "tpu"}), "/device", "can't compute on `tpu` here"),
        (json!({"save_weights": null}), "/save_weights", "`save_weights` is missing"),
    ] {
        let failure = run(&Files::new().train(1, changes), &mut Record::default()).unwrap_err();
        assert_eq!(failure.pointer.as_deref(), Some(pointer), "{}", failure.message);
        assert!(failure.message.contains(message), "{}", failure.message);
    }
}

#[test]
fn files_that_are_no_weights_are_refused() {
    let files = Files::new();
    for content in [&b""[..], b"PK\x03\x04 a pickle", &[0xff; 64]] {
        std::fs::write(files.path("weights"), content).unwrap();
        let failure = run(&files.predict(json!({})), &mut Record::default()).unwrap_err();
        assert_eq!(failure.status, Status::File);
        assert!(failure.message.contains("is no safetensors file"), "{}", failure.message);
    }
    let failure = run(&files.predict(json!({"weights": "/nowhere/weights"})), &mut Record::default()).unwrap_err();
    assert!(failure.message.starts_with("`/nowhere/weights`: "), "{}", failure.message);
}

#[test]
fn the_description_is_complete() {
    use fairgrid_sdk::Backend;
    let description = fairgrid_torch::Torch::describe().to_json();
    for (kind, wanted) in [("architectures", 6), ("losses", 4), ("optimizers", 3), ("schedules", 4)] {
        let things = description["kinds"][kind].as_array().unwrap();
        assert_eq!(things.len(), wanted, "{kind}");
        assert!(things.iter().all(|thing| thing["options"]["additionalProperties"] == false));
    }
    assert_eq!(description["runtime"], json!({"name": "libtorch", "version": "2.13.0"}));
}
