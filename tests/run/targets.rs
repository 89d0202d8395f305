//! Models whose classes are not the dataset's labels: what is correct is said by label sets.

use super::{CARD, DATA, EVALUATE, call, faulty_model, learner, study};
use crate::command::Folder;

/// The same images, of which only the side is a label.
fn sides() -> String {
    CARD.replace("dataset: squares", "dataset: sides").replace("  side: {from", "  wing: {from").replace("label: shade", "label: wing")
}

fn cross(name: &str, evaluation: &str) -> Folder {
    let text = format!(
        "data: {{squares: {{card: squares.yaml}}, sides: {{card: sides.yaml}}}}\nmodels: {{net: {}}}\nevaluate: {{test: {{data: sides/test, \
         {evaluation}}}}}\nuncertainty: {{bootstrap: 0}}\n",
        learner("0")
    );
    study(name, &text).file("sides.yaml", sides())
}

#[test]
fn a_model_is_scored_on_labels_that_it_never_learned() {
    let target =
        "target: {shade: {from: shade, map: {dark: [dark], light: [light]}}, swapped: {from: shade, map: {dark: [light], light: [dark]}}}";
    let metrics = "metrics: [{accuracy_score: {of: shade, as: right}}, {accuracy_score: {of: swapped, match: any, as: wrong}}, \
                   {recall_at_k: {k: 2, of: swapped, match: any, as: both}}]";
    let folder = cross("cross", &format!("{target}, decide: {{top_k: 1}}, groups: [wing], {metrics}"));
    insta::assert_snapshot!(call(&folder, &["run", "cross.yaml"]).run());
    let exported = call(&folder, &["run", "cross.yaml"]).run();
    assert!(exported.stderr.contains("0 cells to run"), "{exported}");
}

#[test]
fn a_rule_is_fitted_on_the_labels_that_the_model_learned() {
    let evaluation = "groups: [wing], positive: dark, target: {shade: {from: shade, map: {dark: [dark], light: [light]}}}, decide: \
                      {threshold: {maximize: {f1_score: {average: micro}}, split: squares/train, of: softmax}}, metrics: [{recall_score: {of: shade, match: any}}]";
    let folder = cross("fitted", evaluation);
    let text = call(&folder, &["run", "fitted.yaml"]).run().ok();
    assert!(text.contains("1.000"), "{text}");
}

#[test]
fn classes_that_no_label_set_explains_are_refused() {
    let folder = cross("refused", "metrics: [accuracy_score]");
    insta::assert_snapshot!(call(&folder, &["validate", "refused.yaml"]).run());
    let folder = cross("unsaid", "target: {shade: {from: shade, map: {dark: [dark]}}}, decide: argmax, metrics: [accuracy_score]");
    insta::assert_snapshot!(call(&folder, &["validate", "unsaid.yaml"]).run());
}

#[test]
fn an_output_lists_the_classes_of_what_is_asked() {
    let said = |output: &str| {
        let model = faulty_model("fair").replace("gray}}", &format!("gray}}, output: {output}}}"));
        let folder = study("listed", &format!("{DATA}models: {{net: {model}}}\n{EVALUATE}"));
        call(&folder, &["validate", "listed.yaml"]).run()
    };
    insta::assert_snapshot!(said("{logits: [dark, lihgt]}"));
    let twice = said("{probabilities: [dark, dark]}");
    assert!(twice.stderr.contains("the class `dark` is listed twice"), "{twice}");
    said("{probabilities: [light, dark]}").ok();
    said("{probabilities: [light]}").ok();
}

#[test]
fn imported_scores_need_no_label_where_the_dataset_or_a_label_set_knows() {
    let rows: String = (0..40_u8)
        .map(|index| {
            let (shade, dark) = if index % 2 == 0 { ("dark", 0.9) } else { ("light", 0.2) };
            let side = if index % 3 == 0 { "left" } else { "right" };
            format!("images/{shade}-{side}-{index}.png,{dark},{:.1},0.0\n", 1.0 - dark)
        })
        .collect();
    let model = "predictions: vendor.csv, columns: {id: id, probabilities: {dark: d, light: l, other: o}}";
    let text = format!(
        "{DATA}models: {{vendor: {{{model}}}}}\nevaluate: {{test: {{data: squares/test, target: {{shade: {{from: shade, map: {{dark: [dark], \
         light: [light, other]}}}}}}, decide: argmax, metrics: [{{accuracy_score: {{of: shade, match: any}}}}, {{recall_score: {{of: shade, \
         average: per_class}}}}]}}}}\nuncertainty: {{bootstrap: 0}}\n"
    );
    let folder = study("vendor", &text).file("vendor.csv", format!("id,d,l,o\n{rows}"));
    call(&folder, &["run", "vendor.yaml"]).run().ok();
    let results = folder.read("results/vendor/results.csv");
    assert!(
        results.lines().any(|line| line.contains("accuracy_score") && line.contains(",1,") && !line.contains("undefined")),
        "{results}"
    );
    assert!(results.lines().any(|line| line.contains(",other,") && line.contains(",0,")), "{results}");
}
