//! Predictions on images that were made worse on purpose.

use super::{DATA, call, learner, study};

const GRID: &str = "grid: {distortion: [brightness, contrast], severity: [0, 5]}\n";

#[test]
fn a_model_is_trained_once_and_predicts_each_distortion_once() {
    let evaluate = "evaluate: {worn: {data: squares/test, distort: {$distortion: $severity, seed: 0}, groups: [side], metrics: \
                    [accuracy_score]}}\nuncertainty: {bootstrap: 0}\n";
    let folder = study("worn", &format!("{DATA}{GRID}models: {{net: {}}}\n{evaluate}", learner("0")));
    let outcome = call(&folder, &["run", "worn.yaml"]).run();
    insta::assert_snapshot!(outcome);
    let record: serde_json::Value = serde_json::from_str(&folder.read("results/worn/run.json")).unwrap();
    let names = record["tasks"].as_array().unwrap().iter().map(|task| task["name"].as_str().unwrap());
    let steps: Vec<&str> = names.filter(|name| name.contains("train ") || name.contains("predict ")).collect();
    // A severity of 0 is the image as it is, whatever the distortion.
    let of_net = ["train squares/train", "predict squares/test", "predict squares/test brightness-5", "predict squares/test contrast-5"];
    assert_eq!(steps, of_net.map(|step| format!("net: {step}")));
    for file in ["squares-test", "squares-test-brightness-5", "squares-test-contrast-5"] {
        assert!(folder.path(&format!("results/worn/predictions/net/{file}.parquet")).is_file(), "{file}");
    }
    let again = call(&folder, &["run", "worn.yaml"]).run();
    assert!(again.stderr.contains("0 cells to run"), "{again}");
}

#[test]
fn what_cannot_be_distorted_is_refused() {
    let evaluate = "evaluate: {worn: {data: squares/test, distort: {fog: 6}, metrics: [accuracy_score]}, plain: {data: squares/test, \
                    distort: {contrast: 2}, metrics: [accuracy_score]}}\n";
    let models = format!(
        "models: {{net: {}, claimed: {{predictions: claimed.csv, columns: {{id: id, label: shade, decision: said}}}}}}\n",
        learner("0")
            .replace("epochs: 2", "epochs: 2, validate: {data: squares/train, select: {maximize: accuracy_score, distort: {contrast: 1}}}")
    );
    let folder =
        study("refused", &format!("{DATA}{models}{evaluate}")).file("claimed.csv", "id,shade,said\nimages/dark-left-0.png,dark,dark\n");
    insta::assert_snapshot!(call(&folder, &["run", "refused.yaml"]).run());
}
