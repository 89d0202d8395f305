//! Rules: from scores to decisions, and what is found on another split.

use fairgrid::score::predictions::{Decisions, Predictions};
use fairgrid::score::rule::FittedRules;
use fairgrid::score::{decisions, score};
use fairgrid::spec::evaluation::Evaluation;
use fairgrid::spec::uncertainty::Uncertainty;

use super::{find, fit, import, import_file, measure, spec};

const BINARY: &str = "id,y,s\na,0,0.1\nb,0,0.2\nc,1,0.3\nd,0,0.4\ne,1,0.6\nf,1,0.8\n";

fn decide(predictions: &Predictions, evaluation: &str) -> Vec<(String, Decisions)> {
    decisions(predictions, &spec::<Evaluation>(evaluation), &FittedRules::new()).unwrap().rules
}

#[test]
fn a_threshold_is_inclusive() {
    let predictions = import(BINARY, "{id: id, label: y, scores: s}", &[]).unwrap();
    let decided = decide(&predictions, "{positive: 1, decide: {threshold: 0.4}, metrics: [accuracy_score]}");
    let expected = [0, 0, 0, 1, 1, 1].map(Some).to_vec();
    assert_eq!(decided, [("threshold(0.4)".to_owned(), Decisions::Single(expected))]);
}

#[test]
fn of_equal_scores_the_first_class_is_taken() {
    let csv = "y,a,b,c\na,1,3,3\nb,2,2,2\n";
    let predictions = import(csv, "{label: y, scores: {a: a, b: b, c: c}}", &[]).unwrap();
    let decided = decide(&predictions, "{decide: [argmax, {top_k: 2, as: pair}], metrics: [accuracy_score]}");
    assert_eq!(decided[0].1, Decisions::Single(vec![Some(1), Some(0)]));
    assert_eq!(decided[1], ("pair".to_owned(), Decisions::Sets(vec![Some(vec![1, 2]), Some(vec![0, 1])])));
}

#[test]
fn a_threshold_is_found_where_the_metric_is_best() {
    let predictions = import(BINARY, "{id: id, label: y, scores: s}", &[]).unwrap();
    let text = "{positive: 1, decide: {threshold: {maximize: accuracy_score, split: d/val}, as: tuned}, metrics: [accuracy_score]}";
    let evaluation = spec::<Evaluation>(text);
    let fitted = fit(&predictions, &evaluation, "d/val").unwrap();
    // Both 0.25 and 0.5 make one mistake; of equally good ones the largest.
    let tuned = &fitted.rules["tuned"];
    assert!(
        (tuned.common.threshold() - 0.5).abs() < 1e-12 && tuned.value.is_some_and(|value| (value - 5.0 / 6.0).abs() < 1e-12),
        "{tuned:?}"
    );
    let measured = score(&predictions, &evaluation, &Uncertainty::default().with_draws(100, 0), &fitted).unwrap();
    assert_eq!((measured[0].decision.as_str(), measured[0].value), ("tuned", tuned.value));
    let error = score(&predictions, &evaluation, &Uncertainty::default(), &FittedRules::new()).unwrap_err();
    assert_eq!(error.to_string(), "the decision rule `tuned` cannot be used: it has not been fitted");
}

#[test]
fn a_threshold_is_found_at_an_operating_point() {
    let predictions = import(BINARY, "{id: id, label: y, scores: s}", &[]).unwrap();
    let threshold = |point: &str| {
        let text = format!("{{positive: 1, decide: {{threshold: {{at: {{{point}}}, split: d/val}}, as: t}}, metrics: [accuracy_score]}}");
        fit(&predictions, &spec::<Evaluation>(&text), "d/val").map(|fitted| fitted.rules["t"].common.threshold())
    };
    // From 0.8 down the labels are 1, 1, 0, 1, 0, 0. What bounds positives wrongly decided leaves the smallest threshold that keeps to it,
    // what demands positives the largest.
    for (point, expected) in [
        ("false_positive_rate: 0.2", 0.5),
        ("false_positive_rate: 0.34", 0.25),
        ("recall_score: 0.6", 0.5),
        ("recall_score: 1.0", 0.25),
        ("true_negative_rate: 0.9", 0.5),
        ("false_negative_rate: 0.0", 0.25),
        ("selection_rate: 0.5", 0.35),
    ] {
        let found = threshold(point).unwrap();
        assert!((found - expected).abs() < 1e-12, "{point}: {found}");
    }
    // Counts that are as they should be, in sums of weights that are not.
    let weighed = import(&BINARY.replace('\n', ",0.1\n").replace("s,0.1", "s,w"), "{id: id, label: y, scores: s, weight: w}", &[]).unwrap();
    for (point, expected) in [("selection_rate: 0.5", 0.35), ("accuracy_score: 0.8333333333333334", 0.25)] {
        let text = format!("{{positive: 1, decide: {{threshold: {{at: {{{point}}}, split: d/val}}, as: t}}, metrics: [accuracy_score]}}");
        let fitted = fit(&weighed, &spec::<Evaluation>(&text), "d/val").unwrap();
        assert!((fitted.rules["t"].common.threshold() - expected).abs() < 1e-12, "{point}: {fitted:?}");
    }
    let error = threshold("matthews_corrcoef: 0.9").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the decision rule `t` cannot be used: no threshold keeps `matthews_corrcoef` at least 0.9 in `d/val` (3 positives, 3 negatives)"
    );
}

#[test]
fn at_a_precision_the_threshold_has_the_largest_recall() {
    // From the highest score down: a false alarm, which makes precision rise at first, then 0.9 of ten and 0.92 of 25.
    let labels = [[0].as_slice(), &[1; 9], &[1; 14], &[0], &[1, 0, 0, 0, 1, 0, 0, 0]].concat();
    let mut csv = "y,s\n".to_owned();
    labels.iter().enumerate().for_each(|(row, label)| csv.push_str(&format!("{label},{}\n", 100 - row)));
    let predictions = import(&csv, "{label: y, scores: s}", &[]).unwrap();
    let found = |point: &str| {
        let text = format!("{{positive: 1, decide: {{threshold: {{at: {{{point}}}, split: d/val}}, as: t}}, metrics: [accuracy_score]}}");
        fit(&predictions, &spec::<Evaluation>(&text), "d/val").unwrap().rules["t"].clone()
    };
    // torchmetrics 1.9.0: `BinaryRecallAtFixedPrecision(min_precision=0.9)` is at the 26th score, where precision is 24/26.
    assert!((found("precision_score: 0.9").common.threshold() - 74.5).abs() < 1e-12, "{:?}", found("precision_score: 0.9"));
    assert!((found("false_discovery_rate: 0.1").common.threshold() - 74.5).abs() < 1e-12);
}

#[test]
fn of_thresholds_that_rounding_sets_apart_the_largest_is_taken() {
    // From the highest score down; balanced accuracy is 2/3 where two are selected, and where six are.
    let labels = [1, 1, 0, 1, 1, 1, 0, 1];
    let mut csv = "y,s\n".to_owned();
    labels.iter().enumerate().for_each(|(row, label)| csv.push_str(&format!("{label},{}\n", 8 - row)));
    let predictions = import(&csv, "{label: y, scores: s}", &[]).unwrap();
    let text = "{positive: 1, decide: {threshold: {maximize: balanced_accuracy_score, split: d/val}, as: t}, metrics: [accuracy_score]}";
    let fitted = fit(&predictions, &spec::<Evaluation>(text), "d/val").unwrap();
    assert!((fitted.rules["t"].common.threshold() - 6.5).abs() < 1e-12, "{fitted:?}");
}

#[test]
fn a_group_whose_items_have_no_weight_counts_none() {
    let csv = "y,s,g,w\n0,0.1,a,0\n1,0.2,a,0\n0,0.3,b,1\n1,0.4,b,1\n";
    let predictions = import(csv, "{label: y, scores: s, weight: w}", &["g"]).unwrap();
    let text = "{positive: 1, decide: {threshold: {maximize: recall_score, split: d/val, by: g}, as: t}, metrics: [accuracy_score]}";
    let error = fit(&predictions, &spec::<Evaluation>(text), "d/val").unwrap_err().to_string();
    assert!(error.contains("the metric is undefined at every threshold in g=a (0 positives, 0 negatives);"), "{error}");
}

#[test]
fn numbers_of_a_class_without_a_threshold_say_so() {
    let csv = |dogs: &str| {
        let mut csv = "id,cat,dog,c,d\n".to_owned();
        (0..20).for_each(|row| {
            csv.push_str(&format!("{row},{},{},0.{row:02},0.{:02}\n", row % 2, if row % 3 > 0 { "0" } else { dogs }, 40 - row))
        });
        csv
    };
    let columns = "{id: id, label: {cat: cat, dog: dog}, scores: {cat: c, dog: d}}";
    let [validation, test] = ["0", "1"].map(|dogs| import(&csv(dogs), columns, &[]).unwrap());
    let evaluation = spec::<Evaluation>(
        "{decide: {thresholds: {at: {recall_score: 0.7}, split: d/val}}, metrics: [{recall_score: {average: macro, as: mean}}, \
         {recall_score: {average: per_class}}]}",
    );
    let fitted = fit(&validation, &evaluation, "d/val").unwrap();
    let measured = score(&test, &evaluation, &Uncertainty::default().with_draws(100, 0), &fitted).unwrap();
    let reason = |metric: &str, label: &str| find(&measured, metric, "", "", label).reason.as_str();
    let said = "`d/val` tells no threshold of dog: never decided";
    assert_eq!([reason("mean", ""), reason("recall_score", "dog"), reason("recall_score", "cat")], [said, said, ""]);
}

#[test]
fn groups_have_thresholds_of_their_own() {
    // In group b all scores are 0.5 lower.
    let csv = "id,y,s,g\n1,0,0.6,a\n2,1,0.8,a\n3,1,0.9,a\n4,0,0.1,b\n5,1,0.3,b\n6,1,0.4,b\n7,1,0.65,\n";
    let predictions = import(csv, "{id: id, label: y, scores: s}", &["g"]).unwrap();
    let text = "{positive: 1, groups: [g], decide: [{threshold: {maximize: accuracy_score, split: d/val}, as: one}, \
                {threshold: {maximize: accuracy_score, split: d/val, by: g}, as: own}], metrics: [accuracy_score_difference]}";
    let evaluation = spec::<Evaluation>(text);
    let fitted = fit(&predictions, &evaluation, "d/val").unwrap();
    let own = &fitted.rules["own"];
    assert!(fitted.rules["one"].own.is_empty() && own.common == fitted.rules["one"].common);
    assert_eq!(own.own.keys().collect::<Vec<_>>(), ["g=a", "g=b"]);
    assert!((own.own["g=a"].threshold() - 0.7).abs() < 1e-12 && (own.own["g=b"].threshold() - 0.2).abs() < 1e-12, "{own:?}");
    let decided = decisions(&predictions, &evaluation, &fitted).unwrap();
    // The last item is in no group and meets the threshold of all.
    let last = u32::from(0.65 >= own.common.threshold());
    assert_eq!(decided.rules[1].1, Decisions::Single([0, 1, 1, 0, 1, 1, last].map(Some).to_vec()));
    let measured = score(&predictions, &evaluation, &Uncertainty::default().with_draws(50, 0), &fitted).unwrap();
    let gap = |rule: &str| measured.iter().find(|one| one.decision == rule && one.metric == "accuracy_score_difference").unwrap().value;
    assert_eq!((gap("one") > Some(0.0), gap("own")), (true, Some(0.0)));
    let lacking = import("id,y,s,g\n1,0,0.6,a\n2,1,0.8,a\n3,0,0.2,b\n", "{id: id, label: y, scores: s}", &["g"]).unwrap();
    let text = "{positive: 1, decide: {threshold: {at: {recall_score: 0.5}, split: d/val, by: g}, as: own}, metrics: [recall_score]}";
    let error = fit(&lacking, &spec::<Evaluation>(text), "d/val").unwrap_err().to_string();
    assert_eq!(
        error,
        "the decision rule `own` cannot be used: the metric is undefined at every threshold in g=b (0 positives, 1 negatives); \
         take a split with positives and negatives in every group, or coarser groups"
    );
}

#[test]
fn classes_have_thresholds_of_their_own() {
    let csv = "id,present,absent,a,b,c\n1,\"[\"\"a\"\"]\",\"[\"\"b\"\",\"\"c\"\"]\",0.9,0.2,0.1\n\
               2,\"[\"\"a\"\",\"\"b\"\"]\",\"[\"\"c\"\"]\",0.8,0.3,0.2\n3,[],\"[\"\"a\"\",\"\"b\"\"]\",0.7,0.1,0.3\n";
    let columns = "{id: id, label: {present: present, absent: absent}, probabilities: {a: a, b: b, c: c}}";
    let predictions = import(csv, columns, &[]).unwrap();
    let text = "{decide: {thresholds: {maximize: f1_score, split: d/val}, as: tuned}, metrics: [{f1_score: {average: macro}}]}";
    let evaluation = spec::<Evaluation>(text);
    let fitted = fit(&predictions, &evaluation, "d/val").unwrap();
    let own = &fitted.rules["tuned"].own;
    assert!((own["a"].threshold() - 0.75).abs() < 1e-12 && (own["b"].threshold() - 0.25).abs() < 1e-12, "{own:?}");
    let decided = decisions(&predictions, &evaluation, &fitted).unwrap();
    let sets = [0, 1, 2].map(|row| decided.rules[0].1.classes(row));
    assert!(sets[0].contains(&0) && !sets[0].contains(&1) && sets[1].contains(&1) && !sets[2].contains(&0), "{sets:?}");
}

#[test]
fn logits_meet_no_threshold_before_a_link_is_named() {
    let predictions = import(BINARY, "{id: id, label: y, logits: s}", &[]).unwrap();
    let error = measure(&predictions, "{positive: 1, decide: {threshold: 0.5}, metrics: [accuracy_score]}").unwrap_err();
    assert!(error.to_string().contains("`threshold(0.5)` meets logits, which have several readings as probabilities"), "{error}");
    let decided = decide(&predictions, "{positive: 1, decide: {threshold: {at: 0.6, of: sigmoid}}, metrics: [accuracy_score]}");
    // sigmoid(0.4) is just below 0.6, and sigmoid(0.6) above it.
    assert_eq!(decided[0].1, Decisions::Single([0, 0, 0, 0, 1, 1].map(Some).to_vec()));
}

#[test]
fn predictions_come_back_from_parquet_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.parquet");
    let multi = "id,present,absent,a,b,race\n1,\"[\"\"a\"\"]\",[],0.1,0.25,x\n2,[],\"[\"\"b\"\"]\",0.5,1,\n";
    let multi = import(multi, "{id: id, label: {present: present, absent: absent}, probabilities: {a: a, b: b}}", &["race"]).unwrap();
    let single = "id,y,p,w,who,target\n1,u,v,0.5,k,x\n2,,u,2,l,y\n";
    let single = import(single, "{id: id, label: y, decision: p, weight: w, subject: who}", &["target"]).unwrap();
    let decided = "id,p,q,a,b\n1,1,0,1,0\n2,0,0,0,0\n3,0,1,,\n";
    let decided = import(decided, "{id: id, label: {a: p, b: q}, decision: {a: a, b: b}}", &[]).unwrap();
    for predictions in [multi, single, decided] {
        predictions.write(&path).unwrap();
        assert_eq!(Predictions::read(&path).unwrap(), predictions);
        let bytes = std::fs::read(&path).unwrap();
        predictions.write(&path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }
    std::fs::write(&path, &std::fs::read(&path).unwrap()[..200]).unwrap();
    assert!(Predictions::read(&path).is_err());
}

#[test]
fn every_format_of_a_table_gives_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let columns = "{id: id, label: y, scores: s}";
    let expected = import(BINARY, columns, &[]).unwrap();
    let tsv = folder.path().join("p.tsv");
    std::fs::write(&tsv, BINARY.replace(',', "\t")).unwrap();
    let jsonl = folder.path().join("p.jsonl");
    let object = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        format!("{{\"id\": \"{}\", \"y\": {}, \"s\": {}}}\n", cells[0], cells[1], cells[2])
    };
    std::fs::write(&jsonl, BINARY.lines().skip(1).map(object).collect::<String>()).unwrap();
    assert_eq!(import_file(&tsv, columns, &[]).unwrap(), expected);
    assert_eq!(import_file(&jsonl, columns, &[]).unwrap(), expected);
}

#[test]
fn items_without_a_decision_are_wrong_or_left_out() {
    let csv = "id,y,p,s\n1,u,u,0.1\n2,u,,0.2\n3,v,u,0.3\n4,v,v,0.9\n5,v,,0.4\n6,v,,0.5\n";
    let predictions = import(csv, "{id: id, label: y, decision: p, scores: s}", &[]).unwrap();
    let numbers = |abstained: &str| {
        let text = format!("{{positive: v, {abstained} metrics: [accuracy_score, recall_score, roc_auc_score]}}");
        let measured = measure(&predictions, &text).unwrap();
        measured.iter().map(|one| (one.value.unwrap(), one.n)).collect::<Vec<_>>()
    };
    assert_eq!(numbers(""), [(2.0 / 6.0, 6), (1.0 / 4.0, 6), (1.0, 6)]);
    assert_eq!(numbers("abstained: wrong,"), numbers(""));
    // Ranks do not depend on decisions.
    assert_eq!(numbers("abstained: exclude,"), [(2.0 / 3.0, 3), (1.0 / 2.0, 3), (1.0, 6)]);
    // Their share stands beside the others.
    assert_eq!(numbers("abstained: report,"), [numbers("").as_slice(), &[(3.0 / 6.0, 6)]].concat());
}

#[test]
fn no_decision_is_one_more_class_to_what_sets_decisions_against_truths() {
    let csv = "y,p\n0,0\n1,1\n2,2\n0,\n1,\n2,2\n0,0\n1,\n";
    let predictions = import(csv, "{label: y, decision: p, classes: [0, 1, 2]}", &[]).unwrap();
    let numbers = measure(&predictions, "{abstained: wrong, metrics: [matthews_corrcoef, cohen_kappa_score]}").unwrap();
    // Those of scikit-learn, where `-` stands for no decision.
    for (number, expected) in numbers.iter().zip([0.614_271_269_510_941_6, 0.529_411_764_705_882_4]) {
        assert!((number.value.unwrap() - expected).abs() < 1e-12, "{number:?}");
    }
}

#[test]
fn of_several_labels_to_decide_none_is_not_to_decide_nothing() {
    let csv = "id,cat,dog,says_cat,says_dog\n1,0,0,0,0\n2,0,0,,\n3,1,0,,\n4,1,0,1,0\n5,0,0,0,0\n6,0,1,0,1\n";
    let predictions = import(csv, "{id: id, label: {cat: cat, dog: dog}, decision: {cat: says_cat, dog: says_dog}}", &[]).unwrap();
    let numbers = |abstained: &str| {
        let text = format!("{{abstained: {abstained}, metrics: [accuracy_score, hamming_loss, coverage]}}");
        measure(&predictions, &text).unwrap().iter().map(|one| (one.value.unwrap(), one.n)).collect::<Vec<_>>()
    };
    assert_eq!(numbers("wrong"), [(5.0 / 6.0, 6), (1.0 / 12.0, 6), (4.0 / 6.0, 6)]);
    assert_eq!(numbers("exclude"), [(1.0, 4), (0.0, 4), (4.0 / 6.0, 6)]);
}

#[test]
fn zeros_of_either_sign_are_equal_scores() {
    let csv = "y,a,b,c\na,1,0.0,-0.0\na,1,-0.0,0.0\n";
    let predictions = import(csv, "{label: y, scores: {a: a, b: b, c: c}}", &[]).unwrap();
    let decided = decide(&predictions, "{decide: {top_k: 2, as: pair}, metrics: [accuracy_score]}");
    assert_eq!(decided[0].1, Decisions::Sets(vec![Some(vec![0, 1]); 2]));
}
