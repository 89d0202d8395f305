//! Losses and optimizers against PyTorch (`oracle.py`), and against published numbers.

use std::sync::LazyLock;

use fairgrid_sdk::{Labels, Part};
use fairgrid_torch::loss::{self, PerItem};
use fairgrid_torch::schedule::{self, Schedule};
use fairgrid_torch::targets::Targets;
use fairgrid_torch::{loss::Loss, optimizer};
use serde_json::{Value, json};
use tch::{Kind, Tensor};

static ORACLE: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(include_str!("oracle.json")).unwrap());

fn numbers(value: &Value) -> Vec<f32> {
    match value {
        Value::Array(entries) => entries.iter().flat_map(numbers).collect(),
        number => vec![number.as_f64().unwrap() as f32],
    }
}

fn matrix(value: &Value) -> Tensor {
    Tensor::from_slice(&numbers(value)).view([-1, 4])
}

fn values(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten(0, -1).try_into().unwrap()
}

fn assert_close(found: &[f32], wanted: &[f32], what: &str) {
    assert_eq!(found.len(), wanted.len(), "{what}");
    for (found, wanted) in found.iter().zip(wanted) {
        assert!((found - wanted).abs() <= 1e-6 * wanted.abs().max(1.0), "{what}: {found} instead of {wanted}");
    }
}

fn choose(loss: &Value, labels: Labels) -> Box<dyn Loss> {
    loss::choose(&Part::root(loss), labels, 4).unwrap()
}

fn single(classes: &Value) -> Targets {
    Targets::Single { class: Tensor::from_slice(&numbers(classes)).to_kind(Kind::Int64), classes: 4 }
}

fn multi(present: &Value, known: &Value) -> Targets {
    Targets::Multi { present: matrix(present), known: matrix(known) }
}

/// The items' losses and the gradient of their sum.
fn evaluate(loss: &dyn Loss, logits: &Value, targets: &Targets) -> (PerItem, Vec<f32>) {
    let logits = matrix(logits).set_requires_grad(true);
    let found = loss.per_item(&logits, targets);
    found.losses.sum(Kind::Float).backward();
    (found, values(&logits.grad()))
}

#[test]
fn losses_are_pytorchs() {
    let (classes, sets) = (single(&ORACLE["classes"]), multi(&ORACLE["present"], &ORACLE["known"]));
    let cases = [
        ("cross_entropy", json!("cross_entropy"), Labels::Single),
        ("cross_entropy_smooth", json!({"cross_entropy": {"label_smoothing": 0.1}}), Labels::Single),
        ("focal", json!({"focal": {}}), Labels::Single),
        ("focal_half", json!({"focal": {"gamma": 0.5, "alpha": [0.5, 1.0, 2.0, 0.25]}}), Labels::Single),
        ("bce", json!("bce"), Labels::Multi),
        ("bce_sum", json!({"bce": {"reduction": "sum"}}), Labels::Multi),
        ("bce_absent", json!({"bce": {"unknown": "absent"}}), Labels::Multi),
        ("multilabel_softmax", json!("multilabel_softmax"), Labels::Multi),
        ("multilabel_softmax_denominator", json!({"multilabel_softmax": {"unknown": "denominator"}}), Labels::Multi),
    ];
    for (name, spec, labels) in cases {
        let targets = if labels == Labels::Single { &classes } else { &sets };
        let (found, gradient) = evaluate(&*choose(&spec, labels), &ORACLE["logits"], targets);
        assert_close(&values(&found.losses), &numbers(&ORACLE["losses"][name]["losses"]), name);
        assert_close(&gradient, &numbers(&ORACLE["losses"][name]["gradient"]), name);
    }
}

/// The worked example of the two losses that are compared for multi-label recognition.
#[test]
fn the_worked_example() {
    let logits = json!([[2.0, -1.0, 0.5, 0.0], [0.1, 0.2, -0.3, 1.5]]);
    let targets = multi(&json!([[1, 0, 1, 0], [0, 0, 0, 1]]), &json!([[1, 1, 1, 1], [1, 1, 1, 1]]));
    let mean = |found: &PerItem| {
        let (sum, count) = found.sum();
        [(sum / count).double_value(&[]) as f32]
    };

    let (found, gradient) = evaluate(&*choose(&json!("multilabel_softmax"), Labels::Multi), &logits, &targets);
    assert_close(&values(&found.losses), &[1.092_349_6, 0.521_425_8], "softmax");
    assert_close(&mean(&found), &[0.806_887_7], "softmax, mean");
    let wanted = [0.210_099_92, 0.035_353_79, -0.341_555_3, 0.096_101_57, 0.146_398_07, 0.161_794_89, 0.098_133_56, -0.406_326_53];
    assert_close(&gradient, &wanted, "softmax, gradient");

    let (found, _) = evaluate(&*choose(&json!("bce"), Labels::Multi), &logits, &targets);
    assert_close(&values(&found.losses), &[0.401_853_47, 0.574_576], "bce");
    assert_close(&mean(&found), &[0.488_214_74], "bce, mean");
    let (found, gradient) = evaluate(&*choose(&json!({"bce": {"reduction": "sum"}}), Labels::Multi), &logits, &targets);
    assert_close(&mean(&found), &[1.952_859], "bce, sum");
    let wanted = [-0.119_202_92, 0.268_941_42, -0.377_540_67, 0.5, 0.524_979_2, 0.549_834, 0.425_557_5, -0.182_425_52];
    assert_close(&gradient, &wanted, "bce, gradient");
}

#[test]
fn what_counts_in_the_mean() {
    // The third item has no present class; of a fourth nothing is known.
    let logits = json!([[2.0, -1.0, 0.5, 0.0], [1.0, 1.0, 1.0, 1.0]]);
    let targets = multi(&json!([[0, 0, 0, 0], [0, 0, 0, 0]]), &json!([[1, 1, 0, 0], [0, 0, 0, 0]]));
    for (spec, wanted) in [
        (json!("multilabel_softmax"), [0.0, 0.0]),
        (json!({"multilabel_softmax": {"zero_positive": "count"}}), [1.0, 0.0]),
        (json!("bce"), [1.0, 0.0]),
        (json!({"bce": {"unknown": "absent"}}), [1.0, 1.0]),
    ] {
        let (found, gradient) = evaluate(&*choose(&spec, Labels::Multi), &logits, &targets);
        assert_close(&values(&found.counted), &wanted, &spec.to_string());
        assert!(gradient.iter().all(|slope| slope.is_finite()), "{spec}: {gradient:?}");
    }
}

#[test]
fn extreme_logits_have_finite_losses() {
    let logits = json!([[1e4, -1e4, 0.0, 0.0], [-1e4, 1e4, 0.0, 0.0]]);
    let (class, sets) = (single(&json!([0, 0])), multi(&json!([[1, 0, 0, 0], [1, 0, 0, 0]]), &json!([[1, 1, 1, 1], [1, 1, 0, 0]])));
    for (spec, labels) in [
        (json!("cross_entropy"), Labels::Single),
        (json!({"focal": {"gamma": 0.5}}), Labels::Single),
        (json!("bce"), Labels::Multi),
        (json!("multilabel_softmax"), Labels::Multi),
    ] {
        let targets = if labels == Labels::Single { &class } else { &sets };
        let (found, gradient) = evaluate(&*choose(&spec, labels), &logits, targets);
        assert!(values(&found.losses).iter().chain(&gradient).all(|value| value.is_finite()), "{spec}: {gradient:?}");
    }
}

#[test]
fn optimizers_are_pytorchs() {
    for (name, spec) in [
        ("sgd", json!({"sgd": {"learning_rate": 0.1}})),
        ("sgd_momentum", json!({"sgd": {"learning_rate": 0.1, "momentum": 0.9, "weight_decay": 0.01}})),
        ("sgd_nesterov", json!({"sgd": {"learning_rate": 0.1, "momentum": 0.9, "weight_decay": 0.01, "nesterov": true}})),
        ("adam", json!({"adam": {"learning_rate": 0.1, "weight_decay": 0.02}})),
        ("adamw", json!({"adamw": {"learning_rate": 0.1}})),
        ("adamw_betas", json!({"adamw": {"learning_rate": 0.1, "betas": [0.8, 0.95], "eps": 1e-3, "weight_decay": 0.1}})),
    ] {
        let mut optimizer = optimizer::choose(&Part::root(&spec)).unwrap();
        let parameter = Tensor::from_slice(&numbers(&ORACLE["start"])).set_requires_grad(true);
        let named = [("p".to_owned(), parameter.shallow_clone())];
        for (gradient, wanted) in ORACLE["gradients"].as_array().unwrap().iter().zip(ORACLE["optimizers"][name].as_array().unwrap()) {
            // A loss whose gradient is the one wanted.
            (&parameter * Tensor::from_slice(&numbers(gradient))).sum(Kind::Float).backward();
            optimizer.step(&named, optimizer.learning_rate).unwrap();
            parameter.shallow_clone().zero_grad();
            assert_close(&values(&parameter.detach()), &numbers(wanted), name);
        }
    }
}

#[test]
fn schedules_follow_their_formulas() {
    let shares = |spec: Value, epochs: u64| {
        let schedule = schedule::choose(Some(&Part::root(&spec))).unwrap();
        (0..epochs * 2).map(|step| schedule.share(step, 2, epochs) as f32).collect::<Vec<_>>()
    };
    assert_eq!(schedule::choose(None).unwrap(), Schedule::Constant);
    assert_close(&shares(json!("constant"), 2), &[1.0; 4], "constant");
    assert_close(&shares(json!("cosine"), 2), &[1.0, 0.853_553_4, 0.5, 0.146_446_6], "cosine");
    assert_close(&shares(json!({"cosine": {"final": 0.5}}), 1), &[1.0, 0.75], "cosine, final");
    assert_close(&shares(json!({"step": {"every": 1, "gamma": 0.5}}), 3), &[1.0, 1.0, 0.5, 0.5, 0.25, 0.25], "step");
    assert_close(&shares(json!({"linear_warmup": {"epochs": 2}}), 3), &[0.25, 0.5, 0.75, 1.0, 1.0, 1.0], "warm-up");
    assert_close(&shares(json!({"linear_warmup": {"epochs": 1, "then": "cosine"}}), 2), &[0.5, 1.0, 1.0, 0.5], "warm-up, cosine");
}
